from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.venue import Door, Venue, ticket


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[Venue]:
    """A hub on a fresh database, with one ticket sold."""
    made = Venue(tmp_path)
    made.holds(ticket("ZQ4K81MD7", "Lucía Romero"))
    yield made
    made.store.close()


@pytest.fixture
def door(venue: Venue) -> Iterator[Door]:
    with Door(venue.app()) as client:
        yield client
