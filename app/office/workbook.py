"""A report as a workbook for people: a sheet for each list, amounts in units to read and in minor units to compute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.domain.money import DIGITS
from app.office.columns import Line, Section, sections
from app.office.report import Report

MOST_ROWS = 1_000_000
"""Rows of one sheet; what is more goes on in another."""
BOLD = Font(bold=True)
TITLES = {
    "total": "Totals", "by_account": "By account", "wallet_by_kind": "Wallet by kind",
    "wallet_balance": "Wallet balance", "reconciliation": "Sold at the door, and what the platform has of it",
}  # fmt: skip
"""Above sections that share a sheet."""
WORDS = {
    "ref": "id", "event_name": "event", "event": "event id", "at": "time", "sale_type": "sale type",
    "payment": "payment id", "amount_minor": "amount", "refund_minor": "refunded", "net_minor": "net",
    "refund_count": "refunds", "platform_count": "at the platform", "platform_minor": "amount at the platform",
    "difference_minor": "difference",
}  # fmt: skip
WIDTH = 20


class _Sheets:
    """Sheets that are filled row by row. A row is written at once, so each column needs one cell only."""

    def __init__(self) -> None:
        self.book = Workbook(write_only=True)
        self._open: dict[str, tuple[Any, int]] = {}
        self._cells: dict[tuple[str, int, str], Any] = {}

    def put(self, name: str, values: list[Any]) -> None:
        sheet, rows = self._open.get(name) or (self._new(name), 0)
        if rows >= MOST_ROWS:
            sheet, rows = self._new(f"{name} ({sum(one.title.startswith(name) for one in self.book) + 1})"), 0
        sheet.append([self._cell(sheet, at, one) for at, one in enumerate(values)])
        self._open[name] = (sheet, rows + 1)

    def bold(self, name: str, texts: list[str]) -> None:
        sheet = self._open[name][0] if name in self._open else self._new(name)
        self._open.setdefault(name, (sheet, 0))
        cells = [WriteOnlyCell(sheet, one) for one in texts]
        for cell in cells:
            cell.font = BOLD
        self.put(name, cells)

    def _cell(self, sheet: Any, at: int, value: Any) -> Any:
        """Text stays text, whatever it begins with; amounts show all their digits."""
        if isinstance(value, str):
            text = value if value.isprintable() else ILLEGAL_CHARACTERS_RE.sub("", value)
            return self._as(sheet, at, text, "@") if text.startswith("=") else text or None
        look = _look(value)
        return self._as(sheet, at, value, look) if look else value

    def _as(self, sheet: Any, at: int, value: Any, look: str) -> Any:
        cell = self._cells.get((sheet.title, at, look))
        if cell is None:
            cell = self._cells[sheet.title, at, look] = WriteOnlyCell(sheet)
            cell.number_format = look
        cell.value = value
        if look == "@":
            cell.data_type = "s"
        return cell

    def _new(self, title: str) -> Any:
        sheet = self.book.create_sheet(title)
        if title != "Summary":
            sheet.freeze_panes = "A2"
        for at in range(1, 20):
            sheet.column_dimensions[get_column_letter(at)].width = WIDTH
        return sheet


def _look(value: Any) -> str:
    if isinstance(value, Decimal):
        digits = -int(value.as_tuple().exponent)
        return f"#,##0.{'0' * digits}" if digits > 0 else "#,##0"
    if isinstance(value, datetime):
        return "yyyy-mm-dd hh:mm:ss"
    return "yyyy-mm-dd" if isinstance(value, date) else ""


def write_workbook(report: Report, path: Path, tick: Callable[[], None]) -> None:
    sheets = _Sheets()
    for section in sections():
        _section(sheets, section, report, tick)
    sheets.book.save(path)


def _section(sheets: _Sheets, section: Section, report: Report, tick: Callable[[], None]) -> None:
    shared = section.sheet == "Summary"
    if shared and section.name in TITLES:
        sheets.put(section.sheet, [])
        sheets.bold(section.sheet, [TITLES[section.name]])
    if section.name != "about":
        sheets.bold(section.sheet, _heads(section.columns))
    for line in section.lines(report):
        sheets.put(section.sheet, _cells(section.columns, line))
        tick()


def _heads(columns: tuple[str, ...]) -> list[str]:
    """The section's own words, then its amounts once more in minor units."""
    named = [WORDS.get(one, one) for one in columns]
    return [*named, *(f"{WORDS[one]} (minor units)" for one in columns if one.endswith("_minor"))]


def _cells(columns: tuple[str, ...], line: Line) -> list[Any]:
    exact = [one for one in columns if one.endswith("_minor")]
    return [_cell(name, line) for name in columns] + [line.get(name) for name in exact]


def _cell(name: str, line: Line) -> Any:
    value = line.get(name)
    if name.endswith("_minor") and value is not None:
        return Decimal(value).scaleb(-DIGITS[line["currency"]])
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0)
    return value
