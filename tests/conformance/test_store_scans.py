"""A scan is one transaction: it decides, counts, records and owes, and answers the same when asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.model import Answer, Direction, FirstEntry, Kind, Lookup, Outcome, Policy, Reason, ScanId, Unknown
from app.domain.outbox import Call, CallState
from app.domain.settle import Again, Conflict, Done, Parked, Trouble
from app.flows.admit import Admit
from app.flows.undo import NoUndo
from app.machine.clock import HouseClock
from tests.conformance.store import House, at_once, id_of
from tests.fakes.clock import EVENING
from tests.fakes.night import SATURDAY, admission, scan, station

TICKET = admission()
GROUP = admission("FAMILY77", limit=3)


def test_an_entry_is_answered_counted_and_owed(house: House) -> None:
    (known,) = house.knows(TICKET)
    answer = house.scans()
    assert (answer.outcome, answer.heads, answer.left) == (Outcome.ADMIT, 1, 0)
    assert house.count(TICKET.ref).owed == 1
    (call,) = house.calls("due")
    assert call == Call(
        id=call.id, scan=ScanId("scan-1"), account=TICKET.account, event=SATURDAY, event_ref="ev-saturday",
        admission=id_of(known), kind=Kind.TICKET, ref=TICKET.ref, code="ZQ4K81MD7", heads=1, limit=1,
        at=house.clock.now, station="Gate 1", due_at=house.clock.now,
    )  # fmt: skip


def test_a_refusal_is_recorded_and_owes_nothing(house: House) -> None:
    house.knows(replace(TICKET, event=SATURDAY, allowances=()))
    answer = house.scans()
    assert answer.reason is Reason.WRONG_GATE
    assert house.store.views.answer(ScanId("scan-1")) == answer
    assert house.calls() == []


def test_what_was_answered_is_kept_whole(house: House) -> None:
    house.knows(TICKET)
    answer = house.scans()
    assert house.store.views.answer(ScanId("scan-1")) == answer
    assert answer.guest == TICKET.guest
    assert answer.undo_until == house.clock.now + timedelta(minutes=10)


def test_the_same_scan_again_gets_the_same_answer_and_nothing_else(house: House) -> None:
    house.knows(TICKET)
    first = house.scans()
    house.clock.sleep(minutes=3)
    assert house.scans(at=station("Gate 9"), code="ANOTHER") == replace(first, replayed=True)
    assert house.count(TICKET.ref).owed == 1
    assert len(house.notices.about("scan")) == 1


def test_one_scan_that_arrives_eight_times_at_once_counts_once(house: House) -> None:
    house.knows(GROUP)
    answers = at_once(8, lambda _: house.scans("scan-1", "FAMILY77"))
    assert {answer.left for answer in answers} == {2}
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 7
    assert len(house.calls()) == 1


def test_a_code_at_twenty_stations_at_once_lets_in_its_limit_and_no_more(house: House) -> None:
    house.knows(GROUP)
    answers = at_once(20, lambda n: house.scans(f"scan-{n}", "FAMILY77", at=station(f"Gate {n}")))
    assert sum(answer.heads for answer in answers if answer.outcome is Outcome.ADMIT) == 3
    assert {answer.reason for answer in answers if not answer.heads} == {Reason.ALREADY_IN}
    assert house.count(GROUP.ref).owed == 3
    assert sum(call.heads for call in house.calls()) == 3


def test_a_code_at_two_hubs_at_once_lets_in_its_limit_and_no_more(house: House) -> None:
    house.knows(GROUP)
    other = House(house.url)
    try:
        hubs = [house, other]
        answers = at_once(12, lambda n: hubs[n % 2].scans(f"scan-{n}", "FAMILY77"))
        assert sum(answer.heads for answer in answers if answer.outcome is Outcome.ADMIT) == 3
    finally:
        other.close()


def test_a_group_comes_in_parts(house: House) -> None:
    house.knows(GROUP)
    answers = [house.scans(f"scan-{n}", "FAMILY77", heads=heads) for n, heads in enumerate((2, 2, 1, 1))]
    assert [(one.reason, one.left) for one in answers] == [
        (Reason.OK, 1), (Reason.TOO_MANY, 1), (Reason.OK, 0), (Reason.ALREADY_IN, 0),
    ]  # fmt: skip


def test_already_in_says_when_and_where_first(house: House) -> None:
    house.knows(GROUP)
    entered_at = house.clock.now
    house.scans("scan-1", "FAMILY77", heads=2, at=station("Gate 2"))
    house.clock.sleep(minutes=5)
    house.scans("scan-2", "FAMILY77", heads=1)
    assert house.scans("scan-3", "FAMILY77").first_entry == FirstEntry(at=entered_at, station="Gate 2")


def test_an_entry_made_elsewhere_is_told_as_the_platform_tells_it(house: House) -> None:
    elsewhere = house.clock.now - timedelta(hours=1)
    counted = tuple(replace(one, confirmed=1) for one in TICKET.allowances)
    house.knows(replace(TICKET, allowances=counted, entered_at=elsewhere))
    assert house.scans().first_entry == FirstEntry(at=elsewhere, station="")


def test_an_exit_is_recorded_and_owes_nothing(house: House) -> None:
    house.knows(TICKET)
    house.scans("scan-1")
    assert house.scans("scan-2", direction=Direction.OUT).outcome is Outcome.ADMIT
    assert len(house.calls()) == 1
    counts = house.store.views.scan_counts()
    assert (counts.heads_in, counts.heads_out) == (1, 1)


def test_several_admissions_of_one_code_are_all_shown_and_the_chosen_one_counts(house: House) -> None:
    _, second = house.knows(TICKET, replace(TICKET, ref="tk-2", rate="VIP"))
    asked = house.scans("scan-1")
    assert (asked.reason, len(asked.choices)) == (Reason.AMBIGUOUS, 2)
    assert house.scans("scan-2", choice=id_of(second)).rate == "VIP"
    assert (house.count(TICKET.ref).owed, house.count("tk-2").owed) == (0, 1)


def test_a_station_whose_clock_runs_ahead_is_dated_now(house: House) -> None:
    house.knows(TICKET)
    ahead = scan(at=house.clock.now + timedelta(hours=5))
    assert house.door(ahead, house.gate).at == house.clock.now


def test_a_scan_made_while_the_station_was_offline_keeps_its_time(house: House) -> None:
    house.knows(TICKET)
    earlier = scan(at=house.clock.now - timedelta(minutes=20))
    assert house.door(earlier, house.gate).at == earlier.at
    assert house.calls("due")[0].at == earlier.at


def test_a_scan_can_be_handed_in_without_waiting(house: House) -> None:
    house.knows(TICKET)
    answer = house.door.begin(scan(at=house.clock.now), house.gate).result(timeout=10)
    assert answer is not None
    assert house.store.views.answer(ScanId("scan-1")) == answer


# --- codes the cache does not hold ------------------------------------------------------------------------------------


def test_a_code_not_in_the_cache_is_looked_up_and_judged_on_what_that_brings(house: House) -> None:
    house.opens()
    house.lookup.can_ask = True
    house.lookup.answer = Lookup.NOT_MADE
    house.lookup.meanwhile = lambda: house.page(TICKET)
    assert house.scans().outcome is Outcome.ADMIT
    assert house.lookup.asked == ["ZQ4K81MD7"]


def test_a_code_the_platform_does_not_know_is_refused(house: House) -> None:
    house.opens()
    house.lookup.can_ask = True
    assert house.scans().reason is Reason.UNKNOWN_CODE


def test_a_code_in_the_cache_never_waits_for_the_platform(house: House) -> None:
    house.knows(TICKET)
    house.lookup.can_ask = True
    house.scans()
    assert house.lookup.asked == []


def trusting(house: House) -> None:
    house.opens()
    house.trust(unknown_offline=Unknown.PROVISIONAL)


def test_a_guest_let_in_on_trust_is_owed_like_any_other(house: House) -> None:
    trusting(house)
    answer = house.scans(heads=2)
    assert (answer.outcome, answer.provisional, answer.heads) == (Outcome.ADMIT, True, 2)
    (call,) = house.calls("due")
    assert (call.kind, call.heads, call.code) == (Kind.PROVISIONAL, 2, "ZQ4K81MD7")


def test_trust_is_given_once_per_code(house: House) -> None:
    trusting(house)
    answers = at_once(6, lambda n: house.scans(f"scan-{n}"))
    assert sum(answer.heads for answer in answers if answer.outcome is Outcome.ADMIT) == 1
    assert {answer.reason for answer in answers} == {Reason.OK, Reason.ALREADY_IN}


# --- taking back ------------------------------------------------------------------------------------------------------


def undone(house: House, id_: str = "scan-1") -> Answer:
    answer = house.undoes(id_)
    assert isinstance(answer, Answer)
    return answer


def test_an_entry_the_platform_never_heard_of_is_withdrawn(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    answer = undone(house)
    assert (answer.undoes, answer.why.value, answer.left) == (ScanId("scan-1"), "withdrawn", 1)
    assert [call.state for call in house.calls()] == [CallState.WITHDRAWN]
    assert house.scans("scan-2").outcome is Outcome.ADMIT


def test_an_entry_the_platform_has_is_owed_back(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    house.sends(Done())
    assert undone(house).why.value == "sent"
    assert (house.count(TICKET.ref).confirmed, house.count(TICKET.ref).owed) == (1, -1)
    assert house.sends(Done()).heads == -1
    assert (house.count(TICKET.ref).confirmed, house.count(TICKET.ref).owed) == (0, 0)


def test_an_entry_on_its_way_is_followed_by_its_undo(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    claim, (entry,) = house.claim()
    assert undone(house).why.value == "sent"
    assert house.count(TICKET.ref).owed == 0
    house.settle(entry, claim, Done())
    house.sends(Done())
    assert (house.count(TICKET.ref).confirmed, house.count(TICKET.ref).owed) == (0, 0)


def test_an_entry_that_may_have_arrived_is_owed_back_too(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    house.claim("gone:1:1")
    claim, (orphan,) = house.claim("hub:2:1")
    house.store.run(lambda tx: tx.calls.release(orphan.id, claim))
    assert undone(house).why.value == "sent"


@pytest.mark.parametrize("fate", [Conflict(why=Trouble.VOID), Parked(why=Trouble.UNEXPLAINED)])
def test_an_entry_the_platform_refused_is_withdrawn(house: House, fate: Conflict | Parked) -> None:
    house.knows(TICKET)
    house.scans()
    house.sends(fate)
    assert undone(house).why.value == "withdrawn"
    assert [call.state for call in house.calls()] == [CallState.WITHDRAWN]
    assert house.count(TICKET.ref).owed == 0


def test_an_entry_the_platform_refuses_after_it_was_taken_back_takes_nobody_else_out(house: House) -> None:
    """The count at the platform is somebody else's: taking heads back from it would let a third person in."""
    house.knows(TICKET)
    house.scans()
    claim, (entry,) = house.claim()
    undone(house)
    house.settle(entry, claim, Conflict(why=Trouble.ENTERED_ELSEWHERE))
    assert house.claim()[1] == []
    assert house.count(TICKET.ref).owed == 0
    assert {call.state for call in house.calls()} == {CallState.WITHDRAWN}


