"""Scans made while the time was not certain get their true time, as soon as somebody has told it."""

from __future__ import annotations

import threading
from datetime import timedelta

import structlog

from app.domain.model import ScanId
from app.ports import Clock, Store, Timekeeper, Tx

log = structlog.get_logger()

EVERY_S = 10.0
"""Seconds between two looks: a command beside the hub may have scanned without knowing the time."""
CHUNK = 200
"""Scans a transaction: guests wait for one at most."""


class PutRight:
    """By the uptime that was kept with each scan. Those of an earlier start of the machine can't be put right."""

    def __init__(self, store: Store, timekeeper: Timekeeper, clock: Clock) -> None:
        self._store = store
        self._timekeeper = timekeeper
        self._clock = clock
        self._again_at = 0.0
        self._one = threading.Lock()

    def __call__(self) -> int:
        """How many were put right; looks now and then, and not before the time is certain.

        Whoever comes while another is at it waits: when this returns, nothing is left that could be put right.
        """
        with self._one:
            if self._timekeeper.uptime < self._again_at or not self._timekeeper.certain:
                return 0
            self._again_at = self._timekeeper.uptime + EVERY_S
            return self._all()

    def _all(self) -> int:
        total = 0
        while count := self._store.run(self._some):
            total += count
        if total:
            log.warning("clock.put_right", scans=total)
        return total

    def _some(self, tx: Tx) -> int:
        found: list[tuple[ScanId, float]] = tx.scans.doubtful(self._timekeeper.boot, CHUNK)
        now, uptime = self._clock(), self._timekeeper.uptime
        for scan, at in found:
            tx.scans.put_right(scan, now - timedelta(seconds=uptime - at))
        return len(found)
