"""What is owed reaches the platform exactly once, or a person sees why not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.model import Standing
from app.domain.outbox import CallState, Receipt
from app.domain.settle import Trouble
from app.ports import Capabilities
from tests.fakes.clock import EVENING
from tests.fakes.provider import BROKEN, BUSY, REFUSED
from tests.flows.venue import Venue

HOUR_AGO = EVENING - timedelta(hours=1)
DONE, DUE, CONFLICT, PARKED = CallState.DONE, CallState.DUE, CallState.CONFLICT, CallState.PARKED


# --- the good evening -------------------------------------------------------------------------------------------------


def test_an_accepted_entry_is_done(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    report = venue.drain()
    assert (report.sent, report.done) == (1, 1)
    assert venue.states() == [DONE]
    assert venue.owed("AAAA") == (1, 0)
    assert venue.provider.pushed[0].at == venue.clock.now


def test_nothing_owed_asks_nothing(venue: Venue) -> None:
    assert venue.drain().sent == 0
    assert venue.provider.log == []


def test_more_than_one_round_is_drained(venue: Venue) -> None:
    for n in range(20):
        venue.sells(f"C{n}")
        venue.enters(f"C{n}")
    venue.lease.renew()
    assert venue.drain().done == 20


def test_a_single_entry_the_platform_guards_itself_is_sent_without_a_look(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.drain()
    assert venue.provider.log == [("push", "tk-AAAA")]


def test_what_the_platform_does_not_guard_is_looked_at_first(venue: Venue) -> None:
    venue.provider.capabilities = Capabilities()
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.drain()
    assert venue.provider.log == [("look", "tk-AAAA"), ("push", "tk-AAAA")]


# --- groups -----------------------------------------------------------------------------------------------------------


def test_a_group_is_sent_on_top_of_what_the_platform_counts(venue: Venue) -> None:
    venue.sells("FAMILY", 4, count=1)
    venue.enters("FAMILY", heads=2)
    venue.drain()
    assert venue.provider.pushed[0].base == 1
    assert venue.provider.count("FAMILY") == 3
    assert venue.owed("FAMILY") == (3, 0)


def test_what_the_platform_counted_is_kept_before_a_group_is_sent(venue: Venue) -> None:
    venue.sells("FAMILY", 4, count=1)
    venue.enters("FAMILY", heads=2)
    kept = []
    venue.provider.push_script["tk-FAMILY"].append(lambda: kept.append(venue.calls()[0].base))
    venue.drain()
    assert kept == [1]


def test_a_group_whose_places_are_taken_is_a_conflict_and_is_never_sent(venue: Venue) -> None:
    venue.sells("FAMILY", 3)
    venue.enters("FAMILY", heads=2)
    venue.provider.tickets["tk-FAMILY"].count = 2
    venue.drain()
    assert venue.why() == [Trouble.ENTERED_ELSEWHERE]
    assert venue.provider.pushed == []


def test_parts_of_a_group_are_sent_one_after_the_other(venue: Venue) -> None:
    venue.sells("FAMILY", 4)
    for heads in (1, 2, 1):
        venue.enters("FAMILY", heads=heads)
    venue.drain()
    assert [(call.base, call.heads) for call in venue.provider.pushed] == [(0, 1), (1, 2), (3, 1)]
    assert venue.provider.count("FAMILY") == 4


# --- refused ----------------------------------------------------------------------------------------------------------


def test_refused_because_our_own_entry_is_there_already_is_done(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.tickets["tk-AAAA"].count = 1
    venue.provider.tickets["tk-AAAA"].last_at = venue.clock.now
    venue.drain()
    assert venue.states() == [DONE]
    assert venue.owed("AAAA") == (1, 0)


@pytest.mark.parametrize("last_at", [HOUR_AGO, None])
def test_refused_because_somebody_entered_elsewhere_is_a_conflict(venue: Venue, last_at: object) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.tickets["tk-AAAA"].count = 1
    venue.provider.tickets["tk-AAAA"].last_at = last_at  # type: ignore[assignment]
    assert venue.drain().conflict == 1
    assert venue.why() == [Trouble.ENTERED_ELSEWHERE]
    assert venue.owed("AAAA") == (0, 1)


@pytest.mark.parametrize(
    ("standing", "trouble"), [(Standing.VOID, Trouble.VOID), (Standing.PENDING, Trouble.NOT_CONFIRMED)]
)
def test_refused_because_it_was_taken_back_is_a_conflict(venue: Venue, standing: Standing, trouble: Trouble) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.tickets["tk-AAAA"].standing = standing
    venue.drain()
    assert venue.why() == [trouble]


def test_refused_because_it_is_gone_is_a_conflict(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.tickets.clear()
    venue.drain()
    assert venue.why() == [Trouble.GONE]


@pytest.mark.parametrize("answer", [REFUSED, BROKEN])
def test_what_nobody_can_explain_is_parked_after_three_looks_with_the_platforms_words(
    venue: Venue, answer: Receipt
) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].extend([answer] * 9)
    sent = []
    for _ in range(5):
        venue.drain()
        sent.append(venue.provider.asked("push"))
        venue.waits(minutes=6)
    assert sent == [1, 2, 3, 3, 3]
    assert venue.states() == [PARKED]
    assert venue.store.views.calls(["parked"], 1)[0].words == answer.words


# --- isolation and order ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("poison", [BROKEN, ValueError("a bug of ours"), BUSY])
def test_a_poisoned_call_never_blocks_the_ones_behind_it(venue: Venue, poison: Receipt | Exception) -> None:
    venue.sells("POISON")
    venue.enters("POISON")
    venue.provider.push_script["tk-POISON"].extend([poison] * 99)
    for n in range(20):
        venue.sells(f"C{n}")
        venue.enters(f"C{n}")
    venue.lease.renew()
    assert venue.drain().done == 20
    assert venue.states() == [DUE] + [DONE] * 20


def test_a_call_that_breaks_our_own_code_waits_and_is_looked_at_before_it_is_sent_again(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].append(ValueError("a bug of ours"))
    venue.drain()
    (call,) = venue.calls()
    assert (call.state, call.doubts) == (DUE, 1)
    venue.waits(minutes=6)
    venue.drain()
    assert venue.provider.log == [("push", "tk-AAAA"), ("look", "tk-AAAA"), ("push", "tk-AAAA")]


def test_an_entry_and_its_undo_arrive_in_their_order(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].append(lambda: venue.undoes("scan-AAAA-1"))
    venue.drain()
    assert [call.heads for call in venue.provider.pushed] == [1, -1]
    assert venue.provider.count("AAAA") == 0
    assert venue.owed("AAAA") == (0, 0)
    assert venue.states() == [DONE, DONE]


def test_an_undo_whose_answer_was_lost_is_not_sent_twice(venue: Venue) -> None:
    venue.sells("FAMILY", 4)
    venue.enters("FAMILY", heads=3)
    venue.enters("FAMILY", heads=1)
    venue.drain()
    venue.undoes("scan-FAMILY-2")
    venue.provider.push_script["tk-FAMILY"].append("lost")
    venue.drain()
    assert venue.provider.count("FAMILY") == 3
    assert venue.owed("FAMILY") == (3, 0)


def test_an_undo_of_what_the_platform_has_taken_back_itself_is_done(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.drain()
    venue.provider.tickets["tk-AAAA"].count = 0
    venue.undoes("scan-AAAA-1")
    venue.drain()
    assert venue.states() == [DONE, DONE]
    assert venue.owed("AAAA") == (0, 0)


# --- the lease --------------------------------------------------------------------------------------------------------


def test_without_the_lease_nothing_is_sent(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.clock.sleep(seconds=10)
    assert venue.drain().sent == 0
    assert venue.provider.log == []
    assert venue.states() == [DUE]


def test_a_lease_lost_on_the_way_stops_sending_and_gives_the_rest_back(venue: Venue) -> None:
    for n in range(12):
        venue.sells(f"C{n}")
        venue.enters(f"C{n}")
    venue.lease.renew()
    for n in range(12):
        venue.provider.push_script[f"tk-C{n}"].append(lambda: venue.clock.sleep(seconds=10))
    venue.drain()
    assert venue.provider.asked("push") <= 4
    assert set(venue.states()) == {DONE, DUE}
    assert {call.doubts for call in venue.calls("due")} == {0}


def test_a_call_that_another_hub_took_over_is_not_sent_by_the_first(venue: Venue) -> None:
    venue.sells("FAMILY", 4)
    venue.enters("FAMILY", heads=2)

    def taken_over() -> None:
        venue.clock.sleep(seconds=30)
        venue.claim("another hub:2:1")

    venue.provider.look_script["tk-FAMILY"].append(taken_over)
    assert venue.drain().done == 0
    assert venue.provider.pushed == []
    assert [call.state for call in venue.calls()] == [CallState.SENDING]
