"""The outbox: claimed in order, one in flight per admission, settled once, never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from app.domain.model import AccountId, CallId
from app.domain.outbox import AnswerKind, Call, CallState, Receipt
from app.domain.settle import Again, Barred, Conflict, Done, Parked, Settlement, Trouble
from app.ports import Tx
from tests.conformance.store import House, at_once
from tests.fakes.clock import EVENING
from tests.fakes.night import admission

TICKET = admission()
GROUP = admission("FAMILY77", limit=4)
ANSWERS = {kind: Receipt(kind=kind, words=f"they say {kind}") for kind in AnswerKind}


def entered(house: House, *codes: str) -> None:
    """Each code entered once, a second apart."""
    house.knows(*(admission(code, limit=4) for code in dict.fromkeys(codes)))
    for n, code in enumerate(codes):
        house.scans(f"scan-{n}", code)
        house.clock.sleep(seconds=1)


def owed(house: House, ref: str = TICKET.ref) -> tuple[int, int]:
    count = house.count(ref)
    return count.confirmed, count.owed


# --- claiming ---------------------------------------------------------------------------------------------------------


def test_the_oldest_calls_are_claimed_first(house: House) -> None:
    entered(house, "AAAA", "BBBB", "CCCC")
    assert [call.code for call in house.claim(limit=2)[1]] == ["AAAA", "BBBB"]
    assert [call.state for call in house.calls()] == [CallState.SENDING, CallState.SENDING, CallState.DUE]


def test_a_claimed_call_is_told_as_it_was_kept(house: House) -> None:
    entered(house, "AAAA")
    (kept,) = house.calls()
    assert house.claim()[1] == [replace(kept, state=CallState.SENDING, sent_at=house.clock.now)]


def test_one_call_per_admission_is_in_flight(house: House) -> None:
    entered(house, "AAAA", "AAAA", "BBBB")
    claim, calls = house.claim()
    assert [call.code for call in calls] == ["AAAA", "BBBB"]
    assert house.settle(calls[0], claim, Done())
    assert [call.code for call in house.claim()[1] if call.id != calls[1].id] == ["AAAA"]


def test_a_call_that_waits_keeps_those_of_its_admission_waiting_and_no_others(house: House) -> None:
    entered(house, "AAAA", "AAAA", "BBBB")
    claim, (first, _) = house.claim()
    house.settle(first, claim, Again(at=house.clock.now + timedelta(minutes=1)), ANSWERS[AnswerKind.BUSY])
    assert [call.code for call in house.claim()[1]] == ["BBBB"]
    house.clock.sleep(minutes=1)
    assert house.claim()[1][0].id == first.id


def test_a_call_in_the_tray_lets_the_next_of_its_admission_through(house: House) -> None:
    entered(house, "AAAA", "AAAA")
    house.sends(Parked(why=Trouble.UNEXPLAINED), ANSWERS[AnswerKind.BROKEN])
    assert len(house.claim()[1]) == 1


def test_nothing_is_claimed_before_it_is_due(house: House) -> None:
    entered(house, "AAAA")
    house.clock.sleep(hours=-1)
    assert house.claim()[1] == []


def test_calls_of_another_account_are_left_alone(house: House) -> None:
    entered(house, "AAAA")
    assert house.store.run(lambda tx: tx.calls.claim(AccountId("oveit"), "x", house.clock.now, 9)) == []


def test_two_claims_at_once_never_share_a_call(house: House) -> None:
    """As two hubs in one moment; a later claim may take over, an overlapping one may not."""
    entered(house, *(f"C{n:03}" for n in range(12)))
    claims = at_once(4, lambda n: house.claim(f"hub:{n}:1", limit=3))
    last = {call.id: claim for claim, calls in claims for call in calls}
    settled = [(call.id, house.settle(call, claim, Done())) for claim, calls in claims for call in calls]
    assert sorted(id_ for id_, kept in settled if kept) == sorted(last)


def test_a_call_whose_sender_is_gone_is_taken_over_in_doubt(house: House) -> None:
    entered(house, "AAAA")
    lost, (before,) = house.claim("gone:1:1")
    claim, (after,) = house.claim("hub:2:1")
    assert (after.id, after.state, after.doubts) == (before.id, CallState.SENDING, 1)
    assert house.call(after.id).doubts == 1
    assert not house.settle(before, lost, Done())
    assert house.settle(after, claim, Done())


def test_a_call_given_back_unsent_costs_nothing(house: House) -> None:
    entered(house, "AAAA")
    claim, (call,) = house.claim()
    house.store.run(lambda tx: tx.calls.release(call.id, claim))
    (back,) = house.calls("due")
    assert (back.attempts, back.looks, back.doubts) == (0, 0, 0)
    assert len(house.claim()[1]) == 1


def test_a_lost_claim_gives_nothing_back(house: House) -> None:
    entered(house, "AAAA")
    _, (call,) = house.claim("hub:1:1")
    house.store.run(lambda tx: tx.calls.release(call.id, "somebody"))
    assert house.call(call.id).state is CallState.SENDING


def test_what_the_platform_counted_before_is_kept_with_the_call(house: House) -> None:
    entered(house, "AAAA")
    claim, (call,) = house.claim()
    assert house.store.run(lambda tx: tx.calls.set_base(call.id, claim, 2))
    assert house.call(call.id).base == 2
    assert not house.store.run(lambda tx: tx.calls.set_base(call.id, "somebody", 3))
    assert house.call(call.id).base == 2


# --- settling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "confirmed"), [(None, 2), (2, 2), (3, 3)])
def test_done_moves_the_heads_from_owed_to_confirmed(house: House, told: int | None, confirmed: int) -> None:
    """What the platform says it counts is better than our sum."""
    house.knows(GROUP)
    house.scans(code="FAMILY77", heads=2)
    call = house.sends(Done(count=told))
    assert call.state is CallState.DONE
    assert owed(house, GROUP.ref) == (confirmed, 0)
    assert house.count(GROUP.ref).confirmed_at == house.clock.now


def test_a_lost_claim_settles_nothing_and_moves_nothing(house: House) -> None:
    entered(house, "ZQ4K81MD7")
    _, (call,) = house.claim("hub:1:1")
    house.claim("hub:2:1")
    assert not house.settle(call, "hub:1:1", Done())
    assert owed(house) == (0, 1)
    assert house.call(call.id).state is CallState.SENDING


def test_a_call_is_settled_once(house: House) -> None:
    entered(house, "ZQ4K81MD7")
    claim, (call,) = house.claim()
    assert house.settle(call, claim, Done())
    assert not house.settle(call, claim, Done())
    assert owed(house) == (1, 0)


def test_a_settlement_that_fails_half_way_leaves_the_call_and_the_count(house: House) -> None:
    entered(house, "ZQ4K81MD7")
    claim, (call,) = house.claim()

    def failing(tx: Tx) -> None:
        tx.calls.settle(call, claim, Done(), ANSWERS[AnswerKind.ACCEPTED], house.clock.now)
        raise RuntimeError("no power")

    with pytest.raises(RuntimeError):
        house.store.run(failing)
    assert owed(house) == (0, 1)
    assert house.call(call.id).state is CallState.SENDING


LATER = timedelta(seconds=40)


@pytest.mark.parametrize(
    ("settlement", "kind", "costs"),
    [
        ("again", "busy", (1, 0, 0)),
        ("free", "busy", (0, 0, 0)),
        ("again", "refused", (1, 1, 0)),
        ("again", "broken", (1, 1, 0)),
        ("again", "doubtful", (1, 0, 1)),
        ("barred", "barred", (0, 0, 0)),
    ],
)
def test_a_call_still_owed_remembers_what_it_cost(
    house: House, settlement: str, kind: str, costs: tuple[int, int, int]
) -> None:
    entered(house, "ZQ4K81MD7")
    at = house.clock.now + LATER
    fates: dict[str, Settlement] = {"again": Again(at=at), "free": Again(at=at, free=True), "barred": Barred()}
    call = house.sends(fates[settlement], ANSWERS[AnswerKind(kind)])
    assert call.state is CallState.DUE
    assert (call.attempts, call.looks, call.doubts) == costs
    assert call.due_at == (call.at if settlement == "barred" else at)
    assert owed(house) == (0, 1)


@pytest.mark.parametrize(
    ("settlement", "state"),
    [
        (Conflict(why=Trouble.ENTERED_ELSEWHERE), CallState.CONFLICT),
        (Parked(why=Trouble.UNEXPLAINED), CallState.PARKED),
    ],
)
def test_what_a_person_must_see_is_in_the_tray_with_the_platforms_words(
    house: House, settlement: Conflict | Parked, state: CallState
) -> None:
    entered(house, "ZQ4K81MD7")
    house.sends(settlement, ANSWERS[AnswerKind.REFUSED])
    (seen,) = house.store.views.calls(["conflict", "parked"], 10)
    assert (seen.call.state, seen.why, seen.words) == (state, settlement.why, "they say refused")
    assert (seen.guest, seen.event_name, seen.settled_at) == ("Nuria Ferrer", "Saturday Night", house.clock.now)
    assert owed(house) == (0, 1)
    assert house.claim()[1] == []


def test_the_platforms_words_may_be_long(house: House) -> None:
    entered(house, "ZQ4K81MD7")
    house.sends(Parked(why=Trouble.UNEXPLAINED), Receipt(kind=AnswerKind.BROKEN, words="ñ" * 5000))
    assert len(house.store.views.calls(["parked"], 1)[0].words) == 500


# --- hurrying ---------------------------------------------------------------------------------------------------------


def test_calls_are_hurried_unless_the_platform_named_a_time(house: House) -> None:
    entered(house, "BUSY", "DOUBT", "TOLD", "REFUSED")
    claim, calls = house.claim()
    receipts = [
        ANSWERS[AnswerKind.BUSY],
        ANSWERS[AnswerKind.DOUBTFUL],
        Receipt(kind=AnswerKind.BUSY, retry_after=timedelta(minutes=2)),
        ANSWERS[AnswerKind.REFUSED],
    ]
    for call, receipt in zip(calls, receipts, strict=True):
        house.settle(call, claim, Again(at=house.clock.now + timedelta(minutes=2)), receipt)
    assert house.store.run(lambda tx: tx.calls.hurry(TICKET.account, house.clock.now)) == 2
    assert [call.code for call in house.claim()[1]] == ["BUSY", "DOUBT"]


# --- what a person decides --------------------------------------------------------------------------------------------


def parked(house: House, fate: Settlement | None = None) -> Call:
    entered(house, "ZQ4K81MD7")
    return house.sends(fate or Parked(why=Trouble.UNEXPLAINED), ANSWERS[AnswerKind.BROKEN])


def test_a_call_tried_again_by_a_person_starts_anew_and_is_looked_at_first(house: House) -> None:
    call = parked(house)
    house.store.run(lambda tx: tx.calls.retry(call.id, house.clock.now, "Iratxe"))
    (again,) = house.claim()[1]
    assert (again.id, again.attempts, again.looks, again.doubts) == (call.id, 0, 0, 1)
    assert owed(house) == (0, 1)


def test_what_is_done_cannot_be_sent_again_by_a_person(house: House) -> None:
    entered(house, "ZQ4K81MD7")
    call = house.sends(Done())
    house.store.run(lambda tx: tx.calls.retry(call.id, house.clock.now, "Iratxe"))
    assert house.claim()[1] == []
    assert owed(house) == (1, 0)


def _decide(verb: str, call: CallId, tx: Tx) -> None:
    said = [] if verb == "retry" else ["asked the promoter"]
    getattr(tx.calls, verb)(call, EVENING, "Iratxe", *said)


def test_what_is_in_flight_is_not_pulled_back_by_a_person(house: House) -> None:
    entered(house, "ZQ4K81MD7")
    claim, (call,) = house.claim()
    for verb in ("retry", "accept", "discard"):
        house.store.run(partial(_decide, verb, call.id))
    assert house.settle(call, claim, Done())
    assert owed(house) == (1, 0)


@pytest.mark.parametrize("fate", [Parked(why=Trouble.UNEXPLAINED), Conflict(why=Trouble.ENTERED_ELSEWHERE)])
def test_a_call_accepted_by_a_person_counts_as_confirmed(house: House, fate: Settlement) -> None:
    call = parked(house, fate)
    for _ in range(2):
        house.store.run(lambda tx: tx.calls.accept(call.id, house.clock.now, "Iratxe", "seen on their page"))
    assert owed(house) == (1, 0)
    row = house.store.views.call(call.id)
    assert row is not None
    assert (row.call.state, row.settled_by, row.note) == (CallState.DONE, "Iratxe", "seen on their page")


@pytest.mark.parametrize("fate", [Parked(why=Trouble.UNEXPLAINED), Conflict(why=Trouble.ENTERED_ELSEWHERE)])
def test_a_call_discarded_by_a_person_gives_the_heads_back(house: House, fate: Settlement) -> None:
    call = parked(house, fate)
    for _ in range(2):
        house.store.run(lambda tx: tx.calls.discard(call.id, house.clock.now, "Iratxe", "a rehearsal"))
    assert owed(house) == (0, 0)
    assert house.call(call.id).state is CallState.DISCARDED


def test_a_conflict_resolved_by_a_person_keeps_the_guest_counted(house: House) -> None:
    call = parked(house, Conflict(why=Trouble.VOID))
    assert [row.call.id for row in house.store.views.conflicts(resolved=False, limit=9)] == [call.id]
    house.store.run(lambda tx: tx.calls.resolve(call.id, house.clock.now, "Iratxe", "paid cash"))
    assert house.store.views.conflicts(resolved=False, limit=9) == []
    (row,) = house.store.views.conflicts(resolved=True, limit=9)
    assert (row.note, row.resolved_at) == ("paid cash", house.clock.now)
    assert owed(house) == (0, 1)
