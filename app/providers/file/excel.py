"""Excel files -> rows of cells, read as what a person sees in them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice, zip_longest
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl

from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.providers.file import headers
from app.providers.file.text import ROWS_AHEAD, Record, Score
from app.providers.file.values import Broken, Cell

MAGIC = b"PK\x03\x04"
OLD_MAGIC = b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 512 * 1024 * 1024
EXACT_BELOW = 10**15
"""Excel keeps fifteen digits of a number and makes zeros of the rest."""

_ZEROS = re.compile(r"0+")
_FORMULA = re.compile(rb"<f[ >/]")


def records(data: bytes, file: str, sheet: str, score: Score) -> Iterator[Record]:
    """Rows of the named sheet, else of the first that has a header, from the header's neighbourhood on.

    Raises ProviderError: busy for half a file, broken for what is no table of Excel.
    """
    try:
        formulas = _checked(data, file)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        title = sheet or _first_with_header(book, file, score)
        if title not in book.sheetnames:
            names = ", ".join(repr(name) for name in book.sheetnames[:10])
            raise ProviderError(AnswerKind.BROKEN, f"{file}: there is no sheet {sheet!r}, but {names}")
        written = openpyxl.load_workbook(io.BytesIO(data), read_only=True) if formulas else None
        yield from _records(_rows(book, title), _rows(written, title) if written else None)
    except (zipfile.BadZipFile, zlib.error, EOFError, ParseError):
        raise ProviderError(AnswerKind.BUSY, f"{file} is only half there (is it being saved?)") from None
    except (KeyError, ValueError, TypeError, OSError, IndexError, AttributeError) as error:
        words = f"{file} can't be read as an Excel file ({type(error).__name__}); save it again as .xlsx"
        raise ProviderError(AnswerKind.BROKEN, words) from None


def _checked(data: bytes, file: str) -> bool:
    """Are there formulas in it? A file that unpacks to more than a machine at the door can hold is broken."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > MOST_UNPACKED:
            raise ProviderError(
                AnswerKind.BROKEN, f"{file} unpacks to {unpacked // 1024 // 1024} MB, which is too much"
            )
        return any(_has_formula(parts, part) for part in parts.namelist() if part.startswith("xl/worksheets/"))


def _has_formula(parts: zipfile.ZipFile, part: str) -> bool:
    tail = b""
    with parts.open(part) as file:
        while chunk := file.read(1 << 20):
            if _FORMULA.search(tail + chunk):
                return True
            tail = chunk[-3:]
    return False


def _first_with_header(book: Any, file: str, score: Score) -> str:
    seen: list[Record] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        first = list(islice(_records(_rows(book, sheet.title), None), ROWS_AHEAD))
        if any(score(record.cells) for record in first):
            return str(sheet.title)
        seen += first[:1]
    raise headers.missing(file, seen[0].cells if seen else ())


def _rows(book: Any, title: str) -> Iterator[Any]:
    sheet = book[title]
    sheet.reset_dimensions()  # some programs write them wrong, and rows would be missing
    return iter(sheet.iter_rows())


def _records(values: Iterator[Any], written: Iterator[Any] | None) -> Iterator[Record]:
    """Rows that are not empty. `written` are the same with their formulas instead of what they came to."""
    pairs = zip_longest(values, written or (), fillvalue=())
    for number, (row, formulas) in enumerate(pairs, 1):
        cells = [_cell(cell) for cell in row]
        for at, cell in enumerate(formulas):
            if cell.data_type == "f" and at < len(cells) and cells[at] == "":
                cells[at] = Broken("is a formula that was not worked out; open and save the file in Excel")
        record = Record(number, cells)
        if not record.empty:
            yield record


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return Broken(f"is an error ({value[:10]})") if cell.data_type == "e" else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value, cell)
    return _time(value)


def _number(value: float, cell: Any) -> Cell:
    if abs(value) >= EXACT_BELOW:
        return Broken("is a number of more than 15 digits, which Excel does not keep; its column must be text")
    if value != int(value):
        return f"{value:.10g}"
    digits = str(int(value))
    shown = cell.number_format
    return digits.zfill(len(shown)) if _ZEROS.fullmatch(shown) and value >= 0 else digits


def _time(value: object) -> str:
    """A day, an hour or both, as they are read."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return value.isoformat("minutes") if isinstance(value, time) else str(value)
