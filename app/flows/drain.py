"""Sending what is owed: at most once in flight per admission, a look before any doubtful resend, nothing dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count

import structlog

from app.domain.backoff import due_again
from app.domain.codes import schemes
from app.domain.model import QR, Credential, Event, Kind, Lookup, Scan, Station, StationId
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.domain.settle import (
    LOOKS_BEFORE_PARKING,
    Again,
    Barred,
    Conflict,
    Covered,
    Done,
    Look,
    Parked,
    Settlement,
    Trouble,
    settle,
    stands_against,
)
from app.flows.keep import keep, translate_all
from app.flows.lease import Lease
from app.flows.lines import Line
from app.ports import Clock, Damaged, Found, Provider, ProviderError, Store, Tx

log = structlog.get_logger()

ROUND = 16
"""Calls claimed at once."""
AT_ONCE = 4
"""Calls of one account in flight at once; the pace is the transport's."""
VERIFY_WITHIN = timedelta(seconds=5)
UNSEEN = frozenset({Kind.PROVISIONAL, Kind.SOLD})
"""Of place-holders: the platform's own ticket is looked for before anything is said about it."""
SHOWN_WITHIN = 10
"""Tries, some ten minutes, in which a platform has to show a ticket that it made for a sale."""


@dataclass(slots=True, kw_only=True)
class DrainReport:
    sent: int = 0
    done: int = 0
    again: int = 0
    conflict: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A call as it stands after we spoke to the platform, what it said, and what becomes of it."""

    call: Call
    receipt: Receipt
    settlement: Settlement
    blind: ProviderError | None = None
    """Why we could not look afterwards: newer news of the line than the receipt."""
    unspoken: bool = False
    """Nothing was said to the platform, and nothing heard."""


class _ClaimLost(Exception):
    """Another hub has taken the call over: it is not ours to send."""


class Drain:
    """Drains one account, while this hub holds its lease."""

    def __init__(
        self,
        store: Store,
        provider: Provider,
        line: Line,
        lease: Lease,
        clock: Clock,
        jitter: Callable[[], float],
        lookup: Callable[[Scan, Station], Lookup] | None = None,
    ) -> None:
        """`lookup` asks every account of a station, where there are several."""
        self._lookup = lookup
        self._store = store
        self._provider = provider
        self._line = line
        self._lease = lease
        self._clock = clock
        self._jitter = jitter
        self._rounds = count(1)
        self._one = threading.Lock()

    def __call__(self) -> DrainReport:
        """Send until nothing is due, the line is down or the lease is gone."""
        report = DrainReport()
        with self._one, ThreadPoolExecutor(AT_ONCE, thread_name_prefix="drain") as workers:
            while self._lease.held() and self._line.usable():
                claim = f"{self._lease.name}:{next(self._rounds)}"
                calls = self._claim(claim)
                if not calls:
                    break
                for judged in workers.map(partial(self._deliver, claim=claim), calls):
                    _tally(report, judged)
        return report

    def hurry(self) -> int:
        """Make calls that wait out bad weather due now."""
        return self._store.run(lambda tx: tx.calls.hurry(self._provider.account, self._clock()))

    def _claim(self, claim: str) -> list[Call]:
        now = self._clock()
        return self._store.run(lambda tx: tx.calls.claim(self._provider.account, claim, now, ROUND))

    def _deliver(self, call: Call, claim: str) -> _Judged | None:
        if not (self._lease.held() and self._line.usable()):
            self._store.run(lambda tx: tx.calls.release(call.id, claim))
            return None
        try:
            judged = self._verify(call, claim) if call.kind in UNSEEN else self._send(call, claim)
        except ProviderError as error:
            judged = self._unseen(call, error)
        except _ClaimLost:
            log.info("call.lost", call=call.id)
            return None
        except Exception:
            log.exception("call.failed", call=call.id)
            again = Again(at=due_again(call.attempts, None, self._clock(), self._jitter()))
            judged = _Judged(call=call, receipt=Receipt(kind=AnswerKind.DOUBTFUL), settlement=again)
        self._hear(judged)
        self._write(judged, claim)
        return judged

    def _send(self, call: Call, claim: str) -> _Judged:
        """Look where we must, send, look again where the answer leaves a doubt."""
        if not self._provider.capabilities.undo:
            settled = self._without_undo(call)
            if settled is not None:
                nothing = Receipt(kind=AnswerKind.ACCEPTED)
                return _Judged(call=call, receipt=nothing, settlement=settled, unspoken=True)
        if call.doubts and self._must_look(call) and call.base is None:
            call = replace(call, doubts=0)  # what we saw is kept before anything is sent: it never was
        if call.doubts:
            receipt = Receipt(kind=AnswerKind.DOUBTFUL, words="")
            sighting = self._provider.look(call)
            settlement = settle(call, receipt, sighting, self._clock(), self._jitter())
            if not isinstance(settlement, Again):
                return _Judged(call=call, receipt=receipt, settlement=settlement)
            call = self._based(call, claim, sighting)
        elif self._must_look(call):
            sighting = self._provider.look(call)
            against = stands_against(call, sighting) if call.heads > 0 else None
            if against is not None:
                return _Judged(call=call, receipt=_seen(sighting), settlement=against)
            call = self._based(call, claim, sighting)
        return self._push(call)

    def _without_undo(self, call: Call) -> Settlement | None:
        """What needs no word to a platform that can't take anything back: an undo stays here, and the next entry takes
        the place of the one that was undone."""
        if call.heads < 0:
            return Parked(why=Trouble.ONLY_HERE)
        undo = self._store.views.undone_here(call) if not call.doubts else None
        return None if undo is None else Covered(undo=undo)

    def _must_look(self, call: Call) -> bool:
        """The platform itself guards a single entry; anything else is counted on top of what it shows."""
        return call.limit != 1 or call.kind not in self._provider.capabilities.self_guarding

    def _based(self, call: Call, claim: str, sighting: Sighting) -> Call:
        """Keep what the platform counts before we send: a crash in between must be able to tell ours apart."""
        if not self._store.run(lambda tx: tx.calls.set_base(call.id, claim, sighting.count)):
            raise _ClaimLost
        return replace(call, base=sighting.count)

    def _push(self, call: Call) -> _Judged:
        receipt = self._provider.push(call)
        settlement = settle(call, receipt, None, self._clock(), self._jitter())
        if isinstance(settlement, Look):
            try:
                sighting = self._provider.look(call)
            except ProviderError as error:
                again = Again(at=due_again(call.attempts, error.retry_after, self._clock(), self._jitter()))
                return _Judged(call=call, receipt=receipt, settlement=again, blind=error)
            settlement = settle(call, receipt, sighting, self._clock(), self._jitter())
        return _Judged(call=call, receipt=receipt, settlement=settlement)

    def _unseen(self, call: Call, error: ProviderError) -> _Judged:
        """The platform would not show us the admission: nothing was sent."""
        receipt = error.receipt()
        settlement: Settlement = Again(
            at=due_again(call.attempts, error.retry_after, self._clock(), self._jitter()), free=error.unreachable
        )
        if error.kind is AnswerKind.BARRED:
            settlement = Barred()
        elif error.unreachable:
            settlement = Again(at=self._clock(), free=True)
        elif error.kind is AnswerKind.BROKEN and call.looks + 1 >= LOOKS_BEFORE_PARKING:
            settlement = Parked(why=Trouble.UNEXPLAINED)
        if error.kind is AnswerKind.DOUBTFUL:
            receipt = replace(receipt, kind=AnswerKind.BUSY)
        return _Judged(call=call, receipt=receipt, settlement=settlement)

    def _verify(self, call: Call, claim: str) -> _Judged:
        """Somebody was let in on trust: find the admission, or raise the alarm."""
        event = self._store.open_events()[call.event]
        found = self._find(call, event)
        if not found and call.kind is Kind.SOLD and call.attempts < SHOWN_WITHIN:
            return self._not_yet(call)
        if not found and call.kind is Kind.PROVISIONAL and self._lookup is not None:
            waits = self._sought(call, claim, self._lookup)
            if waits is not None:
                return waits
        if not found:
            receipt = Receipt(kind=AnswerKind.REFUSED)
            return _Judged(call=call, receipt=receipt, settlement=Conflict(why=Trouble.NOT_KNOWN))
        real = self._store.run(lambda tx: self._adopt(tx, call, claim, event, found))
        if real is None:
            receipt = Receipt(kind=AnswerKind.REFUSED)
            return _Judged(call=call, receipt=receipt, settlement=Conflict(why=Trouble.VOID))
        return self._send(real, claim)

    def _sought(self, call: Call, claim: str, lookup: Callable[[Scan, Station], Lookup]) -> _Judged | None:
        """Another account of the station's may know the code: then the call has gone there with its place-holder. What
        waits while not all of them could be asked; None when nobody knows it."""
        stations = [one.station for one in self._store.views.stations() if one.station.name == call.station]
        station = stations[0] if stations else Station(id=StationId(0), name=call.station)
        asked = Scan(id=call.scan, code=call.code, at=call.at)
        told = lookup(asked, replace(station, lookup_budget=VERIFY_WITHIN))
        moved = self._store.run(lambda tx: tx.calls.get(call.id))
        if moved is not None and moved.account != call.account:
            self._store.run(lambda tx: tx.calls.release(call.id, claim))
            raise _ClaimLost
        return self._not_yet(call) if told is Lookup.FAILED else None

    def _not_yet(self, call: Call) -> _Judged:
        again = Again(at=due_again(call.attempts, None, self._clock(), self._jitter()))
        return _Judged(call=call, receipt=Receipt(kind=AnswerKind.BUSY), settlement=again, unspoken=True)

    def _find(self, call: Call, event: Event) -> Sequence[Found]:
        witness = self._store.views.witness(event.id, self._provider.resources[0])
        for scheme in schemes(QR, call.code):
            if scheme in self._provider.capabilities.schemes:
                credential = Credential(scheme=scheme, value=call.code)
                found = self._provider.find(credential, event, VERIFY_WITHIN, witness)
                if found:
                    return found
        return ()

    def _adopt(self, tx: Tx, call: Call, claim: str, event: Event, found: Sequence[Found]) -> Call | None:
        """The first of tonight's, where a wristband opens several: whoever let them in did not choose either."""
        for one in found:
            rows = translate_all(self._provider, event, one.resource, [one.row])
            admission = rows[0][1]
            if one.event_ref == event.ref and not isinstance(admission, Damaged):
                keep(tx, event, one.resource, rows, one.asked_at)
                return tx.calls.adopt(call.id, claim, admission)
        return None

    def _hear(self, judged: _Judged) -> None:
        receipt = judged.receipt
        if judged.unspoken:
            return
        if judged.blind is not None:
            self._line.failed(judged.blind)
            return
        match receipt.kind:
            case AnswerKind.ACCEPTED | AnswerKind.REFUSED:
                self._line.heard()
            case AnswerKind.BUSY | AnswerKind.BARRED:
                self._line.failed(
                    ProviderError(
                        receipt.kind, receipt.words, retry_after=receipt.retry_after, unreachable=receipt.unreachable
                    )
                )
            case AnswerKind.DOUBTFUL if isinstance(judged.settlement, Again):
                # It waits, and the next answer that arrives is to make it wait no longer.
                self._line.failed(ProviderError(AnswerKind.BUSY, receipt.words))
            case AnswerKind.DOUBTFUL | AnswerKind.BROKEN:
                pass

    def _write(self, judged: _Judged, claim: str) -> None:
        call, settlement = judged.call, judged.settlement
        now = self._clock()
        kept = self._store.run(lambda tx: tx.calls.settle(call, claim, settlement, judged.receipt, now))
        name = type(settlement).__name__.lower()
        log.info(
            "call.settled", call=call.id, scan=call.scan, settlement=name, answer=judged.receipt.kind,
            why=getattr(settlement, "why", ""), attempts=call.attempts, kept=kept,
        )  # fmt: skip


def _seen(sighting: Sighting) -> Receipt:
    return Receipt(kind=AnswerKind.REFUSED, words=sighting.word, count=sighting.count if sighting.found else None)


def _tally(report: DrainReport, judged: _Judged | None) -> None:
    if judged is None:
        return
    report.sent += 1
    match judged.settlement:
        case Done() | Covered():
            report.done += 1
        case Conflict():
            report.conflict += 1
        case Parked():
            report.parked += 1
        case _:
            report.again += 1
