"""One simulated platform for all tests of this folder; each test has a night of its own and fresh switches."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from app.simulators.fourvenues import World, create_app
from app.simulators.serving import start_in_thread
from tests.simulators.harness import Platform


@pytest.fixture(scope="session")
def running() -> Iterator[Platform]:
    world = World.generate(guests=60, lists=12, passes=24, seed=7)
    server = start_in_thread(create_app(world))
    key = {"X-Api-Key": "ik_live_test"}
    with (
        httpx.Client(base_url=server.url + "/integrations", headers=key, timeout=5) as api,
        httpx.Client(base_url=server.url + "/_control", timeout=5) as control,
    ):
        yield Platform(world=world, server=server, api=api, control=control, night=world.tonight)
    server.stop()


@pytest.fixture
def platform(running: Platform) -> Iterator[Platform]:
    world = running.world
    world.switches.reset()
    world.switches.rate_limit = 0
    world.ledger.clear()
    now = world.now()
    yield replace(running, night=world.add_event(name="Rehearsal", start=now - 3600, end=now + 3600))
    world.switches.reset()
