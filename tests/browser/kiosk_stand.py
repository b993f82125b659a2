"""The hub's real routes and page around screens that show what a test says."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import scanner
from app.simulators.serving import start_in_thread
from tests.web.venue import Venue


class StandScreen:
    """A screen that shows what it is told and remembers what was touched."""

    def __init__(self) -> None:
        self.closed = False
        self.touched: list[dict[str, Any]] = []
        self.picture: bytes | None = None
        self._frame = b"{}"
        self._listeners: list[Callable[[], None]] = []
        self._mutex = threading.Lock()

    def shows(self, frame: bytes) -> None:
        with self._mutex:
            self._frame = frame
            listeners = list(self._listeners)
        for wake in listeners:
            wake()

    def frame(self) -> bytes:
        return self._frame

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        with self._mutex:
            self._listeners.append(wake)
        return lambda: self._listeners.remove(wake)

    def touch(self, action: str, body: Mapping[str, Any]) -> bool:
        self.touched.append({name: value for name, value in body.items() if value})
        return True

    def preview(self) -> bytes | None:
        return self.picture


class Stand:
    def __init__(self, url: str, own: StandScreen, stop: Callable[[], None]) -> None:
        self.url = url
        self.own = own
        self.stop = stop


class _Kiosk:
    def __init__(self, own: StandScreen) -> None:
        self.own = own

    def screen(self, _station: str) -> StandScreen:
        return self.own


@contextmanager
def a_stand() -> Iterator[Stand]:
    own = StandScreen()
    with tempfile.TemporaryDirectory() as folder:
        venue = Venue(Path(folder))
        page = Path(scanner.__file__).parent / "page"
        server = start_in_thread(venue.app(kiosk=_Kiosk(own), page=page))

        def stop() -> None:
            own.closed = True
            own.shows(own.frame())
            server.stop()

        try:
            yield Stand(server.url, own, stop)
        finally:
            stop()
            venue.store.close()
