"""What the database must do: transactions in rooms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from app.domain.model import (
    AccountId,
    Admission,
    AdmissionId,
    Answer,
    CallId,
    Event,
    EventId,
    FirstEntry,
    ScanId,
    Station,
)
from app.domain.outbox import Call, Receipt
from app.domain.settle import Settlement
from app.ports.around import Doubt, Room
from app.ports.provider import Cursor, Damaged, Row
from app.ports.sales import SalesTx
from app.ports.views import StationRecord, Views

T = TypeVar("T")


class ScansTx(Protocol):
    """Scans, inside one transaction."""

    def candidates(self, scheme: str, code: str) -> list[Admission]:
        """Admissions that a credential opens, locked until the end of the transaction."""
        ...

    def replayed(self, scan: ScanId) -> Answer | None: ...

    def record(
        self, answer: Answer, station: Station, override: str | None, at: datetime, doubt: Doubt | None = None
    ) -> None:
        """Keep an answer. With `doubt`, its time is to be put right (`doubtful`)."""
        ...

    def doubtful(self, boot: str, limit: int) -> list[tuple[ScanId, float]]:
        """Scans of this start of the machine whose time is not certain, with the uptime at which they were made."""
        ...

    def put_right(self, scan: ScanId, at: datetime) -> None:
        """The time of a scan is known now: also of its answer, and of its calls that were not sent."""
        ...

    def owe(self, admission: AdmissionId, allowance: str, heads: int) -> None:
        """Add heads (may be negative) to what is owed."""
        ...

    def add_call(self, call: Call) -> None:
        """Insert a call; `call.id` is ignored."""
        ...

    def first_entry(self, admission: AdmissionId, allowance: str) -> FirstEntry | None:
        """When and where somebody first came in through this database; of an extra, when it was last used."""
        ...

    def calls_of(self, scan: ScanId) -> list[Call]: ...

    def undo_of(self, scan: ScanId) -> ScanId | None: ...

    def withdraw(self, call: CallId, at: datetime) -> None: ...

    def provisional(self, admission: Admission) -> AdmissionId:
        """Keep a place-holder for a code let in on trust."""
        ...

    def lock(self, admission: AdmissionId) -> Admission | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a page changed: counts of rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    damaged: int = 0


class CacheTx(Protocol):
    """What we know of the platforms, inside one transaction."""

    def known(
        self, account: AccountId, event: EventId, resource: str, refs: Collection[str]
    ) -> dict[str, Admission]: ...

    def save(self, rows: Sequence[tuple[Admission, Row]]) -> None:
        """Insert or update admissions with all that hangs on them; adopts place-holders of the same code."""
        ...

    def introduce(self, rows: Sequence[Admission]) -> None:
        """Write who somebody is, of admissions that are known, and nothing else."""
        ...

    def save_damaged(
        self, account: AccountId, event: EventId, resource: str, rows: Sequence[Damaged], at: datetime
    ) -> None: ...

    def save_events(self, events: Sequence[Event], wanted: Collection[EventId]) -> None:
        """Insert or update; those `wanted` are open, the others closed, unless a person said otherwise."""
        ...

    def open_event(self, event: EventId, is_open: bool) -> bool:
        """A person's word, which stays. False when there is no such event."""
        ...

    def cursor(self, account: AccountId, event: EventId, resource: str) -> Cursor | None: ...

    def move_cursor(self, account: AccountId, event: EventId, resource: str, cursor: Cursor) -> None: ...

    def pull_failed(self, account: AccountId, event: EventId, resource: str, words: str, at: datetime) -> None: ...

    def unseen(self, account: AccountId, event: EventId, resource: str, seen: Collection[str], before: datetime) -> int:
        """Mark rows that a complete pass begun at `before` did not bring as unknown, and forget damaged rows that did
        not come again. Returns how many are unknown now."""
        ...


