"""What stands in a target, read with nothing of ours."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import create_engine, make_url

Rows = list[dict[str, Any]]
MOVING = {"written_at", "updated_to", "began_at", "complete_at"}
"""Columns that tell when something was done, not what is there."""


class Look:
    """Tables of a target as dictionaries."""

    def __init__(self, to: str) -> None:
        self._to = to

    def rows(self, sql: str) -> Rows:
        scheme, _, path = self._to.partition(":///")
        if scheme == "sqlite":
            with sqlite3.connect(path) as connection:
                return _named(connection.execute(sql))
        if scheme in {"duckdb", "parquet"}:
            file = Path(path) / ".doorcheck.duckdb" if scheme == "parquet" else Path(path)
            with duckdb.connect(str(file), read_only=True) as connection:
                return _named(connection.execute(sql))
        engine = create_engine(make_url(self._to).set(drivername="postgresql+psycopg"))
        try:
            with engine.connect() as connection:
                return [dict(row._mapping) for row in connection.exec_driver_sql(sql)]
        finally:
            engine.dispose()

    def table(self, name: str, where: str = "1 = 1") -> Rows:
        return self.rows(f"SELECT * FROM {name} WHERE {where} ORDER BY account, id")

    def one(self, name: str, ref: str) -> dict[str, Any]:
        (row,) = self.table(name, f"id = '{ref}'")
        return row

    def count(self, name: str, where: str = "1 = 1") -> int:
        return int(self.rows(f"SELECT count(*) AS n FROM {name} WHERE {where}")[0]["n"])

    def still(self, name: str, order: str = "account, id") -> list[tuple[Any, ...]]:
        """Every row without the columns that tell when something was done."""
        found = self.rows(f"SELECT * FROM {name} ORDER BY {order}")
        return [tuple(str(value) for key, value in row.items() if key not in MOVING) for row in found]


def look_into(to: str) -> Look:
    return Look(to)


def _named(cursor: Any) -> Rows:
    names = [one[0] for one in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
