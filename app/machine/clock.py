"""The time of the house, on machines whose clock may be wrong at boot.

A Raspberry Pi has no clock that runs without power: it starts where it was switched off. Until NTP or a platform's
Date header says what time it is, time only goes on from the later of the system's clock and the newest stamp in the
database, and everything is marked with the machine's uptime, so that it can be put right afterwards.

The kernel tells whether something keeps its clock in step: adjtimex(2), STA_UNSYNC.
"""

from __future__ import annotations

import ctypes
import struct
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from app.ports import Doubt

log = structlog.get_logger()

STEP_S = 2.0
"""A difference that is worth a correction: platforms tell whole seconds."""
AGREE_S = 3.0
"""Two answers of a platform that agree within so many seconds are believed: a portal in between may say anything."""
APART_S = 0.5
SILENT_AFTER = 2
"""Answers without a time after which a platform is known not to tell it."""
GIVE_UP_AFTER = 8
"""Answers that contradict each other after which nothing waits for an agreement any more."""

_STA_UNSYNC, _TIME_ERROR = 0x40, 5
_TIMEX_BYTES, _STATUS_AT = 208, 40  # struct timex on 64-bit Linux


def kernel_synchronised() -> bool:
    """Does something (timesyncd, chrony, ntpd) keep the system's clock in step?"""
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    try:
        state = ctypes.CDLL(None).adjtimex(timex)
    except (OSError, AttributeError):
        return False
    status: int = struct.unpack_from("i", timex, _STATUS_AT)[0]
    return 0 <= state < _TIME_ERROR and not status & _STA_UNSYNC


def uptime() -> float:
    """Seconds since the machine was switched on; goes on while it sleeps, and no correction moves it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """Which start of the machine this is."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


class HouseClock:
    """Implements `Clock` and `Timekeeper`; any thread. `trust` takes the system's clock as right, whatever it says."""

    def __init__(
        self,
        trust: bool = False,
        *,
        wall: Callable[[], float] = time.time,
        uptime: Callable[[], float] = uptime,
        synchronised: Callable[[], bool] = kernel_synchronised,
        boot: str | None = None,
    ) -> None:
        self._wall = wall
        self._uptime = uptime
        self._synchronised = synchronised
        self._boot = boot if boot is not None else boot_id()
        self._mutex = threading.Lock()
        self._trust = trust
        self._system = trust or synchronised()
        self._certain = self._system
        self._wall_base = wall() - uptime()
        self._base = self._wall_base
        self._heard: tuple[float, float] | None = None
        self._silent = 0
        self._contradictions = 0

    def __call__(self) -> datetime:
        if self._system:
            return datetime.fromtimestamp(self._wall(), UTC)
        return datetime.fromtimestamp(self._base + self._uptime(), UTC)

    @property
    def certain(self) -> bool:
        return self._certain

    @property
    def settled(self) -> bool:
        return self._certain or self._silent >= SILENT_AFTER or self._contradictions >= GIVE_UP_AFTER

    @property
    def uptime(self) -> float:
        return self._uptime()

    @property
    def boot(self) -> str:
        return self._boot

    def doubt(self) -> Doubt | None:
        return None if self._certain else Doubt(boot=self._boot, uptime=self._uptime())

    def not_before(self, newest: datetime | None) -> None:
        """What is known happened before now: an uncertain clock that says otherwise goes on from there."""
        with self._mutex:
            if newest is not None and not self._certain:
                self._base = max(self._base, newest.timestamp() - self._uptime())

    def check(self) -> bool:
        """Once a second: has NTP come, or somebody set the clock? True when the system's clock was moved."""
        with self._mutex:
            base = self._wall() - self._uptime()
            stepped = abs(base - self._wall_base) > STEP_S
            self._wall_base = base
            if not self._system and self._synchronised():
                self._become(base, "ntp")
                self._system = True
            elif stepped and not self._certain:
                self._base = base
                log.warning("clock.set", words="the time was set by hand; it is still not certain")
            return stepped

    def heard(self, drift: timedelta | None) -> None:
        """A platform's clock minus ours, from an answer just now; None when the answer had no time."""
        with self._mutex:
            if self._certain:
                return
            if drift is None:
                self._silent += 1
                return
            now = self._uptime()
            base = self._base + drift.total_seconds()
            before, self._heard = self._heard, (now, base)
            if before is None:
                return
            if abs(before[1] - base) > AGREE_S:
                self._contradictions += 1
                return
            if now - before[0] < APART_S:
                self._heard = before
                return
            self._become(base if abs(base - self._base) > STEP_S else self._base, "platform")

    def _become(self, base: float, source: str) -> None:
        moved = base - self._base
        tell = log.warning if abs(moved) > STEP_S else log.info
        tell("clock.certain", source=source, moved_s=round(moved, 1))
        self._base, self._certain = base, True
