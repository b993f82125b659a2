"""What the Oveit simulator answers, held against the facts page."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.simulators.oveit.render import in_words, without_colon
from tests.simulators.oveit_harness import Oveit, Row

JUNE = datetime(2026, 6, 1, 20, 31, 7, tzinfo=UTC).timestamp()


def attendees(house: Oveit, **fields: Any) -> Row:
    return house.ask("/events/attendees", id=house.night.id, **fields)


def test_login_answers_a_hex_token_its_life_and_the_user(house: Oveit) -> None:
    answer = house.login().json()
    assert re.fullmatch("[0-9a-f]{40}", answer["token"])
    assert answer["expires_in"] == 172800
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", answer["expires_at"])
    user = answer["user"]
    assert set(user) == {"id", "email", "seller_id ", "role", "role_acl_type", "role_acl_name", "permissions"}
    assert (user["role_acl_type"], user["permissions"]) == ("event_checkin", ["api", "rfid_pairing"])


def test_the_key_of_the_seller_can_be_without_its_blank(house: Oveit) -> None:
    house.turn(seller_id_key="plain")
    assert house.login().json()["user"]["seller_id"] == 7342


def test_an_event_is_as_documented(house: Oveit) -> None:
    house.ticket()
    house.world.enter_elsewhere(house.ticket())
    row = house.events()[house.night.id]
    starts_at = datetime.fromtimestamp(int(house.night.start or 0), UTC).isoformat()
    assert starts_at.endswith("+00:00")
    assert row == {
        "id": house.night.id,
        "name": "Rehearsal",
        "location": house.night.location,
        "starts_at": starts_at,
        "tickets": 2,
        "tickets_sold": 2,
        "tickets_checked_in": 1,
        "ticket_types": [
            {"id": house.general.id, "name": "General", "price": "60 RON", "addons": []},
            {
                "id": house.vip.id,
                "name": "VIP",
                "price": "35 EUR",
                "addons": [
                    {"id": house.drink.id, "name": "Welcome drink", "uses": 2, "is_bundled": True, "enabled": True}
                ],
            },
        ],
    }


def test_events_are_the_active_ones_the_perpetual_first_and_then_by_start(house: Oveit) -> None:
    hidden = house.world.add_event("Hidden", house.world.now(), active=False)
    starts = [row["starts_at"] for row in house.events().values()]
    assert hidden.id not in house.events()
    assert starts[0] is None
    assert starts[1:] == sorted(starts[1:])
    assert len(starts) == 4


@pytest.mark.parametrize(
    ("position", "keys"),
    [("tickets", {"tickets"}), ("tickets_sold", {"tickets_sold"}), ("both", {"tickets", "tickets_sold"})],
)
def test_tickets_are_counted_under_one_key_or_two(house: Oveit, position: str, keys: set[str]) -> None:
    house.turn(event_counts=position)
    assert house.events()[house.night.id].keys() & {"tickets", "tickets_sold"} == keys


def test_without_multiple_access_no_type_has_addons(house: Oveit) -> None:
    house.turn(multi_access=False)
    assert all("addons" not in kind for kind in house.events()[house.night.id]["ticket_types"])


@pytest.mark.parametrize("switch", [{"addon_fields": "old"}, {"addons_disabled": True}])
def test_addons_are_written_the_old_way_or_switched_off(house: Oveit, switch: Row) -> None:
    house.turn(**switch)
    addon = house.events()[house.night.id]["ticket_types"][1]["addons"][0]
    old = {"id": house.drink.id, "name": "Welcome drink", "uses": 2}
    assert addon == (old if "addon_fields" in switch else {**old, "is_bundled": True, "enabled": False})


def test_the_ticket_list_has_four_keys_and_no_name(house: Oveit) -> None:
    sold = house.ticket(house.vip, name="Ana Pop", rfid=["0012345678"])
    house.world.enter_elsewhere(sold)
    house.world.enter_elsewhere(sold, house.drink.id)
    (row,) = house.tickets()
    assert set(row) == {"code", "ticket_type_id", "checked_in", "checkins"}
    assert (row["code"], row["ticket_type_id"], row["checked_in"]) == (sold.code, house.vip.id, True)
    assert [one["addon_id"] for one in row["checkins"]] == [None, house.drink.id]
    assert datetime.fromisoformat(row["checkins"][0]["date"]).timestamp() == int(sold.uses[0].at)


def test_codes_are_short_lower_case_hex(house: Oveit) -> None:
    assert all(re.fullmatch("[0-9a-f]{8}", house.ticket().code) for _ in range(20))


@pytest.mark.parametrize(("position", "only_addons"), [("entrance", False), ("any", True)])
def test_checked_in_after_addons_alone_is_a_switch(house: Oveit, position: str, only_addons: bool) -> None:
    house.world.enter_elsewhere(house.ticket(house.vip), house.drink.id)
    house.turn(checked_in=position)
    assert house.tickets()[0]["checked_in"] is only_addons


def test_the_list_can_tell_wristbands(house: Oveit) -> None:
    house.ticket(rfid=["04A1B2C3D4E5F6"])
    house.turn(list_rfid=True)
    assert [tag["code"] for tag in house.tickets()[0]["rfid_codes"]] == ["04A1B2C3D4E5F6"]


def test_the_order_of_the_list_is_stable_or_not(house: Oveit) -> None:
    codes = [house.ticket().code for _ in range(30)]
    assert [row["code"] for row in house.tickets()] == codes
    house.turn(order="shuffled")
    shuffled = [row["code"] for row in house.tickets()]
    assert shuffled != codes
    assert sorted(shuffled) == sorted(codes)


def test_a_check_in_answers_everything_about_the_ticket(house: Oveit) -> None:
    sold = house.ticket(name="Ana Pop", rfid=["0012345678"])
    answer = house.check_in(sold)
    assert set(answer) == {
        "ok", "ticket", "ticket_type", "event", "order", "checkins", "attendee", "rfid_codes",
    }  # fmt: skip
    assert answer["ok"] is True
    assert answer["ticket"] == {"code": sold.code, "series": sold.series}
    assert answer["ticket_type"] == {"id": house.general.id, "name": "General"}
    assert set(answer["event"]) == {"id", "name", "starts_at", "location"}
    assert (set(answer["order"]), answer["order"]["name"]) == ({"id", "name", "date"}, "Ana Pop")
    assert [(row["addon_id"], set(row)) for row in answer["checkins"]] == [(None, {"addon_id", "date"})]
    assert [(tag["code"], set(tag)) for tag in answer["rfid_codes"]] == [("0012345678", {"code", "date"})]


def test_a_form_is_told_by_position_and_without_ids(house: Oveit) -> None:
    attendee = house.check_in(house.ticket(name="Ana Pop", email="ana@example.org"))["attendee"]
    assert all(set(field) == {"name", "type", "is_mandatory"} for field in attendee["fields"])
    assert len(attendee["values"]) == len(attendee["fields"])
    assert attendee["values"][:2] == ["Ana Pop", "ana@example.org"]


@pytest.mark.parametrize("ok", [True, False])
def test_a_scan_looks_like_a_check_in_and_marks_nothing(house: Oveit, ok: bool) -> None:
    sold = house.ticket()
    house.turn(scan_ok=ok)
    scanned, entered = house.scan(sold), house.check_in(sold)
    assert scanned.get("ok") is (True if ok else None)
    assert scanned["checkins"] == []
    assert scanned.keys() | {"ok"} == entered.keys()


def test_a_wristband_answers_its_wallet_with_names_and_dates_in_words(house: Oveit) -> None:
    first, second, code = house.ticket(name="Ana Pop"), house.ticket(name="Dan Pop"), house.world.new_rfid()
    for sold in (first, second):
        house.world.pair(sold, code, JUNE)
    house.check_in(first)
    answer = house.ask("/tickets/scan_v2", rfid_code=code)
    assert set(answer) == {"message", "data"}
    tickets = [(row["code"], row["event"], row["name"]) for row in answer["data"]["tickets"]]
    assert tickets == [(first.code, "Rehearsal", "Ana Pop"), (second.code, "Rehearsal", "Dan Pop")]
    inside, outside = (row["checkedInAt"] for row in answer["data"]["tickets"])
    assert re.fullmatch(r"[A-Z][a-z]+ \d+, \d{4} at \d+:\d\d [AP]M", inside)
    assert outside is None
    (band,) = answer["data"]["wearables"]
    assert band == {
        "code": code,
        "date": "2026-06-01T20:31:07+00:00",
        "date_formatted": "June 1, 2026 at 11:31 PM",
    }


def test_attendees_have_fields_with_ids_and_stamps_without_a_colon(house: Oveit) -> None:
    sold = house.ticket(name="Ana Pop", created=JUNE)
    answer = attendees(house)
    assert set(answer) == {"fields", "total", "attendees"}
    assert {"id", "name", "type", "is_mandatory"} <= set(answer["fields"][0])
    assert next(field for field in answer["fields"] if field.get("is_multiple"))["values"]
    (row,) = answer["attendees"]
    assert {key: row[key] for key in ("order_id", "ticket_id", "ticket_code", "ticket_type", "created_at")} == {
        "order_id": sold.order.id,
        "ticket_id": sold.id,
        "ticket_code": sold.code,
        "ticket_type": {"id": house.general.id, "name": "General"},
        "created_at": "2026-06-01T23:31:07+0300",
    }
    assert row["values"][0] == "Ana Pop"


def test_values_are_texts_lists_and_files(house: Oveit) -> None:
    found: list[Any] = []
    since: Row = {}
    while rows := house.ask("/events/attendees", id=next(iter(house.world.events)), **since)["attendees"]:
        found += [value for row in rows for value in row["values"]]
        since = {"since": rows[-1]["ticket_code"]}
    assert {type(value) for value in found} == {str, list, dict}


def test_attendees_come_in_pages_behind_the_last_code(house: Oveit) -> None:
    codes = [house.ticket().code for _ in range(55)]
    first = attendees(house)
    second = attendees(house, since=first["attendees"][-1]["ticket_code"])
    assert [row["ticket_code"] for row in first["attendees"] + second["attendees"]] == codes
    assert (len(first["attendees"]), first["total"], second["total"]) == (50, 55, 55)
    assert attendees(house, since=codes[-1])["attendees"] == []
    house.turn(attendee_page=7)
    assert len(attendees(house)["attendees"]) == 7


@pytest.mark.parametrize(("position", "rows"), [("start", 2), ("empty", 0)])
def test_a_cursor_whose_ticket_is_gone_leads_somewhere(house: Oveit, position: str, rows: int) -> None:
    gone = [house.ticket() for _ in range(3)][1]
    house.world.vanish(gone)
    house.turn(lost_cursor=position)
    assert len(attendees(house, since=gone.code)["attendees"]) == rows


def test_a_lost_cursor_can_be_an_error(house: Oveit) -> None:
    house.turn(lost_cursor="error")
    assert set(attendees(house, since="00c0ffee")) == {"error"}


def test_without_forms_attendees_are_an_error_and_tickets_carry_none(house: Oveit) -> None:
    house.turn(forms=False)
    assert set(attendees(house)) == {"error"}
    assert house.scan(house.ticket())["attendee"] == {"fields": [], "values": []}


def test_offsets_can_be_those_of_the_venue(house: Oveit) -> None:
    house.turn(offsets="venue")
    starts_at = house.events()[house.night.id]["starts_at"]
    assert starts_at.endswith(("+03:00", "+02:00"))
    assert datetime.fromisoformat(starts_at).timestamp() == int(house.night.start or 0)


def test_midnight_and_noon_in_words() -> None:
    assert in_words(datetime(2026, 1, 5, 22, 5, tzinfo=UTC).timestamp()) == "January 6, 2026 at 12:05 AM"
    assert in_words(datetime(2026, 1, 5, 10, 5, tzinfo=UTC).timestamp()) == "January 5, 2026 at 12:05 PM"
    assert without_colon(datetime(2026, 1, 5, 10, 5, tzinfo=UTC).timestamp()).endswith("+0200")


def test_an_event_that_does_not_exist_is_an_error(house: Oveit) -> None:
    for path in ("/events/tickets", "/events/attendees"):
        assert [set(house.ask(path, **fields)) for fields in ({"id": 3}, {"id": "x"}, {})] == [{"error"}] * 3


@pytest.mark.parametrize(("position", "status"), [("200", 200), ("404", 404)])
def test_what_is_not_a_post_to_a_known_path_is_refused(house: Oveit, position: str, status: int) -> None:
    house.turn(wrong_path=position)
    url = house.server.url + "/api"
    answers = [house.api.get("/seller/events"), house.api.post("/tickets/undo"), httpx.put(f"{url}/tickets/checkin")]
    assert [(answer.status_code, set(answer.json())) for answer in answers] == [(status, {"error"})] * 3
