"""Phones in real browsers and the hub as it is served: cut off, killed, and brought together again."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import BrowserType, Playwright, expect, sync_playwright

from app.domain.codes import shorten
from tests.browser.conftest import CAMERA_CODE, code_picture
from tests.browser.phone import Phone, a_phone
from tests.scenarios.night.guests import Guest, everybody
from tests.scenarios.night.house import KEY, Hub, Platform, Teller, a_platform, add_stations, environment, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WITHIN_MS = 300
CODES = 500
NEWS_MS = 4000
"""In which what happened at one door is known at the other."""


class Written(NamedTuple):
    """A scan as the hub holds it. `at`: the time at the door."""

    id: str
    station: str
    code: str
    outcome: str
    heads: int
    at: datetime


class Reading(NamedTuple):
    """What a phone said at its door. `alone`: it was cut off."""

    by_second: bool
    alone: bool
    quarter: int
    code: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class House:
    platform: Platform
    hub: Hub
    data: Path
    tokens: dict[str, str]
    guests: list[Guest]

    def teller(self) -> Teller:
        return Teller(self.hub.url, self.tokens["Puerta 1"])

    def written(self) -> list[Written]:
        """Every scan the hub holds, the first written first."""
        with sqlite3.connect(f"file:{self.data}/doorcheck.db?mode=ro", uri=True) as file:
            found = file.execute("SELECT id, station, code, outcome, heads, at FROM scans ORDER BY seq").fetchall()
        return [Written(*one[:5], datetime.fromtimestamp(one[5] / 1e6, UTC)) for one in found]

    def settled(self) -> bool:
        """Nothing is owed to the platform any more."""
        teller = self.teller()
        try:
            return teller.waiting() == 0
        finally:
            teller.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_platform(tmp_path, 620, seed=4) as platform:
        platform.act("sell", code=CAMERA_CODE, name="Jordi Vidal")
        env = environment(
            DATA_DIR=tmp_path / "data", FOURVENUES__API_KEY=KEY, FOURVENUES__REQUESTS_PER_SECOND=0, POLL_SECONDS=5,
            FOURVENUES__BASE_URL=f"{platform.url}/integrations", LOG_FORMAT="json",
        )  # fmt: skip
        tokens = add_stations(env, ["Puerta 1", "Puerta 2"])
        hub = Hub(env, tmp_path)
        hub.start()
        hub.wait()
        made = House(platform, hub, tmp_path / "data", tokens, everybody(platform))
        try:
            wait_for("the first poll", lambda: _polled(made))
            yield made
        finally:
            hub.stop()


def _polled(house: House) -> bool:
    teller = house.teller()
    try:
        known = teller.resources()
        return known.keys() == {"tickets", "lists", "passes"} and all(one["as_of"] for one in known.values())
    finally:
        teller.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def phones(playwright: Playwright, house: House, tmp_path: Path) -> Iterator[tuple[Phone, Phone]]:
    """Two phones at two doors. Before the first one's camera somebody comes and goes, again and again."""
    film = tmp_path / "comes-and-goes.mjpeg"
    blank, shown = code_picture("", "JPEG"), code_picture(CAMERA_CODE, "JPEG")
    film.write_bytes(blank * 45 + shown * 45 + blank * 90)
    kind: BrowserType = playwright.chromium
    with a_phone(kind, tmp_path / "one", film) as one, a_phone(kind, tmp_path / "two") as two:
        yield one, two


def _ready(phone: Phone, house: House) -> None:
    """It has what it needs to be alone."""
    phone.page.evaluate("navigator.serviceWorker.ready")
    phone.knows(len(house.guests))


