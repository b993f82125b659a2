"""Reads that never wait for a writer: each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select, text
from sqlalchemy.engine import Connection, Engine

from app.domain.model import (
    ENTRANCE,
    PLACEHOLDER,
    AccountId,
    Admission,
    AdmissionId,
    Answer,
    CallId,
    Credential,
    Event,
    EventId,
    ScanId,
)
from app.domain.outbox import Call, CallState
from app.domain.settle import Trouble
from app.ports import (
    AccountRow,
    CallRow,
    Clock,
    Damaged,
    EventCount,
    Freshness,
    OutboxCount,
    StationRecord,
)
from app.store import schema
from app.store.figures import SqlFigures
from app.store.folding import fold
from app.store.known import SqlKnown
from app.store.rows import ADMISSION, CALL, to_admission, to_allowance, to_answer, to_call, to_event, to_station
from app.store.sales_views import SqlSalesViews

a, c, w, f, k, s = (
    schema.admissions,
    schema.credentials,
    schema.allowances,
    schema.search,
    schema.calls,
    schema.scans,
)

AT_ONCE = 5_000
"""Values in one statement; databases take some ten thousand, and a page may hold a whole event."""
PAGE = 500
TRAY = "calls.state IN ('parked', 'conflict')"
"""As the index of the tray says it: SQLite uses that for the very same condition only."""
UNSEEN = (k.c.state != CallState.CONFLICT.value) | k.c.resolved_at.is_(None)
"""Not a conflict that a person has resolved."""


class SqlViews(SqlKnown, SqlFigures):
    """`Views` over an engine for reading."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._watching: Connection | None = None
        self._mutex = threading.Lock()
        self._sales = SqlSalesViews(engine)

    @property
    def sales(self) -> SqlSalesViews:
        return self._sales

    def _all(self, statement: Any) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(statement).all()

    def events(self) -> list[Event]:
        return [to_event(row) for row in self._all(select(schema.events))]

    def digests(self, account: AccountId, event: EventId, resource: str, refs: Collection[str]) -> dict[str, int]:
        """Not of those settled since: what the platform says may now be less than what we hold."""
        settled = (
            select(w.c.admission_id)
            .where(w.c.admission_id == a.c.id, w.c.confirmed_at > func.coalesce(a.c.fetched_at, 0))
            .exists()
        )
        where = (a.c.account == account, a.c.event_id == event, a.c.resource == resource, ~settled)
        held: dict[str, int] = {}
        every = list(refs)
        for at in range(0, len(every), AT_ONCE):
            some = every[at : at + AT_ONCE]
            rows = self._all(select(a.c.ref, a.c.digest).where(*where, a.c.ref.in_(some)))
            held.update({row.ref: row.digest for row in rows})
        return held

    def search(self, text: str, events: Collection[EventId], limit: int) -> list[Admission]:
        """Every word somewhere in name, mail, phone or code; accents and case don't matter."""
        words = [word.lstrip("+") for word in fold(text).split()]  # phone numbers are kept as digits
        words = [word for word in words if word]
        if not words or not events:
            return []
        found = select(f.c.admission_id).where(
            f.c.event_id.in_(list(events)), *(f.c.text.contains(word, autoescape=True) for word in words)
        )
        return self._admissions(a.c.id.in_(found.limit(limit)))

    def admission(self, admission: AdmissionId) -> Admission | None:
        return next(iter(self._admissions(a.c.id == admission)), None)

    def _admissions(self, where: Any) -> list[Admission]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(*ADMISSION).where(where).order_by(a.c.name, a.c.id)).all()
            ids = [row.id for row in rows]
            counts = connection.execute(select(w).where(w.c.admission_id.in_(ids)).order_by(w.c.ref)).all()
            opens = connection.execute(select(c).where(c.c.admission_id.in_(ids))).all()
        return [
            to_admission(
                tuple(row),
                tuple(to_allowance(tuple(one)) for one in counts if one.admission_id == row.id),
                tuple(Credential(value=one.value, scheme=one.scheme) for one in opens if one.admission_id == row.id),
            )
            for row in rows
        ]

    def answer(self, scan: ScanId) -> Answer | None:
        rows = self._all(select(s.c.answer).where(s.c.id == scan))
        return to_answer(rows[0].answer) if rows else None

    def answers(self) -> Iterator[Answer]:
        """Every scan, in the order they were decided."""
        for row in self._pages(select(s.c.seq, s.c.answer), s.c.seq):
            yield to_answer(row.answer)

    def guests(self, events: Collection[EventId]) -> Iterator[Admission]:
        """Everybody of these events, a page of rows in memory at a time."""
        for some in self._pages(select(a.c.id).where(a.c.event_id.in_(list(events))), a.c.id, whole=True):
            yield from self._admissions(a.c.id.in_([row.id for row in some]))

    def _pages(self, statement: Any, key: Any, whole: bool = False) -> Iterator[Any]:
        """Rows by growing `key`, fetched a page at a time; with `whole`, the pages themselves."""
        last = -1
        while rows := self._all(statement.where(key > last).order_by(key).limit(PAGE)):
            last = rows[-1][0]
            yield from [rows] if whole else rows

    def calls(self, states: Collection[str], limit: int, after: CallId | None = None) -> list[CallRow]:
        """Of these states; a conflict that somebody has resolved is only among `conflicts`."""
        return self._calls(and_(k.c.state.in_(list(states)), UNSEEN), limit, after)

    def call(self, call: CallId) -> CallRow | None:
        return next(iter(self._calls(k.c.id == call, 1, None)), None)

    def undone_here(self, entry: Call) -> CallId | None:
        undone = (
            select(k.c.id)
            .where(
                text(TRAY), k.c.state == CallState.PARKED.value, k.c.why == Trouble.ONLY_HERE.value,
                k.c.admission_id == entry.admission, k.c.allowance == entry.allowance, k.c.heads == -entry.heads,
            )
            .order_by(k.c.id)
            .limit(1)
        )  # fmt: skip
        rows = self._all(undone)
        return CallId(rows[0].id) if rows else None

    def conflicts(self, resolved: bool, limit: int, after: CallId | None = None) -> list[CallRow]:
        seen = k.c.resolved_at.is_not(None) if resolved else k.c.resolved_at.is_(None)
        return self._calls(and_(text(TRAY), k.c.state == "conflict", seen), limit, after)

    def _calls(self, where: Any, limit: int, after: CallId | None) -> list[CallRow]:
        statement = (
            select(*CALL, a.c.name.label("guest"), schema.events.c.name.label("event_name"))
            .join_from(k, a, a.c.id == k.c.admission_id, isouter=True)
            .join(schema.events, schema.events.c.id == k.c.event_id, isouter=True)
            .where(where, *([k.c.id > after] if after is not None else []))
            .order_by(k.c.id)
            .limit(limit)
        )
        return [_call_row(row) for row in self._all(statement)]

    def outbox(self, account: AccountId | None = None) -> OutboxCount:
        every = self.outboxes()
        return OutboxCount.total(every.values()) if account is None else every.get(account, OutboxCount())

    def outboxes(self) -> dict[AccountId, OutboxCount]:
        statement = (
            select(k.c.account, k.c.state, func.count().label("n"), func.min(k.c.at).label("oldest"))
            .where(UNSEEN)
            .group_by(k.c.account, k.c.state)
        )
        states: dict[AccountId, dict[str, Any]] = {}
        for row in self._all(statement):
            states.setdefault(AccountId(row.account), {})[row.state] = row
        return {account: _outbox(rows) for account, rows in states.items()}

    def freshness(self) -> list[Freshness]:
        return [
            Freshness(
                account=AccountId(row.account), event=EventId(row.event_id), resource=row.resource,
                pulled_at=row.pulled_at, full_at=row.full_at, failed_at=row.failed_at, words=row.words,
            )
            for row in self._all(select(schema.cursors))
        ]  # fmt: skip

    def accounts(self) -> list[AccountRow]:
        return [
            AccountRow(
                account=AccountId(row.name), provider=row.provider, state=row.state, since=row.since, words=row.words,
                drift=None if row.drift_us is None else timedelta(microseconds=row.drift_us),
                holder=row.holder, lease_until=row.lease_until,
            )
            for row in self._all(select(schema.accounts).order_by(schema.accounts.c.name))
        ]  # fmt: skip

    def event_counts(self, allowance: str = ENTRANCE) -> list[EventCount]:
        counted = self._all(
            select(
                a.c.event_id,
                func.count().label("n"),
                func.sum(case((a.c.standing == "void", 0), else_=w.c.limit_)).label("limit"),
                func.sum(w.c.confirmed + w.c.owed).label("entered"),
            )
            .join_from(a, w, and_(w.c.admission_id == a.c.id, w.c.ref == allowance))
            .where(~and_(a.c.resource == PLACEHOLDER, a.c.standing == "void"))  # the real admission took over
            .group_by(a.c.event_id)
        )
        broken = {
            row.event_id: row.n
            for row in self._all(
                select(schema.damaged.c.event_id, func.count().label("n")).group_by(schema.damaged.c.event_id)
            )
        }
        return [
            EventCount(
                event=EventId(row.event_id), admissions=row.n, limit=int(row.limit or 0),
                entered=int(row.entered or 0), damaged=broken.get(row.event_id, 0),
            )
            for row in counted
        ]  # fmt: skip

    def stations(self) -> list[StationRecord]:
        return [
            StationRecord(
                station=to_station(row.id, row.name, row.rule), token_hash=bytes(row.token_hash),
                created_at=row.created_at, revoked_at=row.revoked_at,
            )
            for row in self._all(select(schema.stations).order_by(schema.stations.c.id))
        ]  # fmt: skip

    def witness(self, event: EventId, resource: str) -> str | None:
        rows = self._all(
            select(c.c.value)
            .join_from(a, c, c.c.admission_id == a.c.id)
            .where(a.c.event_id == event, a.c.resource == resource, a.c.standing == "good", c.c.scheme == "qr")
            .limit(1)
        )
        return rows[0].value if rows else None

    def damaged(self, limit: int, event: EventId | None = None) -> list[tuple[EventId, str, Damaged]]:
        t = schema.damaged
        mine = [t.c.event_id == event] if event is not None else []
        return [
            (EventId(row.event_id), row.resource, Damaged(ref=row.ref, raw=bytes(row.raw), why=row.why))
            for row in self._all(select(t).where(*mine).order_by(t.c.seen_at.desc()).limit(limit))
        ]

    def newest(self) -> datetime | None:
        scans, pulls = schema.scans, schema.cursors
        last = select(scans.c.decided_at).order_by(scans.c.seq.desc()).limit(1)
        found = [*self._all(last), *self._all(select(func.max(pulls.c.pulled_at)))]
        return max((row[0] for row in found if row[0] is not None), default=None)

    def version(self) -> int:
        with self._mutex:
            if self._watching is None:
                self._watching = self._engine.connect()
            sqlite = self._engine.dialect.name == "sqlite"
            query = "PRAGMA data_version" if sqlite else "SELECT txid_snapshot_xmax(txid_current_snapshot())"
            try:
                value = int(self._watching.exec_driver_sql(query).scalar_one())
                self._watching.rollback()
            except BaseException:
                self._watching.close()
                self._watching = None
                raise
            return value

    def close(self) -> None:
        with self._mutex:
            if self._watching is not None:
                self._watching.close()
                self._watching = None


def _call_row(row: Any) -> CallRow:
    return CallRow(
        call=to_call(tuple(row)[: len(CALL)]), guest=row.guest or "", event_name=row.event_name or "", why=row.why,
        words=row.words, settled_at=row.settled_at, settled_by=row.settled_by, note=row.note,
        resolved_at=row.resolved_at,
    )  # fmt: skip


def _outbox(rows: Mapping[str, Any]) -> OutboxCount:
    """The counts by state; the oldest of those that are in the outbox's hands."""
    count = {state: int(row.n) for state, row in rows.items()}
    waiting = [rows[state].oldest for state in (CallState.DUE, CallState.SENDING) if state in rows]
    return OutboxCount(
        due=count.get(CallState.DUE, 0), sending=count.get(CallState.SENDING, 0),
        parked=count.get(CallState.PARKED, 0), conflict=count.get(CallState.CONFLICT, 0),
        done=count.get(CallState.DONE, 0), oldest_at=min(waiting, default=None),
    )  # fmt: skip
