"""Place-holders of codes let in on trust: when the real admission turns up, it takes their heads and calls over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.domain.model import PLACEHOLDER, Admission, Kind, Standing
from app.store import schema

a, c, w, f, k, s = (
    schema.admissions,
    schema.credentials,
    schema.allowances,
    schema.search,
    schema.calls,
    schema.scans,
)


class Adopting:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def adopt(self, saved: Sequence[tuple[int, Admission]]) -> None:
        """Move what place-holders hold to the admissions just saved that open by the same code."""
        if not saved:
            return
        waiting = self._waiting(saved[0][1])
        if not waiting:
            return
        for id_, one in saved:
            for each in one.credentials:
                placeholder = waiting.get((each.scheme, each.value))
                if placeholder is not None:
                    self._move(placeholder, id_, one)
                    waiting = {key: other for key, other in waiting.items() if other != placeholder}

    def _waiting(self, like: Admission) -> dict[tuple[str, str], int]:
        rows = self._connection.execute(
            select(c.c.scheme, c.c.value, a.c.id)
            .join_from(a, c, c.c.admission_id == a.c.id)
            .where(
                or_(
                    and_(a.c.account == like.account, a.c.event_id == like.event),
                    and_(a.c.account != like.account, self._is_open(like)),
                ),
                a.c.resource == PLACEHOLDER,
                a.c.standing == Standing.GOOD.value,
            )
        )
        return {(row.scheme, row.value): row.id for row in rows}

    def _is_open(self, like: Admission) -> ColumnElement[bool]:
        """Is it for tonight? Whoever was let in on trust may be a guest of another account than was thought."""
        e = schema.events
        return exists(select(e.c.id).where(e.c.id == like.event, func.coalesce(e.c.by_hand, e.c.wanted)))

    def _move(self, placeholder: int, real: int, one: Admission) -> None:
        run = self._connection.execute
        ref = select(schema.events.c.ref).where(schema.events.c.id == one.event).scalar_subquery()
        held = run(select(w.c.ref, w.c.owed).where(w.c.admission_id == placeholder)).all()
        for row in held:
            limit = next((each.limit for each in one.allowances if each.ref == row.ref), 0)
            theirs = (w.c.admission_id == real, w.c.ref == row.ref)
            if run(update(w).where(*theirs).values(owed=w.c.owed + row.owed)).rowcount == 0:
                run(insert(w).values(admission_id=real, ref=row.ref, limit_=0, confirmed=0, owed=row.owed))
            run(
                update(k)
                .where(k.c.admission_id == placeholder, k.c.allowance == row.ref)
                .values(
                    admission_id=real, kind=one.kind.value, ref=one.ref, limit_=limit,
                    event_id=one.event, account=one.account, event_ref=func.coalesce(ref, k.c.event_ref),
                )
            )  # fmt: skip
        run(update(w).where(w.c.admission_id == placeholder).values(owed=0))
        run(update(s).where(s.c.admission_id == placeholder).values(admission_id=real))
        run(delete(c).where(c.c.admission_id == placeholder))
        run(delete(f).where(f.c.admission_id == placeholder))
        run(
            update(a)
            .where(a.c.id == placeholder)
            .values(standing=Standing.VOID.value, word=Kind.PROVISIONAL.value, ref=a.c.ref + f"#{placeholder}")
        )
