"""What a check-in at Oveit does, under the switches that say what is not documented."""

import time
from typing import Any

import pytest

from app.simulators.oveit.rows import Ticket, TicketType
from app.simulators.oveit.sentences import SENTENCES
from tests.simulators.oveit_harness import Oveit, Row


def why(answer: Row) -> str:
    """The key of the sentence that refused, or `ok`."""
    if "error" not in answer:
        return "ok"
    return next(key for key, sentence in SENTENCES.items() if sentence[0] == answer["error"])


def booked(house: Oveit) -> list[tuple[str, int | None, str, str]]:
    return [(use.code, use.addon_id, use.by, use.direction) for use in house.world.ledger]


def turnstile(house: Oveit, way: str, ticket: Ticket) -> Row:
    return house.ask(f"/turnstile/{way}", ticket_code=ticket.code)


def test_the_ledger_keeps_every_use_and_no_refusal(house: Oveit) -> None:
    sold = house.ticket(house.vip)
    house.check_in(sold)
    house.check_in(sold)
    house.check_in(sold, addon_id=house.drink.id)
    house.world.enter_elsewhere(sold)
    assert booked(house) == [
        (sold.code, None, "checkin", "in"),
        (sold.code, house.drink.id, "checkin", "in"),
        (sold.code, None, "elsewhere", "in"),
    ]
    first = house.control.get("/ledger").json()[0]
    assert first.keys() == {"seq", "at", "ticket_id", "code", "event_id", "addon_id", "by", "direction"}
    assert first["at"] == pytest.approx(time.time(), abs=5)
    assert house.world.refusals == 1


def test_an_unknown_code_no_code_and_a_code_in_capitals_are_errors(house: Oveit) -> None:
    sold = house.ticket(code="a19c02fe")
    refused = [
        house.ask("/tickets/checkin", **codes) for codes in ({"ticket_code": "00c0ffee"}, {}, {"rfid_code": "1"})
    ]
    assert [why(answer) for answer in refused] == ["unknown_ticket", "no_code", "unknown_wristband"]
    assert why(house.ask("/tickets/checkin", ticket_code="A19C02FE")) == "unknown_ticket"
    assert sold.uses == []


def test_the_deprecated_name_of_the_code_still_works(house: Oveit) -> None:
    assert why(house.ask("/tickets/checkin", code=house.ticket().code)) == "ok"


def test_a_repeated_entrance_is_refused_and_changes_nothing(house: Oveit) -> None:
    sold = house.ticket()
    house.check_in(sold)
    assert why(house.check_in(sold)) == "already_in"
    assert len(sold.uses) == 1


@pytest.mark.parametrize(("position", "general", "vip"), [("refused", 1, 1), ("multi-access", 1, 2), ("all", 2, 2)])
def test_a_second_entrance_is_a_switch(house: Oveit, position: str, general: int, vip: int) -> None:
    house.turn(reentry=position)
    for kind, uses in ((house.general, general), (house.vip, vip)):
        sold = house.ticket(kind)
        house.check_in(sold)
        house.check_in(sold)
        assert len(sold.uses) == uses


def test_a_gate_for_another_type_refuses_and_changes_nothing(house: Oveit) -> None:
    sold = house.ticket(house.vip)
    wrong: list[Any] = [house.general.id, "VIP"]
    assert [why(house.check_in(sold, ticket_type_id=one)) for one in wrong] == ["wrong_type"] * 2
    assert sold.uses == []
    assert why(house.check_in(sold, ticket_type_id=house.vip.id)) == "ok"


def test_a_ticket_of_another_event_is_consumed_without_a_word(house: Oveit) -> None:
    other = house.world.add_event("Another night", house.world.now() + 86400, active=False)
    answer = house.check_in(house.world.add_ticket(other))
    assert (answer["ok"], answer["event"]["id"]) == (True, other.id)


def test_a_perpetual_event_has_no_start_and_old_check_ins(house: Oveit) -> None:
    always = house.world.add_event("Always", active=False)
    sold = house.world.add_ticket(always)
    sold.used_before(1_750_000_000.0)
    answer = house.check_in(sold)
    assert why(answer) == "already_in"
    assert house.scan(sold)["event"]["starts_at"] is None
    assert house.scan(sold)["checkins"][0]["date"].startswith("2025-06-15")


