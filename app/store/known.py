"""What leaves for pages that decide without their hub: rows cut down to a verdict, and what changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.engine import Engine

from app.domain.model import ENTRANCE, PLACEHOLDER, AdmissionId, Credential, EventId, FirstEntry, Kind, Standing
from app.ports import KnownRow
from app.store import schema

a, c, w, s = schema.admissions, schema.credentials, schema.allowances, schema.scans

AT_ONCE = 5_000
OUT_OF_ORDER = {"sqlite": 0, "postgresql": 2_000}
"""Changes that may turn up behind later ones: a transaction takes its numbers before it ends. SQLite writes one at a
time; on PostgreSQL a page of a poll may be in flight beside scans."""

LATEST = (s.c.at.desc(), s.c.seq.desc())
_ROW = (
    a.c.id, a.c.kind, a.c.standing, a.c.word, a.c.rate, a.c.name, a.c.opens_at, a.c.closes_at, w.c.limit_,
    (w.c.confirmed + w.c.owed).label("entered"), a.c.entered_at,
)  # fmt: skip


class SqlKnown:
    """Part of `Views`."""

    _engine: Engine

    def known_rows(
        self, event: EventId, allowance: str, ids: Collection[AdmissionId] | None = None
    ) -> Iterator[KnownRow]:
        if ids is None:
            yield from self._known(event, allowance, None)
            return
        every = sorted(ids)
        for at in range(0, len(every), AT_ONCE):
            yield from self._known(event, allowance, every[at : at + AT_ONCE])

    def _known(self, event: EventId, allowance: str, ids: Sequence[int] | None) -> Iterator[KnownRow]:
        mine = [a.c.event_id == event, *([a.c.id.in_(ids)] if ids is not None else [])]
        with self._engine.connect() as connection:
            opens = connection.execute(
                select(c.c.admission_id, c.c.scheme, c.c.value)
                .join_from(c, a, a.c.id == c.c.admission_id)
                .where(*mine)
                .order_by(c.c.admission_id, c.c.scheme, c.c.value)
            ).all()
            entries = connection.execute(
                select(s.c.admission_id, s.c.at, s.c.station)
                .join_from(s, a, a.c.id == s.c.admission_id)
                .where(
                    *mine,
                    s.c.outcome == "admit",
                    s.c.direction == "in",
                    s.c.undone_by.is_(None),
                    s.c.allowance == allowance,
                )
                .order_by(s.c.admission_id, *([s.c.at, s.c.seq] if allowance == ENTRANCE else LATEST))
            ).all()
            rows = connection.execute(
                select(*_ROW)
                .join_from(a, w, and_(w.c.admission_id == a.c.id, w.c.ref == allowance), isouter=True)
                .where(*mine, ~and_(a.c.resource == PLACEHOLDER, a.c.standing == Standing.VOID.value))
                .order_by(a.c.id)
            ).all()
        codes = {id_: tuple(group) for id_, group in groupby(opens, key=lambda row: row.admission_id)}
        first = {id_: next(group) for id_, group in groupby(entries, key=lambda row: row.admission_id)}
        for row in rows:
            yield _known_row(row, codes.get(row.id, ()), first.get(row.id), allowance)

    def last_change(self) -> int:
        return self._number(func.max(schema.changes.c.seq))

    def oldest_change(self) -> int:
        return self._number(func.min(schema.changes.c.seq))

    def _number(self, number: ColumnElement[int]) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.coalesce(number, 0))).scalar_one())

    def changed(self, after: int, limit: int) -> list[tuple[int, AdmissionId]]:
        t = schema.changes
        since = max(0, after - OUT_OF_ORDER[self._engine.dialect.name])
        statement = select(t.c.seq, t.c.admission_id).where(t.c.seq > since).order_by(t.c.seq).limit(limit)
        with self._engine.connect() as connection:
            return [(row.seq, AdmissionId(row.admission_id)) for row in connection.execute(statement)]

    def secret(self, name: str) -> bytes:
        t = schema.secrets
        with self._engine.connect() as connection:
            return bytes(connection.execute(select(t.c.value).where(t.c.name == name)).scalar_one())


def _known_row(row: Any, codes: Sequence[Any], first: Any, allowance: str) -> KnownRow:
    entered = int(row.entered or 0)
    return KnownRow(
        id=AdmissionId(row.id), kind=Kind(row.kind), standing=Standing(row.standing), word=row.word, rate=row.rate,
        name=row.name, credentials=tuple(Credential(value=one.value, scheme=one.scheme) for one in codes),
        limit=row.limit_, entered=entered, opens_at=row.opens_at, closes_at=row.closes_at,
        first_entry=_first(row, first, allowance) if entered > 0 else None,
    )  # fmt: skip


def _first(row: Any, first: Any, allowance: str) -> FirstEntry:
    """Here, else as the platform tells it: of the entrance only."""
    if first:
        return FirstEntry(at=first.at, station=first.station)
    return FirstEntry(at=row.entered_at if allowance == ENTRANCE else None, station="")
