"""What becomes of a call: nobody who entered is lost, and nothing is sent twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.model import Standing
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.domain.settle import (
    LOOKS_BEFORE_PARKING,
    Again,
    Barred,
    Conflict,
    Done,
    Look,
    Parked,
    Trouble,
    landed,
    settle,
    stands_against,
    surely_not_there,
)
from tests.fakes.clock import EVENING
from tests.fakes.night import call

many = settings(max_examples=120, deadline=None)
JITTER = st.floats(0, 1, exclude_max=True)
INSTANTS = st.integers(-3, 3).map(lambda seconds: EVENING + timedelta(seconds=seconds))
RECEIPTS = st.builds(
    Receipt,
    kind=st.sampled_from(AnswerKind),
    count=st.none() | st.integers(0, 6),
    retry_after=st.none() | st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds)),
    unreachable=st.booleans(),
)
SIGHTINGS = st.builds(
    Sighting,
    found=st.booleans(),
    standing=st.sampled_from(Standing),
    limit=st.integers(0, 6),
    count=st.integers(0, 7),
    last_at=st.none() | INSTANTS,
)
NEEDS_A_LOOK = {AnswerKind.REFUSED, AnswerKind.DOUBTFUL, AnswerKind.BROKEN}


@st.composite
def calls(draw: st.DrawFn) -> Call:
    return call(
        heads=draw(st.integers(-4, 4).filter(bool)),
        limit=draw(st.integers(1, 6)),
        base=draw(st.none() | st.integers(0, 6)),
        attempts=draw(st.integers(0, 50)),
        looks=draw(st.integers(0, 4)),
        doubts=draw(st.integers(0, 3)),
    )


@many
@given(calls(), RECEIPTS, st.none() | SIGHTINGS, JITTER)
def test_every_answer_settles_somehow(owed: Call, receipt: Receipt, seen: Sighting | None, jitter: float) -> None:
    settlement = settle(owed, receipt, seen, EVENING, jitter)
    assert isinstance(settlement, Done | Again | Look | Barred | Conflict | Parked)


@many
@given(calls(), RECEIPTS, SIGHTINGS, JITTER)
def test_an_entry_is_done_only_when_it_was_accepted_or_has_landed(
    owed: Call, receipt: Receipt, seen: Sighting, jitter: float
) -> None:
    assume(owed.heads > 0)
    if isinstance(settle(owed, receipt, seen, EVENING, jitter), Done):
        assert receipt.kind is AnswerKind.ACCEPTED or landed(owed, receipt, seen)


@many
@given(calls(), RECEIPTS, SIGHTINGS, JITTER)
def test_an_undo_is_done_only_when_it_was_accepted_or_the_count_is_down(
    owed: Call, receipt: Receipt, seen: Sighting, jitter: float
) -> None:
    assume(owed.heads < 0)
    if isinstance(settle(owed, receipt, seen, EVENING, jitter), Done):
        down = max((-owed.heads if owed.base is None else owed.base) + owed.heads, 0)
        assert receipt.kind is AnswerKind.ACCEPTED or not seen.found or seen.count <= down


@many
@given(calls(), RECEIPTS, JITTER)
def test_doubt_is_always_followed_by_a_look(owed: Call, receipt: Receipt, jitter: float) -> None:
    settlement = settle(owed, receipt, None, EVENING, jitter)
    assert isinstance(settlement, Look) == (receipt.kind in NEEDS_A_LOOK)


@many
@given(calls(), RECEIPTS, SIGHTINGS, JITTER)
def test_one_look_is_enough_for_an_answer(owed: Call, receipt: Receipt, seen: Sighting, jitter: float) -> None:
    assert not isinstance(settle(owed, receipt, seen, EVENING, jitter), Look)


@many
@given(calls(), RECEIPTS, st.none() | SIGHTINGS, JITTER)
def test_a_call_is_never_tried_again_before_now_or_before_the_platforms_hint(
    owed: Call, receipt: Receipt, seen: Sighting | None, jitter: float
) -> None:
    settlement = settle(owed, receipt, seen, EVENING, jitter)
    if isinstance(settlement, Again):
        assert settlement.at >= EVENING
        if receipt.kind is AnswerKind.BUSY and not receipt.unreachable:
            assert settlement.at >= EVENING + (receipt.retry_after or timedelta(0))


@many
@given(calls(), SIGHTINGS, JITTER)
def test_an_entry_the_platform_may_hold_already_is_not_sent_again(owed: Call, seen: Sighting, jitter: float) -> None:
    """After a doubtful send, a count that could contain ours is never sent on top of."""
    assume(owed.heads > 0)
    settlement = settle(owed, Receipt(kind=AnswerKind.DOUBTFUL), seen, EVENING, jitter)
    if isinstance(settlement, Again):
        assert seen.count < (owed.base or 0) + owed.heads


@many
@given(calls(), SIGHTINGS, JITTER, st.sampled_from([AnswerKind.REFUSED, AnswerKind.BROKEN]))
def test_what_nobody_can_explain_ends_in_the_tray(owed: Call, seen: Sighting, jitter: float, kind: AnswerKind) -> None:
    owed = replace(owed, looks=LOOKS_BEFORE_PARKING - 1)
    assert not isinstance(settle(owed, Receipt(kind=kind), seen, EVENING, jitter), Again)


@given(calls(), st.none() | SIGHTINGS)
def test_a_barred_account_keeps_the_place_of_its_calls(owed: Call, seen: Sighting | None) -> None:
    assert settle(owed, Receipt(kind=AnswerKind.BARRED), seen, EVENING, 0.5) == Barred()


@given(calls(), st.none() | SIGHTINGS)
def test_a_platform_that_cannot_be_reached_costs_no_attempt(owed: Call, seen: Sighting | None) -> None:
    answer = Receipt(kind=AnswerKind.BUSY, unreachable=True)
    assert settle(owed, answer, seen, EVENING, 0.5) == Again(at=EVENING, free=True)


@given(st.integers(0, 30), JITTER)
def test_a_connection_cut_each_time_is_not_hammered(doubts: int, jitter: float) -> None:
    """The first doubt is sent again at once; later ones wait longer and longer."""
    nothing = Sighting(found=True, limit=1, count=0)
    settlement = settle(call(doubts=doubts), Receipt(kind=AnswerKind.DOUBTFUL), nothing, EVENING, jitter)
    assert isinstance(settlement, Again)
    assert (settlement.at > EVENING) == (doubts > 0)


ENTRY = call(heads=2, limit=5, base=1)
SEEN = Sighting(found=True, limit=5, count=1)
LATER = Sighting(found=True, limit=1, count=1, last_at=EVENING + timedelta(minutes=20), our_times=False)
"""Counted by the platform's own time: twenty minutes after the door's."""


@pytest.mark.parametrize(
    ("owed", "kind", "seen", "expected"),
    [
        pytest.param(call(), "refused", Sighting(found=True, limit=1, count=1, last_at=EVENING), Done(count=1),
                     id="refused, but our own entry is there"),
        pytest.param(call(), "refused", Sighting(found=True, limit=1, count=1, last_at=EVENING - timedelta(hours=1)),
                     Conflict(why=Trouble.ENTERED_ELSEWHERE), id="refused, somebody entered an hour before"),
        pytest.param(call(), "refused", Sighting(found=True, limit=1, count=1),
                     Conflict(why=Trouble.ENTERED_ELSEWHERE), id="refused, entered before we sent anything"),
        pytest.param(call(doubts=1), "refused", Sighting(found=True, limit=1, count=1), Done(count=1),
                     id="refused, entered, nobody says when, perhaps sent before"),
        pytest.param(call(), "refused", Sighting(found=True, standing=Standing.VOID, limit=1),
                     Conflict(why=Trouble.VOID), id="refused, cancelled meanwhile"),
        pytest.param(call(), "refused", Sighting(found=True, standing=Standing.PENDING, limit=1),
                     Conflict(why=Trouble.NOT_CONFIRMED), id="refused, not approved any more"),
        pytest.param(call(), "refused", Sighting(found=False), Conflict(why=Trouble.GONE), id="refused, gone"),
        pytest.param(call(), "doubtful", Sighting(found=True, limit=1), Again(at=EVENING), id="lost on the way"),
        pytest.param(call(), "doubtful", Sighting(found=True, limit=1, count=1), Done(count=1),
                     id="the answer was lost"),
        pytest.param(ENTRY, "doubtful", replace(SEEN, count=3), Done(count=3), id="a group landed"),
        pytest.param(ENTRY, "doubtful", replace(SEEN, count=1), Again(at=EVENING), id="a group did not land"),
        pytest.param(ENTRY, "doubtful", replace(SEEN, limit=9, count=4), Conflict(why=Trouble.UNCLEAR),
                     id="more entered than we can explain"),
        pytest.param(ENTRY, "doubtful", replace(SEEN, limit=9, count=3, last_at=EVENING - timedelta(minutes=1)),
                     Conflict(why=Trouble.UNCLEAR), id="as many entered as we sent, but at another time"),
        pytest.param(ENTRY, "doubtful", replace(SEEN, count=4), Conflict(why=Trouble.ENTERED_ELSEWHERE),
                     id="others took the places meanwhile"),
        pytest.param(call(doubts=1), "doubtful", LATER, Done(count=1), id="counted by their clock since we sent"),
        pytest.param(call(doubts=1), "refused", LATER, Done(count=1), id="refused, counted since we sent before"),
        pytest.param(call(), "refused", LATER, Conflict(why=Trouble.ENTERED_ELSEWHERE),
                     id="refused at once, and not by us whenever it was"),
        pytest.param(call(doubts=1, sent_at=EVENING + timedelta(hours=1)), "doubtful", LATER,
                     Conflict(why=Trouble.ENTERED_ELSEWHERE), id="counted by their clock before we sent"),
        pytest.param(ENTRY, "doubtful", replace(SEEN, count=3, our_times=False, last_at=LATER.last_at), Done(count=3),
                     id="two uses landed, by their clock"),
        pytest.param(ENTRY, "doubtful", replace(SEEN, count=2, our_times=False, last_at=LATER.last_at),
                     Again(at=EVENING), id="somebody else's use, ours did not land"),
        pytest.param(call(heads=-1), "refused", Sighting(found=True, limit=1, count=0), Done(count=0),
                     id="undo of what is not in any more"),
        pytest.param(call(heads=-1), "doubtful", Sighting(found=True, limit=1, count=1), Again(at=EVENING),
                     id="an undo was lost on the way"),
        pytest.param(call(heads=-1), "doubtful", Sighting(found=False), Done(), id="undo of what is gone"),
        pytest.param(call(heads=-1, limit=4, base=3), "doubtful", Sighting(found=True, limit=4, count=2), Done(count=2),
                     id="an undo in a group landed"),
    ],
)  # fmt: skip
def test_the_look_decides(owed: Call, kind: str, seen: Sighting, expected: object) -> None:
    assert settle(owed, Receipt(kind=AnswerKind(kind)), seen, EVENING, 0.5) == expected


def test_what_the_platform_does_not_explain_is_tried_again_and_then_parked() -> None:
    free = Sighting(found=True, limit=1, count=0)
    fates = [
        type(settle(call(looks=looks), Receipt(kind=AnswerKind.REFUSED), free, EVENING, 0.5)) for looks in range(3)
    ]
    assert fates == [Again, Again, Parked]


def test_a_word_we_do_not_know_stands_against_nobody() -> None:
    assert stands_against(call(), Sighting(found=True, standing=Standing.UNKNOWN, limit=1)) is None


@pytest.mark.parametrize(
    ("why", "doubts", "sure"),
    [
        (Trouble.VOID, 1, True),
        (Trouble.NOT_CONFIRMED, 0, True),
        (Trouble.GONE, 1, True),
        (Trouble.NOT_KNOWN, 0, True),
        (Trouble.ENTERED_ELSEWHERE, 0, True),
        (Trouble.ENTERED_ELSEWHERE, 1, False),
        (Trouble.UNCLEAR, 0, False),
        (Trouble.UNEXPLAINED, 0, False),
    ],
)
def test_some_conflicts_say_for_sure_that_the_entry_is_not_there(why: Trouble, doubts: int, sure: bool) -> None:
    assert surely_not_there(call(doubts=doubts), why) is sure
