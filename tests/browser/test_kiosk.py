"""The kiosk's screen in a real browser: every state, on both screens, in both languages; and what touches it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from scanner.kiosk.frame import Look, Shown, State
from tests.browser.axe import violations
from tests.browser.kiosk_stand import Stand, a_stand
from tests.browser.kiosk_states import STAFFED, STATES, encoded, frame
from tests.scanner.readers.film import EVENING, film, jpeg

pytestmark = pytest.mark.browser

SCREENS: dict[str, ViewportSize] = {
    "wide": {"width": 1024, "height": 600},
    "high": {"width": 1080, "height": 1920},
}
COLOURS = {
    "admit": (0, 97, 72), "already": (10, 79, 150), "refuse": (160, 43, 0), "ask": (255, 194, 14),
    "trouble": (58, 63, 69), "undo": (38, 43, 51), "idle": (14, 16, 19),
}  # fmt: skip
ARTIFACTS = Path("test-artifacts") / "kiosk"

MEASURE = """() => {
  const box = (node) => { const b = node.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom, b.width, b.height]; };
  const shown = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 2;
  const texts = [...document.querySelectorAll("h1, p, b, small, button, .sign span, .lamp, .remarks li")].filter(shown);
  const stage = document.getElementById("stage");
  const shape = document.querySelector(".scene .shape, .scene .arrow");
  const word = document.querySelector(".word");
  const style = getComputedStyle(document.body);
  return {
    outside: texts.map((node) => [node.textContent, box(node)]).filter(([, b]) => b[0] < -1 || b[1] < -1 || b[2] > innerWidth + 1 || b[3] > innerHeight + 1),
    clipped: texts.filter((node) => node.scrollWidth > node.clientWidth + 2 && getComputedStyle(node).overflow === "hidden" && !node.closest(".desk, .where")).map((node) => node.textContent),
    scrolls: document.documentElement.scrollHeight > innerHeight + 1 || document.documentElement.scrollWidth > innerWidth + 1,
    overflows: stage.scrollHeight > stage.clientHeight + 1 || stage.scrollWidth > stage.clientWidth + 1,
    shape: shape ? box(shape) : null, word: word ? parseFloat(getComputedStyle(word).fontSize) : null,
    largest: Math.max(...texts.map((node) => parseFloat(getComputedStyle(node).fontSize))),
    small: [...document.querySelectorAll("button")].filter(shown).map(box).filter((b) => b[5] < 63.5 || b[4] < 63.5).length,
    fg: style.color, bg: style.backgroundColor, empty: texts.filter((node) => node.tagName !== "B" && !node.textContent.trim()).length,
  };
}"""  # noqa: E501


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with a_stand() as stand:
        yield stand


class Screen:
    """A tab that shows the kiosk."""

    def __init__(self, page: Page, stand: Stand) -> None:
        self.page = page
        self.stand = stand
        self.seq = 1

    def shows(self, name: str, language: str = "en", layout: str = "self", **changes: Any) -> None:
        self.seq += 1
        self.stand.own.shows(encoded(frame(name, language, layout, **{"seq": self.seq, **changes})))
        drawn = frame(name, language, layout, **changes)
        self.page.wait_for_function(
            "([state, language, layout, word]) => document.body.dataset.state === state"
            " && document.documentElement.lang === language && document.body.dataset.layout === layout"
            " && (!word || document.querySelector('.word')?.textContent === word)",
            arg=[drawn.state.value, language, layout, drawn.shown.word if drawn.shown else ""],
        )

    def measured(self) -> dict[str, Any]:
        self.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        told: dict[str, Any] = self.page.evaluate(MEASURE)
        return told

    def touched(self) -> list[dict[str, Any]]:
        return self.stand.own.touched


@pytest.fixture(scope="module")
def _tab(browser: Browser, stand: Stand) -> Page:
    context = browser.new_context(viewport=SCREENS["wide"], reduced_motion="reduce", bypass_csp=True)
    context.add_init_script(SPY)
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


SPY = """
window.heard = [];
const Real = window.AudioContext;
window.AudioContext = class extends Real {
  get state() { return "running"; }
  createOscillator() { const one = super.createOscillator(); window.heard.push(one); return one; }
};
"""
"""Counts the tones: a test browser has no loudspeaker."""


@pytest.fixture
def screen(_tab: Page, stand: Stand) -> Screen:
    stand.own.touched.clear()
    stand.own.picture = None
    screen = Screen(_tab, stand)
    _tab.set_viewport_size(SCREENS["wide"])
    stand.own.shows(encoded(frame("ready")))
    _tab.goto(f"{stand.url}/kiosk")
    screen.shows("ready")
    return screen


CASES = [
    *((name, "self") for name in STATES),
    *((name, "staffed") for name in STAFFED),
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("size", list(SCREENS))
@pytest.mark.parametrize(("name", "layout"), CASES)
def test_every_state_can_be_read_by_everybody(screen: Screen, name: str, layout: str, size: str, language: str) -> None:
    page = screen.page
    page.set_viewport_size(SCREENS[size])
    screen.shows(name, language, layout)
    page.wait_for_timeout(30)
    _keep(page, f"{name}-{layout}-{size}-{language}")
    told = screen.measured()
    assert (told["outside"], told["clipped"], told["scrolls"], told["overflows"]) == ([], [], False, False)
    assert (told["small"], told["empty"]) == (0, 0)
    assert _contrast(told["fg"], told["bg"]) >= 7
    if told["word"] is not None:
        assert told["word"] >= 96
        assert told["word"] == told["largest"], "the word is the largest text"
    if frame(name, language, layout).shown is not None:
        assert min(told["shape"][4:6]) >= min(SCREENS[size].values()) / 3 - 1
    assert violations(page) == ""


def _keep(page: Page, name: str) -> None:
    """A picture that is not blank, in the colour of its look."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    data = page.screenshot()
    (ARTIFACTS / f"{name}.png").write_bytes(data)
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    counted = picture.getcolors(picture.width * picture.height) or []
    assert len(counted) > 5, "something is drawn on it"
    most = max(counted)[1]
    look = page.evaluate("document.body.dataset.look")
    state = page.evaluate("document.body.dataset.state")
    assert most == ((0, 0, 0) if state == "saver" else COLOURS[look])


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_next_guest_wins_over_an_open_question(screen: Screen) -> None:
    screen.shows("party")
    screen.shows("void")
    expect(screen.page.get_by_test_id("party")).to_have_count(0)


