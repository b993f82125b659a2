"""Warehouses in a file of DuckDB, and in a folder of Parquet files that are written from one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from app.warehouse import values
from app.warehouse.migrating import Migration, columns_at, widened
from app.warehouse.schema import (
    CURSOR_COLUMNS,
    CURSORS,
    META,
    META_COLUMNS,
    TABLES,
    Column,
    Kind,
    Table,
    cursor_key,
)
from app.warehouse.target import Mark, Scope, TargetError, all_or_nothing

_BATCH = 2000
_TYPES = {
    Kind.WHOLE: "BIGINT", Kind.MINOR: "BIGINT", Kind.MODEL: "BIGINT", Kind.FLAG: "BOOLEAN", Kind.INSTANT: "TIMESTAMP",
    Kind.DAY: "DATE", Kind.NIGHT: "DATE",
}  # fmt: skip
_CHANGED = "parquet:"
"""Before a table's name in the target's meta: its Parquet file is older than the table."""


def duck_target(file: Path, folder: Path | None, release: Callable[[], None]) -> DuckTarget:
    """The warehouse in a file of DuckDB; with `folder`, its tables are told there as Parquet files too."""
    try:
        connection = duckdb.connect(str(file), config={"preserve_insertion_order": "false"})
    except duckdb.Error as error:
        raise TargetError(f"{file} can't be opened: {_first_line(error)}") from None
    return DuckTarget(connection, str(folder or file), folder, release)


class DuckTarget:
    """`Target` in DuckDB. A page arrives as one JSON text: a statement for each row takes a hundred times as long."""

    alone = True

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, name: str, folder: Path | None, release: Callable[[], None]
    ) -> None:
        self.name = name
        self._connection = connection
        self._folder = folder
        self._release = release
        self._upserts: dict[str, str] = {}

    def run(self, sql: str, params: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(sql, list(params))
        except duckdb.Error as error:
            raise TargetError(f"{self.name} could not be used: {_first_line(error)}") from error

    def close(self) -> None:
        self._connection.close()
        self._release()

    # Reading

    def meta(self) -> Mapping[str, str]:
        return dict(self.run(f"SELECT name, value FROM {META}").fetchall())

    def marks(self, account: str) -> Mapping[tuple[str, str], Mark]:
        columns = "resource, event_id, updated_to, began_at, offset_rows, complete_at"
        rows = self.run(f"SELECT {columns} FROM {CURSORS} WHERE account = ?", [account]).fetchall()
        return {
            (resource, event): Mark(
                updated_to=_kept(to), began_at=_kept(began), offset_rows=offset or 0, complete_at=_kept(complete)
            )
            for resource, event, to, began, offset, complete in rows
        }

    def digests(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, str]:
        also = "AND event_id = ?" if scope.table.keyed_by_event else ""
        sql = f"""SELECT id, digest FROM {scope.table.name}
            WHERE account = ? AND id IN (SELECT unnest(?)) {also} AND deleted_at IS NULL"""
        event = [scope.event] if also else []
        return dict(self.run(sql, [scope.account, list(ids), *event]).fetchall()) if ids else {}

    def live(self, scope: Scope) -> Iterator[str]:
        where, params = _within(scope)
        rows = self.run(f"SELECT id FROM {scope.table.name} WHERE {where} AND deleted_at IS NULL", params).fetchall()
        return (row[0] for row in rows)

    def damaged(self) -> Iterator[tuple[str, str, str, str]]:
        for table in TABLES:
            sql = f"SELECT account, id, damage FROM {table.name} WHERE damage IS NOT NULL AND deleted_at IS NULL"
            for account, ref, why in self.run(f"{sql} ORDER BY account, id").fetchall():
                yield account, table.name, ref, why

    def stored(self, table: Table) -> Iterator[Sequence[tuple[str, str, str, str]]]:
        event = "event_id" if "event_id" in table.names else "''"
        keys = self.run(f"SELECT account, id, coalesce({event}, '') FROM {table.name}").fetchall()
        for first in range(0, len(keys), _BATCH):
            ids = sorted({ref for _, ref, _ in keys[first : first + _BATCH]})
            sql = f"SELECT account, id, coalesce({event}, ''), raw FROM {table.name} WHERE id IN (SELECT unnest(?))"
            yield self.run(sql, [ids]).fetchall()

    # Writing

    def transaction(self) -> AbstractContextManager[None]:
        return all_or_nothing(self.run, "BEGIN TRANSACTION")

    def upsert(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self._write(table.name, table.columns, table.key, rows)
            self._touched(table.name)

    def mark_deleted(self, scope: Scope, ids: Sequence[str], at: str) -> None:
        where, params = _within(scope)
        sql = f"UPDATE {scope.table.name} SET deleted_at = ?::TIMESTAMP WHERE {where} AND id IN (SELECT unnest(?))"
        if ids:
            self.run(sql, [_naive(at), *params, list(ids)])
            self._touched(scope.table.name)

    def save_mark(self, scope: Scope, mark: Mark) -> None:
        row = (
            scope.account, scope.table.resource, scope.event, mark.updated_to, mark.began_at, mark.offset_rows,
            mark.complete_at,
        )  # fmt: skip
        self._write(CURSORS, CURSOR_COLUMNS, cursor_key(), [row])

    def set_meta(self, name: str, value: str) -> None:
        self._write(META, META_COLUMNS, ("name",), [(name, value)])

    def rewrite(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        kinds = {one.name: one for one in table.columns}
        keys = table.key
        given = ("account", "id", "event_id", *columns)
        shape = _shape([kinds.get(name, kinds["id"]) for name in given], given)
        sets = ", ".join(f'"{name}" = r."{name}"' for name in columns)
        same = " AND ".join(f't."{name}" = r."{name}"' for name in keys)
        sql = f"UPDATE {table.name} t SET {sets} FROM (SELECT unnest(from_json(?::JSON, '{shape}')) AS r) WHERE {same}"
        if rows:
            self.run(sql, [_as_json(given, rows)])
            self._touched(table.name)

    def finish(self) -> None:
        """See the port. A Parquet file is replaced in one step, and only where its table was written to."""
        if self._folder is None:
            return
        waiting = {name.removeprefix(_CHANGED) for name in self.meta() if name.startswith(_CHANGED)}
        for table in TABLES:
            file = self._folder / f"{table.name}.parquet"
            if table.name in waiting or not file.exists():
                self._tell(table, file)

    # Opening

    def tables(self) -> set[str]:
        return {row[0] for row in self.run("SELECT table_name FROM information_schema.tables").fetchall()}

    def ours(self) -> None:
        """See the port: there is nothing to set."""

    def create(self, version: int) -> None:
        self._make(META, META_COLUMNS, ("name",))
        self._make(CURSORS, columns_at(CURSORS, CURSOR_COLUMNS, version), cursor_key())
        for one in TABLES:
            self._make(one.name, columns_at(one.name, one.columns, version), one.key)

    def add_column(self, table: str, column: Column) -> None:
        self.run(f'ALTER TABLE {table} ADD COLUMN "{column.name}" {_TYPES.get(column.kind, "VARCHAR")}')

    def read_again(self, step: Migration) -> None:
        for table in widened(step):
            self.run(f"UPDATE {table.name} SET digest = ''")
            self.run(f"UPDATE {CURSORS} SET updated_to = NULL WHERE resource = ?", [table.resource])

    # Inside

    def _make(self, name: str, columns: Sequence[Column], key: Sequence[str]) -> None:
        told = ", ".join(f'"{one.name}" {_TYPES.get(one.kind, "VARCHAR")}' for one in columns)
        self.run(f"CREATE TABLE {name} ({told}, PRIMARY KEY ({', '.join(key)}))")

    def _write(self, name: str, columns: Sequence[Column], key: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        names = [one.name for one in columns]
        if name not in self._upserts:
            self._upserts[name] = _upsert(name, columns, key)
        self.run(self._upserts[name], [_as_json(names, rows)])

    def _touched(self, name: str) -> None:
        if self._folder is not None:
            self.set_meta(_CHANGED + name, "")

    def _tell(self, table: Table, file: Path) -> None:
        draft = file.with_name(file.name + ".new")
        quoted = str(draft).replace("'", "''")
        order = ", ".join(table.key)
        self.run(f"COPY (SELECT * FROM {table.name} ORDER BY {order}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
        os.replace(draft, file)
        self.run(f"DELETE FROM {META} WHERE name = ?", [_CHANGED + table.name])


def _upsert(name: str, columns: Sequence[Column], key: Sequence[str]) -> str:
    names = [one.name for one in columns]
    told = ", ".join(f'"{one}"' for one in names)
    taken = ", ".join(f'r."{one}"' for one in names)
    sets = ", ".join(f'"{one}" = excluded."{one}"' for one in names if one not in key)
    return f"""INSERT INTO {name} ({told}) SELECT {taken}
        FROM (SELECT unnest(from_json(?::JSON, '{_shape(columns, names)}')) AS r)
        ON CONFLICT ({", ".join(key)}) DO UPDATE SET {sets}"""


def _shape(columns: Sequence[Column], names: Sequence[str]) -> str:
    return json.dumps([{name: _TYPES.get(one.kind, "VARCHAR") for name, one in zip(names, columns, strict=True)}])


def _as_json(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> str:
    return msgspec.json.encode([dict(zip(names, row, strict=True)) for row in rows]).decode()


def _within(scope: Scope) -> tuple[str, list[str]]:
    if scope.table.per_event:
        return "account = ? AND event_id = ?", [scope.account, scope.event]
    return "account = ?", [scope.account]


def _naive(at: str) -> str:
    return at.removesuffix("Z")


def _kept(at: Any) -> str | None:
    return None if at is None else values.stamp(values.moment(at.isoformat()) or at)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason told"])[0]
