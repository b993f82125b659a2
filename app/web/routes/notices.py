"""What happens, as it happens."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from app.ports import Notice
from app.web.front import visit
from app.web.parts import house
from app.web.wire.notices import spoken

router = APIRouter(tags=["house"])

_HEADERS = {"X-Accel-Buffering": "no"}  # a proxy must not keep what is news


@router.get(
    "/notices",
    summary="Listen to what happens",
    description="Server-sent events: `scan` (an answer), `conflict`, `connectivity`, `freshness`, `outbox`, and "
    "`status` about the stream itself (`listening`; the last one says why it ends: `slow`, `revoked`, `closing`).",
    response_class=StreamingResponse,
    responses={200: {"description": "A stream without end.", "content": {"text/event-stream": {}}}},
)
async def notices(request: Request) -> StreamingResponse:
    here, who = house(request), visit(request)
    zone = here.parts.zone

    def speak(notice: Notice, language: str) -> bytes:
        return spoken(notice, language, zone)

    async def may_listen() -> bool:
        return await here.access.station(who.token_hash) is not None

    events = here.parts.live.stream(speak, who.language, may_listen)
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)
