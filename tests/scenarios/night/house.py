"""The processes of a night: the simulated platform, the hubs, and the command line."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = tempfile.gettempdir()
"""Where commands run: settings files of whoever runs the tests lie in other folders."""
KEY = "ik_live_Zq81RkVt5Hn2Wc7s"
PATIENCE_S = 40


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for(what: str, found: Callable[[], Any], seconds: float = PATIENCE_S, every: float = 0.1) -> Any:
    """The first true value of `found`; fails with `what` when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = found()
        if value:
            return value
        time.sleep(every)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")


def environment(**settings: object) -> dict[str, str]:
    """Ours without any setting of the person who runs the tests; `settings` are DOORCHECK_ ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOORCHECK_")}
    return (
        kept
        | {"NO_COLOR": "1", "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
        | {f"DOORCHECK_{name}": str(value) for name, value in settings.items()}
    )


def doorcheck(
    env: Mapping[str, str], *words: str, text: str | None = None, folder: Path | None = None, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app", *words], env=dict(env), cwd=folder or ELSEWHERE, input=text, capture_output=True,
        text=True, timeout=seconds, check=False,
    )  # fmt: skip


def add_stations(env: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Tokens by name, from `doorcheck station add`, two at a time."""
    tokens: dict[str, str] = {}
    for at in range(0, len(names), 2):
        some = names[at : at + 2]
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "app", "station", "add", name, "--json"],
                env=dict(env), cwd=ELSEWHERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for name in some
        ]  # fmt: skip
        for name, process in zip(some, running, strict=True):
            said, trouble = process.communicate(timeout=60)
            assert process.returncode == 0, f"station add {name}: {said}{trouble}"
            tokens[name] = json.loads(said)["token"]
    return tokens


class Process:
    """A long-running verb, whose output goes to files."""

    def __init__(self, words: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.with_suffix(".out").open("ab") as out, log.with_suffix(".err").open("ab") as err:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "app", *words], env=dict(env), cwd=ELSEWHERE, stdin=subprocess.DEVNULL,
                stdout=out, stderr=err,
            )  # fmt: skip

    @property
    def ended(self) -> bool:
        return self.popen.poll() is not None

    def said(self) -> str:
        return "".join(self.log.with_suffix(end).read_text(encoding="utf-8") for end in (".out", ".err"))

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> None:
        """SIGTERM; SIGKILL when that is not enough."""
        self.popen.terminate()
        try:
            self.popen.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()


class Hub:
    """`doorcheck serve` on one port; started again it is the same hub."""

    def __init__(self, env: Mapping[str, str], folder: Path, name: str = "hub") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = env
        self._folder = folder
        self._name = name
        self.lives: list[Process] = []

    def start(self) -> None:
        log = self._folder / f"{self._name}-{len(self.lives) + 1}"
        self.lives.append(Process(["serve", "--port", str(self.port)], self._env, log))

    @property
    def process(self) -> Process:
        return self.lives[-1]

    def ready(self) -> bool:
        assert not self.process.ended, f"the hub ended by itself:\n{self.process.said()[-3000:]}"
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False, timeout=2).is_success
        except httpx.TransportError:
            return False

    def wait(self) -> None:
        wait_for("the hub", self.ready, every=0.05)

    def said(self) -> str:
        return "".join(life.said() for life in self.lives)

    def stop(self) -> None:
        self.process.stop()


class Platform:
    """The simulator in a process of its own, and its back door."""

    def __init__(self, folder: Path, guests: int, seed: int, *switches: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        turned = [word for switch in ("rate_limit=0", *switches) for word in ("--switch", switch)]
        words = ["simulate", "fourvenues", "--port", str(self.port), "--guests", str(guests), "--seed", str(seed)]
        self.process = Process([*words, *turned], environment(), folder / "platform")
        self._http = httpx.Client(trust_env=False, timeout=10)

    def wait(self) -> None:
        wait_for("the simulated platform", self._answers)
        self.night = self.state()["tonight"]

    def _answers(self) -> bool:
        assert not self.process.ended, self.process.said()
        try:
            return self._http.get(f"{self.url}/_control/state").is_success
        except httpx.TransportError:
            return False

    def state(self) -> dict[str, Any]:
        told: dict[str, Any] = self._asked("GET", "/_control/state")
        return told

    def ledger(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self._asked("GET", "/_control/ledger")
        return told

    def turn(self, **switches: object) -> None:
        self._asked("PUT", "/_control/switches", switches)

    def act(self, verb: str, **body: object) -> dict[str, Any]:
        """`sell`, `enter`, `refund`, `cancel`, `delete`, ... as `/_control` has them."""
        told: dict[str, Any] = self._asked("POST", f"/_control/{verb}", body)
        return told

    def rows(self, resource: str) -> list[dict[str, Any]]:
        """Everything of tonight, as the platform lists it."""
        told: list[dict[str, Any]] = self._asked("GET", f"/integrations/{resource}/?event_id={self.night}")["data"]
        return told

    def _asked(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, self.url + path, json=body, headers={"X-Api-Key": KEY})
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def stop(self) -> None:
        self._http.close()
        self.process.stop()


@contextmanager
def a_platform(folder: Path, guests: int, seed: int, *switches: str) -> Iterator[Platform]:
    platform = Platform(folder, guests, seed, *switches)
    try:
        platform.wait()
        yield platform
    finally:
        platform.stop()


class Teller:
    """What a person with a station's token asks a hub."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=20
        )

    def get(self, path: str, **query: object) -> Any:
        answer = self._http.get(path, params={name: str(value) for name, value in query.items()})
        assert answer.is_success, f"GET {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self._http.post(path, json=body)

    def scan(self, code: str, **more: object) -> dict[str, Any]:
        answer = self.post("/scans", {"code": code, **more})
        assert answer.status_code == 200, f"POST /scans: {answer.status_code} {answer.text[:300]}"
        told: dict[str, Any] = answer.json()
        return told

    def calls(self) -> list[dict[str, Any]]:
        """Every call there ever was."""
        states = "due,sending,done,conflict,parked,withdrawn,discarded"
        return self._paged("/outbox", state=states)

    def conflicts(self) -> list[dict[str, Any]]:
        return self._paged("/conflicts")

    def _paged(self, path: str, **query: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := self.get(path, limit=500, after=found[-1]["id"] if found else 0, **query)["items"]:
            found += page
        return found

    def waiting(self) -> int:
        depth = self.get("/outbox", limit=1)["counts"]
        return int(depth["due"]) + int(depth["sending"])

    def resources(self) -> dict[str, dict[str, Any]]:
        """Freshness of tonight's resources."""
        nights = self.get("/status")["events"]
        return {one["resource"]: one for night in nights if night["open"] for one in night["resources"]}

    def close(self) -> None:
        self._http.close()
