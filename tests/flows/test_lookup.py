"""A code the cache does not hold is asked about, within the time a guest can wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.model import Lookup, Outcome, Policy, Reason
from app.domain.outbox import AnswerKind
from app.flows.admit import Admit
from app.flows.lines import LineState
from app.ports import ProviderError
from tests.fakes.night import SATURDAY, SUNDAY, event, scan, station
from tests.fakes.provider import BAD_KEY, NO_LINE
from tests.flows.venue import Venue

TOO_SLOW = ProviderError(AnswerKind.DOUBTFUL, "no answer in time")


def asks(venue: Venue, code: str = "LATE01") -> Lookup:
    return venue.look_up(scan(code=code), venue.gate)


@pytest.fixture
def live(venue: Venue) -> Venue:
    """The door asks the platform itself."""
    venue.door = Admit(venue.store, venue.look_up, venue.notices, venue.clock, Policy(events={}))
    return venue


def test_a_code_that_is_found_is_in_the_cache_from_then_on(live: Venue) -> None:
    live.provider.sells("LATE01")
    assert live.scans("scan-1", "LATE01").outcome is Outcome.ADMIT
    assert live.scans("scan-2", "LATE01").reason is Reason.ALREADY_IN
    assert live.provider.asked("find") == 1


def test_a_code_the_platform_surely_does_not_know_is_refused(live: Venue) -> None:
    assert live.scans(code="FORGED").reason is Reason.UNKNOWN_CODE


@pytest.mark.parametrize("error", [NO_LINE, TOO_SLOW, BAD_KEY])
def test_a_lookup_that_failed_is_never_a_refusal_of_the_guest(live: Venue, error: ProviderError) -> None:
    live.provider.down = error
    answer = live.scans(code="LATE01")
    assert (answer.outcome, answer.reason) == (Outcome.ASK, Reason.NOT_ALLOWED_OFFLINE)


def test_a_failed_lookup_says_so(venue: Venue) -> None:
    venue.provider.down = TOO_SLOW
    assert asks(venue) is Lookup.FAILED


def test_a_ticket_for_another_night_is_told_as_such(live: Venue) -> None:
    live.provider.sells("LATE01")
    live.provider.elsewhere["LATE01"] = "ev-sunday"
    answer = live.scans(code="LATE01")
    assert (answer.reason, answer.event) == (Reason.OTHER_EVENT, SUNDAY)
    assert not live.store.open_events()[SUNDAY].open


def test_a_ticket_for_another_night_does_not_close_that_night(live: Venue) -> None:
    live.opens(event(), event(SUNDAY, name="Sunday Matinée"))
    live.provider.sells("LATE01")
    live.provider.elsewhere["LATE01"] = "ev-sunday"
    live.scans(code="LATE01", at=station(events=(SATURDAY,)))
    known = live.store.open_events()[SUNDAY]
    assert (known.open, known.name) == (True, "Sunday Matinée")


def test_a_line_that_is_down_is_not_waited_for(live: Venue) -> None:
    live.line.failed(NO_LINE)
    assert live.scans(code="LATE01").reason is Reason.NOT_ALLOWED_OFFLINE
    assert live.provider.log == []


def test_a_lookup_that_fails_takes_the_line_down(live: Venue) -> None:
    live.provider.down = NO_LINE
    live.scans("scan-1", "LATE01")
    live.scans("scan-2", "LATE02")
    assert live.line.status.state is LineState.DOWN
    assert live.provider.asked("find") == 1


def test_a_slow_answer_says_nothing_about_the_line(live: Venue) -> None:
    live.provider.down = TOO_SLOW
    live.scans("scan-1", "LATE01")
    assert live.line.up


def test_several_events_share_one_budget(venue: Venue) -> None:
    """A guest waits once, however many events are on."""
    venue.opens(event(), event(SUNDAY))
    venue.provider.search_takes = timedelta(milliseconds=500)
    assert asks(venue) is Lookup.ABSENT
    assert [budget for budget, _ in venue.provider.searches] == [
        timedelta(milliseconds=800), timedelta(milliseconds=300),
    ]  # fmt: skip


def test_an_event_there_was_no_time_for_leaves_a_doubt(venue: Venue) -> None:
    venue.opens(event(), event(SUNDAY))
    venue.provider.search_takes = timedelta(seconds=1)
    assert asks(venue) is Lookup.FAILED
    assert venue.line.up


def test_a_station_may_have_a_budget_of_its_own(venue: Venue) -> None:
    venue.look_up(scan(), replace(venue.gate, lookup_budget=timedelta(seconds=3)))
    assert venue.provider.searches == [(timedelta(seconds=3), None)]


def test_with_nothing_on_there_is_nobody_to_ask(venue: Venue) -> None:
    venue.opens(event(open=False))
    assert not venue.look_up.possible(venue.gate)
    assert asks(venue) is Lookup.FAILED


def test_a_known_code_goes_along_as_a_witness(venue: Venue) -> None:
    asks(venue)
    venue.sells("KNOWN1")
    asks(venue)
    assert [witness for _, witness in venue.provider.searches] == [None, "KNOWN1"]


def test_a_standing_nobody_knows_is_asked_about_once_more(live: Venue) -> None:
    live.sells("AAAA")
    live.clock.sleep(minutes=5)
    live.provider.tickets.clear()
    live.poll(event(), "tickets", full=True)
    live.provider.sells("AAAA")
    live.clock.sleep(seconds=1)
    assert live.scans(code="AAAA").outcome is Outcome.ADMIT


def test_a_row_that_cannot_be_read_is_no_refusal_of_the_guest(live: Venue) -> None:
    """The platform knows the code: only we don't understand what it says."""
    live.provider.sells("LATE01")
    live.provider.unreadable.add("tk-LATE01")
    assert live.scans(code="LATE01").outcome is Outcome.ASK
    assert [one.ref for _, _, one in live.store.views.damaged(9)] == ["tk-LATE01"]
