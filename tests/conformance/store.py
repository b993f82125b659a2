"""What every store must do, on whatever database: a hub's house around one, with the verbs that the suite speaks.

The suite itself are the `test_store_*.py` beside this file; the fixture `house` runs each test on every database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from app.domain.model import Admission, AdmissionId, Allowance, Answer, CallId, Event, Policy, Scan, ScanId, Station
from app.domain.outbox import AnswerKind, Call, Receipt
from app.domain.settle import Done, Settlement
from app.flows.admit import Admit
from app.flows.keep import Translated, keep
from app.flows.undo import NoUndo, Undo
from app.ports import Row, Saved, Store
from app.store import open_store
from tests.fakes.clock import FakeClock
from tests.fakes.lookups import FakeLookup
from tests.fakes.night import ACCOUNT, event, row, scan, station
from tests.fakes.notices import CollectedNotices

T = TypeVar("T")
ACCEPTED = Receipt(kind=AnswerKind.ACCEPTED)


class House:
    """A store with a clock, a door and an outbox around it."""

    def __init__(self, url: str, **policy: Any) -> None:
        self.url = url
        self.clock = FakeClock()
        self.store: Store = open_store(url, self.clock)
        self.others: list[Store] = []
        self.notices = CollectedNotices()
        self.lookup = FakeLookup()
        self.gate = station()
        self.trust(**policy)
        self._claims = 0

    def trust(self, **policy: Any) -> None:
        """Set the door's policy."""
        rules = Policy(events={}, **policy)
        self.door = Admit(self.store, self.lookup.as_lookup(), self.notices, self.clock, rules)
        self.undoing = Undo(self.store, self.notices, self.clock)

    def another(self) -> Store:
        """Another process on the same database."""
        self.others.append(open_store(self.url, self.clock))
        return self.others[-1]

    def close(self) -> None:
        for one in (*self.others, self.store):
            one.close()

    # what we know

    def opens(self, *events: Event) -> None:
        every = events or (event(),)
        wanted = {one.id for one in every if one.open}
        self.store.run(lambda tx: tx.cache.save_events(every, wanted))

    def page(self, *admissions: Admission, digest: int = 1, asked_ago: float = 0) -> Saved:
        """A page of the platform arrives; it was asked `asked_ago` seconds before now."""
        asked_at = FakeClock(self.clock.now).sleep(seconds=-asked_ago)
        rows: Sequence[Translated] = [(row(one, digest), one) for one in admissions]
        first = admissions[0]
        tonight = event(first.event)
        return self.store.bulk(lambda tx: keep(tx, tonight, first.resource, rows, asked_at))

    def knows(self, *admissions: Admission) -> list[Admission]:
        """An open event and these admissions, as they are held."""
        self.opens()
        for one in admissions:
            self.page(one)
        return [self.held(one.ref) for one in admissions]

    def held(self, ref: str, resource: str = "tickets") -> Admission:
        found = self.store.run(lambda tx: tx.cache.known(ACCOUNT, event().id, resource, [ref]))
        return found[ref]

    def count(self, ref: str, allowance: str = "entrance") -> Allowance:
        found = self.held(ref).allowance(allowance)
        assert found is not None
        return found

    # the door

    def scans(self, id_: str = "scan-1", code: str = "ZQ4K81MD7", at: Station | None = None, **changes: Any) -> Answer:
        asked: Scan = scan(id_, code, **{"at": self.clock.now} | changes)
        return self.door(asked, at or self.gate)

    def undoes(self, id_: str = "scan-1", reason: str = "wrong button") -> Answer | NoUndo:
        return self.undoing(ScanId(id_), self.gate, reason)

    # the outbox

    def claim(self, name: str | None = None, limit: int = 16) -> tuple[str, list[Call]]:
        self._claims += 1
        claim = name or f"hub:1:{self._claims}"
        return claim, self.store.run(lambda tx: tx.calls.claim(ACCOUNT, claim, self.clock.now, limit))

    def settle(self, call: Call, claim: str, settlement: Settlement, receipt: Receipt = ACCEPTED) -> bool:
        return self.store.run(lambda tx: tx.calls.settle(call, claim, settlement, receipt, self.clock.now))

    def sends(self, settlement: Settlement | None = None, receipt: Receipt = ACCEPTED) -> Call:
        """Claim the one call that is due, and settle it. Returns it as it stands then."""
        claim, calls = self.claim()
        assert len(calls) == 1
        assert self.settle(calls[0], claim, settlement or Done(), receipt)
        return self.call(calls[0].id)

    def call(self, call: CallId) -> Call:
        found = self.store.views.call(call)
        assert found is not None
        return found.call

    def calls(self, *states: str) -> list[Call]:
        every = ("due", "sending", "done", "conflict", "parked", "withdrawn", "discarded")
        return [one.call for one in self.store.views.calls(states or every, 100)]


def id_of(admission: Admission) -> AdmissionId:
    assert admission.id is not None
    return admission.id


def at_once(n: int, work: Callable[[int], T]) -> list[T]:
    """The same thing from `n` threads at once."""
    with ThreadPoolExecutor(n) as threads:
        return list(threads.map(work, range(n)))


def blank(ref: str) -> Row:
    return Row(ref=ref, raw=b"{}", digest=0)
