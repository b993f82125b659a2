"""A phone of its own: a Chromium process with its own storage, that may be killed and started again."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserType, Page, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, FORGET, PHONE
from tests.scenarios.night.house import wait_for

READ_CODES = """async (codes) => {
  const told = [];
  const type = (key, at) => {
    const press = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
    // A machine stamps a key when it is pressed, however busy the page is.
    Object.defineProperty(press, "timeStamp", {value: at});
    document.body.dispatchEvent(press);
  };
  for (const code of codes) {
    const now = performance.now();
    [...code, "Enter"].forEach((key, place) => type(key, now + 2 * place));
    const end = performance.now() + 15000;
    const verdict = () => document.querySelector(`[data-testid=verdict][data-code="${code}"]`);
    while (!verdict() && performance.now() < end) await new Promise((done) => setTimeout(done, 5));
    told.push([code, verdict()?.dataset.outcome ?? "nothing", verdict()?.dataset.reason ?? ""]);
  }
  return told;
}"""


class Phone:
    """`start`, and after `kill` (SIGKILL, as an empty battery does it) `start` again: the same phone."""

    def __init__(self, kind: BrowserType, folder: Path, film: Path | None = None) -> None:
        self._kind = kind
        self._folder = folder
        self._film = film
        self.page: Page

    def start(self, url: str = "about:blank") -> Page:
        port = self._folder / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        camera = [f"--use-file-for-fake-video-capture={self._film}"] if self._film else []
        words = [*ARGUMENTS, *camera, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self._folder}"]
        self._process = subprocess.Popen(
            [CHROMIUM, *words, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for("Chromium", lambda: port.is_file() and port.read_text())
        self.devtools = f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
        self._browser = self._kind.connect_over_cdp(self.devtools)
        self.page = self._browser.contexts[0].pages[0]
        self.page.context.set_default_timeout(10_000)
        self.page.set_viewport_size(PHONE)
        self.page.emulate_media(reduced_motion="reduce")
        self.page.goto(url)
        return self.page

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def sign_in(self, hub: str, token: str, camera: str = "off") -> Page:
        self.page.goto(f"{hub}/page/favicon.svg")
        self.page.evaluate(f"localStorage.setItem('doorcheck.camera', JSON.stringify('{camera}'))")
        self.page.goto(f"{hub}/?token={token}")
        self.is_("online")
        return self.page

    def forget(self, hub: str) -> None:
        """As new: nothing is kept of what it knew."""
        self.page.goto(f"{hub}/page/favicon.svg")
        self.page.evaluate(FORGET)

    def is_(self, state: str) -> None:
        expect(self.page.get_by_test_id("connection")).to_have_attribute("data-state", state, timeout=20_000)

    def scan(self, code: str) -> tuple[str, str]:
        """Types a code. Gives outcome and reason."""
        self.page.get_by_test_id("code-input").fill(code)
        self.page.get_by_test_id("code-input").press("Enter")
        told = self.page.wait_for_function(
            """(code) => {
              const verdict = document.querySelector(`[data-testid=verdict][data-code="${code}"]`);
              return verdict && [verdict.dataset.outcome, verdict.dataset.reason];
            }""",
            arg=code,
        )
        outcome, reason = told.json_value()
        return outcome, reason

    def begin(self, codes: list[str]) -> None:
        """Read codes as a gun types them, each as soon as the one before is answered. Goes on by itself."""
        self.page.evaluate(f"(codes) => {{ window.told = ({READ_CODES})(codes); }}", codes)

    def told(self) -> list[tuple[str, str, str]]:
        """When all that was begun is read: code, outcome, reason of each."""
        told: list[list[str]] = self.page.evaluate("window.told")
        return [(code, outcome, reason) for code, outcome, reason in told]

    def kept(self, room: str) -> list[dict[str, Any]]:
        """What the phone's own database holds."""
        found: list[dict[str, Any]] = self.page.evaluate(
            """async (room) => {
              const open = indexedDB.open("doorcheck");
              const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
              const asked = database.transaction(room).objectStore(room).getAll();
              const all = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
              database.close();
              return all;
            }""",
            room,
        )
        return found

    def knows(self, admissions: int) -> None:
        """Waits until its snapshot is kept."""
        wait_for("the snapshot", lambda: sum(len(one["rows"]) for one in self.kept("sheets")) >= admissions, every=0.3)

    def slowest_verdict(self) -> float:
        """From the reading to the screen, in ms, since the page was loaded."""
        slowest: float = self.page.evaluate(
            "Math.max(...performance.getEntriesByName('doorcheck.verdict').map((one) => one.duration))"
        )
        return slowest


@contextmanager
def a_phone(kind: BrowserType, folder: Path, film: Path | None = None) -> Iterator[Phone]:
    folder.mkdir()
    phone = Phone(kind, folder, film)
    phone.start()
    try:
        yield phone
    finally:
        phone.stop()
