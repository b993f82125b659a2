"""Taking an entry back: withdrawn when the platform never heard of it, else owed to it as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from app.domain.model import AccountId, Answer, CallId, Direction, Outcome, Reason, ScanId, Station, Why
from app.domain.outbox import Call, CallState
from app.domain.settle import Trouble
from app.flows.admit import UNDO_WITHIN, USUAL, rights_of
from app.ports import Capabilities, Clock, Notice, Notices, Store, Timekeeper, Tx

log = structlog.get_logger()


class NoUndo(StrEnum):
    """Why an entry can't be taken back; one sentence each for people."""

    NO_SUCH_SCAN = "There is no such scan."
    NOT_AN_ENTRY = "Only an entry can be taken back."
    TOO_OLD = "An entry can be taken back for 10 minutes."


class Undo:
    """Takes an entry back, once: asked again it answers the same."""

    def __init__(
        self,
        store: Store,
        notices: Notices,
        clock: Clock,
        within: timedelta = UNDO_WITHIN,
        timekeeper: Timekeeper | None = None,
        capabilities: Mapping[AccountId, Capabilities] | None = None,
    ) -> None:
        self._capabilities = capabilities or {}
        self._timekeeper = timekeeper
        self._store = store
        self._notices = notices
        self._clock = clock
        self._within = within

    def __call__(self, scan: ScanId, station: Station, reason: str, at: datetime | None = None) -> Answer | NoUndo:
        """`at`: when somebody at a page that was cut off took it back; now when None."""
        answer = self._store.run(lambda tx: self._work(tx, scan, station, reason, at))
        if isinstance(answer, Answer) and not answer.replayed:
            log.info("scan.undone", scan=scan, station=station.name, heads=answer.heads)
            self._notices.tell(Notice(topic="scan", body={"answer": answer}))
        return answer

    def _work(self, tx: Tx, scan: ScanId, station: Station, reason: str, at: datetime | None) -> Answer | NoUndo:
        now = self._clock()
        entry = tx.scans.replayed(scan)
        if entry is None:
            return NoUndo.NO_SUCH_SCAN
        if entry.admission is None or entry.outcome is not Outcome.ADMIT or entry.direction is not Direction.IN:
            return NoUndo.NOT_AN_ENTRY
        tx.scans.lock(entry.admission)
        earlier = tx.scans.undo_of(scan)
        if earlier is not None:
            replayed = tx.scans.replayed(earlier)
            return replace(replayed, replayed=True) if replayed else NoUndo.NO_SUCH_SCAN
        if min(at or now, now) - entry.at > self._within:
            return NoUndo.TOO_OLD
        calls = [call for call in tx.scans.calls_of(scan) if call.heads > 0]
        told = [self._take_back(tx, call, now) for call in calls]
        answer = _undone(entry, station, now, next((one for one in ("here", "sent") if one in told), "withdrawn"))
        for call in calls:
            answer = _counted(tx, answer, call)
        doubt = self._timekeeper.doubt() if self._timekeeper is not None else None
        answer = replace(answer, uncertain=doubt is not None)
        tx.scans.record(answer, station, reason or None, now, doubt)
        return answer

    def _take_back(self, tx: Tx, call: Call, now: datetime) -> str:
        """Give the heads back here, and see to it that the platform gives them back if it may have them; where it
        can't, a person has to tell them there."""
        if call.state in {CallState.DISCARDED, CallState.WITHDRAWN}:
            return "nothing"
        tx.scans.owe(call.admission, call.allowance, -call.heads)
        never_sent = call.state is CallState.DUE and call.doubts == 0
        if never_sent or call.state in {CallState.CONFLICT, CallState.PARKED}:
            tx.scans.withdraw(call.id, now)
            return "withdrawn"
        undo = replace(
            call,
            id=CallId(0), heads=-call.heads, state=CallState.DUE, attempts=0, looks=0, doubts=0, base=None, due_at=now,
            sent_at=None,
        )  # fmt: skip
        if self._capabilities.get(call.account, USUAL).undo:
            tx.scans.add_call(undo)
            return "sent"
        tx.calls.add_parked(undo, Trouble.ONLY_HERE, now)
        return "here"


def _counted(tx: Tx, answer: Answer, call: Call) -> Answer:
    """The answer with what is left now. By the call: a guest let in on trust may have got a real admission since."""
    admission = tx.scans.lock(call.admission)
    allowance = admission.allowance(call.allowance) if admission else None
    if admission is None or allowance is None:
        return answer
    rights = rights_of(admission, call.allowance, allowance.left)
    return replace(
        answer,
        admission=call.admission, left=allowance.left, limit=allowance.limit, entered=allowance.entered, rights=rights,
    )  # fmt: skip


def _undone(entry: Answer, station: Station, now: datetime, told: str) -> Answer:
    return replace(
        entry,
        scan=ScanId(f"undo:{entry.scan}"), station=station.name, at=now, direction=Direction.OUT,
        outcome=Outcome.ADMIT, reason=Reason.OK, undoes=entry.scan, undo_until=None, first_entry=None,
        why=Why(rule="undo", value=told),
    )  # fmt: skip
