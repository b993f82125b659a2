"""The scanner page in a real Chromium, its hub with 100,000 admissions: its weight, and what a person waits for."""

from __future__ import annotations

import gzip
import io
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import cv2
import httpx
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.drawn import frames
from benchmarks.figures import Figure, p50, p99
from benchmarks.house import EVENT, code, filled
from benchmarks.web import TOKEN, _first_line, _wait_for
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PHONE

ADMISSIONS = 100_000
SCANS = 80
LOADS = 5
FRAMES = 150
SHOWN = 60
HEAVY_KB, DECODE_MS, SEARCH_MS, VERDICT_MS = 350, 40, 100, 100
WORDS = ("mar", "marta so", "ñuñez", "yusra", "o r", "zz", "solé", "ana")
_FIRST = ("Marta", "Núria", "Yusra", "Iker", "Ana", "João", "Zoë", "Óscar", "Li", "Magdalena")
_LAST = ("Soler", "Núñez", "Okafor", "Ruiz", "Solé", "Xu", "Ferreira", "Vidal", "Müller", "Ibarra", "Riba")


_PARTS = (
    "Ka",
    "Mi",
    "ro",
    "sel",
    "Ta",
    "bo",
    "lin",
    "Ve",
    "dra",
    "Jo",
    "nel",
    "ya",
    "Er",
    "mo",
    "tis",
    "Su",
    "ran",
    "Pel",
)


def _threes(parts: list[str]) -> Iterator[tuple[str, str, str]]:
    return zip(parts[::3], parts[1::3], parts[2::3], strict=True)


def run(folder: Path) -> Iterator[Figure]:
    _named(filled(folder / "doorcheck.db", ADMISSIONS))
    with _hub(folder) as url, sync_playwright() as playwright:
        yield from _snapshot(url)
        with _chromium(playwright, _film(folder / "door.mjpeg")) as browser:
            yield _weight(browser, url)
            yield _decoding(browser, url)
            yield from _waiting(browser, url)


