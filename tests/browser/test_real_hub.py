"""The scanner page against the hub as it is delivered: `doorcheck demo`, with its platform and its plug."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, expect

from tests.browser.conftest import CAMERA_CODE, PHONE
from tests.browser.demo import Demo, running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOON = 15_000
"""Milliseconds in which the hub notices that its line to the platform went or came, and has sent what it owed."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("demo")) as started:
        yield started


@pytest.fixture(scope="module")
def guests(demo: Demo) -> Iterator[dict[str, str]]:
    """Guests whom the hub knows already, each to be used once: name and code."""
    known = {one["code"]: one for letters in ("ar", "an", "er", "es", "ia") for one in demo.guests(letters)}
    on_sheet = {row["code"] for row in demo.rows()}
    return iter([one for one in known.values() if one["code"] not in on_sheet])


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Page, demo: Demo) -> Iterator[Page]:
    """A phone, signed in. Whatever it does, it keeps the hub's policy and throws nothing."""
    wrong: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    def catch(error: Error) -> None:
        wrong.append(str(error))

    tab.on("console", hear)
    tab.on("pageerror", catch)
    tab.goto(f"{demo.url}/page/favicon.svg")
    tab.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")  # somebody stands before it all the time
    tab.goto(demo.link)
    _is(tab, "online")
    yield tab
    tab.evaluate("localStorage.clear(), sessionStorage.clear()")
    tab.remove_listener("console", hear)
    tab.remove_listener("pageerror", catch)
    assert wrong == []


def _is(page: Page, state: str) -> None:
    expect(page.get_by_test_id("connection")).to_have_attribute("data-state", state, timeout=SOON)


def _verdict(page: Page, code: str) -> Locator:
    found = page.locator(f"[data-testid=verdict][data-code='{code}']")
    found.wait_for()
    return found


def _scan(page: Page, code: str) -> Locator:
    page.get_by_test_id("code-input").fill(code)
    page.get_by_test_id("code-input").press("Enter")
    return _verdict(page, code)


def _expect(verdict: Locator, outcome: str, reason: str) -> None:
    expect(verdict).to_have_attribute("data-outcome", outcome)
    expect(verdict).to_have_attribute("data-reason", reason)


def _waiting_to_be_sent(page: Page, count: int) -> None:
    expect(page.get_by_test_id("pending-count")).to_have_text(str(count), timeout=SOON)


def test_every_code_of_the_sheet_gets_its_verdict_and_says_why(page: Page, demo: Demo) -> None:
    for row in demo.rows():
        verdict = _scan(page, row["code"])
        _expect(verdict, *row["expect"])
        verdict.get_by_test_id("why").click()
        expect(verdict.get_by_test_id("why-list")).not_to_be_empty()
        assert not re.search(r"[0-9a-f]{24}|undefined|null", verdict.inner_text()), row["label"]
    assert demo.hears_of(demo.code("good"))
    _waiting_to_be_sent(page, 0)


def test_a_group_comes_in_by_two_and_two(page: Page, demo: Demo) -> None:
    code = demo.sell(name="Familia Puig", **{"for": 4})["code"]
    page.get_by_test_id("heads-2").click()
    verdict = _scan(page, code)
    expect(verdict.locator(".detail")).to_have_text("2 now, 2 left")
    expect(verdict.locator(".badge-text")).to_have_text("2")
    verdict.get_by_test_id("rest-2").click()
    expect(verdict.locator(".detail")).to_have_text("2 now, 0 left")
    assert demo.hears_of(code, heads=4)


def test_a_second_reading_says_when_and_where_in_the_venues_time(page: Page, demo: Demo) -> None:
    code = demo.sell(name="Aina Ribas")["code"]
    _scan(page, code)
    page.get_by_test_id("code-input").fill(code)
    page.get_by_test_id("code-input").press("Enter")
    verdict = page.locator("[data-testid=verdict][data-reason=already_in]")
    expect(verdict.locator(".detail")).to_have_text(re.compile(r"^\d\d:\d\d, Gate 1$"))
    here = verdict.locator(".detail").inner_text()[:2]
    verdict.get_by_test_id("why").click()
    expect(verdict.get_by_test_id("why-list")).to_contain_text(f"Known as of {here}")


def test_undo_takes_the_entry_back_at_the_platform_too(page: Page, demo: Demo) -> None:
    code = demo.sell(name="Biel Ferrer")["code"]
    _scan(page, code)
    assert demo.hears_of(code)
    page.get_by_test_id("undo").click()
    expect(page.locator("[data-testid=verdict][data-outcome=undo]")).to_contain_text("Taken back")
    assert demo.hears_of(code, heads=0)
    _expect(_scan(page, code), "admit", "ok")


def test_a_guest_without_a_phone_is_found_by_name_and_let_in(
    page: Page, demo: Demo, guests: Iterator[dict[str, str]]
) -> None:
    guest = next(guests)
    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill(guest["name"])
    row = page.locator(f"[data-testid=search-row][data-admission='{guest['admission']}']")
    expect(row).to_contain_text("0 of 1 in")
    row.get_by_test_id("search-admit").click()
    _expect(_verdict(page, guest["code"]), "admit", "ok")
    assert demo.hears_of(guest["code"])


