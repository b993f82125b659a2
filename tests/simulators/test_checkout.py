"""Hosted payments: reserved, paid or not, and what then is seen where."""

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.simulators.fourvenues.offers import Offer, Question
from tests.simulators.harness import Platform, order

Row = dict[str, Any]


@pytest.fixture
def offer(platform: Platform) -> Offer:
    return platform.world.add_offer(
        "General", 10.0, event_id=platform.night.id, supplements=[("Cloakroom", 3.0)], stock=5, most=4, warranty=20
    )


def status_of(platform: Platform, payment: Row) -> list[str]:
    """How the payment and its tickets stand."""
    row = platform.channels.get(f"/payments/{payment['payment_id']}").json()["data"]
    tickets = [platform.channels.get(f"/tickets/{ref}").json()["data"] for ref in row["resource_ids"]]
    return [row["status"], *(ticket["status"] for ticket in tickets)]


def wait_for(met: Callable[[], object], seconds: float = 3) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.005)


def refused(platform: Platform, offer: Offer, told: str, amount: int = 1, **change: Any) -> bool:
    body = order(platform, offer, amount, **change.pop("ticket", {})) | change
    answer = platform.channels.post("/tickets/checkout", json=body)
    return answer.status_code == 400 and told in answer.json()["message"]


def test_a_checkout_reserves_and_answers_without_success(platform: Platform, offer: Offer) -> None:
    answer = platform.channels.post("/tickets/checkout", json=order(platform, offer, 2)).json()
    assert set(answer) == {"data"}
    data = answer["data"]
    assert set(data) == {"payment_id", "payment_url", "total_amount", "tickets", "conditions_changed"}
    assert (data["total_amount"], data["conditions_changed"]) == (20, False)
    assert data["payment_url"] == f"{platform.server.url}/pay/{data['payment_id']}"
    assert status_of(platform, data) == ["pending", "pending_payment", "pending_payment"]
    assert offer.left == 3
    assert platform.rows() == []


def test_a_total_is_price_supplements_fee_and_warranty(platform: Platform, offer: Offer) -> None:
    offer.step(offer.rate.options[0]).fee = 10
    extra = {"supplement_id": offer.supplements[0]["_id"]}
    data = platform.check_out(offer, ticket={"supplements": [extra, extra], "warranty": True})
    row = data["tickets"][0]
    parts = (row["total_supplements"], row["total_fees"], row["warranty"]["total"], row["total_price"])
    assert (*parts, data["total_amount"]) == (3, 1, 2, 16, 16)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"amount": 5}, "less than or equal to 4"),
        ({"tickets": []}, "at least 1 items"),
        ({"ticket_rate_id": "nobody"}, "does not match any ticket rate"),
        ({"ticket": {"price_id": "nobody"}}, "does not match any price"),
        ({"ticket": {"full_name": None}}, "full_name"),
        ({"ticket": {"supplements": [{"supplement_id": "x"}]}}, "does not match any supplement"),
        ({"metadata": {"note": "x" * 1100}}, "must not be larger than 1kb"),
        ({"metadata": "x"}, "must be of type object"),
        ({"redirect_url": "over there"}, "must be a valid uri"),
        ({"discount_code": "NOBODY"}, "discount_code is not valid"),
    ],
)
def test_what_can_not_be_bought_is_refused_and_nothing_is_reserved(
    platform: Platform, offer: Offer, change: Row, told: str
) -> None:
    assert refused(platform, offer, told, **change)
    assert (offer.left, platform.world.sales.tickets) == (5, {})


def test_a_code_that_is_taken_is_refused(platform: Platform, offer: Offer) -> None:
    taken = platform.world.add_ticket(event_id=platform.night.id).code
    assert refused(platform, offer, "already exists", ticket={"qr_code": taken})
    platform.check_out(offer, ticket={"qr_code": "ONLYONCE1"})
    assert refused(platform, offer, "already exists", ticket={"qr_code": "ONLYONCE1"})


def test_no_more_is_reserved_than_there_is(platform: Platform, offer: Offer) -> None:
    platform.check_out(offer, 4)
    assert refused(platform, offer, "Not enough tickets", 2)
    platform.check_out(offer, 1)
    assert refused(platform, offer, "Not enough tickets", 1)


def test_a_smallest_number_of_tickets_is_kept_to(platform: Platform) -> None:
    pair = platform.world.add_offer("Pair", 10.0, event_id=platform.night.id, least=2)
    assert refused(platform, pair, "at least 2 items", 1)


@pytest.mark.parametrize("how", ["switch", "verb"])
def test_what_is_sold_out_is_refused(platform: Platform, offer: Offer, how: str) -> None:
    if how == "switch":
        platform.turn(sold_out=True)
    else:
        platform.verb("sell-out", rate_id=offer.rate.id)
    assert refused(platform, offer, "Not enough tickets")


