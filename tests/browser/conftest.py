"""One Chromium a module, one fake hub for the folder; a fresh page, with nothing remembered, for each test."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize, sync_playwright

from tests.browser.fake_hub import TOKEN, FakeHub, serve, wait_until

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
PHONE: ViewportSize = {"width": 390, "height": 844}
CAMERA_CODE = "ZQ4KCAMERA01"


def code_picture(code: str, kind: str = "PNG") -> bytes:
    """What a camera sees of a code; without one: a wall."""
    canvas = Image.new("RGB", (640, 480), "white")
    if code:
        drawn = io.BytesIO()
        segno.make(code, micro=False).save(drawn, kind="png", scale=8, border=6)
        image = Image.open(drawn).convert("RGB")
        canvas.paste(image, ((640 - image.width) // 2, (480 - image.height) // 2))
    out = io.BytesIO()
    canvas.save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody holds a ticket before the camera, all the time."""
    path = tmp_path_factory.mktemp("camera") / "ticket.mjpeg"
    path.write_bytes(code_picture(CAMERA_CODE, "JPEG") * 4)
    return path


@pytest.fixture(scope="module")
def browser(film: Path) -> Iterator[Browser]:
    """Ended with each module: while it lives, Playwright's event loop is in the way of tests that start their own."""
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, f"--use-file-for-fake-video-capture={film}"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


@pytest.fixture(scope="session")
def _served() -> Iterator[FakeHub]:
    yield from serve(FakeHub())


@pytest.fixture
def hub(_served: FakeHub) -> FakeHub:
    _served.reset()
    return _served


@pytest.fixture(scope="module")
def _tab(browser: Browser) -> Page:
    """One tab for all tests: a new one each time would cost more than most tests do."""
    made = browser.new_context(locale="en-GB", viewport=PHONE, reduced_motion="reduce")
    made.set_default_timeout(8000)
    return made.new_page()


@pytest.fixture
def bare(_tab: Page, hub: FakeHub) -> Iterator[Page]:
    """A page that remembers nothing yet. Whatever it does, it keeps the policy of the hub and throws nothing."""
    wrong: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    def catch(error: Error) -> None:
        wrong.append(str(error))

    _tab.on("console", hear)
    _tab.on("pageerror", catch)
    yield _tab
    _tab.remove_listener("console", hear)
    _tab.remove_listener("pageerror", catch)
    _forget(_tab, hub)
    assert wrong == []


def _forget(page: Page, hub: FakeHub) -> None:
    page.unroute_all()
    page.context.set_offline(False)
    page.set_viewport_size(PHONE)
    page.goto(f"{hub.url}/page/favicon.svg")
    page.evaluate(FORGET)


FORGET = """async () => {
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of await indexedDB.databases()) {
    const asked = indexedDB.deleteDatabase(name);
    await new Promise((done) => { asked.onsuccess = asked.onerror = done; });
  }
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}"""


@pytest.fixture
def door(bare: Page, hub: FakeHub) -> Page:
    """The page, signed in and in touch with the hub; its camera off."""
    bare.goto(f"{hub.url}/page/favicon.svg")
    bare.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")
    bare.goto(f"{hub.url}/?token={TOKEN}")
    bare.locator("[data-testid=connection][data-state=online]").wait_for()
    return bare


def signed_in(page: Page, hub: FakeHub) -> Page:
    """In touch with the hub, the camera off, and with a snapshot of all its rows."""
    page.goto(f"{hub.url}/page/favicon.svg")
    page.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")
    page.goto(f"{hub.url}/?token={TOKEN}")
    page.locator("[data-testid=connection][data-state=online]").wait_for()
    has_snapshot(page, len(hub.rows))
    return page


SEES_NOTHING = """window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return []; }
}"""
"""The browser's own reader of codes, looking and finding none."""

NOTICED_MS = 15_000
"""A browser that is told to be offline may still answer one request; the page asks again after 10 s."""


def cut_off(page: Page) -> None:
    """No network any more, and the page knows it."""
    page.context.set_offline(True)
    knows_it_is_cut_off(page)


def knows_it_is_cut_off(page: Page) -> None:
    page.locator("[data-testid=connection][data-state=offline]").wait_for(timeout=NOTICED_MS)


def has_snapshot(page: Page, rows: int) -> None:
    """Until the phone has kept it."""
    wait_until(lambda: rows in page.evaluate(KEPT_ROWS))


KEPT_ROWS = """async () => {
  const there = await indexedDB.databases();
  if (!there.some(({ name }) => name === "doorcheck")) return [];
  const open = indexedDB.open("doorcheck");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const all = database.transaction("sheets").objectStore("sheets").getAll();
  const sheets = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  database.close();
  return sheets.map((sheet) => sheet.rows.length);
}"""
