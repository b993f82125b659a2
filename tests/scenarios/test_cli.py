"""The command line as people use it: a demo that runs unattended, and the verbs beside it."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import typer

from app.cli import cli
from tests.scenarios.night.house import Process, Teller, doorcheck, environment, free_port, wait_for

PROMISED_S = 2.0
GENEROUS_S = 10.0


@dataclass(frozen=True)
class Demo:
    """A demo that nobody watches: no terminal, only signals."""

    process: Process
    env: Mapping[str, str]
    folder: Path
    hub: str
    platform: str
    token: str

    def run(self, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return doorcheck(self.env, *words, text=text)

    def scans(self, *words: str, text: str | None = None) -> list[dict[str, Any]]:
        done = self.run("scan", *words, text=text)
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def code(self, label: str) -> str:
        sheet = httpx.get(f"{self.platform}/sheet.json", trust_env=False).json()
        return str(next(row["code"] for row in sheet if row["label"] == label))

    def ticket(self, code: str) -> dict[str, Any]:
        key = {"X-Api-Key": f"ik_{uuid4()}"}  # the platform's pace is by key
        answer = httpx.get(f"{self.platform}/integrations/tickets/by-code/{code}", headers=key, trust_env=False)
        row: dict[str, Any] = answer.json()["data"]
        return row

    def entered(self, code: str, heads: int) -> float:
        """Waits until the platform counts so many heads; unix seconds at which it heard of the last one."""
        wait_for("the platform to hear of it", lambda: self.ticket(code)["enter"] == heads, GENEROUS_S, 0.15)
        ledger = httpx.get(f"{self.platform}/_control/ledger", trust_env=False).json()
        return max(float(entry["received_at"]) for entry in ledger if entry["code"] == code)

    def waiting(self) -> list[dict[str, Any]]:
        done = self.run("outbox", "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def signalled(self, number: signal.Signals, words: str) -> None:
        said = self.process.said().count(words)
        self.process.popen.send_signal(number)
        wait_for(words, lambda: self.process.said().count(words) > said, GENEROUS_S)


@contextmanager
def a_demo(folder: Path) -> Iterator[Demo]:
    env = environment(DATA_DIR=folder / "data")
    port, platform = free_port(), free_port()
    words = ["demo", "--port", str(port), "--platform-port", str(platform), "--guests", "60"]
    process = Process(words, env, folder / "demo")
    url = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert not process.ended, process.said()
        try:
            return httpx.get(f"{url}/healthz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        wait_for("the demo", ready)
        told = re.search(r"Station token: (\S+)", process.said())
        assert told, process.said()
        yield Demo(process, env, folder / "data", url, f"http://127.0.0.1:{platform}", told.group(1))
    finally:
        process.stop()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with a_demo(tmp_path_factory.mktemp("demo")) as started:
        yield started


def at_second(told: Mapping[str, Any]) -> int:
    at = datetime.fromisoformat(told["at"])  # sent in milliseconds, kept in whole seconds
    return round(at.replace(microsecond=at.microsecond // 1000 * 1000).timestamp())


@pytest.mark.xdist_group("demo")
class TestDemo:
    """One demo for all; each test has guests of its own."""

    def test_the_doctor_finds_a_new_demo_well(self, demo: Demo) -> None:
        done = demo.run("doctor", "--json")
        findings = [json.loads(line) for line in done.stdout.splitlines()]
        assert (done.returncode, [one for one in findings if one["light"] == "red"]) == (0, [])

    def test_a_picture_of_a_good_ticket_lets_in_and_the_platform_hears_of_it(self, demo: Demo) -> None:
        told = demo.scans("--image", str(demo.folder / "sheet" / "good.png"))[0]
        assert (told["outcome"], told["reason"], told["left"]) == ("admit", "ok", 0)
        took = demo.entered(demo.code("good"), 1) - datetime.fromisoformat(told["at"]).timestamp()
        assert demo.ticket(demo.code("good"))["entry_date"] == at_second(told)
        assert took < PROMISED_S, f"the platform heard after {took:.2f} s, promised are {PROMISED_S:.0f} s"

    def test_every_code_of_the_sheet_is_answered_as_the_sheet_says(self, demo: Demo) -> None:
        sheet = httpx.get(f"{demo.platform}/sheet.json", trust_env=False).json()
        rows = [row for row in sheet if row["label"] not in {"good", "group of 4"}]
        answers = demo.scans("--stdin", text="".join(f"{row['code']}\n" for row in rows))
        told = {row["label"]: [one["outcome"], one["reason"]] for row, one in zip(rows, answers, strict=True)}
        assert told == {row["label"]: row["expect"] for row in rows}

    def test_the_page_is_served_and_its_token_opens_the_hub(self, demo: Demo) -> None:
        assert httpx.get(demo.hub, trust_env=False).status_code == 200
        assert Teller(demo.hub, demo.token).get("/status")["station"]["name"] == "Gate 1"

    def test_with_the_plug_out_the_door_goes_on_and_with_the_plug_back_the_platform_hears_of_it(
        self, demo: Demo
    ) -> None:
        code = demo.code("group of 4")
        wait_for("the outbox to be empty", lambda: not demo.waiting(), GENEROUS_S)
        demo.signalled(signal.SIGUSR1, "The plug is out")
        began = time.monotonic()
        told, unknown = demo.scans("--code", code, "--code", "ZZ99ZZ99Z", "--heads", "3")
        took = time.monotonic() - began
        assert (told["outcome"], told["heads"], told["left"]) == ("admit", 3, 1)
        assert (unknown["outcome"], unknown["reason"]) == ("ask", "not_allowed_offline")
        assert took < GENEROUS_S, f"two scans offline took {took:.1f} s, the start of the program included"
        waiting = demo.waiting()
        assert [(one["scan"], one["heads"]) for one in waiting] == [(told["id"], 3)]
        assert waiting[0]["state"] in {"due", "sending"}
        assert code not in json.dumps(waiting)
        assert demo.ticket(code)["enter"] == 0

        demo.signalled(signal.SIGUSR2, "The plug is back")
        demo.entered(code, 3)
        assert demo.ticket(code)["entry_date"] == at_second(told)
        wait_for("the outbox to be empty", lambda: not demo.waiting(), GENEROUS_S)

    def test_a_station_that_is_added_may_scan_and_one_that_is_revoked_may_not(self, demo: Demo) -> None:
        added = json.loads(demo.run("station", "add", "Gate 2", "--json").stdout)
        gate = Teller(demo.hub, added["token"])
        wait_for("the hub to know the station", lambda: gate.post("/scans", {"code": "??"}).status_code == 200, 5)
        assert "Gate 2" in demo.run("station", "list").stdout
        assert demo.run("station", "revoke", "Gate 2").returncode == 0
        wait_for("the token to end", lambda: gate.post("/scans", {"code": "??"}).status_code == 401, 5)

    def test_a_scan_as_a_named_station_is_that_stations(self, demo: Demo) -> None:
        assert demo.scans("--code", demo.code("good"), "--station", "Gate 1")[0]["station"] == "Gate 1"
        wrong = demo.run("scan", "--code", "x", "--station", "Gate 9")
        assert (wrong.returncode, "Gate 9" in wrong.stderr) == (2, True)

    def test_a_second_hub_on_the_same_folder_is_refused_in_one_line(self, demo: Demo) -> None:
        done = demo.run("serve", "--port", str(free_port()))
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "another hub is running" in done.stderr

    def test_a_verb_that_would_speak_for_the_hub_leaves_it_to_the_hub(self, demo: Demo) -> None:
        done = demo.run("drain")
        assert (done.returncode, "by itself" in done.stderr) == (2, True), done.stdout + done.stderr

    def test_decode_reads_and_decides_nothing(self, demo: Demo) -> None:
        before = sqlite3.connect(demo.folder / "doorcheck.db").execute("SELECT count(*) FROM scans").fetchone()
        done = demo.run("decode", str(demo.folder / "sheet" / "good.png"))
        line = json.loads(done.stdout)
        assert (Path(line["file"]).name, [one["value"] for one in line["codes"]]) == ("good.png", [demo.code("good")])
        after = sqlite3.connect(demo.folder / "doorcheck.db").execute("SELECT count(*) FROM scans").fetchone()
        assert before == after

    def test_the_night_can_be_taken_away_as_a_file(self, demo: Demo, tmp_path: Path) -> None:
        scan = demo.scans("--code", demo.code("cancelled"))[0]["id"]
        assert demo.run("export", "scans", "-o", str(tmp_path / "scans.csv")).returncode == 0
        assert scan in (tmp_path / "scans.csv").read_text(encoding="utf-8")


def test_an_interrupted_demo_ends_with_everything_it_started(tmp_path: Path) -> None:
    with a_demo(tmp_path) as demo:
        demo.process.popen.send_signal(signal.SIGINT)
        assert demo.process.popen.wait(timeout=20) in {0, 130}
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{demo.platform}/_control/state", trust_env=False, timeout=2)


def verbs(command: Any, path: str = "doorcheck") -> Iterator[tuple[str, Any]]:
    """The command and all below it, by what a person types."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from verbs(below, f"{path} {name}")


