"""Lost answers, busy platforms, lines that break: what is owed arrives once all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from app.domain.outbox import AnswerKind, CallState
from app.domain.settle import Trouble
from app.flows.lines import PAUSE, PROBE, LineState
from app.ports import ProviderError
from tests.fakes.clock import EVENING
from tests.fakes.provider import BAD_KEY, BARRED, BUSY, NO_LINE, NO_ROUTE, REFUSED
from tests.flows.venue import Venue

HOUR_AGO = EVENING - timedelta(hours=1)
DONE, DUE, CONFLICT, PARKED = CallState.DONE, CallState.DUE, CallState.CONFLICT, CallState.PARKED


# --- doubt ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tells_time", [True, False])
@pytest.mark.parametrize("heads", [1, 2])
def test_an_entry_whose_answer_was_lost_is_looked_for_and_not_sent_again(
    venue: Venue, tells_time: bool, heads: int
) -> None:
    venue.provider.tells_time = tells_time
    venue.sells("AAAA", heads)
    venue.enters("AAAA", heads=heads)
    venue.provider.push_script["tk-AAAA"].append("lost")
    venue.drain()
    assert venue.states() == [DONE]
    assert venue.provider.asked("push") == 1
    assert venue.provider.log[-1] == ("look", "tk-AAAA")


@pytest.mark.parametrize("heads", [1, 2])
def test_an_entry_that_did_not_arrive_is_sent_again_after_a_look(venue: Venue, heads: int) -> None:
    venue.sells("AAAA", heads)
    venue.enters("AAAA", heads=heads)
    venue.provider.push_script["tk-AAAA"].append("cut")
    venue.drain()
    assert venue.states() == [DONE]
    assert venue.provider.count("AAAA") == heads
    verbs = [verb for verb, _ in venue.provider.log]
    assert verbs[verbs.index("push") + 1] == "look"
    assert verbs[-1] == "push"


def test_a_look_that_fails_leaves_the_doubt_until_the_next_one(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].append("lost")
    venue.provider.look_script["tk-AAAA"].append(ProviderError(AnswerKind.BUSY, "try later"))
    venue.drain()
    (call,) = venue.calls()
    assert (call.state, call.doubts) == (DUE, 1)
    venue.waits(minutes=6)
    venue.drain()
    assert venue.states() == [DONE]
    assert venue.provider.asked("push") == 1


def test_a_platform_that_cuts_every_answer_is_asked_less_and_less(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].extend(["cut"] * 99)
    for _ in range(60):
        venue.drain()
        venue.waits(seconds=1)
    assert venue.provider.asked("push") < 10
    assert venue.states() == [DUE]


def test_more_people_than_we_can_explain_is_a_conflict_and_not_a_guess(venue: Venue) -> None:
    venue.sells("FAMILY", 9)
    venue.enters("FAMILY", heads=2)
    ticket = venue.provider.tickets["tk-FAMILY"]
    venue.provider.tells_time = False
    venue.provider.push_script["tk-FAMILY"].append("lost")
    venue.provider.look_script["tk-FAMILY"].extend([lambda: None, lambda: setattr(ticket, "count", 5)])
    venue.drain()
    assert venue.why() == [Trouble.UNCLEAR]


def test_a_sender_that_died_after_sending_is_found_out_by_a_look(venue: Venue) -> None:
    """The push arrived, the settlement was never written: the next hub must not send it again."""
    venue.sells("FAMILY", 4)
    venue.enters("FAMILY", heads=2)
    venue.provider.push_script["tk-FAMILY"].append(partial(_power_cut, venue, "FAMILY", 2))
    with pytest.raises(SystemExit):
        venue.drain()
    assert venue.states() == [CallState.SENDING]
    venue.drain()
    assert venue.states() == [DONE]
    assert venue.provider.count("FAMILY") == 2
    assert venue.owed("FAMILY") == (2, 0)


def _power_cut(venue: Venue, code: str, heads: int) -> None:
    ticket = venue.provider.tickets[f"tk-{code}"]
    ticket.count += heads
    ticket.last_at = venue.clock.now
    raise SystemExit


def test_a_sender_that_died_before_sending_is_found_out_too(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.claim("gone:1:1")
    venue.drain()
    assert venue.provider.log == [("look", "tk-AAAA"), ("push", "tk-AAAA")]
    assert venue.states() == [DONE]


# --- busy, unreachable, barred ----------------------------------------------------------------------------------------


def test_a_busy_platform_is_asked_again_later_and_the_call_keeps_its_place(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].extend([BUSY] * 3)
    waits = []
    for _ in range(3):
        venue.drain()
        (call,) = venue.calls()
        assert call.due_at is not None
        waits.append(call.due_at - venue.clock.now)
        venue.drain()
        venue.waits(seconds=waits[-1].total_seconds())
    assert waits[0] < waits[1] < waits[2]
    assert venue.provider.asked("push") == 3
    venue.drain()
    assert venue.states() == [DONE]


def test_a_time_named_by_the_platform_is_honoured(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].append(replace(BUSY, retry_after=timedelta(minutes=7)))
    venue.drain()
    assert venue.calls()[0].due_at == venue.clock.now + timedelta(minutes=7)
    assert venue.drain.hurry() == 0


def test_a_platform_that_cannot_be_reached_costs_no_attempt_and_no_wait_after_it(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].extend([NO_ROUTE] * 5)
    for _ in range(5):
        venue.drain()
        assert venue.line.status.state is LineState.DOWN
        venue.waits(seconds=PROBE.total_seconds())
    (call,) = venue.calls()
    assert (call.attempts, call.looks, call.doubts) == (0, 0, 0)
    venue.drain()
    assert venue.states() == [DONE]
    assert venue.line.status.state is LineState.UP


def test_while_the_line_is_down_one_call_tries_and_the_others_wait(venue: Venue) -> None:
    for n in range(12):
        venue.sells(f"C{n}")
        venue.enters(f"C{n}")
    venue.lease.renew()
    venue.provider.down = NO_LINE
    venue.drain()
    assert venue.provider.asked("push") <= 4
    assert venue.states() == [DUE] * 12
    assert all(call.attempts == 0 for call in venue.calls())


def test_a_barred_account_is_paused_and_its_calls_keep_their_place(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.sells("BBBB")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].append(BARRED)
    venue.drain()
    (call,) = venue.calls()
    assert (call.state, call.attempts, call.due_at) == (DUE, 0, call.at)
    assert venue.line.status.state is LineState.PAUSED
    venue.enters("BBBB")
    assert venue.drain().sent == 0
    venue.waits(seconds=PAUSE.total_seconds())
    venue.drain()
    assert [ref for _, ref in venue.provider.log] == ["tk-AAAA", "tk-AAAA", "tk-BBBB"]
    assert venue.states() == [DONE, DONE]


@pytest.mark.parametrize(("error", "state"), [(BAD_KEY, LineState.PAUSED), (NO_LINE, LineState.DOWN)])
def test_a_line_that_breaks_during_the_look_after_a_refusal_is_not_taken_for_up(
    venue: Venue, error: ProviderError, state: LineState
) -> None:
    """The refusal came over a good line; what came after it is the news."""
    venue.sells("AAAA")
    venue.enters("AAAA")
    venue.provider.push_script["tk-AAAA"].append(REFUSED)
    venue.provider.look_script["tk-AAAA"].append(error)
    venue.drain()
    assert venue.line.status.state is state


def test_after_a_bad_hour_everything_arrives_in_order(venue: Venue) -> None:
    venue.provider.down = NO_LINE
    for n in range(5):
        venue.sells(f"C{n}")
        venue.enters(f"C{n}")
        venue.lease.renew()
        venue.drain()
    venue.provider.down = None
    venue.provider.log.clear()
    venue.waits(minutes=1)
    venue.drain()
    assert venue.states() == [DONE] * 5
    assert sorted(venue.provider.log) == [("push", f"tk-C{n}") for n in range(5)]