class CallsTx(Protocol):
    """The outbox, inside one transaction."""

    def claim(self, account: AccountId, claim: str, now: datetime, limit: int) -> list[Call]:
        """Take calls that are due, oldest first, at most one per admission, and mark them `sending` under `claim`.

        Calls found in `sending` under another claim are taken too, with one more doubt: their sender is gone.
        """
        ...

    def set_base(self, call: CallId, claim: str, base: int) -> bool: ...

    def settle(self, call: Call, claim: str, settlement: Settlement, receipt: Receipt, now: datetime) -> bool:
        """Write what became of a call, and move its heads when it is done. False when the claim was lost."""
        ...

    def release(self, call: CallId, claim: str) -> None:
        """Give a claimed call back unsent: it costs nothing."""
        ...

    def hurry(self, account: AccountId, now: datetime) -> int:
        """Make calls that wait out a busy or silent platform due at once."""
        ...

    def adopt(self, call: CallId, claim: str, admission: Admission) -> Call | None:
        """Move a call of a place-holder to the real admission."""
        ...

    def get(self, call: CallId) -> Call | None: ...

    def retry(self, call: CallId, now: datetime, by: str) -> None: ...

    def accept(self, call: CallId, now: datetime, by: str, reason: str) -> None:
        """A person says that the platform has it: the heads count as confirmed."""
        ...

    def discard(self, call: CallId, now: datetime, by: str, reason: str) -> None:
        """A person says that it is not to be sent: the heads are given back."""
        ...

    def add_conflict(self, call: Call, why: str, now: datetime) -> None:
        """Insert a call that a person must see and that is never sent by itself; `call.id` is ignored."""
        ...

    def add_parked(self, call: Call, why: str, now: datetime) -> None:
        """Insert a call that a person must see, in the tray; `call.id` is ignored."""
        ...

    def resolve(self, call: CallId, now: datetime, by: str, note: str) -> None:
        """A person has seen a conflict; the heads stay counted, since the guest is inside."""
        ...


class HouseTx(Protocol):
    """Stations, accounts and leases, inside one transaction."""

    def add_station(self, station: Station, token_hash: bytes, at: datetime) -> StationRecord: ...

    def revoke_station(self, name: str, at: datetime) -> bool: ...

    def take_lease(self, account: AccountId, holder: str, now: datetime, until: datetime, force: bool) -> int | None:
        """The fence (a growing number) when `holder` has the account until `until`; None when another has it."""
        ...

    def drop_lease(self, account: AccountId, holder: str) -> None: ...

    def keep_account(self, account: AccountId, provider: str) -> None: ...

    def account_state(
        self, account: AccountId, state: str, words: str, since: datetime, drift: timedelta | None
    ) -> None:
        """What the line is like, for other processes; `drift`: the platform's clock minus ours."""
        ...

    def forget_changes(self, keep: int, at_most: int) -> int:
        """Forget the oldest changes, but none of the last `keep` numbers. Returns how many, `at_most` at once."""
        ...


class Tx(Protocol):
    """One transaction, in rooms."""

    @property
    def scans(self) -> ScansTx: ...
    @property
    def cache(self) -> CacheTx: ...
    @property
    def calls(self) -> CallsTx: ...
    @property
    def house(self) -> HouseTx: ...
    @property
    def sales(self) -> SalesTx: ...


CallSoon = Callable[[Callable[[], None]], object]


class Store(Protocol):
    """Durable transactions. Work is a function of the transaction, MAY be run again, and MUST NOT do anything else.

    A value is handed out only after it is on the disk. Work of one database is served in the order it came in.
    """

    def run(self, work: Callable[[Tx], T]) -> T: ...

    def submit(self, work: Callable[[Tx], T], call_soon: CallSoon | None = None) -> Future[T]:
        """Like `run` without waiting. A store MAY run the work, and the future's callbacks, through `call_soon`: a
        function that has another run soon on the thread of those who wait (`loop.call_soon_threadsafe`)."""
        ...

    def bulk(self, work: Callable[[Tx], T]) -> T:
        """Like `run`, after the scans that wait: for pages of a poll. Refuses with `StoreError` when room is short."""
        ...

    @property
    def room(self) -> Room: ...

    def open_events(self) -> Mapping[EventId, Event]:
        """Every known event, from memory, at most a second old."""
        ...

    @property
    def views(self) -> Views: ...

    @property
    def alone(self) -> bool:
        """Is this the only hub that can reach this database?"""
        ...

    def close(self) -> None: ...
