"""The tables. Changed only together with a migration; `make check` holds them equal."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from app.store.types import Id, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _partial(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""Numbers handed out in blocks, so that a page of admissions gets its ids in one statement."""

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    _text("provider"),
    _text("holder"),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("lease_until", UtcDateTime),
    _text("state"),
    _text("words"),
    Column("since", UtcDateTime),
    Column("drift_us", BigInteger),
)

events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("ref", Text, nullable=False),
    _text("name"),
    Column("starts_at", UtcDateTime),
    Column("ends_at", UtcDateTime),
    _text("label"),
    Column("active", Boolean, nullable=False),
    Column("wanted", Boolean, nullable=False),
    Column("by_hand", Boolean),
)
"""`by_hand` is a person's word on whether it is open; without one, `wanted` says it."""

admissions = Table(
    "admissions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("standing", Text, nullable=False),
    _text("word"),
    Column("voided_at", UtcDateTime),
    _text("rate"),
    _text("name"),
    _text("note"),
    _text("tags"),
    _text("email"),
    _text("phone"),
    Column("opens_at", UtcDateTime),
    Column("closes_at", UtcDateTime),
    Column("entered_at", UtcDateTime),
    Column("changed_at", UtcDateTime),
    Column("fetched_at", UtcDateTime),
    Column("digest", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("account", "event_id", "resource", "ref"),
)

allowances = Table(
    "allowances",
    metadata,
    Column("admission_id", Id, nullable=False),
    Column("ref", Text, nullable=False),
    Column("limit_", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("owed", Integer, nullable=False),
    Column("confirmed_at", UtcDateTime),
    _text("name"),
    PrimaryKeyConstraint("admission_id", "ref"),
    sqlite_with_rowid=False,
)

credentials = Table(
    "credentials",
    metadata,
    Column("value", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("admission_id", Id, nullable=False),
    PrimaryKeyConstraint("value", "scheme", "admission_id"),
    Index(None, "admission_id"),
    sqlite_with_rowid=False,
)

search = Table(
    "search",
    metadata,
    Column("admission_id", Id, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False),
    Column("text", Text, nullable=False),
)
"""What a person may type to find somebody, folded; apart from the rest so that reading all of it is quick."""

payloads = Table(
    "payloads",
    metadata,
    Column("admission_id", Id, primary_key=True, autoincrement=False),
    Column("raw", LargeBinary, nullable=False),
)
"""Each admission as the platform sent it, so that a mended translator can be run again without a poll."""

damaged = Table(
    "damaged",
    metadata,
    Column("account", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("fingerprint", BigInteger, nullable=False),
    _text("ref"),
    _text("why"),
    Column("raw", LargeBinary, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("account", "event_id", "resource", "fingerprint"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("account", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("created_to", UtcDateTime),
    Column("updated_to", UtcDateTime),
    Column("full_at", UtcDateTime),
    Column("pulled_at", UtcDateTime),
    Column("failed_at", UtcDateTime),
    _text("words"),
    _text("mark"),
    PrimaryKeyConstraint("account", "event_id", "resource"),
)

scans = Table(
    "scans",
    metadata,
    Column("seq", Id, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("station", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("admission_id", Id),
    Column("event_id", Text),
    Column("direction", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _count("heads"),
    Column("at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("override", Text),
    Column("undoes", Text),
    Column("undone_by", Text),
    Column("answer", LargeBinary, nullable=False),
    _text("boot"),
    Column("uptime_us", BigInteger),
    Column("allowance", Text, nullable=False, server_default="entrance"),
    _partial("ix_scans_admitted", "outcome = 'admit'", "admission_id"),
    Index(None, "at"),
    _partial("ix_scans_doubtful", "boot <> ''", "boot"),
)  # fmt: skip
"""`boot` and `uptime_us` say when a scan was made while the time was not certain: which start of the machine, and how
many microseconds after it."""

changes = Table(
    "changes",
    metadata,
    Column("seq", Id, primary_key=True),
    Column("admission_id", Id, nullable=False),
)
"""Every change of an admission or of its counts, in the order of the transactions; written by triggers (migration
0003), so that no statement can forget it. Pages ask what changed since they asked last."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Random bytes of this database's own, such as what codes are salted with where they leave it."""

OPEN = "state IN ('due', 'sending')"
"""In the outbox's hands. Kept as one text: SQLite uses a partial index only for the very same condition."""

calls = Table(
    "calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scan_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("event_ref", Text, nullable=False),
    Column("admission_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("allowance", Text, nullable=False),
    Column("heads", Integer, nullable=False),
    Column("limit_", Integer, nullable=False),
    Column("party", Text),
    Column("at", UtcDateTime, nullable=False),
    Column("station", Text, nullable=False),
    Column("state", Text, nullable=False),
    _count("attempts"),
    _count("looks"),
    _count("doubts"),
    Column("base", Integer),
    Column("due_at", UtcDateTime, nullable=False),
    _text("claim"),
    _text("answered"),
    _text("why"),
    _text("words"),
    Column("settled_at", UtcDateTime),
    _text("settled_by"),
    _text("note"),
    Column("resolved_at", UtcDateTime),
    _text("rate"),
    Column("sent_at", UtcDateTime),
    _partial("ix_calls_open", OPEN, "account", "id"),
    _partial("ix_calls_open_admission", OPEN, "admission_id", "id"),
    _partial("ix_calls_tray", "state IN ('parked', 'conflict')", "state", "id"),
    Index(None, "scan_id"),
)  # fmt: skip

rates = Table(
    "rates",
    metadata,
    Column("account", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("as_of", UtcDateTime),
    _text("failed"),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("account", "event_id"),
)
"""What can be bought, as each platform last told it: a JSON array of rates. `failed`: why it did not tell it now."""

shifts = Table(
    "shifts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("station", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    _text("opened_by"),
    Column("opening", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("closed_at", UtcDateTime),
    _text("closed_by"),
    Column("counted", BigInteger),
    _text("note"),
    Index("uq_shifts_open", "station", unique=True, sqlite_where=text("closed_at IS NULL"),
          postgresql_where=text("closed_at IS NULL")),
    Index(None, "opened_at"),
)  # fmt: skip
"""Tills: one open shift at each station and no more. Amounts in minor units."""

sales = Table(
    "sales",
    metadata,
    Column("seq", Id, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("rate", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("tender", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("shift_id", Id),
    Column("at", UtcDateTime, nullable=False),
    Column("receipt", Text, nullable=False, unique=True),
    _text("payment_ref"),
    Column("due_at", UtcDateTime),
    _text("claim"),
    Column("body", LargeBinary, nullable=False),
    _partial("ix_sales_due", "due_at IS NOT NULL", "account", "due_at"),
    Index(None, "shift_id"),
    Index(None, "event_id", "rate"),
    Index(None, "payment_ref"),
    Index(None, "state", "seq"),
)
"""Sales whole, as JSON in `body`; the columns are what they are looked for by. `due_at`: when there is something to do
about it (to be made at the platform, or its payment to be asked for); null when there is not."""

sold = Table(
    "sold",
    metadata,
    Column("code", Text, primary_key=True),
    Column("sale_id", Text, nullable=False),
    Column("admission_id", Id, nullable=False),
    Index(None, "admission_id"),
    Index(None, "sale_id"),
)
"""The tickets of sales that are in the cache: made here, before their platform tells of them."""

told = Table(
    "told",
    metadata,
    Column("account", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("account", "id"),
)
"""Messages that a platform sent by itself: none counts twice."""

stations = Table(
    "stations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("rule", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)
"""`rule` holds the station's events, gate rule, allowance, direction and lookups as JSON."""
