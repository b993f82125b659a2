"""What is put on a kiosk's machine: scripts that run, units that name what exists."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer

from app.cli import cli
from app.settings import load_settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy" / "kiosk"
UNITS = sorted(DEPLOY.glob("*.service"))


class Unit(configparser.RawConfigParser):
    """A systemd unit; keys keep their case, and of those that come twice the last counts."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",), interpolation=None)
        self.optionxform = str  # type: ignore[assignment, method-assign]
        self.read_string(path.read_text(encoding="utf-8").replace("\\\n", " "))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_service_comes_back_and_waits_for_no_network(path: Path) -> None:
    unit = Unit(path)
    assert unit["Service"]["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert "network" not in unit["Unit"].get("After", "") + unit["Unit"].get("Requires", "")
    assert unit["Install"]["WantedBy"] == "multi-user.target"


@pytest.mark.parametrize("name", ["doorcheck-kiosk", "doorcheck-serve"])
def test_hubs_tell_systemd_that_they_live(name: str) -> None:
    service = Unit(DEPLOY / f"{name}.service")["Service"]
    assert (service["Type"], service["User"]) == ("notify", "doorcheck")
    assert int(service["WatchdogSec"]) >= 20, "an answer may take 5 seconds, twice"


def test_commands_and_options_of_the_units_exist() -> None:
    verbs = typer.main.get_command(cli).commands  # type: ignore[attr-defined]
    for path in UNITS:
        words = shlex.split(Unit(path)["Service"]["ExecStart"])
        if not words[0].endswith("/doorcheck"):
            continue
        known = {option for parameter in verbs[words[1]].params for option in parameter.opts}
        assert {word for word in words[2:] if word.startswith("--")} <= known


def test_the_screen_shows_the_kiosk_and_keeps_nothing() -> None:
    command = Unit(DEPLOY / "doorcheck-screen.service")["Service"]["ExecStart"]
    assert command.endswith("http://localhost:8000/kiosk")
    assert "--user-data-dir=/run/" in command
    assert "--autoplay-policy=no-user-gesture-required" in command


def test_the_settings_that_come_with_it_can_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = DEPLOY / "example.toml"
    whole = re.sub(r"^# (?=[\[a-z_]+)(?!A camera|kiosk|The )", "", file.read_text(), flags=re.MULTILINE)
    every = "\n".join(line for line in whole.splitlines() if not line.startswith("#"))
    assert tomllib.loads(every)["kiosk"]["panel"]["relay"] == 24, "what stands in comments is right too"
    for text in (file.read_text(), every):
        written = tmp_path / "doorcheck.toml"
        written.write_text(text)
        monkeypatch.setenv("DOORCHECK_CONFIG", str(written))
        assert load_settings(data_dir=tmp_path).kiosk.language == "es"


def _install(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **more}
    return subprocess.run([DEPLOY / "install", *words], env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("script", ["install", "doorcheck"])
def test_scripts_can_be_read_by_their_shell(script: str) -> None:
    shell = "bash" if script == "install" else "sh"
    done = subprocess.run([shell, "-n", DEPLOY / script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(tmp_path: Path) -> None:
    done = _install("--dry-run")
    assert done.returncode == 0, done.stderr
    for words in (
        "apt-get install",
        "cage chromium",
        "useradd",
        "systemctl enable doorcheck-kiosk",
        "70-doorcheck.rules",
    ):
        assert words in done.stdout
    assert "cage" not in _install("--dry-run", "--without-screen").stdout
    assert _install("--surprise").returncode == 2


def test_files_are_put_where_the_units_look_for_them_and_settings_are_never_overwritten(tmp_path: Path) -> None:
    done = _install(DESTDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    kept = tmp_path / "etc/doorcheck/doorcheck.toml"
    kept.write_text("# the venue's own\n")
    assert _install(DESTDIR=str(tmp_path)).returncode == 0
    assert kept.read_text() == "# the venue's own\n"
    for name in ("doorcheck-kiosk", "doorcheck-serve", "doorcheck-screen"):
        assert (tmp_path / f"etc/systemd/system/{name}.service").is_file()
    assert (tmp_path / "etc/udev/rules.d/70-doorcheck.rules").is_file()
    assert os.access(tmp_path / "usr/local/bin/doorcheck", os.X_OK)


def test_every_picture_of_the_guide_is_there_and_every_picture_is_in_it() -> None:
    text = (ROOT / "docs" / "kiosk.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"images/kiosk/([\w-]+)\.png", text))
    there = {path.stem for path in (ROOT / "docs" / "images" / "kiosk").glob("*.png")}
    assert shown <= there
    assert there - shown <= {"offline-ask", "portrait-ready-camera"}
