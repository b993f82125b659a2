"""What can be read without waiting for a writer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.model import (
    ENTRANCE,
    AccountId,
    Admission,
    AdmissionId,
    Answer,
    CallId,
    Credential,
    EventId,
    FirstEntry,
    Kind,
    ScanId,
    Standing,
    Station,
)
from app.domain.outbox import Call, CallState
from app.ports.provider import Damaged
from app.ports.sales import SalesViews


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRecord:
    station: Station
    token_hash: bytes
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A call as a person sees it: what the door did, what the platform said."""

    call: Call
    guest: str = ""
    event_name: str = ""
    why: str = ""
    words: str = ""
    settled_at: datetime | None = None
    settled_by: str = ""
    note: str = ""
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old what we know of a resource is."""

    account: AccountId
    event: EventId
    resource: str
    pulled_at: datetime | None
    full_at: datetime | None
    failed_at: datetime | None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    account: AccountId
    provider: str
    state: str
    since: datetime | None
    words: str = ""
    drift: timedelta | None = None
    holder: str = ""
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxCount:
    due: int = 0
    sending: int = 0
    parked: int = 0
    conflict: int = 0
    done: int = 0
    oldest_at: datetime | None = None

    @staticmethod
    def total(counts: Collection[OutboxCount]) -> OutboxCount:
        """Those of several accounts as one."""
        return OutboxCount(
            due=sum(one.due for one in counts), sending=sum(one.sending for one in counts),
            parked=sum(one.parked for one in counts), conflict=sum(one.conflict for one in counts),
            done=sum(one.done for one in counts),
            oldest_at=min((one.oldest_at for one in counts if one.oldest_at is not None), default=None),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCounts:
    """Of this night's scans, in scans; `heads_in` and `heads_out` in heads that went through here."""

    admitted: int = 0
    refused: int = 0
    asked: int = 0
    heads_in: int = 0
    heads_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    event: EventId
    admissions: int = 0
    limit: int = 0
    entered: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRow:
    """What a page without its hub needs of an admission to decide. Counts are of one allowance (None: it has none)."""

    id: AdmissionId
    credentials: tuple[Credential, ...]
    kind: Kind
    standing: Standing
    word: str
    rate: str
    name: str
    limit: int | None
    entered: int
    opens_at: datetime | None
    closes_at: datetime | None
    first_entry: FirstEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCount:
    """Heads of one rate, of one allowance."""

    rate: str
    limit: int
    entered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCallState:
    """What became of a scan: `state` is its latest call's; None when nothing is owed for it."""

    scan: ScanId
    state: CallState | None


class Views(Protocol):
    """Reads that never wait for a writer."""

    @property
    def sales(self) -> SalesViews: ...

    def digests(self, account: AccountId, event: EventId, resource: str, refs: Collection[str]) -> dict[str, int]:
        """Digest of each known row whose payload still says what we hold."""
        ...

    def search(self, text: str, events: Collection[EventId], limit: int) -> list[Admission]: ...

    def admission(self, admission: AdmissionId) -> Admission | None: ...

    def answer(self, scan: ScanId) -> Answer | None: ...

    def answers(self) -> Iterator[Answer]: ...

    def guests(self, events: Collection[EventId]) -> Iterator[Admission]: ...

    def calls(self, states: Collection[str], limit: int, after: CallId | None = None) -> list[CallRow]: ...

    def call(self, call: CallId) -> CallRow | None: ...

    def undone_here(self, entry: Call) -> CallId | None:
        """An undo of as many heads that stayed here, which this entry makes up for at the platform."""
        ...

    def conflicts(self, resolved: bool, limit: int, after: CallId | None = None) -> list[CallRow]: ...

    def outbox(self, account: AccountId | None = None) -> OutboxCount: ...

    def outboxes(self) -> dict[AccountId, OutboxCount]:
        """Of every account that was ever owed to."""
        ...

    def freshness(self) -> list[Freshness]: ...

    def accounts(self) -> list[AccountRow]: ...

    def event_counts(self, allowance: str = ENTRANCE) -> list[EventCount]: ...

    def scan_counts(self) -> ScanCounts: ...

    def stations(self) -> list[StationRecord]: ...

    def witness(self, event: EventId, resource: str) -> str | None:
        """Any code of this event that the platform has told us."""
        ...

    def damaged(self, limit: int, event: EventId | None = None) -> list[tuple[EventId, str, Damaged]]:
        """Rows that can't be used, with their event and resource; the latest first."""
        ...

    def known_rows(
        self, event: EventId, allowance: str, ids: Collection[AdmissionId] | None = None
    ) -> Iterator[KnownRow]:
        """The admissions of an event, all or those of `ids`, place-holders that were taken over left out."""
        ...

    def last_change(self) -> int:
        """The number of the last change of any admission; 0 when there was none."""
        ...

    def oldest_change(self) -> int:
        """The number of the oldest change that is still told of; 0 when there was none."""
        ...

    def changed(self, after: int, limit: int) -> list[tuple[int, AdmissionId]]:
        """Changes with a greater number, in their order. MAY repeat some that were told before."""
        ...

    def secret(self, name: str) -> bytes: ...

    def rights(self, events: Collection[EventId]) -> list[tuple[str, str]]:
        """Ref and name of every allowance that admissions of these events have, the entrance first."""
        ...

    def rate_counts(self, event: EventId, allowance: str = ENTRANCE) -> list[RateCount]: ...

    def pace(
        self, events: Collection[EventId], since: datetime, step: timedelta, allowance: str = ENTRANCE
    ) -> list[tuple[datetime, int]]:
        """Heads (or uses) let in through this database, by the beginning of each step; empty steps are left out."""
        ...

    def station_count(self, station: str) -> ScanCounts: ...

    def scan_states(self, scans: Collection[ScanId]) -> list[ScanCallState]: ...

    def newest(self) -> datetime | None:
        """The latest instant that is known to have been: of a scan, or of a pull."""
        ...

    def version(self) -> int:
        """Changes whenever any process commits to this database."""
        ...
