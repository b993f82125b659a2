"""The web layer, put together."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from app.web import docs, page, problems
from app.web.access import Access
from app.web.allowances import Allowances
from app.web.board import Board
from app.web.front import API, Front
from app.web.metrics import Metrics
from app.web.page import KIOSK
from app.web.parts import House, Parts
from app.web.routes import (
    admissions,
    conflicts,
    decode,
    events,
    health,
    kiosk,
    notices,
    outbox,
    outside,
    pages,
    reports,
    sales,
    scans,
    status,
    tills,
)
from app.web.wire.status import MachineOut

__all__ = ["Parts", "create_app"]

_SILENT = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False)
"""Nobody but the venue hears what happens at its door."""


def create_app(parts: Parts) -> FastAPI:
    """The hub's HTTP interface and page over `parts`. Starts nothing and closes nothing."""
    app = FastAPI(
        title="doorcheck",
        version=parts.version,
        openapi_url="/openapi.json" if parts.docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_SILENT,
        generate_unique_id_function=lambda route: route.name,
    )
    house = _house(parts)
    app.state.house = house
    _routes(app)
    problems.install(app)
    page.install(app, parts.page)
    docs.describe(app)
    if parts.docs:
        docs.install(app)
    app.add_middleware(Front, access=house.access)
    return app


def _house(parts: Parts) -> House:
    def machine() -> MachineOut | None:
        certain = parts.timekeeper is None or parts.timekeeper.certain
        return MachineOut.of(parts.machine.look(), certain) if parts.machine is not None else None

    return House(
        parts=parts,
        access=Access(parts.store.views.stations),
        allowances=Allowances(parts.store),
        board=Board(parts, machine),
        metrics=Metrics(parts.store, parts.lines, parts.clock, parts.machine),
    )


def _routes(app: FastAPI) -> None:
    """Scans first and without the search that an included router costs each request: it is a third of their time."""
    prefix = API.rstrip("/")
    app.router.routes.extend(scans.router.routes)
    for routes in (decode, pages, admissions, events, sales, tills, outbox, conflicts, status, notices, reports):
        app.include_router(routes.router, prefix=prefix)
    app.include_router(health.router, prefix=prefix, include_in_schema=False)
    app.include_router(health.router)
    app.include_router(outside.router, include_in_schema=False)
    app.include_router(kiosk.router, prefix=KIOSK, include_in_schema=False)
