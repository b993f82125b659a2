"""Resident memory of an idle hub with 100,000 admissions."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.figures import Figure
from benchmarks.house import filled

ADMISSIONS = 100_000
IDLE_S = 8


def run(folder: Path) -> Iterator[Figure]:
    filled(folder / "doorcheck.db", ADMISSIONS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **os.environ, "DOORCHECK_DATA_DIR": str(folder), "DOORCHECK_FOURVENUES__API_KEY": "ik_bench",
        "DOORCHECK_FOURVENUES__BASE_URL": "http://127.0.0.1:9/integrations", "DOORCHECK_LOG_LEVEL": "error",
    }  # fmt: skip
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    hub = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        time.sleep(IDLE_S)
        private = psutil.Process(hub.pid).memory_full_info()
        yield Figure(
            name="idle hub with 100,000 admissions, resident MB / 200", ours=private.rss / 1e6, floor=200, unit="MB",
            at_most=1.0, note=f"of it {private.uss / 1e6:.0f} MB its own, the rest shared with the files it maps",
        )  # fmt: skip
    finally:
        hub.terminate()
        hub.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the hub did not start")
