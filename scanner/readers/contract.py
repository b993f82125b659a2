"""What every reader is: an iterator of raw codes that looks after its own device."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from queue import SimpleQueue
from typing import Protocol

LONGEST = 9_000
"""Characters of a reading that are kept: more than any code holds, so that what is longer is refused and not cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One presentation of a code, as it was read.

    `seen_at` is the monotonic second (`time.monotonic`) of the first frame or the last key that made it readable.
    `rivals` are other codes that were as near to the middle of the view: somebody has to choose. `scheme` is what the
    reader was told it reads: `rfid` for ids of wristbands and cards.
    """

    raw: str
    seen_at: float
    rivals: tuple[str, ...] = ()
    scheme: str = "qr"


class Condition(StrEnum):
    """How a reader is."""

    STARTING = "starting"
    READY = "ready"
    MISSING = "missing"
    """The device is not there: not plugged in, unplugged, a path that does not exist."""
    LOCKED = "locked"
    """Another program has it, or we may not open it."""
    BLIND = "blind"
    """It is there and gives nothing that can be used: black frames, a damaged stream."""
    ENDED = "ended"
    """A file or a pipe that came to its end: nothing is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a reader is, since when, and one sentence of it for people (with the cure where there is one)."""

    condition: Condition
    words: str
    since: datetime

    @property
    def usable(self) -> bool:
        return self.condition is Condition.READY


class Reader(Protocol):
    """Yields readings until it is closed or its source ends; whatever happens to the device, it never raises.

    A device that vanishes makes it unhealthy, and it goes on by itself when the device is back.
    """

    @property
    def name(self) -> str:
        """What people call it: kind and device."""
        ...

    @property
    def kind(self) -> str:
        """`camera`, `gun`, `serial` or `keyboard`."""
        ...

    @property
    def health(self) -> Health: ...

    def __iter__(self) -> Iterator[Reading]:
        """Starts it. Only one iteration at a time."""
        ...

    def close(self) -> None:
        """Ends the iteration, from any thread, within about a second."""
        ...


class Outlet:
    """Readings on their way from a reader's own thread to whoever iterates; also keeps its health."""

    def __init__(self, scheme: str = "qr") -> None:
        self._scheme = scheme
        self._queue: SimpleQueue[Reading | None] = SimpleQueue()
        self._health = Health(condition=Condition.STARTING, words="starting", since=_now())
        self._mutex = threading.Lock()
        self.closed = threading.Event()

    @property
    def health(self) -> Health:
        return self._health

    def becomes(self, condition: Condition, words: str) -> None:
        """A change of condition or words begins anew; the same again leaves `since` alone."""
        with self._mutex:
            if (condition, words) != (self._health.condition, self._health.words):
                self._health = Health(condition=condition, words=words, since=_now())

    def put(self, raw: str, rivals: tuple[str, ...] = (), seen_at: float | None = None) -> None:
        at = time.monotonic() if seen_at is None else seen_at
        self._queue.put(Reading(raw=raw, seen_at=at, rivals=rivals, scheme=self._scheme))

    def end(self) -> None:
        """No more readings come: the iteration ends after those that wait."""
        self._queue.put(None)

    def close(self) -> None:
        self.closed.set()
        self.end()

    def __iter__(self) -> Iterator[Reading]:
        while (reading := self._queue.get()) is not None:
            yield reading


def _now() -> datetime:
    return datetime.now(UTC)