def test_required_questions_are_answered_with_what_there_is(platform: Platform) -> None:
    asks = Question(id="q1", label="How?", required=True, items=("Poster", "Friend"))
    offer = platform.world.add_offer("Asked", 10.0, event_id=platform.night.id, questions=(asks,))
    assert refused(platform, offer, "does not answer required question q1")
    answers = [{"question_id": "q1", "answer": "Radio"}]
    assert refused(platform, offer, "must be one of [Poster, Friend]", ticket={"answers": answers})
    answers[0]["answer"] = "Poster"
    row = platform.check_out(offer, ticket={"answers": answers})["tickets"][0]
    assert row["answers"] == answers


def test_a_discount_is_taken_off_the_price(platform: Platform, offer: Offer) -> None:
    platform.world.sales.discounts["HALF"] = 50
    assert platform.check_out(offer, discount_code="HALF")["total_amount"] == 5


def test_a_price_that_changed_is_told_with_the_new_total(platform: Platform, offer: Offer) -> None:
    body = order(platform, offer)
    platform.verb("reprice", rate_id=offer.rate.id, price=12.5)
    data = platform.channels.post("/tickets/checkout", json=body).json()["data"]
    assert (data["conditions_changed"], data["total_amount"], data["tickets"][0]["price"]["price"]) == (
        True,
        12.5,
        12.5,
    )


def test_prices_change_under_the_hand_as_often_as_the_switch_says(platform: Platform, offer: Offer) -> None:
    platform.turn(price_changes=1)
    told = [platform.check_out(offer) for _ in range(2)]
    assert [(one["conditions_changed"], one["total_amount"]) for one in told] == [(True, 12), (False, 12)]


@pytest.mark.parametrize(
    ("said", "changed"), [({"price": 10}, False), ({"price": 9}, True), ({"total_price": 10}, False)]
)
def test_a_price_that_was_said_is_compared(platform: Platform, offer: Offer, said: Row, changed: bool) -> None:
    assert platform.check_out(offer, ticket=said)["conditions_changed"] is changed


def test_a_rate_without_an_active_price_is_not_for_sale(platform: Platform, offer: Offer) -> None:
    offer.rate.options[0]["until"] = 0
    assert refused(platform, offer, "not available")


def test_a_refused_checkout_leaves_the_price_as_it_was(platform: Platform, offer: Offer) -> None:
    platform.turn(price_changes=1)
    assert refused(platform, offer, "valid uri", redirect_url="over there")
    assert (offer.rate.options[-1]["price"], platform.world.switches.price_changes) == (10.0, 1)


def test_an_unpaid_ticket_has_the_word_of_the_switch(platform: Platform, offer: Offer) -> None:
    platform.turn(pending_word="processing")
    assert platform.check_out(offer)["tickets"][0]["status"] == "processing"


# The page


def page(platform: Platform, data: Row, **form: str) -> httpx.Response:
    url = data["payment_url"]
    return httpx.post(url, data=form) if form else httpx.get(url)


def test_the_page_says_what_is_paid_and_how_much(platform: Platform, offer: Offer) -> None:
    html = page(platform, platform.check_out(offer, 2)).text
    assert re.search(r"General \(2\)", html)
    assert "20.00 EUR" in html
    assert re.findall('value="(pay|cancel)"', html) == ["pay", "cancel"]


def test_paying_sends_the_guest_back_and_makes_the_tickets_good(platform: Platform, offer: Offer) -> None:
    data = platform.check_out(offer, redirect_url="https://door.example.org/ok", metadata={"sale": "s1"})
    answer = page(platform, data, action="pay")
    assert (answer.status_code, answer.headers["location"]) == (303, "https://door.example.org/ok")
    assert status_of(platform, data) == ["paid", "active"]
    row = platform.rows()[0]
    assert (row["_id"], row["status"], row["payment_id"]) == (
        data["tickets"][0]["_id"],
        "activated",
        data["payment_id"],
    )
    assert platform.enter(row["_id"]).json() == {"success": True}
    payment = platform.channels.get("/payments").json()["data"][0]
    assert (payment["metadata"], payment["total"], payment["currency"]) == (
        {"sale": "s1"},
        {"amount": 10, "fees": 0},
        "EUR",
    )


def test_cancelling_sends_the_guest_to_the_other_address_and_gives_back_the_stock(
    platform: Platform, offer: Offer
) -> None:
    data = platform.check_out(offer, 2, error_url="https://door.example.org/no")
    answer = page(platform, data, action="cancel")
    assert (answer.status_code, answer.headers["location"]) == (303, "https://door.example.org/no")
    assert status_of(platform, data) == ["failed", "voided", "voided"]
    assert (offer.left, platform.rows()) == (5, [])


def test_nobody_pays_twice_and_nobody_pays_for_nothing(platform: Platform, offer: Offer) -> None:
    data = platform.check_out(offer)
    assert "Paid" in page(platform, data, action="pay").text
    assert "Paid" in page(platform, data, action="cancel").text
    assert status_of(platform, data) == ["paid", "active"]
    assert platform.control.post("/pay", json={"payment_id": data["payment_id"]}).status_code == 400
    assert httpx.get(f"{platform.server.url}/pay/nobody").status_code == 404
    assert len(platform.view("issued")) == len(platform.rows()) == 1


