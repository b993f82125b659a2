"""Where a warehouse is: `--to` understood, and looked at before anything is opened."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TextIO

from app.warehouse.target import TargetError

SQLITE_MAGIC = b"SQLite format 3\x00"
DUCK_MAGIC = b"DUCK"
STATE = ".doorcheck.duckdb"
"""In a folder of Parquet files: the database that they are written from."""
SCHEMES = "sqlite:///FILE, postgresql://..., duckdb:///FILE or parquet:///FOLDER"


class Engine(StrEnum):
    SQLITE = "sqlite"
    POSTGRES = "postgresql"
    DUCK = "duckdb"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A target's kind, its address for PostgreSQL, its file, and the folder of its Parquet files."""

    engine: Engine
    url: str = ""
    file: Path = Path()
    folder: Path | None = None


def read_address(to: str) -> Address:
    """`--to` as people write it; raises TargetError. Nothing is opened."""
    scheme, _, rest = to.partition("://")
    if scheme in {"postgresql", "postgresql+psycopg"} and rest:
        return Address(engine=Engine.POSTGRES, url=f"postgresql+psycopg://{rest}")
    if "://" not in to:
        return _bare(to)
    if scheme not in {"sqlite", "duckdb", "parquet"}:
        raise TargetError(f"{scheme[:20]!r} is no kind of target: write {SCHEMES}")
    if not rest.startswith("/") or rest == "/":
        raise TargetError(f"there is no path in it: write {SCHEMES}")
    path = Path(rest[1:])
    if scheme == "parquet":
        return Address(engine=Engine.PARQUET, file=path / STATE, folder=path)
    return Address(engine=Engine(scheme), file=path)


def _bare(to: str) -> Address:
    """A path: the file's name, or being a folder, says what it is."""
    path = Path(to)
    if to and path.is_dir():
        return Address(engine=Engine.PARQUET, file=path / STATE, folder=path)
    kinds = {".duckdb": Engine.DUCK, ".db": Engine.SQLITE, ".sqlite": Engine.SQLITE, ".sqlite3": Engine.SQLITE}
    kind = kinds.get(path.suffix)
    if kind is None:
        raise TargetError(f"is no target: write {SCHEMES}")
    return Address(engine=kind, file=path)


def look_at(address: Address) -> None:
    """Can the file be made or written, and is it one of its kind? Raises TargetError and changes nothing."""
    folder = address.folder if address.folder is not None and address.folder.exists() else address.file.parent
    if address.folder is not None and not address.folder.exists():
        folder = address.folder.parent
    if not folder.is_dir():
        raise TargetError(f"there is no folder {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise TargetError(f"the folder {folder} can't be written")
    if address.file.exists():
        _look_into(address)


def _look_into(address: Address) -> None:
    file = address.file
    if not file.is_file():
        raise TargetError(f"{file} is no file")
    if not os.access(file, os.R_OK | os.W_OK):
        raise TargetError(f"{file} can't be written")
    with file.open("rb") as opened:
        start = opened.read(16)
    sqlite = address.engine is Engine.SQLITE
    fits = start == SQLITE_MAGIC if sqlite else start[8:12] == DUCK_MAGIC
    if start and not fits:
        raise TargetError(f"{file} is no {'SQLite' if sqlite else 'DuckDB'} database")


def take(file: Path) -> Callable[[], None]:
    """Keep other processes from the file as long as we live; returns what lets go of it. Raises TargetError."""
    path = file.with_name(file.name + ".lock")
    while True:
        lock = path.open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise TargetError(f"another synchronisation is writing to {file}") from None
        if _is_still(lock, path):
            return partial(_let_go, lock, path)
        lock.close()  # who had it removed it when it was ours already


def _is_still(lock: TextIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _let_go(lock: TextIO, path: Path) -> None:
    if not lock.closed:
        path.unlink(missing_ok=True)
        lock.close()
