"""Numbers of the night: by rate, by station, by ten minutes, and what became of some scans."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Engine

from app.domain.model import ENTRANCE, Direction, EventId, Outcome, ScanId
from app.domain.outbox import CallState
from app.ports import Clock, RateCount, ScanCallState, ScanCounts
from app.store import schema
from app.store.types import Id, from_micros

a, w, k, s = schema.admissions, schema.allowances, schema.calls, schema.scans

A_NIGHT = timedelta(hours=24)


class SqlFigures:
    """Part of `Views`."""

    _engine: Engine
    _clock: Clock

    def _rows(self, statement: Any) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(statement).all()

    def rights(self, events: Collection[EventId]) -> list[tuple[str, str]]:
        rows = self._rows(
            select(w.c.ref, func.max(w.c.name).label("name"))
            .join_from(a, w, w.c.admission_id == a.c.id)
            .where(a.c.event_id.in_(list(events)))
            .group_by(w.c.ref)
        )
        return sorted(((row.ref, row.name) for row in rows), key=lambda one: (one[0] != ENTRANCE, one))

    def rate_counts(self, event: EventId, allowance: str = ENTRANCE) -> list[RateCount]:
        """The fullest first."""
        entered = func.sum(w.c.confirmed + w.c.owed).label("entered")
        rows = self._rows(
            select(a.c.rate, func.sum(w.c.limit_).label("limit"), entered)
            .join_from(a, w, and_(w.c.admission_id == a.c.id, w.c.ref == allowance))
            .where(a.c.event_id == event, a.c.standing != "void")
            .group_by(a.c.rate)
            .order_by(entered.desc(), a.c.rate)
        )
        return [RateCount(rate=row.rate, limit=int(row.limit or 0), entered=int(row.entered or 0)) for row in rows]

    def pace(
        self, events: Collection[EventId], since: datetime, step: timedelta, allowance: str = ENTRANCE
    ) -> list[tuple[datetime, int]]:
        width = step // timedelta(microseconds=1)
        at = schema.scans.c.at
        bucket = (_micros(at) - _micros(at) % width).label("bucket")
        rows = self._rows(
            select(bucket, func.sum(s.c.heads).label("heads"))
            .where(
                s.c.event_id.in_(list(events)), s.c.at >= since, s.c.outcome == "admit", s.c.direction == "in",
                s.c.undone_by.is_(None), s.c.allowance == allowance,
            )
            .group_by(bucket)
            .order_by(bucket)
        )  # fmt: skip
        return [(from_micros(int(row.bucket)) or since, int(row.heads)) for row in rows]

    def scan_counts(self) -> ScanCounts:
        """Of the last 24 hours at every station; heads only of those that let people in and out."""
        return self._counted([], ENTRANCE)

    def station_count(self, station: str) -> ScanCounts:
        """Of the last 24 hours at one station, whatever it lets in to."""
        return self._counted([s.c.station == station], None)

    def _counted(self, where: list[Any], heads_of: str | None) -> ScanCounts:
        rows = self._rows(
            select(
                s.c.outcome, s.c.direction, s.c.allowance, func.count().label("n"),
                func.sum(s.c.heads).label("heads"),
            )
            .where(s.c.at >= self._clock() - A_NIGHT, s.c.undoes.is_(None), s.c.undone_by.is_(None), *where)
            .group_by(s.c.outcome, s.c.direction, s.c.allowance)
        )  # fmt: skip

        def total(outcome: Outcome, column: str, direction: Direction | None = None) -> int:
            return sum(
                int(getattr(row, column) or 0)
                for row in rows
                if row.outcome == outcome
                and (direction is None or (direction == row.direction and heads_of in {None, row.allowance}))
            )

        return ScanCounts(
            admitted=total(Outcome.ADMIT, "n"), refused=total(Outcome.REFUSE, "n"), asked=total(Outcome.ASK, "n"),
            heads_in=total(Outcome.ADMIT, "heads", Direction.IN),
            heads_out=total(Outcome.ADMIT, "heads", Direction.OUT),
        )  # fmt: skip

    def scan_states(self, scans: Collection[ScanId]) -> list[ScanCallState]:
        """Of those that are known here."""
        known = [row.id for row in self._rows(select(s.c.id).where(s.c.id.in_(list(scans))))]
        calls = self._rows(select(k.c.scan_id, k.c.state).where(k.c.scan_id.in_(known)).order_by(k.c.id))
        states: dict[str, str] = {}
        for row in calls:  # the worst counts: a conflict is not hidden by the part that went through
            if states.get(row.scan_id) != CallState.CONFLICT:
                states[row.scan_id] = row.state
        return [
            ScanCallState(scan=ScanId(one), state=CallState(states[one]) if one in states else None) for one in known
        ]


def _micros(column: Any) -> Any:
    """The number that an instant is kept as."""
    return func.coalesce(column, 0, type_=Id)
