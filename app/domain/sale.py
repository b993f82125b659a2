"""Selling at the door: rates, what is asked for, what was sold, and the rules between them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from app.domain.model import AccountId, AdmissionId, EventId
from app.domain.money import Money, total

SaleId = NewType("SaleId", str)
ShiftId = NewType("ShiftId", int)

MOST_AT_ONCE = 100
"""Tickets of one sale."""
METADATA_LIMIT = 1024
"""Bytes of JSON that Fourvenues takes as a payment's metadata (source documents, checkout)."""
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DOCUMENTS = ("dni", "nie", "passport", "other")


class Tender(StrEnum):
    """How it is paid."""

    CASH = "cash"
    CARD = "card"
    """On the venue's own terminal, of which we only note that it took the money."""
    PHONE = "phone"
    """On the guest's phone, at the platform's own payment page."""


class SaleState(StrEnum):
    """Where a sale stands. Paid at the door: due, sending, issued, conflict, discarded. By phone: the others."""

    DUE = "due"
    """The money is here and the guests may be in; the platform is to be told."""
    SENDING = "sending"
    ISSUED = "issued"
    """The platform has the tickets."""
    CONFLICT = "conflict"
    """The platform refuses to make the tickets; a person must see it."""
    DISCARDED = "discarded"
    """A person decided that the platform is not to be told."""
    ASKED = "asked"
    """The payment page is being asked for."""
    REPRICED = "repriced"
    """The price is another than was asked; nobody can pay before staff say yes."""
    WAITING = "waiting"
    """The guest can pay."""
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