@pytest.mark.parametrize(("position", "refused", "listed"), [("vanish", "unknown_ticket", 0), ("stay", "cancelled", 1)])
def test_a_cancelled_ticket_is_unknown_or_not_let_in(house: Oveit, position: str, refused: str, listed: int) -> None:
    sold = house.ticket(house.vip, rfid=[house.world.new_rfid()])
    house.world.vanish(sold)
    house.turn(cancelled=position)
    assert why(house.check_in(sold)) == why(house.check_in(sold, addon_id=house.drink.id)) == refused
    assert len(house.tickets()) == len(house.world.by_rfid(sold.rfid[0].code)) == listed
    assert ("error" in house.scan(sold)) is (listed == 0)


# Addons


def test_an_addon_needs_no_entrance_and_has_so_many_uses(house: Oveit) -> None:
    sold = house.ticket(house.vip)
    answers = [why(house.check_in(sold, addon_id=house.drink.id)) for _ in range(3)]
    assert answers == ["ok", "ok", "addon_used_up"]
    assert why(house.check_in(sold, addon_id=None)) == "ok"


@pytest.mark.parametrize(
    ("switch", "refused"),
    [
        ({"addons_exhausted": True}, "addon_used_up"),
        ({"addons_disabled": True}, "addon_disabled"),
        ({"multi_access": False}, "no_multi_access"),
    ],
)
def test_addons_can_be_refused_for_everybody(house: Oveit, switch: Row, refused: str) -> None:
    sold = house.ticket(house.vip)
    house.turn(**switch)
    assert why(house.check_in(sold, addon_id=house.drink.id)) == refused
    assert why(house.check_in(sold)) == "ok"


def test_a_disabled_addon_and_one_that_the_type_lacks_are_refused(house: Oveit) -> None:
    late = house.world.add_addon(house.vip, "Late show", enabled=False)
    sold, plain = house.ticket(house.vip), house.ticket(house.general)
    assert why(house.check_in(sold, addon_id=late.id)) == "addon_disabled"
    assert why(house.check_in(plain, addon_id=house.drink.id)) == "no_such_addon"
    assert why(house.check_in(sold, addon_id="drink")) == "no_such_addon"


@pytest.mark.parametrize(("position", "answer"), [("refused", "no_such_addon"), ("accepted", "ok")])
def test_an_addon_that_is_not_bundled_is_a_switch(house: Oveit, position: str, answer: str) -> None:
    parking = house.world.add_addon(house.vip, "Parking", is_bundled=False)
    house.turn(optional_addons=position)
    assert why(house.check_in(house.ticket(house.vip), addon_id=parking.id)) == answer


def test_an_addon_of_an_event_is_for_all_its_types(house: Oveit) -> None:
    shuttle = house.world.add_addon(house.night, "Shuttle")
    kinds: list[TicketType] = [house.general, house.vip]
    assert [why(house.check_in(house.ticket(kind), addon_id=shuttle.id)) for kind in kinds] == ["ok", "ok"]


# Other gates


def test_another_gate_is_just_before_the_next_check_ins(house: Oveit) -> None:
    first, second, third = (house.ticket() for _ in range(3))
    house.turn(gate_between_next=2)
    assert [why(house.check_in(sold)) for sold in (first, second, third)] == ["already_in", "already_in", "ok"]
    assert [use.by for use in house.world.ledger] == ["elsewhere", "elsewhere", "checkin"]


def test_another_gate_takes_the_last_use_of_an_addon_but_no_more(house: Oveit) -> None:
    sold = house.ticket(house.vip)
    house.turn(gate_between=1)
    answers = [why(house.check_in(sold, addon_id=house.drink.id)) for _ in range(2)]
    assert answers == ["ok", "addon_used_up"]
    assert [use.by for use in house.world.ledger] == ["elsewhere", "checkin"]


# Wristbands


def test_a_wristband_checks_its_ticket_in(house: Oveit) -> None:
    sold = house.ticket(rfid=[house.world.new_rfid()])
    assert house.ask("/tickets/checkin", rfid_code=sold.rfid[0].code)["ticket"]["code"] == sold.code


