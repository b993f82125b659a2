"""The Channel Manager: keys, events, rates, and tickets without the gateway."""

from typing import Any

import httpx
import pytest

from app.simulators.fourvenues import World
from app.simulators.fourvenues.offers import Offer, Question, Step
from app.simulators.fourvenues.rows import Event
from tests.simulators.harness import Platform, order

Row = dict[str, Any]
RATE = (
    "_id organization_id event_id name slug valid_from complete type show_all_prices prices current_price supplements "
    "available availability warranty min max questions"
)
PRICE = "_id name price valid_until quantity fee_type fee_quantity includes additional_info"


def got(platform: Platform, path: str, **query: Any) -> Any:
    answer = platform.channels.get(path, params=query)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["success"] is True
    return said["data"]


def rate(platform: Platform, offer: Offer) -> Row:
    row: Row = got(platform, f"/ticket-rates/{offer.rate.id}")
    return row


def with_key(platform: Platform, api: str, key: str) -> int:
    path = {"channels": "/channels/auth", "integrations": "/integrations/channels"}[api]
    return httpx.get(platform.server.url + path, headers={"X-Api-Key": key}).status_code


def test_each_interface_has_keys_of_its_own(platform: Platform) -> None:
    keys = ("cm_live_1", "ik_live_1", "")
    assert [with_key(platform, "channels", key) for key in keys] == [200, 401, 401]
    assert [with_key(platform, "integrations", key) for key in keys] == [401, 200, 401]


@pytest.mark.parametrize(
    ("switches", "statuses"),
    [
        ({"channels_auth": "any"}, [200, 200]),
        ({"channels_auth": "nobody"}, [401, 401]),
        ({"foreign_key": "403"}, [200, 403]),
        ({"key_revoked": True}, [401, 401]),
        ({"sales_forbidden": ["channels/auth"]}, [403, 401]),
    ],
)
def test_who_may_call_the_channel_manager_is_a_switch(platform: Platform, switches: Row, statuses: list[int]) -> None:
    platform.turn(**switches)
    assert [with_key(platform, "channels", key) for key in ("cm_1", "ik_1")] == statuses


def test_both_interfaces_have_the_same_weather_and_a_rate_for_each_key(platform: Platform) -> None:
    platform.turn(rate_limit=2)
    both = [client.get(path).status_code for client, path in [(platform.channels, "/auth")] * 3]
    assert (both, platform.api.get("/channels").status_code) == ([200, 200, 429], 200)
    platform.turn(rate_limit=0, errors_5xx=1)
    assert platform.channels.get("/auth").status_code == 503


def test_a_checkout_is_a_write_to_the_weather(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 10.0, event_id=platform.night.id)
    platform.turn(errors_5xx=1, faults_on="writes")
    assert platform.channels.get("/auth").status_code == 200
    assert platform.channels.post("/tickets/checkout", json=order(platform, offer)).status_code == 503


def test_a_channel_knows_itself_and_its_hosts(platform: Platform) -> None:
    said = got(platform, "/auth")
    assert said["message"] == "Authed"
    assert [host["slug"] for host in said["channel"]["hosts"]] == [
        row["slug"] for row in got(platform, "/organizations")
    ]
    assert got(platform, "/locations")[0]["timezone"] == "Europe/Madrid"


def test_events_are_found_by_window_name_place_id_and_slug(platform: Platform) -> None:
    night = add_night(platform, name="Harvest Ball")
    for query in ({"search": "harvest"}, {"start_date": "2099-01-01"}, {"organization_id": "nobody"}):
        found = [row["_id"] for row in got(platform, "/events", **query)]
        assert (night.id in found) is (query == {"search": "harvest"})
    assert got(platform, f"/events/{night.id}")["name"] == "Harvest Ball"
    assert got(platform, f"/events/by-slug/{night.slug}")["_id"] == night.id