def _named(path: Path) -> None:
    """Names as of a city's guests, so that a search finds some: half are common, half are shared with few."""
    common = [f"{_FIRST[at % len(_FIRST)]} {_LAST[at % len(_LAST)]}" for at in range(ADMISSIONS)]
    parts = [_PARTS[(at // len(_PARTS) ** place) % len(_PARTS)] for at in range(ADMISSIONS) for place in range(3)]
    rare = [f"{first}{second} {chr(65 + at % 26)}{third}" for at, (first, second, third) in enumerate(_threes(parts))]
    names = [rare[at] if at % 2 else common[at] for at in range(ADMISSIONS)]
    with sqlite3.connect(path) as connection:
        rows = [(name, at) for at, name in enumerate(names, 1)]
        connection.executemany("UPDATE admissions SET name = ? WHERE id = ?", rows)
    connection.close()


@contextmanager
def _hub(folder: Path) -> Iterator[str]:
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.web", str(folder)], stdout=subprocess.PIPE)
    try:
        port = int(_first_line(server))
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _chromium(playwright: Playwright, film: Path) -> Iterator[Browser]:
    arguments = [*ARGUMENTS, f"--use-file-for-fake-video-capture={film}"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    try:
        yield browser
    finally:
        browser.close()


def _film(path: Path) -> Path:
    """What a phone's camera sees at 720p: codes held badly, each for a moment."""
    with path.open("wb") as film:
        for one in islice(frames(), 0, None, 300 // SHOWN):
            large = cv2.resize(one.picture, (1280, 960), interpolation=cv2.INTER_CUBIC)[120:840]
            out = io.BytesIO()
            Image.fromarray(np.asarray(large)).convert("RGB").save(out, "JPEG", quality=90)
            film.write(out.getvalue())
    return path


def _snapshot(url: str) -> Iterator[Figure]:
    """What the hub needs to write it, against reading the same bytes from its memory."""
    asked = {"event": EVENT, "since": ""}
    with httpx.Client(
        headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120, base_url=url, trust_env=False
    ) as client:
        began = time.perf_counter()
        first = client.get("/api/v1/cache", params=asked)
        cold = time.perf_counter() - began
        version = first.json()["version"]
        again, unchanged = [], []
        for _ in range(LOADS):
            began = time.perf_counter()
            client.get("/api/v1/cache", params=asked)
            again.append(time.perf_counter() - began)
            began = time.perf_counter()
            client.get("/api/v1/cache", params=asked | {"since": version})
            unchanged.append(time.perf_counter() - began)
    whole = first.content
    began = time.perf_counter()
    packed = gzip.compress(whole, 1)
    floor = time.perf_counter() - began
    yield Figure(
        name="snapshot of 100,000, ms / gzip of its bytes alone", ours=min(again) * 1e3, floor=floor * 1e3, unit="ms",
        at_most=4,
        note=f"{len(packed) / 1e6:.1f} MB; the first one {cold:.1f} s; unchanged {min(unchanged) * 1e3:.1f} ms",
    )  # fmt: skip


def _weight(browser: Browser, url: str) -> Figure:
    """All that the browser fetches until the door is shown, packed; without the reader of codes (wasm)."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    fetched: set[str] = set()
    page.on("response", lambda response: fetched.add(response.url.partition("?")[0]))
    _sign_in(page, url)
    page.evaluate("navigator.serviceWorker.ready")
    context.close()
    files = {name: httpx.get(name, trust_env=False).content for name in fetched if "/api/" not in name}
    wasm = sum(len(gzip.compress(body)) for name, body in files.items() if name.endswith(".wasm"))
    packed = sum(len(gzip.compress(body)) for name, body in files.items() if not name.endswith(".wasm"))
    return Figure(
        name=f"first load without wasm, kB packed / {HEAVY_KB}", ours=packed / 1e3, floor=HEAVY_KB, unit="kB",
        at_most=1, note=f"{len(files)} files; the wasm {wasm / 1e3:.0f} kB",
    )  # fmt: skip


def _decoding(browser: Browser, url: str) -> Figure:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(url)
    page.get_by_test_id("pair-camera").click()  # it reads, and does nothing with what it read
    page.wait_for_function("() => performance.getEntriesByName('doorcheck.decode').length > 5", timeout=30_000)
    page.evaluate("performance.clearMeasures()")
    spent = _measured(page, "decode", FRAMES)
    width = page.evaluate("document.querySelector('#video').videoWidth")
    context.close()
    return Figure(
        name=f"decoding a frame at 720p in Chromium, median / {DECODE_MS} ms", ours=p50(spent), floor=DECODE_MS,
        unit="ms", at_most=1, note=f"p99 {p99(spent):.0f} ms; the camera's width {width}",
    )  # fmt: skip


def _waiting(browser: Browser, url: str) -> Iterator[Figure]:
    """From a letter to the rows, and from a reading to the verdict on the screen; with the hub and without it."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page = context.new_page()
    began = time.perf_counter()
    _sign_in(page, url)
    _wait_for_snapshot(page)
    known = time.perf_counter() - began
    numbers = iter(range(1, ADMISSIONS))
    for name in ("with the hub", "cut off"):
        if name == "cut off":
            context.set_offline(True)
            page.locator("[data-testid=connection][data-state=offline]").wait_for()
        verdicts = _scans(page, numbers)
        yield Figure(
            name=f"reading to verdict on the screen, {name}, p99 / {VERDICT_MS} ms", ours=p99(verdicts),
            floor=VERDICT_MS, unit="ms", at_most=1,
            note=f"median {p50(verdicts):.0f} ms; 100,000 known after {known:.1f} s",
        )  # fmt: skip
        found = _searches(page)
        yield Figure(
            name=f"letter to rows among 100,000, {name}, slowest / {SEARCH_MS} ms", ours=max(found), floor=SEARCH_MS,
            unit="ms", at_most=1, note=f"median {p50(found):.0f} ms",
        )  # fmt: skip
    context.close()


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/page/favicon.svg")
    page.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")
    page.goto(f"{url}/?token={TOKEN}")
    page.locator("[data-testid=connection]:not([data-state=offline])").wait_for()


def _wait_for_snapshot(page: Page) -> None:
    kept = """async () => {
      const asked = indexedDB.open("doorcheck");
      const base = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
      const all = base.transaction("sheets").objectStore("sheets").getAll();
      const sheets = await new Promise((done) => { all.onsuccess = () => done(all.result); });
      base.close();
      return sheets.reduce((sum, { rows }) => sum + rows.length, 0);
    }"""
    for _ in range(300):
        if page.evaluate(kept) >= ADMISSIONS:
            return
        page.wait_for_timeout(200)
    raise AssertionError("the page did not keep its snapshot")


def _scans(page: Page, numbers: Iterator[int]) -> list[float]:
    page.evaluate("performance.clearMeasures()")
    for _ in range(SCANS):
        one = code(next(numbers))
        page.get_by_test_id("code-input").fill(one)
        page.get_by_test_id("code-input").press("Enter")
        page.locator(f"[data-testid=verdict][data-code='{one}'][data-outcome=admit]").wait_for()
    return _measured(page, "verdict", SCANS)


def _searches(page: Page) -> list[float]:
    page.evaluate("performance.clearMeasures()")
    page.get_by_test_id("search-open").click()
    for at, words in enumerate(WORDS, 1):
        page.get_by_test_id("search-input").fill(words)
        _measured(page, "search", at)
    page.keyboard.press("Escape")
    return _measured(page, "search", len(WORDS))


def _measured(page: Page, name: str, times: int) -> list[float]:
    """So many measures of the page, in ms."""
    entries = f"performance.getEntriesByName('doorcheck.{name}')"
    page.wait_for_function(f"() => {entries}.length >= {times}", timeout=120_000)
    spent: list[float] = page.evaluate(f"{entries}.map(({{ duration }}) => duration)")
    return spent