def test_a_touch_lets_the_rest_in_once_however_often_it_is_touched(screen: Screen) -> None:
    screen.shows("party")
    screen.page.locator("[data-heads='2']").dblclick()
    screen.page.wait_for_timeout(100)
    assert screen.touched() == [{"action": "party", "scan": "s1", "heads": 2}]


def test_a_large_party_is_counted_up_and_never_beyond_what_is_left(screen: Screen) -> None:
    screen.shows("large-party")
    for _ in range(6):
        screen.page.get_by_role("button", name="10 more").click()
    expect(screen.page.get_by_test_id("party-go")).to_have_text("Let 47 in")
    screen.page.get_by_role("button", name="1 fewer").first.click()
    screen.page.get_by_test_id("party-go").click()
    screen.page.wait_for_timeout(100)
    assert screen.touched() == [{"action": "party", "scan": "s1", "heads": 46}]


def test_staff_choose_and_take_back(screen: Screen) -> None:
    screen.shows("choices", layout="staffed")
    screen.page.get_by_role("button", name="Iker Muñoz").click()
    screen.shows("admit", layout="staffed")
    expect(screen.page.get_by_test_id("counts")).to_contain_text("312 inside")
    assert screen.touched() == [{"action": "choose", "scan": "s1", "admission": "8"}]


