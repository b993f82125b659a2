"""A run that is killed at any moment and started again leaves what one run leaves."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.warehouse.schema import TABLES
from tests.warehouse.back_office import EVENT, BackOffice, payment, ticket
from tests.warehouse.conftest import BOTH, address
from tests.warehouse.filling import PAGE
from tests.warehouse.looking import look_into

KILLS = 20
IN_FIRST_LOAD = 14
ROOT = Path(__file__).parents[2]


class Served:
    """A back office over HTTP; `asked` counts, and `reached` is set when that many were asked."""

    def __init__(self, office: BackOffice) -> None:
        self.asked = 0
        self.wanted = 0
        self.reached = threading.Event()
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                params = {name: values[0] for name, values in parse_qs(parts.query).items()}
                answer = office.answer(parts.path.strip("/"), params)
                served.asked += 1
                if served.asked == served.wanted:
                    served.reached.set()
                with contextlib.suppress(OSError):  # who asked may be dead
                    self.send_response(answer.status_code)
                    self.send_header("Content-Length", str(len(answer.content)))
                    self.end_headers()
                    self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Who asks is killed now and then."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def expect(self, requests: int) -> None:
        self.reached.clear()
        self.wanted = self.asked + requests


class Filler:
    """Runs that may be killed."""

    def __init__(self, to: str, port: int, page: int) -> None:
        command = [sys.executable, "-m", "tests.warehouse.filling", to, str(port), str(page)]
        self._mother = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def start(self, how: str) -> int:
        assert self._mother.stdin is not None
        self._mother.stdin.write(how + "\n")
        return self._line()

    def ended(self) -> int:
        """How the latest run ended: 0, or minus the signal."""
        return self._line()

    def close(self) -> None:
        assert self._mother.stdin is not None
        self._mother.stdin.close()
        self._mother.wait(20)

    def _line(self) -> int:
        assert self._mother.stdout is not None
        return int(self._mother.stdout.readline())


@contextmanager
def served(office: BackOffice) -> Iterator[Served]:
    one = Served(office)
    try:
        yield one
    finally:
        one.server.shutdown()
        one.server.server_close()


def filled(rows: int) -> BackOffice:
    office = BackOffice()
    office.tickets(rows * 7 // 10)
    office.put("payments", *(payment(number) for number in range(rows * 3 // 10)))
    return office


def changed(office: BackOffice) -> None:
    """Half a thousand rows change, some go."""
    rows = office.rows["tickets", EVENT]
    for number in range(0, 1000, 2):
        rows[f"t{number:05d}"] = ticket(number, enter=1, updated_at="2026-05-02T20:00:00.000Z")
    for number in range(1, 60, 2):
        del rows[f"t{number:05d}"]


def killed_runs(filler: Filler, served: Served, how: str, kills: int, chance: random.Random) -> int:
    """Start runs and kill each while it works; the last one may end. Returns how many were killed."""
    dead = 0
    for _ in range(kills):
        served.expect(chance.randint(3, 7))
        child = filler.start(how)
        while not served.reached.wait(0.02) and Path(f"/proc/{child}").exists():
            pass
        time.sleep(chance.uniform(0, 0.01))
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        dead += filler.ended() == -signal.SIGKILL
    return dead


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("rows", [5_000, pytest.param(100_000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])])
def test_killed_and_started_again_is_the_same_as_one_run(kind: str, rows: int, tmp_path: Path) -> None:
    chance, page = random.Random(rows), max(PAGE, rows // 50)
    (tmp_path / "clean").mkdir()
    office = filled(rows)
    with served(office) as server:
        clean_to = address(kind, tmp_path / "clean", "clean")
        clean = Filler(clean_to, server.port, page)
        killed_to = address(kind, tmp_path)
        killed = Filler(killed_to, server.port, page)
        dead = killed_runs(killed, server, "delta", IN_FIRST_LOAD, chance)
        for one in (clean, killed):
            one.start("delta")
            assert one.ended() == 0
        changed(office)
        dead += killed_runs(killed, server, "full", KILLS - IN_FIRST_LOAD, chance)
        for one in (clean, killed):
            one.start("full")
            assert one.ended() == 0
            one.close()
    assert dead == KILLS
    ours, theirs = look_into(killed_to), look_into(clean_to)
    for table in TABLES:
        assert ours.still(table.name) == theirs.still(table.name), table.name
    assert ours.still("doorcheck_cursors", "resource, event_id") == theirs.still(
        "doorcheck_cursors", "resource, event_id"
    )
    assert (theirs.count("tickets"), theirs.count("tickets", "deleted_at IS NOT NULL")) == (rows * 7 // 10, 30)
