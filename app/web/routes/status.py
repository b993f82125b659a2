"""How the hub is."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.model import ENTRANCE
from app.web.front import visit
from app.web.parts import house
from app.web.wire.notices import encode
from app.web.wire.status import StatusOut

router = APIRouter(tags=["house"])


@router.get(
    "/status",
    summary="See how the hub is",
    description="Lines to the platforms, how old what we know is, what waits to be sent, who is inside.",
    response_model=StatusOut,
)
async def status(request: Request) -> Response:
    here, station = house(request), visit(request).station
    is_extra = station.allowance != ENTRANCE
    allowance = await to_thread.run_sync(here.allowances.name, station) if is_extra else ""
    body = await here.board.status(station, allowance, here.parts.pin.needed)
    return Response(encode(body), media_type="application/json")
