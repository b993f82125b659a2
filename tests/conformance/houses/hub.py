"""A hub around a house's provider: a real store, and everything that flows between a door and a platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from app.domain.model import QR, Admission, Answer, Policy, Scan, ScanId, Station, Unknown
from app.domain.outbox import Call
from app.flows.admit import Admit
from app.flows.drain import Drain, DrainReport
from app.flows.lease import Lease
from app.flows.lines import Line
from app.flows.lookup import LookUp
from app.flows.poll import Poll, PollReport, Wanted
from app.flows.undo import NoUndo, Undo
from app.store import open_store
from tests.conformance.houses.house import BUDGET, House, now
from tests.fakes.night import station
from tests.fakes.notices import CollectedNotices


class Hub:
    """Opens the house's event, and no other."""

    def __init__(self, house: House[Any], folder: Path, clock: Callable[[], datetime] = now) -> None:
        self.provider = provider = house.provider
        self.event = house.event
        self.folder = folder
        self.clock = clock
        self.store = open_store(f"sqlite:///{folder / 'hub.db'}", clock)
        self.store.run(lambda tx: tx.house.keep_account(provider.account, provider.name))
        self.notices = CollectedNotices()
        self.line = Line(provider.account, clock, self.notices)
        lines, providers = {provider.account: self.line}, {provider.account: provider}
        self.lease = Lease(self.store, provider.account, "hub", clock)
        self.lease.renew()
        self.poll = Poll(
            self.store, provider, self.line, self.notices, clock, Wanted(auto=False, ids=frozenset({house.event.ref}))
        )
        self.look_up = LookUp(self.store, providers, lines, clock, BUDGET)
        able = {provider.account: provider.capabilities}
        rules = Policy(events={}, unknown_offline=Unknown.ASK)
        self.admit = Admit(self.store, self.look_up, self.notices, clock, rules, capabilities=able)
        self.undo = Undo(self.store, self.notices, clock, capabilities=able)
        self.drain = Drain(self.store, provider, self.line, self.lease, clock, lambda: 0.5)
        self.gate = station()
        self._scans = count(1)

    def close(self) -> None:
        self.look_up.close()
        self.store.close()

    def learns(self) -> list[PollReport]:
        """What is on, and who comes."""
        self.poll.events()
        return self.pulls(full=True)

    def pulls(self, full: bool = False) -> list[PollReport]:
        reports = self.poll.all(full=full)
        assert not [one.failed for one in reports if one.failed]
        return reports

    def scans(self, code: str, *, scheme: str = QR, at: Station | None = None, **fields: Any) -> Answer:
        scan = Scan(id=ScanId(f"scan-{next(self._scans)}"), code=code, scheme=scheme, at=self.clock(), **fields)
        return self.admit(scan, at or self.gate)

    def takes_back(self, answer: Answer) -> Answer | NoUndo:
        return self.undo(answer.scan, self.gate, "wrong button")

    def sends(self) -> DrainReport:
        self.lease.renew()
        return self.drain()

    def held(self, ref: str, resource: str = "") -> Admission | None:
        wanted = resource or self.provider.resources[0]
        found = self.store.run(lambda tx: tx.cache.known(self.provider.account, self.event.id, wanted, [ref]))
        return found.get(ref)

    def calls(self) -> list[Call]:
        every = ("due", "sending", "done", "conflict", "parked", "withdrawn", "discarded")
        return [one.call for one in self.store.views.calls(every, 100)]

    def tray(self) -> list[str]:
        """Why a person must look, call by call."""
        return [one.why for one in self.store.views.calls(("conflict", "parked"), 100)]


class Moved:
    """The true time, and however much later."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.by
