"""The payments report: what is asked, what came in and went back, and its sums in whole minor units. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from app.domain.model import AccountId
from app.domain.money import Money
from app.domain.sale import Tender, Wrong

MOST_DAYS = 400
"""Days of one report: a year, and the weeks that a comparison needs."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

UNPAID = frozenset(
    {"pending", "processing", "created", "failed", "refused", "rejected", "cancelled", "canceled", "expired", "voided"}
)
"""Words of a platform that say of a payment that no money came. Any other is counted, and shown with its count."""


def counts(status: str) -> bool:
    """Did money come, by the platform's word for a payment?"""
    return status.lower() not in UNPAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is about: whole days of the venue, `first` and `last` included, in these accounts.

    `event` is the platform's id, empty for all; `event_name` is told where the hub knows that event itself.
    """

    first: date
    last: date
    zone: tzinfo
    accounts: tuple[AccountId, ...]
    event: str = ""
    event_name: str = ""

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first instant that is no longer in it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone).astimezone(UTC)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def days_of(first: str, last: str) -> tuple[date, date] | Wrong:
    """The first and the last day of a report as somebody wrote them; else the one that can't be used, and why."""
    start, end = _day(first, "from"), _day(last, "to")
    if isinstance(start, Wrong):
        return start
    if isinstance(end, Wrong):
        return end
    if end < start:
        return Wrong(field="to", words=f"{end} is before the first day, {start}")
    days = (end - start).days + 1
    if days > MOST_DAYS:
        return Wrong(field="to", words=f"that would be {days} days; a report has {MOST_DAYS} at most")
    return start, end


def _day(text: str, name: str) -> date | Wrong:
    if not text.strip():
        return Wrong(field=name, words="is missing; a day is written 2025-11-28")
    try:
        day = date.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else None
    except ValueError:
        day = None
    if day is None:
        return Wrong(field=name, words=f"{text.strip()[:20]!r} is no day; a day is written 2025-11-28")
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        return Wrong(field=name, words=f"must be from {FIRST_YEAR} to {LAST_YEAR - 1}")
    return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """An event that begins in the range."""

    account: AccountId
    ref: str
    name: str
    at: datetime | None
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came in through a platform. `ref` is empty where the platform gives its payments no ids."""

    account: AccountId
    ref: str
    event: str
    event_name: str = ""
    at: datetime
    day: date
    method: str = ""
    sale_type: str = ""
    status: str = ""
    amount: Money

    @property
    def counts(self) -> bool:
        return counts(self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that went back, never negative. `method` and `sale_type` are those of its payment, where that is known;
    `matched` says whether it is."""

    account: AccountId
    ref: str
    payment: str
    event: str
    event_name: str = ""
    at: datetime
    day: date
    reason: str = ""
    amount: Money
    matched: bool = False
    method: str = ""
    sale_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A line of the organization's wallet; what goes out is negative. `balance` is what was in it afterwards."""

    account: AccountId
    ref: str
    at: datetime
    day: date
    kind: str = ""
    note: str = ""
    amount: Money
    balance: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A row of the platform that can't be used for its `field`; none of its money is in any sum."""

    account: AccountId
    resource: str
    ref: str
    field: str
    why: str

    def __str__(self) -> str:
        return f"{self.resource} of {self.account}, row {self.ref}, {self.field}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTakings:
    """What was sold at our own door: so many tickets of an event (the platform's id) for so much.

    By phone each sale comes by itself, with the `payment_ref` that the platform gave; cash and card may be summed up.
    """

    account: AccountId
    event: str
    event_name: str = ""
    tender: Tender
    count: int
    amount: Money
    payment_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One line beside the other: what the door sold by a tender, and what of it the platform has as payments.

    `there` is None for tenders whose money never goes through the platform.
    """

    tender: Tender
    count: int
    here: Money
    there_count: int = 0
    there: Money | None = None

    @property
    def difference(self) -> Money:
        """What the door has and the platform's payments do not."""
        return self.here - self.there if self.there is not None else self.here


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """In how many rows of a resource amounts were taken as `minor` units or as `units`."""

    account: AccountId
    resource: str
    amounts: str
    rows: int