def test_with_the_plug_out_the_door_goes_on_and_everything_is_sent_later(
    page: Page, demo: Demo, guests: Iterator[dict[str, str]]
) -> None:
    first, second = next(guests), next(guests)
    _waiting_to_be_sent(page, 0)
    demo.pull_the_plug()
    try:
        _expect(_scan(page, first["code"]), "admit", "ok")
        _expect(_scan(page, second["code"]), "admit", "ok")
        _is(page, "hub-only")
        _waiting_to_be_sent(page, 2)
        unknown = _scan(page, "QJ7MAR20WX")
        _expect(unknown, "ask", "not_allowed_offline")
        expect(unknown.get_by_test_id("anyway")).to_be_visible()
    finally:
        demo.plug_in()
    _is(page, "online")
    _waiting_to_be_sent(page, 0)
    assert [demo.entered(one["code"]) for one in (first, second)] == [1, 1]


def test_a_guest_who_came_in_elsewhere_meanwhile_rings_until_somebody_has_seen_it(
    page: Page, demo: Demo, guests: Iterator[dict[str, str]]
) -> None:
    guest = next(guests)
    demo.pull_the_plug()
    try:
        demo.control("enter", code=guest["code"])
        page.wait_for_timeout(2500)  # an entry of the same second would be taken for ours
        _expect(_scan(page, guest["code"]), "admit", "ok")
    finally:
        demo.plug_in()
    alarm = page.get_by_test_id("conflict-alarm")
    expect(alarm).to_contain_text(guest["name"], timeout=SOON)
    page.reload()
    expect(alarm).to_contain_text(guest["name"])
    alarm.get_by_test_id("conflict-seen").click()
    page.reload()
    _is(page, "online")
    expect(alarm).to_have_count(0)


def test_a_name_with_markup_stays_a_name(page: Page, demo: Demo) -> None:
    name = "<img src=x onerror=\"document.title='taken'\">Iker"
    code = demo.sell(name="Iker")["code"]
    demo.control("rename", code=code, name=name)
    expect(_scan(page, code).locator(".name")).to_have_text(name)
    expect(page.get_by_test_id("undo")).to_contain_text("onerror")
    assert (page.title(), page.locator("img").count()) == ("Doorcheck", 0)


def test_a_picture_of_a_code_is_scanned_and_one_of_many_codes_is_chosen(page: Page, demo: Demo) -> None:
    page.get_by_test_id("picture-input").set_input_files(demo.sheet / "refunded.png")
    _expect(_verdict(page, demo.code("refunded")), "refuse", "void")
    page.get_by_test_id("picture-input").set_input_files(demo.sheet / "sheet.png")
    page.get_by_test_id("code-choice").filter(has_text=demo.code("cancelled")).click()
    _expect(_verdict(page, demo.code("cancelled")), "refuse", "void")


def test_the_camera_reads_a_code_that_is_held_before_it(page: Page, demo: Demo) -> None:
    demo.sell(name="Jordi Vidal", code=CAMERA_CODE)
    page.get_by_test_id("camera-start").click()
    verdict = _verdict(page, CAMERA_CODE)
    _expect(verdict, "admit", "ok")
    expect(verdict.locator(".name")).to_have_text("Jordi Vidal")
    assert demo.hears_of(CAMERA_CODE)


def test_everything_is_spanish_on_request(page: Page, demo: Demo) -> None:
    page.get_by_test_id("more-open").click()
    page.get_by_test_id("language-es").click()
    verdict = _scan(page, demo.code("cancelled"))
    expect(verdict.locator(".word")).to_have_text("Anulada")
    verdict.get_by_test_id("why").click()
    expect(verdict.get_by_test_id("why-list")).to_contain_text("La plataforma dice")
    expect(verdict.get_by_test_id("why-list")).to_contain_text("anulada")


def test_the_keyboard_alone_is_enough(page: Page, demo: Demo) -> None:
    page.keyboard.type(demo.code("pending pass"), delay=120)
    page.keyboard.press("Enter")
    verdict = _verdict(page, demo.code("pending pass"))
    expect(page.locator("#live")).to_contain_text("Not confirmed yet")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(verdict.get_by_test_id("why-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(verdict).to_have_attribute("data-size", "strip")


def test_when_the_hub_is_gone_nobody_is_refused_for_it_and_the_page_outlives_a_reload(page: Page, demo: Demo) -> None:
    page.evaluate("navigator.serviceWorker.ready")
    known = demo.sell(name="Laia Soler")["code"]
    _expect(_scan(page, known), "admit", "ok")
    demo.stop()
    _expect(_scan(page, "QJ7MAR20WY"), "ask", "not_allowed_offline")
    _is(page, "offline")
    expect(page.get_by_test_id("waiting-count")).to_have_text("1 to bring to the hub")
    page.reload()
    _is(page, "offline")
    expect(page.get_by_test_id("waiting-count")).to_have_text("1 to bring to the hub")
    _expect(_scan(page, known), "refuse", "already_in")
