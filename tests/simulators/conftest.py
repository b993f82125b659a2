"""One simulated platform of each kind for all tests of this folder; each test has its own night and fresh switches."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from app.simulators import fourvenues, oveit
from app.simulators.fourvenues.channels.webhooks import Webhooks
from app.simulators.fourvenues.sales import Sales
from app.simulators.fourvenues.takings import Takings
from app.simulators.serving import start_in_thread
from tests.simulators.harness import Platform
from tests.simulators.oveit_harness import Oveit


@pytest.fixture(scope="session")
def running() -> Iterator[Platform]:
    world = fourvenues.World.generate(guests=60, lists=12, passes=24, seed=7)
    server = start_in_thread(fourvenues.create_app(world))
    key = {"X-Api-Key": "ik_live_test"}
    with (
        httpx.Client(base_url=server.url + "/integrations", headers=key, timeout=5) as api,
        httpx.Client(base_url=server.url + "/_control", timeout=5) as control,
        httpx.Client(base_url=server.url + "/channels", headers={"X-Api-Key": "cm_test"}, timeout=5) as channels,
    ):
        yield Platform(world, server, api, control, world.tonight, channels)
    server.stop()


@pytest.fixture
def platform(running: Platform) -> Iterator[Platform]:
    world = running.world
    world.switches.reset()
    world.switches.rate_limit = 0
    world.ledger.clear()
    world.sales, world.takings, world.webhooks = Sales(), Takings(), Webhooks(world.switches, world.now)
    now = world.now()
    yield replace(running, night=world.add_event(name="Rehearsal", start=now - 3600, end=now + 3600))
    world.switches.reset()


@pytest.fixture(scope="session")
def running_oveit() -> Iterator[Oveit]:
    world = oveit.World.generate(guests=300, seed=7)
    server = start_in_thread(oveit.create_app(world))
    night = world.tonight
    vip = night.types[1]
    with (
        httpx.Client(base_url=server.url + "/api", timeout=5) as api,
        httpx.Client(base_url=server.url + "/_control", timeout=5) as control,
    ):
        yield Oveit(world, server, api, control, night, general=night.types[0], vip=vip, drink=vip.addons[0])
    server.stop()


@pytest.fixture
def house(running_oveit: Oveit) -> Iterator[Oveit]:
    """A night of its own, and a token that nobody has called with."""
    world = running_oveit.world
    world.switches.reset()
    world.ledger.clear()
    world.refusals = 0
    running_oveit.api.headers["authorization"] = f"Bearer {world.tokens.hand_out()}"
    night = world.add_event("Rehearsal", world.now() - 60)
    general, vip = world.add_type(night, "General", "60 RON"), world.add_type(night, "VIP", "35 EUR")
    drink = world.add_addon(vip, "Welcome drink", uses=2)
    yield replace(running_oveit, night=night, general=general, vip=vip, drink=drink)
    world.switches.reset()
    night.active = False
