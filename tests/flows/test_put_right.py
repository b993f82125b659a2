"""A hub that started with a wrong clock: nobody is turned away for it, and every time is put right."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from app.domain.model import AccountId, Outcome, Policy, Reason
from app.flows.admit import Admit
from app.flows.lines import Line
from app.flows.put_right import PutRight
from app.flows.undo import Undo
from app.flows.watch import Watch
from app.jobs import Sender
from app.machine.clock import HouseClock
from tests.fakes.clock import EVENING
from tests.fakes.night import ACCOUNT, scan
from tests.fakes.provider import FakeProvider
from tests.flows.venue import Venue

LATE = timedelta(days=9)


class Booted:
    """A venue on a machine that was switched on with the clock of nine days ago."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.on = 30.0
        self.clock = HouseClock(
            wall=lambda: (EVENING - LATE).timestamp() + self.on, uptime=lambda: self.on, synchronised=lambda: False,
            boot="b7",
        )  # fmt: skip
        self.door = self.door_with(Policy(events={}))
        self.undo = Undo(venue.store, venue.notices, self.clock, timekeeper=self.clock)
        self.put_right = PutRight(venue.store, self.clock, self.clock)

    def door_with(self, policy: Policy) -> Admit:
        lookup = self.venue.lookup.as_lookup()
        return Admit(self.venue.store, lookup, self.venue.notices, self.clock, policy, self.clock)

    def passes(self, seconds: float) -> None:
        self.on += seconds

    def is_told(self) -> None:
        for _ in range(2):
            self.clock.heard(EVENING + timedelta(seconds=self.on) - self.clock())
            self.passes(1)


@pytest.fixture
def booted(venue: Venue) -> Booted:
    return Booted(venue)


def test_entries_of_a_wrong_clock_get_their_true_time_and_keep_their_order(booted: Booted) -> None:
    booted.venue.sells("AAA11111")
    booted.venue.sells("BBB22222")
    answers = []
    for at, code in enumerate(("AAA11111", "BBB22222")):
        made = scan(f"s{at}", code, at=booted.clock())
        answers.append(booted.door(made, booted.venue.gate))
        booted.passes(60)
    assert all(answer.uncertain for answer in answers)
    assert booted.put_right() == 0, "nobody has told the time yet"
    booted.is_told()
    assert booted.put_right() == 2
    first, second = list(booted.venue.store.views.answers())
    assert abs(first.at - (EVENING + timedelta(seconds=30))) < timedelta(seconds=2)
    assert second.at - first.at == pytest.approx(timedelta(seconds=60), abs=timedelta(milliseconds=5))
    assert not first.uncertain
    assert [call.at for call in booted.venue.calls()] == [first.at, second.at]
    assert first.undo_until is not None
    assert first.undo_until - first.at == timedelta(minutes=10)


def test_an_entry_can_be_taken_back_after_its_time_was_put_right(booted: Booted) -> None:
    booted.venue.sells("AAA11111")
    booted.door(scan("s1", "AAA11111", at=booted.clock()), booted.venue.gate)
    booted.is_told()
    booted.put_right()
    undone = booted.undo(scan("s1", "AAA11111").id, booted.venue.gate, "")
    assert getattr(undone, "undoes", None) == "s1"


def test_scans_of_an_earlier_start_stay_as_they_are(booted: Booted) -> None:
    booted.venue.sells("AAA11111")
    answer = booted.door(scan("s1", "AAA11111", at=booted.clock()), booted.venue.gate)
    later = HouseClock(True, boot="b8")
    assert PutRight(booted.venue.store, later, later)() == 0
    assert next(booted.venue.store.views.answers()).at == answer.at


def test_nobody_is_refused_for_the_hour_by_a_clock_that_may_be_wrong(booted: Booted) -> None:
    booted.venue.sells("AAA11111")
    door = booted.door_with(Policy(events={}, early=timedelta(hours=1)))
    asked = door(scan("s1", "AAA11111", at=booted.clock()), booted.venue.gate)
    assert (asked.outcome, asked.reason) == (Outcome.ASK, Reason.TOO_EARLY)
    booted.is_told()
    answer = door(scan("s2", "AAA11111", at=booted.clock()), booted.venue.gate)
    assert (answer.outcome, answer.uncertain) == (Outcome.ADMIT, False)


def test_a_scan_with_a_pages_own_older_time_is_left_alone(booted: Booted) -> None:
    booted.venue.sells("AAA11111")
    own = booted.clock() - timedelta(hours=1)
    answer = booted.door(scan("s1", "AAA11111", at=own, at_by_page=True), booted.venue.gate)
    assert not answer.uncertain
    booted.is_told()
    assert booted.put_right() == 0


def test_the_platform_is_asked_for_the_time_until_it_is_certain(booted: Booted) -> None:
    venue = booted.venue
    asked = []

    def ping() -> timedelta:
        asked.append(booted.clock())
        return EVENING + timedelta(seconds=booted.on) - booted.clock()

    venue.provider.ping = ping  # type: ignore[method-assign]
    watch = Watch(
        venue.store, {ACCOUNT: venue.provider}, {ACCOUNT: venue.line}, venue.notices, booted.clock, booted.clock
    )
    for _ in range(5):
        watch.probe(ACCOUNT)
        watch()
        booted.passes(1)
    assert booted.clock.certain
    assert len(asked) == 2, "a platform that has told the time is left in peace"


def test_a_quick_platform_is_not_believed_before_a_slow_one_has_spoken(booted: Booted) -> None:
    """Accounts are asked side by side: who answers twice while another still thinks must not settle the time."""
    venue, other = booted.venue, AccountId("oveit")
    lines = {ACCOUNT: venue.line, other: Line(other, booted.clock, venue.notices)}
    venue.provider.ping = lambda: timedelta(hours=1)  # type: ignore[method-assign]
    slow = FakeProvider(venue.clock)
    slow.ping = lambda: timedelta(hours=-1)  # type: ignore[method-assign]
    watch = Watch(venue.store, {ACCOUNT: venue.provider, other: slow}, lines, venue.notices, booted.clock, booted.clock)
    for second in range(9):
        watch.probe(ACCOUNT)
        if second % 3 == 2:
            watch.probe(other)
        watch()
        booted.passes(1)
    assert not booted.clock.certain


def test_nothing_is_sent_before_its_time_is_right(booted: Booted) -> None:
    """The sender wakes between the moment the time is known and the clock's own look."""
    booted.venue.sells("AAA11111")
    booted.door(scan("s1", "AAA11111", at=booted.clock()), booted.venue.gate)
    sent, drained = list[datetime](), threading.Event()

    def drain() -> None:
        sent.extend(call.at for call in booted.venue.calls())
        drained.set()

    desk = SimpleNamespace(selling=None, drain=drain)
    sender = Sender(ACCOUNT, desk, booted.clock, booted.put_right)  # type: ignore[arg-type]
    sender.start()
    try:
        sender.wake()
        assert not drained.wait(0.3), "the time is not known yet"
        booted.is_told()
        sender.wake()
        assert drained.wait(10)
    finally:
        sender.stop()
    assert abs(sent[0] - (EVENING + timedelta(seconds=30))) < timedelta(seconds=2)
