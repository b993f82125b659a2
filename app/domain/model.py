"""The words of the door as frozen values (design, section 2).

Instants are timezone-aware datetimes in UTC. Heads are counted in people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

AccountId = NewType("AccountId", str)
EventId = NewType("EventId", str)
AdmissionId = NewType("AdmissionId", int)
CallId = NewType("CallId", int)
ScanId = NewType("ScanId", str)
StationId = NewType("StationId", int)

ENTRANCE = "entrance"
"""The allowance that lets people in at the door; any other ref is an addon or a supplement."""

PLACEHOLDER = "provisional"
"""The resource of an admission that no platform has told us: let in on trust, or sold here. The real one with the same
code takes its heads and calls over."""

EXIT = "exit"
"""No right of an admission: what a call is about that tells a platform who left."""

QR = "qr"
RFID = "rfid"
"""Schemes of credentials. The value of a tag is in the one form that `codes.tag` gives it."""


class Kind(StrEnum):
    """What lets people in."""

    TICKET = "ticket"
    LIST = "list"
    PASS = "pass"  # noqa: S105 - a word of the door, not a password
    BOOKING = "booking"
    PROVISIONAL = "provisional"
    """Let in on trust while the platform could not be asked; becomes a real admission or a conflict."""
    SOLD = "sold"
    """Of a call: sold here, and its ticket at the platform has not been seen yet."""


class Standing(StrEnum):
    """Whether the platform stands behind an admission. A word we don't know is `unknown`, never `good`."""

    GOOD = "good"
    PENDING = "pending"
    VOID = "void"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Outcome(StrEnum):
    ADMIT = "admit"
    REFUSE = "refuse"
    ASK = "ask"


class Reason(StrEnum):
    OK = "ok"
    ALREADY_IN = "already_in"
    TOO_MANY = "too_many"
    UNKNOWN_CODE = "unknown_code"
    AMBIGUOUS = "ambiguous"
    OTHER_EVENT = "other_event"
    WRONG_GATE = "wrong_gate"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    PENDING = "pending"
    VOID = "void"
    UNSURE = "unsure"
    NOT_ALLOWED_OFFLINE = "not_allowed_offline"
    UNREADABLE = "unreadable"


class Unknown(StrEnum):
    """What a station does with a code that is not in the cache while the platform can't be asked."""

    ASK = "ask"
    REFUSE = "refuse"
    PROVISIONAL = "provisional"


class Tells(StrEnum):
    """What a row of a platform says of an admission; the rest stays as it is known."""

    ALL = "all"
    COUNTS = "counts"
    """Not who it is: this platform tells names elsewhere."""
    NAMES = "names"
    """Only who it is."""


