"""Tills: opened with a float, counted when they are closed. One open shift at a station."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import structlog

from app.domain.money import Money
from app.domain.till import Shift, ShiftReport, count
from app.ports import Clock, Store, Tx

log = structlog.get_logger()


class NoTill(StrEnum):
    """Why a till can't be opened or closed; one sentence each for people."""

    IS_OPEN = "This till is open already: close it first."
    IS_CLOSED = "This till is closed."


class Tills:
    """The tills of all stations."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def now(self, station: str) -> Shift | None:
        """The open shift of a station."""
        return self._store.views.sales.open_shift(station)

    def report(self, shift: Shift) -> ShiftReport:
        return count(shift, self._store.views.sales.of_shift(shift.id))

    def latest(self, station: str | None, limit: int) -> list[Shift]:
        return self._store.views.sales.shifts(station, limit)

    def open(self, station: str, by: str, opening: Money) -> Shift | NoTill:
        now = self._clock()

        def work(tx: Tx) -> Shift | NoTill:
            if tx.sales.shift_of(station) is not None:
                return NoTill.IS_OPEN
            return tx.sales.open_shift(station, now, by, opening)

        shift = self._store.run(work)
        log.info("till.opened" if isinstance(shift, Shift) else "till.unopened", station=station)
        return shift

    def close(self, station: str, by: str, counted: int, note: str) -> Shift | NoTill:
        """`counted`: the cash in the till with its float, in minor units of the till's currency."""
        now = self._clock()

        def work(tx: Tx) -> Shift | NoTill:
            shift = tx.sales.shift_of(station)
            if shift is None:
                return NoTill.IS_CLOSED
            closed = replace(
                shift, closed_at=now, closed_by=by, counted=Money(counted, shift.opening.currency), note=note
            )
            tx.sales.close_shift(closed)
            return closed

        shift = self._store.run(work)
        log.info("till.closed" if isinstance(shift, Shift) else "till.unclosed", station=station)
        return shift
