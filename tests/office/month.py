"""A month of takings, seeded: what truly happened in cents, and the rows that a platform makes of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.model import AccountId
from app.domain.money import Money, NoMoney, currency_of, from_minor, from_units
from app.domain.takings import Asked
from app.ports import ProviderError
from app.ports.office import Sheaf, Slice

ACCOUNT = AccountId("fourvenues")
MADRID = ZoneInfo("Europe/Madrid")
FIRST, LAST = date(2025, 11, 1), date(2025, 11, 30)
NOW = datetime(2025, 12, 1, 11, 0, tzinfo=UTC)
METHODS = ("card", "bizum", "apple_pay")
SALE_TYPES = ("online", "referral")
Row = dict[str, Any]
Key = tuple[str, str]


def asked(**changed: Any) -> Asked:
    standard: dict[str, Any] = {"first": FIRST, "last": LAST, "zone": MADRID, "accounts": (ACCOUNT,)}
    return Asked(**(standard | changed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    ref: str
    event: str
    at: datetime
    cents: int
    currency: str = "EUR"
    method: str = "card"
    sale_type: str = "online"
    status: str = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    ref: str
    payment: str
    event: str
    at: datetime
    cents: int
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    ref: str
    at: datetime
    cents: int
    kind: str
    currency: str = "EUR"


@dataclass
class Month:
    nights: list[tuple[str, str, datetime]] = field(default_factory=list)
    payments: list[Paid] = field(default_factory=list)
    refunds: list[Returned] = field(default_factory=list)
    movements: list[Moved] = field(default_factory=list)


def a_month(count: int = 400, seed: int = 6) -> Month:
    """Payments around the month's ends too, in two currencies, some refunded, some refunds of payments unknown."""
    chance = Random(seed)
    month = Month()
    for n in range(8):
        at = datetime(2025, 11, 1 + n * 4, 22, tzinfo=UTC)
        month.nights.append((f"ev-{n}", f"Noche {n}", at))
    begin, length = datetime(2025, 10, 30, tzinfo=UTC), timedelta(days=34)
    for n in range(count):
        month.payments.append(Paid(
            ref=f"p-{n}", event=f"ev-{chance.randrange(8)}", at=_moment(begin, length, chance),
            cents=chance.randrange(100, 99_999), currency="GBP" if n % 17 == 3 else "EUR",
            method=chance.choice(METHODS), sale_type=chance.choice(SALE_TYPES),
            status="failed" if n % 41 == 7 else "paid",
        ))  # fmt: skip
    for n in range(0, count, 9):
        paid = month.payments[n]
        month.refunds.append(Returned(
            ref=f"r-{n}", payment=f"gone-{n}" if n % 6 == 3 else paid.ref, event=paid.event,
            at=_moment(begin, length, chance), cents=chance.randrange(1, paid.cents + 1), currency=paid.currency,
        ))  # fmt: skip
    for n in range(count // 10):
        sign = -1 if n % 3 == 0 else 1
        kind = "payout" if sign < 0 else "sale"
        at = _moment(begin, length, chance)
        month.movements.append(Moved(ref=f"w-{n}", at=at, cents=sign * chance.randrange(1, 900_000), kind=kind))
    return month


def _moment(begin: datetime, length: timedelta, chance: Random) -> datetime:
    return begin + timedelta(milliseconds=chance.randrange(int(length.total_seconds() * 1000)))


def inside(at: datetime) -> bool:
    return FIRST <= at.astimezone(MADRID).date() <= LAST


@dataclass
class Expected:
    """The same report, computed another way: plain whole numbers in counters."""

    paid: Counter[tuple[str, ...]] = field(default_factory=Counter)
    payments: Counter[tuple[str, ...]] = field(default_factory=Counter)
    refunded: Counter[tuple[str, ...]] = field(default_factory=Counter)
    refunds: Counter[tuple[str, ...]] = field(default_factory=Counter)
    moved: Counter[Key] = field(default_factory=Counter)
    unmatched: set[str] = field(default_factory=set)


def expected(month: Month) -> Expected:
    made = Expected()
    kept = {one.ref: one for one in month.payments if inside(one.at)}
    for one in kept.values():
        if one.status == "paid":
            for key in _keys(one.event, one.at, one.method, one.sale_type, one.currency):
                made.paid[key] += one.cents
                made.payments[key] += 1
    for back in month.refunds:
        if not inside(back.at):
            continue
        its = kept.get(back.payment)
        if its is None:
            made.unmatched.add(back.ref)
        method, sale_type = (its.method, its.sale_type) if its else ("", "")
        for key in _keys(back.event, back.at, method, sale_type, back.currency):
            made.refunded[key] += back.cents
            made.refunds[key] += 1
    for move in month.movements:
        if inside(move.at):
            made.moved[move.kind, move.currency] += move.cents
    return made


def _keys(event: str, at: datetime, method: str, sale_type: str, currency: str) -> Iterator[tuple[str, ...]]:
    yield "total", "", currency
    yield "by_event", event, currency
    yield "by_day", at.astimezone(MADRID).date().isoformat(), currency
    yield "by_method", method, currency
    yield "by_sale_type", sale_type, currency


# What a platform makes of it


def units(cents: int) -> float | int:
    return cents / 100 if cents % 100 else cents // 100


@dataclass
class Rows:
    """A platform's rows. `amounts`: `minor` or `units`; `reference`: the shape without ids, which is in units."""

    month: Month
    amounts: str = "minor"
    reference: bool = False

    def of(self, resource: str) -> list[Row]:
        made = {
            "events": self._events, "payments": self._payments, "refunds": self._refunds,
            "wallet-movements": self._movements,
        }  # fmt: skip
        return made[resource]()

    def _money(self, cents: int) -> float | int:
        return units(cents) if self.amounts == "units" else cents

    def _events(self) -> list[Row]:
        return [
            {"_id": ref, "name": name, "start": int(at.timestamp()), "end": int(at.timestamp()) + 21_600}
            for ref, name, at in self.month.nights
        ]

    def _payments(self) -> list[Row]:
        return [self._payment(one) for one in self.month.payments]

    def _payment(self, one: Paid) -> Row:
        shared = {
            "event_id": one.event, "payment_method": one.method, "sale_type": one.sale_type, "currency": one.currency,
            "status": one.status,
        }  # fmt: skip
        if self.reference:
            mine = {"at": _iso(one.at), "resources_ids": [f"tk-{one.ref}"], "total_amount": units(one.cents)}
            return shared | mine
        return shared | {"_id": one.ref, "created_at": _iso(one.at), "amount": self._money(one.cents)}

    def _refunds(self) -> list[Row]:
        made = []
        for one in self.month.refunds:
            row = {"event_id": one.event, "currency": one.currency, "reason": "requested_by_customer"}
            if self.reference:
                mine = {"at": _iso(one.at), "resources_ids": [f"tk-{one.payment}"], "total_amount": units(one.cents)}
                made.append(row | mine)
            else:
                mine = {"_id": one.ref, "payment_id": one.payment, "created_at": _iso(one.at)}
                made.append(row | mine | {"amount": self._money(one.cents)})
        return made

    def _movements(self) -> list[Row]:
        return [
            {
                "_id": one.ref, "type": one.kind, "created_at": _iso(one.at), "currency": one.currency,
                "amount": self._money(one.cents), "description": "=SUM(A1)",
            }
            for one in self.month.movements
        ]  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class FakeArchive:
    """Implements `Archive` over rows: pages of `size`, and every question in `asked`. `fails`: raised once each, before
    the page at that offset of a resource."""

    rows: Mapping[str, Sequence[Row | bytes]]
    account: AccountId = ACCOUNT
    size: int = 50
    setting: str = "auto"
    asked: list[tuple[str, int]] = field(default_factory=list)
    slices: list[Slice] = field(default_factory=list)
    fails: dict[tuple[str, int], ProviderError] = field(default_factory=dict)

    def pages(self, wanted: Slice) -> Iterator[Sheaf]:
        self.slices.append(wanted)
        rows, offset = self.rows.get(wanted.resource, ()), wanted.offset
        while True:
            self.before(wanted.resource, offset)
            error = self.fails.pop((wanted.resource, offset), None)
            if error is not None:
                raise error
            page = rows[offset : offset + self.size]
            offset += len(page)
            bodies = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in page]
            yield Sheaf(rows=bodies, next_offset=offset, asked_at=NOW)
            if not page:
                return

    def before(self, resource: str, offset: int) -> None:
        self.asked.append((resource, offset))

    def amounts(self, resource: str, row: Row) -> str:
        if self.setting != "auto":
            return self.setting
        return "units" if "total_amount" in row else "minor"

    def money(self, resource: str, row: Row, name: str) -> Money:
        currency = currency_of(row.get("currency", "EUR"))
        if row.get(name) is None:
            raise NoMoney("is missing")
        return (from_minor if self.amounts(resource, row) == "minor" else from_units)(row[name], currency)


def archive(month: Month, amounts: str = "minor", reference: bool = False, **more: Any) -> FakeArchive:
    rows = Rows(month, amounts, reference)
    setting = "auto" if reference or amounts == "minor" else "units"
    resources = ("events", "payments", "refunds", "wallet-movements")
    return FakeArchive({one: rows.of(one) for one in resources}, setting=setting, **more)
