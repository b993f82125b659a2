"""Listening to a reader, with patience for a slow machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from scanner.readers.contract import Condition, Reader

PATIENT_S = 20.0


class Listener:
    """Collects what a reader yields, on a thread of its own."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.codes: list[str] = []
        self._bell = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for reading in self.reader:
            with self._bell:
                self.codes.append(reading.raw)
                self._bell.notify_all()

    def wait_for(self, count: int) -> list[str]:
        with self._bell:
            self._bell.wait_for(lambda: len(self.codes) >= count, PATIENT_S)
        return self.codes

    def becomes(self, condition: Condition, patience_s: float = PATIENT_S) -> None:
        wait_until(lambda: self.reader.health.condition is condition, f"{self.reader.name}: {condition}", patience_s)

    def close(self) -> None:
        self.reader.close()
        self._thread.join(timeout=5)
        assert not self._thread.is_alive()


def wait_until(true: Callable[[], bool], what: str, patience_s: float = PATIENT_S) -> None:
    until = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.005)


Listen = Callable[[Reader], Listener]
