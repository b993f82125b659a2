"""The part of the back door that every simulator has: switches, ledger and sheet. No key and no faults here."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
from fastapi import APIRouter, Request, Response

from app.simulators import sheets
from app.simulators.answers import Refused, fields_of, missing, plain
from app.simulators.sheets import SheetRow
from app.simulators.switchboard import Switchboard, SwitchError


class Rehearsed(Protocol):
    """What the back door needs of a platform's world."""

    @property
    def switches(self) -> Switchboard: ...

    @property
    def ledger(self) -> Sequence[object]: ...

    def sheet(self) -> list[SheetRow]: ...


def switching(world: Rehearsed) -> APIRouter:
    """The switches: read, turn, put back."""
    router = APIRouter(prefix="/_control")

    @router.get("/switches")
    async def switches() -> Response:
        return plain(world.switches.describe())

    @router.put("/switches")
    async def turn(request: Request) -> Response:
        try:
            world.switches.update(await fields_of(request))
        except SwitchError as error:
            raise Refused(400, str(error)) from None
        return plain(world.switches.as_dict())

    @router.delete("/switches")
    async def reset() -> Response:
        world.switches.reset()
        return plain(world.switches.as_dict())

    return router


def books(world: Rehearsed, summary: Callable[[], dict[str, Any]]) -> APIRouter:
    """What the platform looks like from inside: its state and its ledger."""
    router = APIRouter(prefix="/_control")

    @router.get("/state")
    async def state() -> Response:
        return plain(summary())

    @router.get("/ledger")
    async def ledger() -> Response:
        return plain([msgspec.to_builtins(entry) for entry in world.ledger])

    return router


def sheet_pages(world: Rehearsed) -> APIRouter:
    """The rehearsal sheet as a page, as JSON and as pictures."""
    router = APIRouter()

    @router.get("/sheet")
    async def page() -> Response:
        return Response(sheets.sheet_html(world.sheet()), media_type="text/html")

    @router.get("/sheet.json")
    @router.get("/_control/sheet.json")
    async def as_json() -> Response:
        return plain([row.as_dict() for row in world.sheet()])

    @router.get("/sheet.png")
    async def picture() -> Response:
        return Response(sheets.sheet_png(world.sheet()), media_type="image/png")

    @router.get("/sheet/{slug}.png")
    async def code(slug: str) -> Response:
        row = next((row for row in world.sheet() if row.slug == slug), None)
        if row is None:
            raise missing("Code")
        return Response(sheets.qr_png(row.code), media_type="image/png")

    return router