def add_night(platform: Platform, **fields: Any) -> Event:
    now = platform.world.now()
    return platform.world.add_event(start=now - 3600, end=now + 3600, **fields)


def test_an_event_that_is_not_on_sale_is_not_there(platform: Platform) -> None:
    night = add_night(platform, name="Private", active=False)
    assert night.id not in {row["_id"] for row in got(platform, "/events", limit=1000)}
    assert platform.channels.get(f"/events/{night.id}").status_code == 404


def test_events_tell_their_rates_as_ids_unless_they_are_to_be_populated(platform: Platform) -> None:
    night = add_night(platform, name="Rated")
    offer = platform.world.add_offer("General", 10.0, event_id=night.id)
    plain = got(platform, "/events", search="rated")[0]["ticket_rates"]
    whole = got(platform, "/events", search="rated", populate="ticket_rates")[0]["ticket_rates"]
    assert (plain, [row["_id"] for row in whole]) == ([offer.rate.id], [offer.rate.id])


def test_a_rate_has_every_documented_field_and_no_other(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 10.0, 14.0, event_id=platform.night.id)
    row = rate(platform, offer)
    assert set(row) == set(RATE.split())
    assert set(row["prices"][0]) == set(row["current_price"]) == set(PRICE.split())


def test_a_rate_is_found_by_event_id_and_slug(platform: Platform) -> None:
    offer = platform.world.add_offer("Early Bird", 10.0, event_id=platform.night.id)
    assert [row["_id"] for row in got(platform, "/ticket-rates", event_id=platform.night.id)] == [offer.rate.id]
    assert got(platform, "/ticket-rates/by-slug/early-bird", event_id=platform.night.id)["_id"] == offer.rate.id
    assert platform.channels.get("/ticket-rates/by-slug/early-bird").status_code == 400
    assert platform.channels.get("/ticket-rates/nobody").status_code == 404


def test_one_price_is_active_at_a_time(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 10.0, 14.0, event_id=platform.night.id)
    assert [row["price"] for row in rate(platform, offer)["prices"]] == [10.0, 14.0]
    # the night began an hour ago and lasts two: the first price has just ended
    assert rate(platform, offer)["current_price"]["price"] == 14.0


def test_a_price_that_is_used_up_gives_way_to_the_next(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 8.0, 10.0, 14.0, event_id=platform.night.id)
    second = offer.rate.options[1]
    offer.steps[second["_id"]] = Step(name="Second", quantity=1, taken=1)
    assert rate(platform, offer)["current_price"]["price"] == 14.0


def test_a_rate_tells_questions_stock_and_warranty(platform: Platform) -> None:
    questions = (Question(id="q1", label="Who?", required=True, items=("A", "B")), Question(id="q2", label="Why?"))
    offer = platform.world.add_offer(
        "General", 10.0, event_id=platform.night.id, questions=questions, stock=5, taken=2, warranty=20
    )
    row = rate(platform, offer)
    assert [(one["type"], one["required"], one["items"]) for one in row["questions"]] == [
        ("dropdown", True, ["A", "B"]),
        ("text", False, []),
    ]
    assert row["availability"] == {"sold": 2, "available": 3}
    assert row["warranty"] == {"enabled": True, "percentage": 20, "hours": 12}


def test_what_a_rate_wants_to_know_is_told_only_when_the_switch_says_so(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 10.0, event_id=platform.night.id)
    assert "fields" not in rate(platform, offer)
    platform.turn(rate_fields=True)
    assert [one["name"] for one in rate(platform, offer)["fields"]] == ["full_name"]


@pytest.mark.parametrize("how", ["switch", "verb"])
def test_a_rate_can_be_sold_out(platform: Platform, how: str) -> None:
    offer = platform.world.add_offer("General", 10.0, event_id=platform.night.id)
    if how == "switch":
        platform.turn(sold_out=True)
    else:
        platform.verb("sell_out", rate="general", event_id=platform.night.id)
    row = rate(platform, offer)
    assert (row["available"], row["complete"], row["availability"]["available"]) == (False, True, 0)


