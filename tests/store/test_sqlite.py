"""One SQLite file: one hub, and nothing acknowledged is lost, whatever kills us."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.ports import StoreError
from app.store import open_store
from tests.conformance.store import House
from tests.fakes.clock import FakeClock
from tests.fakes.night import ACCOUNT


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'doorcheck.db'}"


def test_the_data_folder_is_made_and_the_file_is_nobody_elses(url: str, tmp_path: Path) -> None:
    open_store(url, FakeClock()).close()
    assert (tmp_path / "data" / "doorcheck.db").stat().st_mode & 0o077 == 0


def test_a_second_hub_on_the_same_file_is_refused_with_a_sentence(url: str) -> None:
    first = open_store(url, FakeClock(), hub=True)
    assert first.alone
    with pytest.raises(StoreError, match="another hub is running"):
        open_store(url, FakeClock(), hub=True)
    first.close()
    second = open_store(url, FakeClock(), hub=True)
    second.close()


def test_tools_may_work_beside_a_hub(url: str) -> None:
    hub = open_store(url, FakeClock(), hub=True)
    tool = open_store(url, FakeClock())
    assert not tool.alone
    tool.run(lambda tx: tx.house.keep_account(ACCOUNT, "fourvenues"))
    assert [row.account for row in hub.views.accounts()] == [ACCOUNT]
    tool.close()
    hub.run(lambda tx: tx.house.drop_lease(ACCOUNT, "nobody"))
    hub.close()


def test_a_hub_that_could_not_open_its_file_lets_go_of_it(url: str, tmp_path: Path) -> None:
    open_store(url, FakeClock()).close()
    path = tmp_path / "data" / "doorcheck.db"
    with sqlite3.connect(path) as connection:
        ours = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError):
        open_store(url, FakeClock(), hub=True)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", ours)
    open_store(url, FakeClock(), hub=True).close()


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "doorcheck.db"
    path.write_bytes(b"this is a letter to the box office, not a database " * 50)
    with pytest.raises(StoreError, match="can't be opened"):
        open_store(f"sqlite:///{path}", FakeClock())


def test_a_folder_that_cannot_be_made_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="data folder"):
        open_store(f"sqlite:///{tmp_path / 'data' / 'doorcheck.db'}", FakeClock())


def test_a_work_waits_for_another_process_that_writes_just_now(url: str, tmp_path: Path) -> None:
    house = House(url)
    other = sqlite3.connect(tmp_path / "data" / "doorcheck.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = house.store.submit(lambda tx: tx.house.keep_account(ACCOUNT, "fourvenues"))
    time.sleep(0.05)
    assert not waiting.done()
    other.execute("COMMIT")
    waiting.result(timeout=5)
    other.close()
    house.close()


def test_commits_are_durable_by_their_settings(url: str) -> None:
    house = House(url)
    cursor = house.store._cursor  # type: ignore[attr-defined]
    assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)
    house.close()


ENTERING = """
import os, sys, threading
from app.domain.model import Policy
from tests.conformance.store import House
from tests.fakes.night import admission
house = House(sys.argv[1])
house.knows(admission("FAMILY77", limit=1_000_000))
say = threading.Lock()
def door(name):
    n = 0
    while True:
        scan = f"{name}-{n}"
        answer = house.scans(scan, "FAMILY77")
        assert answer.heads == 1
        with say:
            os.write(1, f"{scan}\\n".encode())
        n += 1
sys.stdout = sys.stderr
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
doors = [threading.Thread(target=door, args=(f"gate{at}",)) for at in range(4)]
for one in doors: one.start()
"""


def test_a_process_killed_in_the_middle_loses_nothing_it_acknowledged(url: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", ENTERING, url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(150)]
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += process.stdout.readlines()
    process.wait()
    scans = {line.decode().strip() for line in acknowledged if line.endswith(b"\n") and line != b"\n"}
    house = House(url)
    try:
        kept = {call.scan for call in (row.call for row in house.store.views.calls(["due"], 1_000_000))}
        assert len(scans) >= 150
        assert scans <= kept
        assert house.count("tk-FAMILY77").owed == len(kept)
        assert len(kept) - len(scans) <= 4
    finally:
        house.close()


def test_a_file_that_another_process_is_just_making_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "doorcheck.db"
    maker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    maker.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.2, maker.execute, ["COMMIT"])
    done.start()
    open_store(f"sqlite:///{path}", FakeClock()).close()
    done.join()
    maker.close()
