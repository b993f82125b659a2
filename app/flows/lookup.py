"""Asking the platform for one code, within the time a guest can wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.domain.decide import tonight
from app.domain.model import AccountId, AnswerKind, Event, EventId, Lookup, Scan, Station
from app.flows.keep import keep, translate_all
from app.flows.lines import Line
from app.ports import Clock, Found, Provider, ProviderError, Store, Tx

WITNESSES = ("tickets",)
"""Resources whose codes can prove a look-up path."""


class LookUp:
    """Looks a code up live in the accounts of the station's events and keeps what it finds."""

    def __init__(
        self,
        store: Store,
        providers: Mapping[AccountId, Provider],
        lines: Mapping[AccountId, Line],
        clock: Clock,
        budget: timedelta,
    ) -> None:
        self._store = store
        self._providers = providers
        self._lines = lines
        self._clock = clock
        self._budget = budget
        self._witnesses: dict[EventId, str] = {}

    def possible(self, station: Station) -> bool:
        """Is there a platform that could be asked now? A line known to be down is not waited for."""
        return any(self._lines[event.account].up for event in self._events(station))

    def __call__(self, scan: Scan, station: Station) -> Lookup:
        """ABSENT when every platform surely does not know the code; NOT_MADE when it is in the cache now."""
        deadline = self._clock() + (station.lookup_budget or self._budget)
        events = self._events(station)
        sure = bool(events)
        for event in events:
            try:
                found = self._ask(scan.code, event, deadline - self._clock())
            except ProviderError as error:
                self._lines[event.account].failed(error)
                sure = False
                continue
            self._lines[event.account].heard()
            if found is not None:
                self._keep(event, found)
                return Lookup.NOT_MADE
        return Lookup.ABSENT if sure else Lookup.FAILED

    def _ask(self, code: str, event: Event, left: timedelta) -> Found | None:
        if not self._lines[event.account].up or left <= timedelta(0):
            raise LookupSkipped
        return self._providers[event.account].find(code, event, left, self._witness(event))

    def _witness(self, event: Event) -> str | None:
        if event.id not in self._witnesses:
            for resource in WITNESSES:
                code = self._store.views.witness(event.id, resource)
                if code:
                    self._witnesses[event.id] = code
        return self._witnesses.get(event.id)

    def _keep(self, asked: Event, found: Found) -> None:
        provider = self._providers[asked.account]
        event = asked if found.event_ref == asked.ref else self._other(asked, found.event_ref)
        rows = translate_all(provider, event, found.resource, [found.row])

        def work(tx: Tx) -> None:
            if event.id not in self._store.open_events():
                tx.cache.save_events([event], frozenset())
            keep(tx, event, found.resource, rows, found.asked_at)

        self._store.run(work)

    def _other(self, asked: Event, ref: str) -> Event:
        known = [one for one in self._store.open_events().values() if (one.account, one.ref) == (asked.account, ref)]
        if known:
            return known[0]
        prefix = asked.id.removesuffix(asked.ref)
        return Event(id=EventId(prefix + ref), account=asked.account, ref=ref, name="")

    def _events(self, station: Station) -> Sequence[Event]:
        known = self._store.open_events()
        return [known[one] for one in sorted(tonight(station, known)) if known[one].account in self._providers]


class LookupSkipped(ProviderError):
    """No time or no line to ask: says nothing about the line."""

    def __init__(self) -> None:
        super().__init__(AnswerKind.DOUBTFUL, "not asked")
