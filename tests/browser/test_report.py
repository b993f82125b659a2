"""The page of reports in a browser: asked, awaited, read, taken away as files; each state kept as a picture."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

import scanner
from app.domain.money import Money
from app.domain.outbox import AnswerKind
from app.domain.sale import Tender
from app.domain.takings import DoorTakings
from app.office.desk import ReportDesk
from app.ports import ProviderError
from app.simulators.serving import start_in_thread
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.test_screens import CUT_OFF
from tests.office.formats import sums_of
from tests.office.month import ACCOUNT, FakeArchive, Month, Paid, a_month, archive, expected
from tests.office.test_report import never, truth
from tests.web.venue import NIGHT, TOKEN, Venue, event

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PICTURES = Path(__file__).resolve().parents[2] / "test-artifacts" / "report"
LAPTOP = {"width": 1280, "height": 800}
NOVEMBER = "from=2025-11-01&to=2025-11-30"
MONTH = a_month(300)
NOW = datetime(2025, 12, 1, 11, 0, tzinfo=UTC)
SOLD = [
    DoorTakings(account=ACCOUNT, event="ev-1", tender=Tender.CASH, count=31, amount=Money(62_000, "EUR")),
    DoorTakings(account=ACCOUNT, event="ev-1", tender=Tender.PHONE, count=1, amount=Money(1500, "EUR"),
        payment_ref="p-none"),
]  # fmt: skip


class Held(FakeArchive):
    """A platform that waits before a page, when it is told to."""

    gate = threading.Event()

    def before(self, resource: str, offset: int) -> None:
        super().before(resource, offset)
        assert self.gate.wait(20)


@dataclass
class Stand:
    """A hub with a back office, and a browser's page on it. `wrong` is what the browser complained about."""

    url: str
    page: Page
    archive: Held
    wrong: list[str]

    def open(self, question: str = "", token: str = TOKEN) -> Page:
        address = f"{self.url}/reports?token={token}" + (f"&{question}" if question else "")
        self.page.goto(address)
        return self.page

    def report(self, question: str = NOVEMBER) -> Page:
        self.open(question)
        self.page.get_by_test_id("report").wait_for()
        return self.page

    def keep(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", full_page=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Held, list[Month]]]:
    folder = tmp_path_factory.mktemp("hub")
    venue = Venue(folder)
    venue.clock.now = NOW
    mine = event(NIGHT, "Noche 3", ref="ev-3", starts_at=datetime(2025, 11, 13, 22, tzinfo=UTC), ends_at=None)
    venue.store.run(lambda tx: tx.cache.save_events([mine], {NIGHT}))
    given = Held(archive(MONTH).rows)
    desk = ReportDesk({ACCOUNT: given}, folder / "reports", venue.clock, never, lambda _: SOLD)
    server = start_in_thread(venue.app(reports=desk, page=Path(scanner.__file__).parent / "page"))
    yield server.url, given, []
    Held.gate.set()
    server.stop()
    desk.close()
    venue.store.close()


@pytest.fixture
def stand(served: tuple[str, Held, list[Month]], browser: Browser) -> Iterator[Stand]:
    url, given, _ = served
    given.rows = archive(MONTH).rows
    Held.gate.set()
    context = browser.new_context(locale="en-GB", viewport=PHONE, reduced_motion="reduce", accept_downloads=True)
    context.set_default_timeout(8000)
    page = context.new_page()
    wrong: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield Stand(url, page, given, wrong)
    context.close()
    assert wrong == []


def fits(page: Page) -> None:
    """On a phone and on a laptop, by day and by night: nothing cut off, and axe finds nothing."""
    for size in (dict(PHONE), LAPTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        assert page.evaluate(CUT_OFF) == [], size
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert violations(page) == ""
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")


def test_who_has_no_token_is_asked_for_one_and_then_is_in(stand: Stand) -> None:
    page = stand.page
    page.goto(f"{stand.url}/reports")
    expect(page.get_by_test_id("signed-out")).to_contain_text("signed out")
    stand.keep("signed-out")
    fits(page)
    page.locator("#token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("question")).to_be_visible()
    expect(page.locator("#station")).to_have_text("Puerta 1")


def test_a_link_signs_in_and_leaves_the_address_bar_and_stays(stand: Stand) -> None:
    page = stand.open()
    expect(page.get_by_test_id("question")).to_be_visible()
    assert "token" not in page.url
    page.reload()
    expect(page.get_by_test_id("question")).to_be_visible()


def test_a_token_of_a_link_does_not_take_the_place_of_this_phones_station(stand: Stand) -> None:
    page = stand.page
    page.goto(f"{stand.url}/page/favicon.svg")
    page.evaluate("localStorage.setItem('doorcheck.token', '\"st-of-the-door\"')")
    stand.open()
    expect(page.get_by_test_id("question")).to_be_visible()
    assert page.evaluate("localStorage.getItem('doorcheck.token')") == '"st-of-the-door"'


def test_a_wrong_token_is_told(stand: Stand) -> None:
    page = stand.open(token="st-wrong")
    expect(page.get_by_test_id("signed-out")).to_contain_text("not known here")


def test_last_night_is_ready_to_be_asked_and_other_days_are_a_tap_away(stand: Stand) -> None:
    page = stand.open()
    expect(page.get_by_test_id("days")).to_have_text("Sun 30 Nov – Mon, 1 Dec 2025")
    stand.keep("asking")
    page.get_by_test_id("range-month").click()
    expect(page.get_by_test_id("days")).to_have_text("Mon, 1 Dec 2025")
    page.get_by_test_id("range-week").click()
    expect(page.get_by_test_id("days")).to_have_text("Mon, 1 Dec 2025")
    page.get_by_test_id("range-own").click()
    expect(page.get_by_test_id("day-from")).to_have_value("2025-12-01")
    fits(page)


def shown(cents: int, currency: str = "EUR") -> str:
    return f"{'€' if currency == 'EUR' else '£'}{cents // 100:,}.{cents % 100:02d}"


def test_a_month_is_shown_to_the_cent_in_each_currency(stand: Stand) -> None:
    page = stand.open()
    page.get_by_test_id("range-own").click()
    page.get_by_test_id("day-from").fill("2025-11-01")
    page.get_by_test_id("day-to").fill("2025-11-30")
    page.get_by_test_id("show").click()
    page.get_by_test_id("report").wait_for()
    for (section, _, currency), (payments, paid, _, refunded, net) in truth(MONTH).items():
        if section == "total":
            figures = page.get_by_test_id(f"figures-{currency}")
            for words in (shown(paid, currency), shown(refunded, currency), shown(net, currency), f"{payments} pay"):
                expect(figures).to_contain_text(words)
    assert "from=2025-11-01" in page.url


def test_each_day_of_the_chart_has_its_sums_in_a_table_too(stand: Stand) -> None:
    page = stand.report()
    chart = page.get_by_test_id("chart-EUR")
    days = {key for section, key, currency in truth(MONTH) if section == "by_day" and currency == "EUR"}
    expect(chart.locator("rect.paid")).to_have_count(len(days))
    expect(chart.locator("svg")).to_have_attribute("role", "img")
    page.get_by_test_id("part-day").locator("summary").click()
    expect(page.get_by_test_id("part-day").locator("tbody tr").first).to_be_visible()


def test_the_report_says_how_amounts_were_understood_and_what_the_door_sold(stand: Stand) -> None:
    page = stand.report()
    expect(page.get_by_test_id("part-understood")).to_contain_text("fourvenues, payments: cents")
    door = page.get_by_test_id("part-door")
    expect(door.locator("tr", has_text="Cash")).to_contain_text("never there")
    expect(door.locator("tr", has_text="Phone")).to_contain_text("€15.00")
    unmatched = page.get_by_test_id("part-unmatched")
    expect(unmatched).to_contain_text(f"not in these days: {len(expected(MONTH).unmatched)}.")


@pytest.mark.parametrize("language", ["en-GB", "es"])
def test_a_report_fits_a_phone_and_a_laptop(stand: Stand, language: str) -> None:
    page = stand.page
    page.goto(f"{stand.url}/page/favicon.svg")
    page.evaluate(f"localStorage.setItem('doorcheck.language', '\"{language}\"')")
    stand.report()
    stand.keep(f"month-phone-{language[:2]}")
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    stand.keep(f"month-laptop-{language[:2]}")
    page.emulate_media(color_scheme="dark")
    stand.keep(f"month-laptop-dark-{language[:2]}")
    fits(page)


def test_everything_is_spanish_on_request(stand: Stand) -> None:
    page = stand.report()
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("title")).to_have_text("Pagos y reembolsos")
    expect(page.get_by_test_id("part-event")).to_contain_text("Por evento")
    expect(page.get_by_test_id("range-night")).to_have_text("Anoche")


def test_while_it_is_made_the_page_says_how_far_it_is(stand: Stand) -> None:
    Held.gate.clear()
    page = stand.open("from=2025-11-02&to=2025-11-30")
    expect(page.get_by_test_id("told").locator("progress")).to_be_visible()
    expect(page.get_by_test_id("told")).to_contain_text("Asking fourvenues for its events")
    stand.keep("working")
    fits(page)
    Held.gate.set()
    page.get_by_test_id("report").wait_for()
    expect(page.get_by_test_id("told")).to_be_empty()


def test_who_asks_while_another_is_made_waits_and_then_has_it(stand: Stand) -> None:
    Held.gate.clear()
    page = stand.open("from=2025-11-03&to=2025-11-30")
    expect(page.get_by_test_id("told").locator("progress")).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{stand.url}/reports?from=2025-11-04&to=2025-11-30")
    expect(other.get_by_test_id("told")).to_contain_text("Another report is being made")
    Held.gate.set()
    page.get_by_test_id("report").wait_for()
    other.get_by_test_id("report").wait_for()


def test_a_file_of_a_report_that_made_way_for_another_is_made_once_more(stand: Stand) -> None:
    page = stand.report("from=2025-11-08&to=2025-11-30")
    other = page.context.new_page()
    other.goto(f"{stand.url}/reports?from=2025-11-09&to=2025-11-30")
    other.get_by_test_id("report").wait_for()
    with page.expect_download() as download:
        page.get_by_test_id("file-csv").click()
    assert download.value.suggested_filename == "doorcheck-payments-2025-11-08-2025-11-30.csv"


def test_one_event_is_shown_alone(stand: Stand) -> None:
    page = stand.open(NOVEMBER)
    page.get_by_test_id("event").select_option(label="Thu 13 Nov · Noche 3")
    page.get_by_test_id("show").click()
    page.get_by_test_id("report").wait_for()
    rows = page.get_by_test_id("part-event").locator("tbody tr")
    expect(rows.first).to_contain_text("Noche 3")
    assert {text.split("\t")[0] for text in rows.all_inner_texts()} == {"Noche 3"}


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet", "json"])
def test_each_format_is_brought_as_a_file_with_the_same_sums(stand: Stand, tmp_path: Path, form: str) -> None:
    page = stand.report()
    with page.expect_download() as download:
        page.get_by_test_id(f"file-{form}").click()
    name = f"doorcheck-payments-2025-11-01-2025-11-30.{form}"
    assert download.value.suggested_filename == name
    download.value.save_as(tmp_path / name)
    assert sums_of(tmp_path / name) == truth(MONTH)
    expect(page.get_by_test_id("file-said")).to_contain_text(name)


def test_days_that_can_not_be_asked_are_told_with_the_field(stand: Stand) -> None:
    page = stand.open("from=2025-11-30&to=2025-11-01")
    expect(page.get_by_test_id("wrong")).to_have_text("to: 2025-11-01 is before the first day, 2025-11-30")
    fits(page)


def test_rows_that_can_not_be_read_are_named_and_can_be_left_out_in_sight(stand: Stand) -> None:
    odd = archive(MONTH).rows
    row = dict(odd["payments"][50]) | {"_id": "odd-1", "amount": "12,50", "created_at": "2025-11-20T20:00:00Z"}  # type: ignore[arg-type]
    stand.archive.rows = {**odd, "payments": [*odd["payments"], row]}
    page = stand.open("from=2025-11-05&to=2025-11-30")
    expect(page.get_by_test_id("wrong")).to_contain_text("row odd-1, amount: 12,50 is no number")
    stand.keep("damaged")
    fits(page)
    page.get_by_test_id("without-rows").click()
    expect(page.get_by_test_id("part-unread")).to_contain_text("odd-1")


def test_a_platform_that_fails_is_told_and_asked_again(stand: Stand) -> None:
    stand.archive.fails[("refunds", 0)] = ProviderError(AnswerKind.BARRED, "bad key", status=401)
    page = stand.open("from=2025-11-06&to=2025-11-30")
    expect(page.get_by_test_id("wrong")).to_contain_text("can't be asked for its refunds: bad key")
    page.get_by_test_id("again").click()
    page.get_by_test_id("report").wait_for()


def test_days_on_which_nobody_paid_say_so(stand: Stand) -> None:
    page = stand.report("from=2024-01-01&to=2024-01-02")
    expect(page.get_by_test_id("nobody")).to_have_text("Nobody paid in these days.")
    stand.keep("nobody")


def test_a_name_with_markup_stays_a_name(stand: Stand) -> None:
    paid = Paid(ref="p-x", event="ev-x", at=NOW - timedelta(days=9), cents=1250)
    name = "<img src=x onerror=\"document.title='taken'\">"
    month = replace(MONTH, nights=[("ev-x", name, NOW - timedelta(days=9))], payments=[paid], refunds=[], movements=[])
    stand.archive.rows = archive(month).rows
    page = stand.report("from=2025-11-07&to=2025-11-30")
    expect(page.get_by_test_id("part-event")).to_contain_text("onerror")
    assert page.locator("img").count() == 0


def test_a_hub_without_a_back_office_says_so(browser: Browser, tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    server = start_in_thread(venue.app(page=Path(scanner.__file__).parent / "page"))
    context: Any = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{server.url}/reports?token={TOKEN}&{NOVEMBER}")
    said = "No account of this hub has a back office that tells payments."
    expect(page.get_by_test_id("wrong")).to_have_text(said)
    context.close()
    server.stop()
    venue.store.close()
