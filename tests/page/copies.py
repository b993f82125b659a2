"""The sources of the page somewhere else, and what makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "scanner" / "pwa"


def copied(folder: Path) -> Path:
    """The sources as a clean checkout has them; the page is made beside them, in `folder`/scanner/page."""
    return Path(shutil.copytree(SOURCES, folder / "scanner" / "pwa", ignore=shutil.ignore_patterns("node_modules")))


def without_npm(sources: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Make the page on a machine that npm's registry does not answer, and that has nothing of it yet."""
    nobody = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_cache": str(sources.parent / "npm-cache")}
    return subprocess.run(
        [sys.executable, str(sources / "backend" / "page_backend.py")],
        env={**os.environ, **nobody, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
