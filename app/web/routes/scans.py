"""The hot path: a scan comes in, its durable answer goes out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.domain.model import Answer, Scan, ScanId, Station
from app.flows.undo import NoUndo
from app.web.front import API, visit
from app.web.parts import Parts, house, parts
from app.web.problems import Problem, wrong
from app.web.reading import json_body, read_json
from app.web.waiting import outcome
from app.web.wire.notices import encode
from app.web.wire.scans import SCAN_ID, AnswerOut, ScanIn, UndoIn, answered

OLDEST = timedelta(hours=48)
"""How long after its night a door that was cut off may still bring its scans."""
LOOKUPS_AT_ONCE = 32

router = APIRouter(prefix=f"{API}scans", tags=["scans"])
_lookups = CapacityLimiter(LOOKUPS_AT_ONCE)  # those who wait for a platform starve nobody else of threads


@router.post(
    "",
    summary="Scan a code",
    description="Decides a reading at this station and counts it. The same id again is answered the same, and counts "
    "once. Every verdict about a guest is a 200.",
    response_model=AnswerOut,
    response_description="The verdict; it is on the disk.",
    responses={409: {"description": "This id was used for another code."}},
    openapi_extra={"requestBody": json_body(ScanIn)},
)
async def scan(request: Request) -> Response:
    began = perf_counter()
    kept, who = parts(request), visit(request)
    body = await read_json(ScanIn, request)
    now = kept.clock()
    if body.override is not None:
        kept.pin.check(who.station.name, body.override.pin)
    station = body.at_station(who.station)
    asked = body.scan(station, now, kept.new_id)
    if now - asked.at > OLDEST:
        raise wrong("at", f"more than {OLDEST // timedelta(hours=1)} hours ago")
    answer = await _decided(kept, asked, station)
    if answer.replayed and answer.code != asked.code:
        raise Problem(409, "This id was used for another code.", slug="id-used")
    house(request).metrics.scanned(answer, perf_counter() - began)
    return _said(answered(answer, who.language, kept.zone))


async def _decided(kept: Parts, asked: Scan, station: Station) -> Answer:
    answer = await outcome(kept.admit.begin(asked, station, asyncio.get_running_loop().call_soon_threadsafe))
    if answer is not None:
        return kept.admit.told(answer)
    return await to_thread.run_sync(partial(kept.admit.finish, asked, station), limiter=_lookups)


@router.post(
    "/{id}/undo",
    summary="Take an entry back",
    description="Within 10 minutes; asked again it answers the same. `undoes` names the scan that was taken back.",
    response_model=AnswerOut,
    response_description="The undo; it is on the disk.",
    responses={
        404: {"description": NoUndo.NO_SUCH_SCAN.value},
        409: {"description": f"{NoUndo.NOT_AN_ENTRY} {NoUndo.TOO_OLD}"},
    },
)
async def undo(
    request: Request, id: Annotated[str, Path(pattern=SCAN_ID, examples=["p1-7f3a9c"])], body: UndoIn | None = None
) -> Response:
    kept, who = parts(request), visit(request)
    reason = body.reason if body and body.reason else ""
    answer = await run_in_threadpool(kept.undo, ScanId(id), who.station, reason, body.at if body else None)
    if isinstance(answer, NoUndo):
        status = 404 if answer is NoUndo.NO_SUCH_SCAN else 409
        raise Problem(status, answer.value, slug=answer.name.lower().replace("_", "-"))
    kept.nudge()
    return _said(answered(answer, who.language, kept.zone))


def _said(body: object) -> Response:
    return Response(encode(body), media_type="application/json")
