"""A device that may vanish and come back at any moment, read on a thread of its own."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from scanner.readers.contract import Condition, Health, Outlet, Reading
from scanner.readers.framing import Framer

LOOK_AGAIN_S = 0.5
"""How often an unplugged gun is looked for."""
IDLE_S = 5.0


class CannotOpen(Exception):
    """The device can't be opened: `condition` and the words for people."""

    def __init__(self, condition: Condition, words: str) -> None:
        super().__init__(words)
        self.condition = condition


class Device(Protocol):
    """An open device. `read` gives text, empty when there was none after all; it raises `OSError` when it is gone."""

    def fileno(self) -> int: ...
    def read(self) -> str: ...
    def close(self) -> None: ...


GARBLED = "\x00"
"""In a device's text: what came before it is not to be trusted."""


class Reopening:
    """Reads a device with a `Framer`; drops a half code when it goes, and opens it again when it is back."""

    def __init__(self, name: str, kind: str, opened: Callable[[], Device], framer: Framer, scheme: str = "qr") -> None:
        self.name = name
        self.kind = kind
        self._open = opened
        self._framer = framer
        self._outlet = Outlet(scheme)
        self._wake_out, self._wake_in = os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"{kind}-reader", daemon=True)

    @property
    def health(self) -> Health:
        return self._outlet.health

    def __iter__(self) -> Iterator[Reading]:
        if self._thread.ident is None:
            self._thread.start()
        return iter(self._outlet)

    def close(self) -> None:
        if self._outlet.closed.is_set():
            return
        self._outlet.close()
        os.write(self._wake_in, b"x")
        if self._thread.ident is not None:
            self._thread.join(timeout=2)
        os.close(self._wake_in)
        os.close(self._wake_out)

    def _run(self) -> None:
        while not self._outlet.closed.is_set():
            try:
                device = self._open()
            except CannotOpen as error:
                self._outlet.becomes(error.condition, str(error))
            except Exception as error:  # a driver may raise anything; the next try may go well
                self._outlet.becomes(Condition.MISSING, f"{self.name} failed: {type(error).__name__}")
            else:
                self._use(device)
            self._outlet.closed.wait(LOOK_AGAIN_S)

    def _use(self, device: Device) -> None:
        self._framer.drop()
        self._outlet.becomes(Condition.READY, "ready")
        try:
            self._listen(device)
        except (OSError, ValueError):  # ValueError: closed under our hands
            self._outlet.becomes(Condition.MISSING, f"{self.name} was unplugged")
        finally:
            self._framer.drop()
            try:
                device.close()
            except OSError:
                return  # it is gone already

    def _listen(self, device: Device) -> None:
        poll = select.poll()
        gone = select.POLLERR | select.POLLHUP | select.POLLNVAL
        poll.register(device.fileno(), select.POLLIN)
        poll.register(self._wake_out, select.POLLIN)
        while not self._outlet.closed.is_set():
            events = dict(poll.poll(self._patience()))
            now = time.monotonic()
            event = events.get(device.fileno(), 0)
            if event & select.POLLIN:
                self._take(device.read(), now)
            elif event & gone:
                raise OSError("gone")
            else:
                self._deliver(self._framer.wait(now), now)

    def _patience(self) -> float:
        """Milliseconds until a code that has begun ends by itself."""
        due = self._framer.due
        return 1000 * (IDLE_S if due is None else max(due - time.monotonic(), 0.001))

    def _take(self, text: str, now: float) -> None:
        whole, *rest = text.split(GARBLED)
        self._deliver(self._framer.feed(whole, now), now)
        for part in rest:
            self._framer.drop()
            self._deliver(self._framer.feed(part, now), now)

    def _deliver(self, codes: list[str], now: float) -> None:
        for code in codes:
            self._outlet.put(code, seen_at=now)
