"""Room on the disk: what is left when it runs out is for entries.

A reserve file stands beside the database. When the disk gets short, polls stop first; when it is nearly full the
reserve is given back to the disk, so that whoever stands at the door can still be written down.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import structlog

from app.ports import Room

log = structlog.get_logger()

RESERVE = 64_000_000
LOW = 200_000_000
NEARLY_FULL = 16_000_000
FULL = 1_000_000
"""Bytes. On a small disk the first three are at most a tenth, a fifth and a twentieth of it."""


class DiskRoom:
    """Watches the disk of a folder, and keeps the reserve. `look` is for one thread, about once a second."""

    def __init__(self, folder: Path, space: Callable[[Path], tuple[int, int]] | None = None) -> None:
        self._folder = folder
        self._space = space or _space
        self._file = folder / "doorcheck.reserve"
        total, _ = self._measure()
        self._reserve = min(RESERVE, total // 10)
        self._low = min(LOW, total // 5)
        self._nearly_full = min(NEARLY_FULL, total // 20)
        self.level = Room.AMPLE

    def look(self) -> Room:
        """Measure, keep or give back the reserve, and say how it stands."""
        _, free = self._measure()
        if self._file.exists():
            if free < self._nearly_full:
                self.give_way()
        elif free > self._low + self._reserve:
            self._set_aside()
        level = self._level(free)
        if level is not self.level:
            tell = log.info if level is Room.AMPLE else log.error
            tell("disk.room", level=level, free_mb=free // 1_000_000)
            self.level = level
        return level

    def give_way(self) -> bool:
        """Give the reserve back to the disk; False when there was none any more."""
        try:
            self._file.unlink()
        except OSError:
            return False
        log.error("disk.reserve", words="the disk is full: the reserve is in use; make room")
        return True

    def _level(self, free: int) -> Room:
        if free >= self._low:
            return Room.AMPLE
        if self._file.exists():
            return Room.LOW
        return Room.RESERVE if free >= FULL else Room.FULL

    def _measure(self) -> tuple[int, int]:
        try:
            return self._space(self._folder)
        except OSError:
            return 0, 0

    def _set_aside(self) -> None:
        """Really taken from the disk, not only promised."""
        try:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, max(self._reserve, 1))
            finally:
                os.close(descriptor)
        except OSError as error:
            self._file.unlink(missing_ok=True)
            log.warning("disk.no_reserve", words=error.strerror)


def _space(folder: Path) -> tuple[int, int]:
    """Bytes of the disk, and bytes that we may still write."""
    disk = os.statvfs(folder)
    return disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize
