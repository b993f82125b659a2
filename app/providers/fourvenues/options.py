"""Heads by price option, as Fourvenues counts lists and passes. Pure: the stored counts and a party -> the new counts.

What is sent is absolute, so everything that is stored is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from app.domain.model import Party
from app.providers.fourvenues.client import Option
from app.providers.values import UNREADABLE, objects, text

SPECIAL = "<special>"
"""The option of a price that is no rate's."""
GENDERS = ("women", "men", "no_gender")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate's options in order: id, and the seconds after the event's start between which its price holds."""

    names: frozenset[str]
    options: tuple[tuple[str, float, float], ...]

    def at(self, seconds: float) -> str | None:
        """The option whose price holds then."""
        return next((ref for ref, since, until in self.options if since <= seconds < until), None)


class _Row(msgspec.Struct, frozen=True):
    id: Any = msgspec.field(name="_id", default=None)
    name: Any = None
    slug: Any = None
    rate_id: Any = None
    rate_name: Any = None
    rate_slug: Any = None
    enter: Any = None
    options: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a list entry or pass says of its options and its rate."""

    options: tuple[Option, ...]
    rate_names: frozenset[str]

    @property
    def heads(self) -> int:
        return sum(heads(option) for option in self.options)


def heads(option: Option) -> int:
    return option.women + option.men + option.no_gender


def entry(raw: bytes) -> Entry:
    """The options of a list entry or pass. Raises msgspec.DecodeError."""
    row = msgspec.json.decode(raw, type=_Row)
    names = (f"{kind}:{text(value)}" for kind, value in _named(row.rate_id, row.rate_slug, row.rate_name))
    summed: dict[str, Option] = {}
    for option in (_option(item) for item in objects(row.options) if text(item.get("_id"))):
        known = summed.get(option.id)
        summed[option.id] = _sum(known, option) if known else option
    return Entry(options=tuple(summed.values()), rate_names=frozenset(names))


def rate(raw: bytes) -> Rate | None:
    """A rate of lists or passes; None for one that can't be read."""
    try:
        row = msgspec.json.decode(raw, type=_Row)
    except UNREADABLE:
        return None
    names = (f"{kind}:{text(value)}" for kind, value in _named(row.id, row.slug, row.name))
    options = (_window(item) for item in objects(row.options) if text(item.get("_id")))
    return Rate(names=frozenset(names), options=tuple(options))


def rate_of(held: Entry, rates: Sequence[Rate]) -> Rate | None:
    """The rate of an entry, by id where both tell one, else by slug, else by name."""
    for kind in ("id:", "slug:", "name:"):
        wanted = {name for name in held.rate_names if name.startswith(kind)}
        found = next((one for one in rates if one.names & wanted), None)
        if found is not None:
            return found
    return None


def choose(held: Entry, party: Party | None, rates: Sequence[Rate], starts_at: datetime | None, at: datetime) -> str:
    """The option that heads are counted on: the asked one, else the price of the moment, else the first there is."""
    if party is not None and party.option:
        return party.option
    known = rate_of(held, rates)
    if known is not None and starts_at is not None:
        of_the_moment = known.at((at - starts_at).total_seconds())
        if of_the_moment is not None:
            return of_the_moment
    if held.options:
        return held.options[0].id
    return known.options[0][0] if known is not None and known.options else SPECIAL


def level(held: Entry, entered: int, chosen: str) -> tuple[Option, ...]:
    """The options with `entered` people in all: whom the options do not tell is counted on the chosen one."""
    missing = entered - held.heads
    return add(held.options, chosen, Party(no_gender=missing)) if missing > 0 else held.options


def add(options: Sequence[Option], chosen: str, party: Party) -> tuple[Option, ...]:
    """The options with the party counted on the chosen one."""
    known = next((option for option in options if option.id == chosen), None)
    if known is None:
        price = 0.0 if chosen == SPECIAL else None
        known = Option(id=chosen, women=0, men=0, no_gender=0, price=price)
        options = (*options, known)
    added = {gender: getattr(known, gender) + getattr(party, gender) for gender in GENDERS}
    return tuple(msgspec.structs.replace(one, **added) if one is known else one for one in options)


def take(options: Sequence[Option], chosen: str, party: Party) -> tuple[Option, ...]:
    """The options with the party taken back: its genders on the chosen option first, and nothing below zero."""
    left = {one.id: one for one in options}
    order = sorted(options, key=lambda one: one.id != chosen)
    owed = 0
    for gender in GENDERS:
        owed += _take(left, order, gender, getattr(party, gender))
    for gender in reversed(GENDERS):
        owed = _take(left, order, gender, owed)
    return tuple(left[one.id] for one in options)


def _take(left: dict[str, Option], order: Sequence[Option], gender: str, amount: int) -> int:
    """Takes heads of one gender, option by option; returns how many were not there."""
    for option in order:
        now = left[option.id]
        taken = min(getattr(now, gender), amount)
        left[option.id] = msgspec.structs.replace(now, **{gender: getattr(now, gender) - taken})
        amount -= taken
    return amount


def party_of(party: Party | None, heads: int) -> Party:
    """The party of a call; where it was not told, or tells another number, nobody's gender is known."""
    if party is None:
        return Party(no_gender=heads)
    return party if party.heads == heads else replace(party, women=0, men=0, no_gender=heads)


def _option(item: dict[str, Any]) -> Option:
    """A stored option; heads that only its total tells have no gender."""
    counts = {gender: _count(item.get(gender)) for gender in GENDERS}
    counts["no_gender"] += max(_count(item.get("total")) - sum(counts.values()), 0)
    ref = text(item.get("_id"))
    price = item.get("price")
    priced = isinstance(price, int | float) and not isinstance(price, bool)
    return Option(id=ref, **counts, price=(price if priced else 0.0) if ref == SPECIAL else None)


def _sum(one: Option, other: Option) -> Option:
    """An option that is stored in two parts, as one."""
    counts = {gender: getattr(one, gender) + getattr(other, gender) for gender in GENDERS}
    return msgspec.structs.replace(one, **counts)


def _window(item: dict[str, Any]) -> tuple[str, float, float]:
    """`from` and `until` of a price; an end that is not after its beginning is no end."""
    since, until = (_seconds(item.get(name)) for name in ("from", "until"))
    return text(item.get("_id")), since, until if until > since else float("inf")


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _count(value: object) -> int:
    return max(int(value), 0) if isinstance(value, int | float) and abs(value) < 1e6 else 0


def _named(ref: object, slug: object, name: object) -> list[tuple[str, object]]:
    return [(kind, value) for kind, value in (("id", ref), ("slug", slug), ("name", name)) if text(value)]
