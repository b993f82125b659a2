"""USB guns of six countries fire at a page that has no field in focus, on a machine with an American keyboard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.async_api import async_playwright
from playwright.sync_api import expect, sync_playwright

from scanner.readers.keymaps import LAYOUTS, keymap
from scanner.readers.keys import EVENT
from tests.browser.fake_hub import TOKEN, FakeHub, known, wait_until
from tests.browser.phone import Phone, a_phone
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


Key = dict[str, Any]


def keys_of(events: bytes) -> list[Key]:
    """What the machine makes of a gun's keys, as a browser's tools name them."""
    machine, shift, keys = keymap("us"), False, []
    for *_, kind, key, value in EVENT.iter_unpack(events):
        if kind == 1 and key == SHIFT:
            shift = bool(value)
        elif kind == 1 and key != CTRL and value:
            letter = "\r" if key == ENTER else machine.at(key, shift=shift, caps=False, altgr=False)
            words = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13} if key == ENTER else {
                "key": letter, "code": POSITIONS[key],
            }  # fmt: skip
            keys.append({"type": "keyDown", "text": letter, **words, "modifiers": 8 if shift else 0})
    return keys


async def fire(devtools: str, bursts: list[list[Key]]) -> None:
    """Each burst goes out at once, stamped as it was pressed: a machine's queue of keys does the same, and the page
    reads it when it has the time."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(devtools)
        page = browser.contexts[0].pages[0]
        keyboard = await page.context.new_cdp_session(page)
        for burst in bursts:
            began = time.time() - len(burst) * PACE_S
            stamped = [{**key, "timestamp": began + at * PACE_S} for at, key in enumerate(burst)]
            await asyncio.gather(*(keyboard.send("Input.dispatchKeyEvent", key) for key in stamped))
        await keyboard.detach()


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    with (
        sync_playwright() as playwright,
        a_phone(playwright.chromium, tmp_path_factory.mktemp("gun") / "phone") as made,
    ):
        yield made


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_hundred_codes_are_read_whatever_country_the_gun_is_set_to(phone: Phone, hub: FakeHub, layout: str) -> None:
    hub.rows += [known(number, code) for number, code in enumerate(CODES, 1)]
    page = phone.sign_in(hub.url, TOKEN)
    phone.knows(len(CODES))
    where: dict[str, Any] = page.evaluate(WHERE)
    gun = Gun(layout)
    bursts = [keys_of(gun.types(code)) for code in CODES]
    with ThreadPoolExecutor(1) as beside:  # Playwright's own event loop runs in this thread
        beside.submit(asyncio.run, fire(phone.devtools, bursts)).result()
    page.locator(f"[data-testid=verdict][data-code='{CODES[-1]}']").wait_for()
    wait_until(lambda: len(hub.scans) >= len(CODES))
    assert sorted(scan["code"] for scan in hub.scans) == sorted(CODES)
    assert len({scan["id"] for scan in hub.scans}) == len(CODES)
    assert page.evaluate(WHERE) == where
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert hub.searched == []
    phone.forget(hub.url)


WHERE = """() => ({
  focus: document.activeElement.tagName,
  fields: [...document.querySelectorAll("input, textarea")].map((field) => field.value),
  heads: document.querySelector("[data-testid=heads]").innerText,
  address: location.href,
})"""
