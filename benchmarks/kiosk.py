"""From the last key of a gun, and from a camera's frame, to the durable verdict."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from app.bootstrap import Hub
from app.cli.serving import SWITCH_INTERVAL_S
from app.domain.model import Scan, ScanId
from benchmarks.figures import Figure, p50, p99, timed
from benchmarks.house import STATION, code, filled, hub_on
from scanner.readers.camera import Camera
from scanner.readers.contract import Reader
from scanner.readers.hid import HidGun
from scanner.station import Station, Verdict
from tests.scanner.readers.film import Act, Picture, perform, room
from tests.scanner.readers.typing_gun import Gun, Port

ADMISSIONS = 20_000
SHOTS = 400
ROUNDS = 7
PRESENTED = 60
FRAME_S = 1 / 15


class Watch:
    """The moment of each verdict."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self.at = 0.0
        self.admitted = 0

    def asking(self) -> None:
        raise AssertionError("nothing is to be asked here")

    def show(self, verdict: Verdict) -> None:
        self.at = time.perf_counter()
        self.admitted += verdict.answer is not None and verdict.answer.heads
        self.told.set()

    def after(self, act: Callable[[], object]) -> float:
        """Seconds from the end of `act` to its verdict."""
        self.told.clear()
        act()
        began = time.perf_counter()
        if not self.told.wait(10):
            raise AssertionError("no verdict")
        return max(self.at - began, 0.0)


def run(folder: Path) -> Iterator[Figure]:
    sys.setswitchinterval(SWITCH_INTERVAL_S)  # as the kiosk itself
    filled(folder / "doorcheck.db", ADMISSIONS)
    hub, numbers = hub_on(folder), iter(range(1, ADMISSIONS))
    watch = Watch()
    station = Station(STATION, hub.admit, hub.undo, watch, hub.clock)
    try:
        bare, gun = _gun(folder, hub, station, watch, numbers)
        yield Figure(
            name="USB gun, last key to durable verdict p99 / scan p99", ours=gun[1] * 1e6, floor=bare[1] * 1e6,
            unit="us", at_most=2, note=f"p50 {gun[0] * 1e6:.0f} / {bare[0] * 1e6:.0f} us",
        )  # fmt: skip
        yield _camera(station, watch, numbers)
    finally:
        station.close()
        hub.close()


def _gun(
    folder: Path, hub: Hub, station: Station, watch: Watch, numbers: Iterator[int]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """p50 and p99 of a bare scan and of a gun's, the best rounds of several, in turn."""
    port, gun = Port(folder / "event1"), Gun("us")
    with _reading(HidGun(str(port.path)), station):
        watch.after(lambda: port.send(gun.types(code(next(numbers)))))
        bare, ours = [], []
        for _ in range(ROUNDS):
            scans = timed(lambda _at: _scan(hub, next(numbers)), SHOTS)
            bare.append((p50(scans), p99(scans)))
            shots = [_shoot(port, gun, watch, next(numbers)) for _ in range(SHOTS)]
            ours.append((p50(shots), p99(shots)))
    port.unplug()
    return _best(bare), _best(ours)


def _best(rounds: list[tuple[float, float]]) -> tuple[float, float]:
    return min(one for one, _ in rounds), min(one for _, one in rounds)


def _scan(hub: Hub, number: int) -> None:
    hub.admit(Scan(id=ScanId(f"b{number}"), code=code(number), at=datetime.now(UTC)), STATION)


def _shoot(port: Port, gun: Gun, watch: Watch, number: int) -> float:
    data = gun.types(code(number))
    return watch.after(lambda: port.send(data))


class _reading:  # noqa: N801 - used as a context
    """A reader whose readings go to a station."""

    def __init__(self, reader: Reader, station: Station) -> None:
        self.reader = reader
        self.thread = threading.Thread(target=self._pump, args=(station,), daemon=True)

    def _pump(self, station: Station) -> None:
        for reading in self.reader:
            station.read(reading)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self.thread.join()


class Stage:
    """A camera that shows an empty door until somebody holds up a code."""

    is_file = False

    def __init__(self) -> None:
        dice = np.random.default_rng(1)
        self.empty = [room(dice) for _ in range(30)]
        self.held: list[Picture] = []
        self.shown_at = 0.0
        self.at = 0

    def __call__(self, _source: str, _options: object) -> Any:
        return self

    def read(self) -> Picture:
        time.sleep(FRAME_S)
        self.at += 1
        if self.held:
            self.shown_at = time.perf_counter()
            return self.held.pop(0)
        return self.empty[self.at % len(self.empty)]

    def close(self) -> None:
        return


def _camera(station: Station, watch: Watch, numbers: Iterator[int]) -> Figure:
    """From the frame's arrival to the verdict: before the next frame is there."""
    stage, dice = Stage(), np.random.default_rng(2)
    held = [perform(Act(text=code(next(numbers)), frames=2), dice)[4:6] for _ in range(PRESENTED)]
    spent = []
    with _reading(Camera("0", opener=stage), station):
        time.sleep(1)
        for pictures in held:
            watch.told.clear()
            stage.held = [pictures[0]]
            if not watch.told.wait(10):
                raise AssertionError("a code was not seen")
            spent.append(watch.at - stage.shown_at)
            time.sleep(FRAME_S)
    return Figure(
        name="camera, frame to durable verdict p99 / a frame's time at 15 a second", ours=p99(spent) * 1e3,
        floor=FRAME_S * 1e3, unit="ms", at_most=1, note=f"p50 {p50(spent) * 1e3:.1f} ms",
    )  # fmt: skip
