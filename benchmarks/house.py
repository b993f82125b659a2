"""Databases filled without the product's own code, and a hub's parts on top of them."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bootstrap import Hub, make_hub
from app.domain.model import AccountId, Event, EventId, Station, StationId
from app.settings import Settings
from app.store import open_store

EVENT = "ev_bench"
STATION = Station(id=StationId(1), name="Gate 1")

_SERIES = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
_CODE = "printf('%09X', (i * 2654435761) % 68719476736)"
_FILL = (
    (
        "INSERT INTO admissions (id, account, event_id, resource, ref, kind, standing, rate, name, digest)",
        "SELECT i, 'fourvenues', 'ev_bench', 'tickets', 'tk' || i, 'ticket', 'good', 'Standing', 'Ana Ruiz', i FROM n",
    ),
    (
        "INSERT INTO allowances (admission_id, ref, limit_, confirmed, owed)",
        "SELECT i, 'entrance', 1, 0, 0 FROM n",
    ),
    ("INSERT INTO credentials (value, scheme, admission_id)", f"SELECT {_CODE}, 'qr', i FROM n"),
    ("INSERT INTO search (admission_id, event_id, text)", f"SELECT i, 'ev_bench', 'ana ruiz ' || i || {_CODE} FROM n"),
    ("INSERT INTO payloads (admission_id, raw)", "SELECT i, zeroblob(1200) FROM n"),
)


def code(number: int) -> str:
    """The code of the admission with this number, as scattered as real ones."""
    return f"{(number * 2654435761) % 68719476736:09X}"


def filled(path: Path, admissions: int) -> Path:
    """A database with so many tickets, open tonight; made by SQLite alone."""
    open_store(f"sqlite:///{path}", _now).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for first in range(1, admissions + 1, 100_000):
            last = min(first + 99_999, admissions)
            for insert, select in _FILL:
                connection.execute(f"{insert} {_SERIES.format(first=first, last=last)} {select}")
        connection.execute("UPDATE counters SET value = ?", (admissions,))
    connection.close()
    store = open_store(f"sqlite:///{path}", _now)
    store.run(lambda tx: tx.cache.save_events([_event()], [EventId(EVENT)]))
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("ANALYZE")
    connection.close()
    return path


def settings(folder: Path) -> Settings:
    return Settings(
        data_dir=folder,
        fourvenues={"api_key": "ik_bench", "base_url": "http://127.0.0.1:9/integrations"},
        log_level="error",
        clock="system",
    )


def hub_on(folder: Path) -> Hub:
    """A wired hub on `folder`/doorcheck.db whose platform can't be reached."""
    return make_hub(settings(folder), hub=True)


def _event() -> Event:
    now = _now()
    return Event(
        id=EventId(EVENT), account=AccountId("fourvenues"), ref=EVENT, name="Bench Night",
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=6),
    )  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC)
