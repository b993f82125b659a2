"""A decided and durable scan, in this process, against the same rows through stdlib sqlite3."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from app.bootstrap import Hub
from app.domain.model import Outcome, Scan, ScanId
from benchmarks.figures import Figure, p50, p99, timed
from benchmarks.house import STATION, code, filled, hub_on

SCANS = 600
ROUNDS = 7
SMALL, LARGE = 10_000, 1_000_000
HOUSE = 20_000
THREADS = 16
SHARE = 50
THREAD_ROUNDS = 12


CANDIDATE = """SELECT a.* FROM credentials c JOIN admissions a ON a.id = c.admission_id
    WHERE c.value = ? AND c.scheme = 'qr' ORDER BY a.id"""
CALL = """INSERT INTO calls (scan_id, account, event_id, event_ref, admission_id, kind, ref, code, allowance, heads,
    limit_, at, station, state, due_at)
    VALUES (?, 'fourvenues', 'ev_bench', 'ev_bench', ?, 'ticket', ?, ?, 'entrance', 1, 1, ?, 'Gate 1', 'due', ?)"""
SCAN = """INSERT INTO scans (id, station, code, admission_id, event_id, direction, outcome, reason, heads, at,
    decided_at, answer) VALUES (?, 'Gate 1', ?, ?, 'ev_bench', 'in', 'admit', 'ok', 1, ?, ?, ?)"""


class Bare:
    """The statements of one scan, with nothing around them: what SQLite itself costs."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-16000", "mmap_size=268435456"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.answer = b'{"scan":"0"' + b" " * 900 + b"}"

    def scan(self, number: int, scan_id: str) -> None:
        run, at = self.connection.execute, time.time_ns() // 1000
        run("BEGIN IMMEDIATE")
        row = run(CANDIDATE, (code(number),)).fetchone()
        run("SELECT * FROM allowances WHERE admission_id = ? ORDER BY ref", (row[0],)).fetchall()
        run("SELECT answer FROM scans WHERE id = ?", (scan_id,)).fetchone()
        run("UPDATE allowances SET owed = owed + 1 WHERE admission_id = ? AND ref = 'entrance'", (row[0],))
        run(CALL, (scan_id, row[0], row[4], code(number), at, at))
        run(SCAN, (scan_id, code(number), row[0], at, at, self.answer))
        run("COMMIT")


class Ours:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def scan(self, number: int, scan_id: str) -> None:
        answer = self.hub.admit(Scan(id=ScanId(scan_id), code=code(number), at=datetime.now(UTC)), STATION)
        if answer.outcome is not Outcome.ADMIT:
            raise AssertionError(f"the bench expected an admission, not {answer.reason}")


def run(folder: Path) -> Iterator[Figure]:
    small = _prepared(folder / "small", HOUSE)
    bare_path = filled(folder / "bare.db", HOUSE)
    numbers = _shuffled(HOUSE)
    with_hub, bare = Ours(hub_on(small)), Bare(bare_path)
    ours, floor = _rounds(with_hub, bare, numbers)
    yield Figure(
        name="scan, decided and durable, p50 / bare SQLite", ours=ours * 1e6, floor=floor * 1e6, unit="us", at_most=2.0
    )
    yield from _threads(with_hub, numbers, ours)
    with_hub.hub.close()
    yield from _flat(folder)


def _prepared(folder: Path, admissions: int) -> Path:
    folder.mkdir()
    filled(folder / "doorcheck.db", admissions)
    return folder


def _shuffled(admissions: int) -> Iterator[int]:
    numbers = list(range(1, admissions + 1))
    random.Random(1).shuffle(numbers)
    return iter(numbers)


_ids = count()


def _scans(who: Ours | Bare, numbers: list[int]) -> list[float]:
    return timed(lambda at: who.scan(numbers[at], f"s{next(_ids)}"), len(numbers))


def _rounds(ours: Ours, bare: Bare, numbers: Iterator[int]) -> tuple[float, float]:
    """Best p50 of several rounds, ours and the floor in turn."""
    best_ours, best_bare = [], []
    for _ in range(ROUNDS):
        mine = [next(numbers) for _ in range(SCANS)]
        best_bare.append(p50(_scans(bare, mine)))
        best_ours.append(p50(_scans(ours, mine)))
    return min(best_ours), min(best_bare)


def _threads(ours: Ours, numbers: Iterator[int], lone: float) -> Iterator[Figure]:
    """Sixteen at once, each with scans of its own; the best of several rounds."""
    best: tuple[float, float] | None = None
    for _ in range(THREAD_ROUNDS):
        shares = [[next(numbers) for _ in range(SHARE)] for _ in range(THREADS)]
        spent: list[list[float]] = [[] for _ in range(THREADS)]
        start = threading.Barrier(THREADS)

        threads = [
            threading.Thread(target=_work, args=(ours, start, *each)) for each in zip(shares, spent, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        every = [one for mine in spent for one in mine]
        slowest, fastest = max(sum(mine) for mine in spent), min(sum(mine) for mine in spent)
        best = min(best, (p99(every), slowest / fastest)) if best else (p99(every), slowest / fastest)
    yield Figure(
        name="scan, 16 threads at once, p99 / lone p50",
        ours=best[0] * 1e6,
        floor=lone * 1e6,
        unit="us",
        at_most=25,
        note=f"slowest thread / fastest: {best[1]:.2f}",
    )


def _work(ours: Ours, start: threading.Barrier, numbers: list[int], spent: list[float]) -> None:
    start.wait()
    spent += _scans(ours, numbers)


def _flat(folder: Path) -> Iterator[Figure]:
    hubs = {size: Ours(hub_on(_prepared(folder / f"flat{size}", size))) for size in (SMALL, LARGE)}
    numbers = {size: _shuffled(size) for size in hubs}
    best: dict[int, float] = dict.fromkeys(hubs, float("inf"))
    for _ in range(ROUNDS):
        for size, hub in hubs.items():
            mine = [next(numbers[size]) for _ in range(SCANS)]
            best[size] = min(best[size], p50(_scans(hub, mine)))
    for hub in hubs.values():
        hub.hub.close()
    yield Figure(
        name="scan, p50 at 1,000,000 admissions / at 10,000",
        ours=best[LARGE] * 1e6,
        floor=best[SMALL] * 1e6,
        unit="us",
        at_most=1.3,
    )
