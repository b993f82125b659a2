"""Letters that are delivered over HTTP in threads of their own, again and again until somebody takes them."""

import heapq
import http.client
import threading
import time
from collections.abc import Callable
from itertools import count
from urllib.parse import urlsplit

AT_ONCE = 16
"""Deliveries at the same time."""


class Postman:
    """Does things when they are due, each in a thread; its own thread starts with the first of them."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._changed = threading.Condition()
        self._serial = count()
        self._hands = threading.BoundedSemaphore(AT_ONCE)
        self._started = False

    def at(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._serial), action))
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, name="postman", daemon=True).start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            action = self._next()
            self._hands.acquire()
            threading.Thread(target=self._do, args=(action,), name="delivery", daemon=True).start()

    def _next(self) -> Callable[[], None]:
        with self._changed:
            while not self._due or self._due[0][0] > time.monotonic():
                self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
            return heapq.heappop(self._due)[2]

    def _do(self, action: Callable[[], None]) -> None:
        try:
            action()
        finally:
            self._hands.release()


def post(url: str, body: bytes, headers: dict[str, str], seconds: float) -> int:
    """POST and return the status; raises OSError or HTTPException. Redirects are not followed."""
    where = urlsplit(url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    line = kind(where.hostname or "", where.port, timeout=seconds)
    try:
        path = f"{where.path or '/'}{'?' + where.query if where.query else ''}"
        line.request("POST", path, body, {"Content-Type": "application/json", **headers})
        return line.getresponse().status
    finally:
        line.close()
