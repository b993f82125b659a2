"""The cascade beside each decoder alone and all of them together, on drawn frames; and what an empty view costs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drawn import KINDS, Drawn, frames
from benchmarks.figures import Figure
from scanner.decoding import Decoder
from scanner.engines import ZBAR, ZXING, opencv
from scanner.readers.watching import ChangeGate
from tests.scanner.readers.film import Picture, room

ROUNDS = 3
EMPTY = 300
EMPTY_MS = 3.0

Read = Callable[[Picture], set[str]]


def run(_folder: Path) -> Iterator[Figure]:
    drawn = list(frames())
    decoder, detector = Decoder(), opencv().QRCodeDetector()
    alone: dict[str, Read] = {
        "zxing-cpp": lambda picture: {spot.text for spot in ZXING.read(picture)},
        "zbar": lambda picture: {spot.text for spot in ZBAR.read(picture)},
        "opencv": lambda picture: _opencv(detector, picture),
    }
    found, cost = {}, {}
    for name, read in {**alone, "cascade": lambda picture: {code.value for code in decoder.decode(picture)}}.items():
        found[name], cost[name] = _measured(read, drawn)
        print(f"        {name:<10} reads {_rates(found[name], drawn)}, {cost[name]:.2f} ms a frame")
    union = set().union(*(found[name] for name in alone))
    print(f"        together   reads {_rates(union, drawn)}")
    yield Figure(
        name="decode cascade, frames read / read by any decoder", ours=len(found["cascade"]), floor=len(union),
        unit="frames", at_least=0.97, note=f"of {len(drawn)} drawn frames",
    )  # fmt: skip
    yield Figure(
        name="decode cascade, mean CPU at VGA / zxing-cpp alone", ours=cost["cascade"], floor=cost["zxing-cpp"],
        unit="ms", at_most=1.5,
    )  # fmt: skip
    yield _empty(decoder)


def _opencv(detector: Any, picture: Picture) -> set[str]:
    try:
        return {detector.detectAndDecode(picture)[0]} - {""}
    except Exception:  # it raises on odd payloads
        return set()


def _measured(read: Read, drawn: Sequence[Drawn]) -> tuple[set[int], float]:
    """Which frames were read right, and milliseconds of CPU a frame: the best of several rounds."""
    found, best = set[int](), float("inf")
    for _ in range(ROUNDS):
        began = time.thread_time()
        found = {at for at, one in enumerate(drawn) if one.text in read(one.picture)}
        best = min(best, (time.thread_time() - began) / len(drawn))
    return found, best * 1000


def _rates(found: set[int], drawn: Sequence[Drawn]) -> str:
    kinds = Counter(drawn[at].kind for at in found)
    each = len(drawn) // len(KINDS)
    parts = ", ".join(f"{kind} {100 * kinds[kind] / each:.0f}" for kind in KINDS)
    return f"{100 * len(found) / len(drawn):.1f} % ({parts})"


def _empty(decoder: Decoder) -> Figure:
    """An empty view with a camera's noise, at 15 frames a second: gate, and the look that it lets through."""
    dice = np.random.default_rng(1)
    views, best, looked = [room(dice) for _ in range(60)], float("inf"), 0
    for _ in range(ROUNDS):
        gate, looked = ChangeGate(), 0
        for at, view in enumerate(views):
            gate.opens(view, at / 15)
        began = time.thread_time()
        for at in range(EMPTY):
            view = views[at % len(views)]
            if gate.opens(view, (60 + at) / 15):
                looked += 1
                decoder.decode(view)
        best = min(best, (time.thread_time() - began) / EMPTY)
    return Figure(
        name="empty VGA frame with the change gate, CPU / 3 ms", ours=best * 1000, floor=EMPTY_MS, unit="ms", at_most=1,
        note=f"{looked} of {EMPTY} frames were looked at",
    )  # fmt: skip
