"""What pages that may be cut off send and get: snapshots, scans they decided by themselves, numbers of the night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from app.domain.model import Event, Outcome, Policy, Reason, Station
from app.flows.bring import Said
from app.flows.snapshot import Part
from app.ports import RateCount, ScanCallState, ScanCounts
from app.web.wire.common import Given, Instant, Taken, utc
from app.web.wire.scans import MOST_HEADS, AnswerOut, At, ScanIn

MOST_AT_ONCE = 200
"""Scans in one batch, ids in one question."""


class SnapshotEvent(Given):
    id: str
    name: str
    label: str
    open: bool
    starts_at: Instant | None
    ends_at: Instant | None


class PinProof(Given):
    """PBKDF2 with SHA-256 of the supervisor's PIN, so that it can be told from others without the hub."""

    salt: str
    rounds: int
    digest: str


class AllowanceOut(Given):
    """The right that a station counts; `name` is the platform's own, empty for the entrance."""

    ref: str
    name: str


class SnapshotOut(Given):
    """What a page needs to decide by itself. `rows` are arrays, in this order: admission, names of its codes (salted:
    URL-safe base 64 of the first 12 bytes of SHA-256 over salt and `scheme:code`), kind, standing, the platform's word,
    rate, first name and initial, limit (null: not this station's to let in), entered, from and until when it lets in,
    first entry (seconds since 1970) and its station; the counts are of `allowance`. `gone` are admissions to forget."""

    version: str = Field(description="What to ask with the next time, as `since`.")
    whole: bool = Field(description="Everything there is; else what changed.")
    now: Instant
    salt: str
    event: SnapshotEvent
    allowance: AllowanceOut
    unknown_offline: str
    early_minutes: int | None
    late_minutes: int | None
    pin: PinProof | None
    total: int = Field(description="Rows that make up the whole, as a check.")
    gone: list[str]
    rows: list[Any]


def snapshot_head(
    part: Part,
    event: Event,
    station: Station,
    allowance_name: str,
    policy: Policy,
    now: datetime,
    pin: Mapping[str, str | int] | None,
) -> dict[str, Any]:
    """A `SnapshotOut` without its rows."""

    def minutes(value: Any) -> int | None:
        return None if value is None else int(value.total_seconds() // 60)

    return {
        "version": part.version,
        "whole": part.whole,
        "now": utc(now),
        "salt": part.salt,
        "event": SnapshotEvent(
            id=event.id, name=event.name, label=event.label, open=event.open, starts_at=event.starts_at,
            ends_at=event.ends_at,
        ).model_dump(),
        "allowance": {"ref": station.allowance, "name": allowance_name},
        "unknown_offline": station.unknown_offline or policy.unknown_offline,
        "early_minutes": minutes(policy.early),
        "late_minutes": minutes(policy.late),
        "pin": pin,
        "total": part.total,
        "gone": [str(one) for one in part.gone],
    }  # fmt: skip


class SaidIn(Taken):
    """What the page answered at the door. `heads` went through, where it admitted."""

    outcome: Outcome
    reason: Reason
    heads: Annotated[int, Field(strict=True, ge=0, le=MOST_HEADS)] = 0

    def said(self) -> Said:
        return Said(outcome=self.outcome, reason=self.reason, heads=self.heads)


class BroughtIn(ScanIn):
    """A scan that a page decided while it could not reach the hub: with its id, its time, and what the page said."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "p1-7f3a9f", "code": "ZQ4K81MD7", "at": "2025-11-22T23:41:07Z",
                    "said": {"outcome": "admit", "reason": "ok", "heads": 1},
                }
            ]
        }
    )  # fmt: skip

    said: SaidIn
    at: At


class BatchIn(Taken):
    """`scans` are `BroughtIn`, in the order they were made; each is looked at by itself."""

    scans: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_AT_ONCE)]


class BatchProblem(Given):
    status: int
    detail: str


class BroughtOut(Given):
    """`excess` people are inside for whom there was no room: a conflict. `problem`: this one can't be taken."""

    id: str
    answer: AnswerOut | None
    excess: int
    problem: BatchProblem | None


class BatchOut(Given):
    items: list[BroughtOut]


class ScanStateOut(Given):
    id: str
    state: Literal["sent", "confirmed", "conflict", "stuck", "withdrawn"]

    @classmethod
    def of(cls, known: ScanCallState) -> ScanStateOut:
        return cls(id=known.scan, state=_STATES[known.state or "none"])


_STATES: dict[str, Literal["sent", "confirmed", "conflict", "stuck", "withdrawn"]] = {
    "none": "confirmed", "due": "sent", "sending": "sent", "done": "confirmed", "conflict": "conflict",
    "parked": "stuck", "withdrawn": "withdrawn", "discarded": "withdrawn",
}  # fmt: skip
"""Nothing is owed for a refusal or an exit: with us it is where it belongs."""


class ScanStatesOut(Given):
    items: list[ScanStateOut]


class RateOut(Given):
    rate: str
    limit: int
    entered: int

    @classmethod
    def of(cls, count: RateCount) -> RateOut:
        return cls(rate=count.rate, limit=count.limit, entered=count.entered)


class StationNumbers(Given):
    admitted: int
    refused: int
    asked: int
    heads: int

    @classmethod
    def of(cls, count: ScanCounts) -> StationNumbers:
        return cls(admitted=count.admitted, refused=count.refused, asked=count.asked, heads=count.heads_in)


class PaceOut(Given):
    at: Instant
    heads: int


class EventNumbers(Given):
    id: str
    name: str
    entered: int
    limit: int
    rates: list[RateOut]


class NumbersOut(Given):
    """Counts of `allowance`, the right that the station counts. `pace`: by 10 minutes, of the last 3 hours; empty steps
    are left out."""

    allowance: AllowanceOut
    events: list[EventNumbers]
    station: StationNumbers
    pace: list[PaceOut]
