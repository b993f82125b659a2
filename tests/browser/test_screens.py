"""Every screen of the page: read by axe-core, nothing cut off, and kept as a picture (test-artifacts/page)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import conftest
from tests.browser.axe import violations
from tests.browser.fake_hub import TOKEN, FakeHub, answer, known, problem, stamp, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PICTURES = Path(__file__).resolve().parents[2] / "test-artifacts" / "page"
SIZES = {"phone": (390, 844), "small": (320, 640), "laptop": (1280, 800)}
MARTA = {"name": "Marta Soler", "note": "Nut allergy", "tags": ["Birthday", "VIP"]}
Screen = Callable[[Page, FakeHub], None]
SCREENS: dict[str, Screen] = {}


def screen(made: Screen) -> Screen:
    SCREENS[made.__name__.replace("_", "-")] = made
    return made


def sign_in(page: Page, hub: FakeHub, camera: str = "off") -> None:
    page.goto(f"{hub.url}/page/favicon.svg")
    page.evaluate(f"localStorage.setItem('doorcheck.camera', JSON.stringify('{camera}'))")
    page.goto(f"{hub.url}/?token={TOKEN}")
    page.locator("[data-testid=connection][data-state=online]").wait_for()


def scan(page: Page, hub: FakeHub, scripted: dict[str, Any] | None = None, code: str = "ZQ4K7Y2M") -> None:
    if scripted is not None:
        hub.answers[code] = scripted
    page.get_by_test_id("code-input").fill(code)
    page.get_by_test_id("code-input").press("Enter")
    page.locator(f"[data-testid=verdict][data-code='{code}']").wait_for()


def verdict(*args: Any, **more: Any) -> Screen:
    def made(page: Page, hub: FakeHub) -> None:
        sign_in(page, hub)
        scan(page, hub, answer(*args, **more))

    return made


SCREENS |= {
    "admit": verdict(guest=MARTA),
    "admit-party": verdict(heads=1, left=6, limit=7, entered=1, detail="1 now, 6 left", guest=MARTA),
    "admit-list": verdict(heads=1, left=3, limit=4, entered=1, detail="1 now, 3 left", kind="list", guest=MARTA),
    "already-in": verdict("refuse", "already_in", "Already in", detail="23:41, Gate 2", guest=MARTA),
    "refuse": verdict("refuse", "void", "Refunded", detail="on 21 Nov", guest=MARTA),
    "not-on-the-list": verdict("refuse", "unknown_code", "Not on the list", detail="checked just now"),
    "ask": verdict("ask", "too_many", "Only 1 left", detail="admit 1?", left=1, limit=3, overridable=True),
    "ask-which": verdict("ask", "ambiguous", "Which one?", detail="choose below", choices=[
        {"admission": "1", "name": "Nuria Prats", "rate": "General", "kind": "ticket", "left": 1},
        {"admission": "2", "name": "Oriol Prats", "rate": "VIP", "kind": "pass", "left": 1},
    ]),
    "trouble": verdict("refuse", "not_allowed_offline", "Can't check right now", detail="no connection"),
}  # fmt: skip


@screen
def signed_out(page: Page, hub: FakeHub) -> None:
    page.goto(hub.url)
    page.get_by_test_id("signed-out").wait_for()


@screen
def revoked(page: Page, hub: FakeHub) -> None:
    sign_in(page, hub)
    page.get_by_test_id("code-input").fill("ZQ4K7Y2M")
    hub.token = "another"
    page.keyboard.press("Enter")
    page.get_by_test_id("signed-out").wait_for()


@screen
def pairing(page: Page, hub: FakeHub) -> None:
    page.goto(hub.url)
    page.get_by_test_id("pair-camera").click()
    expect(page.locator("#sign-in-sentence")).to_contain_text(
        re.compile("not a sign-in code|no es de acceso")
    )  # a ticket


@screen
def ready(page: Page, hub: FakeHub) -> None:
    sign_in(page, hub)


@screen
def camera(page: Page, hub: FakeHub) -> None:
    page.add_init_script(conftest.SEES_NOTHING)
    sign_in(page, hub, camera="")
    page.locator("#frame").wait_for()


@screen
def camera_denied(page: Page, hub: FakeHub) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }"
    )
    sign_in(page, hub, camera="")
    page.locator("[data-screen=denied]").wait_for()


@screen
def no_event(page: Page, hub: FakeHub) -> None:
    hub.status["events"] = []
    sign_in(page, hub)
    page.locator("[data-screen=noEvent]").wait_for()


@screen
def unreachable(page: Page, hub: FakeHub) -> None:
    page.goto(f"{hub.url}/page/favicon.svg")
    page.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")
    page.route("**/api/**", lambda route: route.abort())
    page.goto(f"{hub.url}/?token={TOKEN}")
    page.locator("[data-screen=unreachable]").wait_for()


@screen
def cut_off(page: Page, hub: FakeHub) -> None:
    hub.rows.append(known(1, "ZQ4K7Y2M"))
    sign_in(page, hub)
    wait_until(lambda: bool(hub.snapshots))
    page.wait_for_timeout(300)
    conftest.cut_off(page)
    scan(page, hub)
    expect(page.get_by_test_id("waiting-count")).to_be_visible()


@screen
def conflict(page: Page, hub: FakeHub) -> None:
    sign_in(page, hub)
    scan(page, hub, answer(guest=MARTA))
    wait_until(lambda: hub.listeners > 0)
    message = "Somebody has already come in with this at another door."
    hub.tell(
        "conflict", {"scan": "p1-7", "guest": "Iker Vidal", "message": message, "code": "ZQ4…", "station": "Gate 2"}
    )
    page.get_by_test_id("conflict-alarm").wait_for()


@screen
def storage_full(page: Page, hub: FakeHub) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'indexedDB', {value: {databases: async () => [],"
        " open: () => { throw new DOMException('no', 'QuotaExceededError'); }}})"
    )
    sign_in(page, hub)
    hub.answers["ZQ4K7Y2M"] = problem(503, "Starting.")
    scan(page, hub)
    page.get_by_test_id("unkept").wait_for()


@screen
def update_ready(page: Page, hub: FakeHub) -> None:
    sign_in(page, hub)
    page.evaluate("document.querySelector('#update').hidden = false")


@screen
def search(page: Page, hub: FakeHub) -> None:
    for n, (name, kind, standing, entered) in enumerate([
        ("Marta Soler Vidal", "ticket", "good", 0), ("Martín Roca", "list", "good", 4),
        ("Marta Puig", "pass", "pending", 0),
    ]):  # fmt: skip
        hub.admissions.append({
            "admission": str(n), "name": name, "kind": kind, "rate": "Early bird", "standing": standing, "limit": 4,
            "entered": entered, "left": 4 - entered, "code": f"S{n}", "event": {"id": "ev-1", "name": "Noche"},
        })  # fmt: skip
    sign_in(page, hub)
    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill("mart")
    page.get_by_test_id("search-row").first.wait_for()


@screen
def heads(page: Page, hub: FakeHub) -> None:
    sign_in(page, hub)
    page.get_by_test_id("heads-more").click()
    page.get_by_test_id("heads-sheet").wait_for()


@screen
def exception(page: Page, hub: FakeHub) -> None:
    hub.status["station"]["pin_needed"] = True
    sign_in(page, hub)
    scan(page, hub, answer("ask", "unsure", "Please look", overridable=True))
    page.get_by_test_id("anyway").click()
    page.get_by_test_id("reason-1").click()
    page.get_by_test_id("pin-wrong").wait_for()


@screen
def more(page: Page, hub: FakeHub) -> None:
    hub.status["outbox"]["parked"] = 1
    hub.status["events"].append(dict(hub.status["events"][0], id="ev-2", name="Domingo Lento"))
    sign_in(page, hub)
    page.get_by_test_id("more-open").click()
    page.get_by_test_id("pace").wait_for()


@screen
def history(page: Page, hub: FakeHub) -> None:
    sign_in(page, hub)
    scan(page, hub, answer(guest=MARTA, at=stamp(-60)), "FIRST001")
    scan(page, hub, answer("refuse", "already_in", "Already in", guest=MARTA, at=stamp(-30)), "SECOND02")
    hub.answers["THIRD003"] = problem(503, "Starting.")
    scan(page, hub, code="THIRD003")
    page.get_by_test_id("more-open").click()
    page.get_by_test_id("history-open").click()
    page.get_by_test_id("history-row").first.wait_for()


CUT_OFF = """() => [...document.querySelectorAll("button, h1, h2, p, input, label, b, td, th")]
  .filter((it) => it.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !it.closest(".unseen"))
  .map((it) => [it, it.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.left < -1 || box.right > innerWidth + 1))
  .map(([it]) => it.id || it.className || it.textContent)"""


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_is_read_by_a_screen_reader_and_fits(fresh: Page, hub: FakeHub, name: str, language: str) -> None:
    fresh.goto(f"{hub.url}/page/favicon.svg")
    fresh.evaluate(f"localStorage.setItem('doorcheck.language', '\"{language}\"')")
    SCREENS[name](fresh, hub)
    for size, (width, height) in SIZES.items():
        fresh.set_viewport_size({"width": width, "height": height})
        assert fresh.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        assert fresh.evaluate(CUT_OFF) == [], size
        if size == "phone":
            PICTURES.mkdir(parents=True, exist_ok=True)
            fresh.screenshot(path=PICTURES / f"{name}-{language}.png", animations="disabled")
        if size != "small" and language == "en":  # that every word is there in each language, the page's own tests hold
            assert violations(fresh) == ""


@pytest.fixture
def fresh(bare: Page, hub: FakeHub) -> Any:
    """A tab of its own, since some screens change what a browser can do."""
    tab = bare.context.new_page()
    tab.set_viewport_size({"width": 390, "height": 844})
    yield tab
    tab.close()
