"""The line to an account, who may use it, and who watches over it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.outbox import AnswerKind
from app.domain.settle import Conflict, Parked, Trouble
from app.flows.lease import LEASE, MARGIN, Lease
from app.flows.lines import PAUSE, PROBE, Line, LineState
from app.ports import ProviderError
from tests.conformance.store import House
from tests.fakes.clock import EVENING, FakeClock
from tests.fakes.night import ACCOUNT, admission
from tests.fakes.notices import CollectedNotices
from tests.fakes.provider import BAD_KEY, NO_LINE
from tests.flows.venue import Venue

BUSY = ProviderError(AnswerKind.BUSY, "try later")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def notices() -> CollectedNotices:
    return CollectedNotices()


@pytest.fixture
def line(clock: FakeClock, notices: CollectedNotices) -> Line:
    return Line(ACCOUNT, clock, notices)


def told(notices: CollectedNotices) -> list[str]:
    return [body["state"] for body in notices.about("connectivity")]


def test_a_line_nobody_has_tried_may_be_used(line: Line) -> None:
    assert line.up
    assert line.usable()


def test_a_line_that_is_down_rests_and_is_then_tried_again(line: Line, clock: FakeClock) -> None:
    line.failed(NO_LINE)
    assert not line.up
    assert not line.usable()
    clock.sleep(seconds=PROBE.total_seconds())
    assert line.usable()
    assert not line.up


def test_a_line_that_is_barred_rests_longer(line: Line, clock: FakeClock) -> None:
    line.failed(BAD_KEY)
    clock.sleep(seconds=PAUSE.total_seconds() - 1)
    assert not line.usable()
    clock.sleep(seconds=1)
    assert line.usable()


def test_a_change_is_told_once_and_not_with_each_failure(line: Line, notices: CollectedNotices) -> None:
    for error in (NO_LINE, NO_LINE, BAD_KEY, BAD_KEY):
        line.failed(error)
    line.heard()
    line.heard()
    assert told(notices) == ["down", "paused", "up"]


def test_a_line_remembers_since_when(line: Line, clock: FakeClock) -> None:
    line.failed(NO_LINE)
    clock.sleep(minutes=3)
    line.failed(NO_LINE)
    assert line.status.since == EVENING


def test_a_busy_platform_is_not_a_line_that_is_down(line: Line, notices: CollectedNotices) -> None:
    line.heard()
    line.failed(BUSY)
    assert line.up
    assert line.usable()
    assert told(notices) == ["up"]


def test_recovery_is_told_to_whoever_waits(line: Line) -> None:
    recovered = []
    line.on_recovery = lambda: recovered.append(True)
    for error in (NO_LINE, BUSY):
        line.failed(error)
        line.heard()
        line.heard()
    assert len(recovered) == 2


@pytest.mark.parametrize("kind", [AnswerKind.DOUBTFUL, AnswerKind.BROKEN])
def test_an_answer_we_did_not_understand_says_nothing_about_the_line(line: Line, kind: AnswerKind) -> None:
    line.heard()
    line.failed(ProviderError(kind, "what?"))
    assert line.up


# --- the lease --------------------------------------------------------------------------------------------------------


def test_a_lease_ends_for_its_holder_well_before_it_is_free_for_others(venue: Venue) -> None:
    other = Lease(venue.store, ACCOUNT, "another hub", venue.clock)
    assert venue.lease.held()
    venue.clock.sleep(seconds=(LEASE - MARGIN).total_seconds())
    assert not venue.lease.held()
    assert not other.renew()
    venue.clock.sleep(seconds=MARGIN.total_seconds())
    assert other.renew()
    assert other.held()
    assert not venue.lease.renew()


def test_a_lease_that_is_renewed_stays_and_keeps_its_name(venue: Venue) -> None:
    name = venue.lease.name
    for _ in range(10):
        venue.clock.sleep(seconds=2)
        assert venue.lease.renew()
    assert venue.lease.held()
    assert venue.lease.name == name


def test_a_lease_that_came_back_has_another_name(venue: Venue) -> None:
    """What was claimed under the old one is not ours any more."""
    name = venue.lease.name
    venue.clock.sleep(minutes=1)
    Lease(venue.store, ACCOUNT, "another hub", venue.clock).renew()
    venue.clock.sleep(minutes=1)
    assert venue.lease.renew()
    assert venue.lease.name != name


def test_a_lease_given_back_is_free_at_once(venue: Venue) -> None:
    venue.lease.drop()
    assert not venue.lease.held()
    assert Lease(venue.store, ACCOUNT, "another hub", venue.clock).renew()


# --- the watch --------------------------------------------------------------------------------------------------------


def test_a_line_that_is_down_is_probed_with_the_least_the_platform_offers(venue: Venue) -> None:
    watch = venue.watch()
    venue.line.failed(NO_LINE)
    watch.probe(ACCOUNT)
    assert venue.provider.log == []
    venue.clock.sleep(seconds=2)
    watch.probe(ACCOUNT)
    assert venue.provider.log == [("ping", "")]
    assert venue.line.status.state is LineState.UP
    watch.probe(ACCOUNT)
    assert venue.provider.log == [("ping", "")]


def test_a_probe_that_fails_lets_the_line_rest_again(venue: Venue) -> None:
    watch = venue.watch()
    venue.provider.down = NO_LINE
    venue.line.failed(NO_LINE)
    for _ in range(4):
        venue.clock.sleep(seconds=1)
        watch.probe(ACCOUNT)
    assert venue.provider.asked("ping") == 2


def test_the_state_of_a_line_is_kept_for_other_processes(venue: Venue) -> None:
    watch = venue.watch()
    watch()
    venue.line.failed(BAD_KEY)
    watch()
    (row,) = venue.store.views.accounts()
    assert (row.state, row.words, row.since) == ("paused", "bad key", EVENING)


def test_whatever_another_process_commits_wakes_the_senders(venue: Venue) -> None:
    watch, nudged = venue.watch(), []
    watch.nudge = lambda: nudged.append(True)
    watch()
    watch()
    nudged.clear()
    watch()
    assert nudged == []
    other = House(venue.url)
    other.knows(admission())
    other.scans()
    other.close()
    watch()
    assert nudged == [True]


def test_a_conflict_is_told_once_whoever_wrote_it(venue: Venue) -> None:
    watch = venue.watch()
    watch()
    for code, fate in (("AAAA", Conflict(why=Trouble.VOID)), ("BBBB", Parked(why=Trouble.UNEXPLAINED))):
        venue.sells(code)
        venue.enters(code)
        venue.sends(fate)
    watch()
    venue.sells("CCCC")
    watch()
    assert [body["row"].why for body in venue.notices.about("conflict")] == [Trouble.VOID]


def test_a_conflict_from_before_the_start_is_not_told_again(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.sends(Conflict(why=Trouble.VOID))
    watch = venue.watch()
    watch()
    assert venue.notices.about("conflict") == []


def test_the_outbox_is_told_when_it_changes(venue: Venue) -> None:
    watch = venue.watch()
    watch()
    venue.sells("AAAA")
    venue.enters("AAAA")
    watch()
    watch()
    assert [body["outbox"].due for body in venue.notices.about("outbox")] == [1]
    assert timedelta(0) < PROBE
