"""Reads of selling, each on a connection of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from app.domain.model import AccountId, EventId
from app.domain.sale import FOLLOWED, Sale, SaleId, SaleState, ShiftId
from app.domain.till import Shift
from app.ports.sales import KeptRates
from app.store import schema
from app.store.sales import to_rates, to_sale, to_shift

sa, r, sh = schema.sales, schema.rates, schema.shifts
AT_ONCE = 500


class SqlSalesViews:
    """`SalesViews` over an engine for reading."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _all(self, statement: Any) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(statement).all()

    def _sales(self, statement: Any) -> list[Sale]:
        return [to_sale(row.body) for row in self._all(statement)]

    def sale(self, sale: SaleId) -> Sale | None:
        return next(iter(self._sales(select(sa.c.body).where(sa.c.id == sale))), None)

    def by_receipt(self, word: str) -> Sale | None:
        return next(iter(self._sales(select(sa.c.body).where(sa.c.receipt == word))), None)

    def latest(self, states: Collection[SaleState], station: str | None, limit: int) -> list[Sale]:
        query = select(sa.c.body).order_by(sa.c.seq.desc()).limit(limit)
        if states:
            query = query.where(sa.c.state.in_([state.value for state in states]))
        return self._sales(query if station is None else query.where(sa.c.station == station))

    def followed(self, account: AccountId, now: datetime, limit: int) -> list[Sale]:
        states = [state.value for state in FOLLOWED]
        where = (sa.c.account == account, sa.c.due_at <= now, sa.c.state.in_(states))
        return self._sales(select(sa.c.body).where(*where).order_by(sa.c.due_at).limit(limit))

    def of_shift(self, shift: ShiftId) -> list[Sale]:
        return self._sales(select(sa.c.body).where(sa.c.shift_id == shift).order_by(sa.c.seq))

    def between(self, start: datetime, end: datetime) -> Iterator[Sale]:
        last = 0
        while True:
            query = select(sa.c.seq, sa.c.body).where(sa.c.seq > last, sa.c.at >= start, sa.c.at < end)
            rows = self._all(query.order_by(sa.c.seq).limit(AT_ONCE))
            yield from (to_sale(row.body) for row in rows)
            if len(rows) < AT_ONCE:
                return
            last = rows[-1].seq

    def count(self, state: SaleState) -> int:
        return int(self._all(select(func.count()).select_from(sa).where(sa.c.state == state.value))[0][0])

    def rates(self, event: EventId) -> KeptRates:
        rows = self._all(select(r).where(r.c.event_id == event))
        if not rows:
            return KeptRates(rates=())
        return KeptRates(rates=to_rates(rows[0].body), as_of=rows[0].as_of, failed=rows[0].failed)

    def shift(self, shift: ShiftId) -> Shift | None:
        rows = self._all(select(sh).where(sh.c.id == shift))
        return to_shift(rows[0]) if rows else None

    def open_shift(self, station: str) -> Shift | None:
        rows = self._all(select(sh).where(sh.c.station == station, sh.c.closed_at.is_(None)))
        return to_shift(rows[0]) if rows else None

    def shifts(self, station: str | None, limit: int) -> list[Shift]:
        query = select(sh).order_by(sh.c.id.desc()).limit(limit)
        return [to_shift(row) for row in self._all(query if station is None else query.where(sh.c.station == station))]
