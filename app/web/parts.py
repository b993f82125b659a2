"""What the web layer is made of, and how a route gets at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import cast

from fastapi import Request

from app.domain.model import AccountId, EventId
from app.flows.admit import Admit
from app.flows.bring import Bring
from app.flows.lines import Line
from app.flows.snapshot import Snapshots
from app.flows.undo import Undo
from app.ports import Clock, Decoder, Kiosk, Machine, Store, Timekeeper
from app.ports.reports import Reports
from app.web.access import Access
from app.web.allowances import Allowances
from app.web.board import Board
from app.web.live import Live
from app.web.metrics import Metrics
from app.web.pin import Pin
from app.web.selling import Selling


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What `create_app` needs. `refresh` polls an event soon, `nudge` wakes the senders of the outbox.

    What we know of a resource is stale when its last pull began longer than `stale_after` ago.
    """

    store: Store
    admit: Admit
    undo: Undo
    bring: Bring
    snapshots: Snapshots
    live: Live
    lines: Mapping[AccountId, Line]
    clock: Clock
    zone: tzinfo
    decoder: Decoder | None
    page: Path | None
    version: str
    new_id: Callable[[], str]
    refresh: Callable[[EventId], None]
    nudge: Callable[[], None]
    stale_after: timedelta
    kiosk: Kiosk | None = None
    machine: Machine | None = None
    timekeeper: Timekeeper | None = None
    pin: Pin = field(default_factory=lambda: Pin(None, b""))
    selling: Selling | None = None
    reports: Reports | None = None
    docs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts and what one running app makes of them."""

    parts: Parts
    access: Access
    allowances: Allowances
    board: Board
    metrics: Metrics


def house(request: Request) -> House:
    return cast(House, request.app.state.house)


def parts(request: Request) -> Parts:
    return house(request).parts