def test_a_phone_goes_on_without_its_hub_through_a_reload_and_a_killed_browser(
    house: House, phones: tuple[Phone, Phone]
) -> None:
    one, two = phones
    good = [guest.code for guest in house.guests if guest.fresh and guest.limit == 1 and guest.kind == "ticket"]
    first, second, third = good[:3]
    page = one.sign_in(house.hub.url, house.tokens["Puerta 1"], camera="")
    by_camera = page.locator(f"[data-testid=verdict][data-code='{CAMERA_CODE}'][data-outcome=admit]")
    by_camera.wait_for()
    two.sign_in(house.hub.url, house.tokens["Puerta 2"])
    for phone in phones:
        _ready(phone, house)
    page.evaluate("performance.clearMeasures()")

    house.hub.process.kill()
    killed = datetime.now(UTC)
    page.locator(f"[data-testid=verdict][data-code='{CAMERA_CODE}'][data-reason=already_in]").wait_for()
    assert one.scan(first) == ("admit", "ok")
    assert one.slowest_verdict() < WITHIN_MS
    one.is_("offline")
    assert two.scan(first) == ("admit", "ok")  # neither can know of the other
    made_alone = {one["id"] for one in one.kept("waiting")}

    page.reload()
    one.is_("offline")
    assert one.scan(first) == ("refuse", "already_in")
    assert one.scan(second) == ("admit", "ok")
    made_alone |= {one["id"] for one in one.kept("waiting")}
    one.kill()

    page = one.start(house.hub.url)
    one.is_("offline")
    assert made_alone <= {one["id"] for one in one.kept("waiting")}
    assert one.scan(second) == ("refuse", "already_in")
    assert one.scan(third) == ("admit", "ok")
    made_alone |= {scan["id"] for phone in phones for scan in phone.kept("waiting")}
    back = datetime.now(UTC)

    house.hub.start()
    house.hub.wait()
    for phone in phones:
        phone.is_("online")
        wait_for("everything to be brought", lambda phone=phone: phone.kept("waiting") == [])
    written = house.written()
    assert len({scan.id for scan in written}) == len(written)
    brought = {scan.id: scan.at for scan in written if scan.id in made_alone}
    assert brought.keys() == made_alone
    assert all(killed <= at <= back for at in brought.values())
    admitted = Counter(scan.code for scan in written if scan.outcome == "admit")
    assert (admitted[CAMERA_CODE], admitted[second], admitted[third]) == (1, 1, 1)
    assert admitted[first] == 1  # of two; the other one is a conflict
    for phone in phones:
        expect(phone.page.get_by_test_id("conflict-alarm")).to_be_visible()
    wait_for("the platform to hear", house.settled)
    entered = {guest.code: guest.entered for guest in everybody(house.platform)}
    assert [entered[code] for code in (CAMERA_CODE, first, second, third)] == [1, 1, 1, 1]


def test_two_phones_and_five_hundred_codes_one_of_them_cut_off_half_of_the_time(
    house: House, phones: tuple[Phone, Phone]
) -> None:
    one, two = phones
    codes = sorted(guest.code for guest in house.guests if guest.code and guest.code != CAMERA_CODE)[:CODES]
    assert len(codes) == len(set(codes)) == CODES
    one.sign_in(house.hub.url, house.tokens["Puerta 1"])
    two.sign_in(house.hub.url, house.tokens["Puerta 2"])
    for phone in phones:
        _ready(phone, house)
    before = {guest.code: guest for guest in house.guests}
    at_doors: list[Reading] = []
    shuffled = random.Random(4).sample(codes, CODES)
    for quarter in range(4):
        part = slice(quarter * CODES // 4, (quarter + 1) * CODES // 4)
        alone = quarter % 2 == 1
        if alone:
            two.page.wait_for_timeout(NEWS_MS)
        two.page.context.set_offline(alone)
        two.is_("offline" if alone else "online")
        one.begin(codes[part])
        two.begin(shuffled[part])
        for phone in phones:
            at_doors += [Reading(phone is two, alone and phone is two, quarter, *said) for said in phone.told()]
    two.page.context.set_offline(False)
    for phone in phones:
        wait_for("everything to be brought", lambda phone=phone: phone.kept("waiting") == [])
    wait_for("the platform to hear", house.settled)

    assert [one for one in at_doors if one.outcome not in ("admit", "refuse", "ask")] == []
    written = house.written()
    assert len({scan.id for scan in written}) == len(written) == 2 * CODES
    by_code = Counter((scan.station, scan.code) for scan in written)
    assert (len(by_code), {code for _, code in by_code}) == (2 * CODES, set(codes)), "a scan was lost"
    excess = Counter({code: _excess(before[code], [one for one in at_doors if one.code == code]) for code in codes})
    excess += Counter()  # those above none
    assert excess  # else the test has tested nothing
    teller = house.teller()
    listed = Counter[str]()
    for call in teller.conflicts():
        listed[call["code"]] += call["heads"]
    teller.close()
    assert listed == _shortened(excess)
    entered = {guest.code: guest.entered for guest in everybody(house.platform)}
    admitted = Counter(one.code for one in at_doors if one.outcome == "admit")
    for code in codes:
        assert entered[code] == before[code].entered + admitted[code] - excess[code], before[code]


def _shortened(heads: Counter[str]) -> Counter[str]:
    """As lists for people name codes."""
    short: Counter[str] = Counter()
    for code, count in heads.items():
        short[shorten(code)] += count
    return short


def _excess(guest: Guest, readings: list[Reading]) -> int:
    """Heads let in above the limit. Fails where a door let in more than it could know to be right."""
    admitted = sorted(one for one in readings if one.outcome == "admit")
    excess = max(len(admitted) - max(guest.limit - guest.entered, 0), 0) if guest.good else len(admitted)
    if excess:
        [here, there] = admitted
        assert (excess, there.alone) == (1, True), f"both could know: {admitted}"
        assert here.quarter >= there.quarter, f"it had heard of the first before it was cut off: {admitted}"
    return excess
