"""Several counted rights on one admission, in both databases."""

from __future__ import annotations

from datetime import timedelta

from app.domain.model import Allowance, Credential, Direction, Guest, Outcome, Reason, Right, Tells
from app.domain.settle import Again
from tests.conformance.store import House
from tests.fakes.night import SATURDAY, admission, event, station

DRINK = "addon:5"
VIP = admission(
    "VIP001", rate="VIP", allowances=(Allowance(limit=1), Allowance(ref=DRINK, limit=2, name="Welcome drink"))
)
PLAIN = admission("PLAIN1", rate="General")
BAR = station("Bar", allowance=DRINK)


def test_a_gate_and_a_bar_count_apart_with_the_same_code(house: House) -> None:
    house.knows(VIP)
    assert house.scans("s1", "VIP001").left == 0
    served = house.scans("s2", "VIP001", BAR)
    assert (served.outcome, served.left, served.limit) == (Outcome.ADMIT, 1, 2)
    assert served.rights == (
        Right(ref=DRINK, name="Welcome drink", left=1, limit=2),
        Right(ref="entrance", name="", left=0, limit=1),
    )
    assert house.scans("s3", "VIP001", BAR, heads=2).reason is Reason.TOO_MANY
    assert house.scans("s4", "VIP001", BAR).outcome is Outcome.ADMIT
    assert house.scans("s5", "VIP001", BAR).reason is Reason.ALREADY_IN
    assert [(call.allowance, call.heads) for call in house.calls()] == [("entrance", 1), (DRINK, 1), (DRINK, 1)]


def test_already_used_is_told_by_the_right_that_was_used(house: House) -> None:
    house.knows(VIP)
    for n in range(3):
        house.clock.sleep(minutes=1)
        answer = house.scans(f"s{n}", "VIP001", BAR)
    assert answer.first_entry is not None
    assert (answer.first_entry.station, answer.first_entry.at) == ("Bar", house.clock.now - timedelta(minutes=1))
    assert house.scans("s7", "VIP001").outcome is Outcome.ADMIT
    again = house.scans("s8", "VIP001")
    assert again.first_entry is not None
    assert again.first_entry.station == "Gate 1"


def test_a_ticket_without_the_right_is_not_for_the_bar(house: House) -> None:
    house.knows(PLAIN)
    answer = house.scans("s1", "PLAIN1", BAR)
    assert (answer.outcome, answer.reason, answer.why.rule) == (Outcome.REFUSE, Reason.WRONG_GATE, "allowance")
    assert house.scans("s2", "PLAIN1").rights == ()


def test_drinks_are_no_people(house: House) -> None:
    house.knows(VIP)
    house.scans("s1", "VIP001", BAR)
    house.scans("s2", "VIP001", BAR)
    counts = house.store.views.scan_counts()
    assert (counts.admitted, counts.heads_in) == (2, 0)
    assert house.store.views.pace([SATURDAY], house.clock.now - timedelta(hours=1), timedelta(minutes=10)) == []
    house.scans("s3", "VIP001")
    assert house.store.views.scan_counts().heads_in == 1
    assert [
        n for _, n in house.store.views.pace([SATURDAY], house.clock.now - timedelta(hours=1), timedelta(hours=1))
    ] == [1]


def test_the_rights_of_an_event_are_known_by_name(house: House) -> None:
    house.knows(VIP, PLAIN)
    assert house.store.views.rights([SATURDAY]) == [("entrance", ""), (DRINK, "Welcome drink")]
    assert house.store.views.rights([]) == []


def test_a_right_is_renamed_and_widened_by_a_page(house: House) -> None:
    house.knows(VIP)
    house.page(admission("VIP001", allowances=(Allowance(limit=1), Allowance(ref=DRINK, limit=3, name="Cava"))))
    count = house.count("tk-VIP001", DRINK)
    assert (count.name, count.limit) == ("Cava", 3)


def test_the_gates_rate_goes_with_its_calls(house: House) -> None:
    house.knows(VIP)
    house.scans("s1", "VIP001", station("VIP gate", rates=("VIP",)))
    house.scans("s2", "VIP001", BAR)
    assert [call.rate for call in house.calls()] == ["VIP", ""]


def test_since_when_a_call_may_have_landed_is_kept_while_there_is_a_doubt(house: House) -> None:
    house.knows(VIP)
    house.scans("s1", "VIP001")
    first = house.clock.sleep(seconds=5)
    claim, (call,) = house.claim()
    assert call.sent_at == first
    house.settle(call, claim, Again(at=house.clock.now))
    assert house.call(call.id).sent_at is None
    second = house.clock.sleep(seconds=5)
    house.claim()
    house.clock.sleep(seconds=5)
    _, (orphan,) = house.claim()
    assert (orphan.doubts, orphan.sent_at) == (1, second)


def test_an_exit_of_a_wristband_with_a_tag_is_recorded_for_its_ticket(house: House) -> None:
    house.knows(admission("A1B2", credentials=(Credential(value="A1B2"), Credential(scheme="rfid", value="4A2B9"))))
    house.scans("s1", "04:a2:b9", scheme="rfid")
    left = house.scans("s2", "04A2B9", direction=Direction.OUT)
    assert (left.outcome, left.warning) == (Outcome.ADMIT, "")


def test_a_code_behind_a_platforms_name_opens_what_it_names(house: House) -> None:
    house.knows(admission("a19c02fe"))
    assert house.scans("s1", "OVEIT:a19c02fe").outcome is Outcome.ADMIT


def test_names_told_apart_are_written_and_found(house: House) -> None:
    house.knows(PLAIN)
    house.page(admission("PLAIN1", guest=Guest(name="Ioana Dumitrescu"), email="ioana@example.org", tells=Tells.NAMES))
    held = house.held("tk-PLAIN1")
    assert (held.guest.name, held.email, held.rate) == ("Ioana Dumitrescu", "ioana@example.org", "General")
    assert [one.ref for one in house.store.views.search("dumitr", [event().id], 5)] == ["tk-PLAIN1"]
