"""The platforms of a demo: each simulated in a process of its own, at the end of a cable that can be pulled."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from app.cli.common import Trouble
from app.simulators.link import Link
from app.simulators.oveit.world import EMAIL, PASSWORD
from app.simulators.sheets import SheetRow, write_sheet

KEY = "ik_demo_doorcheck"
CHANNEL_KEY = "cm_demo_doorcheck"
START_S = 60
PACE = "20"
"""Of a platform that is ours: the real one is asked ten times less often."""


class Cast(StrEnum):
    """Which platforms play."""

    FOURVENUES = "fourvenues"
    OVEIT = "oveit"
    BOTH = "both"

    @property
    def names(self) -> tuple[str, ...]:
        return ("fourvenues", "oveit") if self is Cast.BOTH else (self.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One simulated platform. `url` is its own address, for people; the hub goes through the cable."""

    name: str
    url: str
    cable: Link
    webhook_secret: str = ""

    @property
    def account(self) -> dict[str, str]:
        """The settings of an account there."""
        if self.name == "oveit":
            address = f"{self.cable.url}/api"
            return {"email": EMAIL, "password": PASSWORD, "base_url": address, "requests_per_second": PACE}
        return {
            "api_key": KEY, "base_url": f"{self.cable.url}/integrations",
            "channels_api_key": CHANNEL_KEY, "channels_base_url": f"{self.cable.url}/channels",
            "webhook_secret": self.webhook_secret,
        }  # fmt: skip

    @property
    def greeting(self) -> str:
        if self.name == "oveit":
            return f"{self.url}/api  (simulated Oveit; {EMAIL}, {PASSWORD})"
        return f"{self.url}/integrations  (simulated; any key that begins with ik_)"

    def sheet(self) -> list[SheetRow]:
        rows = httpx.get(f"{self.url}/sheet.json", trust_env=False).json()
        return [SheetRow(label=one["label"], code=one["code"], expect=tuple(one["expect"])) for one in rows]

    def totals(self) -> dict[str, int]:
        """Rows that the first poll will bring: for the progress bar only."""
        state = httpx.get(f"{self.url}/_control/state", trust_env=False).json()
        tonight: dict[str, Any] = next((one for one in state["events"] if one["id"] == state["tonight"]), {})
        return {name: int(tonight.get(name, 0)) for name in ("tickets", "lists", "passes")}


@contextmanager
def playing(cast: Cast, first_port: int, guests: int, hub_port: int) -> Iterator[Sequence[Platform]]:
    """The platforms, on ports from the first one on; they end with us however we end. They tell the hub of payments."""
    with ExitStack() as stack:
        yield [_played(stack, name, port, guests, hub_port) for port, name in enumerate(cast.names, first_port)]


def _played(stack: ExitStack, name: str, port: int, guests: int, hub_port: int) -> Platform:
    url = stack.enter_context(_platform(name, port, guests))
    secret = _registered(url, hub_port) if name == "fourvenues" else ""
    return Platform(name=name, url=url, cable=_cable(stack, port), webhook_secret=secret)


def _registered(url: str, hub_port: int) -> str:
    """Ask for the platform's messages; gives the secret that it signs them with."""
    answer = httpx.post(
        f"{url}/channels/webhooks/endpoints", headers={"X-Api-Key": CHANNEL_KEY}, trust_env=False,
        json={"name": "doorcheck", "url": f"http://127.0.0.1:{hub_port}/webhooks/fourvenues"},
    )  # fmt: skip
    return str(answer.raise_for_status().json()["data"]["sign_secret"])


def write_sheets(folder: Path, platforms: Sequence[Platform]) -> None:
    """Pictures of the codes to scan: in `sheet`, and those of a second platform in `sheet-oveit`."""
    for at, one in enumerate(platforms):
        write_sheet(folder / ("sheet" if at == 0 else f"sheet-{one.name}"), one.sheet())


def written_settings(platforms: Sequence[Platform], poll_seconds: int) -> str:
    """So that `doorcheck scan`, `outbox` and `doctor` find the demo's platforms by themselves."""
    lines = ["# Written by `doorcheck demo`: remove this folder to be rid of it.", f"poll_seconds = {poll_seconds}"]
    for one in platforms:
        lines += [f"[{one.name}]", *(f"{name} = {json.dumps(value)}" for name, value in one.account.items())]
    return "\n".join(lines) + "\n"


@contextmanager
def _platform(name: str, port: int, guests: int) -> Iterator[str]:
    command = [sys.executable, "-m", "app", "simulate", name, "--port", str(port), "--guests", str(guests)]
    process = subprocess.Popen([*command, "--with-parent"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Trouble("the simulated platform did not start: choose another port with --platform-port")
        try:
            if httpx.get(f"{url}/_control/state", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise Trouble("the simulated platform did not answer in time")


def _cable(stack: ExitStack, port: int) -> Link:
    cable = Link.start(port)
    stack.callback(cable.stop)
    return cable
