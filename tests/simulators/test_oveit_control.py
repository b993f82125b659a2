"""The back door of Oveit, its sheet, and the world that is made up."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.simulators.oveit import Switches, World
from app.simulators.oveit.rows import Event
from tests.simulators.oveit_harness import Oveit, Row


def change(house: Oveit, endpoint: str, /, **body: Any) -> Row:
    answer = house.control.post(f"/{endpoint}", json=body)
    answer.raise_for_status()
    row: Row = answer.json()
    return row


def test_switches_are_listed_turned_and_put_back(house: Oveit) -> None:
    rows = {row["name"]: row for row in house.control.get("/switches").json()}
    assert rows["token_in"]["allowed"] == "both | header | body"
    house.turn(token_in="body")
    assert house.control.put("/switches", json={"token_in": "cookie"}).status_code == 400
    assert house.world.switches.token_in == "body"
    house.control.delete("/switches")
    assert house.world.switches == Switches()


def test_every_switch_says_what_it_does_and_accepts_its_own_default() -> None:
    for row in Switches().describe():
        assert row["about"]
        Switches().set(row["name"], row["default"])


def test_every_switch_is_in_the_documentation() -> None:
    told = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
    assert [
        name for name, kind in Switches.kinds().items() if f"| `{name}` |" not in told or kind.about not in told
    ] == []


def test_a_sold_ticket_is_listed_at_once(house: Oveit) -> None:
    sold = change(
        house,
        "sell",
        event_id=house.night.id,
        ticket_type_id=house.vip.id,
        name="Ana Pop",
        code="a1b2c3d4",
        rfid=["04C0FFEE000001"],
    )
    assert (sold["order"]["name"], sold["ticket_type"]["name"]) == ("Ana Pop", "VIP")
    assert [(row["code"], row["ticket_type_id"]) for row in house.tickets()] == [("a1b2c3d4", house.vip.id)]
    assert house.world.by_rfid("04C0FFEE000001")[0].code == "a1b2c3d4"


def test_a_sale_needs_no_body_and_is_for_tonight(house: Oveit) -> None:
    assert house.control.post("/sell").json()["event"]["id"] == house.world.tonight.id


@pytest.mark.parametrize(
    ("body", "status"), [({"event_id": 1}, 404), ({"ticket_type_id": 1}, 404), ({"heads": 2}, 400)]
)
def test_what_can_not_be_sold_is_refused(house: Oveit, body: Row, status: int) -> None:
    assert house.control.post("/sell", json=body).status_code == status


def test_another_gate_lets_in_and_serves_addons(house: Oveit) -> None:
    sold = house.ticket(house.vip)
    change(house, "enter", code=sold.code)
    change(house, "enter", id=sold.id, addon_id=house.drink.id)
    assert [row["addon_id"] for row in house.tickets()[0]["checkins"]] == [None, house.drink.id]


def test_a_ticket_is_renamed_retyped_recoded_and_paired(house: Oveit) -> None:
    sold = house.ticket()
    change(house, "rename", code=sold.code, name="Dan Pop")
    change(house, "retype", code=sold.code, ticket_type_id=house.vip.id)
    change(house, "pair", code=sold.code, rfid="04C0FFEE000002")
    change(house, "recode", code=sold.code, new_code="0ddba115")
    answer = house.ask("/tickets/scan", rfid_code="04C0FFEE000002")
    assert (answer["ticket"]["code"], answer["ticket_type"]["name"]) == ("0ddba115", "VIP")
    assert (answer["order"]["name"], answer["attendee"]["values"][0]) == ("Dan Pop", "Dan Pop")
    assert [row["code"] for row in house.tickets()] == ["0ddba115"]


def test_a_vanished_ticket_is_nowhere(house: Oveit) -> None:
    sold = house.ticket()
    change(house, "vanish", code=sold.code)
    assert house.tickets() == []
    assert set(house.scan(sold)) == {"error"}
    assert house.control.post("/rename", json={"code": sold.code}).status_code == 404


def test_the_state_counts_what_there_is(house: Oveit) -> None:
    sold = house.ticket(house.vip)
    house.check_in(sold)
    house.check_in(sold)
    house.check_in(sold, addon_id=house.drink.id)
    house.ask("/turnstile/checkout", ticket_code=sold.code)
    state = house.control.get("/state").json()
    night = next(row for row in state["events"] if row["id"] == house.night.id)
    assert {key: night[key] for key in ("tickets", "cancelled", "entered", "addon_uses")} == {
        "tickets": 1,
        "cancelled": 0,
        "entered": 1,
        "addon_uses": 1,
    }
    assert (state["check_ins"], state["refusals"]) == (2, 1)
    assert state["requests"]["tickets/checkin"] >= 3


def test_the_sheet_has_one_code_per_verdict(house: Oveit) -> None:
    rows = house.control.get("/sheet.json").json()
    assert [(row["label"], row["scheme"], *row["expect"]) for row in rows] == [
        ("good", "qr", "admit", "ok"),
        ("VIP with drinks", "qr", "admit", "ok"),
        ("already in", "qr", "refuse", "already_in"),
        ("other night", "qr", "refuse", "other_event"),
        ("perpetual event", "qr", "refuse", "other_event"),
        ("vanished so unknown", "qr", "refuse", "unknown_code"),
        ("unknown", "qr", "refuse", "unknown_code"),
        ("wristband", "rfid", "admit", "ok"),
        ("wristband with two tickets", "rfid", "ask", "ambiguous"),
        ("wristband of two nights", "rfid", "admit", "ok"),
    ]


def test_the_guests_of_the_sheet_are_what_they_are_said_to_be(house: Oveit) -> None:
    world = house.world
    tonight, other = list(world.events.values())[:2]
    codes = {row.label: row.code for row in world.sheet()}

    def on(label: str) -> list[Event]:
        found = [world.by_code(codes[label])] if world.by_code(codes[label]) else world.by_rfid(codes[label])
        return [ticket.event for ticket in found if ticket]

    assert on("good") == on("VIP with drinks") == on("already in") == on("wristband") == [tonight]
    assert on("other night") == [other]
    assert on("wristband with two tickets") == [tonight, tonight]
    assert on("wristband of two nights") == [other, tonight]
    assert on("vanished so unknown") == on("unknown") == []
    (always,) = on("perpetual event")
    assert always.start is None
    inside, vip = world.by_code(codes["already in"]), world.by_code(codes["VIP with drinks"])
    assert inside
    assert vip
    assert [len(inside.uses), *(addon.uses for addon in vip.type.addons)] == [1, 2, 1]


@pytest.mark.parametrize(
    ("position", "shape"),
    [("bare", "[0-9a-f]{8}"), ("url", r"https://\S+/[0-9a-f]{8}"), ("prefixed", "[A-Z]+:[0-9a-f]{8}")],
)
def test_codes_on_paper_may_hold_more_than_the_code(house: Oveit, position: str, shape: str) -> None:
    house.turn(qr=position)
    by_scheme = {row.scheme: row.code for row in house.world.sheet()}
    assert re.fullmatch(shape, by_scheme["qr"])
    assert re.fullmatch("[0-9A-F]+", by_scheme["rfid"])


def test_the_page_and_the_pictures_show_the_codes(house: Oveit) -> None:
    page = httpx.get(f"{house.server.url}/sheet").text
    assert all(row.code in page for row in house.world.sheet())
    assert page.count("wristband&#x27;s chip") + page.count("wristband's chip") == 3
    picture = httpx.get(f"{house.server.url}/sheet/VIP-with-drinks.png")
    assert picture.headers["content-type"] == "image/png"
    assert httpx.get(f"{house.server.url}/sheet/nobody.png").status_code == 404


def test_a_night_is_made_up_with_some_inside_and_some_wristbands() -> None:
    world = World.generate(guests=400, seed=3, switches=Switches(cancelled="stay"))
    tonight = world.tonight
    tickets = world.listed(tonight)
    assert [kind.name for kind in tonight.types] == ["General", "VIP", "Backstage"]
    assert [(addon.name, addon.uses) for addon in tonight.types[1].addons] == [("Welcome drink", 2), ("Cloakroom", 1)]
    assert 20 < sum(bool(ticket.uses) for ticket in tickets) < 120
    assert 40 < sum(bool(ticket.rfid) for ticket in tickets) < 160
    assert sum(ticket.cancelled for ticket in tickets) == 5
    assert [event.start is None for event in world.events.values()] == [False, False, True, False]
    assert 1.4 * 3600 <= world.now() - (tonight.start or 0) <= 1.8 * 3600
    assert world.ledger == []


def test_the_same_seed_makes_the_same_guests() -> None:
    first, second, other = (World.generate(guests=20, seed=seed, now=1_780_000_000.0) for seed in (5, 5, 6))
    codes = [[(ticket.code, ticket.name) for ticket in one.listed(one.tonight)] for one in (first, second, other)]
    assert codes[0] == codes[1] != codes[2]


def test_a_world_has_its_own_credentials() -> None:
    world = World.generate(guests=0, email="gate@example.org", password="other")
    assert (world.email, world.password) == ("gate@example.org", "other")
    assert World().email == "door@example.org"


def test_a_world_can_live_in_another_time() -> None:
    world = World.generate(guests=0, now=1_780_000_000.0)
    assert world.now() == pytest.approx(1_780_000_000.0, abs=5)
    assert world.tonight.start == pytest.approx(1_780_000_000.0 - 5400, abs=900)