def test_each_sound_is_heard_once_and_none_from_before(screen: Screen) -> None:
    heard = "window.heard.length"
    screen.shows("ready", sound="admit", sound_seq=5)
    screen.page.reload()
    screen.shows("ready", sound="admit", sound_seq=5)
    assert screen.page.evaluate(heard) == 0, "it was before this page was there"
    screen.shows("admit", sound_seq=6)
    screen.page.wait_for_function(f"{heard} === 2")
    screen.shows("admit", sound_seq=6, language="es")
    screen.shows("ready", sound="", sound_seq=7)
    assert screen.page.evaluate(heard) == 2
    screen.shows("party", sound_seq=8)
    screen.page.wait_for_function(f"{heard} === 7")  # two tones, and a tick for each of the three that are left


def test_a_gun_that_types_into_the_browser_is_heard(screen: Screen) -> None:
    screen.page.keyboard.type("ZQ4K81MD7", delay=2)
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_timeout(200)
    assert screen.touched() == [{"action": "typed", "code": "ZQ4K81MD7"}]


def test_a_code_that_a_person_types_is_heard_too(screen: Screen) -> None:
    screen.page.keyboard.type("zq4k81", delay=120)
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_timeout(200)
    assert screen.touched() == [{"action": "typed", "code": "zq4k81"}]


def test_the_saver_wakes_by_a_touch_and_another_language_is_asked_for(screen: Screen) -> None:
    screen.shows("saver")
    screen.page.locator(".saver").click()
    screen.shows("ready")
    screen.page.get_by_test_id("language").click()
    screen.page.wait_for_timeout(100)
    assert screen.touched() == [{"action": "wake"}, {"action": "language", "language": "es"}]


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        "Wolfeschlegelsteinhausenbergerdorff " * 4,
        "محمد عبد الله",
        "🎉🎂 Lucía 🎂🎉",
        "x" * 200,
    ],
)
def test_names_are_text_and_have_room(screen: Screen, name: str) -> None:
    shown = Shown(
        scan="s9", look=Look.ADMIT, reason="ok", word="Adelante", detail="2 ahora, queda 1", name=name, rate="VIP"
    )
    for size in SCREENS.values():
        screen.page.set_viewport_size(size)
        screen.shows("admit", "es", shown=shown)
        expect(screen.page.get_by_test_id("name")).to_have_text(name.strip())
        told = screen.measured()
        assert (told["outside"], told["overflows"]) == ([], False)


def test_what_is_not_known_here_breaks_nothing(screen: Screen) -> None:
    screen.stand.own.shows(b'{"seq": 99, "state": "dancing", "signs": ["moon"], "news": [1], "language": "fr"}')
    expect(screen.page.get_by_test_id("word")).to_have_text("One moment")
    screen.stand.own.shows(b"not json")
    screen.shows("ready")


def test_a_lens_shows_what_the_camera_sees_and_recovers(screen: Screen) -> None:
    screen.stand.own.picture = jpeg(film(EVENING[:1])[14])
    screen.shows("ready-camera")
    seen = "document.querySelector('.preview')?.naturalWidth"
    screen.page.wait_for_function(f"{seen} === 640")
    screen.stand.own.picture = None
    screen.page.wait_for_timeout(300)
    screen.stand.own.picture = jpeg(film(EVENING[:1])[15])
    screen.shows("admit")
    screen.shows("ready-camera")
    screen.page.wait_for_function(f"{seen} === 640")


def test_a_hub_that_is_gone_is_told_and_taken_up_again(screen: Screen) -> None:
    page = screen.page
    page.context.set_offline(True)
    page.evaluate("performance.now()")
    screen.stand.own.closed = True
    screen.stand.own.shows(encoded(frame("ready", seq=500)))
    expect(page.get_by_test_id("word")).to_have_text("Out of order", timeout=15_000)
    expect(page.get_by_test_id("detail")).to_contain_text("starts again by itself")
    screen.stand.own.closed = False
    page.context.set_offline(False)
    screen.stand.own.shows(encoded(frame("ready", seq=501)))
    expect(page.get_by_test_id("word")).to_have_text("Show your code", timeout=15_000)
    assert page.evaluate("document.body.dataset.state") == State.READY
