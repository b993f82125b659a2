"""What a ticketing platform's adapter must do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.model import QR, AccountId, Admission, Credential, Event
from app.domain.outbox import Call, Receipt, Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a platform can do; the page and the flows ask these, never the platform's name."""

    delta: bool = False
    """Tells what changed since a cursor; else each pull is the whole list, or the news that it is as it was."""
    steady: frozenset[str] = frozenset()
    """Resources that only grow: read whole once, then from where the last pull ended."""
    undo: bool = False
    partial_entry: bool = False
    client_time: bool = False
    party: frozenset[str] = frozenset()
    """Kinds whose heads are counted by gender."""
    self_guarding: frozenset[str] = frozenset()
    """Kinds of which the platform itself refuses a repeated single entry: sent without a look before."""
    one_at_a_time: bool = False
    """One check-in is one head (or one use): heads are owed as so many calls."""
    exits: bool = False
    """Is told who leaves, as calls of the allowance `exit`."""
    schemes: frozenset[str] = frozenset({QR})
    """Schemes of the credentials that it can look up."""
    finds_any_event: bool = False
    """A code is looked up in the whole account, whichever event was asked for."""
    always_on: bool = False
    """An event that does not say when it begins is on whenever somebody comes."""
    poll_every: timedelta | None = None
    """How often it is polled whatever the setting says: for what costs next to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far one (account, event, resource) has been pulled, in the platform's own stamps. Void: full pass."""

    created_to: datetime | None = None
    updated_to: datetime | None = None
    full_at: datetime | None = None
    """When the last complete pass was begun, by our clock."""
    pulled_at: datetime | None = None
    """When the last successful pull was begun, by our clock: the freshness."""
    mark: str = ""
    """The adapter's own, from the last page of the last pull: where it ended, or what the list looked like."""


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
    complete: bool = False
    """With this page everything there is has been told, though a cursor was given: what was not told is gone."""
    mark: str = ""
    """What the next pull's cursor is to carry; that of the last page counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a lookup by code brought: a row that `translate` understands, and the platform's id of its event."""

    event_ref: str
    resource: str
    row: Row
    asked_at: datetime
    event: Event | None = None
    """The event itself, where the answer tells it."""


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

        A platform without deltas MUST give everything, the last page `complete`, or one page without rows when the
        list is as the cursor's `mark` says.

        MUST stop only on an empty page or one without new ids. MAY repeat rows. MUST NOT lose the position of rows it
        has yielded when it fails half way: the caller simply does not move the cursor.
        """
        ...

    def translate(self, event: Event, resource: str, row: Row) -> Admission | Damaged:
        """Total, and silent towards the platform: a damaged row is `Damaged`, never an exception and never good."""
        ...

    def find(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        """Look a code up live within `budget`. Nothing only when the platform surely does not know it; several for
        a wristband that opens several. The value of a tag is as the reader gave it.

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
