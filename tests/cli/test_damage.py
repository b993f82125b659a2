"""Rows that can't be used, as `poll` and `doctor` name them; and a whole evening with a spreadsheet."""

from __future__ import annotations

import json
from pathlib import Path

from tests.scenarios.night.house import doorcheck, environment

GUESTS = """Código;Nombre;Personas
W-001;Ana Ruiz;2
W-001;Otra Ana;1
W-003;Jon Mas;muchos
W-004;Luis Peña;1
"""
SETTINGS = """
[accounts.wedding]
provider = "file"
path = "guests.csv"
name = "Boda de Ana y Luis"
"""


def test_a_wedding_with_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "guests.csv").write_bytes(GUESTS.encode("cp1252"))
    (tmp_path / "doorcheck.toml").write_text(SETTINGS)
    env = environment(DATA_DIR=tmp_path / "data")
    polled = doorcheck(env, "poll", folder=tmp_path)
    assert polled.returncode == 0, polled.stderr
    told = [line for line in polled.stderr.splitlines() if line.startswith("guests, line")]
    assert [line[:14] for line in told] == ["guests, line 3", "guests, line 4"]
    scanned = doorcheck(env, "scan", "--code", "W-001", "--heads", "2", folder=tmp_path)
    assert json.loads(scanned.stdout)["outcome"] == "admit"
    assert "1 sent" in doorcheck(env, "drain", folder=tmp_path).stdout
    entries = (tmp_path / "guests.entries.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(";")[:3] for line in entries[1:]] == [["W-001", "Ana Ruiz", "2"]]
    findings = [json.loads(line) for line in doorcheck(env, "doctor", "--json", folder=tmp_path).stdout.splitlines()]
    (rows,) = [one for one in findings if one["what"].startswith("rows of Boda")]
    assert rows["light"] == "yellow"
    assert rows["words"].startswith("2 can't be used: line 3: ")
