"""The payments report on the wire. Every amount is in whole minor units of the currency beside it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from app.domain.money import DIGITS, Money
from app.domain.takings import (
    Balance,
    Moved,
    Night,
    Progress,
    Reconciled,
    Refund,
    Sum,
    Summary,
    Unread,
    counts,
)
from app.domain.takings import By as SummedBy
from app.web.wire.common import Given, Instant


class AmountOut(Given):
    minor: int = Field(description="Cents, where the currency has cents.")
    currency: str

    @classmethod
    def of(cls, amount: Money) -> AmountOut:
        return cls(minor=amount.minor, currency=amount.currency)


class SumOut(Given):
    """`key` is what it is summed by: a day, the platform's id of an event, a method; empty where it was not told."""

    account: str
    key: str
    name: str
    currency: str
    payments: int
    paid: int
    refunds: int
    refunded: int
    net: int

    @classmethod
    def of(cls, one: Sum) -> SumOut:
        account, key = one.key
        return cls(
            account=account, key=key, name=one.name, currency=one.currency, payments=one.payments,
            paid=one.paid.minor, refunds=one.refunds, refunded=one.refunded.minor, net=one.net.minor,
        )  # fmt: skip


class NightOut(Given):
    account: str
    id: str
    name: str
    day: date | None

    @classmethod
    def of(cls, one: Night) -> NightOut:
        return cls(account=one.account, id=one.ref, name=one.name, day=one.day)


class RefundOut(Given):
    """A refund whose payment is not in the report; `payment` is the id that it names."""

    account: str
    id: str
    payment: str
    event: str
    event_name: str
    at: Instant
    day: date
    reason: str
    amount: AmountOut

    @classmethod
    def of(cls, one: Refund) -> RefundOut:
        return cls(
            account=one.account, id=one.ref, payment=one.payment, event=one.event, event_name=one.event_name,
            at=one.at, day=one.day, reason=one.reason, amount=AmountOut.of(one.amount),
        )  # fmt: skip


class MovedOut(Given):
    kind: str
    count: int
    amount: AmountOut

    @classmethod
    def of(cls, one: Moved) -> MovedOut:
        return cls(kind=one.kind, count=one.count, amount=AmountOut.of(one.amount))


class BalanceOut(Given):
    account: str
    at: Instant
    amount: AmountOut

    @classmethod
    def of(cls, one: Balance) -> BalanceOut:
        return cls(account=one.account, at=one.at, amount=AmountOut.of(one.amount))


class ReconciledOut(Given):
    """What the door sold by one tender, and what the platform has of it; `there` is null for money it never sees."""

    tender: str
    count: int
    here: AmountOut
    there_count: int
    there: AmountOut | None
    difference: AmountOut

    @classmethod
    def of(cls, one: Reconciled) -> ReconciledOut:
        return cls(
            tender=one.tender.value, count=one.count, here=AmountOut.of(one.here), there_count=one.there_count,
            there=AmountOut.of(one.there) if one.there is not None else None,
            difference=AmountOut.of(one.difference),
        )  # fmt: skip


class UnreadOut(Given):
    account: str
    resource: str
    id: str
    field: str
    why: str

    @classmethod
    def of(cls, one: Unread) -> UnreadOut:
        return cls(account=one.account, resource=one.resource, id=one.ref, field=one.field, why=one.why)


class ConventionOut(Given):
    """`minor`: the platform's amounts were taken as cents; `units`: as euros."""

    account: str
    resource: str
    amounts: str
    rows: int


class MissingOut(Given):
    account: str
    resource: str
    words: str


class StatusCount(Given):
    """Payments by the platform's word for their state; those that brought no money are listed, not `counted`."""

    status: str
    payments: int
    counted: bool


class ReportOut(Given):
    """Of `unmatched` and `unread` the first 200, with the count of all. `door` is null where no sales are kept here.

    `digits` are those behind the point, by currency.
    """

    state: Literal["ready"] = "ready"
    first: date
    last: date
    timezone: str
    accounts: list[str]
    event: str
    as_of: Instant
    digits: dict[str, int]
    totals: list[SumOut]
    by_account: list[SumOut]
    by_event: list[SumOut]
    by_day: list[SumOut]
    by_method: list[SumOut]
    by_sale_type: list[SumOut]
    statuses: list[StatusCount]
    events: list[NightOut]
    wallet: list[MovedOut]
    balances: list[BalanceOut]
    unmatched: list[RefundOut]
    unmatched_count: int
    unread: list[UnreadOut]
    unread_count: int
    door: list[ReconciledOut] | None
    conventions: list[ConventionOut]
    missing: list[MissingOut]

    @classmethod
    def of(cls, made: Summary) -> ReportOut:
        asked, sums = made.asked, made.sums

        def by(what: SummedBy) -> list[SumOut]:
            return [SumOut.of(one) for one in sums.by(what)]

        return cls(
            first=asked.first, last=asked.last, timezone=str(asked.zone), accounts=list(asked.accounts),
            event=asked.event_name or asked.event, as_of=made.as_of, digits=_digits(made),
            totals=by(SummedBy.ALL), by_account=by(SummedBy.ACCOUNT), by_event=by(SummedBy.EVENT),
            by_day=by(SummedBy.DAY), by_method=by(SummedBy.METHOD), by_sale_type=by(SummedBy.SALE_TYPE),
            statuses=[
                StatusCount(status=status, payments=count, counted=counts(status)) for status, count in sums.statuses()
            ],
            events=[NightOut.of(one) for one in made.nights],
            wallet=[MovedOut.of(one) for one in sums.moved()],
            balances=[BalanceOut.of(one) for one in made.balances],
            unmatched=[RefundOut.of(one) for one in made.unmatched], unmatched_count=made.unmatched_count,
            unread=[UnreadOut.of(one) for one in made.unread], unread_count=made.unread_count,
            door=None if made.reconciled is None else [ReconciledOut.of(one) for one in made.reconciled],
            conventions=[
                ConventionOut(account=one.account, resource=one.resource, amounts=one.amounts, rows=one.rows)
                for one in made.conventions
            ],
            missing=[MissingOut(account=one.account, resource=one.resource, words=one.words) for one in made.missing],
        )  # fmt: skip


def _digits(made: Summary) -> dict[str, int]:
    currencies = {one.currency for one in made.sums.by(SummedBy.ALL)}
    currencies |= {one.amount.currency for one in made.sums.moved()}
    currencies |= {one.here.currency for one in made.reconciled or ()}
    return {one: DIGITS[one] for one in sorted(currencies)}


class ProgressOut(Given):
    """It is being made: ask again. Of `step` so many rows are `done`; `of` is 0 while nobody knows how many."""

    state: Literal["working"] = "working"
    what: str
    account: str
    step: int
    steps: int
    done: int
    of: int

    @classmethod
    def of_(cls, one: Progress) -> ProgressOut:
        return cls(what=one.what, account=one.account, step=one.step, steps=one.steps, done=one.done, of=one.of)
