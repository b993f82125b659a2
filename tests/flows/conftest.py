from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.box_office import BoxOffice
from tests.flows.venue import Venue


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[Venue]:
    venue = Venue(f"sqlite:///{tmp_path / 'doorcheck.db'}")
    try:
        yield venue
    finally:
        venue.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[BoxOffice]:
    office = BoxOffice(f"sqlite:///{tmp_path / 'doorcheck.db'}")
    office.opens_till()
    try:
        yield office
    finally:
        office.close()
