"""Text files of a table, in whatever writing and with whatever separator a spreadsheet saved them. Pure."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from app.providers.file.values import Cell

DELIMITERS = (";", ",", "\t", "|")
NO_DELIMITER = "\x1f"
"""For a table of one column, whose cells may hold any of the others."""
ROWS_AHEAD = 20
"""Rows among which the header is looked for: some people write a title above their table."""
NEVER_CLOSED = "a quotation mark is never closed"

_LONGEST_ROW = 100
"""Lines of text in one row: what goes on for longer was never meant to."""
_SEPARATOR_TOLD = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

Score = Callable[[Sequence[Cell]], int]


@dataclass(frozen=True, slots=True)
class Writing:
    """Text, and how to write more of it. `mark` are the bytes before it that say how it is written."""

    text: str
    encoding: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """Raises UnicodeEncodeError for letters that this writing does not have."""
        return text.encode(self.encoding, "surrogatepass" if self.encoding.startswith("utf-16") else "surrogateescape")


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table. `line` is where it begins, counted from 1; `why` it can't be read at all."""

    line: int
    cells: Sequence[Cell]
    why: str = ""

    @property
    def empty(self) -> bool:
        return not any(cell if not isinstance(cell, str) else cell.strip() for cell in self.cells)


def decoded(data: bytes) -> Writing:
    """The text of a file. What its writing can't mean is kept as lone surrogates, which no cell may hold."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return Writing(_lenient(data[len(mark) :], encoding), encoding, mark)
    zeros = data[:2000].count(b"\0")
    if zeros > len(data[:2000]) // 4:  # every other byte of western text in UTF-16
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
        return Writing(_lenient(data, encoding), encoding)
    try:
        return Writing(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _eight_bits(data)


def _eight_bits(data: bytes) -> Writing:
    """No UTF-8: the writing of Windows, unless most of what is not English does make sense as UTF-8."""
    lenient = data.decode("utf-8", "surrogateescape")
    strange = sum("\udc80" <= letter <= "\udcff" for letter in lenient)
    sensible = sum("\x7f" < letter < "\ud800" for letter in lenient)
    if sensible > strange:
        return Writing(lenient, "utf-8")
    return Writing(data.decode("cp1252", "surrogateescape"), "cp1252")


def _lenient(data: bytes, encoding: str) -> str:
    if encoding == "utf-8":
        return data.decode(encoding, "surrogateescape")
    return data[: len(data) // 2 * 2].decode(encoding, "surrogatepass")


def lines(text: str) -> list[str]:
    """The lines of a text, however they end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def separator(rows: Sequence[str], score: Score) -> tuple[str, int]:
    """What stands between cells, and at which line the table begins: told by Excel, else what makes most sense."""
    told = _SEPARATOR_TOLD.fullmatch(rows[0]) if rows else None
    if told:
        return told[1], 1
    best = (0, 0, NO_DELIMITER)
    for delimiter in DELIMITERS:
        for record in islice(records(rows, delimiter), ROWS_AHEAD):
            best = max(best, (score(record.cells), len(record.cells) - 1, delimiter), key=lambda one: one[:2])
    understood, cells, delimiter = best
    return (delimiter if understood == 0 or cells else NO_DELIMITER), 0


def torn(rows: Sequence[str], delimiter: str) -> bool:
    """Does the text end within a row? Only so it looks: some people's last row has no end and fewer cells."""
    last = rows[-1]
    wide = max((row.count(delimiter) for row in rows[:ROWS_AHEAD]), default=0)
    return last.strip() != "" and (last.count(delimiter) < wide or last.count('"') % 2 == 1)


def records(rows: Sequence[str], delimiter: str, start: int = 0) -> Iterator[Record]:
    """Rows of the table that are not empty. A quotation mark that is never closed spoils its own line only."""
    at = start
    while at < len(rows):
        if '"' in rows[at]:
            record, at = _quoted(rows, at, delimiter)
        else:
            record, at = Record(at + 1, rows[at].split(delimiter)), at + 1
        if record.why or not record.empty:
            yield record


def _quoted(rows: Sequence[str], at: int, delimiter: str) -> tuple[Record, int]:
    """The row that begins at a line with quotation marks, and where the next one does."""
    one = rows[at]
    cells = _cells(one, delimiter, strict=True)
    if cells is not None:
        return Record(at + 1, cells), at + 1
    if one.count('"') % 2 == 0:  # closed, but with text behind: `"Ana" Ruiz`
        return _spoiled_or(_cells(one, delimiter, strict=False), one, at), at + 1
    joined = one
    for end in range(at + 1, min(at + _LONGEST_ROW, len(rows))):
        joined = f"{joined}\n{rows[end]}"
        if rows[end].count('"') % 2:
            cells = _cells(joined, delimiter, strict=True)
            if cells is None:
                break
            return Record(at + 1, cells), end + 1
    return _spoiled_or(None, one, at), at + 1


def _spoiled_or(cells: list[str] | None, one: str, at: int) -> Record:
    return Record(at + 1, [one], NEVER_CLOSED) if cells is None else Record(at + 1, cells)


def _cells(text: str, delimiter: str, strict: bool) -> list[str] | None:
    """The cells of exactly one row; None for what is not one."""
    try:
        found = list(csv.reader([text], delimiter=delimiter, strict=strict))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else None
