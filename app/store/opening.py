"""Opening a database: migrated under a lock, and on SQLite by one hub at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import make_url

from app.ports import Clock, Store, StoreError
from app.store.migrating import migrate
from app.store.postgres import PostgresStore, postgres_engine
from app.store.sqlite import SqliteStore, sqlite_engine


def open_store(url: str, clock: Clock, hub: bool = False) -> Store:
    """The store behind `url` (`sqlite:///...` or `postgresql://...`), its tables brought up to date.

    With `hub`, a SQLite file is taken for this process alone: a second hub gets a `StoreError`. Tools beside the hub
    (`doorcheck scan`) open it without.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _open_sqlite(Path(make_url(url).database or ""), clock, hub)
    engine = postgres_engine(url)
    try:
        migrate(engine)
    finally:
        engine.dispose()
    return PostgresStore(url, clock)


def _open_sqlite(path: Path, clock: Clock, hub: bool) -> SqliteStore:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"the data folder can't be written: {error.strerror}") from error
    release = _only_hub(path) if hub else _nothing
    try:
        engine = sqlite_engine(path, pooled=False)
        migrate(engine)
        engine.dispose()
        return SqliteStore(path, clock, alone=hub, on_close=release)
    except BaseException:
        release()
        raise


def _nothing() -> None:
    return


def _only_hub(path: Path) -> Callable[[], None]:
    """Hold the file's lock as long as we live; the system lets go of it when we are killed."""
    lock = path.with_suffix(path.suffix + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StoreError(f"another hub is running on {path.name}: stop it, or choose another data folder") from error
    return lock.close
