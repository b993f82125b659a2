"""A lookup that answers what it was told to, and may put the admission into the cache on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from app.domain.model import Lookup, Scan, Station
from app.flows.lookup import LookUp


class FakeLookup:
    def __init__(self) -> None:
        self.can_ask = False
        self.answer = Lookup.ABSENT
        self.meanwhile: Callable[[], object] = lambda: None
        self.asked: list[str] = []

    def possible(self, station: Station) -> bool:
        return self.can_ask

    def __call__(self, scan: Scan, station: Station) -> Lookup:
        self.asked.append(scan.code)
        self.meanwhile()
        return self.answer

    def as_lookup(self) -> LookUp:
        return cast(LookUp, self)