def test_codes_of_one_ticket_agree_and_of_two_do_not(house: Oveit) -> None:
    sold, other = (house.ticket(rfid=[house.world.new_rfid()]) for _ in range(2))
    assert why(house.check_in(sold, rfid_code=other.rfid[0].code)) == "codes_disagree"
    assert (sold.uses, other.uses) == ([], [])
    assert why(house.check_in(sold, rfid_code=sold.rfid[0].code)) == "ok"


@pytest.mark.parametrize(
    ("position", "answer", "used"), [("first", "ok", [1, 0]), ("error", "several_tickets", [0, 0])]
)
@pytest.mark.parametrize("path", ["/tickets/checkin", "/tickets/scan"])
def test_a_wristband_with_several_tickets_means_the_first_or_none(
    house: Oveit, path: str, position: str, answer: str, used: list[int]
) -> None:
    code = house.world.new_rfid()
    both = [house.ticket(rfid=[code]) for _ in range(2)]
    house.turn(shared_wristband=position)
    assert why(house.ask(path, rfid_code=code)) == answer
    assert [len(sold.uses) for sold in both] == (used if path.endswith("checkin") else [0, 0])
    assert len(house.ask("/tickets/scan_v2", rfid_code=code)["data"]["tickets"]) == 2


@pytest.mark.parametrize(("position", "answer"), [("exact", "unknown_wristband"), ("any", "ok")])
def test_the_case_of_a_wristband_is_a_switch(house: Oveit, position: str, answer: str) -> None:
    house.ticket(rfid=["04BEEF12345678"])
    house.turn(rfid_case=position)
    assert why(house.ask("/tickets/scan", rfid_code="04beef12345678")) == answer


def test_an_unknown_wristband_has_no_wallet(house: Oveit) -> None:
    assert why(house.ask("/tickets/scan_v2", rfid_code="FFFFFFFF")) == "unknown_wristband"
    assert why(house.ask("/tickets/scan_v2", ticket_code=house.ticket().code)) == "no_code"


# Turnstiles


def test_a_turnstile_says_ok_and_nothing_else(house: Oveit) -> None:
    sold = house.ticket()
    assert turnstile(house, "checkout", sold) == {"ok": False, "error": SENTENCES["not_inside"][0]}
    assert turnstile(house, "checkin", sold) == {"ok": True}
    assert turnstile(house, "checkin", sold) == {"ok": False, "error": SENTENCES["already_in"][0]}
    assert turnstile(house, "checkout", sold) == {"ok": True}
    assert why(turnstile(house, "checkout", sold)) == "not_inside"
    assert booked(house) == [(sold.code, None, "turnstile", "in"), (sold.code, None, "turnstile", "out")]
    assert house.world.refusals == 3


def test_an_account_without_turnstiles_refuses_both_ways(house: Oveit) -> None:
    house.turn(turnstile=False)
    answers = [turnstile(house, way, house.ticket()) for way in ("checkin", "checkout")]
    assert answers == [{"ok": False, "error": SENTENCES["no_turnstile"][0]}] * 2


@pytest.mark.parametrize("shows", [True, False])
def test_an_entrance_at_a_turnstile_counts_whether_it_shows_or_not(house: Oveit, shows: bool) -> None:
    sold = house.ticket(rfid=[house.world.new_rfid()])
    house.turn(turnstile_shows=shows)
    turnstile(house, "checkin", sold)
    seen = house.ask("/tickets/scan_v2", rfid_code=sold.rfid[0].code)["data"]["tickets"][0]["checkedInAt"]
    assert (len(house.scan(sold)["checkins"]), seen is not None) == (int(shows), shows)
    assert why(house.check_in(sold)) == "already_in"


@pytest.mark.parametrize(
    ("position", "at_turnstile", "at_door"),
    [("turnstile", "ok", "already_in"), ("everywhere", "ok", "ok"), ("refused", "already_in", "already_in")],
)
def test_who_went_out_is_let_in_again_by_some(house: Oveit, position: str, at_turnstile: str, at_door: str) -> None:
    house.turn(after_checkout=position)
    outside = [house.ticket() for _ in range(2)]
    for sold in outside:
        house.check_in(sold)
        turnstile(house, "checkout", sold)
        assert len(house.scan(sold)["checkins"]) == 1
    assert why(turnstile(house, "checkin", outside[0])) == at_turnstile
    assert why(house.check_in(outside[1])) == at_door
