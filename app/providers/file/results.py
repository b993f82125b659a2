"""The file of entries: read however a person's spreadsheet saved it, and one line more. Pure.

What is written is safe to open: a cell that a spreadsheet would work out as a formula begins with an apostrophe, which
is taken away again in reading.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from app.domain.outbox import AnswerKind
from app.ports import Damaged, ProviderError
from app.providers.file import excel, text, values
from app.providers.file.guests import raw
from app.providers.file.text import Record
from app.providers.file.values import Broken, Cell
from app.providers.values import Unusable

COLUMNS = ("code", "name", "heads", "at", "station", "scan", "inside")
_HEADERS = {
    "code": "code codigo", "name": "name nombre", "heads": "heads personas", "at": "at hora",
    "station": "station puesto", "scan": "scan lectura", "inside": "inside dentro",
}  # fmt: skip
_FIELD = {word: name for name, words in _HEADERS.items() for word in words.split()}
_KEPT = frozenset({"code", "name", "heads", "at", "scan"})
"""Columns without which a line of ours would not be understood again."""
_NEW = text.Writing("", "utf-8", b"\xef\xbb\xbf")
"""Without its mark Excel takes accents for something else."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_HEADS = re.compile(r"[+-]?\d{1,6}(?:[.,]0{1,2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the file. `code` and `name` are as they stand there; negative `heads` are an undo."""

    code: str = ""
    name: str = ""
    heads: int = 1
    at: str = ""
    station: str = ""
    scan: str = ""
    inside: str = ""

    @property
    def key(self) -> tuple[str, bool]:
        """What makes it the only one: the scan, and whether it lets in or takes back."""
        return self.scan, self.heads < 0

    def when(self, zone: tzinfo) -> datetime | None:
        return values.moment(self.at, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The file as it was read. One that is not `sound` can't be continued: it is kept aside and written anew."""

    data: bytes = b""
    writing: text.Writing = _NEW
    delimiter: str = ""
    columns: Mapping[str, int] = field(default_factory=dict)
    width: int = 0
    entries: list[Entry] = field(default_factory=list)
    damaged: list[Damaged] = field(default_factory=list)
    sound: bool = False
    torn: Entry | None = None
    """The last line, where it was torn off: its scan may be the beginning of one."""

    @property
    def ends(self) -> bool:
        """Does the last line have its end?"""
        return self.data.endswith((self.writing.encode("\n"), self.writing.encode("\r")))


def lost(before: Book, after: Book) -> list[Entry]:
    """Entries of ours that are in the file no more."""
    still = {one.key for one in after.entries}
    return [one for one in before.entries if one.scan and one.key not in still]


def whole(torn: Entry, lost: Sequence[Entry]) -> Entry | None:
    """The entry that a line is the beginning of; of several the last."""
    return next(
        (
            one
            for one in reversed(lost)
            if one.code.startswith(torn.code) and one.name.startswith(torn.name) and one.scan.startswith(torn.scan)
        ),
        None,
    )


def guarded(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if _FORMULA.match(value) else value


def unguarded(value: str) -> str:
    """What stood there before `guarded`."""
    return value[1:] if _GUARDED.match(value) else value


def read(data: bytes, name: str) -> Book:
    """What a file of entries says. Lines that can't be read are `damaged`; half an Excel file is an error (busy)."""
    if not data.startswith(excel.MAGIC):
        writing = text.decoded(data)
        rows = text.lines(writing.text)
        delimiter, start = text.separator(rows, _score)
        book = Book(data=data, writing=replace(writing, text=""), delimiter=delimiter, sound=True)
        return _book(book, list(text.records(rows, delimiter, start)))
    try:
        return _book(Book(data=data), list(excel.records(data, name, "", _score)))
    except ProviderError as error:
        if error.kind is not AnswerKind.BROKEN:
            raise
        return Book(data=data, damaged=[Damaged(ref="entries", raw=b"", why=error.words)])


def appended(book: Book, entry: Entry) -> Book:
    """The file with one line more, in its own writing, separator and order of columns."""
    ending = "\r\n" if book.writing.encode("\r\n") in book.data else "\n"
    cells = [""] * book.width
    for name, at in book.columns.items():
        cells[at] = _cell(entry, name)
    joint = _joint(book, ending)
    more = joint + _line(cells, book.delimiter, ending)
    try:
        data = book.data + book.writing.encode(more)
    except UnicodeEncodeError:  # a name that this writing has no letters for: all of it in one that has
        return read(_NEW.mark + _NEW.encode(text.decoded(book.data).text + more), "")
    return read(data, "") if joint else replace(book, data=data, entries=[*book.entries, entry], torn=None)


def afresh(entries: Iterable[Entry], delimiter: str) -> Book:
    """A new file of these entries."""
    rows = [COLUMNS, *([_cell(entry, name) for name in COLUMNS] for entry in entries)]
    return read(_NEW.mark + _NEW.encode("".join(_line(cells, delimiter, "\r\n") for cells in rows)), "")


def _cell(entry: Entry, name: str) -> str:
    value = getattr(entry, name)
    return str(value) if name == "heads" else guarded(value)


def _line(cells: Sequence[str], delimiter: str, ending: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending).writerow(cells)
    return out.getvalue()


def _joint(book: Book, ending: str) -> str:
    """What closes a last line that was torn off, so that ours does not become a part of it."""
    if book.ends:
        return ""
    last = text.lines(text.decoded(book.data).text)[-1]
    return f'"{ending}' if last.count('"') % 2 else ending


def _score(cells: Sequence[Cell]) -> int:
    """How many cells are headers of entries; 0 where nobody could be told by them."""
    known = _columns(cells)
    return len(known) if len(known) > 1 and not known.keys().isdisjoint({"code", "name"}) else 0


def _columns(cells: Sequence[Cell]) -> dict[str, int]:
    words = ["" if isinstance(cell, Broken) else values.fold(cell[:60]) for cell in cells]
    return {_FIELD[word]: at for at, word in reversed(list(enumerate(words))) if word in _FIELD}


def _book(book: Book, records: Sequence[Record]) -> Book:
    """The book with its lines, wherever a person has sorted the header to."""
    header = max(records, key=lambda record: _score(record.cells), default=None)
    columns = _columns(header.cells) if header and _score(header.cells) else {}
    if not columns and records and _looks_like_ours(records[0]):
        header, columns = None, {name: at for at, name in enumerate(COLUMNS)}
    width = max(len(header.cells) if header else 0, len(COLUMNS) if columns else 0)
    book = replace(book, columns=columns, width=width, sound=book.sound and columns.keys() >= _KEPT)
    last: Entry | None = None
    for record in records:
        if record is header and columns:
            continue
        try:
            last = _entry(record, columns)
            book.entries.append(last)
        except Unusable as error:
            last = None
            ref = f"entries line {record.line}"
            book.damaged.append(Damaged(ref=ref, raw=raw(record), why=f"{ref}: {error}"))
    return book if book.ends else replace(book, torn=last)


def _looks_like_ours(record: Record) -> bool:
    """Is it a line of the file without its header?"""
    cells = [cell for cell in record.cells if isinstance(cell, str)]
    return len(cells) >= len(COLUMNS) and bool(_HEADS.fullmatch(cells[2])) and values.moment(cells[3], UTC) is not None


def _entry(record: Record, columns: Mapping[str, int]) -> Entry:
    if record.why or not columns:
        raise Unusable(record.why or "there is no header that says what it is")
    told = {
        name: unguarded(values.needed(record.cells[at], name).strip())
        for name, at in columns.items()
        if at < len(record.cells)
    }
    code, name = told.get("code", ""), values.line(told.get("name", ""))
    if not (code or name):
        raise Unusable("there is neither a code nor a name")
    written = told.pop("heads", "").replace("\u2212", "-")
    if written and not _HEADS.fullmatch(written):
        raise Unusable(f"{values.line(written, 20)!r} is no number of heads")
    heads = int(float(written.replace(",", "."))) if written else 1
    return Entry(**(told | {"name": name}), heads=heads)
