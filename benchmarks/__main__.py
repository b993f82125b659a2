"""`python -m benchmarks [name ...]`: run all, or those named; exit status 1 when a promise is missed."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

from app.cli.common import start_logs
from app.settings import Settings

ALL = ("scanning", "web", "loading", "accounts", "warehouse", "memory", "decoding", "kiosk", "page")


def main(names: list[str]) -> int:
    start_logs(Settings(log_level="error"))
    missed = 0
    for name in names or ALL:
        module = importlib.import_module(f"benchmarks.{name}")
        with tempfile.TemporaryDirectory(prefix="doorcheck-bench-") as folder:
            for figure in module.run(Path(folder)):
                print(figure.line(), flush=True)
                missed += not figure.kept
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