@pytest.mark.parametrize(("outcome", "ends"), [("fails", "failed"), ("expires", "expired")])
def test_under_a_bad_outcome_the_button_does_not_pay(platform: Platform, offer: Offer, outcome: str, ends: str) -> None:
    platform.turn(payment_outcome=outcome, payment_delay=60_000)
    data = platform.check_out(offer)
    page(platform, data, action="pay")
    assert status_of(platform, data)[0] == ends


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [("succeeds", ["paid", "active"]), ("fails", ["failed", "voided"]), ("expires", ["expired", "voided"])],
)
@pytest.mark.parametrize("delay", [0, 30])
def test_a_payment_ends_by_itself_after_the_answer(
    platform: Platform, offer: Offer, outcome: str, ends: list[str], delay: int
) -> None:
    platform.turn(payment_outcome=outcome, payment_delay=delay)
    data = platform.check_out(offer)
    assert data["tickets"][0]["status"] == "pending_payment"
    wait_for(lambda: status_of(platform, data) == ends)


def test_a_payment_that_nobody_makes_expires(platform: Platform, offer: Offer) -> None:
    platform.turn(payment_expires=1)
    data = platform.check_out(offer)
    assert platform.channels.get("/payments").json()["data"][0]["expires_at"]
    wait_for(lambda: status_of(platform, data) == ["expired", "voided"])
    assert page(platform, data).status_code == 410
    assert offer.left == 5


def test_a_payment_made_in_time_does_not_expire(platform: Platform, offer: Offer) -> None:
    platform.turn(payment_expires=1)
    data = platform.check_out(offer)
    platform.verb("pay")
    time.sleep(1.05)
    assert status_of(platform, data) == ["paid", "active"]


@pytest.mark.parametrize(("verb", "ends"), [("pay", "paid"), ("fail", "failed"), ("expire", "expired")])
def test_a_verb_ends_the_newest_payment_or_the_one_that_is_named(
    platform: Platform, offer: Offer, verb: str, ends: str
) -> None:
    first, second = platform.check_out(offer), platform.check_out(offer)
    assert platform.verb(verb)["status"] == ends
    assert status_of(platform, first)[0] == "pending"
    assert platform.verb(verb, payment_id=first["payment_id"])["_id"] == first["payment_id"]
    assert platform.control.post(f"/{verb}").status_code == 404
    assert status_of(platform, second)[0] == ends


def test_a_sale_of_the_channel_manager_is_seen_later_or_never(platform: Platform, offer: Offer) -> None:
    platform.turn(channel_sales_seen="later", channel_sales_delay=40)
    platform.check_out(offer)
    platform.verb("pay")
    assert platform.rows() == []
    wait_for(platform.rows)
    platform.turn(channel_sales_seen="never")
    platform.check_out(offer)
    platform.verb("pay")
    time.sleep(0.06)
    assert len(platform.rows()) == 1


def test_a_lost_answer_of_a_checkout_leaves_a_payment_that_nobody_was_sent_to(platform: Platform, offer: Offer) -> None:
    platform.turn(lose_next=1)
    with pytest.raises(httpx.TransportError):
        platform.channels.post("/tickets/checkout", json=order(platform, offer))
    assert [one["status"] for one in platform.channels.get("/payments").json()["data"]] == ["pending"]
    assert offer.left == 4


def test_the_view_of_sales_tells_payments_tickets_and_rates(platform: Platform, offer: Offer) -> None:
    data = platform.check_out(offer, 2)
    platform.verb("pay")
    view = platform.view("sales")
    assert [(one["_id"], len(one["tickets"])) for one in view["payments"]] == [(data["payment_id"], 2)]
    assert [one["total"] for one in view["tickets"]] == [1000, 1000]
    assert offer.rate.id in {one["_id"] for one in view["rates"]}
    lines = platform.view("issued")
    assert {(line["via"], line["payment_id"], line["cents"]) for line in lines} == {
        ("checkout", data["payment_id"], 1000)
    }


def test_a_paid_checkout_and_its_refund_are_in_the_back_office(platform: Platform, offer: Offer) -> None:
    data = platform.check_out(offer, 2)
    platform.verb("pay")
    platform.channels.put(f"/tickets/{data['tickets'][0]['_id']}/refund", json={"amount": 4}).raise_for_status()
    paid, refunds = platform.rows("/payments"), platform.rows("/refunds")
    assert [(one["_id"], one["amount"]) for one in paid] == [(data["payment_id"], 2000)]
    assert [(one["payment_id"], one["amount"]) for one in refunds] == [(data["payment_id"], 400)]
    assert [one["amount"] for one in platform.rows("/wallet-movements")] == [2000, -400]
    assert platform.world.takings.balance() == 1600
