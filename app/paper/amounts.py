"""Amounts, days and times as people read them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, tzinfo

from app.domain.money import DIGITS, Money

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
"""Of any other currency its code is written: a symbol is not everybody's."""
NO_BREAK = "\u00a0"
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}


def amount(money: Money, language: str) -> str:
    """In English `€12.50`, in Spanish `12,50 €`; a currency without a symbol here: `12.50 CHF`."""
    sign = "-" if money.minor < 0 else ""
    whole, _, rest = Money(abs(money.minor), money.currency).units.partition(".")
    symbol = SYMBOLS.get(money.currency)
    if language == "es":
        grouped = f"{int(whole):,}".replace(",", ".") if len(whole) > 4 else whole  # Spanish groups from five digits
        return f"{sign}{grouped}{',' + rest if DIGITS[money.currency] else ''}{NO_BREAK}{symbol or money.currency}"
    number = f"{int(whole):,}{'.' + rest if DIGITS[money.currency] else ''}"
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number}{NO_BREAK}{money.currency}"


def moment(at: datetime, zone: tzinfo, language: str) -> str:
    """`28 Nov 2026, 23:41`, in the venue's zone."""
    local = at.astimezone(zone)
    return f"{local.day} {_of(_MONTHS, language)[local.month - 1]} {local.year}, {local:%H:%M}"


def night_of(label: str, language: str) -> str:
    """The night of an event, `Sat 28 Nov 2026`; nothing for a label that is no day."""
    try:
        day = date.fromisoformat(label)
    except ValueError:
        return ""
    return f"{_of(_DAYS, language)[day.weekday()]} {day.day} {_of(_MONTHS, language)[day.month - 1]} {day.year}"


def tidy(text: str) -> str:
    """On one line, without what steers a printer or turns the reading direction: names come from anywhere."""
    seen = "".join(
        " " if one.isspace() else one for one in text if one.isspace() or unicodedata.category(one)[0] != "C"
    )
    return " ".join(seen.split())


def _of(table: Mapping[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    return table.get(language, table["en"])
