"""What goes wrong at night, and what happens at the platform meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

from app.simulators.link import Link
from tests.scenarios.night.door import Book, Told
from tests.scenarios.night.guests import Card, Deck, Guest
from tests.scenarios.night.house import Hub, Platform

APART_S = 3.0
"""The platform keeps whole seconds: an entry elsewhere within one of ours could not be told from ours."""

DRIZZLE: dict[str, object] = {"lose_answers": 0.03, "lose_requests": 0.02, "errors_5xx": 0.01}
"""Even in good weather some answers are lost."""
DRY: dict[str, object] = {
    "lose_answers": 0, "lose_requests": 0, "errors_5xx": 0, "error_status": 503, "error_after_commit": False,
    "answers_429": 0, "retry_after": 0, "html": 0, "cut_bodies": 0, "slow_answer": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A stretch of bad weather: the cable's mode, or switches of the platform."""

    name: str
    seconds: float
    cable: str = "up"
    options: dict[str, int] = field(default_factory=dict)
    switches: dict[str, object] = field(default_factory=dict)


SPELLS = (
    Spell(name="plug out", seconds=2.5, cable="refuse"),
    Spell(name="plug out again", seconds=1.0, cable="refuse"),
    Spell(name="connections reset", seconds=2.0, cable="reset"),
    Spell(name="black hole", seconds=2.5, cable="blackhole"),
    Spell(name="answers cut off", seconds=1.3, cable="cut", options={"after": 150}),
    Spell(name="answers lost on the way", seconds=1.3, cable="lose_answers"),
    Spell(name="slow cable", seconds=1.3, cable="delay", options={"ms": 250}),
    Spell(name="busy", seconds=1.3, switches={"answers_429": 0.6}),
    Spell(name="busy, come back later", seconds=1.3, switches={"answers_429": 0.6, "retry_after": 1}),
    Spell(name="503", seconds=1.3, switches={"errors_5xx": 0.5}),
    Spell(name="500", seconds=1.3, switches={"errors_5xx": 0.5, "error_status": 500}),
    Spell(
        name="500 after the work was done", seconds=1.3,
        switches={"errors_5xx": 0.6, "error_status": 500, "error_after_commit": True},
    ),
    Spell(name="captive portal", seconds=1.3, switches={"html": 0.7}),
    Spell(name="cut bodies", seconds=1.3, switches={"cut_bodies": 0.6}),
    Spell(name="answers lost after commit", seconds=1.3, switches={"lose_answers": 0.6}),
    Spell(name="requests lost before commit", seconds=1.3, switches={"lose_requests": 0.6}),
    Spell(name="too slow an answer", seconds=2.0, switches={"slow_answer": 1400}),
)  # fmt: skip


class Weather:
    """Every spell once, in an order of the seed, with short clear stretches between."""

    def __init__(self, cable: Link, platform: Platform, seed: int, part: float = 1.0) -> None:
        self._cable = cable
        self._platform = platform
        chance = Random(f"{seed}:weather")
        spells = list(SPELLS)
        chance.shuffle(spells)
        self.spells: Sequence[Spell] = spells[: round(len(spells) * part)]
        self.log: list[tuple[float, str]] = []

    def blow(self, over: threading.Event) -> None:
        self._platform.turn(**(DRY | DRIZZLE))
        for spell in self.spells:
            self.log.append((time.monotonic(), spell.name))
            self._platform.turn(**(DRY | DRIZZLE | spell.switches))
            self._cable.mode(spell.cable, **spell.options)
            done = over.wait(spell.seconds)
            self._cable.mode("up")
            self._platform.turn(**(DRY | DRIZZLE))
            if done or over.wait(0.3):
                return

    def clear(self) -> None:
        """The network is well."""
        self._cable.mode("up")
        self._platform.turn(**DRY)


