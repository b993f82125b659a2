"""What the flows need from the world: protocols and their errors. MUST and MAY are promises of every adapter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from app.domain.model import (
    AccountId,
    Admission,
    AdmissionId,
    Answer,
    AnswerKind,
    Call,
    CallId,
    Event,
    EventId,
    FirstEntry,
    Receipt,
    ScanId,
    Sighting,
    Station,
)
from app.domain.settle import Settlement

T = TypeVar("T")


# --- errors -----------------------------------------------------------------------------------------------------------


class StoreError(Exception):
    """The database could not keep or find something: disk full, locked, gone."""


class ProviderError(Exception):
    """A platform could not tell us; `words` are its own, redacted. `kind`: busy, barred, doubtful or broken."""

    def __init__(
        self,
        kind: AnswerKind,
        words: str = "",
        *,
        retry_after: timedelta | None = None,
        unreachable: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{kind}: {words}" if words else str(kind))
        self.kind = kind
        self.words = words
        self.retry_after = retry_after
        self.unreachable = unreachable
        self.status = status

    def receipt(self) -> Receipt:
        return Receipt(kind=self.kind, words=self.words, retry_after=self.retry_after, unreachable=self.unreachable)


# --- provider ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a platform can do; the page and the flows ask these, never the platform's name."""

    delta: bool = False
    undo: bool = False
    partial_entry: bool = False
    client_time: bool = False
    party: frozenset[str] = frozenset()
    """Kinds whose heads are counted by gender."""
    self_guarding: frozenset[str] = frozenset()
    """Kinds of which the platform itself refuses a repeated single entry: sent without a look before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far one (account, event, resource) has been pulled, in the platform's own stamps. Void: full pass."""

    created_to: datetime | None = None
    updated_to: datetime | None = None
    full_at: datetime | None = None
    """When the last complete pass was begun, by our clock."""
    pulled_at: datetime | None = None
    """When the last successful pull was begun, by our clock: the freshness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a page as the platform sent it. `digest` tells an unchanged row without translating it."""

    ref: str
    raw: bytes
    digest: int
    created: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """A row we can't use, kept and shown as such. `ref` may be empty when the row has no id."""

    ref: str
    raw: bytes
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows of one answer. `asked_at`: our clock just before asking; `platform_now`: the platform's own clock."""

    rows: Sequence[Row]
    asked_at: datetime
    platform_now: datetime | None = None
    damaged: Sequence[Damaged] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a lookup by code brought: a row that `translate` understands, and the platform's id of its event."""

    event_ref: str
    resource: str
    row: Row
    asked_at: datetime


class Provider(Protocol):
    """Adapter to one account at one ticketing platform. Thread-safe. Every failure is a `ProviderError`."""

    account: AccountId
    name: str
    capabilities: Capabilities
    resources: tuple[str, ...]

    def ping(self) -> timedelta | None:
        """Ask for the least the platform offers. Returns its clock minus ours, where it tells."""
        ...

    def allowed(self) -> Mapping[str, str]:
        """Resource -> "" where our credentials may read it, else the reason in words. For `doctor`."""
        ...

    def events(self, start: datetime, end: datetime) -> Sequence[Event]:
        """Events that touch the window, without regard to `open`."""
        ...

    def pull(self, event: Event, resource: str, cursor: Cursor | None) -> Iterator[Page]:
        """Pages of a resource: everything when `cursor` is None, else what changed since, with an overlap.

        MUST stop only on an empty page or one without new ids. MAY repeat rows. MUST NOT lose the position of rows it
        has yielded when it fails half way: the caller simply does not move the cursor.
        """
        ...

    def translate(self, event: Event, resource: str, row: Row) -> Admission | Damaged:
        """Pure and total: a damaged row is `Damaged`, never an exception and never good."""
        ...

    def find(self, code: str, event: Event, budget: timedelta, witness: str | None) -> Found | None:
        """Look a code up live within `budget`. None only when the platform surely does not know it.

        `witness` is a code known to exist, with which an adapter MAY prove its path before trusting a "not found".
        """
        ...

    def push(self, call: Call) -> Receipt:
        """Tell the platform that `call.heads` entered at `call.at`, on top of `call.base`. MUST NOT raise for what
        the platform or the network does; MUST NOT be sent twice by the adapter itself."""
        ...

    def look(self, call: Call) -> Sighting:
        """See how the platform counts the call's admission. MUST NOT mark anything."""
        ...

    def close(self) -> None: ...


# --- store ------------------------------------------------------------------------------------------------------------


class ScansTx(Protocol):
    """Scans, inside one transaction."""

    def candidates(self, scheme: str, code: str) -> list[Admission]:
        """Admissions that a credential opens, locked until the end of the transaction."""
        ...

    def replayed(self, scan: ScanId) -> Answer | None: ...

    def record(self, answer: Answer, station: Station, override: str | None, at: datetime) -> None: ...

    def owe(self, admission: AdmissionId, allowance: str, heads: int) -> None:
        """Add heads (may be negative) to what is owed."""
        ...

    def add_call(self, call: Call) -> None:
        """Insert a call; `call.id` is ignored."""
        ...

    def first_entry(self, admission: AdmissionId) -> FirstEntry | None: ...

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
        """Mark rows that a complete pass begun at `before` did not bring as unknown. Returns how many."""
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
        """Like `run`, after the scans that wait: for pages of a poll."""
        ...

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


# --- views ------------------------------------------------------------------------------------------------------------


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


class Views(Protocol):
    """Reads that never wait for a writer."""

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

    def conflicts(self, resolved: bool, limit: int, after: CallId | None = None) -> list[CallRow]: ...

    def outbox(self, account: AccountId | None = None) -> OutboxCount: ...

    def freshness(self) -> list[Freshness]: ...

    def accounts(self) -> list[AccountRow]: ...

    def event_counts(self) -> list[EventCount]: ...

    def scan_counts(self) -> ScanCounts: ...

    def stations(self) -> list[StationRecord]: ...

    def witness(self, event: EventId, resource: str) -> str | None:
        """Any code of this event that the platform has told us."""
        ...

    def damaged(self, limit: int) -> list[tuple[EventId, str, Damaged]]: ...

    def version(self) -> int:
        """Changes whenever any process commits to this database."""
        ...


# --- the rest ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message inside the program, for whoever listens: `scan`, `conflict`, `connectivity`, `freshness`, `outbox`."""

    topic: str
    body: Mapping[str, Any] = field(default_factory=dict)


class Notices(Protocol):
    def tell(self, notice: Notice) -> None:
        """MUST NOT block and MUST NOT fail."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCode:
    value: str
    format: str
    scheme: str = "qr"


class UnreadableImage(Exception):
    """An image that can't be opened, or is too large; the message is for people."""


class Decoder(Protocol):
    def decode_bytes(self, data: bytes) -> Sequence[ReadCode]:
        """Codes in an encoded image. Raises `UnreadableImage`."""
        ...


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, in UTC."""
        ...
