"""Prices, supplements and questions of a ticket rate, as either API writes them -> our words. Pure.

What can't be read raises `Unusable` or `NoMoney`: a rate is shown whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.domain.money import Money, from_units
from app.domain.sale import Price, Question, Supplement
from app.providers.values import Unusable, items, moment, number_in, objects, text

_LONGEST = 300
"""Letters of a label."""
_MOST = 10_000_000
"""Tickets that no rate has."""
_FAR = timedelta(days=3650)


def prices(value: object, starts_at: datetime | None, currency: str) -> tuple[Price, ...]:
    """The prices of a rate in the order of their ends; one without an end is the last. Amounts are in units."""
    told = [_price(one, starts_at, currency) for one in _all(value, "prices")]
    return in_time(told)


def in_time(told: Sequence[Price]) -> tuple[Price, ...]:
    """In the order in which they end, those without an end last, else as they were told."""
    ends = [one.until.timestamp() if one.until else float("inf") for one in told]
    return tuple(told[at] for at in sorted(range(len(told)), key=lambda at: ends[at]))


def phase(known: Sequence[Price], now: datetime, told: str = "") -> tuple[str, str]:
    """Refs of the price that holds now and of the one after it; `told` is what the platform says holds now."""
    open_ones = [one for one in known if (one.until is None or one.until > now) and one.left != 0]
    refs = [one.ref for one in open_ones]
    at = refs.index(told) if told in refs else 0
    return refs[at] if refs else "", refs[at + 1] if len(refs) > at + 1 else ""


def supplements(value: object, currency: str) -> tuple[Supplement, ...]:
    """What can be bought with a ticket; amounts are in units."""
    return tuple(
        Supplement(
            ref=ref(one), name=text(one.get("label") or one.get("name"), _LONGEST), amount=_amount(one, currency)
        )
        for one in _all(value, "supplements")
    )


def questions(value: object) -> tuple[Question, ...]:
    """What is asked of a guest; only a dropdown tells the answers it takes."""
    return tuple(_question(one) for one in _all(value, "questions"))


def ref(item: dict[str, Any]) -> str:
    """The id of a rate or of a part of it. Raises Unusable."""
    told = text(item.get("_id"))
    if not told or BOTH in told:
        raise Unusable("something in it has no _id")
    return told


BOTH = "~"
"""Stands between two ids of one thing, where the two APIs name it differently; no id has it."""


def count(value: object, name: str) -> int | None:
    """A number of tickets, None when untold. Raises Unusable."""
    if value is None or value == "":
        return None
    number = None if isinstance(value, bool) else number_in(value)
    if number is None or not 0 <= number <= _MOST or number != int(number):
        raise Unusable(f"{name} is not a number of tickets")
    return int(number)


def percent(value: object, name: str) -> Decimal:
    """A share in per cent. Raises Unusable."""
    number = None if isinstance(value, bool) else number_in(value)
    if number is None or not 0 <= number <= 1000:
        raise Unusable(f"{name} is no percentage")
    return Decimal(str(value)) if number else Decimal(0)


def _price(item: dict[str, Any], starts_at: datetime | None, currency: str) -> Price:
    amount = _amount(item, currency)
    return Price(
        ref=ref(item),
        name=text(item.get("name"), _LONGEST) or text(item.get("content"), _LONGEST),
        amount=amount,
        fee=_fee(item, amount),
        until=moment(item.get("valid_until")) or _relative(item.get("until"), starts_at),
        left=_left(item),
        includes=text(item.get("includes"), _LONGEST) or text(item.get("content"), _LONGEST),
    )


def _relative(seconds: object, starts_at: datetime | None) -> datetime | None:
    """`until` of the Integrations API: seconds after the event's start, before it when negative; 0 tells no end."""
    number = number_in(seconds)
    if not number or starts_at is None:
        return None
    return starts_at + min(max(timedelta(seconds=number), -_FAR), _FAR)


def _left(item: dict[str, Any]) -> int | None:
    """`quantity` is how many there are at this price, 0 for no limit; `used`, where it is told, are gone."""
    quantity = count(item.get("quantity"), "quantity")
    if not quantity:
        return None
    return max(quantity - (count(item.get("used"), "used") or 0), 0)


def _fee(item: dict[str, Any], amount: Money) -> Money:
    """Per cent of the price, or units; the Integrations API tells none."""
    kind, quantity = item.get("fee_type"), item.get("fee_quantity")
    if quantity is None:
        return Money(0, amount.currency)
    if kind == "percentage":
        return amount.share(percent(quantity, "fee_quantity"))
    if kind != "fixed" and number_in(quantity) != 0:
        raise Unusable("fee_type is neither percentage nor fixed")
    return _not_negative(from_units(quantity, amount.currency), "fee_quantity")


def _amount(item: dict[str, Any], currency: str) -> Money:
    return _not_negative(from_units(item.get("price"), currency), "price")


def _not_negative(amount: Money, name: str) -> Money:
    if amount.minor < 0:
        raise Unusable(f"{name} is below nothing")
    return amount


def _question(item: dict[str, Any]) -> Question:
    answers = tuple(text(one, _LONGEST) for one in items(item.get("items"))) if item.get("type") == "dropdown" else ()
    return Question(
        ref=ref(item),
        label=text(item.get("label"), _LONGEST),
        required=item.get("required") is True,
        options=tuple(dict.fromkeys(one for one in answers if one)),
    )


def _all(value: object, name: str) -> list[dict[str, Any]]:
    """Objects of an array that may be absent. Raises Unusable when it is, or holds, something else."""
    if value is None:
        return []
    if not isinstance(value, list) or len(objects(value)) != len(value):
        raise Unusable(f"{name} are not a list of objects")
    return objects(value)


def matched(ours: Price, others: Sequence[Price]) -> Price | None:
    """The same price as the other API tells it: by id, else the only one of this amount."""
    same = [one for one in others if one.ref == ours.ref] or [one for one in others if one.amount == ours.amount]
    return same[0] if len(same) == 1 else None


def joined(ours: Price, theirs: Price) -> Price:
    """One price of both; the Channel Manager, which takes the money, knows more of it."""
    return replace(theirs, ref=both(ours.ref, theirs.ref), until=theirs.until or ours.until)


def both(ours: str, theirs: str) -> str:
    """A ref that either API's id can be had from."""
    return ours if ours == theirs else f"{ours}{BOTH}{theirs}"
