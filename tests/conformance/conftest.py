"""The store's suite runs on every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.store import House
from tests.fakes.databases import empty_tables, postgres_database

DATABASES = ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.xdist_group("postgres")])]


@pytest.fixture(scope="session")
def postgres_url() -> str:
    return postgres_database("conformance")


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'doorcheck.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def house(url: str) -> Iterator[House]:
    house = House(url)
    if not url.startswith("sqlite"):
        empty_tables(url)
    try:
        yield house
    finally:
        house.close()
