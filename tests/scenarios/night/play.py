"""Playing a night from the first poll to the last settled call, and gathering what can be known."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from app.simulators.link import Link
from tests.scenarios.night import checks
from tests.scenarios.night.door import Book, Door, Told
from tests.scenarios.night.evidence import Evidence, cases
from tests.scenarios.night.guests import Dealer, Deck, Guest, everybody
from tests.scenarios.night.house import (
    KEY,
    Hub,
    Platform,
    Teller,
    a_platform,
    add_stations,
    doorcheck,
    environment,
    wait_for,
)
from tests.scenarios.night.weather import Elsewhere, Reaper, Weather

SAME = ("outcome", "reason", "heads", "left", "limit", "entered", "admission", "at", "station")
"""What a replay must answer as it was answered the first time."""
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a night goes. `kills`: seconds into the night at which the first hub is killed."""

    seed: int
    scans: int = 1000
    stations: int = 8
    hubs: int = 1
    seconds: float = 15
    kills: tuple[float, ...] = ()
    weather: float = 1.0
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Night:
    """A night under way."""

    plan: Plan
    platform: Platform
    cable: Link
    hubs: list[Hub]
    tokens: Mapping[str, str]
    env: Mapping[str, str]
    guests: dict[str, Guest]
    deck: Deck
    book: Book
    weather: Weather
    elsewhere: Elsewhere
    reaper: Reaper
    began: float = 0.0

    @property
    def teller(self) -> Teller:
        return Teller(self.hubs[-1].url, next(iter(self.tokens.values())))


def play(plan: Plan, folder: Path) -> None:
    """One night, and everything that was promised about it; fails with the stories of those it went wrong for."""
    with ExitStack() as open_things:
        night = _open(plan, folder, open_things)
        marks = [("open", time.monotonic())]
        _work(night)
        marks.append(("worked", time.monotonic()))
        _settle(night)
        marks.append(("settled", time.monotonic()))
        evidence = _gather(night)
        marks.append(("gathered", time.monotonic()))
        complaints = [*_general(night, evidence), *_each(night, evidence)]
        marks.append(("checked", time.monotonic()))
        print(_summary(night, evidence, marks))
        assert not complaints, _report(night, complaints)


