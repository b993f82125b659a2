"""A value that is read again now and then, by one thread, however many ask for it at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from app.web.waiting import outcome

T = TypeVar("T")


class Fresh(Generic[T]):
    """Reads in its own thread when what it has is older than `every` seconds.

    Those who ask get what there is without waiting, unless that is older than `until` seconds: then they wait.
    """

    def __init__(
        self, read: Callable[[], T], every: float, until: float, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._every = every
        self._until = until
        self._seconds = seconds
        self._have: tuple[float, T] | None = None
        self._reading: Future[T] | None = None
        self._mutex = threading.Lock()
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fresh")

    async def get(self) -> T:
        """What was read last. Fails with what reading fails with, when there is nothing young enough."""
        have = self._have
        age = self._seconds() - have[0] if have else None
        if have is not None and age is not None and age <= self._every:
            return have[1]
        reading = self._ask(have)
        if have is not None and age is not None and age <= self._until:
            return have[1]
        return await outcome(reading)

    def _ask(self, have: tuple[float, T] | None) -> Future[T]:
        """The reading under way, or one that ended since `have` was seen; else a new one."""
        with self._mutex:
            if self._reading is None or (self._reading.done() and self._have is have):
                self._reading = self._reader.submit(self._look)
            return self._reading

    def _look(self) -> T:
        began = self._seconds()
        value = self._read()
        self._have = began, value
        return value
