"""Every screen of selling, as test_screens shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser import conftest
from tests.browser.fake_hub import TOKEN, FakeHub, problem, wait_until
from tests.browser.fake_hub_sales import at, euros, price, refusal, shift

Screen = Callable[[Page, FakeHub], None]
SELLING: dict[str, Screen] = {}
REFUSED = "The rate General is sold out for this channel."


def screen(made: Screen) -> Screen:
    SELLING[made.__name__.replace("_", "-")] = made
    return made


def at_the_counter(page: Page, hub: FakeHub) -> Page:
    """A station that sells, with nothing open."""
    hub.sells()
    page.goto(f"{hub.url}/page/favicon.svg")
    page.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")
    page.goto(f"{hub.url}/?token={TOKEN}")
    page.get_by_test_id("sell-open").wait_for()
    return page


def chosen(page: Page, hub: FakeHub, rate: str = "general", quantity: int = 1) -> Page:
    """A rate, and how many of it."""
    at_the_counter(page, hub)
    return pick(page, rate, quantity)


def pick(page: Page, rate: str = "general", quantity: int = 1) -> Page:
    page.get_by_test_id("sell-open").click()
    page.locator(f"[data-testid=rate-row][data-rate={rate}]").click()
    for _ in range(quantity - 1):
        page.get_by_test_id("quantity-more").click()
    return page


def pay(page: Page, tender: str) -> None:
    page.get_by_test_id(f"tender-{tender}").click()


def sale_in(page: Page, state: str) -> Locator:
    found = page.locator(f"[data-testid=sale-sheet][data-state={state}]")
    found.wait_for()
    return found


def by_phone(page: Page, hub: FakeHub, state: str = "waiting", **more: Any) -> str:
    """Two tickets that are to be paid on a phone, and stand like that then. Gives the sale's id."""
    chosen(page, hub, quantity=2)
    pay(page, "phone")
    sale_in(page, "repriced" if hub.shop.dearer else "waiting")
    (sale,) = hub.shop.sales
    if state != "waiting" or more:
        wait_until(lambda: hub.listeners > 0)
        hub.tell_of_sale(sale, state=state, payment_qr=None, **more)
        sale_in(page, state)
    return sale


def in_conflict(page: Page, hub: FakeHub) -> str:
    chosen(page, hub, quantity=2)
    pay(page, "cash")
    sale_in(page, "due")
    (sale,) = hub.shop.sales
    hub.tell_of_sale(sale, state="conflict", words=REFUSED, message="The platform does not make these tickets.")
    sale_in(page, "conflict")
    return sale


@screen
def sell_ready(page: Page, hub: FakeHub) -> None:
    at_the_counter(page, hub)


@screen
def sell_rates(page: Page, hub: FakeHub) -> None:
    hub.shop.failed = "503"
    hub.status["sales_conflicts"] = 2
    at_the_counter(page, hub).get_by_test_id("sell-open").click()
    page.get_by_test_id("rate-row").first.wait_for()


@screen
def sell_rates_till_closed(page: Page, hub: FakeHub) -> None:
    hub.shop.shift = None
    long = "Entrada general con consumición y acceso a la zona de Mercurio"
    hub.shop.rates[0] |= {"name": long, "available": 3}
    hub.status["events"].append(dict(hub.status["events"][0], id="ev-2", name="Domingo Lento"))
    at_the_counter(page, hub).get_by_test_id("sell-open").click()
    page.get_by_test_id("till-closed").wait_for()


@screen
def sell_plain(page: Page, hub: FakeHub) -> None:
    chosen(page, hub, quantity=3)


@screen
def sell_vip(page: Page, hub: FakeHub) -> None:
    chosen(page, hub, "vip", 2)
    page.get_by_test_id("supplement").first.click()
    page.get_by_test_id("warranty").click()


@screen
def sell_everything(page: Page, hub: FakeHub) -> None:
    chosen(page, hub, "vip", 2)
    page.get_by_test_id("supplement").first.click()
    pay(page, "cash")
    page.get_by_test_id("field-wrong").first.wait_for()


@screen
def sell_card(page: Page, hub: FakeHub) -> None:
    chosen(page, hub, quantity=2)
    pay(page, "card")


@screen
def sell_dearer(page: Page, hub: FakeHub) -> None:
    hub.shop.refusals.append(refusal(422, "total: is 36.00 EUR now", total="is 36.00 EUR now"))
    chosen(page, hub, quantity=2)
    hub.shop.rates[0]["prices"] = [price("g1", 1800).model_dump(mode="json")]
    pay(page, "cash")
    page.get_by_test_id("sell-wrong").wait_for()


@screen
def sold(page: Page, hub: FakeHub) -> None:
    chosen(page, hub, quantity=3)
    pay(page, "cash")
    expect(sale_in(page, "due").locator("[data-look=admit]")).to_be_visible()