def _open(plan: Plan, folder: Path, things: ExitStack) -> Night:
    platform = things.enter_context(a_platform(folder, max(plan.scans * 9 // 10, 500), plan.seed))
    cable = Link.start(platform.port)
    things.callback(cable.stop)
    env = environment(
        DATA_DIR=folder / "data", FOURVENUES__API_KEY=KEY, FOURVENUES__BASE_URL=f"{cable.url}/integrations",
        FOURVENUES__REQUESTS_PER_SECOND=0, FOURVENUES__TIMEOUT=1, POLL_SECONDS=2, FULL_POLL_SECONDS=15,
        LOG_FORMAT="json", **plan.settings,
    )  # fmt: skip
    tokens = add_stations(env, [f"Gate {number + 1}" for number in range(plan.stations)])
    hubs = [Hub(env, folder, f"hub{number}") for number in range(plan.hubs)]
    for hub in hubs:
        hub.start()
        things.callback(hub.stop)
        hub.wait()
    guests = everybody(platform)
    deck = Dealer(guests, plan.stations, plan.scans, plan.seed).deal()
    book = Book()
    night = Night(
        plan=plan, platform=platform, cable=cable, hubs=hubs, tokens=tokens, env=env,
        guests={one.code: one for one in guests}, deck=deck, book=book,
        weather=Weather(cable, platform, plan.seed, plan.weather),
        elsewhere=Elsewhere(platform, deck, book, plan.seed), reaper=Reaper(hubs[0], plan.kills, plan.seed),
    )  # fmt: skip
    wait_for("the first full poll", lambda: _polled_since(night, None))
    return night


def _polled_since(night: Night, moment: datetime | None) -> bool:
    """Has every resource been pulled by a pull that began after the moment?"""
    known = night.teller.resources()
    if known.keys() != {"tickets", "lists", "passes"}:
        return False
    pulled = [one["as_of"] for one in known.values()]
    return all(one and (moment is None or datetime.fromisoformat(one) > moment) for one in pulled)


def _work(night: Night) -> None:
    """Doors, weather, other gates and the reaper, all at once."""
    plan, over = night.plan, threading.Event()
    urls = [hub.url for hub in night.hubs]
    pause = plan.seconds / max(len(hand) for hand in night.deck.hands)
    night.began = time.monotonic()
    doors = [
        Door(name, token, urls, number, night.book, str(plan.seed))
        for number, (name, token) in enumerate(night.tokens.items())
    ]
    stations = [
        threading.Thread(target=door.work, args=(hand, night.platform, pause, over), name=door.name)
        for door, hand in zip(doors, night.deck.hands, strict=True)
    ]
    others = [
        threading.Thread(target=_told(night.book, lambda: night.weather.blow(over)), name="weather"),
        threading.Thread(target=_told(night.book, lambda: night.elsewhere.work(plan.seconds, over)), name="elsewhere"),
        threading.Thread(target=_told(night.book, lambda: night.reaper.work(over)), name="reaper"),
    ]
    for thread in [*stations, *others]:
        thread.start()
    for thread in others:
        thread.join()
    night.elsewhere.settle()
    over.set()
    for thread in stations:
        thread.join()


def _told(book: Book, work: Callable[[], None]) -> Callable[[], None]:
    """Failures of a thread end up in the book."""

    def run() -> None:
        try:
            work()
        except Exception as error:
            book.complain(repr(error))

    return run


def _settle(night: Night) -> None:
    night.weather.clear()
    for hub in night.hubs:
        hub.wait()
    calm = datetime.now(UTC)

    def settled() -> bool:
        return night.teller.waiting() == 0

    try:
        wait_for("the outbox to be empty", settled, seconds=60, every=0.3)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{_waiting(night)}") from None
    wait_for("a poll after the storm", lambda: _polled_since(night, calm), seconds=30, every=0.2)
    # Those settled just now are polled once more before anybody compares.
    last = datetime.now(UTC)
    wait_for("one more poll", lambda: _polled_since(night, last), seconds=30, every=0.2)


def _waiting(night: Night) -> str:
    rows = [one for one in night.teller.calls() if one["state"] in {"due", "sending"}]
    status = night.teller.get("/status")
    return "\n".join([json.dumps(status["accounts"]), *(json.dumps(one) for one in rows[:SHOWN])])


def _gather(night: Night) -> Evidence:
    teller = night.teller
    book, elsewhere = night.book, night.elsewhere
    rows = [row for resource in ("tickets", "lists", "passes", "v2/passes") for row in night.platform.rows(resource)]
    guests = night.guests | book.sold
    scanned = sorted({one.code for one in book.told} & guests.keys())
    with ThreadPoolExecutor(4) as hands:
        held = dict(zip(scanned, hands.map(lambda code: _shown(teller, code), scanned), strict=True))
    return Evidence(
        guests=guests, told=book.told, calls=teller.calls(), conflicts=teller.conflicts(),
        ledger=night.platform.ledger(), final={row["_id"]: row for row in reversed(rows)},
        held={code: one for code, one in held.items() if one is not None},
        touched=frozenset({*elsewhere.entered, *elsewhere.refunded, *elsewhere.deleted}),
    )  # fmt: skip


def _shown(teller: Teller, code: str) -> Mapping[str, Any] | None:
    items = teller.get("/admissions", q=code)["items"]
    return next((one for one in items if one["code"] == code), None)


def _each(night: Night, evidence: Evidence) -> Iterator[str]:
    for case in cases(evidence):
        found = [complaint for check in checks.EACH for complaint in check(case)]
        found += checks.the_first_is_let_in(case, night.deck.plain)
        if found:
            yield "\n".join([*(f"* {one}" for one in found), case.story(night.began)])


def _general(night: Night, evidence: Evidence) -> Iterator[str]:
    yield from night.book.troubles
    said = "".join(hub.said() for hub in night.hubs)
    secrets = [KEY, *night.tokens.values()]
    yield from checks.conflicts_are_shown(evidence)
    yield from checks.calls_belong_to_scans(evidence)
    yield from checks.logs_give_nothing_away(said, secrets, evidence)
    yield from checks.logs_hold_no_failure(said)
    yield from _replayed(night)
    exported = doorcheck(night.env, "export", "scans", "--format", "jsonl")
    yield from checks.rows_belong_to_readings(
        [json.loads(line)["id"] for line in exported.stdout.splitlines()], evidence
    )
    if len(night.reaper.killed_at) != len(night.plan.kills):
        yield f"only {len(night.reaper.killed_at)} of {len(night.plan.kills)} kills happened"


def _replayed(night: Night) -> list[str]:
    """Every reading is sent once more, to any hub: whatever was answered before a kill was on the disk."""
    chance = Random(night.plan.seed)
    tellers = {name: [Teller(hub.url, token) for hub in night.hubs] for name, token in night.tokens.items()}

    def again(one: Told) -> str:
        told = chance.choice(tellers[one.station]).scan(**one.body)
        other = {name: (one.answer[name], told[name]) for name in SAME if one.answer[name] != told[name]}
        if told["replayed"] and not other:
            return ""
        return f"scan {one.scan} of {one.code} sent again: replayed {told['replayed']}, then and now {other}"

    with ThreadPoolExecutor(6) as hands:
        return [complaint for complaint in hands.map(again, night.book.told) if complaint]


def _report(night: Night, complaints: Sequence[str]) -> str:
    marks = [*((at, name) for at, name in night.weather.log), *((at, "KILL") for at in night.reaper.killed_at)]
    sky = ", ".join(f"{at - night.began:.1f} s {name}" for at, name in sorted(marks))
    more = f"\n... and {len(complaints) - SHOWN} more" if len(complaints) > SHOWN else ""
    shown = "\n\n".join(complaints[:SHOWN])
    return f"NIGHT_SEED={night.plan.seed}: {len(complaints)} complaints. The night: {sky}\n\n{shown}{more}"


def _summary(night: Night, evidence: Evidence, marks: Sequence[tuple[str, float]]) -> str:
    told, calls = evidence.told, evidence.calls
    outcomes = sorted({f"{one.answer['outcome']} {one.answer['reason']}" for one in told})
    counted = {
        name: sum(f"{one.answer['outcome']} {one.answer['reason']}" == name for one in told) for name in outcomes
    }
    states = {state: sum(one["state"] == state for one in calls) for state in sorted({one["state"] for one in calls})}
    whys = sorted(one["why"] for one in calls if one["why"])
    steps = {name: round(at - marks[number - 1][1], 1) for number, (name, at) in enumerate(marks) if number}
    return (
        f"NIGHT_SEED={night.plan.seed}: {len(told)} scans {counted}; "
        f"{sum(one.undo is not None for one in told)} undone; "
        f"retried {sum(one.tries > 1 for one in told)}; calls {states}; whys "
        f"{ {why: whys.count(why) for why in set(whys)} }; ledger {len(evidence.ledger)}; seconds {steps}"
    )
