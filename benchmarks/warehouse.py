"""Filling a warehouse with 100,000 tickets over HTTP, against a bare executemany of the same rows, ready-made."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.model import AccountId
from app.providers.registry import AccountConfig, build
from app.warehouse.opening import open_target
from app.warehouse.privacy import Privacy
from app.warehouse.rows import Reader
from app.warehouse.schema import TICKETS
from app.warehouse.sync import Plan, Sync
from app.warehouse.target import Scope
from benchmarks.figures import Figure
from benchmarks.house import EVENT
from benchmarks.loading import PAGE, page

COUNT = 100_000
ROUNDS = 3


def run(folder: Path) -> Iterator[Figure]:
    pages = [page(first) for first in range(0, COUNT, PAGE)]
    ready = _ready(pages)
    floors, first, again = [], [], []
    with _Server(pages) as port:
        for at in range(ROUNDS):
            floors.append(_floor(folder / f"floor{at}.db", ready))
            loaded, unchanged = _ours(folder / f"ours{at}.db", port)
            first.append(loaded)
            again.append(unchanged)
    yield Figure(
        name="warehouse: 100,000 tickets / bare executemany", ours=min(first), floor=min(floors), unit="s", at_most=3,
        note=f"{COUNT / min(first):,.0f} rows/s",
    )  # fmt: skip
    yield Figure(
        name="warehouse: a complete pass, unchanged / bare executemany", ours=min(again), floor=min(floors), unit="s",
        at_most=3, note="not promised; writes nothing",
    )  # fmt: skip


class _Server:
    """The pages of the benchmark of loading, served by a process of its own."""

    def __init__(self, pages: Sequence[bytes]) -> None:
        self._pages = pages

    def __enter__(self) -> int:
        command = [sys.executable, "-m", "benchmarks.loading"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("no pipes")
        self._process.stdin.write(json.dumps([len(one) for one in self._pages]).encode() + b"\n")
        self._process.stdin.write(b"".join(self._pages))
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def _account(port: int) -> Any:
    url = f"http://127.0.0.1:{port}/integrations"
    options = {"api_key": "ik_bench", "base_url": url, "requests_per_second": 0, "page_size": PAGE}
    config = AccountConfig(account=AccountId("fourvenues"), provider="fourvenues", options=options)
    (built,) = build([config], lambda: datetime.now(UTC))
    return built


def _ready(pages: Sequence[bytes]) -> list[list[tuple[Any, ...]]]:
    """The rows as they are written, made before anything is measured."""
    built = _account(9)
    reader = Reader(built.archive, Privacy.KEEP, "salt", ZoneInfo("Europe/Madrid"))
    ready = []
    for one in pages:
        sent = [reader.sent(TICKETS, json.dumps(row).encode()) for row in json.loads(one)["data"]]
        ready.append([reader.typed(TICKETS, EVENT, row, "2026-11-01T10:00:00.000Z") for row in sent])
    built.provider.close()
    return ready


def _floor(file: Path, ready: list[list[tuple[Any, ...]]]) -> float:
    """Into the same table of the same kind of file: a statement a row, a transaction a page."""
    open_target(f"sqlite:///{file}", Privacy.KEEP, lambda: "salt").close()
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    started = time.perf_counter()
    marks = ", ".join("?" * len(TICKETS.columns))
    for rows in ready:
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO tickets VALUES ({marks})", rows)
        connection.execute("COMMIT")
    spent = time.perf_counter() - started
    connection.close()
    return spent


def _ours(file: Path, port: int) -> tuple[float, float]:
    """A first load, and a complete pass that brings nothing new."""
    spent = []
    for written in (COUNT, 0):
        built = _account(port)
        target = open_target(f"sqlite:///{file}", Privacy.KEEP, lambda: "salt")
        reader = Reader(built.archive, Privacy.KEEP, "salt", ZoneInfo("Europe/Madrid"))
        sync = Sync(built.archive, target, reader, lambda: datetime.now(UTC), Plan(full=True), sleep=time.sleep)
        started = time.perf_counter()
        tally = sync.one(Scope(account="fourvenues", table=TICKETS, event=EVENT))
        spent.append(time.perf_counter() - started)
        target.close()
        built.provider.close()
        if (tally.read, tally.written) != (COUNT, written):
            raise AssertionError(f"the load went wrong: {tally}")
    return spent[0], spent[1]
