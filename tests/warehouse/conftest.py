"""An empty target of every kind, and a back office to fill it from."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.warehouse.privacy import Privacy
from app.warehouse.running import Warehouse
from app.warehouse.sync import Plan, Tally
from tests.fakes.databases import postgres_database
from tests.warehouse.back_office import BackOffice
from tests.warehouse.looking import Look, look_into

POSTGRES = pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.xdist_group("postgres")])
EVERY = ["sqlite", POSTGRES, "duckdb", "parquet"]
BOTH = ["sqlite", POSTGRES]


def address(kind: str, folder: Path, name: str = "warehouse") -> str:
    """A target that is not there yet."""
    match kind:
        case "postgres":
            return postgres_database(name)
        case "parquet":
            return f"parquet:///{folder / 'lake'}"
        case _:
            return f"{kind}:///{folder / 'warehouse'}.{kind}"


class House:
    """A warehouse that is synchronised, and looked into."""

    def __init__(self, to: str, office: BackOffice) -> None:
        self.to = to
        self.office = office
        self.settings: dict[str, Any] = {}
        self.slept: list[float] = []

    def sync(self, privacy: Privacy | None = None, **plan: Any) -> dict[str, Tally]:
        """A run: table -> what became of it."""
        house = Warehouse(
            to=self.to, privacy=privacy, zone=ZoneInfo("Europe/Madrid"), clock=lambda: self.office.now,
            new_salt=lambda: "pepper",
        )  # fmt: skip
        archive = self.office.archive(**self.settings)
        return {one.table: one for one in house.sync([archive], Plan(**plan), sleep=self.slept.append)}

    def written(self, **plan: Any) -> int:
        return sum(one.written for one in self.sync(**plan).values())

    @property
    def look(self) -> Look:
        return look_into(self.to)


@pytest.fixture
def office() -> BackOffice:
    return BackOffice()


@pytest.fixture(params=EVERY)
def house(request: pytest.FixtureRequest, tmp_path: Path, office: BackOffice) -> House:
    return House(address(request.param, tmp_path), office)


@pytest.fixture
def lite(tmp_path: Path, office: BackOffice) -> House:
    """For what does not depend on the database."""
    return House(address("sqlite", tmp_path), office)
