"""A platform that can't take anything back, takes one head at a time, and may be told who leaves."""

from __future__ import annotations

import pytest

from app.domain.model import EXIT, Answer, Direction, Kind, Outcome, Reason
from app.domain.outbox import CallState
from app.domain.settle import Trouble
from app.flows.undo import NoUndo
from app.ports import Capabilities
from tests.flows.venue import Venue

FINAL = Capabilities(self_guarding=frozenset({Kind.TICKET}))
ONE_BY_ONE = Capabilities(one_at_a_time=True)


@pytest.fixture
def final(venue: Venue) -> Venue:
    venue.speaks(FINAL)
    return venue


def undone(answer: Answer | NoUndo) -> Answer:
    assert isinstance(answer, Answer)
    return answer


def test_what_the_platform_never_heard_of_is_withdrawn_as_anywhere(final: Venue) -> None:
    final.sells("AAAA")
    assert final.scans("scan-1", "AAAA").undo_stays
    assert undone(final.undoes("scan-1")).why.value == "withdrawn"
    assert final.states() == [CallState.WITHDRAWN]
    assert final.owed("AAAA") == (0, 0)


def test_an_undo_after_the_platform_heard_of_it_stays_here_and_a_person_sees_it(final: Venue) -> None:
    final.sells("AAAA")
    final.scans("scan-1", "AAAA")
    final.drain()
    answer = undone(final.undoes("scan-1"))
    assert (answer.why.value, answer.left) == ("here", 1)
    assert final.why() == [Trouble.ONLY_HERE]
    assert final.owed("AAAA") == (1, -1)
    final.drain()
    assert final.provider.log == [("push", "tk-AAAA")]


def test_a_poll_does_not_take_the_room_away_that_an_undo_gave_back(final: Venue) -> None:
    ticket = final.sells("AAAA")
    final.scans("scan-1", "AAAA")
    final.drain()
    final.undoes("scan-1")
    final.clock.sleep(minutes=5)
    final.poll.events()
    final.poll.all(full=True)
    assert final.count(ticket.ref).left == 1


def test_the_next_entry_takes_the_place_of_the_one_undone_and_is_not_told_again(final: Venue) -> None:
    final.sells("AAAA")
    final.scans("scan-1", "AAAA")
    final.drain()
    final.undoes("scan-1")
    assert final.scans("scan-2", "AAAA").outcome is Outcome.ADMIT
    assert final.drain().done == 1
    assert final.provider.log == [("push", "tk-AAAA")]
    assert final.states() == [CallState.DONE, CallState.WITHDRAWN, CallState.DONE]
    assert final.owed("AAAA") == (1, 0)
    assert final.scans("scan-3", "AAAA").reason is Reason.ALREADY_IN


def test_an_undo_while_the_answer_was_lost_keeps_the_count_right(final: Venue) -> None:
    """The entry is still to be settled when it is taken back."""
    final.sells("AAAA")
    final.provider.push_script["tk-AAAA"].append("lost")
    final.provider.look_script["tk-AAAA"].append(ConnectionError())
    final.scans("scan-1", "AAAA")
    final.drain()
    assert undone(final.undoes("scan-1")).why.value == "here"
    final.waits(minutes=1)
    final.drain()
    assert final.provider.count("AAAA") == 1
    assert final.owed("AAAA") == (1, -1)
    assert final.scans("scan-2", "AAAA").outcome is Outcome.ADMIT
    final.drain()
    assert final.provider.count("AAAA") == 1
    assert final.owed("AAAA") == (1, 0)


def test_an_entry_that_was_refused_after_it_was_undone_leaves_nothing_to_tell(final: Venue) -> None:
    final.sells("AAAA")
    final.scans("scan-1", "AAAA")
    final.claim()
    final.undoes("scan-1")
    final.provider.tickets.clear()
    final.clock.sleep(minutes=1)
    final.lease.renew()
    final.drain()
    assert final.states() == [CallState.WITHDRAWN, CallState.WITHDRAWN]
    assert final.count("tk-AAAA").entered == 0


@pytest.mark.parametrize(("verb", "owed"), [("accept", (0, 0)), ("discard", (1, 0))])
def test_a_person_says_whether_the_organizer_took_it_back(final: Venue, verb: str, owed: tuple[int, int]) -> None:
    final.sells("AAAA")
    final.scans("scan-1", "AAAA")
    final.drain()
    final.undoes("scan-1")
    (parked,) = final.calls("parked")
    decide = {"accept": "they took it off", "discard": "they could not"}
    final.store.run(lambda tx: getattr(tx.calls, verb)(parked.id, final.clock(), "Gate 1", decide[verb]))
    assert final.owed("AAAA") == owed


def test_a_retry_of_such_an_undo_asks_the_platform_nothing(final: Venue) -> None:
    final.sells("AAAA")
    final.scans("scan-1", "AAAA")
    final.drain()
    final.undoes("scan-1")
    (parked,) = final.calls("parked")
    final.store.run(lambda tx: tx.calls.retry(parked.id, final.clock(), "Gate 1"))
    final.drain()
    assert final.why() == [Trouble.ONLY_HERE]
    assert final.provider.log == [("push", "tk-AAAA")]


def test_heads_are_told_one_at_a_time_where_the_platform_counts_so(venue: Venue) -> None:
    venue.speaks(ONE_BY_ONE)
    venue.sells("AAAA", 4)
    venue.scans("scan-1", "AAAA", heads=3)
    assert [call.heads for call in venue.calls()] == [1, 1, 1]
    venue.drain()
    venue.drain()
    venue.drain()
    assert [call.heads for call in venue.provider.pushed] == [1, 1, 1]
    assert venue.owed("AAAA") == (3, 0)
    assert undone(venue.undoes("scan-1")).left == 4


def test_a_lost_answer_in_the_middle_of_three_uses_none_up_twice(venue: Venue) -> None:
    venue.speaks(ONE_BY_ONE)
    venue.sells("AAAA", 4)
    script = venue.provider.push_script["tk-AAAA"]
    script.extend([venue.clock, "lost"])
    venue.scans("scan-1", "AAAA", heads=3)
    for _ in range(5):
        venue.drain()
        venue.waits(minutes=6)
    assert venue.provider.count("AAAA") == 3
    assert venue.owed("AAAA") == (3, 0)


def test_who_leaves_is_told_only_to_a_platform_that_wants_it(venue: Venue) -> None:
    venue.sells("AAAA", 2)
    venue.scans("scan-1", "AAAA")
    venue.scans("scan-2", "AAAA", direction=Direction.OUT)
    assert [call.allowance for call in venue.calls()] == ["entrance"]
    venue.speaks(Capabilities(exits=True, undo=True))
    venue.scans("scan-3", "AAAA", direction=Direction.OUT)
    assert [call.allowance for call in venue.calls()] == ["entrance", EXIT]
    assert venue.owed("AAAA") == (0, 1)
    venue.drain()
    assert venue.owed("AAAA") == (1, 0)
