"""Where a report's rows wait: an SQLite file for each question, so that a run that was cut off goes on where it was.

A page and the offset behind it are kept in one transaction. The file is locked by whoever has it open.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain.takings import Asked
from app.office.unmade import Unmade
from app.ports.office import Sheaf

SHAPE = "1"
"""Of the file; another one begins anew."""
STALE = timedelta(days=1)
"""After which rows that were kept are asked for again."""
SUFFIX = ".spool"
_BESIDE = ("", "-wal", "-shm", "-journal")
_TABLES = """
CREATE TABLE IF NOT EXISTS about (begun REAL NOT NULL);
CREATE TABLE IF NOT EXISTS pulls (
    account TEXT, resource TEXT, next_offset INTEGER NOT NULL, done INTEGER NOT NULL, asked_at REAL, words TEXT,
    PRIMARY KEY (account, resource)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS raw (
    n INTEGER PRIMARY KEY, account TEXT NOT NULL, resource TEXT NOT NULL, ref TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (account, resource, ref)
);
"""


@dataclass(frozen=True, slots=True)
class Pull:
    """How far a collection was asked for. `words` say why it is not to be had, empty when it is."""

    next_offset: int = 0
    done: bool = False
    words: str = ""


class Spool:
    """Raises Unmade where the file is in use, or where the disk fails."""

    def __init__(self, path: Path, base: sqlite3.Connection) -> None:
        self.path = path
        self.base = base

    @classmethod
    def open(cls, folder: Path, asked: Asked, now: datetime) -> Spool:
        """The file of this question, with what an earlier run has put into it less than a day ago."""
        path = folder / f"{_name(asked)}{SUFFIX}"
        with _disk(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sweep(folder, now)
            try:
                return cls._opened(path, now)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # a file that is none: nothing in it can be trusted
                remove(path)
                return cls._opened(path, now)

    @classmethod
    def _opened(cls, path: Path, now: datetime) -> Spool:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        base = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
        try:
            for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL"):
                base.execute(f"PRAGMA {setting}")
            base.executescript(f"BEGIN EXCLUSIVE; {_TABLES} COMMIT")
            made = cls(path, base)
            made._begin(now)
        except sqlite3.Error:
            base.close()
            raise
        return made

    def _begin(self, now: datetime) -> None:
        found = self.base.execute("SELECT begun FROM about").fetchone()
        if found is not None and now.timestamp() - found[0] < STALE.total_seconds():
            return
        with self.changing():
            for table in ("about", "pulls", "raw"):
                self.base.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
            self.base.execute("INSERT INTO about VALUES (?)", (now.timestamp(),))

    def pull(self, account: str, resource: str) -> Pull:
        wanted = "SELECT next_offset, done, words FROM pulls WHERE account = ? AND resource = ?"
        found = self.base.execute(wanted, (account, resource)).fetchone()
        return Pull(found[0], bool(found[1]), found[2]) if found else Pull()

    def keep(self, account: str, resource: str, sheaf: Sheaf) -> None:
        """A page, and where the next one begins: both or neither."""
        rows = [(account, resource, ref, body) for ref, body in named(sheaf.rows)]
        with self.changing():
            self.base.executemany(
                "INSERT INTO raw (account, resource, ref, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET body = excluded.body",
                rows,
            )
            self._move(account, resource, sheaf.next_offset, False, sheaf.asked_at.timestamp())

    def end(self, account: str, resource: str, words: str = "", at: datetime | None = None) -> None:
        """The collection is whole, or not to be had."""
        with self.changing():
            stamp = at.timestamp() if at else None
            self._move(account, resource, self.pull(account, resource).next_offset, True, stamp, words)

    def _move(self, account: str, resource: str, offset: int, done: bool, at: float | None, words: str = "") -> None:
        self.base.execute(
            "INSERT INTO pulls VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset,"
            " done = excluded.done, asked_at = coalesce(asked_at, excluded.asked_at), words = excluded.words",
            (account, resource, offset, done, at, words),
        )

    def as_of(self) -> datetime:
        """When the oldest of what is here was asked for."""
        found = self.base.execute("SELECT coalesce(min(asked_at), (SELECT begun FROM about)) FROM pulls").fetchone()
        return datetime.fromtimestamp(found[0], UTC)

    def count(self, account: str = "", resource: str = "") -> int:
        wanted = "SELECT count(*) FROM raw WHERE ? IN ('', account) AND ? IN ('', resource)"
        return int(self.base.execute(wanted, (account, resource)).fetchone()[0])

    def has(self, account: str, resource: str, ref: str) -> bool:
        wanted = "SELECT 1 FROM raw WHERE account = ? AND resource = ? AND ref = ?"
        return self.base.execute(wanted, (account, resource, ref)).fetchone() is not None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        with _disk(self.path):
            self.base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.base.execute("ROLLBACK")
                raise
            self.base.execute("COMMIT")

    def close(self) -> None:
        self.base.close()

    def remove(self) -> None:
        """It has served: the report is written."""
        self.close()
        remove(self.path)


def named(rows: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Each row with what makes it the same when it comes again: its id; where it has none, what it is about, and which
    of the same it is in this page."""
    seen: dict[str, int] = {}
    for body in rows:
        row = decoded(body)
        ref = id_of(row)
        if not ref:
            sign = _sign(row, body)
            seen[sign] = seen.get(sign, 0) + 1
            ref = f"#{sign}.{seen[sign]}"
        yield ref, body


def decoded(body: bytes) -> dict[str, Any] | None:
    """A row as it was sent, also where its numbers are none; None when it is no object at all."""
    try:
        row = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def id_of(row: dict[str, Any] | None) -> str:
    """The platform's id of a row; empty where it gives none."""
    found = row.get("_id", row.get("id")) if row else None
    return str(found)[:200] if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _sign(row: dict[str, Any] | None, body: bytes) -> str:
    """What an id-less row is about: its tickets and its time, since sums in it may change; else all of it."""
    about = (row.get("at", row.get("created_at")), row["resources_ids"]) if row and row.get("resources_ids") else row
    text = json.dumps(about, sort_keys=True, default=str) if row else body.hex()
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def sweep(folder: Path, now: datetime) -> None:
    """Remove what nobody came back for within a day."""
    for path in folder.glob(f"*{SUFFIX}"):
        if now.timestamp() - path.stat().st_mtime > STALE.total_seconds():
            remove(path)


def remove(path: Path) -> None:
    for beside in _BESIDE:
        path.with_name(path.name + beside).unlink(missing_ok=True)


def _name(asked: Asked) -> str:
    question = [SHAPE, *asked.accounts, asked.first, asked.last, asked.zone, asked.event, bool(asked.event_name)]
    return hashlib.sha256("\n".join(map(str, question)).encode()).hexdigest()[:24]


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Unmade("this report is being made already, by another command or by the hub") from None
        raise Unmade(f"{path}: {error}") from None
    except OSError as error:
        raise Unmade(f"{path}: {error.strerror}") from None
