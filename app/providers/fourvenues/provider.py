"""Fourvenues behind the port `Provider`. Its quirks are listed in README.md beside this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from app.domain.model import Admission, Credential, Event
from app.domain.outbox import Call, Receipt, Sighting
from app.ports import Capabilities, Clock, Cursor, Damaged, Found, Page, ProviderError, Row
from app.providers.fourvenues import nights, translate
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.checkin import CheckIn
from app.providers.fourvenues.client import Client
from app.providers.fourvenues.find import Finder
from app.providers.fourvenues.pull import Puller
from app.providers.lookups import Lookups
from app.providers.pace import Pacer
from app.providers.transport import Limits, Transport

_LONGEST_NIGHT = timedelta(days=2)
"""How long before a window an event that still touches it may have begun."""


class FourvenuesProvider:
    """One account at Fourvenues. Thread-safe; every failure is a `ProviderError`."""

    name = nights.PROVIDER
    resources: tuple[str, ...] = translate.RESOURCES
    capabilities = Capabilities(
        delta=True,
        undo=True,
        partial_entry=True,
        client_time=True,
        party=frozenset({"list", "pass"}),
        self_guarding=frozenset({"ticket"}),
    )

    def __init__(
        self,
        settings: FourvenuesAccount,
        clock: Clock,
        *,
        pacer: Pacer | None = None,
        http: httpx.BaseTransport | None = None,
    ) -> None:
        settings.validate()
        self.account = settings.account
        self._zone = settings.zone
        self._clock = clock
        self._page_size = settings.page_size
        self.transport = Transport(
            settings.base_url,
            settings.headers(),
            pacer or Pacer(settings.requests_per_second),
            clock,
            limits=replace(Limits(), read=settings.timeout.total_seconds()),
            http=http,
        )
        self._client = Client(self.transport)
        self._puller = Puller(self._client, clock, settings.page_size, settings.overlap)
        self._finder = Finder(self._client, settings.ticket_lookup_path)
        self._check_in = CheckIn(self._client, clock)
        self._lookups = Lookups(self.account)

    def __repr__(self) -> str:
        return f"FourvenuesProvider({self.account!r})"

    def ping(self) -> timedelta | None:
        """See the port."""
        self._client.channels()
        return self.transport.drift

    def allowed(self) -> Mapping[str, str]:
        """Resource -> "" or why not, `events` among them. Keys are scoped by endpoint."""
        now = self._clock()
        told: dict[str, str] = {}
        ref = "0" * 32
        try:
            rows = self._client.events(now - timedelta(days=7), now + timedelta(days=30), 0, 1).rows
            ref = next((translate.ref(raw) for raw in rows), ref)
            told["events"] = ""
        except ProviderError as error:
            told["events"] = _why(error)
        return told | {resource: self._may_read(resource, ref) for resource in self.resources}

    def events(self, start: datetime, end: datetime) -> Sequence[Event]:
        """See the port."""
        found: dict[str, Event] = {}
        offset = 0
        while True:
            rows = self._client.events(start - _LONGEST_NIGHT, end, offset, self._page_size).rows
            told = (nights.night(raw, self.account, self._zone) for raw in rows)
            fresh = {night.ref: night for night in told if night is not None and night.ref not in found}
            if not fresh:
                break
            found |= fresh
            offset += len(rows)
        for event in found.values():
            self._check_in.remember(event)
        return [event for event in found.values() if _touches(event, start, end)]

    def pull(self, event: Event, resource: str, cursor: Cursor | None) -> Iterator[Page]:
        """See the port."""
        return self._puller(event, resource, cursor)

    def translate(self, event: Event, resource: str, row: Row) -> Admission | Damaged:
        """See the port."""
        return translate.admission(event, resource, row)

    def find(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        """See the port. The budget holds even where the system's name look-up does not answer."""
        found = self._lookups.within(budget, lambda: self._finder(credential.value, event, budget, witness))
        return () if found is None else (found,)

    def push(self, call: Call) -> Receipt:
        """See the port."""
        return self._check_in.push(call)

    def look(self, call: Call) -> Sighting:
        """See the port."""
        return self._check_in.look(call)

    def close(self) -> None:
        """Let go of the connections; whoever waits for a turn is told that there is none."""
        self._lookups.close()
        self.transport.close()

    def _may_read(self, resource: str, event_ref: str) -> str:
        try:
            self._client.peek(resource, event_ref)
        except ProviderError as error:
            return "" if error.status in {400, 404} else _why(error)
        return ""


def _why(error: ProviderError) -> str:
    return error.words or str(error.kind)


def _touches(event: Event, start: datetime, end: datetime) -> bool:
    """An event whose times are not told is kept: a person will know."""
    began = event.starts_at or event.ends_at
    ended = event.ends_at or event.starts_at
    return (began is None or began <= end) and (ended is None or ended >= start)
