"""The schema for SQLAlchemy: one set of tables for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Index, MetaData, Table, Text
from sqlalchemy import Column as SqlColumn
from sqlalchemy.types import TIMESTAMP, TypeEngine

from app.warehouse.migrating import VERSION, columns_at
from app.warehouse.schema import CURSOR_COLUMNS, CURSORS, META, META_COLUMNS, TABLES, Column, Kind, cursor_key

_INSTANT = TIMESTAMP(timezone=True).with_variant(Text(), "sqlite")
_DAY = Date().with_variant(Text(), "sqlite")
_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.WHOLE: BigInteger(), Kind.MINOR: BigInteger(), Kind.MODEL: BigInteger(), Kind.FLAG: Boolean(),
    Kind.INSTANT: _INSTANT, Kind.DAY: _DAY, Kind.NIGHT: _DAY,
}  # fmt: skip


def tables_at(version: int = VERSION) -> MetaData:
    """Every table as it was in a version of the schema."""
    made = MetaData()
    Table(META, made, *_columns(META_COLUMNS, ("name",)))
    Table(CURSORS, made, *_columns(columns_at(CURSORS, CURSOR_COLUMNS, version), cursor_key()))
    for one in TABLES:
        table = Table(one.name, made, *_columns(columns_at(one.name, one.columns, version), one.key))
        if one.per_event:
            Index(f"ix_{one.name}_event", table.c.account, table.c.event_id, table.c.id)
    return made


def sql_type(column: Column) -> TypeEngine[Any]:
    return _TYPES.get(column.kind, Text())


def _columns(columns: tuple[Column, ...], key: tuple[str, ...]) -> list[SqlColumn[Any]]:
    return [
        SqlColumn(one.name, sql_type(one), primary_key=one.name in key, nullable=one.name not in key) for one in columns
    ]
