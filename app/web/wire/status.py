"""How the hub is: accounts, freshness, the outbox, counts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.domain.model import Direction, Station
from app.domain.sale import Tender
from app.flows.lines import LineState
from app.ports import MachineHealth, OutboxCount, Room, ScanCounts
from app.web.wire.common import Given, Instant
from app.web.wire.tray import OutboxDepth


class StationOut(Given):
    name: str
    direction: Direction
    allowance: str = Field(description="The right that it counts: `entrance`, or an extra such as `addon:5`.")
    allowance_name: str = Field(description="What the platform calls the extra; empty for the entrance.")
    events: list[str] = Field(description="What it lets in to; every open event when empty.")
    kinds: list[str]
    rates: list[str]
    pin_needed: bool = Field(description="Letting somebody in against the rules takes a supervisor's PIN.")

    @classmethod
    def of(cls, station: Station, allowance_name: str, pin_needed: bool) -> StationOut:
        return cls(
            name=station.name, direction=station.direction, allowance=station.allowance, allowance_name=allowance_name,
            events=list(station.events), kinds=list(station.kinds), rates=list(station.rates), pin_needed=pin_needed,
        )  # fmt: skip


class FreshnessOut(Given):
    """How old what we know is. `failed`: the last try to ask was in vain."""

    state: Literal["fresh", "stale", "never", "failed"]
    as_of: Instant | None
    age_seconds: int | None


class ResourceOut(FreshnessOut):
    """`words`: why the last try was in vain."""

    resource: str
    words: str


class OutboxStatus(OutboxDepth):
    oldest_at: Instant | None

    @classmethod
    def of(cls, count: OutboxCount) -> OutboxStatus:
        return cls(
            due=count.due, sending=count.sending, parked=count.parked, conflict=count.conflict, done=count.done,
            oldest_at=count.oldest_at,
        )  # fmt: skip


class LeaseOut(Given):
    """Which hub speaks to the platform, and until when nobody else may."""

    holder: str
    until: Instant


class AccountOut(Given):
    """`clock_drift_seconds`: the platform's clock minus ours. `words` are the platform's own. `retry_at`: when a line
    that is down or paused is tried again. `freshness` is of its open events, the oldest and the worst; null without
    any."""

    name: str
    provider: str
    state: LineState
    since: Instant | None
    words: str
    retry_at: Instant | None
    lease: LeaseOut | None
    clock_drift_seconds: float | None
    outbox: OutboxStatus
    freshness: FreshnessOut | None


class EventStatus(Given):
    id: str
    account: str
    name: str
    open: bool
    starts_at: Instant | None
    ends_at: Instant | None
    admissions: int
    entered: int
    limit: int
    damaged: int
    resources: list[ResourceOut]


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


class MachineOut(Given):
    """How the hub's machine is; null is what it does not tell. `time_certain`: NTP or a platform has told the time.

    `disk`: `ample`, `low` (polls stop), `reserve` (what was set aside for entries is in use), `full`.
    """

    model: str
    temperature_celsius: float | None
    undervoltage: bool | None
    undervoltage_seen: bool | None
    throttled: bool | None
    disk: Room
    disk_free_bytes: int | None
    time_certain: bool

    @classmethod
    def of(cls, health: MachineHealth, time_certain: bool) -> MachineOut:
        return cls(
            model=health.model, temperature_celsius=health.temperature_c, undervoltage=health.undervoltage,
            undervoltage_seen=health.undervoltage_seen, throttled=health.throttled, disk=health.disk,
            disk_free_bytes=health.disk_free, time_certain=time_certain,
        )  # fmt: skip


class HouseStatus(Given):
    """What is the same for every station."""

    accounts: list[AccountOut]
    events: list[EventStatus]
    outbox: OutboxStatus
    counts: CountsOut
    machine: MachineOut | None
    sells: list[Tender] = Field(description="How tickets can be paid for at this door; empty where none are sold.")
    sales_conflicts: int = Field(description="Sales that a platform refuses and a person must look at.")


class StatusOut(HouseStatus):
    """`timezone` is the venue's: the one in which people at the door read times."""

    now: Instant
    timezone: str
    version: str
    station: StationOut
