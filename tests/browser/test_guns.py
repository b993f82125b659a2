"""USB guns of six countries fire at a page that has no field in focus, on a machine with an American keyboard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from scanner.readers.keymaps import LAYOUTS, keymap
from scanner.readers.keys import EVENT
from tests.browser.conftest import signed_in
from tests.browser.fake_hub import FakeHub, known, wait_until
from tests.scanner.readers.typing_gun import CTRL, ENTER, SHIFT, Gun

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CODES = [f"Zq{number:03d}-MAYW{number % 7}" for number in range(200)]
PACE_S = 0.002
POSITIONS = {
    **{key: f"Digit{digit}" for key, digit in zip(range(2, 12), "1234567890", strict=True)},
    **{key: f"Key{letter}" for key, letter in zip(range(16, 26), "QWERTYUIOP", strict=True)},
    **{key: f"Key{letter}" for key, letter in zip(range(30, 39), "ASDFGHJKL", strict=True)},
    **{key: f"Key{letter}" for key, letter in zip(range(44, 51), "ZXCVBNM", strict=True)},
    12: "Minus", 13: "Equal", 26: "BracketLeft", 27: "BracketRight", 39: "Semicolon", 40: "Quote", 41: "Backquote",
    43: "Backslash", 51: "Comma", 52: "Period", 53: "Slash", 86: "IntlBackslash",
}  # fmt: skip
"""Where a key is, as a browser names it (UI Events KeyboardEvent code Values), by its number in Linux."""


class Keyboard:
    """What the machine makes of a gun's keys: trusted events, stamped when each was pressed."""

    def __init__(self, devtools: CDPSession) -> None:
        self._devtools = devtools
        self._machine = keymap("us")
        self._at = time.time()
        self._shift = False

    def type(self, events: bytes) -> None:
        for *_, kind, key, value in EVENT.iter_unpack(events):
            if kind == 1 and key == SHIFT:
                self._shift = bool(value)
            elif kind == 1 and key != CTRL:
                self._send(key, down=bool(value))

    def _send(self, key: int, *, down: bool) -> None:
        if key == ENTER:
            words = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
            letter = "\r"
        else:
            letter = self._machine.at(key, shift=self._shift, caps=False, altgr=False)
            words = {"key": letter, "code": POSITIONS[key]}
        self._at = max(self._at + PACE_S / 2, time.time() - 0.05)
        held = {"modifiers": 8 if self._shift else 0, "timestamp": self._at}
        pressed = {"type": "keyDown", "text": letter} if down else {"type": "keyUp"}
        self._devtools.send("Input.dispatchKeyEvent", {**pressed, **words, **held})


@pytest.fixture
def page(bare: Page, hub: FakeHub) -> Page:
    hub.rows += [known(number, code) for number, code in enumerate(CODES, 1)]
    return signed_in(bare, hub)


@pytest.fixture
def keyboard(page: Page) -> Iterator[Keyboard]:
    devtools = page.context.new_cdp_session(page)
    yield Keyboard(devtools)
    devtools.detach()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_hundred_codes_are_read_whatever_country_the_gun_is_set_to(
    page: Page, keyboard: Keyboard, hub: FakeHub, layout: str
) -> None:
    where: dict[str, Any] = page.evaluate(WHERE)
    gun = Gun(layout)
    for code in CODES:
        keyboard.type(gun.types(code))
    page.locator(f"[data-testid=verdict][data-code='{CODES[-1]}']").wait_for()
    wait_until(lambda: len(hub.scans) >= len(CODES))
    assert sorted(scan["code"] for scan in hub.scans) == sorted(CODES)
    assert len({scan["id"] for scan in hub.scans}) == len(CODES)
    assert page.evaluate(WHERE) == where
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert hub.searched == []


WHERE = """() => ({
  focus: document.activeElement.tagName,
  fields: [...document.querySelectorAll("input, textarea")].map((field) => field.value),
  heads: document.querySelector("[data-testid=heads]").innerText,
  address: location.href,
})"""
