"""What can be bought, on the wire."""

from __future__ import annotations

from datetime import datetime

from app.domain.sale import MOST_AT_ONCE, Price, Question, Rate, Supplement, Tender
from app.web.wire.common import EventName, Given, Instant
from app.web.wire.money import MoneyOut


class PriceOut(Given):
    """One price of a rate. `fee` comes on top of `amount` when it is paid by `phone`, never at the door; `left` is null
    where the platform does not tell it."""

    id: str
    name: str
    amount: MoneyOut
    fee: MoneyOut
    until: Instant | None
    left: int | None
    includes: str

    @classmethod
    def of(cls, one: Price) -> PriceOut:
        return cls(
            id=one.ref, name=one.name, amount=MoneyOut.of(one.amount), fee=MoneyOut.of(one.fee), until=one.until,
            left=one.left, includes=one.includes,
        )  # fmt: skip


class SupplementOut(Given):
    id: str
    name: str
    amount: MoneyOut

    @classmethod
    def of(cls, one: Supplement) -> SupplementOut:
        return cls(id=one.ref, name=one.name, amount=MoneyOut.of(one.amount))


class QuestionOut(Given):
    """`options`: only these are answers, where there are any."""

    id: str
    label: str
    required: bool
    options: list[str]

    @classmethod
    def of(cls, one: Question) -> QuestionOut:
        return cls(id=one.ref, label=one.label, required=one.required, options=list(one.options))


class RateOnSale(Given):
    """What can be bought. `current` and `following` are ids of `prices`; null: there is none now, or none after it.

    `needs` names the fields that each ticket must fill; `warranty` is the per cent of the price that it costs.
    """

    id: str
    name: str
    prices: list[PriceOut]
    current: str | None
    following: str | None
    supplements: list[SupplementOut]
    questions: list[QuestionOut]
    minimum: int
    maximum: int
    available: int | None
    warranty: float | None
    warranty_hours: int | None
    needs: list[str]
    tenders: list[Tender]

    @classmethod
    def of(cls, rate: Rate, now: datetime) -> RateOnSale:
        on = rate.price_at(now)
        refs = [one.ref for one in rate.prices]
        after = refs[refs.index(on.ref) + 1 :] if on is not None else [rate.following] if rate.following else []
        return cls(
            id=rate.ref, name=rate.name, prices=[PriceOut.of(one) for one in rate.prices],
            current=on.ref if on is not None else None, following=after[0] if after else None,
            supplements=[SupplementOut.of(one) for one in rate.supplements],
            questions=[QuestionOut.of(one) for one in rate.questions], minimum=max(rate.minimum, 1),
            maximum=min(rate.maximum or MOST_AT_ONCE, MOST_AT_ONCE), available=rate.available,
            warranty=None if rate.warranty is None else float(rate.warranty), warranty_hours=rate.warranty_hours,
            needs=sorted(rate.needs), tenders=sorted(rate.tenders),
        )  # fmt: skip


class RatesOut(Given):
    """`as_of`: when the platform last told them; null: never. `failed`: why it did not tell them now, for people."""

    event: EventName
    items: list[RateOnSale]
    as_of: Instant | None
    failed: str
