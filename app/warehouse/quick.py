"""Sound rows read at once: what `rows` does value by value, for the many rows that have nothing odd in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from operator import itemgetter
from typing import Any

import msgspec

from app.domain.money import Money
from app.warehouse import values
from app.warehouse.schema import Kind, Table

_SOUND: dict[Kind, Any] = {
    Kind.TEXT: str | None, Kind.CURRENCY: str | None, Kind.WHOLE: int | None, Kind.FLAG: bool | None,
    Kind.MINOR: int | float | None, Kind.INSTANT: int | float | str | None,
}  # fmt: skip
"""What a field holds in a sound row. A field that is read in two ways may hold anything."""

Amounts = Callable[[str], Mapping[Any, Money]]


class Quick:
    """Reads the own columns of one table; answers None for a row that has to be read value by value.

    A row without a backslash has no escaped letters in it: none that a database does not take. A table whose amounts
    are in either convention is not read this way.
    """

    def __init__(self, table: Table, zone: tzinfo) -> None:
        kinds: dict[str, Any] = {}
        for one in table.own:
            for field in one.fields:
                kind = _SOUND.get(one.kind, Any)
                kinds[field] = kind if kinds.get(field, kind) == kind else Any
        names = list(kinds)
        fields = [(f"f{at}", kinds[name], msgspec.field(name=name, default=None)) for at, name in enumerate(names)]
        self._decoder = msgspec.json.Decoder(msgspec.defstruct("Sound", fields, frozen=True, gc=False))
        self._first = itemgetter(*(names.index(one.fields[0]) if one.fields else 0 for one in table.own))
        self._others = [
            (at, [names.index(name) for name in one.fields[1:]]) for at, one in enumerate(table.own) if one.fields[1:]
        ]
        self._places = {kind: [at for at, one in enumerate(table.own) if one.kind is kind] for kind in Kind}
        self._reads = _reads(self._places, zone)
        self._possible = not any(one.needed for one in table.own)

    def own(self, raw: bytes, event: str, amounts: Amounts) -> list[Any] | None:
        """The table's own columns, or None."""
        if not self._possible or b"\\" in raw:
            return None
        try:
            told = msgspec.structs.astuple(self._decoder.decode(raw))
            own = list(self._first(told))
            for at, others in self._others:
                if own[at] is None or own[at] == "":
                    own[at] = next((told[other] for other in others if told[other] not in (None, "")), None)
            for at, read in self._reads:
                value = own[at]
                own[at] = None if value is None or value == "" else read(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, values.Damaged):
            return None
        for at in self._places[Kind.TEXT]:
            if own[at] == "":
                own[at] = None
        for at in self._places[Kind.SCOPE]:
            own[at] = event
        return own if self._money(own, amounts) else None

    def _money(self, own: list[Any], amounts: Amounts) -> bool:
        """Minor units instead of amounts; False where one was not met before."""
        if not self._places[Kind.MINOR]:
            return True
        (currency_at,) = self._places[Kind.CURRENCY]
        known = amounts(str(own[currency_at]))
        currency = None
        for at in self._places[Kind.MINOR]:
            value = own[at]
            if value is not None:
                money = known.get(value)
                if money is None:
                    return False
                own[at] = money.minor
                currency = currency or money.currency
        own[currency_at] = currency
        return True


def _reads(places: Mapping[Kind, list[int]], zone: tzinfo) -> list[tuple[int, Callable[[Any], Any]]]:
    """What is still to be done to a sound value, column by column."""
    read: dict[Kind, Callable[[Any], Any]] = {
        Kind.WHOLE: values.whole, Kind.INSTANT: values.instant, Kind.MODEL: lambda _value: 2,
        Kind.DAY: lambda value: values.day(value, zone), Kind.NIGHT: lambda value: values.night(value, zone),
    }  # fmt: skip
    return [(at, read[kind]) for kind, found in places.items() if kind in read for at in found]
