"""Scans inside one transaction: the path a guest waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal_column, select, update

from app.domain.model import ENTRANCE, Admission, AdmissionId, Allowance, Answer, CallId, FirstEntry, ScanId, Station
from app.domain.outbox import Call
from app.ports import Doubt
from app.store import schema
from app.store.rows import (
    ADMISSION,
    ALLOWANCE,
    CALL,
    answer_bytes,
    from_call,
    to_admission,
    to_allowance,
    to_answer,
    to_call,
)
from app.store.sql import Statements

a, c, w, s, k = schema.admissions, schema.credentials, schema.allowances, schema.scans, schema.calls

CANDIDATES = (
    select(*ADMISSION)
    .join_from(c, a, a.c.id == c.c.admission_id)
    .where(c.c.value == bindparam("code"), c.c.scheme == bindparam("scheme"))
    .order_by(a.c.id)
    .with_for_update(of=a)
)
LOCKED = select(*ADMISSION).where(a.c.id == bindparam("id")).with_for_update()
COUNTS = select(*ALLOWANCE).where(w.c.admission_id == bindparam("id")).order_by(w.c.ref)
REPLAYED = select(s.c.answer).where(s.c.id == bindparam("id"))
RECORD = insert(s).values(
    {column.name: bindparam(column.name) for column in s.columns if column.name not in {"seq", "undone_by"}}
)
UNDONE = update(s).where(s.c.id == bindparam("entry")).values(undone_by=bindparam("undo"))
OWE = (
    update(w)
    .where(w.c.admission_id == bindparam("admission"), w.c.ref == bindparam("allowance"))
    .values(owed=w.c.owed + bindparam("heads"))
)
ADD_CALL = insert(k).values(
    {
        name: bindparam(name)
        for name in (
            "scan_id", "account", "event_id", "event_ref", "admission_id", "kind", "ref", "code", "allowance", "heads",
            "limit_", "party", "at", "station", "state", "due_at", "rate",
        )
    }
)  # fmt: skip
USES = (
    select(s.c.at, s.c.station)
    .where(
        s.c.admission_id == bindparam("admission"),
        s.c.outcome == literal_column("'admit'"),
        s.c.direction == literal_column("'in'"),
        s.c.undone_by.is_(None),
        s.c.allowance == bindparam("allowance"),
    )
    .limit(1)
)
FIRST_ENTRY = USES.order_by(s.c.at, s.c.seq)
LAST_USE = USES.order_by(s.c.at.desc(), s.c.seq.desc())
DOUBTFUL = (
    select(s.c.id, s.c.uptime_us)
    .where(s.c.boot != literal_column("''"), s.c.boot == bindparam("boot"))
    .order_by(s.c.seq)
    .limit(bindparam("limit"))
)
PUT_RIGHT = (
    update(s)
    .where(s.c.id == bindparam("scan"))
    .values(
        at=bindparam("moment", type_=s.c.at.type), decided_at=bindparam("moment", type_=s.c.at.type),
        answer=bindparam("bytes"), boot=literal_column("''"), uptime_us=None,
    )
)  # fmt: skip
CALLS_PUT_RIGHT = (
    update(k)
    .where(k.c.scan_id == bindparam("scan"), k.c.state.in_([literal_column("'due'"), literal_column("'parked'")]))
    .values(at=bindparam("moment", type_=k.c.at.type), due_at=bindparam("moment", type_=k.c.at.type))
)
CALLS_OF = select(*CALL).where(k.c.scan_id == bindparam("scan")).order_by(k.c.id).with_for_update()
UNDO_OF = select(s.c.undone_by).where(s.c.id == bindparam("scan"))
WITHDRAW = (
    update(k)
    .where(k.c.id == bindparam("call"))
    .values(state=literal_column("'withdrawn'"), settled_at=bindparam("at", type_=k.c.at.type))
)


class SqlScans:
    """`ScansTx` on one cursor."""

    def __init__(self, sql: Statements, cursor: Any, new_admission: Any) -> None:
        self._sql = sql
        self._cursor = cursor
        self._new_admission = new_admission

    def candidates(self, scheme: str, code: str) -> list[Admission]:
        rows = self._sql(CANDIDATES).rows(self._cursor, code=code, scheme=scheme)
        return [to_admission(row, self._allowances(row[0])) for row in rows]

    def lock(self, admission: AdmissionId) -> Admission | None:
        rows = self._sql(LOCKED).rows(self._cursor, id=admission)
        return to_admission(rows[0], self._allowances(admission)) if rows else None

    def _allowances(self, admission: int) -> tuple[Allowance, ...]:
        return tuple(to_allowance(row) for row in self._sql(COUNTS).rows(self._cursor, id=admission))

    def replayed(self, scan: ScanId) -> Answer | None:
        row = self._sql(REPLAYED).run(self._cursor, id=scan).fetchone()
        return to_answer(row[0]) if row else None

    def record(
        self, answer: Answer, station: Station, override: str | None, at: datetime, doubt: Doubt | None = None
    ) -> None:
        self._sql(RECORD).run(
            self._cursor,
            id=answer.scan, station=station.name, code=answer.code, admission_id=answer.admission,
            event_id=answer.event, direction=answer.direction.value, outcome=answer.outcome.value,
            reason=answer.reason.value, heads=answer.heads, at=answer.at, decided_at=at, override=override,
            undoes=answer.undoes, answer=answer_bytes(answer), boot=doubt.boot if doubt else "",
            uptime_us=round(doubt.uptime * 1e6) if doubt else None, allowance=answer.allowance,
        )  # fmt: skip
        if answer.undoes is not None:
            self._sql(UNDONE).run(self._cursor, entry=answer.undoes, undo=answer.scan)

    def doubtful(self, boot: str, limit: int) -> list[tuple[ScanId, float]]:
        rows = self._sql(DOUBTFUL).rows(self._cursor, boot=boot, limit=limit)
        return [(ScanId(row[0]), row[1] / 1e6) for row in rows]

    def put_right(self, scan: ScanId, at: datetime) -> None:
        answer = self.replayed(scan)
        if answer is None:
            return
        moved = at - answer.at
        until = answer.undo_until + moved if answer.undo_until else None
        right = replace(answer, at=at, undo_until=until, uncertain=False)
        self._sql(PUT_RIGHT).run(self._cursor, scan=scan, moment=at, bytes=answer_bytes(right))
        self._sql(CALLS_PUT_RIGHT).run(self._cursor, scan=scan, moment=at)

    def owe(self, admission: AdmissionId, allowance: str, heads: int) -> None:
        self._sql(OWE).run(self._cursor, admission=admission, allowance=allowance, heads=heads)

    def add_call(self, call: Call) -> None:
        self._sql(ADD_CALL).run(self._cursor, **from_call(call))

    def first_entry(self, admission: AdmissionId, allowance: str) -> FirstEntry | None:
        statement = FIRST_ENTRY if allowance == ENTRANCE else LAST_USE
        rows = self._sql(statement).rows(self._cursor, admission=admission, allowance=allowance)
        return FirstEntry(at=rows[0][0], station=rows[0][1]) if rows else None

    def calls_of(self, scan: ScanId) -> list[Call]:
        return [to_call(row) for row in self._sql(CALLS_OF).rows(self._cursor, scan=scan)]

    def undo_of(self, scan: ScanId) -> ScanId | None:
        row = self._sql(UNDO_OF).run(self._cursor, scan=scan).fetchone()
        return ScanId(row[0]) if row and row[0] else None

    def withdraw(self, call: CallId, at: datetime) -> None:
        self._sql(WITHDRAW).run(self._cursor, call=call, at=at)

    def provisional(self, admission: Admission) -> AdmissionId:
        return AdmissionId(self._new_admission(admission))
