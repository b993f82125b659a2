"""The long form of a report, read back from each of its four formats by other libraries than wrote it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import load_workbook

Line = dict[str, Any]
AMOUNTS = ("count", "amount_minor", "refund_count", "refund_minor", "net_minor")
KEYS = {"by_event": "event", "by_day": "day", "by_method": "method", "by_sale_type": "sale_type"}
SHEETS = {
    "by_event": "By event", "by_day": "By day", "by_method": "By method", "by_sale_type": "By sale type",
    "payment": "Payments", "refund": "Refunds", "unmatched_refund": "Unmatched refunds", "wallet": "Wallet",
}  # fmt: skip
Sums = dict[tuple[str, str, str], tuple[int, ...]]


def sums_of(path: Path) -> Sums:
    """(section, key, currency) -> payments, paid, refunds, refunded, net."""
    found: Sums = {}
    for section in ("total", *KEYS):
        for line in lines(path, section):
            key = str(line[KEYS[section]] or "") if section in KEYS else ""
            found[section, key[:10] if section == "by_day" else key, line["currency"]] = tuple(
                int(line[name]) for name in AMOUNTS
            )
    return found


def lines(path: Path, section: str) -> list[Line]:
    readers = {".csv": _csv, ".json": _json, ".parquet": _parquet, ".xlsx": _xlsx}
    return readers[path.suffix](path, section)


def _csv(path: Path, section: str) -> list[Line]:
    with path.open(encoding="utf-8", newline="") as file:
        return [one for one in csv.DictReader(file) if one["section"] == section]


def _json(path: Path, section: str) -> list[Line]:
    found: list[Line] = json.loads(path.read_text("utf-8"))[section]
    return found


def _parquet(path: Path, section: str) -> list[Line]:
    rows = duckdb.execute("SELECT * FROM read_parquet(?) WHERE section = ?", [str(path), section])
    names = [one[0] for one in rows.description or ()]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def _xlsx(path: Path, section: str) -> list[Line]:
    """With the long form's names for what is compared."""
    book = load_workbook(path, read_only=True)
    rows = [list(row) for row in book[SHEETS.get(section, "Summary")].iter_rows(values_only=True)]
    if section == "total":
        begin = next(at for at, row in enumerate(rows) if row and row[0] == "Totals")
        end = next((at for at in range(begin, len(rows)) if not any(rows[at])), len(rows))
        rows = rows[begin + 1 : end]
    return [_named(dict(zip(rows[0], row, strict=False))) for row in rows[1:] if any(one is not None for one in row)]


def _named(row: Line) -> Line:
    names = {
        "amount (minor units)": "amount_minor", "refunded (minor units)": "refund_minor", "refunds": "refund_count",
        "net (minor units)": "net_minor", "event": "event_name", "event id": "event", "id": "ref",
        "sale type": "sale_type",
    }  # fmt: skip
    for minor, unit in (("amount (minor units)", "amount"), ("refunded (minor units)", "refunded")):
        if row.get(minor) is not None:
            assert round(float(row[unit]) * 100) == row[minor]
    return {names.get(name, name): value for name, value in row.items()}
