"""How fast a platform may be asked: one pace per account, shared by all, lookups before calls before polls."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from itertools import count
from typing import Any, Protocol

_SLACK = 0.02
"""Seconds a window is stretched by: what leaves evenly may arrive bunched."""


class Priority(IntEnum):
    """Who goes first when an account's pace makes requests wait."""

    LOOKUP = 0
    CALL = 1
    POLL = 2


class TooLong(Exception):
    """The pace does not allow a request in time; `seconds` until it might."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no turn for another {seconds:.1f} s")
        self.seconds = seconds


class Bell(Protocol):
    """What `Pacer` needs of a `threading.Condition`."""

    def __enter__(self) -> bool: ...
    def __exit__(self, *_: Any) -> None: ...
    def wait(self, timeout: float | None = None) -> bool: ...
    def notify_all(self) -> None: ...


class Pacer:
    """At most `burst` requests in any `burst / rate` seconds, shared by all threads of an account.

    A waiting lookup goes before waiting calls, these before waiting polls. A rate of None or 0 does not pace.
    """

    def __init__(
        self,
        rate: float | None,
        burst: int = 2,
        *,
        now: Callable[[], float] = time.monotonic,
        bell: Bell | None = None,
    ) -> None:
        self._window = burst / rate + _SLACK if rate else 0.0
        self._burst = burst
        self._now = now
        self._bell: Bell = bell or threading.Condition()
        self._sent: list[float] = []
        self._queue: list[tuple[int, int]] = []
        self._serial = count()
        self._paused_until = 0.0
        self._closed = False

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn."""
        return len(self._queue)

    def turn(self, priority: Priority, patience: float) -> None:
        """Wait for this request's turn, at most `patience` seconds; raises TooLong."""
        with self._bell:
            place = (priority.value, next(self._serial))
            heapq.heappush(self._queue, place)
            try:
                self._await(place, self._now() + patience)
                self._take()
            finally:
                self._queue.remove(place)
                heapq.heapify(self._queue)
                self._bell.notify_all()

    def pause(self, seconds: float) -> None:
        """Send nothing for so long: the platform asked for it."""
        with self._bell:
            self._paused_until = max(self._paused_until, self._now() + seconds)
            self._bell.notify_all()

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._bell:
            self._closed = True
            self._bell.notify_all()

    def _await(self, place: tuple[int, int], deadline: float) -> None:
        while True:
            now = self._now()
            wait = self._wait(now)
            if self._closed or now + wait > deadline:
                raise TooLong(max(wait, 0.0))
            first = self._queue[0] == place
            if first and wait <= 0:
                return
            self._bell.wait(wait if first else deadline - now)

    def _wait(self, now: float) -> float:
        """Seconds until somebody may send."""
        wait = self._paused_until - now
        if self._window and len(self._sent) >= self._burst:
            wait = max(wait, self._sent[-self._burst] + self._window - now)
        return max(wait, 0.0)

    def _take(self) -> None:
        self._sent = [*self._sent[1 - self._burst :], self._now()] if self._burst > 1 else [self._now()]
