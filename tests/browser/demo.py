"""A real `doorcheck demo` in a process of its own: the platform, the hub, the sheet, and the plug between them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.browser.fake_hub import wait_until

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
GUESTS = 60


@dataclass(frozen=True, slots=True)
class Demo:
    process: subprocess.Popen[bytes]
    url: str
    platform: str
    token: str
    sheet: Path

    @property
    def link(self) -> str:
        return f"{self.url}/?token={self.token}"

    def code(self, label: str) -> str:
        return next(str(row["code"]) for row in self.rows() if row["label"] == label)

    def rows(self) -> list[Json]:
        """The sheet."""
        rows: list[Json] = httpx.get(f"{self.platform}/sheet.json").json()
        return rows

    def sell(self, **fields: Any) -> Json:
        """A ticket that the hub has not heard of yet."""
        return self.control("sell", **fields)

    def control(self, verb: str, **fields: Any) -> Json:
        answer = httpx.post(f"{self.platform}/_control/{verb}", json=fields)
        body: Json = answer.raise_for_status().json()
        changed: Json = body.get("data", body)
        return changed

    def entered(self, code: str) -> int:
        """Heads that the platform has let in on a ticket. Each time with another key: the platform's pace is by key."""
        key = {"X-Api-Key": f"ik_{uuid4()}"}
        answer = httpx.get(f"{self.platform}/integrations/tickets/by-code/{code}", headers=key)
        return int(answer.raise_for_status().json()["data"]["enter"])

    def hears_of(self, code: str, heads: int = 1) -> bool:
        wait_until(lambda: self.entered(code) == heads, 10)
        return self.entered(code) == heads

    def guests(self, words: str) -> list[Json]:
        """Tickets for one that the hub keeps and that may come in."""
        asked = {"q": words, "limit": "100"}
        answer = httpx.get(f"{self.url}/api/v1/admissions", params=asked, headers=self._headers)
        items: list[Json] = answer.raise_for_status().json()["items"]
        return [one for one in items if (one["kind"], one["standing"], one["left"]) == ("ticket", "good", 1)]

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def pull_the_plug(self) -> None:
        self.process.send_signal(signal.SIGUSR1)

    def plug_in(self) -> None:
        self.process.send_signal(signal.SIGUSR2)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def running(folder: Path) -> Iterator[Demo]:
    port, platform_port = _free_port(), _free_port()
    ports = ["--port", str(port), "--platform-port", str(platform_port), "--guests", str(GUESTS)]
    said = folder / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "demo", *ports],
            cwd=ROOT, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        url = f"http://localhost:{port}"
        wait_until(lambda: process.poll() is not None or (_token(said) is not None and _answers(url)), START_SECONDS)
        token = _token(said)
        assert token is not None, f"ended with {process.poll()}: {said.read_text()}"
        yield Demo(process, url, f"http://localhost:{platform_port}", token, folder / "data" / "sheet")
    finally:
        process.terminate()
        process.wait(20)


def _token(said: Path) -> str | None:
    found = re.search(r"Station token: (\S+)", said.read_text())
    return found and found[1]


def _environment(folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DOORCHECK_")}
    return inherited | {"DOORCHECK_DATA_DIR": str(folder / "data"), "COLUMNS": "200"}


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
