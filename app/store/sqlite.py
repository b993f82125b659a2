"""SQLite: one writer connection behind a turnstile, readers of their own, checkpoints off the path of a scan."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from app.ports import CallSoon, Clock, Room, StoreError, Tx
from app.store.base import SqlStore, SqlTx
from app.store.room import DiskRoom
from app.store.sql import Statements
from app.store.turnstile import Pass, Turnstile

log = structlog.get_logger()
T = TypeVar("T")

BUSY_S = 10.0
"""How long to wait for another process (a `doorcheck scan` beside the hub) to finish its transaction."""
SWITCH_AGAIN_S = 0.02
CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"
CHECKPOINT_EVERY_S = 0.2
MANY_COMMITS = 400
"""Commits (a scan's is about ten pages of log) after which the log is emptied; fewer wait for a quiet moment."""
FEW_COMMITS = 40
"""The same on a disk without room: the log must not grow."""
QUIET_S = 1.0
ROOM_EVERY_S = 1.0


def sqlite_engine(path: Path, pooled: bool = True) -> Engine:
    """An engine whose connections are durable (WAL, synchronous FULL) and whose transactions we begin ourselves."""
    pool: dict[str, Any] = (
        {"poolclass": QueuePool, "pool_size": 8, "max_overflow": 24} if pooled else {"poolclass": NullPool}
    )
    engine = create_engine(
        f"sqlite:///{path}", isolation_level="AUTOCOMMIT", connect_args={"check_same_thread": False}, **pool
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_S * 1000)}")
        _write_ahead(connection)
        for pragma in (
            "synchronous=FULL",
            "wal_autocheckpoint=0",
            "cache_size=-16000",
            "mmap_size=268435456",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Where two processes make one file, SQLite refuses the switch of the second at once, however long it may wait."""
    end = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(SWITCH_AGAIN_S)
        else:
            return


class SqliteStore(SqlStore):
    """`Store` on one SQLite file. `on_close` lets go of the file's lock."""

    def __init__(self, path: Path, clock: Clock, alone: bool, on_close: Callable[[], None] = lambda: None) -> None:
        self._engine = sqlite_engine(path)
        super().__init__(self._engine, clock, alone)
        self._on_close = on_close
        self._connection = self._engine.connect()
        driver: Any = self._connection.connection.driver_connection
        self._cursor = driver.cursor()
        self._cursor.execute("PRAGMA busy_timeout=0")  # an event loop may lead: it must not wait here
        self._tx = SqlTx(Statements(self._engine.dialect), self._cursor, self._connection)
        self._turnstile = Turnstile(self._serve)
        self._room = DiskRoom(path.absolute().parent)
        self._alone_here = alone
        self._commits = 0
        self._committed_at = 0.0
        self._closing = threading.Event()
        self._checkpoints = threading.Thread(target=self._checkpoint, name="checkpoint", daemon=True)
        self._checkpoints.start()

    def run(self, work: Callable[[Tx], T]) -> T:
        value: T = self._turnstile.run(work)
        return value

    def bulk(self, work: Callable[[Tx], T]) -> T:
        if self._room.level is not Room.AMPLE:
            raise StoreError("the disk is nearly full: what is left is for entries")
        value: T = self._turnstile.run(work, bulk=True)
        return value

    def submit(self, work: Callable[[Tx], T], call_soon: CallSoon | None = None) -> Future[T]:
        return self._turnstile.submit(work, call_soon)

    @property
    def room(self) -> Room:
        return self._room.level

    def close(self) -> None:
        self._closing.set()
        self._checkpoints.join()
        self._turnstile.close()
        self._views.close()
        self._cursor.close()
        self._connection.close()
        self._engine.dispose()
        self._on_close()

    def _serve(self, batch: Sequence[Pass]) -> Callable[[], None]:
        """All in one transaction; when one of them fails, each in its own."""
        if batch[0].between:
            return partial(self._between, batch)
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if _busy(error):
                return partial(self._serve_later, batch)
            return partial(self._fail, batch, error)
        return partial(self._commit, batch, self._work(batch))

    def _between(self, batch: Sequence[Pass]) -> None:
        try:
            batch[0].value = batch[0].work(self._cursor)
        except sqlite3.Error as error:
            self._fail(batch, error)

    def _work(self, batch: Sequence[Pass]) -> BaseException | None:
        try:
            for one in batch:
                one.value = one.work(self._tx)
        except BaseException as error:
            return error
        return None

    def _commit(self, batch: Sequence[Pass], error: BaseException | None) -> None:
        if error is None:
            try:
                self._cursor.execute("COMMIT")
            except sqlite3.Error as failed:
                error = failed
        if error is None:
            self._commits += len(batch)
            self._committed_at = time.monotonic()
            self._committed(self._tx)
            return
        self._roll_back()
        if _full(error) and self._room.give_way():
            self._serve(batch)()
        elif len(batch) == 1:
            self._fail(batch, error)
        else:
            for one in batch:
                self._serve([one])()

    def _serve_later(self, batch: Sequence[Pass]) -> None:
        """Another process writes just now: wait for it, here where nobody else is held up."""
        until = time.monotonic() + BUSY_S
        while True:
            time.sleep(0.002)
            try:
                self._cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not _busy(error) or time.monotonic() > until:
                    self._fail(batch, error)
                    return
            else:
                self._commit(batch, self._work(batch))
                return

    def _fail(self, batch: Sequence[Pass], error: BaseException) -> None:
        for one in batch:
            one.error = _plain(error)

    def _roll_back(self) -> None:
        try:
            self._cursor.execute("ROLLBACK")
        except sqlite3.Error:
            return  # SQLite had done it already

    def _checkpoint(self) -> None:
        """Keep the log short. Most of it is moved into the file beside the scans; the rest between two transactions,
        after which the next one writes the log from its beginning. (Left to the side alone the log would grow all
        night, and a commit to a growing file costs twice; left to SQLite, some guest would wait for all of it.)"""
        beside = sqlite3.connect(self._engine.url.database or "", isolation_level=None)
        beside.execute(f"PRAGMA busy_timeout={int(BUSY_S * 1000)}")
        seen = 0
        looked = 0.0
        while not self._closing.wait(CHECKPOINT_EVERY_S):
            if self._alone_here and time.monotonic() - looked >= ROOM_EVERY_S:
                looked = time.monotonic()
                self._room.look()
            fresh, quiet = self._commits - seen, time.monotonic() - self._committed_at > QUIET_S
            many = MANY_COMMITS if self._room.level is Room.AMPLE else FEW_COMMITS
            if fresh < many and not (fresh and quiet):
                continue
            seen = self._commits
            try:
                beside.execute(CHECKPOINT).fetchall()
                self._turnstile.run(lambda cursor: cursor.execute(CHECKPOINT).fetchall(), between=True)
            except (sqlite3.Error, StoreError) as error:
                log.warning("checkpoint.failed", words=str(error))
            except RuntimeError:
                break  # the turnstile is closed
        beside.close()


def _full(error: BaseException) -> bool:
    """No room on the disk: as SQLite says it, or as the system told SQLite."""
    error = getattr(error, "orig", None) or error
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE


def _busy(error: sqlite3.OperationalError) -> bool:
    """Also while another process recovers or upgrades the log: the low byte is the kind of error."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _plain(error: BaseException) -> BaseException:
    """A database's failure in our words; anything else as it is."""
    if isinstance(error, SQLAlchemyError | sqlite3.Error):
        told = StoreError(f"the database could not write: {getattr(error, 'orig', None) or error}")
        told.__cause__ = error
        return told
    return error