class By(StrEnum):
    """What sums are made by."""

    ALL = "all"
    ACCOUNT = "account"
    EVENT = "event"
    DAY = "day"
    METHOD = "method"
    SALE_TYPE = "sale_type"


@dataclass(slots=True, kw_only=True)
class Sum:
    """What came in and went back in one currency. `key`: the account, and what it is summed by; `name`: for people."""

    key: tuple[str, str]
    name: str = ""
    payments: int = 0
    paid: Money
    refunds: int = 0
    refunded: Money

    @property
    def currency(self) -> str:
        return self.paid.currency

    @property
    def net(self) -> Money:
        return self.paid - self.refunded


@dataclass(slots=True, kw_only=True)
class Moved:
    """Wallet movements of one kind in one currency."""

    kind: str
    count: int = 0
    amount: Money


@dataclass(slots=True)
class Sums:
    """Sums that grow row by row, each currency by itself. Their size goes with days and events, not with the rows."""

    _sums: dict[tuple[By, tuple[str, str], str], Sum] = field(default_factory=dict)
    _moved: dict[tuple[str, str], Moved] = field(default_factory=dict)
    _statuses: dict[str, int] = field(default_factory=dict)

    def pay(self, one: Payment) -> None:
        self._statuses[one.status] = self._statuses.get(one.status, 0) + 1
        if not one.counts:
            return
        for line in self._lines(one):
            line.payments += 1
            line.paid += one.amount

    def give_back(self, one: Refund) -> None:
        for line in self._lines(one):
            line.refunds += 1
            line.refunded += one.amount

    def move(self, one: Movement) -> None:
        nothing = Money(0, one.amount.currency)
        kind = self._moved.setdefault((one.kind, one.amount.currency), Moved(kind=one.kind, amount=nothing))
        kind.count += 1
        kind.amount += one.amount

    def by(self, what: By) -> list[Sum]:
        """In the order of currency, then key."""
        found = [(currency, key, one) for (by, key, currency), one in self._sums.items() if by is what]
        return [one for _, _, one in sorted(found, key=lambda each: each[:2])]

    def moved(self) -> list[Moved]:
        return [self._moved[key] for key in sorted(self._moved)]

    def statuses(self) -> list[tuple[str, int]]:
        """How many payments have each status that a platform gave, counted or not."""
        return sorted(self._statuses.items())

    def _lines(self, one: Payment | Refund) -> Iterator[Sum]:
        for by, key, name in _keys(one):
            found = self._sums.get((by, key, one.amount.currency))
            if found is None:
                nothing = Money(0, one.amount.currency)
                found = Sum(key=key, name=name, paid=nothing, refunded=nothing)
                self._sums[by, key, one.amount.currency] = found
            yield found


def _keys(one: Payment | Refund) -> Iterable[tuple[By, tuple[str, str], str]]:
    return (
        (By.ALL, ("", ""), ""),
        (By.ACCOUNT, (one.account, ""), ""),
        (By.EVENT, (one.account, one.event), one.event_name),
        (By.DAY, ("", one.day.isoformat()), ""),
        (By.METHOD, ("", one.method), ""),
        (By.SALE_TYPE, ("", one.sale_type), ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a report is: `step` of `steps`, in which so many rows are `done` of `of` (0: not known)."""

    what: str
    """`events`, `payments`, `refunds`, `wallet-movements` while they are asked for; then `reading`, `writing`."""
    account: str = ""
    step: int
    steps: int
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What was in the wallet after its newest movement of the range that tells it."""

    account: AccountId
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A collection that the platform does not show to this key; the report goes without it."""

    account: AccountId
    resource: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A report without its single rows. Of `unmatched` and `unread` the first ones, with the count of all.

    `reconciled` is None where no sales of our own door are kept.
    """

    asked: Asked
    as_of: datetime
    sums: Sums
    nights: tuple[Night, ...] = ()
    conventions: tuple[Convention, ...] = ()
    missing: tuple[Missing, ...] = ()
    balances: tuple[Balance, ...] = ()
    unmatched: tuple[Refund, ...] = ()
    unmatched_count: int = 0
    unread: tuple[Unread, ...] = ()
    unread_count: int = 0
    nameless: int = 0
    """Payments that came without an id: their refunds are matched by what was paid for."""
    reconciled: tuple[Reconciled, ...] | None = None
