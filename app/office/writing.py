"""Files of a report: written under another name beside it, and there at once, whole, or not at all."""

from __future__ import annotations

import csv
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from app.office.columns import COLUMNS, Line, sections
from app.office.report import Report
from app.office.unmade import Unmade
from app.office.workbook import write_workbook

Tick = Callable[[], None]
"""Called for each row that was written."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
ROW_GROUP = 20_000
MEMORY = "192MB"
_TYPES = {str: "VARCHAR", int: "BIGINT", date: "DATE", datetime: "TIMESTAMPTZ"}
_INDENT = 2


def form_of(path: Path) -> str:
    """What the ending of a file's name says. Raises Unmade for one that is none of ours."""
    form = path.suffix.removeprefix(".").lower()
    if form not in WRITERS:
        raise Unmade(f"{path.name[-60:]!r} must end in .{', .'.join(WRITERS)}", "output")
    return form


class Target:
    """A file that is to be. Made before anything is asked of a platform, so that what can't be written is known."""

    def __init__(self, path: Path) -> None:
        self.form = form_of(path)
        self.path = path
        self._draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        if path.is_dir():
            raise Unmade(f"{path} is a folder", "output")
        with _writable(path):
            self._draft.touch(mode=0o600)

    def write(self, report: Report, tick: Tick = lambda: None) -> None:
        """All of it, or Unmade."""
        with _writable(self.path):
            WRITERS[self.form](report, self._draft, tick)
            with self._draft.open("rb") as file:
                os.fsync(file.fileno())
            self._draft.replace(self.path)

    def drop(self) -> None:
        """Nothing is left of a file that was not written."""
        self._draft.unlink(missing_ok=True)


@contextmanager
def target(path: Path) -> Iterator[Target]:
    made = Target(path)
    try:
        yield made
    finally:
        made.drop()


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unmade(f"{path} can't be written: {error.strerror or error}", "output") from None


def _write_csv(report: Report, path: Path, tick: Tick) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        _long_form(report, file, tick, harmless)


def _long_form(report: Report, file: TextIO, tick: Tick, kept: Callable[[Any], Any]) -> None:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for section in sections():
        for line in section.lines(report):
            whole = {"section": section.name} | line
            writer.writerow([kept(_text(whole.get(name))) for name in COLUMNS])
            tick()


def _write_parquet(report: Report, path: Path, tick: Tick) -> None:
    """The long form with its types, through DuckDB, which streams from the one file into the other."""
    plain = path.with_name(f"{path.name}.csv")
    try:
        with plain.open("w", encoding="utf-8", newline="") as file:
            _long_form(report, file, tick, lambda value: value)
        _pack(plain, path)
    finally:
        plain.unlink(missing_ok=True)


def _pack(plain: Path, path: Path) -> None:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY, "threads": 1, "temp_directory": str(path.parent),
        "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    }  # fmt: skip
    columns = {name: _TYPES[kind] for name, kind in COLUMNS.items()}
    texts = [name for name, kind in COLUMNS.items() if kind is str]
    import duckdb  # noqa: PLC0415 - large, and for this format only

    try:
        with duckdb.connect(":memory:", config=settings) as base:
            rows = base.read_csv(
                str(plain), header=True, columns=columns, auto_detect=False, parallel=False, delimiter=",",
                quotechar='"', escapechar='"', force_not_null=texts,
            )  # fmt: skip
            rows.write_parquet(str(path), row_group_size=ROW_GROUP)
    except duckdb.Error as error:
        raise OSError(str(error).splitlines()[0]) from None


def _write_json(report: Report, path: Path, tick: Tick) -> None:
    """One document: a list for each section, a line for each row."""
    with path.open("w", encoding="utf-8") as file:
        before = "{"
        for section in sections():
            file.write(f'{before}\n{" " * _INDENT}"{section.name}": [')
            gap = "\n"
            for line in section.lines(report):
                file.write(gap + " " * 2 * _INDENT + json.dumps(_plain(section.columns, line), ensure_ascii=False))
                gap = ",\n"
                tick()
            file.write("]")
            before = ","
        file.write("\n}\n")


def _plain(columns: tuple[str, ...], line: Line) -> Line:
    values = ((name, line.get(name)) for name in columns)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values}


def _text(value: Any) -> Any:
    return "" if value is None else value.isoformat() if isinstance(value, date) else value


def harmless(value: Any) -> Any:
    """A cell that begins like a formula gets an apostrophe: what a guest wrote must not run in a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


WRITERS: dict[str, Callable[[Report, Path, Tick], None]] = {
    "xlsx": write_workbook,
    "csv": _write_csv,
    "parquet": _write_parquet,
    "json": _write_json,
}
