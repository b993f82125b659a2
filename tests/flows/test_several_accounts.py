"""Several accounts in one hub: a platform that hangs holds up nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.model import AccountId, Credential, Event, EventId, Lookup, Outcome, Policy, Reason, Unknown
from app.domain.outbox import CallState
from app.domain.settle import Trouble
from app.flows.admit import Admit
from app.flows.drain import Drain
from app.flows.lease import Lease
from app.flows.lines import Line
from app.flows.lookup import LookUp
from app.flows.poll import Poll, Wanted
from app.flows.put_right import PutRight
from app.flows.watch import Watch
from app.jobs import Desk, Jobs
from app.machine.clock import HouseClock
from app.ports import Found, Provider
from app.store import open_store
from tests.fakes.clock import FakeClock
from tests.fakes.night import event, scan, station
from tests.fakes.notices import CollectedNotices
from tests.fakes.provider import NO_LINE, FakeProvider

HERE, THERE = AccountId("fourvenues"), AccountId("oveit")
PARTY = EventId("oveit:party")


class Hanging(FakeProvider):
    """Answers nothing until it is let go."""

    def __init__(self, clock: FakeClock, account: AccountId, on: Sequence[Event]) -> None:
        super().__init__(clock, on=list(on))
        self.account = account
        self.let_go = threading.Event()
        self.let_go.set()
        self.lookups = 0

    def hang(self) -> None:
        self.let_go.clear()

    def _ask(self, verb: str, about: str) -> None:
        self.let_go.wait(20)
        super()._ask(verb, about)

    def find(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        self.lookups += 1
        return super().find(credential, event, budget, witness)


class Accounts:
    def __init__(self, url: str) -> None:
        self.clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
        self.notices = CollectedNotices()
        self.store = open_store(url, self.now)
        nights = [self._tonight(event()), self._tonight(event(PARTY, account=THERE))]
        self.here, self.there = (
            Hanging(self.clock, account, [night]) for account, night in zip((HERE, THERE), nights, strict=True)
        )
        self.providers: dict[AccountId, Provider] = {HERE: self.here, THERE: self.there}
        self.lines = {one: Line(one, self.now, self.notices) for one in self.providers}
        self.look_up = LookUp(self.store, self.providers, self.lines, self.now, timedelta(milliseconds=400))
        for one in self.providers:
            self.store.run(lambda tx, one=one: tx.house.keep_account(one, "fake"))  # type: ignore[misc]
        self.store.run(lambda tx: tx.cache.save_events(nights, {one.id for one in nights}))
        able = {account: provider.capabilities for account, provider in self.providers.items()}
        self.door = Admit(self.store, self.look_up, self.notices, self.now, Policy(events={}), capabilities=able)

    def _tonight(self, one: Event) -> Event:
        at = self.now()
        return Event(
            id=one.id, account=one.account, ref=one.ref, name=one.name, starts_at=at, ends_at=at + timedelta(hours=5)
        )

    def now(self) -> datetime:
        """The real clock: these tests are about threads that wait."""
        return datetime.now(UTC)

    def desk(self, account: AccountId) -> Desk:
        provider, line = self.providers[account], self.lines[account]
        lease = Lease(self.store, account, "hub", self.now)
        poll = Poll(self.store, provider, line, self.notices, self.now, Wanted())
        drain = Drain(self.store, provider, line, lease, self.now, lambda: 0.5, self.look_up)
        return Desk(lease=lease, line=line, poll=poll, drain=drain, resources=provider.resources)

    def close(self) -> None:
        self.here.let_go.set()
        self.there.let_go.set()
        self.look_up.close()
        self.store.close()


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    made = Accounts(f"sqlite:///{tmp_path / 'doorcheck.db'}")
    try:
        yield made
    finally:
        made.close()


def test_a_code_is_found_in_whichever_account_has_it(accounts: Accounts) -> None:
    accounts.there.sells("PARTY1")
    accounts.here.sells("NIGHT1")
    assert accounts.door(scan("s1", "PARTY1"), station()).outcome is Outcome.ADMIT
    assert accounts.door(scan("s2", "NIGHT1"), station()).outcome is Outcome.ADMIT
    assert accounts.door(scan("s3", "FORGED"), station()).reason is Reason.UNKNOWN_CODE


def test_a_platform_that_hangs_does_not_keep_a_guest_of_the_other_waiting(accounts: Accounts) -> None:
    accounts.there.sells("PARTY1")
    accounts.here.hang()
    began = time.monotonic()
    assert accounts.door(scan("s1", "PARTY1"), station()).outcome is Outcome.ADMIT
    assert time.monotonic() - began < 0.4
    assert accounts.look_up(scan("s2", "FORGED"), station()) is Lookup.FAILED


def test_twenty_guests_who_wait_for_one_platform_are_no_queue_for_the_other(accounts: Accounts) -> None:
    accounts.here.hang()
    waiting = [
        threading.Thread(target=accounts.look_up, args=(scan(f"w{n}", f"FORGED{n}"), station())) for n in range(20)
    ]
    for one in waiting:
        one.start()
    accounts.there.sells("PARTY1")
    assert accounts.look_up(scan("s1", "PARTY1"), station()) is Lookup.NOT_MADE
    for one in waiting:
        one.join()


def test_who_was_let_in_on_trust_is_sought_in_every_account(accounts: Accounts) -> None:
    """Both platforms were away, and the place-holder stands at the wrong one."""
    for line in accounts.lines.values():
        line.failed(NO_LINE)
    trusting = station(unknown_offline=Unknown.PROVISIONAL)
    assert accounts.door(scan("s1", "PARTY1"), trusting).provisional
    assert accounts.door(scan("s2", "FORGED"), trusting).provisional
    accounts.there.sells("PARTY1")
    desks = [accounts.desk(one) for one in accounts.providers]
    for desk in desks:
        desk.line.heard()
        desk.lease.renew()
    for desk in [*desks, *desks]:
        desk.drain()
    calls = {row.call.code: row for row in accounts.store.views.calls(["done", "conflict", "due"], 9)}
    assert (calls["PARTY1"].call.account, calls["PARTY1"].call.state) == (THERE, CallState.DONE)
    assert calls["FORGED"].why == Trouble.NOT_KNOWN
    assert accounts.there.count("PARTY1") == 1
    assert accounts.here.pushed == []


def test_only_the_accounts_of_the_stations_events_are_asked(accounts: Accounts) -> None:
    accounts.there.sells("PARTY1")
    answer = accounts.door(scan("s1", "PARTY1"), station(events=(event().id,)))
    assert answer.reason is Reason.UNKNOWN_CODE
    assert (accounts.here.lookups, accounts.there.lookups) == (1, 0)


def test_a_line_that_is_down_is_no_reason_to_call_a_guest_unknown(accounts: Accounts) -> None:
    accounts.lines[THERE].failed(NO_LINE)
    assert accounts.door(scan("s1", "FORGED"), station()).reason is Reason.NOT_ALLOWED_OFFLINE


def test_polls_leases_and_sending_of_one_account_go_on_while_another_hangs(accounts: Accounts) -> None:
    keeper = HouseClock(trust=True)
    watch = Watch(accounts.store, accounts.providers, accounts.lines, accounts.notices, accounts.now, keeper)
    desks = {one: accounts.desk(one) for one in accounts.providers}
    put_right = PutRight(accounts.store, keeper, accounts.now)
    jobs = Jobs(desks, watch, accounts.now, timedelta(seconds=1), keeper, put_right, int)
    accounts.here.hang()
    accounts.lines[HERE].failed(NO_LINE)
    accounts.there.sells("PARTY1")
    jobs.start()
    try:
        until = time.monotonic() + 15
        while accounts.there.asked("pull") < 4 and time.monotonic() < until:
            time.sleep(0.05)
        assert accounts.there.asked("pull") >= 4
        assert accounts.door(scan("s1", "PARTY1"), station(events=(PARTY,))).outcome is Outcome.ADMIT
        while not accounts.there.pushed and time.monotonic() < until:
            time.sleep(0.05)
        assert len(accounts.there.pushed) == 1
        assert all(desk.lease.held() for desk in desks.values())
    finally:
        accounts.here.let_go.set()
        jobs.stop()
