"""Warehouses in SQLite and PostgreSQL, through SQLAlchemy. Rows go to the driver as they are: they are many."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, bindparam, create_engine, inspect, make_url, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import ColumnElement, Executable

from app.warehouse import values
from app.warehouse.migrating import Migration, widened
from app.warehouse.schema import CURSORS, META, TABLES, Column, Table, cursor_key
from app.warehouse.tables import sql_type, tables_at
from app.warehouse.target import Mark, Scope, TargetError, all_or_nothing

_AT_ONCE = 1000
"""Ids of one question."""
_BATCH = 5000
_LOCK = 7_236_114_021
"""The advisory lock of a synchronisation in PostgreSQL."""
_LOCK_TRIES = 100
_LOCK_WAIT_S = 0.05
"""A process that was killed leaves its lock as soon as the server notices."""
_PRAGMAS = ("synchronous=NORMAL", "busy_timeout=30000", "temp_store=MEMORY")


def sqlite_target(file: Path, release: Callable[[], None]) -> SqlTarget:
    """The warehouse in a file of SQLite; `release` lets go of its lock."""
    engine = create_engine(URL.create("sqlite", database=str(file)), isolation_level="AUTOCOMMIT")
    target = SqlTarget(engine, str(file), True, release)
    try:
        for pragma in _PRAGMAS:
            target.run(f"PRAGMA {pragma}")
    except TargetError:
        target.close()
        raise
    return target


def postgres_target(url: str) -> SqlTarget:
    """The warehouse in PostgreSQL. Raises TargetError where it can't be reached, or is being written to."""
    if importlib.util.find_spec("psycopg") is None:
        raise TargetError("PostgreSQL needs a driver: pip install 'doorcheck[postgres]'")
    try:
        parsed = make_url(url)
        engine = create_engine(parsed, isolation_level="AUTOCOMMIT", paramstyle="format")
    except (SQLAlchemyError, ValueError):
        raise TargetError("is no address of PostgreSQL: postgresql://user:password@host/database") from None
    target = SqlTarget(engine, parsed.render_as_string(hide_password=True).replace("+psycopg", ""), False)
    for _ in range(_LOCK_TRIES):
        if target.run("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).scalar():
            return target
        time.sleep(_LOCK_WAIT_S)
    target.close()
    raise TargetError(f"another synchronisation is writing to {target.name}")


class SqlTarget:
    """`Target` in a database that SQLAlchemy speaks to, on one connection."""

    def __init__(self, engine: Engine, name: str, alone: bool, release: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.alone = alone
        self._release = release
        self._engine = engine
        self._tables = tables_at().tables
        self._upserts: dict[str, str] = {}
        self._mark = "?" if engine.dialect.name == "sqlite" else "%s"
        with self._plainly("can't be reached"):
            self._connection: Connection = engine.connect()

    def run(self, sql: str, params: Any = None) -> Any:
        with self._plainly("could not be written"):
            return self._connection.exec_driver_sql(sql, params)

    def close(self) -> None:
        with contextlib.suppress(SQLAlchemyError, AttributeError):
            self._connection.close()
        self._engine.dispose()
        self._release()

    def finish(self) -> None:
        """See the port: the database is all there is."""

    # Reading

    def meta(self) -> Mapping[str, str]:
        meta = self._tables[META]
        return {row[0]: row[1] for row in self._execute(select(meta.c.name, meta.c.value))}

    def marks(self, account: str) -> Mapping[tuple[str, str], Mark]:
        one = self._tables[CURSORS].c
        wanted = select(one.resource, one.event_id, one.updated_to, one.began_at, one.offset_rows, one.complete_at)
        return {
            (resource, event): Mark(
                updated_to=_kept(to), began_at=_kept(began), offset_rows=offset or 0, complete_at=_kept(complete)
            )
            for resource, event, to, began, offset, complete in self._execute(wanted.where(one.account == account))
        }

    def digests(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, str]:
        sqlite, mark = self._engine.dialect.name == "sqlite", self._mark
        among = f"IN (SELECT value FROM json_each({mark}))" if sqlite else f"= ANY({mark})"
        sql = f"SELECT id, digest FROM {scope.table.name} WHERE account = {mark} AND deleted_at IS NULL AND id {among}"
        params = [scope.account, json.dumps(list(ids)) if sqlite else list(ids)]
        if scope.table.keyed_by_event:
            sql, params = f"{sql} AND event_id = {mark}", [*params, scope.event]
        return {row[0]: row[1] for row in self.run(sql, tuple(params)).fetchall()} if ids else {}

    def live(self, scope: Scope) -> Iterator[str]:
        one, last = self._tables[scope.table.name].c, ""
        while True:
            wanted = select(one.id).where(*self._within(scope), one.deleted_at.is_(None), one.id > last)
            ids = self._execute(wanted.order_by(one.id).limit(_BATCH)).scalars().all()
            yield from ids
            if len(ids) < _BATCH:
                return
            last = ids[-1]

    def damaged(self) -> Iterator[tuple[str, str, str, str]]:
        for table in TABLES:
            one = self._tables[table.name].c
            wanted = select(one.account, one.id, one.damage).where(one.damage.is_not(None), one.deleted_at.is_(None))
            for account, ref, why in self._execute(wanted.order_by(one.account, one.id)):
                yield account, table.name, ref, why

    def stored(self, table: Table) -> Iterator[Sequence[tuple[str, str, str, str]]]:
        made = self._tables[table.name]
        one = made.c
        key = [one[name] for name in table.key]
        last: tuple[str, ...] = ("",) * len(key)
        while True:
            rows = [tuple(row) for row in self._execute(_after(made, key, last))]
            if rows:
                yield [(row[0], row[1], row[2] or "", row[3] or "") for row in rows]
            if len(rows) < _AT_ONCE:
                return
            last = rows[-1][: len(key)]

    # Writing

    def transaction(self) -> AbstractContextManager[None]:
        return all_or_nothing(self.run, "BEGIN IMMEDIATE" if self._engine.dialect.name == "sqlite" else "BEGIN")

    def upsert(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self.run(self._upsert(table.name, table.key), list(rows))

    def mark_deleted(self, scope: Scope, ids: Sequence[str], at: str) -> None:
        made = self._tables[scope.table.name]
        for first in range(0, len(ids), _AT_ONCE):
            wanted = [*self._within(scope), made.c.id.in_(ids[first : first + _AT_ONCE])]
            self._execute(update(made).where(*wanted).values(deleted_at=self._instant(at)))

    def save_mark(self, scope: Scope, mark: Mark) -> None:
        row = (
            scope.account, scope.table.resource, scope.event, mark.updated_to, mark.began_at, mark.offset_rows,
            mark.complete_at,
        )  # fmt: skip
        self.run(self._upsert(CURSORS, cursor_key()), [row])

    def set_meta(self, name: str, value: str) -> None:
        self.run(self._upsert(META, ("name",)), [(name, value)])

    def rewrite(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        made = self._tables[table.name]
        wanted = [made.c[name] == bindparam(f"k_{name}") for name in table.key]
        change = update(made).where(*wanted).values({name: bindparam(f"v_{name}") for name in columns})
        names = [*(f"k_{name}" for name in ("account", "id", "event_id")), *(f"v_{name}" for name in columns)]
        named = [dict(zip(names, row, strict=True)) for row in rows]
        for row in named if not table.keyed_by_event else ():
            del row["k_event_id"]
        if named:
            with self._plainly("could not be written"):
                self._connection.execute(change, named)

    # Opening

    def tables(self) -> set[str]:
        with self._plainly("can't be read"):
            return set(inspect(self._connection).get_table_names())

    def ours(self) -> None:
        """See the port: whoever reads a file of SQLite meanwhile is not in the way, nor are we in theirs."""
        if self._engine.dialect.name == "sqlite":
            self.run("PRAGMA journal_mode=WAL")

    def create(self, version: int) -> None:
        with self._plainly("could not be made"):
            tables_at(version).create_all(self._connection, checkfirst=False)

    def add_column(self, table: str, column: Column) -> None:
        kind = sql_type(column).compile(dialect=self._engine.dialect)
        self.run(f"ALTER TABLE {table} ADD COLUMN {column.name} {kind}")

    def read_again(self, step: Migration) -> None:
        for table in widened(step):
            marks = self._tables[CURSORS]
            self._execute(update(self._tables[table.name]).values(digest=""))
            self._execute(update(marks).where(marks.c.resource == table.resource).values(updated_to=None))

    # Inside

    def _within(self, scope: Scope) -> list[ColumnElement[bool]]:
        one = self._tables[scope.table.name].c
        own = [one.account == scope.account]
        return [*own, one.event_id == scope.event] if scope.table.per_event else own

    def _execute(self, statement: Executable) -> Any:
        with self._plainly("could not be used"):
            return self._connection.execute(statement)

    def _upsert(self, name: str, key: Sequence[str]) -> str:
        """The statement as the driver takes it, its values in the order of the columns."""
        if name not in self._upserts:
            table, dialect = self._tables[name], self._engine.dialect
            maker: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect.name]
            insert = maker(table)
            changed = {one.name: insert.excluded[one.name] for one in table.columns if one.name not in key}
            statement = insert.on_conflict_do_update(index_elements=list(key), set_=changed)
            self._upserts[name] = str(statement.compile(dialect=dialect))
        return self._upserts[name]

    def _instant(self, at: str) -> Any:
        return at if self._engine.dialect.name == "sqlite" else values.moment(at)

    @contextlib.contextmanager
    def _plainly(self, what: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            origin = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()
            raise TargetError(f"{self.name} {what}: {origin[0] if origin else 'no reason told'}") from error


def _after(made: Any, key: Sequence[Any], last: Sequence[str]) -> Any:
    """The rows behind one, by their key."""
    event = made.c.event_id if "event_id" in made.c else made.c.id
    wanted = select(made.c.account, made.c.id, event, made.c.raw).where(tuple_(*key) > tuple_(*last))
    return wanted.order_by(*key).limit(_AT_ONCE)


def _kept(at: Any) -> str | None:
    return at if at is None or isinstance(at, str) else values.stamp(at)
