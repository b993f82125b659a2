"""A night with both platforms: one is down for long, the other does not notice, and nobody is counted twice.

`BOTH_SEED=7` plays another one. The soak is down for an hour of real time (`-m soak`).
"""

from __future__ import annotations

import contextlib
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import pytest

from app.simulators.oveit.rows import Ticket
from tests.scenarios.both import checks
from tests.scenarios.both.doors import Body, Book, Door, Told
from tests.scenarios.both.stage import PASSWORD, Stage, a_stage
from tests.scenarios.night.house import KEY, wait_for
from tests.scenarios.test_night import alone

__all__ = ["alone"]

SEED = int(os.environ.get("BOTH_SEED", "1"))
Hand = Callable[[], tuple[str, Body] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Seconds of each part of the night and between polls, and readings a second at all doors together."""

    quiet: float
    outage: float
    storm: float
    pace: float
    poll: float = 2

    @property
    def guests(self) -> int:
        return round((self.quiet + self.outage + self.storm) * self.pace) + 200


@pytest.mark.xdist_group("night")
def test_one_platform_is_down_and_every_entry_and_use_is_counted_once(tmp_path: Path) -> None:
    play(Plan(quiet=6, outage=8, storm=9, pace=25), tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(2 * 3600)
def test_one_platform_is_down_for_an_hour(tmp_path: Path) -> None:
    play(Plan(quiet=300, outage=3600, storm=120, pace=4, poll=60), tmp_path)


def play(plan: Plan, folder: Path) -> None:
    with a_stage(folder, plan.guests, SEED, plan.poll) as stage:
        book, over = Book(), threading.Event()
        doors = [Door(name, token, stage.hub.url, book, SEED) for name, token in stage.tokens.items()]
        hands = Hands(stage, book, SEED)
        threads = [
            threading.Thread(target=door.work, args=(hands.of(door), len(doors) / plan.pace, over)) for door in doors
        ]
        for one in threads:
            one.start()
        peeped = list(_the_night(stage, plan, book))
        over.set()
        for one in threads:
            one.join()
        calm(stage)
        wait_for("both outboxes to be empty", lambda: not _waiting(stage), seconds=90 + plan.outage, every=0.3)
        owed = checks.everything_owed(stage.folder / "data" / "doorcheck.db")
        complaints = [
            *book.troubles,
            *checks.settled(owed),
            *checks.at_oveit(stage.shows, owed, "sala"),
            *checks.at_fourvenues(stage.nights, owed),
            *checks.nobody_twice(stage.folder / "data" / "doorcheck.db"),
            *_unheard(book),
            *_given_away(stage, peeped),
        ]
        print(_summary(stage, book, owed))
        assert not complaints, f"BOTH_SEED={SEED}: {len(complaints)} complaints\n" + "\n".join(complaints[:15])


def _the_night(stage: Stage, plan: Plan, book: Book) -> Iterator[str]:
    """Quiet, one platform unplugged, everything at once. Gives what could be seen from outside on the way."""
    time.sleep(plan.quiet)
    yield _process_list()
    book.phase = "outage"
    stage.cables["oveit"].pull()
    time.sleep(plan.outage)
    wait_for("fourvenues to have heard of everything", lambda: stage.waiting("fourvenues") <= 2, seconds=15)
    assert stage.waiting("sala") > 0
    yield from _pages(stage)
    stage.cables["oveit"].plug()
    book.phase = "storm"
    stage.turn("oveit", lose_answers=0.1, lose_requests=0.05, html=0.03, cut_bodies=0.03, errors_5xx=0.03,
               error_after_commit=True, tokens_die_after=25, gate_between=0.02, answers_429=0.02)  # fmt: skip
    stage.turn("fourvenues", lose_answers=0.1, html=0.03, cut_bodies=0.03, errors_5xx=0.03)
    time.sleep(plan.storm / 2)
    stage.hub.process.kill()
    stage.hub.start()
    time.sleep(plan.storm / 2)
    yield _process_list()


def calm(stage: Stage) -> None:
    for name, control in stage.controls.items():
        control.delete("/_control/switches")
        stage.cables[name].plug()
    stage.turn("fourvenues", rate_limit=0)
    stage.hub.wait()


def _waiting(stage: Stage) -> int:
    return stage.waiting("fourvenues") + stage.waiting("sala")


# --- who comes --------------------------------------------------------------------------------------------------------


class Hands:
    """Deals guests to doors: new ones, some who come again at another door, and codes of nobody."""

    def __init__(self, stage: Stage, book: Book, seed: int) -> None:
        self._stage = stage
        self._book = book
        self._chance = Random(f"{seed}:hands")
        self._mutex = threading.Lock()
        shows = [one for one in stage.oveit_tickets() if not one.cancelled]
        self._banded = [one for one in shows if one.rfid]
        self._drinkers = [one for one in shows if any(addon.id == stage.served.id for addon in one.type.addons)]
        plain = [one for one in shows if not one.rfid]
        self._chance.shuffle(plain)
        self._oveit = iter(plain)
        tonight = stage.nights.tickets[stage.nights.tonight.id].values()
        self._nights = iter([one for one in tonight if one.status == "activated" and one.for_ == 1 and not one.enter])

    def of(self, door: Door) -> Hand:
        if door.name == "Phone":
            return lambda: self._phone(door)
        hands: dict[str, Hand] = {"Bar": self._bar, "Wristbands": self._wristband, "Exit": self._exit}
        return hands.get(door.name, self._gate)

    def _gate(self) -> tuple[str, Body] | None:
        with self._mutex:
            throw = self._chance.random()
            if throw < 0.05:
                return "nobody", {"code": f"{self._chance.getrandbits(40):010x}", "heads": 1}
            if throw < 0.12 and self._book.inside:
                platform, code = self._chance.choice(self._book.inside)
                return platform, {"code": code, "heads": 1}
            if throw < 0.56:
                return self._known("fourvenues", next(self._nights, None))
            return self._known("oveit", next(self._oveit, None))

    def _known(self, platform: str, one: object) -> tuple[str, Body] | None:
        return None if one is None else (platform, {"code": one.code, "heads": 1})  # type: ignore[attr-defined]

    def _bar(self) -> tuple[str, Body]:
        with self._mutex:
            one: Ticket = self._chance.choice(self._drinkers)
            return "oveit", {"code": one.code, "heads": self._chance.choice((1, 1, 1, 2))}

    def _wristband(self) -> tuple[str, Body]:
        with self._mutex:
            tag = self._chance.choice(self._banded).rfid[0].code
            spelt = self._chance.choice((tag, tag.lower(), tag.lstrip("0")))
            return "oveit", {"code": spelt, "scheme": "rfid", "heads": 1}

    def _exit(self) -> tuple[str, Body] | None:
        with self._mutex:
            if len(self._book.inside) < 30:
                return None
            platform, code = self._book.inside.popleft()
            return platform, {"code": code, "heads": 1}

    def _phone(self, door: Door) -> None:
        """It collects for a while without the hub, then brings what it let in."""
        with self._mutex:
            some = [one for one in (next(self._oveit, None), next(self._nights, None)) if one is not None]
            again = [code for _, code in list(self._book.inside)[-1:] if door.chance.random() < 0.2]
        if some:
            door.bring("oveit", [one.code for one in some] + again)


# --- what came of it --------------------------------------------------------------------------------------------------


def _unheard(book: Book) -> Iterator[str]:
    """Nobody who exists was called unknown; a guest of the platform that was up was never asked to wait for the
    other."""
    unknown = [one for one in book.told if one.answer["reason"] == "unknown_code" and one.platform != "nobody"]
    yield from (f"a guest was called unknown: {one.body} {one.answer}" for one in unknown)
    asked = [
        one
        for one in book.of("Gate 1", "Gate 2")
        if one.platform == "fourvenues" and one.answer["reason"] == "not_allowed_offline"
    ]
    yield from (f"a guest of the platform that was up was not known: {one.body}" for one in asked)
    if not any(one.admitted and one.platform == "oveit" for one in book.told if one.phase == "outage"):
        yield "nobody came in on what we know while the platform was down"


def _process_list() -> str:
    """What everybody on this machine may see of every program."""
    told = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            told.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    assert any("app serve" in one for one in told)
    return "\n".join(told)


def _pages(stage: Stage) -> Iterator[str]:
    """Whatever the hub shows to whoever asks."""
    headers = {"Authorization": f"Bearer {stage.tokens['Gate 1']}"}
    with httpx.Client(base_url=stage.hub.url, headers=headers, trust_env=False, timeout=20) as http:
        for path in ("/", "/metrics", "/healthz", "/readyz", "/docs", "/openapi.json", "/api/v1/status",
                     "/api/v1/outbox", "/api/v1/conflicts", "/api/v1/events", "/api/v1/nothing"):  # fmt: skip
            yield http.get(path).text


def _given_away(stage: Stage, peeped: Sequence[str]) -> Iterator[str]:
    """Neither a password nor a key nor a token of a platform stands anywhere: logs, errors, pages, the database, the
    process list, what a crash leaves."""
    stage.hub.process.popen.send_signal(6)
    stage.hub.process.popen.wait(timeout=20)
    secrets = [PASSWORD, KEY, *stage.shows.tokens.ever]
    assert len(secrets) > 3
    written = [*stage.everything_written(), *((f"seen {at}", text.encode()) for at, text in enumerate(peeped))]
    assert any(name.endswith(".err") and b"Fatal Python error: Aborted" in data for name, data in written)
    for name, data in written:
        for number, secret in enumerate(secrets):
            if secret.encode() in data:
                yield f"secret number {number} stands in {name}"
        if name.startswith("core"):
            yield f"a dump of the memory was left: {name}"


def _summary(stage: Stage, book: Book, owed: Sequence[checks.Owed]) -> str:
    states: dict[str, int] = {}
    for one in owed:
        for call in one.calls:
            key = f"{one.account} {call['state']} {call['why']}".strip()
            states[key] = states.get(key, 0) + 1
    lines = [f"BOTH_SEED={SEED}: {len(book.told)} readings, {states}"]
    for phase in ("quiet", "outage", "storm"):
        mine = [one for one in book.of("Gate 1", "Gate 2") if one.phase == phase and one.platform == "fourvenues"]
        drained = [heard - one.sent for one in mine if (heard := _heard(stage, one)) is not None]
        lines.append(
            f"fourvenues, {phase}: {len(mine)} scans {_of([one.took for one in mine])}; heard after {_of(drained)}"
        )
    return "\n".join(lines)


def _heard(stage: Stage, told: Told) -> float | None:
    """When the platform heard of an entry, by the same machine's clock."""
    if not told.admitted or told.undone:
        return None
    entries = [one for one in stage.nights.ledger if one.code == told.body["code"]]
    return entries[0].received_at if entries else None


def _of(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return "-"
    return (
        f"p50 {statistics.median(seconds) * 1000:.1f} ms, p95 {statistics.quantiles(seconds, n=20)[-1] * 1000:.1f} ms"
    )
