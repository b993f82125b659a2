"""What both databases share: transactions in rooms, the known events, the reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from app.domain.model import Event, EventId
from app.ports import Clock, Room, StoreError, Tx
from app.store.cache import SqlCache
from app.store.calls import SqlCalls
from app.store.house import SqlHouse
from app.store.sales import SqlSales
from app.store.scans import SqlScans
from app.store.sql import Statements
from app.store.views import SqlViews

T = TypeVar("T")
EVENTS_FRESH_S = 1.0


class SqlTx:
    """One transaction, in rooms (`Tx`)."""

    def __init__(self, sql: Statements, cursor: Any, connection: Connection) -> None:
        self.cache = SqlCache(sql, cursor, connection)
        self.scans = SqlScans(sql, cursor, self.cache.new_admission)
        self.calls = SqlCalls(sql, cursor, connection)
        self.house = SqlHouse(connection)
        self.sales = SqlSales(connection, self.cache.new_admission)


class SqlStore:
    """The part of `Store` that is the same on both databases."""

    def __init__(self, engine: Engine, clock: Clock, alone: bool) -> None:
        self._reading = engine
        self._views = SqlViews(engine, clock)
        self._alone = alone
        self._events: Mapping[EventId, Event] = {}
        self._events_until = 0.0

    @property
    def views(self) -> SqlViews:
        return self._views

    @property
    def room(self) -> Room:
        """A server's disk is the server's business."""
        return Room.AMPLE

    @property
    def alone(self) -> bool:
        return self._alone

    def open_events(self) -> Mapping[EventId, Event]:
        if time.monotonic() >= self._events_until:
            try:
                self._events = {event.id: event for event in self._views.events()}
            except SQLAlchemyError as error:
                raise StoreError("the database can't be read") from error
            self._events_until = time.monotonic() + EVENTS_FRESH_S
        return self._events

    def _committed(self, tx: SqlTx) -> None:
        if tx.cache.events_changed:
            self._events_until = 0.0
            tx.cache.events_changed = False


Work = Callable[[Tx], T]
