"""Looking at a database from outside, for `doctor`: without changing a row that matters."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from app.store.migrating import revision
from app.store.postgres import postgres_engine
from app.store.sqlite import sqlite_engine


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseHealth:
    """`commit_ms`: how long one durable commit takes. `problem` is empty when all is well."""

    kind: str
    durable: bool = False
    commit_ms: float = 0.0
    revision: str | None = None
    newest: str | None = None
    problem: str = ""


def look_at(url: str) -> DatabaseHealth:
    kind = make_url(url).get_backend_name()
    engine = (
        sqlite_engine(Path(make_url(url).database or ""), pooled=False) if kind == "sqlite" else postgres_engine(url)
    )
    try:
        current, newest = revision(engine)
        return DatabaseHealth(
            kind=kind, durable=_durable(engine), commit_ms=_commit_ms(engine), revision=current, newest=newest
        )
    except SQLAlchemyError as error:
        return DatabaseHealth(kind=kind, problem=str(getattr(error, "orig", None) or error))
    finally:
        engine.dispose()


def _durable(engine: Engine) -> bool:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            return bool(mode == "wal" and connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2)
        return bool(connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() != "off")


def _commit_ms(engine: Engine) -> float:
    """A commit that really writes: a counter is set to what it is."""
    with engine.connect() as connection:
        started = time.perf_counter()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN")
        connection.execute(text("UPDATE counters SET value = value WHERE name = 'admissions'"))
        connection.exec_driver_sql("COMMIT")
        return (time.perf_counter() - started) * 1000