@screen
def sold_one_not_in(page: Page, hub: FakeHub) -> None:
    chosen(page, hub, quantity=3)
    page.get_by_test_id("sell-admit").click()
    pay(page, "cash")
    sale_in(page, "due")
    (sale,) = hub.shop.sales
    tickets = hub.shop.entered(sale)
    tickets[2] |= {"entered": False, "scan": "", "refused": "The house is full."}
    hub.tell_of_sale(sale, tickets=tickets, can_admit=True)
    page.get_by_test_id("ticket-refused").wait_for()


@screen
def sold_without_receipt(page: Page, hub: FakeHub) -> None:
    hub.shop.has_receipts = False
    chosen(page, hub, quantity=2)
    pay(page, "cash")
    page.get_by_test_id("ticket-qr").first.wait_for()


@screen
def payment(page: Page, hub: FakeHub) -> None:
    by_phone(page, hub)


@screen
def paid(page: Page, hub: FakeHub) -> None:
    by_phone(page, hub, "paid", can_admit=True)


@screen
def not_paid(page: Page, hub: FakeHub) -> None:
    by_phone(page, hub, "expired", message="Nobody has paid in time. The tickets are free again.")


@screen
def repriced(page: Page, hub: FakeHub) -> None:
    hub.shop.dearer = 3600
    by_phone(page, hub, "repriced", message="The price is another one now.")


@screen
def sale_conflict(page: Page, hub: FakeHub) -> None:
    in_conflict(page, hub)
    page.get_by_test_id("sale-discard").click()
    page.get_by_test_id("field-wrong").wait_for()


@screen
def unanswered(page: Page, hub: FakeHub) -> None:
    hub.shop.refusals += [problem(503, "Starting.")] * 9
    chosen(page, hub, quantity=2)
    pay(page, "cash")
    sale_in(page, "unanswered")


@screen
def sell_cut_off(page: Page, hub: FakeHub) -> None:
    at_the_counter(page, hub)
    conftest.cut_off(page)
    page.get_by_test_id("sell-open").click()
    page.get_by_test_id("no-hub-sheet").wait_for()


@screen
def sell_left(page: Page, hub: FakeHub) -> None:
    """Another guest was read in the middle of a sale."""
    chosen(page, hub, quantity=2)
    page.keyboard.press("Escape")
    page.get_by_test_id("code-input").fill("ZQ4K7Y2M")
    page.get_by_test_id("code-input").press("Enter")
    page.locator("[data-testid=verdict][data-code=ZQ4K7Y2M]").wait_for()
    page.get_by_test_id("sale-chip").wait_for()


@screen
def till_open(page: Page, hub: FakeHub) -> None:
    hub.shop.shift = None
    at_the_counter(page, hub).get_by_test_id("sell-open").click()
    page.get_by_test_id("till-closed").click()
    page.get_by_test_id("till-open-do").click()
    page.get_by_test_id("field-wrong").first.wait_for()


@screen
def till_close(page: Page, hub: FakeHub) -> None:
    at_the_counter(page, hub).get_by_test_id("sell-open").click()
    page.get_by_test_id("till-open").click()
    page.get_by_test_id("till-close").click()
    page.get_by_test_id("count-help").click()
    page.get_by_test_id("count-2000").fill("7")


@screen
def till_report(page: Page, hub: FakeHub) -> None:
    missing = {"counted": euros(14000), "difference": euros(-500), "note": "Five to the cloakroom."}
    hub.shop.shifts = [shift(closed_at=at(-60), closed_by="Iker", **missing)]
    hub.shop.shift = None
    at_the_counter(page, hub).get_by_test_id("sell-open").click()
    page.get_by_test_id("till-open").click()
    page.get_by_test_id("shifts-open").click()
    page.get_by_test_id("shift-row").click()
    page.get_by_test_id("till-report").wait_for()


@screen
def till_shifts(page: Page, hub: FakeHub) -> None:
    over = {"counted": euros(15000), "difference": euros(500)}
    hub.shop.shifts = [shift(id=6, closed_at=at(-9000), opened_at=at(-30000), closed_by="Iker", **over)]
    at_the_counter(page, hub).get_by_test_id("sell-open").click()
    page.get_by_test_id("till-open").click()
    page.get_by_test_id("shifts-open").click()
    page.get_by_test_id("shift-row").first.wait_for()


@screen
def sales_list(page: Page, hub: FakeHub) -> None:
    sale = by_phone(page, hub, "paid", can_admit=True)
    states = ("issued", "due", "conflict", "waiting", "cancelled", "repriced")
    for n, state in enumerate(states):
        hub.shop.sales[f"s{n}"] = hub.shop.sales[sale] | {"id": f"s{n}", "state": state, "at": at(-60 * n).isoformat()}
    page.get_by_test_id("sale-next").click()
    page.get_by_test_id("sales-open").click()
    page.get_by_test_id("sale-row").first.wait_for()


@screen
def more_sells(page: Page, hub: FakeHub) -> None:
    at_the_counter(page, hub).get_by_test_id("more-open").click()
    page.get_by_test_id("more-sell").wait_for()
    page.get_by_test_id("pace").wait_for()
