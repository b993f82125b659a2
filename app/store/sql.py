"""Statements written once in SQLAlchemy Core, compiled once per database, run on the driver's own cursor.

A scan runs five of them; executing them through SQLAlchemy's connection costs more than SQLite itself (see
docs/adr/0003). What is not on the path of a scan or a page goes through the connection as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.selectable import Select

from app.store.types import UtcDateTime, from_micros, to_micros

Row = tuple[Any, ...]


class Prepared:
    """One statement, ready for one database."""

    __slots__ = ("_dates_in", "_dates_out", "_fixed", "_order", "sql")

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        if not isinstance(statement, ClauseElement):
            raise TypeError("only SQLAlchemy statements can be prepared")
        compiled: Any = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        binds: dict[str, Any] = compiled.binds
        self._fixed = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
        self._dates_in = tuple(
            name for name, bind in binds.items() if bind.required and isinstance(bind.type, UtcDateTime)
        )
        columns: list[Any] = list(statement.selected_columns) if isinstance(statement, Select) else []
        self._dates_out = tuple(i for i, one in enumerate(columns) if isinstance(one.type, UtcDateTime))

    def run(self, cursor: Any, /, **params: Any) -> Any:
        """Execute with these parameters; gives the cursor back."""
        for name in self._dates_in:
            params[name] = to_micros(params[name])
        if self._fixed:
            params |= self._fixed
        cursor.execute(self.sql, params if self._order is None else [params[name] for name in self._order])
        return cursor

    def rows(self, cursor: Any, /, **params: Any) -> list[Row]:
        rows: list[Row] = self.run(cursor, **params).fetchall()
        return [self._dated(row) for row in rows] if self._dates_out and rows else rows

    def many(self, cursor: Any, names: Sequence[str], rows: Iterable[Row]) -> None:
        """Run for each row; `names` says what stands where in a row. Instants must come as microseconds."""
        rows = list(rows)
        if not rows:
            return
        if self._order is None:
            cursor.executemany(self.sql, [dict(zip(names, row, strict=True)) for row in rows])
            return
        places = [names.index(name) for name in self._order]
        straight = places == list(range(len(names)))
        cursor.executemany(self.sql, rows if straight else [[row[at] for at in places] for row in rows])

    def _dated(self, row: Row) -> Row:
        changed = list(row)
        for at in self._dates_out:
            changed[at] = from_micros(changed[at])
        return tuple(changed)


class Statements:
    """Prepares each statement of a module at its first use."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._prepared: dict[int, tuple[Any, Prepared]] = {}

    def __call__(self, statement: Executable) -> Prepared:
        found = self._prepared.get(id(statement))
        if found is None:
            found = statement, Prepared(statement, self.dialect)
            self._prepared[id(statement)] = found
        return found[1]

    def upsert(self, table: Table, key: Sequence[str], update: Sequence[str]) -> Prepared:
        found = self._prepared.get(id(table))
        if found is None:
            found = table, Prepared(upsert(self.dialect, table, key, update), self.dialect)
            self._prepared[id(table)] = found
        return found[1]


def upsert(dialect: Dialect, table: Table, key: Sequence[str], update: Sequence[str]) -> Insert:
    """INSERT ... ON CONFLICT (key) DO UPDATE the columns named: the one place where the databases differ."""
    makers: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    insert = makers[dialect.name](table)
    statement: Insert = insert.on_conflict_do_update(
        index_elements=list(key), set_={name: insert.excluded[name] for name in update}
    )
    return statement
