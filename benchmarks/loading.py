"""Loading 100,000 tickets (fetch, translate, merge, write) against orjson and stdlib sqlite3 on the same bytes."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import orjson

from app.bootstrap import make_hub
from app.domain.model import AccountId, Event, EventId
from app.settings import Settings
from benchmarks.figures import Figure
from benchmarks.house import EVENT

TICKETS = 100_000
PAGE = 1000
ROUNDS = 3


def run(folder: Path) -> Iterator[Figure]:
    pages = [page(first) for first in range(0, TICKETS, PAGE)]
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.loading"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    if server.stdin is None or server.stdout is None:
        raise AssertionError("no pipes")
    try:
        server.stdin.write(json.dumps([len(page) for page in pages]).encode() + b"\n" + b"".join(pages))
        server.stdin.flush()
        port = int(server.stdout.readline())
        floors, ours, again = [], [], []
        for at in range(ROUNDS):
            floors.append(_floor(folder / f"floor{at}.db", pages))
            first, second = _ours(folder / f"ours{at}", port)
            ours.append(first)
            again.append(second)
    finally:
        server.kill()
        server.wait()
    megabytes = sum(map(len, pages)) / 1e6
    yield Figure(
        name="loading 100,000 tickets / orjson + executemany",
        ours=min(ours),
        floor=min(floors),
        unit="s",
        at_most=4,
        note=f"{megabytes:.0f} MB",
    )
    yield Figure(
        name="polling them again, unchanged / orjson + executemany",
        ours=min(again),
        floor=min(floors),
        unit="s",
        at_most=4,
        note="not promised",
    )


def _floor(path: Path, pages: list[bytes]) -> float:
    """Parse, and upsert every row with its payload: one durable transaction a page."""
    started = time.perf_counter()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    columns = "id TEXT PRIMARY KEY, code TEXT, status TEXT, lim INT, enter INT, name TEXT, email TEXT, raw BLOB"
    connection.execute(f"CREATE TABLE t ({columns})")
    connection.execute("CREATE INDEX t_code ON t (code)")
    for page in pages:
        rows = [
            (
                one["_id"],
                one["code"],
                one["status"],
                one["for"],
                one["enter"],
                one["name"],
                one["email"],
                orjson.dumps(one),
            )
            for one in orjson.loads(page)["data"]
        ]
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET code = excluded.code,"
            " status = excluded.status, lim = excluded.lim, enter = excluded.enter, raw = excluded.raw",
            rows,
        )
        connection.execute("COMMIT")
    connection.close()
    return time.perf_counter() - started


def _ours(folder: Path, port: int) -> tuple[float, float]:
    """A full pass into an empty cache, and one that brings nothing new."""
    url = f"http://127.0.0.1:{port}/integrations"
    account = {"api_key": "ik_bench", "base_url": url, "requests_per_second": 0, "page_size": PAGE}
    hub = make_hub(Settings(data_dir=folder, fourvenues=account), hub=True)
    now = datetime.now(UTC)
    event = Event(
        id=EventId(EVENT), account=AccountId("fourvenues"), ref=EVENT, name="Bench", starts_at=now,
        ends_at=now + timedelta(hours=6),
    )  # fmt: skip
    hub.store.run(lambda tx: tx.cache.save_events([event], [event.id]))
    poll = hub.desks[AccountId("fourvenues")].poll
    spent = []
    for new in (TICKETS, 0):
        started = time.perf_counter()
        report = poll(event, "tickets", full=True)
        spent.append(time.perf_counter() - started)
        if report.failed or report.saved.new != new or report.rows != TICKETS:
            raise AssertionError(f"the poll went wrong: {report}")
    hub.close()
    return spent[0], spent[1]


def page(first: int) -> bytes:
    return orjson.dumps({"success": True, "data": [_ticket(number) for number in range(first, first + PAGE)]})


def _ticket(number: int) -> dict[str, Any]:
    dice = random.Random(number)
    name = dice.choice(("Lucía", "Marta", "Iker", "Nerea")) + " " + dice.choice(("Muñoz", "Vidal", "Serra", "Ortiz"))
    return {
        "_id": f"{number:024x}", "code": f"{dice.getrandbits(44):09X}"[:9] + f"{number:X}", "event_id": EVENT,
        "rate_id": "7ce42c8218072e8c35bf992d", "rate_name": "Standing", "rate_slug": "standing", "channel_id": None,
        "referral_id": None, "payment_id": f"{dice.getrandbits(96):024x}", "status": "activated", "for": 1, "enter": 0,
        "date": "2026-11-21", "name": name, "email": f"guest{number}@example.com", "phone": f"+34 6{number:08d}",
        "gender": "female", "address": "Calle Mayor 26", "postal_code": "46002", "country": "ES", "language": "es",
        "entry_date": 0, "activation_date": "2026-11-01T10:15:00.000Z", "created_at": "2026-11-01T10:15:00.000Z",
        "updated_at": 1793528100000 + number, "price": 18.0, "total_paid": 19.5, "total_fees": 1.5, "total_extras": 0,
        "total_warranty": 0, "raised": 18.0, "refunded": 0, "discount_quantity_subtract": 0, "sale_type": "online",
        "price_info": {"_id": "p1", "price": 18, "age": "", "content": "1 drink", "additional_info": ""},
        "supplements": [], "supplements_service_charge_total": 0, "surcharge_total": 0, "remarketing": False,
    }  # fmt: skip


class _Pages(BaseHTTPRequestHandler):
    """Serves pages that were made before; costs as little as may be."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    pages: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        at = int(parse_qs(urlsplit(self.path).query).get("offset", ["0"])[0]) // PAGE
        body = self.pages[at] if at < len(self.pages) else b'{"success":true,"data":[]}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def serve() -> None:
    lengths = json.loads(sys.stdin.buffer.readline())
    _Pages.pages = [sys.stdin.buffer.read(length) for length in lengths]
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve()
