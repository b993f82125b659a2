"""How the hub is, read once for all who ask at the same time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from app.domain.model import AccountId, Event, EventId, Station
from app.flows.lines import Line, LineState, LineStatus
from app.ports import AccountRow, Clock, EventCount, Freshness, Store
from app.web.fresh import Fresh
from app.web.wire.common import utc
from app.web.wire.status import (
    AccountOut,
    CountsOut,
    EventStatus,
    HouseStatus,
    MachineOut,
    OutboxStatus,
    ResourceOut,
    StationOut,
)

EVERY = 0.5
"""Seconds for which one reading serves everybody."""


class Board:
    def __init__(
        self,
        store: Store,
        lines: Mapping[AccountId, Line],
        clock: Clock,
        stale_after: timedelta,
        version: str,
        zone: tzinfo,
        machine: Callable[[], MachineOut | None],
    ) -> None:
        self._store = store
        self._lines = lines
        self._clock = clock
        self._stale_after = stale_after
        self._version = version
        self._timezone = str(zone)
        self._machine = machine
        self._fresh = Fresh(self._read, EVERY, EVERY, time.monotonic)

    async def status(self, station: Station, pin_needed: bool) -> dict[str, Any]:
        """A `StatusOut`, ready to be encoded."""
        return {
            "now": utc(self._clock()),
            "timezone": self._timezone,
            "version": self._version,
            "station": StationOut.of(station, pin_needed).model_dump(),
            **await self._fresh.get(),
        }

    def _read(self) -> dict[str, Any]:
        views = self._store.views
        status = HouseStatus(
            accounts=accounts(self._lines, views.accounts()),
            events=self._events(views.event_counts(), views.freshness()),
            outbox=OutboxStatus.of(views.outbox()),
            counts=CountsOut.of(views.scan_counts()),
            machine=self._machine(),
        )
        return status.model_dump()

    def _events(self, counts: Sequence[EventCount], freshness: Sequence[Freshness]) -> list[EventStatus]:
        now = self._clock()
        counted = {one.event: one for one in counts}
        known: dict[EventId, list[ResourceOut]] = defaultdict(list)
        for one in freshness:
            known[one.event].append(resource(one, now, self._stale_after))
        return [
            _event(event, counted.get(event.id, EventCount(event=event.id)), known[event.id])
            for event in open_events(self._store)
        ]


def open_events(store: Store) -> list[Event]:
    """The open events, the next one first."""
    return by_start(event for event in store.open_events().values() if event.open)


def by_start(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.starts_at is None, event.starts_at, event.id))


def accounts(lines: Mapping[AccountId, Line], rows: Sequence[AccountRow]) -> list[AccountOut]:
    """Every account: its line as this process sees it, else as the hub that speaks to it wrote it down."""
    kept = {row.account: row for row in rows}
    heard = {name: line.status for name, line in lines.items() if line.status.state is not LineState.UNKNOWN}
    return [_account(name, heard.get(name), kept.get(name)) for name in sorted({*kept, *lines})]


def _account(name: AccountId, line: LineStatus | None, row: AccountRow | None) -> AccountOut:
    row = row or AccountRow(account=name, provider="", state=LineState.UNKNOWN, since=None)
    line = line or LineStatus(state=_state(row.state), since=row.since, words=row.words)
    drift = row.drift.total_seconds() if row.drift is not None else None
    return AccountOut(
        name=name, provider=row.provider, state=line.state, since=line.since, words=line.words,
        clock_drift_seconds=drift,
    )  # fmt: skip


def _state(word: str) -> LineState:
    return next((state for state in LineState if state == word), LineState.UNKNOWN)


def resource(known: Freshness, now: datetime, stale_after: timedelta) -> ResourceOut:
    """How old what we know of a resource is; a try that failed after the last pull counts as failed."""
    pulled, failed = known.pulled_at, known.failed_at
    age = int((now - pulled).total_seconds()) if pulled else None
    if failed is not None and (pulled is None or failed > pulled):
        state = "failed"
    elif pulled is None:
        state = "never"
    else:
        state = "stale" if now - pulled > stale_after else "fresh"
    return ResourceOut.model_validate(
        {"resource": known.resource, "state": state, "as_of": pulled, "age_seconds": age, "words": known.words}
    )


def _event(event: Event, count: EventCount, resources: list[ResourceOut]) -> EventStatus:
    return EventStatus(
        id=event.id, name=event.name, open=event.open, starts_at=event.starts_at, ends_at=event.ends_at,
        admissions=count.admissions, entered=count.entered, limit=count.limit, damaged=count.damaged,
        resources=resources,
    )  # fmt: skip
