"""Two platforms at the ends of two cables, and one hub between them that knows both from its settings file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.simulators import fourvenues, oveit
from app.simulators.link import Link
from app.simulators.oveit.rows import Addon, Ticket
from app.simulators.serving import start_in_thread
from tests.scenarios.night.house import KEY, Hub, Teller, doorcheck, environment, wait_for

EMAIL, PASSWORD = "puerta@salaluz.example", "Vx7-quiet-otter-41"
SETTINGS = """
poll_seconds = {poll}
log_format = "json"
log_level = "debug"
unknown_offline = "ask"
[fourvenues]
api_key = "{key}"
base_url = "{fourvenues}/integrations"
requests_per_second = 0
timeout = 1
[accounts.sala]
provider = "oveit"
email = "{email}"
password = "{password}"
base_url = "{oveit}/api"
requests_per_second = 0
timeout = 1
turnstile = true
"""


@dataclass(slots=True, kw_only=True)
class Stage:
    """Everything of the night before anybody scans. `served` is what the bar serves."""

    folder: Path
    nights: fourvenues.World
    shows: oveit.World
    cables: Mapping[str, Link]
    controls: Mapping[str, httpx.Client]
    env: Mapping[str, str]
    hub: Hub
    served: Addon
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def teller(self) -> Teller:
        return Teller(self.hub.url, self.tokens["Gate 1"])

    def station(self, name: str, *words: str) -> None:
        done = doorcheck(self.env, "station", "add", name, "--json", *words)
        assert done.returncode == 0, done.stderr
        self.tokens[name] = json.loads(done.stdout)["token"]

    def stations(self) -> None:
        """The six of the night; the first one makes the database, the others come two at a time."""
        (first, words), *others = _stations(self.served)
        self.station(first, *words)
        with ThreadPoolExecutor(2) as hands:
            for done in [hands.submit(self.station, name, *words) for name, words in others]:
                done.result()
        self.tokens = {name: self.tokens[name] for name, _ in _stations(self.served)}

    def turn(self, platform: str, **switches: object) -> None:
        assert self.controls[platform].put("/_control/switches", json=switches).is_success

    def act(self, platform: str, verb: str, **body: object) -> httpx.Response:
        return self.controls[platform].post(f"/_control/{verb}", json=body)

    def waiting(self, account: str) -> int:
        """Calls of one account that are not settled yet."""
        (mine,) = [one for one in self.teller.get("/status")["accounts"] if one["name"] == account]
        return int(mine["outbox"]["due"]) + int(mine["outbox"]["sending"])

    def oveit_tickets(self) -> list[Ticket]:
        return [one for one in self.shows.tickets[self.shows.tonight.id].values() if not one.uses]

    def everything_written(self) -> Iterator[tuple[str, bytes]]:
        """Whatever lies in the folder of this night: logs, database, settings apart."""
        for file in self.folder.rglob("*"):
            if file.is_file() and file.name != "doorcheck.toml":
                yield file.name, file.read_bytes()


@contextmanager
def a_stage(folder: Path, guests: int, seed: int, poll_seconds: float = 2) -> Iterator[Stage]:
    with ExitStack() as things:
        nights = fourvenues.World.generate(guests=guests, lists=0, passes=0, seed=seed)
        nights.switches.rate_limit = 0
        shows = oveit.World.generate(guests=guests, seed=seed, email=EMAIL, password=PASSWORD)
        cables: dict[str, Link] = {}
        controls: dict[str, httpx.Client] = {}
        for name, app in (("fourvenues", fourvenues.create_app(nights)), ("oveit", oveit.create_app(shows))):
            server = start_in_thread(app)
            things.callback(server.stop)
            cables[name] = Link.start(server.port)
            things.callback(cables[name].stop)
            controls[name] = things.enter_context(httpx.Client(base_url=server.url, trust_env=False, timeout=10))
        settings = folder / "doorcheck.toml"
        settings.write_text(
            SETTINGS.format(
                poll=poll_seconds, key=KEY, email=EMAIL, password=PASSWORD,
                **{name: cable.url for name, cable in cables.items()},
            )
        )  # fmt: skip
        env = environment(CONFIG=settings, DATA_DIR=folder / "data")
        stage = Stage(
            folder=folder, nights=nights, shows=shows, cables=cables, controls=controls, env=env,
            hub=Hub(env, folder), served=_served(shows),
        )  # fmt: skip
        stage.stations()
        stage.hub.start()
        things.callback(stage.hub.stop)
        stage.hub.wait()
        wait_for("the first polls", lambda: _polled(stage), seconds=60)
        yield stage


def _stations(served: Addon) -> list[tuple[str, tuple[str, ...]]]:
    return [
        ("Gate 1", ()),
        ("Gate 2", ()),
        ("Bar", ("--allowance", f"addon:{served.id}")),
        ("Wristbands", ()),
        ("Exit", ("--direction", "out")),
        ("Phone", ()),
    ]


def _served(shows: oveit.World) -> Addon:
    return next(addon for kind in shows.tonight.types for addon in kind.addons if addon.uses > 1)


def _polled(stage: Stage) -> bool:
    known: list[dict[str, Any]] = stage.teller.get("/status")["events"]
    every = [(night["id"], one) for night in known if night["open"] for one in night["resources"]]
    told = {(night, one["resource"]) for night, one in every if one["as_of"]}
    return {resource for _, resource in told} >= {"tickets", "attendees", "lists", "passes"} and len(told) >= 5
