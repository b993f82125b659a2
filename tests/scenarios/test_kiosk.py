"""A kiosk as it stands at a door: one process with a camera, two USB guns, a serial gun and a screen."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import statistics
import threading
import tty
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.scanner.readers.film import EVENING, Act, film, write_film
from tests.scanner.readers.typing_gun import Gun, Port
from tests.scenarios.night.house import KEY, Platform, Process, doorcheck, environment, free_port, wait_for

SETTINGS = """
[kiosk]
contact = "Marta, box office"
language = "es"
saver_minutes = 0

[kiosk.panel]
simulated = true

[[kiosk.readers]]
kind = "camera"
device = "{film}"

[[kiosk.readers]]
kind = "gun"
device = "{gun}"

[[kiosk.readers]]
kind = "gun"
device = "{other_gun}"
layout = "es"
station = "Gate 2"

[[kiosk.readers]]
kind = "serial"
device = "{serial}"

[[kiosk.readers]]
kind = "serial"
device = "/dev/ttyNOBODY"
"""


class Watcher:
    """Whoever looks at a screen: keeps every frame."""

    def __init__(self, url: str, station: str = "") -> None:
        self.frames: list[dict[str, Any]] = []
        self._url = url
        self._station = station
        self._client = httpx.Client(trust_env=False, timeout=httpx.Timeout(10, read=5))
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        try:
            with self._client.stream("GET", f"{self._url}/kiosk/frames", params={"station": self._station}) as stream:
                kind = ""
                for line in stream.iter_lines():
                    name, _, value = line.partition(": ")
                    kind = value if name == "event" else kind
                    if name == "data" and kind == "frame":
                        self.frames.append(json.loads(value))
        except httpx.HTTPError:
            return  # the hub has ended

    def saw(self, what: str, **wanted: Any) -> dict[str, Any]:
        """Waits for a frame with these fields."""

        def found() -> dict[str, Any] | None:
            return next((one for one in self.frames if wanted.items() <= one.items()), None)

        frame: dict[str, Any] = wait_for(what, found)
        return frame

    def close(self) -> None:
        self._client.close()


class Kiosk:
    """The process and everything that is plugged into it."""

    def __init__(self, folder: Path, platform: Platform, codes: Iterator[str]) -> None:
        self.folder = folder
        self.platform = platform
        self.codes = codes
        self.acts = [replace(act, text=act.text.replace(_code_of(act), next(codes))) for act in EVENING]
        self.gun, self.other_gun = Port(folder / "event1"), Port(folder / "event2")
        self._serial, self._line = os.openpty()
        tty.setraw(self._line)
        write_film(folder / "evening.avi", film(self.acts), fps=15)
        config = folder / "doorcheck.toml"
        config.write_text(
            SETTINGS.format(
                film=folder / "evening.avi", gun=self.gun.path, other_gun=self.other_gun.path,
                serial=os.ttyname(self._line),
            )
        )  # fmt: skip
        self.env = environment(
            DATA_DIR=folder / "data", CONFIG=config, LOG_FORMAT="json", POLL_SECONDS=5, FOURVENUES__API_KEY=KEY,
            FOURVENUES__BASE_URL=f"{platform.url}/integrations", FOURVENUES__REQUESTS_PER_SECOND=0,
        )  # fmt: skip
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.lives: list[Process] = []

    def start(self) -> None:
        log = self.folder / f"kiosk-{len(self.lives) + 1}"
        self.lives.append(Process(["kiosk", "--port", str(self.port)], self.env, log))
        wait_for("the kiosk", self._answers)

    def _answers(self) -> bool:
        assert not self.process.ended, self.process.said()[-3000:]
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    @property
    def process(self) -> Process:
        return self.lives[-1]

    def serial_sends(self, code: str) -> None:
        os.write(self._serial, f"{code}\r".encode())

    def touches(self, **body: Any) -> int:
        return httpx.post(f"{self.url}/kiosk/touch", json=body, trust_env=False).status_code

    def scans(self) -> list[tuple[str, str, str]]:
        """Station, code and outcome of every scan, in their order."""
        with sqlite3.connect(self.folder / "data" / "doorcheck.db") as base:
            rows = base.execute("SELECT station, code, outcome FROM scans ORDER BY seq").fetchall()
        base.close()
        return rows

    def answers(self) -> list[dict[str, Any]]:
        """What the log says of each reading."""
        lines = (json.loads(line) for life in self.lives for line in life.said().splitlines() if line.startswith("{"))
        return [line for line in lines if line["event"] == "reading.answered"]

    def entered(self, code: str) -> int:
        return sum(1 for entry in self.platform.ledger() if entry["code"] == code)

    def stop(self) -> None:
        self.process.stop()
        os.close(self._serial)
        os.close(self._line)


def _code_of(act: Act) -> str:
    return act.text.rpartition("=")[2]


@contextmanager
def a_kiosk(folder: Path) -> Iterator[Kiosk]:
    with ExitStack() as things:
        platform = Platform(folder, guests=120, seed=11)
        things.callback(platform.stop)
        platform.wait()
        pinned = {str(row["code"]) for row in httpx.get(f"{platform.url}/sheet.json", trust_env=False).json()}
        good = (
            str(row["code"])
            for row in platform.rows("tickets")
            if row["status"] == "activated" and row["for"] == 1 and not row["enter"] and not row["refunded"]
            and row["code"] not in pinned
        )  # fmt: skip
        kiosk = Kiosk(folder, platform, good)
        done = doorcheck(kiosk.env, "station", "add", "Gate 2")
        assert done.returncode == 0, done.stderr
        done = doorcheck(kiosk.env, "poll", "--full")
        assert done.returncode == 0, done.stderr
        kiosk.start()
        things.callback(kiosk.stop)
        yield kiosk


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    with a_kiosk(tmp_path_factory.mktemp("kiosk")) as started:
        yield started


@pytest.mark.zbar
def test_a_door_with_everything_plugged_in(kiosk: Kiosk) -> None:
    """One story, since the film plays once: camera, guns at two stations, serial, touch, kill -9, and the end."""
    own, gate = Watcher(kiosk.url), Watcher(kiosk.url, "Gate 2")
    first = own.saw("the screen", language="es", station="Kiosk")
    assert first["lamps"] is not None

    mine, others = [next(kiosk.codes) for _ in range(5)], [next(kiosk.codes) for _ in range(5)]
    for code, other in zip(mine, others, strict=True):
        kiosk.gun.send(Gun("us").types(code), (11, 200))
        kiosk.other_gun.send(Gun("es").types(other), (301,))
    serial = next(kiosk.codes)
    kiosk.serial_sends(serial)
    wait_for("the last of the film", lambda: _code_of(kiosk.acts[-1]) in {code for _, code, _ in kiosk.scans()}, 90)
    presented = [_code_of(act) for act in kiosk.acts]
    wanted = Counter({("Kiosk", code, "admit"): 1 for code in (*presented, *mine, serial)})
    wanted.update({("Gate 2", code, "admit"): 1 for code in others})
    wait_for("all scans", lambda: Counter(kiosk.scans()) == wanted)

    spoken = {frame["shown"]["word"] for frame in own.frames if frame["shown"]}
    assert spoken == {"Adelante"}
    assert any("reader" in frame["signs"] for frame in own.frames), "a gun that is not there is a small sign"
    assert {frame["station"] for frame in gate.frames} == {"Gate 2"}
    everybody = [code for _, code, _ in kiosk.scans()]
    wait_for("the platform to hear of everybody", lambda: all(kiosk.entered(code) == 1 for code in everybody))
    _tell_times([answer["ms"] for answer in kiosk.answers()])

    kiosk.process.kill()
    kiosk.start()
    again, late = Watcher(kiosk.url), next(kiosk.codes)
    kiosk.gun.send(Gun("us").types(mine[0]))
    kiosk.gun.send(Gun("us").types(late))
    again.saw("who is in already", sound="already")
    wait_for("the platform to hear of one more", lambda: kiosk.entered(late) == 1)
    assert kiosk.touches(action="typed", code="group-nobody") == 204

    kiosk.process.popen.send_signal(signal.SIGTERM)
    assert kiosk.process.popen.wait(timeout=20) == 0, kiosk.process.said()[-2000:]
    for watcher in (own, gate, again):
        watcher.close()
    said = "".join(life.said() for life in kiosk.lives)
    assert "Traceback" not in said
    assert not any(code in said for code in everybody), "no whole code in the log"


def _tell_times(ms: list[float]) -> None:
    ordered = sorted(ms)
    told = {"readings": len(ms), "p50_ms": statistics.median(ms), "slowest_ms": ordered[-1]}
    print(f"from the first readable frame or the last key to the durable verdict: {told}")
    artifacts = Path("test-artifacts")
    artifacts.mkdir(exist_ok=True)
    (artifacts / "kiosk-times.json").write_text(json.dumps(told))
    assert ms
