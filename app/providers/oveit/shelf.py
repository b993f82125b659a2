"""The events of an account as the platform last listed them: who reads, looks up or checks in needs their types."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from app.domain.model import AccountId, Event
from app.domain.outbox import AnswerKind
from app.ports import Clock, ProviderError
from app.providers.oveit import catalogue
from app.providers.oveit.catalogue import Listed, TicketType
from app.providers.oveit.client import Client
from app.providers.pace import Priority
from app.providers.values import UNREADABLE

FRESH = timedelta(seconds=60)
RESTED = timedelta(minutes=5)
"""How long an event that is not listed is not asked for again."""


class Shelf:
    """Thread-safe: the list is read again where it is too old, and by one at a time."""

    def __init__(self, client: Client, account: AccountId, zone: tzinfo | None, optional: bool, clock: Clock) -> None:
        self._client = client
        self._account = account
        self._zone = zone
        self._optional = optional
        self._clock = clock
        self._mutex = threading.Lock()
        self._events: dict[str, Listed] = {}
        """Also those that are listed no more: a night goes on when the platform does not call it active."""
        self._read_at: datetime | None = None
        self._unknown: dict[str, datetime] = {}

    def read(self, priority: Priority = Priority.POLL) -> Mapping[str, Listed]:
        """Ask the platform now which events are active."""
        answer = self._client.events(priority)
        try:
            listed = catalogue.listed(answer.body, self._account, self._zone, self._optional)
        except UNREADABLE:
            raise ProviderError(AnswerKind.BROKEN, "the platform's list of events has another form") from None
        self._events = {**self._events, **listed}
        self._read_at = answer.asked_at
        return listed

    def fresh(self) -> Mapping[str, Listed]:
        """All we know, as it was a minute ago at most: what a whole pass goes by."""
        with self._mutex:
            now = self._clock()
            if self._read_at is None or not self._read_at <= now < self._read_at + FRESH:
                self.read()
            return self._events

    def event(self, ref: str, priority: Priority = Priority.CALL) -> Listed | None:
        """One event, however old; asked for where it is not known. None for one that is not active any more."""
        with self._mutex:
            known, now = self._events.get(ref), self._clock()
            rests = self._unknown.get(ref)
            if known is not None or (rests is not None and rests <= now < rests + RESTED):
                return known
            found = self.read(priority).get(ref)
            if found is None:
                self._unknown[ref] = now
            return found

    def named(self, ref: str, name: str, starts_at: object) -> Event:
        """An event that is not listed, by what a ticket of it says."""
        return catalogue.event_of(ref, name, starts_at, self._account, self._zone)

    def type(self, event_ref: str, type_ref: str) -> TicketType:
        """A ticket type; one without name and addons where the list does not have it."""
        known = self._events.get(event_ref)
        return (known.types.get(type_ref) if known else None) or TicketType(id=type_ref)
