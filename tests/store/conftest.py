"""Empty databases of both kinds."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from app.store.postgres import postgres_engine
from app.store.sqlite import sqlite_engine
from tests.fakes.databases import postgres_database

DATABASES = ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.xdist_group("postgres")])]


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'doorcheck.db'}"
    return postgres_database("migrated")


def engine_of(url: str) -> Engine:
    return sqlite_engine(Path(url.removeprefix("sqlite:///"))) if url.startswith("sqlite") else postgres_engine(url)
