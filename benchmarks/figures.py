"""What a benchmark says, and how it is printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line: ours against a floor of the same run. `at_most` or `at_least` is what was promised."""

    name: str
    ours: float
    floor: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.floor else float("inf")

    @property
    def kept(self) -> bool:
        above = self.at_least is None or self.ratio >= self.at_least
        return above and (self.at_most is None or self.ratio <= self.at_most)

    def line(self) -> str:
        bar = f"<= {self.at_most:g}" if self.at_most is not None else f">= {self.at_least:g}"
        mark = "kept  " if self.kept else "MISSED"
        return (
            f"{mark}  {self.name:<58} {self.ours:>10.1f} / {self.floor:>10.1f} {self.unit:<6}"
            f" = {self.ratio:>6.2f}  ({bar})  {self.note}"
        )


def timed(run: Callable[[int], object], times: int) -> list[float]:
    """Seconds of each of `times` runs."""
    spent = []
    for at in range(times):
        started = time.perf_counter()
        run(at)
        spent.append(time.perf_counter() - started)
    return spent


def p50(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[min(int(len(seconds) * 0.99), len(seconds) - 1)]
