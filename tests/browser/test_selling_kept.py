"""What selling keeps on a phone, what a person decides, and the till: against a hub whose answers are scripted."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import conftest
from tests.browser.fake_hub import FakeHub, problem, wait_until
from tests.browser.fake_hub_sales import at, euros, refusal
from tests.browser.selling_screens import at_the_counter, chosen, in_conflict, pay, sale_in
from tests.browser.test_page import fire_gun, type_code, verdict_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BUSY = problem(503, "Starting.")
KEPT = """async () => {
  const open = indexedDB.open("doorcheck");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const asked = database.transaction("notes").objectStore("notes").getAll();
  const all = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  database.close();
  return all.filter((one) => typeof one === "object").map((one) => one.id);
}"""
"""Ids of the sales that this phone keeps."""


# The scanner goes on behind it


def test_a_scan_wins_and_the_sale_is_there_again(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, "vip", 2)
    bare.get_by_test_id("holder-name").first.fill("Ana García")
    fire_gun(bare, ["ZQ4K7Y2M"], pace_ms=0)
    verdict_of(bare, "ZQ4K7Y2M")
    expect(bare.get_by_test_id("sell-sheet")).to_have_count(0)
    bare.get_by_test_id("sale-chip").click()
    expect(bare.get_by_test_id("holder-name").first).to_have_value("Ana García")
    expect(bare.get_by_test_id("quantity")).to_have_value("2")


def test_a_sale_that_is_half_filled_in_outlives_a_reload(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, "vip")
    bare.get_by_test_id("holder-name").fill("Ana García")
    bare.reload()
    bare.get_by_test_id("sale-chip").click()
    expect(bare.get_by_test_id("holder-name")).to_have_value("Ana García")
    bare.get_by_test_id("sell-back").click()
    expect(bare.get_by_test_id("sale-chip")).to_be_hidden()


def test_an_answer_that_comes_after_the_next_scan_does_not_cover_its_verdict(bare: Page, hub: FakeHub) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    chosen(bare, hub, quantity=2)
    bare.route("**/api/v1/sales", hold)
    pay(bare, "cash")
    bare.wait_for_timeout(200)
    fire_gun(bare, ["ZQ4K7Y2M"])
    verdict_of(bare, "ZQ4K7Y2M")
    held[0].continue_()
    expect(bare.get_by_test_id("sale-chip")).to_have_text("€30: sold")
    expect(bare.get_by_test_id("sale-sheet")).to_have_count(0)
    bare.get_by_test_id("sale-chip").click()
    expect(sale_in(bare, "due").locator(".sale-detail")).to_have_text("2 in")
    expect(bare.get_by_test_id("sale-chip")).to_be_hidden()


def test_a_signed_out_page_asks_for_no_sale(bare: Page, hub: FakeHub) -> None:
    hub.shop.refusals += [BUSY] * 3
    chosen(bare, hub)
    pay(bare, "cash")
    sale_in(bare, "unanswered")
    hub.token = "another"
    bare.get_by_test_id("signed-out").wait_for()
    asked = len(hub.shop.asked)
    bare.wait_for_timeout(2500)
    assert len(hub.shop.asked) == asked
    assert len(bare.evaluate(KEPT)) == 1


def test_signing_out_forgets_what_was_filled_in(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub)
    bare.keyboard.press("Escape")
    hub.token = "another"
    bare.get_by_test_id("code-input").fill("ZQ4K7Y2M")
    bare.keyboard.press("Enter")
    bare.get_by_test_id("signed-out").wait_for()
    assert bare.evaluate("sessionStorage.getItem('doorcheck.sale')") is None


# Without an answer


def test_an_answer_that_was_lost_is_asked_for_again_and_sold_once(bare: Page, hub: FakeHub) -> None:
    hub.shop.lose = 1
    chosen(bare, hub, quantity=2)
    pay(bare, "cash")
    sale_in(bare, "unanswered")
    expect(sale_in(bare, "due").locator(".sale-detail")).to_have_text("2 in")
    assert len(hub.shop.asked) == 2
    assert len(hub.shop.sales) == 1
    wait_until(lambda: bare.evaluate(KEPT) == [])
    assert bare.evaluate(KEPT) == []


def test_a_sale_without_an_answer_outlives_a_reload(bare: Page, hub: FakeHub) -> None:
    hub.shop.lose = 1
    chosen(bare, hub)
    pay(bare, "cash")
    sale_in(bare, "unanswered")
    bare.route("**/api/v1/sales", lambda route: route.abort())
    bare.reload()
    expect(bare.get_by_test_id("sale-chip")).to_have_text("€15: no answer yet")
    assert bare.evaluate(KEPT) == list(hub.shop.sales)
    bare.unroute_all()
    expect(bare.get_by_test_id("sale-chip")).to_have_text("€15: sold")
    assert len(hub.shop.sales) == 1


def test_a_sale_that_is_given_up_is_not_sold_when_the_hub_is_back(bare: Page, hub: FakeHub) -> None:
    hub.shop.refusals += [BUSY] * 2
    chosen(bare, hub)
    pay(bare, "cash")
    sale_in(bare, "unanswered")
    bare.get_by_test_id("sale-drop").click()
    expect(bare.get_by_test_id("rate-row").first).to_be_visible()  # the hub has never heard of it
    assert hub.shop.sales == {}
    assert bare.evaluate(KEPT) == []


def test_a_sale_that_is_given_up_and_was_sold_is_taken_back(bare: Page, hub: FakeHub) -> None:
    hub.shop.lose = 1
    chosen(bare, hub)
    bare.get_by_test_id("sell-admit").click()
    pay(bare, "cash")
    sale_in(bare, "unanswered")
    bare.get_by_test_id("sale-drop").click()
    sale_in(bare, "cancelled")
    assert [step for _, step, _ in hub.shop.steps] == ["cancel"]


def test_a_sale_that_is_refused_after_all_waits_to_be_seen(bare: Page, hub: FakeHub) -> None:
    hub.shop.refusals += [BUSY, refusal(409, "This event is not on here.", "no-such-event")]
    chosen(bare, hub, quantity=2)
    pay(bare, "cash")
    sale_in(bare, "unanswered")
    bare.keyboard.press("Escape")
    expect(bare.get_by_test_id("sale-chip")).to_have_text("€30: not sold")
    bare.get_by_test_id("sale-chip").click()
    expect(sale_in(bare, "refused").locator(".sale-detail")).to_have_text("This event is not on any more.")
    bare.get_by_test_id("sale-refill").click()
    expect(bare.get_by_test_id("quantity")).to_have_value("2")


def test_cut_off_from_the_hub_nothing_is_sold_and_the_door_goes_on(bare: Page, hub: FakeHub) -> None:
    at_the_counter(bare, hub)
    conftest.cut_off(bare)
    bare.get_by_test_id("sell-open").click()
    expect(bare.get_by_test_id("no-hub-sheet")).to_contain_text("Selling needs the hub")
    bare.keyboard.press("Escape")
    type_code(bare, "ZQ4K7Y2M")


def test_cut_off_while_filling_in_it_says_so_and_keeps_what_was_filled_in(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, quantity=2)
    conftest.cut_off(bare)
    pay(bare, "cash")
    expect(bare.get_by_test_id("sell-wrong")).to_have_text("The hub is not there: nothing was sold.")
    expect(bare.get_by_test_id("quantity")).to_have_value("2")
    assert bare.evaluate(KEPT) == []


# A person decides


def test_a_refused_sale_can_be_tried_again(bare: Page, hub: FakeHub) -> None:
    sale = in_conflict(bare, hub)
    expect(bare.get_by_test_id("sale-words")).to_contain_text("sold out for this channel")
    bare.get_by_test_id("sale-retry").click()
    sale_in(bare, "due")
    assert hub.shop.steps == [(sale, "retry", {})]


@pytest.mark.parametrize(("decision", "state"), [("accept", "issued"), ("discard", "discarded")])
def test_a_refused_sale_is_settled_with_a_reason(bare: Page, hub: FakeHub, decision: str, state: str) -> None:
    sale = in_conflict(bare, hub)
    bare.get_by_test_id(f"sale-{decision}").click()
    expect(bare.get_by_test_id("field-wrong")).to_have_text("Say why.")
    bare.get_by_test_id("sale-reason").fill("Made by hand")
    bare.get_by_test_id(f"sale-{decision}").click()
    sale_in(bare, state)
    assert hub.shop.steps == [(sale, decision, {"reason": "Made by hand"})]


def test_a_sale_is_taken_back_by_two_taps_and_says_what_is_given_back(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, quantity=2)
    bare.get_by_test_id("sell-admit").click()
    pay(bare, "cash")
    bare.get_by_test_id("sale-cancel").click()
    expect(bare.get_by_test_id("sale-cancel")).to_have_text("Really: €30 back")
    assert hub.shop.steps == []
    bare.get_by_test_id("sale-cancel").click()
    sale_in(bare, "cancelled")


def test_sales_to_look_at_come_first_and_tell_of_which_station_they_are(bare: Page, hub: FakeHub) -> None:
    sale = in_conflict(bare, hub)
    hub.shop.set(sale, station="Puerta 2")
    hub.status["sales_conflicts"] = 1
    bare.reload()
    bare.get_by_test_id("sell-open").click()
    expect(bare.get_by_test_id("sales-open")).to_have_text("Sales · 1 to look at")
    bare.get_by_test_id("sales-open").click()
    expect(bare.get_by_test_id("sale-row")).to_contain_text("Puerta 2")
    bare.get_by_test_id("sales-").click()
    bare.get_by_test_id("sale-row").click()
    sale_in(bare, "conflict")


def test_a_sale_of_this_station_that_is_refused_later_is_shown_at_the_door(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, quantity=2)
    pay(bare, "cash")
    sale_in(bare, "due")
    bare.keyboard.press("Escape")
    (sale,) = hub.shop.sales
    hub.tell_of_sale(sale, state="conflict", station="Puerta 2")
    hub.tell_of_sale(sale, state="conflict", station="Puerta 1")
    expect(bare.get_by_test_id("sale-chip")).to_have_text("€30: please look")
    bare.get_by_test_id("sale-chip").click()
    sale_in(bare, "conflict")


def test_a_sale_of_the_list_shows_its_receipt_again(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub)
    pay(bare, "cash")
    bare.get_by_test_id("sale-next").click()
    bare.get_by_test_id("sales-open").click()
    bare.get_by_test_id("sale-row").click()
    expect(sale_in(bare, "due").get_by_test_id("receipt-qr")).to_be_visible()


# The till


def test_cash_with_a_closed_till_leads_to_the_till_and_back_to_the_sale(bare: Page, hub: FakeHub) -> None:
    hub.shop.shift = None
    chosen(bare, hub, quantity=2)
    pay(bare, "cash")
    bare.get_by_test_id("till-open-sheet").wait_for()
    bare.get_by_test_id("till-open-do").click()
    expect(bare.get_by_test_id("field-wrong")).to_have_text(["This is needed.", "That is no amount of money."])
    bare.get_by_test_id("till-by").fill("Marta")
    bare.get_by_test_id("till-float").fill("100,50")
    bare.get_by_test_id("till-open-do").click()
    expect(bare.get_by_test_id("quantity")).to_have_value("2")
    assert hub.shop.tills == [{"by": "Marta", "float": 10050, "currency": "EUR"}]
    pay(bare, "cash")
    sale_in(bare, "due")


def test_a_till_is_counted_and_its_difference_told(bare: Page, hub: FakeHub) -> None:
    at_the_counter(bare, hub).get_by_test_id("sell-open").click()
    bare.get_by_test_id("till-open").click()
    expect(bare.get_by_test_id("taken-cash")).to_contain_text("€45.00")
    expect(bare.get_by_test_id("shift-expected")).to_have_count(0)  # not before it is counted
    bare.get_by_test_id("till-close").click()
    bare.get_by_test_id("count-help").click()
    bare.get_by_test_id("count-2000").fill("7")
    bare.get_by_test_id("count-50").fill("3")
    expect(bare.get_by_test_id("count-sum")).to_have_text("€141.50")
    bare.get_by_test_id("till-by").fill("Iker")
    bare.get_by_test_id("till-close-do").click()
    expect(bare.get_by_test_id("shift-difference")).to_have_text("Missing-€3.50")
    expect(bare.get_by_test_id("shift-expected")).to_contain_text("€145.00")
    assert hub.shop.tills == [{"by": "Iker", "counted": 14150, "note": ""}]


def test_earlier_shifts_are_read_again(bare: Page, hub: FakeHub) -> None:
    closed = {"closed_at": at(-60).isoformat(), "closed_by": "Iker", "counted": euros(14500), "difference": euros(0)}
    hub.shop.shifts = [(hub.shop.shift or {}) | {key: _plain(one) for key, one in closed.items()} | {"id": 6}]
    at_the_counter(bare, hub).get_by_test_id("sell-open").click()
    bare.get_by_test_id("till-open").click()
    bare.get_by_test_id("shifts-open").click()
    bare.locator("[data-testid=shift-row][data-shift='6']").click()
    expect(bare.get_by_test_id("shift-difference")).to_contain_text("It is exact")
    bare.get_by_test_id("shift-print").click()
    expect(bare.get_by_test_id("print-said")).to_have_text("Printed")
    assert hub.shop.steps == [("6", "print", {})]


def _plain(value: Any) -> Any:
    return value.model_dump() if hasattr(value, "model_dump") else value
