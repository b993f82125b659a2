"""Tickets issued outside of the platform's checkout."""

import time
from typing import Any

import httpx
import pytest

from app.simulators.fourvenues.offers import Offer
from tests.simulators.harness import Platform

Row = dict[str, Any]
SELLER = {"channel_id": "64a1f0c2b7e35d0012ab9e02"}


@pytest.fixture
def offer(platform: Platform) -> Offer:
    return platform.world.add_offer("Door", 15.5, event_id=platform.night.id, supplements=[("Cloakroom", 3.0)])


def one(offer: Offer, code: str = "", **more: Any) -> Row:
    row = {"price_id": offer.rate.options[0]["_id"], "total_price": 18.5, "fee": 0, "full_name": "Ana Gil"}
    return row | ({"qr_code": code} if code else {}) | more


def body(offer: Offer, *tickets: Row, **more: Any) -> Row:
    return {
        "quantity": len(tickets),
        "ticket_rate_id": offer.rate.id,
        "sale_type": "door",
        **SELLER,
        "tickets": list(tickets),
    } | more


def issue(platform: Platform, sent: Row) -> httpx.Response:
    return platform.api.post("/tickets/", json=sent)


def refused(answer: httpx.Response, told: str) -> bool:
    said = answer.json()
    return answer.status_code == 400 and told in said["message"] and said["error"] == "Bad Request"


def test_the_rates_tell_prices_and_supplements(platform: Platform, offer: Offer) -> None:
    row = platform.rows("/tickets-rates/")[0]
    assert (row["name"], row["options"][0]["price"], row["options"][0]["max_quantity"]) == ("Door", 15.5, 10)
    assert [(extra["label"], extra["price"]) for extra in row["supplements"]] == [("Cloakroom", 3.0)]


def test_an_issued_ticket_is_listed_under_the_code_it_was_sent_with(platform: Platform, offer: Offer) -> None:
    extra = {"supplement_id": offer.supplements[0]["_id"], "price": 2.5}
    sent = one(offer, "DOOR00001", country_code="es", gender="0", supplements=[extra], email="ana@example.org")
    made = issue(platform, body(offer, sent)).json()["data"]
    row = platform.api.get("/tickets/by-code/DOOR00001").json()["data"]
    assert row == made == platform.rows()[0]
    told = {key: row[key] for key in ("code", "name", "country", "gender", "sale_type", "status", "channel_id")}
    assert told == {
        "code": "DOOR00001",
        "name": "Ana Gil",
        "country": "ES",
        "gender": "female",
        "sale_type": "door",
        "status": "activated",
        **SELLER,
    }
    assert (row["price"], row["total_paid"], row["supplements"][0]["price"]) == (15.5, 18.5, 2.5)


def test_an_issued_ticket_is_checked_in_as_any(platform: Platform, offer: Offer) -> None:
    made = issue(platform, body(offer, one(offer))).json()["data"]
    assert platform.enter(made["_id"]).json() == {"success": True}
    assert platform.enter(made["_id"]).status_code == 400


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"referral_id": "r1"}, "exclusive peers"),
        ({"channel_id": None}, "at least one of"),
        ({"quantity": 3}, '"quantity" items'),
        ({"quantity": "1"}, '"quantity" must be a number'),
        ({"ticket_rate_id": "nobody"}, "does not match any ticket rate"),
        ({"tickets": []}, "at least 1 items"),
        ({"tickets": "all"}, '"tickets" must be an array'),
    ],
)
def test_a_body_against_the_schema_is_refused_in_its_words(
    platform: Platform, offer: Offer, change: Row, told: str
) -> None:
    assert refused(issue(platform, body(offer, one(offer)) | change), told)
    assert platform.rows() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"full_name": ""}, '"tickets[0].full_name" is required'),
        ({"email": "ana"}, "must be a valid email"),
        ({"price_id": "nobody"}, "does not match any price"),
        ({"total_price": None}, '"tickets[0].total_price" is required'),
        ({"total_price": -1}, "greater than or equal to 0"),
        ({"fee": True}, "must be a number"),
        ({"birthday": "31/12/1999"}, "ISO 8601"),
        ({"gender": "x"}, "must be one of"),
        ({"country_code": "ESP"}, "2 characters"),
        ({"personal_document_type": "card"}, "must be one of"),
        ({"supplements": [{"supplement_id": "nobody"}]}, "does not match any supplement"),
        ({"supplements": [7]}, "must be of type object"),
    ],
)
def test_a_ticket_against_the_schema_is_refused_in_its_words(
    platform: Platform, offer: Offer, change: Row, told: str
) -> None:
    assert refused(issue(platform, body(offer, one(offer) | change)), told)


