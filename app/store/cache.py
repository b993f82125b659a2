"""What we know of the platforms, inside one transaction: pages in, cursors on."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, delete, insert, literal_column, select, update
from sqlalchemy.engine import Connection

from app.domain.model import AccountId, Admission, Credential, Event, EventId, Standing
from app.ports import Cursor, Damaged
from app.ports import Row as PlatformRow
from app.store import schema
from app.store.adopting import Adopting
from app.store.folding import folded
from app.store.rows import (
    ADMISSION,
    ADMISSION_NAMES,
    ALLOWANCE,
    from_admission,
    tags_text,
    to_admission,
    to_allowance,
)
from app.store.sql import Row, Statements

a, c, w, f, p = schema.admissions, schema.credentials, schema.allowances, schema.search, schema.payloads

NEXT_IDS = (
    update(schema.counters)
    .where(schema.counters.c.name == literal_column("'admissions'"))
    .values(value=schema.counters.c.value + bindparam("n"))
    .returning(schema.counters.c.value)
)
INSERT = insert(a).values({name: bindparam(name) for name in ADMISSION_NAMES})
_CHANGING = tuple(name for name in ADMISSION_NAMES if name not in {"id", "account", "event_id", "resource", "ref"})
UPDATE = update(a).where(a.c.id == bindparam("key")).values({name: bindparam(name) for name in _CHANGING})
FORGET_CREDENTIALS = delete(c).where(c.c.admission_id == bindparam("admission"))
INSERT_CREDENTIAL = insert(c).values(
    value=bindparam("value"), scheme=bindparam("scheme"), admission_id=bindparam("admission")
)
INSERT_ALLOWANCE = insert(w).values(
    {name: bindparam(name) for name in ("admission_id", "ref", "limit_", "confirmed", "owed", "name")}
)
COUNT = (
    update(w)
    .where(w.c.admission_id == bindparam("admission"), w.c.ref == bindparam("allowance"))
    .values(limit_=bindparam("limit"), confirmed=bindparam("confirmed"), name=bindparam("title"))
)
INTRODUCE = (
    update(a)
    .where(a.c.id == bindparam("admission"))
    .values(
        name=bindparam("guest"), note=bindparam("about"), tags=bindparam("labels"), email=bindparam("mail"),
        phone=bindparam("tel"),
    )
)  # fmt: skip
INSERT_SEARCH = insert(f).values({name: bindparam(name) for name in ("admission_id", "event_id", "text")})
INSERT_PAYLOAD = insert(p).values(admission_id=bindparam("admission_id"), raw=bindparam("raw"))
UPDATE_SEARCH = update(f).where(f.c.admission_id == bindparam("admission")).values(text=bindparam("text"))
UPDATE_PAYLOAD = update(p).where(p.c.admission_id == bindparam("admission")).values(raw=bindparam("raw"))

Pairs = Sequence[tuple[Admission, PlatformRow]]


class SqlCache:
    """`CacheTx` on one cursor, and on its connection for what is not done per row."""

    def __init__(self, sql: Statements, cursor: Any, connection: Connection) -> None:
        self._sql = sql
        self._cursor = cursor
        self._connection = connection
        self.events_changed = False

    def known(self, account: AccountId, event: EventId, resource: str, refs: Collection[str]) -> dict[str, Admission]:
        where = (a.c.account == account, a.c.event_id == event, a.c.resource == resource, a.c.ref.in_(list(refs)))
        rows = self._connection.execute(select(*ADMISSION).where(*where).order_by(a.c.id).with_for_update()).all()
        if not rows:
            return {}
        ids = [row.id for row in rows]
        counts = self._by_admission(  # locked, so that a call settled meanwhile is not written over
            select(*ALLOWANCE).where(w.c.admission_id.in_(ids)).order_by(w.c.admission_id).with_for_update()
        )
        opens = self._by_admission(
            select(c.c.admission_id, c.c.value, c.c.scheme).where(c.c.admission_id.in_(ids)).order_by(c.c.admission_id)
        )
        return {
            row.ref: to_admission(
                tuple(row),
                tuple(to_allowance(one) for one in counts.get(row.id, ())),
                tuple(Credential(value=one[1], scheme=one[2]) for one in opens.get(row.id, ())),
            )
            for row in rows
        }

    def _by_admission(self, statement: Any) -> dict[int, list[Row]]:
        rows = [tuple(row) for row in self._connection.execute(statement)]
        return {id_: list(group) for id_, group in groupby(rows, key=lambda row: row[0])}

    def save(self, rows: Pairs) -> None:
        new = [(one, row) for one, row in rows if one.id is None]
        old = [(one, row) for one, row in rows if one.id is not None]
        first = self._next_ids(len(new)) if new else 0
        numbered = [(first + at, one, row) for at, (one, row) in enumerate(new)]
        self._insert(numbered)
        self._update(old)
        Adopting(self._connection).adopt(
            [(id_, one) for id_, one, _ in numbered] + [(one.id, one) for one, _ in old if one.id is not None]
        )

    def new_admission(self, one: Admission) -> int:
        """Insert one admission that no page brought."""
        first = self._next_ids(1)
        self._insert([(first, one, PlatformRow(ref=one.ref, raw=b"", digest=0))])
        return first

    def _next_ids(self, n: int) -> int:
        last: int = self._sql(NEXT_IDS).run(self._cursor, n=n).fetchone()[0]
        return last - n + 1

    def _insert(self, rows: Sequence[tuple[int, Admission, PlatformRow]]) -> None:
        many, cursor = self._sql, self._cursor
        many(INSERT).many(cursor, ADMISSION_NAMES, (from_admission(id_, one, row.digest) for id_, one, row in rows))
        many(INSERT_ALLOWANCE).many(
            cursor,
            ("admission_id", "ref", "limit_", "confirmed", "owed", "name"),
            (
                (id_, each.ref, each.limit, each.confirmed, each.owed, each.name)
                for id_, one, _ in rows
                for each in one.allowances
            ),
        )
        self._insert_credentials((id_, one) for id_, one, _ in rows)
        many(INSERT_SEARCH).many(
            cursor, ("admission_id", "event_id", "text"), ((id_, one.event, folded(one)) for id_, one, _ in rows)
        )
        many(INSERT_PAYLOAD).many(cursor, ("admission_id", "raw"), ((id_, row.raw) for id_, _, row in rows))

    def _insert_credentials(self, rows: Iterable[tuple[int, Admission]]) -> None:
        self._sql(INSERT_CREDENTIAL).many(
            self._cursor,
            ("value", "scheme", "admission"),
            ((each.value, each.scheme, id_) for id_, one in rows for each in dict.fromkeys(one.credentials)),
        )

    def _update(self, rows: Pairs) -> None:
        """Write what a page may change; `owed` is not among it."""
        many, cursor = self._sql, self._cursor
        known = [(int(one.id or 0), one, row) for one, row in rows]
        full = (from_admission(id_, one, row.digest) for id_, one, row in known)
        many(UPDATE).many(cursor, ("key", *_CHANGING), ((row[0], *row[5:]) for row in full))
        many(FORGET_CREDENTIALS).many(cursor, ("admission",), ((id_,) for id_, _, _ in known))
        self._insert_credentials((id_, one) for id_, one, _ in known)
        for id_, one, _ in known:
            self._count(id_, one)
        many(UPDATE_SEARCH).many(cursor, ("admission", "text"), ((id_, folded(one)) for id_, one, _ in known))
        many(UPDATE_PAYLOAD).many(cursor, ("admission", "raw"), ((id_, row.raw) for id_, _, row in known))

    def _count(self, id_: int, one: Admission) -> None:
        for each in one.allowances:
            done = self._sql(COUNT).run(
                self._cursor,
                admission=id_, allowance=each.ref, limit=each.limit, confirmed=each.confirmed, title=each.name,
            )  # fmt: skip
            if done.rowcount == 0:
                self._sql(INSERT_ALLOWANCE).run(
                    self._cursor,
                    admission_id=id_, ref=each.ref, limit_=each.limit, confirmed=each.confirmed, owed=0,
                    name=each.name,
                )  # fmt: skip

    def introduce(self, rows: Sequence[Admission]) -> None:
        """Write who somebody is, of admissions that are known."""
        known = [(int(one.id or 0), one) for one in rows]
        self._sql(INTRODUCE).many(
            self._cursor, ("admission", "guest", "about", "labels", "mail", "tel"),
            ((id_, one.guest.name, one.guest.note, tags_text(one.guest), one.email, one.phone) for id_, one in known),
        )  # fmt: skip
        self._sql(UPDATE_SEARCH).many(self._cursor, ("admission", "text"), ((id_, folded(one)) for id_, one in known))

    def save_damaged(
        self, account: AccountId, event: EventId, resource: str, rows: Sequence[Damaged], at: datetime
    ) -> None:
        key = ("account", "event_id", "resource", "fingerprint")
        statement = self._sql.upsert(schema.damaged, key, ("ref", "why", "raw", "seen_at"))
        for one in rows:
            statement.run(
                self._cursor,
                account=account, event_id=event, resource=resource,
                fingerprint=zlib.crc32(one.raw, zlib.crc32(one.ref.encode())), ref=one.ref, why=one.why, raw=one.raw,
                seen_at=at,
            )  # fmt: skip

    def save_events(self, events: Sequence[Event], wanted: Collection[EventId]) -> None:
        columns = ("account", "ref", "name", "starts_at", "ends_at", "label", "active", "wanted")
        statement = self._sql.upsert(schema.events, ("id",), columns)
        for one in events:
            statement.run(
                self._cursor,
                id=one.id, account=one.account, ref=one.ref, name=one.name, starts_at=one.starts_at,
                ends_at=one.ends_at, label=one.label, active=one.active, wanted=one.id in wanted, by_hand=None,
            )  # fmt: skip
        self.events_changed = True

    def open_event(self, event: EventId, is_open: bool) -> bool:
        table = schema.events
        done = self._connection.execute(update(table).where(table.c.id == event).values(by_hand=is_open))
        self.events_changed = True
        return done.rowcount > 0

    def cursor(self, account: AccountId, event: EventId, resource: str) -> Cursor | None:
        t = schema.cursors
        columns = (t.c.created_to, t.c.updated_to, t.c.full_at, t.c.pulled_at, t.c.mark)
        row = self._connection.execute(select(*columns).where(*_key(account, event, resource))).first()
        if row is None or row.pulled_at is None:
            return None
        return Cursor(
            created_to=row.created_to, updated_to=row.updated_to, full_at=row.full_at, pulled_at=row.pulled_at,
            mark=row.mark,
        )  # fmt: skip

    def move_cursor(self, account: AccountId, event: EventId, resource: str, cursor: Cursor) -> None:
        self._keep_cursor(
            account, event, resource,
            created_to=cursor.created_to, updated_to=cursor.updated_to, full_at=cursor.full_at,
            pulled_at=cursor.pulled_at, failed_at=None, words="", mark=cursor.mark,
        )  # fmt: skip

    def pull_failed(self, account: AccountId, event: EventId, resource: str, words: str, at: datetime) -> None:
        self._keep_cursor(account, event, resource, failed_at=at, words=words)

    def _keep_cursor(self, account: AccountId, event: EventId, resource: str, **values: Any) -> None:
        done = self._connection.execute(update(schema.cursors).where(*_key(account, event, resource)).values(**values))
        if done.rowcount == 0:
            key = {"account": account, "event_id": event, "resource": resource}
            self._connection.execute(insert(schema.cursors).values(**key, **values))

    def unseen(self, account: AccountId, event: EventId, resource: str, seen: Collection[str], before: datetime) -> int:
        """A complete pass did not bring them. What was learned meanwhile, by a lookup, is left alone; damaged rows that
        did not come again were mended."""
        d = schema.damaged
        mended = (d.c.account == account, d.c.event_id == event, d.c.resource == resource, d.c.seen_at < before)
        self._connection.execute(delete(d).where(*mended))
        where = (a.c.account == account, a.c.event_id == event, a.c.resource == resource)
        held = self._connection.execute(select(a.c.id, a.c.ref, a.c.standing, a.c.fetched_at).where(*where))
        gone = [
            row.id
            for row in held
            if row.ref not in seen
            and row.standing != Standing.UNKNOWN
            and (row.fetched_at is None or row.fetched_at < before)
        ]
        for at in range(0, len(gone), 500):
            some = gone[at : at + 500]
            self._connection.execute(
                update(a).where(a.c.id.in_(some)).values(standing=Standing.UNKNOWN.value, word="", digest=0)
            )
        return len(gone)


def _key(account: AccountId, event: EventId, resource: str) -> tuple[Any, ...]:
    t = schema.cursors
    return t.c.account == account, t.c.event_id == event, t.c.resource == resource
