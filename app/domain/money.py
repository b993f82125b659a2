"""Amounts of money as whole minor units (cents) with their currency. Nothing here is ever a float."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_NO_MINOR = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP
    CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD
    KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWL"""
DIGITS = {code: digits for codes, digits in ((_NO_MINOR, 0), (_TWO, 2), (_THREE, 3)) for code in codes.split()}
"""Digits behind the point of every currency in use (ISO 4217)."""

MOST = 10**15
"""Minor units that no amount at a door reaches."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,20})?")
_NOISE = Decimal("1e-6")
"""What binary fractions add to an amount, in minor units: 0.1 + 0.2 is not wrong by a cent."""


class NoMoney(ValueError):
    """What was given is no amount of money; the message says why, without the field's name."""


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency`: `Money(1250, "EUR")` is 12.50 euros. Adds only to its own currency."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __str__(self) -> str:
        return f"{self.units} {self.currency}"

    @property
    def units(self) -> str:
        """In units, with a point and all its digits: `12.50`."""
        digits = DIGITS[self.currency]
        whole, rest = divmod(abs(self.minor), 10**digits)
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"

    def share(self, percent: Decimal) -> Money:
        """So many per cent of it, rounded half up to the minor unit."""
        exact = Decimal(self.minor) * percent / 100
        return Money(int((exact + Decimal("0.5")).to_integral_value("ROUND_FLOOR")), self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise NoMoney(f"is in {other.currency}, not in {self.currency}")
        return other.minor


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Their sum; nothing of `currency` when there are none."""
    return sum(amounts, Money(0, currency))


def currency_of(code: object) -> str:
    """The currency's code in capitals. Raises NoMoney for one that is not in use."""
    known = code.strip().upper() if isinstance(code, str) else ""
    if known not in DIGITS:
        raise NoMoney(f"{str(code)[:12]!r} is no currency")
    return known


def from_units(amount: object, currency: str) -> Money:
    """An amount in units, as a number or as text with a point: 12.5 euros are 1250 cents.

    Raises NoMoney for what is no number, and for more digits than the currency has.
    """
    exact = _decimal(amount).scaleb(DIGITS[currency])
    minor = exact.to_integral_value()
    if abs(exact - minor) > (_NOISE if isinstance(amount, float) else 0):
        raise NoMoney(f"{_shown(amount)} has more than {DIGITS[currency]} digits behind the point")
    return _made(int(minor), currency)


def from_minor(amount: object, currency: str) -> Money:
    """An amount in minor units: 1250 cents. Raises NoMoney for what is no whole number."""
    exact = _decimal(amount)
    if exact != exact.to_integral_value():
        raise NoMoney(f"{_shown(amount)} is no whole number of minor units")
    return _made(int(exact), currency)


def _made(minor: int, currency: str) -> Money:
    if abs(minor) > MOST:
        raise NoMoney("is more than any door takes")
    return Money(minor, currency)


def _decimal(amount: object) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, int | float | str | Decimal):
        raise NoMoney("is no number")
    text = repr(amount) if isinstance(amount, float) else str(amount).strip()
    try:
        exact = Decimal(text) if isinstance(amount, float | Decimal) or _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        exact = None
    if exact is None or not exact.is_finite():
        raise NoMoney(f"{_shown(amount)} is no number")
    return exact


def _shown(amount: object) -> str:
    return str(amount)[:24]
