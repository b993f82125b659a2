"""The words of the outbox: what is owed to a platform, what it answered, what a look at it saw (design, section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.model import ENTRANCE, AccountId, AdmissionId, CallId, EventId, Kind, Party, ScanId, Standing


class CallState(StrEnum):
    """Where a call stands. Only `due` and `sending` are in the outbox's hands."""

    DUE = "due"
    SENDING = "sending"
    DONE = "done"
    CONFLICT = "conflict"
    """The platform judged against a guest who is inside; a person must see it."""
    PARKED = "parked"
    """We can't explain the platform's answer; a person retries, accepts or discards."""
    WITHDRAWN = "withdrawn"
    """Undone at the door before the platform ever heard of it."""
    DISCARDED = "discarded"
    """A person decided that it is not to be sent, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A check-in owed to a platform: `heads` entered at `at` (negative: an undo takes them back).

    `base` is what the platform counted just before we sent (None: never looked); `doubts` counts sends whose outcome
    stayed unknown; `limit` is the allowance's.
    """

    id: CallId
    scan: ScanId
    account: AccountId
    event: EventId
    event_ref: str
    admission: AdmissionId
    kind: Kind
    ref: str
    code: str
    allowance: str = ENTRANCE
    heads: int
    limit: int
    party: Party | None = None
    rate: str = ""
    """The rate that the gate insists on; empty where it takes any."""
    at: datetime
    station: str = ""
    state: CallState = CallState.DUE
    attempts: int = 0
    looks: int = 0
    doubts: int = 0
    base: int | None = None
    due_at: datetime | None = None
    sent_at: datetime | None = None
    """Since when it may be at the platform: the first send whose outcome is not known; None when there is none."""


class AnswerKind(StrEnum):
    """What kind of answer a platform gave (design, section 4)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"
    BUSY = "busy"
    BARRED = "barred"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What `push` answered. `count` is what the platform counts afterwards, where the answer tells.

    `words` are the platform's own, for the tray only. `unreachable` marks a busy answer that never left the house.
    """

    kind: AnswerKind
    words: str = ""
    count: int | None = None
    retry_after: timedelta | None = None
    unreachable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What `look` saw of one admission, without marking anything.

    `count` is the heads the platform counts on the allowance, `last_at` the time of the last entry where it tells:
    the door's own where the platform takes our times (`our_times`), else when the platform heard of it, by our clock.
    """

    found: bool
    standing: Standing = Standing.GOOD
    word: str = ""
    limit: int = 0
    count: int = 0
    last_at: datetime | None = None
    our_times: bool = True