FOLLOWED = frozenset({SaleState.WAITING, SaleState.EXPIRED, SaleState.FAILED, SaleState.CANCELLED})
"""The guest may have paid, or pay late: the platform is asked."""
AT_THE_PLATFORM = frozenset({SaleState.ISSUED, SaleState.PAID})
"""The tickets exist there: their guests can be checked in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One price of a rate. `fee` comes on top on the platform's own payment page. `left` is how many may still be sold
    at it, None when untold."""

    ref: str
    name: str = ""
    amount: Money
    fee: Money
    until: datetime | None = None
    left: int | None = None
    includes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    ref: str
    name: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a rate wants to know of a guest; `options` where only these are answers."""

    ref: str
    label: str
    required: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What can be bought for an event, as the platform last told it.

    `prices` are in the order of their time; `current` is the ref of the one that was asked then, empty when none;
    `following` of the next one.
    `available` counts tickets that are left, None when untold. `needs` names fields of a `Holder` that each ticket must
    fill. `tenders` says how it can be paid: by phone only where the platform's payment page sells it.
    """

    ref: str
    account: AccountId
    event: EventId
    name: str
    slug: str = ""
    prices: tuple[Price, ...] = ()
    current: str = ""
    following: str = ""
    supplements: tuple[Supplement, ...] = ()
    questions: tuple[Question, ...] = ()
    minimum: int = 1
    maximum: int | None = None
    sold: int | None = None
    available: int | None = None
    warranty: Decimal | None = None
    """Per cent of the price that the warranty costs; None where none is sold."""
    warranty_hours: int | None = None
    needs: frozenset[str] = frozenset()
    tenders: frozenset[Tender] = frozenset()

    def price(self, ref: str) -> Price | None:
        return next((one for one in self.prices if one.ref == ref), None)

    def price_at(self, now: datetime) -> Price | None:
        """The price that is asked now: of those not past, the first of the platform's order that is not sold out. None
        also where the sale has not begun."""
        if self.price(self.current) is None:
            return None
        begun = [one.ref for one in self.prices].index(self.current)
        on = [one for one in self.prices[begun:] if (one.until is None or one.until > now) and one.left != 0]
        return on[0] if on else None

    def less(self, sold: int) -> Rate:
        """As it is once the platform hears of `sold` more tickets: each price, from the current one on, is asked until
        it is sold out."""
        begun = next((at for at, one in enumerate(self.prices) if one.ref == self.current), len(self.prices))
        prices, rest = list(self.prices[:begun]), sold
        for one in self.prices[begun:]:
            here = rest if one.left is None else min(rest, max(one.left, 0))
            prices.append(one if one.left is None else replace(one, left=max(one.left, 0) - here))
            rest -= here
        available = None if self.available is None else max(self.available - sold, 0)
        return replace(self, prices=tuple(prices), available=available)

    def supplement(self, ref: str) -> Supplement | None:
        return next((one for one in self.supplements if one.ref == ref), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who a ticket is for. Instants of birth are `YYYY-MM-DD`; `gender` is `female`, `male` or empty."""

    name: str = ""
    email: str = ""
    phone: str = ""
    gender: str = ""
    birthday: str = ""
    address: str = ""
    country_code: str = ""
    postal_code: str = ""
    document_type: str = ""
    document_number: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    """By the ref of the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One ticket that is asked for."""

    holder: Holder = field(default_factory=Holder)
    supplements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What staff ask for. `id` is made at the door: the idempotency key. `expected` is the total they told the guest,
    None when they told none. `channel` and `referral` exclude each other; both empty: the account's own."""

    id: SaleId
    event: EventId
    rate: str
    price: str
    tickets: tuple[Wanted, ...]
    tender: Tender
    warranty: bool = False
    expected: Money | None = None
    channel: str = ""
    referral: str = ""
    admit: bool = False
    """The guests go in at once."""

    @property
    def quantity(self) -> int:
        return len(self.tickets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """One ticket of a sale. `code` is ours, made at the door: what its QR carries. `total` is price and extras."""

    code: str
    wanted: Wanted
    total: Money
    admission: AdmissionId | None = None
    scan: str = ""
    """Its entry, when the guest went in with the sale."""
    refused: str = ""
    """Why the door's rules did not let the guest in with the sale: the word of a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale as it is kept. `total` is what the guest pays (or has paid); `receipt` is the secret word of its link."""

    id: SaleId
    account: AccountId
    event: EventId
    event_ref: str
    event_name: str = ""
    order: Order
    rate_name: str = ""
    price_name: str = ""
    unit: Money
    fee: Money
    total: Money
    tickets: tuple[Sold, ...]
    supplements: Mapping[str, Supplement] = field(default_factory=dict)
    """Those that were bought, by ref."""
    state: SaleState
    at: datetime
    station: str
    by: str = ""
    shift: ShiftId | None = None
    receipt: str = ""
    payment_ref: str = ""
    payment_url: str = ""
    expires_at: datetime | None = None
    attempts: int = 0
    doubts: int = 0
    """Sends whose outcome stayed unknown."""
    unseen: int = 0
    """Looks since the last send that did not see all of its tickets."""
    due_at: datetime | None = None
    words: str = ""
    """The platform's own, for a person."""
    settled_at: datetime | None = None
    settled_by: str = ""
    note: str = ""

    @property
    def quantity(self) -> int:
        return len(self.tickets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is wrong with an order: the field, and what would be right, in words that follow the field's name."""

    field: str
    words: str


def check(order: Order, rate: Rate, now: datetime) -> Wrong | None:
    """The first thing that keeps this order from being sold at this rate now; None when nothing does."""
    price = rate.price_at(now)
    if price is None or price.ref != order.price:
        return Wrong(field="price", words="is not what this rate costs now")
    return _count_problem(order, rate, price) or _order_problem(order, rate) or _holders_problem(order, rate)


def _count_problem(order: Order, rate: Rate, price: Price) -> Wrong | None:
    most = min((one for one in (rate.maximum, MOST_AT_ONCE) if one), default=MOST_AT_ONCE)
    if not max(rate.minimum, 1) <= order.quantity <= most:
        return Wrong(field="quantity", words=f"must be from {max(rate.minimum, 1)} to {most}")
    left = [one for one in (rate.available, price.left) if one is not None]
    if left and order.quantity > min(left):
        return Wrong(field="quantity", words=f"must be at most {max(min(left), 0)}: no more are left")
    return None


def _order_problem(order: Order, rate: Rate) -> Wrong | None:
    if order.tender not in rate.tenders:
        return Wrong(field="tender", words="is not how this rate can be paid here")
    if order.channel and order.referral:
        return Wrong(field="referral", words="can't be given together with channel: a sale belongs to one of them")
    if order.warranty and rate.warranty is None:
        return Wrong(field="warranty", words="is not sold with this rate")
    return None


def _holders_problem(order: Order, rate: Rate) -> Wrong | None:
    for at, one in enumerate(order.tickets):
        problem = _holder_problem(one.holder, rate) or _extras_problem(one, rate)
        if problem is not None:
            return Wrong(field=f"tickets[{at}].{problem.field}", words=problem.words)
    return None


def _holder_problem(holder: Holder, rate: Rate) -> Wrong | None:
    for name in sorted(rate.needs):
        if not str(getattr(holder, name)).strip():
            return Wrong(field=name, words="is needed for this rate")
    if holder.email and not _MAIL.fullmatch(holder.email):
        return Wrong(field="email", words="is no e-mail address")
    if holder.document_type and holder.document_type not in DOCUMENTS:
        return Wrong(field="document_type", words=f"must be one of {', '.join(DOCUMENTS)}")
    return None


def _extras_problem(one: Wanted, rate: Rate) -> Wrong | None:
    if any(rate.supplement(ref) is None for ref in one.supplements):
        return Wrong(field="supplements", words="has one that this rate does not offer")
    for question in rate.questions:
        said = one.holder.answers.get(question.ref, "").strip()
        if question.required and not said:
            return Wrong(field=f"answers.{question.ref}", words="is needed for this rate")
        if said and question.options and said not in question.options:
            return Wrong(field=f"answers.{question.ref}", words="is none of the answers that are offered")
    return None


def totals(order: Order, rate: Rate, price: Price) -> list[Money]:
    """What each ticket of the order costs."""
    return [ticket_total(one, rate, price, order) for one in order.tickets]


def total_problem(order: Order, costs: Money) -> Wrong | None:
    """Was the guest told another total?"""
    if order.expected is None or order.expected == costs:
        return None
    if order.expected.currency != costs.currency:
        return Wrong(field="currency", words=f"must be {costs.currency}")
    return Wrong(field="total", words=f"is {costs} now")


def ticket_total(wanted: Wanted, rate: Rate, price: Price, order: Order) -> Money:
    """What one ticket costs the guest: price, supplements, the warranty's share of the price, and on the platform's own
    payment page its fee."""
    fee = price.fee * (order.tender is Tender.PHONE)
    extras = [one.amount for ref in wanted.supplements if (one := rate.supplement(ref)) is not None]
    cover = [price.amount.share(rate.warranty)] if order.warranty and rate.warranty is not None else []
    return total([price.amount, fee, *extras, *cover], price.amount.currency)