LEAVES = {path: one for path, one in verbs(typer.main.get_command(cli)) if getattr(one, "callback", None) is not None}


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_the_help_of_every_verb_shows_an_example(path: str) -> None:
    assert "Example: " in (LEAVES[path].help or "")
    assert path.split()[1] in (LEAVES[path].help or "").split("Example: ")[1]


BAD = {
    "POLL_SECONDS": "often",
    "TIMEZONE": "Mars/Olympus",
    "DATABASE_URL": "mysql://venue",
    "UNKNOWN_OFFLINE": "maybe",
    "FOURVENUES__BASE_URL": "ftp://platform",
    "FOURVENUES__PAGE_SIZE": "0",
    "FOURVENUES__API_KEY": "llave con acentuación",
}


@pytest.mark.parametrize("name", BAD)
def test_a_setting_that_cannot_be_used_stops_the_start_with_one_line_that_names_it(name: str, tmp_path: Path) -> None:
    settings: dict[str, object] = {"FOURVENUES__API_KEY": "ik_live_7Qh2mVt9Xw4Lr8Zc", "DATA_DIR": tmp_path / "data"}
    done = doorcheck(environment(**settings | {name: BAD[name]}), "serve", "--port", str(free_port()), folder=tmp_path)
    assert (done.returncode, done.stderr.strip().count("\n")) == (2, 0), done.stdout + done.stderr
    assert f"DOORCHECK_{name}" in done.stderr
    assert "ik_live" not in done.stderr
    assert "acentuación" not in done.stderr


def test_without_any_account_the_hub_does_not_start_and_the_doctor_is_red(tmp_path: Path) -> None:
    env = environment(DATA_DIR=tmp_path / "data")
    served = doorcheck(env, "serve", folder=tmp_path)
    assert (served.returncode, "DOORCHECK_FOURVENUES__API_KEY" in served.stderr) == (2, True)
    looked = doorcheck(env, "doctor", "--json", folder=tmp_path)
    reds = [one["what"] for one in map(json.loads, looked.stdout.splitlines()) if one["light"] == "red"]
    assert (looked.returncode, reds) == (1, ["accounts"])


def test_an_image_without_a_code_is_told_and_is_a_failure_of_the_command(tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    blank.write_bytes(b"no picture at all")
    done = doorcheck(environment(DATA_DIR=tmp_path / "data"), "scan", "--image", str(blank), folder=tmp_path)
    assert (done.returncode, done.stdout, "blank.png" in done.stderr) == (1, "", True)