def test_repricing_ends_the_present_price(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 5.0, 7.0, 10.0, 20.0, event_id=platform.night.id)
    before = rate(platform, offer)["current_price"]
    platform.verb("reprice", rate_id=offer.rate.id, price=13.5)
    after = rate(platform, offer)["current_price"]
    assert (before["price"], after["price"]) == (10.0, 13.5)
    assert before["_id"] != after["_id"]
    assert platform.control.post("/reprice", json={"rate_id": offer.rate.id}).status_code == 400


def created(platform: Platform, offer: Offer, **ticket: Any) -> Row:
    body = order(platform, offer, 1, total_price=12, fee=2, **ticket)
    answer = platform.channels.post("/tickets", json={"quantity": 1, **body})
    assert answer.status_code == 200, answer.text
    row: Row = answer.json()["data"][0]
    return row


def test_a_ticket_without_the_gateway_is_good_at_once(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 10.0, event_id=platform.night.id)
    row = created(platform, offer, qr_code="CHAN00001")
    assert (row["status"], row["total_price"], row["total_fees"], row["price"]["price"]) == ("active", 12, 2, 10.0)
    assert [(one["code"], one["status"]) for one in platform.rows()] == [("CHAN00001", "activated")]
    assert [line["via"] for line in platform.view("issued")] == ["channel"]


def test_tickets_are_listed_filtered_and_found_by_code_as_an_array(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 10.0, event_id=platform.night.id)
    rows = [created(platform, offer) for _ in range(3)]
    assert got(platform, "/tickets", event_id=platform.night.id, limit=2) == rows[:2]
    assert got(platform, "/tickets", status="voided") == []
    assert got(platform, f"/tickets/by-code/{rows[0]['qr_code']}") == [rows[0]]
    assert got(platform, "/tickets/by-code/NOSUCHONE") == []


def test_who_entered_is_told_but_nobody_is_checked_in_here(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 10.0, event_id=platform.night.id)
    row = created(platform, offer)
    assert platform.channels.put(f"/tickets/{row['_id']}/checkin", json={"enter": 1}).status_code in (404, 405)
    platform.enter(row["_id"]).raise_for_status()
    after = got(platform, f"/tickets/by-code/{row['qr_code']}")[0]
    assert (row["enter"], after["enter"]) == (0, 1)
    assert after["entry_time"].endswith("Z")


def test_a_refund_voids_at_once_and_may_be_repeated_until_nothing_is_left(platform: Platform) -> None:
    offer = platform.world.add_offer("General", 10.0, event_id=platform.night.id)
    row = created(platform, offer)
    url = f"/tickets/{row['_id']}/refund"
    first = platform.channels.put(url, json={"amount": 2.5}).json()["data"]
    second = platform.channels.put(url, json={"amount": 9.5}).json()["data"]
    assert (first["status"], first["refunded"], second["refunded"], len(second["refunds"])) == ("voided", 2.5, 12, 2)
    assert platform.channels.put(url, json={"amount": 0.01}).status_code == 400
    assert platform.rows()[0]["refunded"] == 12
    assert platform.enter(row["_id"]).status_code == 400


def test_a_made_up_night_has_rates_of_every_kind() -> None:
    world = World.generate(guests=30, lists=1, passes=1)
    offers = {offer.rate.slug: offer for offer in world.offers_of(world.tonight.id)}
    current = offers["standing"].current(world.now())
    assert current is not None
    assert (current["price"], len(offers["standing"].rate.options)) == (18.0, 3)
    assert offers["early-bird"].left == 0
    assert offers["student"].requires == {"full_name", "email"}
    assert any(question.items for question in offers["student"].questions)
    assert (offers["vip"].least, offers["vip"].warranty) == (2, 20)
    assert [extra["label"] for extra in offers["standing"].supplements] == ["Cloakroom", "Drink voucher"]
