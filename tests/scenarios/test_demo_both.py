"""A demo of both platforms: one hub, two sheets, a gate and a bar."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.scenarios.night.house import Process, Teller, doorcheck, environment, free_port, wait_for


@dataclass(frozen=True)
class Both:
    process: Process
    folder: Path
    hub: str
    platforms: dict[str, str]
    tokens: dict[str, str]

    def sheet(self, platform: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = httpx.get(f"{self.platforms[platform]}/sheet.json", trust_env=False).json()
        return rows

    def ledger(self, platform: str, code: str) -> list[dict[str, Any]]:
        told = httpx.get(f"{self.platforms[platform]}/_control/ledger", trust_env=False).json()
        return [entry for entry in told if entry["code"] == code]


def two_free_ports() -> int:
    """The first of two ports beside each other."""
    while True:
        port = free_port()
        if port < 65000 and free_port() != port + 1:
            return port


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    env = environment(DATA_DIR=folder / "data")
    port, platform = free_port(), two_free_ports()
    words = ["demo", "--platforms", "both", "--port", str(port), "--platform-port", str(platform), "--guests", "60"]
    process = Process(words, env, folder / "demo")
    hub = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert not process.ended, process.said()
        try:
            return httpx.get(f"{hub}/healthz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        wait_for("the demo", ready, seconds=60)
        told = dict(re.findall(r"(Scanner|Bar) page: +\S+token=(\S+)", process.said()))
        addresses = {name: f"http://127.0.0.1:{platform + at}" for at, name in enumerate(("fourvenues", "oveit"))}
        yield Both(process, folder / "data", hub, addresses, told)
    finally:
        process.stop()


def scan_as_a_person(gate: Teller, code: str) -> dict[str, Any]:
    """Once more after a moment, where the platforms' own pace did not allow a look-up in time."""
    told = gate.scan(code)
    if told["reason"] == "not_allowed_offline":
        time.sleep(1.5)
        told = gate.scan(code)
    return told


@pytest.mark.parametrize("platform", ["fourvenues", "oveit"])
def test_every_code_of_both_sheets_is_answered_as_the_sheet_says(both: Both, platform: str) -> None:
    gate = Teller(both.hub, both.tokens["Scanner"])
    told = {row["label"]: scan_as_a_person(gate, row["code"]) for row in both.sheet(platform)}
    expected = {row["label"]: row["expect"] for row in both.sheet(platform)}
    assert {label: [one["outcome"], one["reason"]] for label, one in told.items()} == expected
    gate.close()


def test_a_drink_reaches_its_platform_as_a_drink(both: Both) -> None:
    code = next(row["code"] for row in both.sheet("oveit") if row["label"] == "VIP with drinks")
    bar = Teller(both.hub, both.tokens["Bar"])
    served = bar.scan(code)
    assert (served["outcome"], served["left"], served["limit"]) == ("admit", 1, 2)
    assert served["message"] == "1 × Welcome drink"
    addon = int(served["allowance"].removeprefix("addon:"))
    uses = wait_for("the bar's use", lambda: [one for one in both.ledger("oveit", code) if one["addon_id"] == addon])
    assert len(uses) == 1
    bar.close()


def test_the_accounts_are_told_apart(both: Both) -> None:
    gate = Teller(both.hub, both.tokens["Scanner"])
    accounts = {one["name"]: one for one in gate.get("/status")["accounts"]}
    assert {name: (one["provider"], one["state"]) for name, one in accounts.items()} == {
        "fourvenues": ("fourvenues", "up"),
        "oveit": ("oveit", "up"),
    }
    figures = httpx.get(f"{both.hub}/metrics", trust_env=False).text
    assert {'doorcheck_line_up{account="fourvenues"} 1', 'doorcheck_line_up{account="oveit"} 1'} <= {
        line.removesuffix(".0") for line in figures.splitlines()
    }
    gate.close()


def test_pictures_of_both_sheets_are_in_the_folder(both: Both) -> None:
    assert (both.folder / "sheet" / "good.png").is_file()
    assert (both.folder / "sheet-oveit" / "wristband.png").is_file()


def test_a_bar_that_is_told_a_wrong_number_hears_of_it(both: Both) -> None:
    env = environment(DATA_DIR=both.folder)
    wrong = doorcheck(env, "station", "add", "Cellar", "--allowance", "addon:1", "--json")
    assert wrong.returncode == 0
    assert "nobody who is known has addon:1 yet" in wrong.stderr
    assert "Welcome drink" in wrong.stderr
    no_right = doorcheck(env, "station", "add", "Cellar", "--allowance", "drinks please")
    assert no_right.returncode == 2
    assert "is no right" in no_right.stderr