class Elsewhere:
    """Another gate, the back office and the box office of the same venue. Remembers whom it touched."""

    def __init__(self, platform: Platform, deck: Deck, book: Book, seed: int) -> None:
        self._platform = platform
        self._deck = deck
        self._book = book
        self._chance = Random(f"{seed}:elsewhere")
        self.entered: dict[str, list[int]] = {}
        self.refunded: set[str] = set()
        self.deleted: set[str] = set()
        self._timers: list[threading.Timer] = []

    def work(self, seconds: float, over: threading.Event) -> None:
        """Spread what happens over the night."""
        acts = self._acts()
        self._chance.shuffle(acts)
        for act in acts:
            if over.wait(seconds / (len(acts) + 1)):
                return
            try:
                act()
            except Exception as error:
                self._book.complain(f"elsewhere: {error!r}")

    def _acts(self) -> list[Callable[[], None]]:
        acts: list[Callable[[], None]] = []
        acts += [partial(self._enter_before, one) for one in self._deck.to_enter_elsewhere]
        acts += [partial(self._refund_before, one) for one in self._deck.to_refund]
        acts += [partial(self._delete_before, one) for one in self._deck.to_delete]
        acts += [self._enter_after] * 12 + [self._refund_after] * 10
        return acts

    def _enter_before(self, one: Guest) -> None:
        """Somebody comes in at another gate, and later the same code is shown at our doors."""
        heads = 1 if one.limit == 1 else self._chance.randint(1, one.limit)
        self._enter(one.code, heads)
        heads = min(one.limit, 2)
        cards = [Card(story="entered elsewhere", code=one.code, heads=heads) for _ in "12"]
        self._later(self._chance.uniform(APART_S, APART_S + 3), *cards)

    def _enter_after(self) -> None:
        """The code of somebody who is inside here is let in at another gate as well."""
        told = self._known(lambda one: time.monotonic() - one.begun > APART_S)
        if told is not None:
            self._enter(told.code, 1)

    def _refund_before(self, one: Guest) -> None:
        self._refund(one.code)
        self._later(self._chance.uniform(0, 5), Card(story="just refunded", code=one.code))

    def _refund_after(self) -> None:
        told = self._known(lambda one: True)
        if told is not None:
            self._refund(told.code)

    def _delete_before(self, one: Guest) -> None:
        self.deleted.add(one.code)
        self._platform.act("delete", code=one.code)
        self._later(self._chance.uniform(0, 2), Card(story="deleted", code=one.code))

    def _known(self, fits: Callable[[Told], bool]) -> Told | None:
        """Somebody whom our doors let in a while ago, and to whom nothing has happened since."""
        touched = {*self.entered, *self.refunded, *self.deleted}
        known = [one for one in self._book.admitted() if one.card.story in {"plain", "twice"}]
        known = [one for one in known if one.code not in touched and fits(one)]
        return self._chance.choice(known[-60:]) if known else None

    def _enter(self, code: str, heads: int) -> None:
        self.entered.setdefault(code, []).append(heads)
        self._platform.act("enter", code=code, heads=heads)

    def _refund(self, code: str) -> None:
        self.refunded.add(code)
        self._platform.act("refund", code=code)

    def _later(self, seconds: float, *cards: Card) -> None:
        self._timers.append(threading.Timer(seconds, lambda: self._book.late.extend(cards)))
        self._timers[-1].start()

    def settle(self) -> None:
        """Wait until everybody who was to come late has come."""
        for timer in self._timers:
            timer.join()


class Reaper:
    """Kills a hub at moments of the seed, and starts it again on what it left."""

    def __init__(self, hub: Hub, moments: Sequence[float], seed: int) -> None:
        self._hub = hub
        self._moments = sorted(moments)
        self._chance = Random(f"{seed}:reaper")
        self.killed_at: list[float] = []

    def work(self, over: threading.Event) -> None:
        began = time.monotonic()
        for moment in self._moments:
            if over.wait(max(moment - (time.monotonic() - began), 0)):
                return
            self._hub.process.kill()
            self.killed_at.append(time.monotonic())
            time.sleep(self._chance.uniform(0, 0.6))
            self._hub.start()