def test_an_entry_that_may_be_there_after_all_is_seen_by_a_person_and_its_undo_is_sent(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    claim, (entry,) = house.claim()
    undone(house)
    house.settle(entry, claim, Conflict(why=Trouble.UNCLEAR))
    assert [call.heads for call in house.claim()[1]] == [-1]
    assert house.call(entry.id).state is CallState.CONFLICT
    assert house.count(TICKET.ref).owed == 0


def test_an_undo_keeps_its_place_behind_its_entry(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    _, (entry,) = house.claim()
    undone(house)
    assert house.claim("hub:1:9", limit=9)[1][0].id == entry.id
    house.settle(house.call(entry.id), "hub:1:9", Again(at=house.clock.now + timedelta(minutes=1)))
    assert house.claim()[1] == []


def test_an_undo_asked_twice_answers_the_same(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    first = undone(house)
    assert undone(house) == replace(first, replayed=True)
    assert house.count(TICKET.ref).owed == 0


def test_an_undo_asked_five_times_at_once_takes_back_once(house: House) -> None:
    house.knows(GROUP)
    house.scans("scan-1", "FAMILY77", heads=2)
    answers = at_once(5, lambda _: undone(house))
    assert sum(not answer.replayed for answer in answers) == 1
    assert house.count(GROUP.ref).left == 3


def test_after_an_undo_nobody_was_first(house: House) -> None:
    house.knows(GROUP)
    house.scans("scan-1", "FAMILY77", heads=3)
    undone(house)
    entered_at = house.clock.sleep(minutes=1)
    house.scans("scan-2", "FAMILY77", heads=3)
    assert house.scans("scan-3", "FAMILY77").first_entry == FirstEntry(at=entered_at, station="Gate 1")


def test_what_cannot_be_taken_back_says_why(house: House) -> None:
    house.knows(TICKET)
    house.scans("scan-1")
    house.scans("scan-2")
    house.scans("scan-3", direction=Direction.OUT)
    assert house.undoes("scan-9") is NoUndo.NO_SUCH_SCAN
    assert house.undoes("scan-2") is NoUndo.NOT_AN_ENTRY
    assert house.undoes("scan-3") is NoUndo.NOT_AN_ENTRY
    house.clock.sleep(minutes=11)
    assert house.undoes("scan-1") is NoUndo.TOO_OLD


def test_an_undo_of_a_guest_let_in_on_trust_counts_on_the_real_admission(house: House) -> None:
    trusting(house)
    house.scans(heads=2)
    house.page(admission(limit=4))
    answer = undone(house)
    assert (answer.left, answer.limit) == (4, 4)
    assert house.count(TICKET.ref).owed == 0


def test_a_time_that_is_not_certain_is_put_right_by_its_uptime(house: House) -> None:
    house.knows(TICKET)
    clock = HouseClock(wall=EVENING.timestamp, uptime=lambda: 12.5, synchronised=lambda: False, boot="b1")
    door = Admit(house.store, house.lookup.as_lookup(), house.notices, clock, Policy(events={}), clock)
    answer = door(scan("s1", "ZQ4K81MD7", at=clock()), house.gate)
    assert answer.uncertain
    assert house.store.run(lambda tx: tx.scans.doubtful("b1", 10)) == [("s1", 12.5)]
    assert house.store.run(lambda tx: tx.scans.doubtful("b2", 10)) == []
    true = EVENING + timedelta(days=9)
    house.store.run(lambda tx: tx.scans.put_right(ScanId("s1"), true))
    assert house.store.run(lambda tx: tx.scans.doubtful("b1", 10)) == []
    kept = house.store.views.answer(ScanId("s1"))
    assert kept is not None
    assert (kept.at, kept.uncertain) == (true, False)
    assert [call.at for call in house.calls()] == [true]


def test_the_newest_instant_is_the_last_scans(house: House) -> None:
    assert house.store.views.newest() is None
    house.knows(TICKET)
    house.scans()
    assert house.store.views.newest() == house.clock()
