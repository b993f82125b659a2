"""What the simulated platform holds. Times are unix seconds; writing them down is the business of `render`."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Row:
    """Anything that is listed: it has an id, stamps, and possibly oddities that a test gave it."""

    id: str
    created: float
    updated: float
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys to add to the payload or to overwrite in it."""
    without: tuple[str, ...] = ()
    """Keys to leave out of the payload."""
    hidden: bool = False
    """Absent from lists until somebody asks for its code: sold after the last full pass."""
    written: bytes = b""
    written_as: int = -1


@dataclass(slots=True, kw_only=True)
class Event(Row):
    """A night."""

    name: str
    slug: str
    start: float
    end: float
    date: float
    """Midnight, venue time, of the night it belongs to."""
    active: bool = True
    visible: bool = True
    description: str = ""
    music: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Rate:
    """A rate of tickets, lists or passes; `payload` is its row as the platform writes it."""

    id: str
    event_id: str
    name: str
    slug: str
    options: tuple[dict[str, Any], ...]
    payload: dict[str, Any]

    def option_ids(self) -> set[str]:
        """Ids that a check-in may name."""
        return {str(option["_id"]) for option in self.options}

    def option(self, ref: object) -> dict[str, Any] | None:
        """The option with this id."""
        return next((option for option in self.options if option["_id"] == ref), None)

    def add(self, option: dict[str, Any]) -> None:
        """One more option."""
        self.options = (*self.options, option)
        self.payload["options"] = self.options


@dataclass(slots=True, kw_only=True)
class Holder:
    """The person behind an admission."""

    name: str
    email: str = ""
    phone: str = ""
    gender: str = "female"
    country: str = "ES"
    language: str = "es"
    address: str = ""
    postal_code: str = ""


@dataclass(slots=True, kw_only=True)
class Ticket(Row):
    """A ticket, possibly for several people."""

    code: str
    event_id: str
    day: str
    """The event's day, YYYY-MM-DD."""
    rate: Rate
    holder: Holder
    status: str = "activated"
    for_: int = 1
    enter: int = 0
    entered_at: float | None = None
    refunded: float = 0
    price: float = 0
    channel_id: str | None = None
    referral_id: str | None = None
    payment_id: str | None = None
    sale_type: str = "online"
    supplements: tuple[dict[str, Any], ...] = ()
    remarketing: bool = False
    option: dict[str, Any] | None = None
    """The price that was bought; by default the first of its rate."""
    paid: float | None = None
    """What was paid in all, where it is not price and supplements."""
    fee: float | None = None
    """The fees, where they are not the usual ones."""


@dataclass(slots=True, kw_only=True)
class ListEntry(Row):
    """A guest-list entry: a label, a number of people, and what was admitted per price option."""

    code: str
    event_id: str
    rate: Rate
    name: str
    note: str = ""
    for_: int = 1
    options: list[dict[str, Any]] = field(default_factory=list)
    channel_id: str | None = None
    referral: dict[str, str] | None = None
    tags: tuple[str, ...] = ()
    removed_at: int = 0

    @property
    def enter(self) -> int:
        """People who entered."""
        return sum(option["total"] for option in self.options)


@dataclass(slots=True, kw_only=True)
class Usage:
    """What became of a pass in one event."""

    id: str
    options: list[dict[str, Any]] = field(default_factory=list)
    entered_at: float | None = None

    @property
    def enter(self) -> int:
        """People who entered that night."""
        return sum(option["total"] for option in self.options)


@dataclass(slots=True, kw_only=True)
class Pass(Row):
    """A season pass: one `_id`, seen through the old model (v1), the new one (v2), or both."""

    code: str
    rate: Rate
    holder: Holder
    status: str = "valid"
    for_: int = 1
    usages: dict[str, Usage] = field(default_factory=dict)
    """By event: the events in which it is good."""
    in_v1: bool = True
    in_v2: bool = True
    referral_id: str | None = None
    channel_id: str | None = None
    price: float = 0


@dataclass(slots=True, kw_only=True)
class Booking(Row):
    """A table."""

    code: str
    event_id: str
    holder: Holder
    for_: int
    enter: int = 0
    status: str = "accepted"
    zone: str = "Main floor"
    space: str = "M1"
    price: float = 0
    deposit: float = 0
    note: str = ""


Admission = Ticket | ListEntry | Pass | Booking


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the ledger: one check-in that the platform committed."""

    seq: int
    received_at: float
    kind: str
    ref: str
    code: str
    event_id: str
    enter_before: int
    enter_after: int
    entry_date: str | None = None
    """As it was sent."""
    options: list[dict[str, Any]] | None = None
    """As they were sent."""
    source: str = "api"
