"""How the hub is: accounts, freshness, the outbox, counts."""

from __future__ import annotations

from typing import Literal

from app.domain.model import Direction, Station
from app.flows.lines import LineState
from app.ports import OutboxCount, ScanCounts
from app.web.wire.common import Given, Instant
from app.web.wire.tray import OutboxDepth


class StationOut(Given):
    name: str
    direction: Direction
    allowance: str

    @classmethod
    def of(cls, station: Station) -> StationOut:
        return cls(name=station.name, direction=station.direction, allowance=station.allowance)


class AccountOut(Given):
    """`clock_drift_seconds`: the platform's clock minus ours. `words` are the platform's own."""

    name: str
    provider: str
    state: LineState
    since: Instant | None
    words: str
    clock_drift_seconds: float | None


class ResourceOut(Given):
    """How old what we know of a resource is. `failed`: the last try to ask was in vain; `words` say why."""

    resource: str
    state: Literal["fresh", "stale", "never", "failed"]
    as_of: Instant | None
    age_seconds: int | None
    words: str


class EventStatus(Given):
    id: str
    name: str
    open: bool
    starts_at: Instant | None
    ends_at: Instant | None
    admissions: int
    entered: int
    limit: int
    damaged: int
    resources: list[ResourceOut]


class OutboxStatus(OutboxDepth):
    oldest_at: Instant | None

    @classmethod
    def of(cls, count: OutboxCount) -> OutboxStatus:
        return cls(
            due=count.due, sending=count.sending, parked=count.parked, conflict=count.conflict, done=count.done,
            oldest_at=count.oldest_at,
        )  # fmt: skip


class CountsOut(Given):
    """Of this night: scans by outcome; `inside` in people."""

    admitted: int
    refused: int
    asked: int
    inside: int

    @classmethod
    def of(cls, counts: ScanCounts) -> CountsOut:
        inside = max(counts.heads_in - counts.heads_out, 0)
        return cls(admitted=counts.admitted, refused=counts.refused, asked=counts.asked, inside=inside)


class HouseStatus(Given):
    """What is the same for every station."""

    accounts: list[AccountOut]
    events: list[EventStatus]
    outbox: OutboxStatus
    counts: CountsOut


class StatusOut(HouseStatus):
    """`timezone` is the venue's: the one in which people at the door read times."""

    now: Instant
    timezone: str
    version: str
    station: StationOut
