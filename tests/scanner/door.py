"""A station on a real store, with feedback that remembers what it was told."""

from __future__ import annotations

import threading
from typing import Any

from scanner.readers.contract import Reading
from scanner.station import Station, Verdict
from tests.conformance.store import House


class Seconds:
    """Monotonic seconds that pass only when somebody says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


class Told:
    """Collects what a station tells its screen."""

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []
        self.asked = 0
        self._bell = threading.Condition()

    def asking(self) -> None:
        self.asked += 1

    def show(self, verdict: Verdict) -> None:
        with self._bell:
            self.verdicts.append(verdict)
            self._bell.notify_all()

    def wait_for(self, count: int) -> list[Verdict]:
        with self._bell:
            assert self._bell.wait_for(lambda: len(self.verdicts) >= count, 10), self.verdicts
            return list(self.verdicts)

    @property
    def last(self) -> Verdict:
        return self.verdicts[-1]

    @property
    def answers(self) -> list[tuple[str, int]]:
        """Outcome or kind of each verdict, with the heads."""
        return [
            (verdict.answer.outcome.value, verdict.answer.heads) if verdict.answer else ("none", 0)
            for verdict in self.verdicts
        ]


class Door:
    """One place of a house, read by hand."""

    def __init__(self, house: House, **place: Any) -> None:
        self.house = house
        self.seconds = Seconds()
        self.told = Told()
        self.station = Station(house.gate, house.door, house.undoing, self.told, house.clock, self.seconds)

    def reads(self, raw: str, *rivals: str, after: float = 0.0) -> Verdict | None:
        """Somebody presents a code; the verdict, if there was one at once."""
        self.seconds.pass_(after)
        self.house.clock.sleep(seconds=after)
        before = len(self.told.verdicts)
        self.station.read(Reading(raw=raw, seen_at=self.seconds(), rivals=rivals))
        return self.told.last if len(self.told.verdicts) > before else None
