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
from tests.browser.fake_hub import TOKEN, FakeHub, account, answer, known, problem, stamp, wait_until
from tests.browser.selling_screens import SELLING

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


ENTRANCE = {"ref": "entrance", "name": "", "left": 0, "limit": 1}
DRINK = {"ref": "addon:5", "name": "Welcome drink", "left": 1, "limit": 2}
CLOAKROOM = {"ref": "addon:7", "name": "Cloakroom", "left": 1, "limit": 1}
RIGHTS = [DRINK, CLOAKROOM, ENTRANCE]


def at_the_bar(hub: FakeHub, direction: str = "in") -> None:
    station = {"name": "Bar 1", "direction": direction, "allowance": "addon:5", "allowance_name": "Welcome drink"}
    hub.status["station"] |= station


def served(*args: Any, **more: Any) -> Screen:
    """At a bar."""

    def made(page: Page, hub: FakeHub) -> None:
        at_the_bar(hub)
        sign_in(page, hub)
        scan(page, hub, answer(*args, **{"allowance": "addon:5", "limit": 2, "guest": MARTA} | more))

    return made


SCREENS |= {
    "rights": verdict(guest=MARTA, allowances=RIGHTS),
    "rights-already-in": verdict("refuse", "already_in", "Already in", detail="23:41", guest=MARTA, allowances=RIGHTS),
    "bar-served": served(message="1 × Welcome drink", detail="1 left", left=1, allowances=RIGHTS),
    "bar-none-left": served("refuse", "already_in", "None left", detail="Welcome drink, last at 23:41", entered=2,
        allowances=[dict(DRINK, left=0), CLOAKROOM, dict(ENTRANCE, left=1)]),
    "bar-not-included": served("refuse", "wrong_gate", "Not included", detail="Early bird", limit=0, overridable=True,
        allowances=[ENTRANCE], why=[{"rule": "allowance", "value": "addon:5"}]),
    "only-here": verdict(guest=MARTA, undo_reaches="here"),
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
def bar_ready(page: Page, hub: FakeHub) -> None:
    at_the_bar(hub, direction="out")
    sign_in(page, hub)
    page.get_by_test_id("allowance").wait_for()


@screen
def bar_cut_off(page: Page, hub: FakeHub) -> None:
    at_the_bar(hub)
    hub.rows.append(known(1, "ZQ4K7Y2M", limit=2))
    conftest.signed_in(page, hub)
    conftest.cut_off(page)
    scan(page, hub)
    expect(page.get_by_test_id("allowance")).to_have_text("Welcome drink")
    expect(page.locator(".word")).to_have_text("1 × Welcome drink")


@screen
def bar_search(page: Page, hub: FakeHub) -> None:
    at_the_bar(hub)
    for n, (name, rights, left) in enumerate((("Marta Soler", RIGHTS, 1), ("Martín Roca", [ENTRANCE], 0))):
        hub.admissions.append({
            "admission": str(n), "name": name, "kind": "ticket", "rate": "Early bird", "standing": "good", "limit": 2,
            "entered": 2 - left, "left": left, "code": f"S{n}", "event": {"id": "ev-1", "name": "Noche"},
            "allowance": "addon:5", "allowances": rights,
        })  # fmt: skip
    sign_in(page, hub)
    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill("mart")
    page.get_by_test_id("search-row").first.wait_for()


@screen
def one_platform_down(page: Page, hub: FakeHub) -> None:
    hub.status["events"].append(dict(hub.status["events"][0], id="ev-2", account="oveit", name="Domingo Lento"))
    hub.status["accounts"].append(account("oveit", "down", since=-900, age=960, due=4, parked=1))
    page.goto(f"{hub.url}/page/favicon.svg")
    page.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")
    page.goto(f"{hub.url}/?token={TOKEN}")
    page.locator("[data-testid=connection][data-state=hub-only]").wait_for()
    expect(page.get_by_test_id("connection")).to_contain_text("oveit")


@screen
def platforms(page: Page, hub: FakeHub) -> None:
    one_platform_down(page, hub)
    page.get_by_test_id("more-open").click()
    expect(page.locator("[data-testid=account][data-state=down]")).to_contain_text("oveit")
    page.get_by_test_id("pace").wait_for()


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
            "allowance": "entrance", "allowances": [],
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


SCREENS |= SELLING
LOW = {"side": (844, 390)}
"""A phone on its side: there a sheet with a head and a foot has the least room."""

CUT_OFF = """() => [...document.querySelectorAll("button, h1, h2, p, input, label, b, td, th")]
  .filter((it) => it.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !it.closest(".unseen"))
  .map((it) => [it, it.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.left < -1 || box.right > innerWidth + 1))
  .map(([it]) => it.id || it.className || it.textContent)"""
SQUEEZED = """() => [...document.querySelectorAll(".sell-foot, .sell-body")]
  .map((it) => [it, it.getBoundingClientRect()])
  .filter(([it, box]) => !it.hidden && (box.bottom > innerHeight + 1 || (it.matches(".sell-body") && box.height < 96)))
  .map(([it, box]) => `${it.className} ${box.top}..${box.bottom}`)"""
"""The foot of a sheet out of sight, or nothing of what stands above it in sight."""


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_is_read_by_a_screen_reader_and_fits(fresh: Page, hub: FakeHub, name: str, language: str) -> None:
    fresh.goto(f"{hub.url}/page/favicon.svg")
    fresh.evaluate(f"localStorage.setItem('doorcheck.language', '\"{language}\"')")
    SCREENS[name](fresh, hub)
    for size, (width, height) in {**SIZES, **(LOW if name in SELLING else {})}.items():
        fresh.set_viewport_size({"width": width, "height": height})
        assert fresh.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        assert fresh.evaluate(CUT_OFF) == [], size
        assert fresh.evaluate(SQUEEZED) == [], size
        if size == "phone":
            PICTURES.mkdir(parents=True, exist_ok=True)
            fresh.screenshot(path=PICTURES / f"{name}-{language}.png", animations="disabled")
        # That every word is there in each language, the page's own tests hold.
        if size in ("phone", "laptop") and language == "en":
            assert violations(fresh) == ""


@pytest.fixture
def fresh(bare: Page, hub: FakeHub) -> Any:
    """A tab of its own, since some screens change what a browser can do."""
    tab = bare.context.new_page()
    tab.set_viewport_size({"width": 390, "height": 844})
    yield tab
    tab.close()
