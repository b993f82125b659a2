"""How the hub is, read once for all who ask at the same time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.domain.model import AccountId, Event, EventId, Station
from app.domain.sale import SaleState, Tender
from app.flows.lines import Line, LineState, LineStatus
from app.ports import AccountRow, EventCount, Freshness, OutboxCount, Store
from app.web.fresh import Fresh
from app.web.wire.common import utc
from app.web.wire.status import (
    AccountOut,
    CountsOut,
    EventStatus,
    FreshnessOut,
    HouseStatus,
    LeaseOut,
    MachineOut,
    OutboxStatus,
    ResourceOut,
    StationOut,
)

if TYPE_CHECKING:
    from app.web.parts import Parts

EVERY = 0.5
"""Seconds for which one reading serves everybody."""
_WORST = ("never", "failed", "stale", "fresh")


class Board:
    def __init__(self, parts: Parts, machine: Callable[[], MachineOut | None]) -> None:
        self._store = parts.store
        self._lines = parts.lines
        self._clock = parts.clock
        self._stale_after = parts.stale_after
        self._version = parts.version
        self._timezone = str(parts.zone)
        self._tenders = parts.selling.tenders if parts.selling is not None else {}
        self._machine = machine
        self._fresh = Fresh(self._read, EVERY, EVERY, time.monotonic)

    async def status(self, station: Station, allowance: str, pin_needed: bool) -> dict[str, Any]:
        """A `StatusOut`, ready to be encoded; `allowance` is the name of what the station counts."""
        return {
            "now": utc(self._clock()),
            "timezone": self._timezone,
            "version": self._version,
            "station": StationOut.of(station, allowance, pin_needed).model_dump(),
            **await self._fresh.get(),
        }

    def _sells(self) -> list[Tender]:
        """How tonight's events can be paid for here."""
        accounts = {one.account for one in open_events(self._store)}
        return sorted({tender for account in accounts for tender in self._tenders.get(account, ())})

    def _read(self) -> dict[str, Any]:
        views = self._store.views
        freshness, outboxes = views.freshness(), views.outboxes()
        status = HouseStatus(
            accounts=self._accounts(views.accounts(), freshness, outboxes),
            events=self._events(views.event_counts(), freshness),
            outbox=OutboxStatus.of(OutboxCount.total(outboxes.values())),
            counts=CountsOut.of(views.scan_counts()),
            machine=self._machine(),
            sells=self._sells(),
            sales_conflicts=views.sales.count(SaleState.CONFLICT),
        )
        return status.model_dump()

    def _accounts(
        self, rows: Sequence[AccountRow], known: Sequence[Freshness], outboxes: Mapping[AccountId, OutboxCount]
    ) -> list[AccountOut]:
        events, now = {one.id for one in open_events(self._store)}, self._clock()
        names = sorted({*self._lines, *(row.account for row in rows)})
        ages = {
            one: freshest(
                [resource(it, now, self._stale_after) for it in known if it.account == one and it.event in events]
            )
            for one in names
        }
        return accounts(self._lines, rows, outboxes, ages)

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


def accounts(
    lines: Mapping[AccountId, Line],
    rows: Sequence[AccountRow],
    outboxes: Mapping[AccountId, OutboxCount],
    ages: Mapping[AccountId, FreshnessOut | None],
) -> list[AccountOut]:
    """Every account: its line as this process sees it, else as the hub that speaks to it wrote it down."""
    kept = {row.account: row for row in rows}
    heard = {name: line.status for name, line in lines.items() if line.status.state is not LineState.UNKNOWN}
    return [
        _account(name, heard.get(name), kept.get(name), outboxes.get(name, OutboxCount()), ages.get(name))
        for name in sorted({*kept, *lines})
    ]


def _account(
    name: AccountId, line: LineStatus | None, row: AccountRow | None, outbox: OutboxCount, age: FreshnessOut | None
) -> AccountOut:
    row = row or AccountRow(account=name, provider="", state=LineState.UNKNOWN, since=None)
    line = line or LineStatus(state=_state(row.state), since=row.since, words=row.words)
    drift = row.drift.total_seconds() if row.drift is not None else None
    lease = LeaseOut(holder=row.holder, until=row.lease_until) if row.holder and row.lease_until else None
    return AccountOut(
        name=name, provider=row.provider, state=line.state, since=line.since, words=line.words, retry_at=line.retry_at,
        lease=lease, clock_drift_seconds=drift, outbox=OutboxStatus.of(outbox), freshness=age,
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


def freshest(known: Sequence[FreshnessOut]) -> FreshnessOut | None:
    """Several as one: the worst state, the oldest age."""
    if not known:
        return None
    oldest = max(known, key=lambda one: one.age_seconds or 0)
    state = min((one.state for one in known), key=_WORST.index)
    return FreshnessOut(state=state, as_of=oldest.as_of, age_seconds=oldest.age_seconds)


def _event(event: Event, count: EventCount, resources: list[ResourceOut]) -> EventStatus:
    return EventStatus(
        id=event.id, account=event.account, name=event.name, open=event.open, starts_at=event.starts_at,
        ends_at=event.ends_at, admissions=count.admissions, entered=count.entered, limit=count.limit,
        damaged=count.damaged, resources=resources,
    )  # fmt: skip
