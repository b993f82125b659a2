"""Rows as they were sent -> rows of a table. A row that can't be read costs a typed column, never the load."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import msgspec

from app.domain.money import Money, NoMoney
from app.ports.office import Archive
from app.warehouse import values
from app.warehouse.privacy import Privacy, scrubber
from app.warehouse.quick import Quick
from app.warehouse.schema import Column, Kind, Table

RULES = 1
"""Raise it when typed columns are read in another way: a complete pass then writes every row again."""
IDENTITY = (
    "at", "created_at", "event_id", "channel_id", "user_id", "payment_id", "resource_type", "resources_ids",
    "payment_method", "type", "currency",
)  # fmt: skip
"""What identifies a row without `_id`: what was paid for, by whom and when, but not what may change later."""
AMOUNTS = ("total_amount", "amount", "n_resources")
"""Identify it as well where it does not name what was paid for."""
_MOST_KNOWN = 20_000
_NUMBERS = (int, float)
_LONGEST_ID = 200

Raw = bytes
Values = tuple[Any, ...]


class _Head(msgspec.Struct, frozen=True):
    id: Any = msgspec.field(name="_id", default=None)
    updated_at: Any = None


_HEAD = msgspec.json.Decoder(_Head)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Sent:
    """A row that came: what it is called, how it is stored, and when it says that it was changed (as it was sent)."""

    id: str
    digest: str
    updated_at: Any
    stored: bytes
    row: dict[str, Any] | None
    """What is in it, where that was looked at already."""


class Reader:
    """Reads the rows of one account for one target."""

    def __init__(self, archive: Archive, privacy: Privacy, salt: str, zone: tzinfo) -> None:
        self._archive = archive
        self._zone = zone
        self._keeps = privacy is Privacy.KEEP
        self._scrub = scrubber(privacy, salt)
        context = f"{RULES}/{zone}/{_conventions(archive)}"
        self._context = hashlib.blake2b(context.encode(), digest_size=16).digest()
        self._amounts: dict[tuple[str, str], dict[Any, Money]] = {}
        self._plans: dict[str, _Plan] = {}
        self._quicks: dict[str, Quick] = {}

    def sent(self, table: Table, raw: Raw) -> Sent:
        """The head of a row: enough to see whether it has to be written."""
        if self._keeps:
            try:
                head = _HEAD.decode(raw)
                if type(head.id) is str and 0 < len(head.id) <= _LONGEST_ID and head.id.isprintable():
                    return Sent(head.id, self._digest(raw), head.updated_at, raw, None)
            except _UNREADABLE:
                pass
        return self._looked_at(table, raw)

    def typed(self, table: Table, event: str, sent: Sent, now: str) -> Values:
        """The row of the table. `event` is the event it was asked under; `now` is when it is written."""
        damage: list[str] = []
        own = self._quick(table).own(sent.stored, event, self._units)
        if own is None:
            row = sent.row if sent.row is not None else opened(sent.stored)
            own = self._own(table, event, row, damage) if row is not None else _nothing(table, event, damage)
        raw = sent.stored.decode("utf-8", "replace")
        return (
            self._archive.account, sent.id, *own, raw, sent.digest, "; ".join(damage) or None, now, None,
        )  # fmt: skip

    def _looked_at(self, table: Table, raw: Raw) -> Sent:
        row = opened(raw)
        if row is None:  # what can't be read can't be scrubbed either
            name = "~" + hashlib.blake2b(raw, digest_size=16, person=self._context).hexdigest()
            return Sent(name, self._digest(raw), None, raw if self._keeps else b"", None)
        kept = self._scrub(table.resource, row)
        stored = raw if self._keeps else msgspec.json.encode(kept)
        digest = self._digest(stored)
        return Sent(row_id(row), digest, row.get("updated_at"), stored, kept)

    def _digest(self, stored: bytes) -> str:
        return hashlib.blake2b(stored, digest_size=12, person=self._context).hexdigest()

    def _own(self, table: Table, event: str, row: dict[str, Any], damage: list[str]) -> list[Any]:
        """The table's own columns, value by value."""
        plan = self._plan(table)
        own: list[Any] = []
        amounts: dict[Any, Money] = self._known_amounts(table.resource, row) if plan.money else {}
        currency: str | None = None
        for column, kind, first, others, read in plan.steps:
            field, value = first, row.get(first)
            if others and (value is None or value == ""):
                field, value = _other(row, first, others)
            if kind is Kind.MINOR:
                money = amounts.get(value) if type(value) in _NUMBERS else None
                if money is None:
                    money = self._money(table.resource, row, column, field, damage, amounts)
                own.append(None if money is None else money.minor)
                currency = currency or (None if money is None else money.currency)
            elif value is None or value == "":
                own.append(None)
            else:
                own.append(_read(read, value, column, damage))
        for at, told in ((plan.event, event), (plan.currency, currency)):
            if at is not None:
                own[at] = told
        return own

    def _money(
        self,
        resource: str,
        row: dict[str, Any],
        column: Column,
        field: str,
        damage: list[str],
        amounts: dict[Any, Money],
    ) -> Money | None:
        """An amount that was not met before; `amounts` remembers it."""
        value = row.get(field)
        if (value is None or value == "") and not column.needed:
            return None
        try:
            money = self._archive.money(resource, row, field)
        except NoMoney as error:
            damage.append(f"{column.name}: {error}")
            return None
        if type(value) in _NUMBERS and len(amounts) < _MOST_KNOWN:
            amounts[value] = money
        return money

    def _known_amounts(self, resource: str, row: dict[str, Any]) -> dict[Any, Money]:
        """Amounts that were read before in the same convention and currency: prices repeat."""
        key = (self._archive.amounts(resource, row), str(row.get("currency")))
        if len(self._amounts) > _MOST_KNOWN:
            self._amounts.clear()
        return self._amounts.setdefault(key, {})

    def _units(self, currency: str) -> Mapping[Any, Money]:
        return self._amounts.get(("units", currency), {})

    def _quick(self, table: Table) -> Quick:
        quick = self._quicks.get(table.name)
        if quick is None:
            quick = self._quicks[table.name] = Quick(table, self._zone)
        return quick

    def _plan(self, table: Table) -> _Plan:
        plan = self._plans.get(table.name)
        if plan is None:
            plan = self._plans[table.name] = _planned(table, self._zone)
        return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How the rows of a table are read: (column, kind, field, other fields, reader), and which are not in the row."""

    steps: list[tuple[Column, Kind, str, tuple[str, ...], Callable[[Any], Any]]]
    money: bool
    event: int | None
    currency: int | None


def _planned(table: Table, zone: tzinfo) -> _Plan:
    readers: dict[Kind, Callable[[Any], Any]] = {
        Kind.TEXT: values.text, Kind.WHOLE: values.whole, Kind.FLAG: values.flag, Kind.INSTANT: values.instant,
        Kind.DAY: lambda value: values.day(value, zone), Kind.NIGHT: lambda value: values.night(value, zone),
        Kind.MODEL: lambda _value: 2,
    }  # fmt: skip
    kinds = [one.kind for one in table.own]
    return _Plan(
        steps=[
            (one, one.kind, (one.fields or ("",))[0], one.fields[1:], readers.get(one.kind, lambda _value: None))
            for one in table.own
        ],
        money=Kind.MINOR in kinds,
        event=kinds.index(Kind.SCOPE) if Kind.SCOPE in kinds else None,
        currency=kinds.index(Kind.CURRENCY) if Kind.CURRENCY in kinds else None,
    )


def _other(row: dict[str, Any], first: str, others: tuple[str, ...]) -> tuple[str, Any]:
    """Another field that has something for the column, where its first one has nothing."""
    for name in others:
        if row.get(name) not in (None, ""):
            return name, row[name]
    return first, None


def _read(read: Callable[[Any], Any], value: Any, column: Column, damage: list[str]) -> Any:
    try:
        return read(value)
    except values.Damaged as error:
        damage.append(f"{column.name}: {error}")
        return None


def row_id(row: dict[str, Any]) -> str:
    """What the row is called: its `_id`, or `~` and a hash of what identifies it."""
    told = row.get("_id")
    if isinstance(told, int) and not isinstance(told, bool):
        return str(told)
    if isinstance(told, str) and 0 < len(told) <= _LONGEST_ID and told.isprintable():
        return told
    names: Sequence[str] = IDENTITY if row.get("resources_ids") else (*IDENTITY, *AMOUNTS)
    known = {name: row[name] for name in ("_id", *names) if row.get(name) is not None} or row
    return "~" + hashlib.blake2b(_canonical(known), digest_size=16).hexdigest()


def _canonical(known: dict[str, Any]) -> bytes:
    return json.dumps(known, sort_keys=True, separators=(",", ":")).encode()


def opened(raw: bytes) -> dict[str, Any] | None:
    """What is in a row; None when that can't be told."""
    try:
        row = msgspec.json.decode(raw)
    except _UNREADABLE:
        try:
            told = json.loads(raw.decode("utf-8", "replace"), parse_constant=str, parse_float=str)
            row = msgspec.json.decode(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None
    return row if isinstance(row, dict) else None


def _conventions(archive: Archive) -> str:
    """How the account reads amounts: where its settings change, rows are to be written again."""
    told = [archive.amounts("payments", {name: 0}) for name in ("amount", "total_amount")]
    return "/".join([*told, archive.money("tickets", {"price": 0}, "price").currency])


def updated(stamps: Sequence[Any]) -> str | None:
    """The newest of what rows say of when they were changed, as it is kept."""
    numbers = [one for one in stamps if type(one) is int]
    told = [one for one in stamps if isinstance(one, str)] + ([max(numbers)] if numbers else [])
    return max(filter(None, map(_readable, told)), default=None)


def _readable(stamp: Any) -> str | None:
    try:
        return values.instant(stamp)
    except values.Damaged:
        return None


def _nothing(table: Table, event: str, damage: list[str]) -> list[Any]:
    damage.append("the row can't be read")
    return [event if column.kind is Kind.SCOPE else None for column in table.own]
