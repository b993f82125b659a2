"""What the platforms call the rights that stations count."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.domain.decide import tonight
from app.domain.model import ENTRANCE, EventId, Station
from app.ports import Store

AGAIN_S = 30.0
"""Seconds after which a name that nobody knew is looked for again."""


class Allowances:
    """Asked for often, and nearly always the same: a name is read once."""

    def __init__(self, store: Store, seconds: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._seconds = seconds
        self._names: dict[tuple[str, frozenset[EventId]], tuple[str, float]] = {}

    def name(self, station: Station) -> str:
        """The name of the station's right tonight; empty for the entrance, and while nobody is known who has it."""
        return self.name_of(station.allowance, tonight(station, self._store.open_events()))

    def name_of(self, allowance: str, events: frozenset[EventId]) -> str:
        if allowance == ENTRANCE:
            return ""
        name, looked = self._names.get((allowance, events), ("", -AGAIN_S))
        if not name and self._seconds() - looked >= AGAIN_S:
            name = dict(self._store.views.rights(events)).get(allowance, "")
            self._names[allowance, events] = name, self._seconds()
        return name
