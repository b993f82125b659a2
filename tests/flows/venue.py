"""A venue with a platform in memory and a real SQLite store: everything that flows between the two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.domain.model import Admission, Policy
from app.domain.outbox import CallState
from app.flows.admit import Admit
from app.flows.drain import Drain
from app.flows.lease import Lease
from app.flows.lines import Line
from app.flows.lookup import LookUp
from app.flows.poll import Poll, Wanted
from app.flows.undo import Undo
from app.flows.watch import Watch
from app.ports import Capabilities
from tests.conformance.store import House
from tests.fakes.night import ACCOUNT
from tests.fakes.provider import FakeProvider


class Venue(House):
    def __init__(self, url: str, **policy: Any) -> None:
        super().__init__(url, **policy)
        self.provider = FakeProvider(self.clock)
        self.store.run(lambda tx: tx.house.keep_account(ACCOUNT, self.provider.name))
        self.line = Line(ACCOUNT, self.clock, self.notices)
        self.lease = Lease(self.store, ACCOUNT, "hub", self.clock)
        self.lease.renew()
        self.drain = Drain(self.store, self.provider, self.line, self.lease, self.clock, lambda: 0.5)
        self.poll = Poll(self.store, self.provider, self.line, self.notices, self.clock, Wanted())
        self.look_up = LookUp(
            self.store, {ACCOUNT: self.provider}, {ACCOUNT: self.line}, self.clock, timedelta(milliseconds=800)
        )
        self.opens()

    def speaks(self, able: Capabilities) -> None:
        """The platform is one that can do this and no more."""
        self.provider.capabilities = able
        rules, every = Policy(events={}), {ACCOUNT: able}
        self.door = Admit(self.store, self.lookup.as_lookup(), self.notices, self.clock, rules, capabilities=every)
        self.undoing = Undo(self.store, self.notices, self.clock, capabilities=every)

    def watch(self) -> Watch:
        return Watch(self.store, {ACCOUNT: self.provider}, {ACCOUNT: self.line}, self.notices, self.clock)

    def sells(self, code: str, limit: int = 1, **changes: object) -> Admission:
        """The platform sells a ticket, and we know of it."""
        one = self.provider.sells(code, limit, **changes)
        self.page(one)
        return one

    def enters(self, code: str, heads: int = 1) -> None:
        """Somebody comes in, a second after whoever came before."""
        self.clock.sleep(seconds=1)
        self._entries = getattr(self, "_entries", 0) + 1
        answer = self.scans(f"scan-{code}-{self._entries}", code, heads=heads)
        assert answer.heads == heads, answer

    def waits(self, *, seconds: float = 0, minutes: float = 0) -> None:
        """Time passes, and the hub keeps its lease."""
        self.clock.sleep(seconds=seconds, minutes=minutes)
        self.lease.renew()

    def states(self) -> list[CallState]:
        return [call.state for call in self.calls()]

    def why(self) -> list[str]:
        """Why a person must look, call by call."""
        return [row.why for row in self.store.views.calls(["conflict", "parked"], 10)]

    def owed(self, code: str) -> tuple[int, int]:
        """What is confirmed and what is owed on the entrance of a code."""
        count = self.count(f"tk-{code}")
        return count.confirmed, count.owed
