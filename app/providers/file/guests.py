"""The rows of a guests' file -> guests, each with a ref that stays when the rows around it change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import msgspec

from app.ports import Damaged
from app.providers.file import headers, values
from app.providers.file.headers import Header
from app.providers.file.text import ROWS_AHEAD, Record
from app.providers.file.values import Cell
from app.providers.values import Unusable

LONGEST_RAW = 2_000
"""Characters kept of a row that can't be used."""


class Guest(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One row. `heads` come in on it; `rfid` are tags in their one form; `status` is a person's own word."""

    ref: str
    name: str = ""
    code: str = ""
    heads: int = 1
    kind: str = ""
    rate: str = ""
    note: str = ""
    email: str = ""
    phone: str = ""
    status: str = ""
    tags: tuple[str, ...] = ()
    rfid: tuple[str, ...] = ()


@dataclass(slots=True)
class Guests:
    """A file of guests as it was read. `spoiled` says why a row can't be used whose guest is known."""

    file: str
    known: dict[str, Guest] = field(default_factory=dict)
    by_rfid: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spoiled: dict[str, str] = field(default_factory=dict)
    damaged: list[Damaged] = field(default_factory=list)
    delimiter: str = ";"
    """What an entry is to be written with, so that the same program opens both files alike."""
    _loosely: dict[str, str | None] | None = None

    def of(self, code: str, name: str) -> str | None:
        """The ref of whom a line of entries is about; None for somebody who is not in the file.

        A line without a code, or whose code a spreadsheet took for a number, is that of the only guest of its name.
        """
        for ref in (by_code(code), code) if code else (by_name(name), f"name:{name}"):
            if ref in self.known:
                return ref
        if code and not values.like_a_number(code):
            return None
        loosely = self._indexed()
        return loosely.get(by_name(name)) or (loosely.get(by_code(code.lstrip("0"))) if code else None)

    def _indexed(self) -> dict[str, str | None]:
        """Guests by name, and by code without the zeros before it, where that is one guest only."""
        if self._loosely is None:
            self._loosely = {}
            for guest in self.known.values():
                for word in {by_name(guest.name), by_code(guest.code.lstrip("0"))} - {by_name(""), by_code("")}:
                    self._loosely[word] = None if word in self._loosely else guest.ref
        return self._loosely


def written(guest: Guest) -> tuple[str, str]:
    """Code and name by which a line of entries is about this guest."""
    if guest.code:
        return guest.code, guest.name
    if guest.ref.startswith("rfid:"):
        return guest.ref, guest.name
    again = guest.ref.removeprefix(by_name(guest.name)).strip()
    return "", f"{guest.name} #{again}" if again.isdigit() else guest.name


def by_code(code: str) -> str:
    """The ref of the guest with this code."""
    return f"code:{code}"


def by_name(name: str) -> str:
    """The ref of a guest who has no code. Of two with one name the second is `Ana Ruiz #2`."""
    return f"name:{values.fold(name)}"


def read(records: Iterable[Record], file: str) -> Guests:
    """Guests from the rows of a table. Raises ProviderError (broken) where no row is a header."""
    rows = iter(records)
    first = list(islice(rows, ROWS_AHEAD))
    scores = [headers.score(record.cells) for record in first]
    if not any(scores):
        raise headers.missing(file, first[0].cells if first else ())
    at = scores.index(max(scores))
    return _Reader(headers.read(first[at].cells), file)(chain(first[at + 1 :], rows))


Filled = Mapping[str, Sequence[Cell]]
"""The cells of a row that are not empty, by what they hold."""


class _Reader:
    """Reads the rows under one header."""

    def __init__(self, header: Header, file: str) -> None:
        self._columns = tuple(header.columns.items())
        self._name_fields = ("name",) if header.whole_name else ("name", "surname")
        self._guests = Guests(file=file)
        self._lines: dict[str, int] = {}
        self._again: dict[str, int] = {}

    def __call__(self, records: Iterable[Record]) -> Guests:
        for record in records:
            try:
                self._take(record)
            except Unusable as error:
                self._damaged(record, str(error))
        return self._guests

    def _take(self, record: Record) -> None:
        if record.why:
            raise Unusable(record.why)
        filled = self._filled(record.cells)
        code = self._code(filled)
        try:
            guest = self._guest(filled, code)
        except Unusable as error:
            if code:
                self._guests.spoiled.setdefault(by_code(code), f"line {record.line}: {error}")
            raise
        self._lines[guest.ref] = record.line
        self._guests.known[guest.ref] = guest
        for tag in guest.rfid:
            self._guests.by_rfid[tag] = (*self._guests.by_rfid.get(tag, ()), guest.ref)

    def _filled(self, cells: Sequence[Cell]) -> Filled:
        wide = len(cells)
        return {
            field: told
            for field, places in self._columns
            if (told := [cells[at] for at in places if at < wide and cells[at] != ""])
        }

    def _code(self, filled: Filled) -> str:
        code = values.code(filled["code"][0]) if "code" in filled else ""
        before = self._lines.get(by_code(code)) if code else None
        if before:
            raise Unusable(f"the code is that of line {before} already")
        return code

    def _guest(self, filled: Filled, code: str) -> Guest:
        name, more = values.name_and_more(self._name(filled))
        rfid, labels = values.tags(filled["rfid"]) if "rfid" in filled else ((), ())
        if not (code or name or rfid):
            raise Unusable("there is neither a code nor a name")
        kind, rate = _line(filled, "kind", 60), _line(filled, "rate")
        if kind and values.kind(kind) is None:  # a word for a kind of ticket, not for what we call a kind
            labels = (*labels, kind) if rate else labels
            kind, rate = "", rate or kind
        return Guest(
            ref=by_code(code) if code else self._ref(name, rfid),
            name=name,
            code=code,
            heads=_heads(filled) or more or 1,
            kind=kind or ("" if code or rfid else "list"),
            rate=rate,
            note=_note(filled),
            email=_line(filled, "email"),
            phone=_line(filled, "phone", 60),
            status=values.line(values.needed(filled["status"][0], "status"), 40) if "status" in filled else "",
            tags=_tags(filled, labels),
            rfid=rfid,
        )

    def _ref(self, name: str, rfid: Sequence[str]) -> str:
        """What a guest without a code is known by, whatever else of the row changes."""
        if not values.fold(name):
            ref = f"rfid:{rfid[0]}" if rfid else f"name:{name}"
            if ref in self._lines:
                raise Unusable(f"there is nothing to tell it from line {self._lines[ref]}")
            return ref
        ref = by_name(name)
        while ref in self._lines:
            self._again[name] = self._again.get(name, 1) + 1
            ref = by_name(f"{name} #{self._again[name]}")
        return ref

    def _name(self, filled: Filled) -> str:
        parts = [
            values.line(values.needed(cell, "name")) for field in self._name_fields for cell in filled.get(field, ())
        ]
        return " ".join(parts).strip()

    def _damaged(self, record: Record, why: str) -> None:
        ref = f"line {record.line}"
        self._guests.damaged.append(Damaged(ref=ref, raw=raw(record), why=f"{ref}: {why}"))


def _line(filled: Filled, field: str, longest: int = 200) -> str:
    """The first cell of its kind that holds something."""
    if field not in filled:
        return ""
    return next((told for told in (values.line(cell, longest) for cell in filled[field]) if told), "")


def _heads(filled: Filled) -> int | None:
    heads = values.heads(filled["heads"][0]) if "heads" in filled else None
    return values.heads_with(filled["plus"][0]) if heads is None and "plus" in filled else heads


def _note(filled: Filled) -> str:
    notes = (values.line(cell, values.LONGEST_NOTE) for cell in filled.get("note", ()))
    return " · ".join(told for told in notes if told)[: values.LONGEST_NOTE]


def _tags(filled: Filled, more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(word for cell in filled.get("tags", ()) for word in values.words(cell)), *more)))


def raw(record: Record) -> bytes:
    """A row that can't be used, as it may be shown to a person."""
    told = "\t".join(cell if isinstance(cell, str) else f"({cell.why})" for cell in record.cells)
    return told[:LONGEST_RAW].encode("utf-8", "backslashreplace")
