"""Amounts on the wire: whole minor units (cents) with their currency."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from app.domain.money import DIGITS, Money
from app.web.wire.common import Given

_MOST_MINOR = 10**12


def _in_use(code: str) -> str:
    if code not in DIGITS:
        raise ValueError("is no currency")
    return code


Minor = Annotated[int, Field(strict=True, ge=0, le=_MOST_MINOR, description="In minor units: 1250 is 12.50 euros.")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(_in_use)]


class MoneyOut(Given):
    minor: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> MoneyOut:
        return cls(minor=money.minor, currency=money.currency)