class Lookup(StrEnum):
    """What is known of the live lookup of a code that the cache does not hold."""

    NOT_MADE = "not_made"
    ABSENT = "absent"
    """The platform answered: it does not know the code."""
    FAILED = "failed"
    """The platform could not be asked within the budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A scheme and a value that lead to admissions: `qr:ZQ4K81MD7`."""

    value: str
    scheme: str = QR


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What the door may show of a person."""

    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()


def short_name(name: str) -> str:
    """A first name and the initial of the surname: what the next guest in the queue, or a phone, may see."""
    first, *rest = name.split()[:2] or [""]
    return f"{first} {rest[0][0]}." if rest else first


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Heads by gender, for admissions whose platform counts them; `option` is the price option's id."""

    women: int = 0
    men: int = 0
    no_gender: int = 0
    option: str | None = None

    @property
    def heads(self) -> int:
        return self.women + self.men + self.no_gender


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A counted right on an admission, in heads (or uses).

    `confirmed` is what the platform counts, `owed` what was let in here and the platform has not confirmed (negative
    after an undo it has not heard of). `confirmed_at` is when a settled call last moved heads to `confirmed`.
    """

    ref: str = ENTRANCE
    limit: int
    confirmed: int = 0
    owed: int = 0
    confirmed_at: datetime | None = None
    name: str = ""
    """What the platform calls an addon or a supplement."""

    @property
    def entered(self) -> int:
        return self.confirmed + self.owed

    @property
    def left(self) -> int:
        return self.limit - self.entered


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A night people come to. `ref` is the platform's id; `id` is ours and the same for a provider's own account."""

    id: EventId
    account: AccountId
    ref: str
    name: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    label: str = ""
    """The night it belongs to, `YYYY-MM-DD` in the venue's zone; may precede `starts_at`."""
    active: bool = True
    wanted: bool = False
    """By the settings this hub keeps it open now; a person's word goes before."""
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Anything that lets people in to one event.

    `word` is the platform's own word for a standing that is not good; for void ones it is `cancelled`, `refunded`,
    `removed` or `rejected` where the translator knows. `fetched_at` is when the page that last changed it was asked.
    """

    id: AdmissionId | None = None
    account: AccountId
    event: EventId
    resource: str
    kind: Kind
    ref: str
    standing: Standing
    word: str = ""
    voided_at: datetime | None = None
    rate: str = ""
    guest: Guest = field(default_factory=Guest)
    email: str = ""
    phone: str = ""
    credentials: tuple[Credential, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    entered_at: datetime | None = None
    """The last entry as the platform tells it."""
    changed_at: datetime | None = None
    fetched_at: datetime | None = None
    tells: Tells = Tells.ALL
    """Of one that a row was translated to; what is known is always whole."""

    def allowance(self, ref: str) -> Allowance | None:
        return next((one for one in self.allowances if one.ref == ref), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A place that scans: its events (none: every open one), gate rule, the allowance it consumes, its direction."""

    id: StationId
    name: str
    events: tuple[EventId, ...] = ()
    kinds: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    allowance: str = ENTRANCE
    direction: Direction = Direction.IN
    unknown_offline: Unknown | None = None
    lookup_budget: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One reading at a station. `id` is made at the door and is the idempotency key; `code` is already cleaned."""

    id: ScanId
    code: str
    at: datetime
    heads: int = 1
    direction: Direction = Direction.IN
    scheme: str = QR
    party: Party | None = None
    override: str | None = None
    choice: AdmissionId | None = None
    at_by_page: bool = False
    """`at` was told by the clock of a page, which knows nothing of ours."""

    def __post_init__(self) -> None:
        if self.heads < 1:
            raise ValueError("a scan is about at least one head")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the venue wants, and what is on: the rules a decision takes from outside the admission.

    `early` and `late` widen an event's own window; None leaves that side open.
    """

    events: Mapping[EventId, Event]
    unknown_offline: Unknown = Unknown.ASK
    lookup: Lookup = Lookup.NOT_MADE
    early: timedelta | None = None
    late: timedelta | None = None
    time_is_certain: bool = True
    """Nobody is refused for the hour by a clock that may be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The rule that decided and the value it saw."""

    rule: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to a scan. `heads` is how many it lets through; `left` and `entered` count after it."""

    outcome: Outcome
    reason: Reason
    heads: int = 0
    left: int = 0
    limit: int = 0
    entered: int = 0
    admission: Admission | None = None
    event: EventId | None = None
    provisional: bool = False
    overridden: bool = False
    choices: tuple[Admission, ...] = ()
    why: Why
    warning: str = ""

    @property
    def admits(self) -> bool:
        return self.outcome is Outcome.ADMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstEntry:
    """When and where somebody first came in on an admission, or last used an extra of it; `station` is empty for an
    entry made elsewhere."""

    at: datetime | None
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several admissions that a code opens."""

    admission: AdmissionId
    name: str
    rate: str
    kind: Kind
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What is left of one allowance of an admission, as the door shows it."""

    ref: str
    name: str
    left: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A decision as it was given at the door, whole: what a replay of the same scan id is answered with."""

    scan: ScanId
    code: str
    station: str
    at: datetime
    direction: Direction
    outcome: Outcome
    reason: Reason
    heads: int = 0
    left: int = 0
    limit: int = 0
    entered: int = 0
    kind: Kind | None = None
    rate: str = ""
    word: str = ""
    word_at: datetime | None = None
    guest: Guest | None = None
    admission: AdmissionId | None = None
    event: EventId | None = None
    event_name: str = ""
    event_label: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    first_entry: FirstEntry | None = None
    provisional: bool = False
    overridden: bool = False
    overridable: bool = False
    undo_until: datetime | None = None
    undoes: ScanId | None = None
    choices: tuple[Choice, ...] = ()
    why: Why
    as_of: datetime | None = None
    warning: str = ""
    allowance: str = ENTRANCE
    """The right that the station consumes; `left`, `limit` and `entered` are about it."""
    rights: tuple[Right, ...] = ()
    """Every right of the admission, where it has others than the one that was asked for."""
    undo_stays: bool = False
    """Its platform can't take anything back: an undo would be known only here."""
    uncertain: bool = False
    """`at` was told by a clock that may be wrong; it is put right when the time is known."""
    replayed: bool = False
