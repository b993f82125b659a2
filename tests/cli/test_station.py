"""`doorcheck station add`: the token, the link, and the code that a phone scans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import structlog
import zxingcpp
from typer.testing import CliRunner

from app.cli import cli

ADDRESS = "https://door.salaluz.example"
HALVES = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
"""What a terminal with light letters on dark shows: upper half and lower half, 0 is light."""


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    for name, value in {"DATA_DIR": tmp_path / "data", "CONFIG": tmp_path / "none.toml", "ADDRESS": ""}.items():
        monkeypatch.setenv(f"DOORCHECK_{name}", str(value))
    yield CliRunner()
    structlog.reset_defaults()  # the command set the logs up, on a stream that is closed by now


def scanned(printed: str) -> str:
    """What a phone reads off the terminal."""
    rows = [line for line in printed.splitlines() if line and set(line) <= HALVES.keys()]
    width = max(len(row) for row in rows)
    modules = [[HALVES[half][side] for half in row.ljust(width)] for row in rows for side in (0, 1)]
    picture = np.kron(np.array(modules, np.uint8) * 255, np.ones((4, 4), np.uint8))
    return zxingcpp.read_barcodes(np.pad(picture, 16, constant_values=255))[0].text


def test_the_code_on_the_terminal_is_the_link_that_signs_a_phone_in(add: CliRunner) -> None:
    done = add.invoke(cli, ["station", "add", "Gate 1", "--qr", "--address", f"{ADDRESS}/"])
    token = done.stdout.splitlines()[0].removeprefix("Gate 1: ")
    assert (len(token), scanned(done.stdout)) == (43, f"{ADDRESS}/?token={token}")
    assert f"{ADDRESS}/?token={token}" in done.stdout.splitlines()[-2]


def test_where_nobody_said_what_the_hub_is_called_the_code_is_the_token(add: CliRunner) -> None:
    done = add.invoke(cli, ["station", "add", "Gate 1", "--qr"])
    assert scanned(done.stdout) == done.stdout.splitlines()[0].removeprefix("Gate 1: ")


def test_what_a_program_reads_has_no_code(add: CliRunner) -> None:
    assert "█" not in add.invoke(cli, ["station", "add", "Gate 1"]).stdout
    assert add.invoke(cli, ["station", "add", "Gate 1", "--json"]).stdout.count("\n") == 1


@pytest.mark.parametrize("address", ["door.salaluz.example", "ftp://door", f"{ADDRESS}/page", "https://"])
def test_an_address_that_no_phone_can_open_is_told(add: CliRunner, address: str) -> None:
    done = add.invoke(cli, ["station", "add", "Gate 1", "--address", address])
    assert done.exit_code != 0
    assert "ADDRESS: must be https" in f"{done.stderr}{done.exception}"
