"""Oveit behind the port `Provider`. Its quirks are listed in README.md beside this file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from app.domain.model import QR, RFID, Admission, Credential, Event
from app.domain.outbox import Call, Receipt, Sighting
from app.ports import Capabilities, Clock, Cursor, Damaged, Found, Page, ProviderError, Row
from app.providers.lookups import Lookups
from app.providers.oveit import catalogue, translate
from app.providers.oveit.account import OveitAccount
from app.providers.oveit.checkin import CheckIn
from app.providers.oveit.client import Client
from app.providers.oveit.find import Finder
from app.providers.oveit.pull import Puller
from app.providers.oveit.session import Session
from app.providers.oveit.shelf import Shelf
from app.providers.pace import Pacer, Priority
from app.providers.transport import Limits, Secret, Transport

_LONGEST_NIGHT = timedelta(days=1)
"""How long before a window an event may have begun that still touches it: none says when it ends."""
_BURST = 6
"""Requests that may leave at once: a wristband of two nights takes four, and its holder is waiting."""
ENGLISH = "en"
"""The language of the platform's sentences, which people may read in the tray and nothing else ever reads."""


class OveitProvider:
    """One account at Oveit. Thread-safe; every failure is a `ProviderError`."""

    name = catalogue.PROVIDER

    def __init__(
        self,
        settings: OveitAccount,
        clock: Clock,
        *,
        pacer: Pacer | None = None,
        http: httpx.BaseTransport | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        settings.validate()
        self.account = settings.account
        self.resources = (translate.TICKETS, *([translate.ATTENDEES] if settings.names else []))
        self.capabilities = Capabilities(
            steady=frozenset({translate.ATTENDEES}),
            self_guarding=frozenset({"ticket"}),
            one_at_a_time=True,
            exits=settings.turnstile,
            schemes=frozenset({QR, RFID}),
            finds_any_event=True,
        )
        self.transport = Transport(
            settings.base_url,
            {"Accept-Language": ENGLISH},
            pacer or Pacer(settings.requests_per_second, burst=_BURST),
            clock,
            limits=replace(Limits(), read=settings.timeout.total_seconds()),
            http=http,
        )
        session = Session(self.transport, settings.email, Secret(settings.password), timer)
        self._client = Client(self.transport, session)
        self._shelf = Shelf(self._client, settings.account, settings.zone, settings.optional_addons, clock)
        self._puller = Puller(self._client, self._shelf, clock)
        self._finder = Finder(self._client, self._shelf, timer)
        self._check_in = CheckIn(
            client=self._client, shelf=self._shelf, transport=self.transport, turnstile=settings.turnstile
        )
        self._lookups = Lookups(self.account)

    def __repr__(self) -> str:
        return f"OveitProvider({self.account!r})"

    def ping(self) -> timedelta | None:
        """See the port."""
        self._shelf.read(Priority.CALL)
        return self.transport.drift

    def allowed(self) -> Mapping[str, str]:
        """Resource -> "" or why not, `events` among them."""
        told: dict[str, str] = {}
        try:
            listed = self._shelf.read(Priority.CALL)
        except ProviderError as error:
            return dict.fromkeys(("events", *self.resources), error.words or str(error.kind))
        told["events"] = ""
        for resource in self.resources:
            told[resource] = self._may_read(resource, next(iter(listed), ""))
        return told

    def events(self, start: datetime, end: datetime) -> Sequence[Event]:
        """See the port. The platform lists active ones only; a perpetual one touches every window."""
        listed = [one.event for one in self._shelf.read().values()]
        return [one for one in listed if one.starts_at is None or start - _LONGEST_NIGHT <= one.starts_at <= end]

    def pull(self, event: Event, resource: str, cursor: Cursor | None) -> Iterator[Page]:
        """See the port."""
        ask = self._puller.attendees if resource == translate.ATTENDEES else self._puller.tickets
        return ask(event, cursor)

    def translate(self, event: Event, resource: str, row: Row) -> Admission | Damaged:
        """See the port."""
        return translate.admission(event, resource, row)

    def find(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        """See the port. The budget holds even where the system's name look-up does not answer."""
        return self._lookups.within(budget, lambda: self._finder(credential, event, budget, witness))

    def push(self, call: Call) -> Receipt:
        """See the port."""
        return self._check_in.push(call)

    def look(self, call: Call) -> Sighting:
        """See the port."""
        return self._check_in.look(call)

    def close(self) -> None:
        """Let go of the connections; whoever waits for a turn is told that there is none."""
        self._lookups.close()
        self._finder.close()
        self.transport.close()

    def _may_read(self, resource: str, event_ref: str) -> str:
        """Forms are a feature that an account may lack: without them there are no names, and nothing is wrong."""
        if resource != translate.TICKETS or not event_ref:
            return ""
        try:
            self._client.tickets(event_ref)
        except ProviderError as error:
            return error.words or str(error.kind)
        return ""
