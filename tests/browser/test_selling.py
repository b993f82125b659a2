"""Selling on the scanner page, in a real browser against a hub whose answers are scripted."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from tests.browser import conftest
from tests.browser.fake_hub import FakeHub, answer
from tests.browser.fake_hub_sales import RECEIPT, price, refusal
from tests.browser.selling_screens import at_the_counter, by_phone, chosen, pay, pick, sale_in
from tests.browser.test_page import fire_gun, verdict_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def read(page: Page, code: str) -> str:
    """What a camera reads in a code on the screen."""
    picture = page.get_by_test_id(code).locator("svg").screenshot()
    (found,) = zxingcpp.read_barcodes(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE))
    return str(found.text)


# Where it is


def test_a_station_that_sells_nothing_has_no_button(door: Page) -> None:
    expect(door.get_by_test_id("sell-open")).to_be_hidden()
    door.get_by_test_id("more-open").click()
    expect(door.get_by_test_id("more-sell")).to_have_count(0)


def test_more_leads_to_selling_too(bare: Page, hub: FakeHub) -> None:
    at_the_counter(bare, hub).get_by_test_id("more-open").click()
    bare.get_by_test_id("more-sell").click()
    expect(bare.get_by_test_id("sell-sheet")).to_be_visible()


def test_on_a_narrow_phone_with_a_torch_the_button_leaves_the_bar(bare: Page, hub: FakeHub) -> None:
    at_the_counter(bare, hub).set_viewport_size({"width": 320, "height": 640})
    expect(bare.get_by_test_id("sell-open")).to_be_visible()
    bare.evaluate("document.querySelector('#torch').hidden = false")
    expect(bare.get_by_test_id("sell-open")).to_be_hidden()


# Rates


def test_rates_say_what_they_cost_now_and_later_and_what_is_not_sold(bare: Page, hub: FakeHub) -> None:
    hub.shop.rates[0]["prices"][0]["until"] = "2030-01-01T00:00:00Z"
    at_the_counter(bare, hub).get_by_test_id("sell-open").click()
    rows = bare.get_by_test_id("rate-row")
    expect(rows).to_have_count(4)
    states = rows.evaluate_all("(all) => all.map((one) => [one.dataset.rate, one.dataset.state, one.disabled])")
    assert states == [
        ["general", "on", False],
        ["vip", "on", False],
        ["early", "soldout", True],
        ["late", "later", True],
    ]
    expect(rows.first).to_have_text("General€15Early · then €18 from 01:00")
    expect(rows.nth(1)).to_have_text("VIP con copa€3012 left")
    expect(bare.get_by_test_id("rates-age")).to_have_text("Prices of 2 min ago")


def test_prices_that_could_not_be_asked_for_are_shown_as_old(bare: Page, hub: FakeHub) -> None:
    hub.shop.failed, hub.shop.as_of_seconds = "down", -3600
    at_the_counter(bare, hub).get_by_test_id("sell-open").click()
    expect(bare.get_by_test_id("rates-failed")).to_be_visible()
    expect(bare.get_by_test_id("rates-age")).to_have_text("Prices of 60 min ago")


def test_money_is_written_as_the_reader_writes_it(bare: Page, hub: FakeHub) -> None:
    bare.goto(f"{hub.url}/page/favicon.svg")
    bare.evaluate("localStorage.setItem('doorcheck.language', '\"es\"')")
    at_the_counter(bare, hub).get_by_test_id("sell-open").click()
    expect(bare.locator("[data-rate=vip] .price")).to_have_text(re.compile(r"^30\s€$"))


# Three taps


def test_three_taps_sell_and_everybody_is_in(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, quantity=3)
    expect(bare.get_by_test_id("sell-total")).to_have_text("€45")
    pay(bare, "cash")
    sold = sale_in(bare, "due")
    expect(sold.locator(".sale-word")).to_have_text("Sold")
    expect(sold.locator(".sale-detail")).to_have_text("3 in")
    (asked,) = hub.shop.asked
    assert (asked["rate"], asked["price"], asked["tender"], asked["total"]) == ("general", "g1", "cash", 4500)
    assert (asked["currency"], asked["admit"], len(asked["tickets"])) == ("EUR", True, 3)


def test_who_comes_in_with_a_sale_is_a_verdict_and_who_does_not_is_none(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub)
    pay(bare, "cash")
    head = sale_in(bare, "due").locator(".sale-head")
    expect(head).to_have_css("background-color", "rgb(0, 97, 72)")
    expect(head.locator("svg[data-shape=tick]")).to_be_visible()
    bare.get_by_test_id("sale-next").click()
    bare.locator("[data-rate=general]").click()
    bare.get_by_test_id("sell-admit").click()
    pay(bare, "cash")
    expect(sale_in(bare, "due").locator("[data-look]")).to_have_count(0)
    assert [one["admit"] for one in hub.shop.asked] == [True, False]


def test_a_station_for_the_way_out_lets_nobody_in_by_itself(bare: Page, hub: FakeHub) -> None:
    hub.status["station"]["direction"] = "out"
    chosen(bare, hub)
    pay(bare, "cash")
    sale_in(bare, "due")
    assert not hub.shop.asked[0]["admit"]


def test_guests_of_a_sale_that_stayed_outside_come_in_by_one_tap(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, quantity=2)
    bare.get_by_test_id("sell-admit").click()
    pay(bare, "cash")
    bare.get_by_test_id("sale-admit").click()
    expect(sale_in(bare, "due").locator(".sale-detail")).to_have_text("2 in")
    expect(bare.get_by_test_id("sale-admit")).to_have_count(0)


def test_the_terminal_is_waited_for_before_a_card_sale_is_one(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, quantity=2)
    pay(bare, "card")
    expect(bare.locator(".ask-terminal")).to_have_text("Take €30 on the card terminal.")
    bare.get_by_test_id("card-back").click()
    pay(bare, "card")
    assert hub.shop.asked == []
    bare.get_by_test_id("sell-do").click()
    sale_in(bare, "due")
    assert [one["tender"] for one in hub.shop.asked] == ["card"]


def test_only_ways_to_pay_that_station_and_rate_have_are_offered(bare: Page, hub: FakeHub) -> None:
    hub.shop.rates[0]["tenders"] = ["cash", "phone"]
    hub.sells("phone", "card")
    conftest.signed_in(bare, hub)
    pick(bare)
    offered = bare.locator(".tenders button").evaluate_all("(all) => all.map((one) => one.dataset.testid)")
    assert offered == ["tender-phone"]


def test_the_receipts_code_leads_to_the_receipt_and_has_its_quiet_zone(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub)
    pay(bare, "cash")
    sale_in(bare, "due")
    assert read(bare, "receipt-qr") == RECEIPT
    bare.get_by_test_id("sale-print").click()
    expect(bare.get_by_test_id("print-said")).to_have_text("Printed")


def test_a_printer_that_does_not_print_says_why(bare: Page, hub: FakeHub) -> None:
    hub.shop.printed = {"printed": False, "message": "No printer is set up at this hub."}
    chosen(bare, hub)
    pay(bare, "cash")
    bare.get_by_test_id("sale-print").click()
    expect(bare.get_by_test_id("print-said")).to_have_text("No printer is set up at this hub.")


# Filling in


def test_a_rate_that_needs_much_is_filled_in_once_for_all(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, "vip", 2)
    bare.get_by_test_id("holder-email").fill("ana@mail.example")
    for n, (name, size) in enumerate((("Ana García", "S"), ("Iker Vidal", "L"))):
        bare.get_by_test_id("holder-name").nth(n).fill(name)
        bare.locator(f"[data-field='tickets[{n}].answers.q1'] select").select_option(size)
    bare.get_by_test_id("supplement").first.click()
    bare.get_by_test_id("ticket-supplement").nth(3).click()  # the cloakroom, for the second one
    bare.get_by_test_id("warranty").click()
    expect(bare.get_by_test_id("sell-total")).to_have_text("€85.50")  # 2 x (30 + 3 + 8) + 3.50
    expect(bare.get_by_test_id("phone-total")).to_have_text("€90.50")  # with the platform's fee
    pay(bare, "cash")
    sale_in(bare, "due")
    (asked,) = hub.shop.asked
    assert (asked["total"], asked["warranty"]) == (8550, True)
    assert [(one["name"], one["email"], one["answers"], one["supplements"]) for one in asked["tickets"]] == [
        ("Ana García", "ana@mail.example", {"q1": "S"}, ["s1"]),
        ("Iker Vidal", "ana@mail.example", {"q1": "L"}, ["s1", "s2"]),
    ]


def test_each_ticket_may_have_an_e_mail_of_its_own(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, "vip", 2)
    expect(bare.get_by_test_id("holder-email")).to_have_count(1)
    bare.get_by_test_id("same-for-all").click()
    expect(bare.get_by_test_id("holder-email")).to_have_count(2)


def test_what_is_missing_is_marked_at_its_field_before_anything_is_sent(bare: Page, hub: FakeHub) -> None:
    chosen(bare, hub, "vip")
    bare.get_by_test_id("holder-email").fill("ana@mail")
    pay(bare, "cash")
    expect(bare.get_by_test_id("holder-name")).to_be_focused()
    said = bare.get_by_test_id("field-wrong")
    expect(said).to_have_text(["This is needed.", "That is no e-mail address.", "This is needed."])
    expect(bare.get_by_test_id("holder-name")).to_have_attribute("aria-invalid", "true")
    assert hub.shop.asked == []
    bare.get_by_test_id("holder-name").fill("Ana")
    expect(said).to_have_count(0)


def test_what_the_hub_refuses_is_marked_at_its_field_in_the_pages_words(bare: Page, hub: FakeHub) -> None:
    errors = {"tickets[0].name": "is needed for this rate", "quantity": "must be at most 1: no more are left"}
    hub.shop.refusals.append(refusal(422, "tickets", **errors))
    chosen(bare, hub, quantity=2)
    bare.get_by_test_id("each-ticket").click()
    pay(bare, "cash")
    expect(bare.locator("[data-field=quantity] .field-wrong")).to_have_text("So many are not left.")
    expect(bare.locator("[data-field='tickets[0].name'] .field-wrong")).to_have_text("This is needed.")
    expect(bare.get_by_test_id("quantity")).to_have_value("2")


def test_a_price_that_has_changed_is_shown_before_it_is_taken(bare: Page, hub: FakeHub) -> None:
    words = "is not what this rate costs now"
    hub.shop.refusals.append(refusal(422, f"price: {words}", price=words))
    chosen(bare, hub, quantity=2)
    hub.shop.rates[0] |= {"prices": [price("g2", 1800).model_dump(mode="json")], "current": "g2", "following": None}
    pay(bare, "cash")
    expect(bare.get_by_test_id("sell-wrong")).to_contain_text("it was €30")
    expect(bare.get_by_test_id("sell-total")).to_have_text("€36")
    pay(bare, "cash")
    sale_in(bare, "due")
    assert [(one["price"], one["total"]) for one in hub.shop.asked] == [("g1", 3000), ("g2", 3600)]


def test_more_than_are_left_can_not_be_chosen(bare: Page, hub: FakeHub) -> None:
    hub.shop.rates[0]["available"] = 2
    chosen(bare, hub, quantity=2)
    expect(bare.get_by_test_id("quantity-more")).to_be_disabled()
    bare.get_by_test_id("quantity").fill("40")
    expect(bare.get_by_test_id("quantity")).to_have_value("2")


# On the guest's phone


def test_a_guest_pays_on_the_phone_and_comes_in(bare: Page, hub: FakeHub) -> None:
    sale = by_phone(bare, hub)
    assert read(bare, "payment-qr").startswith("https://pay.example/")
    box = bare.get_by_test_id("payment-qr").locator("svg").bounding_box()
    assert box is not None
    assert box["width"] >= 240
    expect(bare.get_by_test_id("pay-left")).to_have_text(re.compile(r"^9:[34]\d left to pay$"))
    hub.tell_of_sale(sale, state="paid", can_admit=True, payment_qr=None)
    bare.get_by_test_id("sale-admit").click()
    expect(sale_in(bare, "paid").locator(".sale-detail")).to_have_text("2 in")
    assert [(step, body) for _, step, body in hub.shop.steps] == [("admit", {})]


def test_a_payment_is_asked_for_where_no_notice_comes(bare: Page, hub: FakeHub) -> None:
    sale = by_phone(bare, hub)
    hub.shop.set(sale, state="paid", can_admit=True)
    sale_in(bare, "paid")


def test_guests_who_were_let_in_with_the_payment_are_in(bare: Page, hub: FakeHub) -> None:
    sale = by_phone(bare, hub)
    hub.tell_of_sale(sale, state="paid", tickets=hub.shop.entered(sale))
    expect(sale_in(bare, "paid").locator("[data-look=admit] .sale-detail")).to_have_text("2 in")


@pytest.mark.parametrize(("state", "word"), [("failed", "Not paid"), ("expired", "The time to pay is over")])
def test_what_was_not_paid_can_be_sold_again(bare: Page, hub: FakeHub, state: str, word: str) -> None:
    by_phone(bare, hub, state)
    expect(bare.locator(".sale-word")).to_have_text(word)
    bare.get_by_test_id("sale-again").click()
    expect(bare.get_by_test_id("quantity")).to_have_value("2")
    pay(bare, "cash")
    sale_in(bare, "due")
    assert len({one["id"] for one in hub.shop.asked}) == 2


def test_a_guest_says_yes_to_another_price_before_anybody_pays(bare: Page, hub: FakeHub) -> None:
    hub.shop.dearer = 3600
    sale = by_phone(bare, hub, "repriced")
    expect(bare.get_by_test_id("price-before")).to_have_text("€30")
    expect(bare.get_by_test_id("price-now")).to_have_text("€36")
    bare.get_by_test_id("sale-confirm").click()
    expect(sale_in(bare, "waiting").get_by_test_id("pay-total")).to_have_text("€36")
    assert hub.shop.steps == [(sale, "confirm", {"total": 3600})]


def test_a_guest_who_does_not_want_the_new_price_pays_nothing(bare: Page, hub: FakeHub) -> None:
    hub.shop.dearer = 3600
    sale = by_phone(bare, hub, "repriced")
    bare.get_by_test_id("sale-cancel").click()
    sale_in(bare, "cancelled")
    assert hub.shop.steps == [(sale, "cancel", {})]


def test_a_payment_goes_on_while_others_are_read_and_is_one_tap_away(bare: Page, hub: FakeHub) -> None:
    sale = by_phone(bare, hub)
    fire_gun(bare, ["ZQ4K7Y2M"])
    verdict_of(bare, "ZQ4K7Y2M")
    expect(bare.get_by_test_id("sale-sheet")).to_have_count(0)
    expect(bare.get_by_test_id("sale-chip")).to_have_text("€30: to be paid")
    hub.tell_of_sale(sale, state="paid", can_admit=True, payment_qr=None)
    expect(bare.get_by_test_id("sale-chip")).to_have_text("Paid: let 2 in")
    bare.get_by_test_id("sale-chip").click()
    bare.get_by_test_id("sale-admit").click()
    expect(bare.get_by_test_id("sale-chip")).to_be_hidden()


def test_a_payment_is_found_again_after_a_reload(bare: Page, hub: FakeHub) -> None:
    by_phone(bare, hub)
    bare.reload()
    expect(bare.get_by_test_id("sale-chip")).to_have_text("€30: to be paid")
    bare.get_by_test_id("sale-chip").click()
    expect(bare.get_by_test_id("payment-qr")).to_be_visible()


# In Spanish


def test_the_whole_way_in_spanish(bare: Page, hub: FakeHub) -> None:
    bare.goto(f"{hub.url}/page/favicon.svg")
    bare.evaluate("localStorage.setItem('doorcheck.language', '\"es\"')")
    chosen(bare, hub, quantity=2)
    expect(bare.get_by_test_id("tender-cash")).to_have_text("Efectivo")
    pay(bare, "cash")
    sold = sale_in(bare, "due")
    expect(sold.locator(".sale-word")).to_have_text("Vendido")
    expect(sold.locator(".sale-detail")).to_have_text("2 dentro")


def test_markup_in_what_the_platform_says_is_shown_and_not_executed(bare: Page, hub: FakeHub) -> None:
    evil = "<img src=x onerror=\"document.title='taken'\">"
    hub.shop.rates[0] |= {"name": evil}
    hub.answers["X"] = answer()
    chosen(bare, hub)
    expect(bare.locator(".sell h2")).to_have_text(evil)
    assert bare.title() == "Doorcheck"
