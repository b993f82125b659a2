from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.venue import Venue


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[Venue]:
    venue = Venue(f"sqlite:///{tmp_path / 'doorcheck.db'}")
    try:
        yield venue
    finally:
        venue.close()
