"""PostgreSQL: the same work with row locks, a connection each, tried again when two of them collide."""

from __future__ import annotations

import importlib.util
import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from app.ports import CallSoon, Clock, StoreError, Tx
from app.store.base import SqlStore, SqlTx
from app.store.sql import Statements

T = TypeVar("T")

TRIES = 8
COLLISIONS = frozenset({"40001", "40P01", "23505"})
"""Serialization failure, deadlock, and a row that another hub inserted first: the work is run again."""
AT_ONCE = 16


def postgres_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if importlib.util.find_spec("psycopg") is None:
        raise StoreError("PostgreSQL needs a driver: pip install 'doorcheck[postgres]'")
    return create_engine(
        parsed,
        isolation_level="AUTOCOMMIT",
        pool_size=AT_ONCE + 4,
        max_overflow=20,
        pool_pre_ping=True,
        pool_recycle=900,
    )


class PostgresStore(SqlStore):
    """`Store` on PostgreSQL, which several hubs may share."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._engine = postgres_engine(url)
        super().__init__(self._engine, clock, alone=False)
        self._sql = Statements(self._engine.dialect)
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="store")

    def run(self, work: Callable[[Tx], T]) -> T:
        for attempt in range(TRIES):
            try:
                return self._once(work)
            except Exception as error:
                if _state(error) not in COLLISIONS or attempt == TRIES - 1:
                    raise _plain(error) from error
            time.sleep(random.uniform(0, 0.01) * 2**attempt)  # noqa: S311 - to part two who collided
        raise AssertionError("unreachable")

    def bulk(self, work: Callable[[Tx], T]) -> T:
        return self.run(work)

    def submit(self, work: Callable[[Tx], T], call_soon: CallSoon | None = None) -> Future[T]:
        """On a thread of the pool: a statement waits for the server, which `call_soon`'s thread must not."""
        return self._workers.submit(self.run, work)

    def close(self) -> None:
        self._workers.shutdown()
        self._views.close()
        self._engine.dispose()

    def _once(self, work: Callable[[Tx], T]) -> T:
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor:
                tx = SqlTx(self._sql, cursor, connection)
                cursor.execute("BEGIN")
                try:
                    value = work(tx)
                    cursor.execute("COMMIT")
                except BaseException:
                    _roll_back(cursor)
                    raise
        self._committed(tx)
        return value


def _roll_back(cursor: Any) -> None:
    try:
        cursor.execute("ROLLBACK")
    except Exception:
        return


def _state(error: BaseException) -> str | None:
    origin = getattr(error, "orig", None) or error
    state: str | None = getattr(origin, "sqlstate", None)
    return state


def _plain(error: Exception) -> Exception:
    if isinstance(error, SQLAlchemyError) or _state(error) is not None:
        return StoreError(f"the database could not write: {type(error).__name__}")
    return error