def test_an_email_is_wanted_only_where_the_rate_wants_it(platform: Platform) -> None:
    wants = frozenset({"full_name", "email"})
    offer = platform.world.add_offer("Student", 9.0, event_id=platform.night.id, requires=wants)
    assert refused(issue(platform, body(offer, one(offer))), '"tickets[0].email" is required')
    assert issue(platform, body(offer, one(offer, email="ana@example.org"))).status_code == 200


def test_a_seller_may_be_left_out_when_the_switch_says_so(platform: Platform, offer: Offer) -> None:
    platform.turn(issue_seller="optional")
    assert issue(platform, body(offer, one(offer), channel_id=None)).status_code == 200


@pytest.mark.parametrize(("partial", "made"), [(False, []), (True, ["TWICE1"])])
def test_a_bad_ticket_among_good_ones_stops_all_or_those_after_it(
    platform: Platform, offer: Offer, partial: bool, made: list[str]
) -> None:
    platform.turn(issue_partial=partial)
    answer = issue(platform, body(offer, one(offer, "TWICE1"), one(offer, "TWICE1"), one(offer, "TWICE2")))
    assert (answer.status_code, answer.json()["error"]) == (400, "qr_code TWICE1 already exists")
    assert [row["code"] for row in platform.rows()] == made


def test_a_code_of_another_event_or_kind_is_taken_too(platform: Platform, offer: Offer) -> None:
    elsewhere = platform.world.add_list(event_id=platform.world.tonight.id).code
    assert issue(platform, body(offer, one(offer, elsewhere))).status_code == 400


@pytest.mark.parametrize(("position", "told"), [("one", 1), ("many", 2), ("none", 0)])
def test_an_issue_answers_one_ticket_or_all_or_none(platform: Platform, offer: Offer, position: str, told: int) -> None:
    platform.turn(issue_answer=position)
    said = issue(platform, body(offer, one(offer), one(offer))).json()
    rows = said.get("data", [])
    assert len(rows if isinstance(rows, list) else [rows]) == told
    assert len(platform.rows()) == 2


def test_an_issued_ticket_may_be_seen_later_but_its_code_is_taken_at_once(platform: Platform, offer: Offer) -> None:
    platform.turn(issue_delay=60)
    sent = body(offer, one(offer, "LATE00001"))
    issue(platform, sent).raise_for_status()
    assert platform.rows() == []
    assert platform.api.get("/tickets/by-code/LATE00001").status_code == 404
    assert issue(platform, sent).status_code == 400
    time.sleep(0.1)
    assert [row["code"] for row in platform.rows()] == ["LATE00001"]


def test_a_lost_answer_leaves_the_ticket_sold_once(platform: Platform, offer: Offer) -> None:
    sent = body(offer, one(offer, "LOST00001"))
    platform.turn(lose_next=1)
    with pytest.raises(httpx.TransportError):
        issue(platform, sent)
    assert issue(platform, sent).status_code == 400
    assert len(platform.rows()) == 1


def test_the_ledger_of_sales_has_each_ticket_once(platform: Platform, offer: Offer) -> None:
    issue(platform, body(offer, one(offer, "LEDG00001"), one(offer, "LEDG00002", total_price=0)))
    lines = platform.view("issued")
    assert [(line["code"], line["cents"], line["via"]) for line in lines] == [
        ("LEDG00001", 1850, "issue"),
        ("LEDG00002", 0, "issue"),
    ]


def test_stock_is_not_checked_for_what_was_sold_outside(platform: Platform) -> None:
    offer = platform.world.add_offer("Last", 5.0, event_id=platform.night.id, stock=0)
    assert issue(platform, body(offer, one(offer))).status_code == 200


def test_a_key_may_be_forbidden_to_issue_but_not_to_read(platform: Platform, offer: Offer) -> None:
    platform.turn(sales_forbidden="issue")
    assert issue(platform, body(offer, one(offer))).status_code == 403
    assert platform.rows() == []
