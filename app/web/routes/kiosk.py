"""The kiosk's screen: what it shows, as it changes; what is touched on it; what its camera sees."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import StringConstraints
from starlette.responses import Response, StreamingResponse

from app.ports import Screen, StoreError
from app.web import beside
from app.web.parts import parts
from app.web.problems import Problem
from app.web.reading import read_json
from app.web.wire.common import Taken
from app.web.wire.scans import LONGEST_CODE, MOST_HEADS

BEAT_S = 2.0
"""A screen that hears nothing for three of these says so."""
PICTURE_S = 0.12
FIRST_TRIES = 10
SAME_AGAIN_S = 0.6
_EDGE = b"--picture"

router = APIRouter(dependencies=[Depends(beside.only)])

Name = Annotated[str, StringConstraints(max_length=100)]


class TouchIn(Taken):
    """One touch. `scan` is the one that was on the screen: what is no longer there is no longer touched."""

    action: Literal["party", "choose", "undo", "dismiss", "typed", "wake", "language"]
    scan: Name = ""
    heads: int = 0
    admission: Name = ""
    code: Annotated[str, StringConstraints(max_length=LONGEST_CODE)] = ""
    language: Literal["en", "es", ""] = ""


def _screen(request: Request, station: str = "") -> Screen:
    kiosk = parts(request).kiosk
    if kiosk is None:
        raise Problem(404, "No kiosk runs here: doorcheck kiosk starts one.", slug="no-kiosk")
    screen = kiosk.screen(station)
    if screen is None:
        raise Problem(404, "This kiosk has no such station.", slug="no-station")
    return screen


@router.get("/frames")
async def frames(request: Request, station: str = "") -> StreamingResponse:
    screen = _screen(request, station)
    return StreamingResponse(_frames(screen), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _frames(screen: Screen) -> AsyncIterator[bytes]:
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(changed.set)

    stop = screen.listen(wake)
    try:
        yield b"retry: 1000\n\n" + _event(b"frame", screen.frame())
        while not screen.closed:
            try:
                async with asyncio.timeout(BEAT_S):
                    await changed.wait()
            except TimeoutError:
                yield _event(b"beat", b"{}")
            else:
                changed.clear()
                yield _event(b"frame", screen.frame())
    finally:
        stop()


def _event(name: bytes, body: bytes) -> bytes:
    return b"event: " + name + b"\ndata: " + body + b"\n\n"


@router.post("/touch", status_code=204)
async def touch(request: Request, station: str = "") -> Response:
    screen = _screen(request, station)
    body = await read_json(TouchIn, request)
    if body.heads > MOST_HEADS:
        raise Problem(422, f"At most {MOST_HEADS} people at once.", slug="heads")
    try:
        await asyncio.to_thread(screen.touch, body.action, body.model_dump())
    except StoreError:
        raise Problem(503, "The hub's disk does not answer.", slug="store") from None
    return Response(status_code=204)


@router.get("/preview")
async def preview(request: Request, station: str = "") -> StreamingResponse:
    screen = _screen(request, station)
    if await _first_picture(screen) is None:
        raise Problem(404, "There is no picture.", slug="no-picture")
    kind = f"multipart/x-mixed-replace; boundary={_EDGE[2:].decode()}"
    return StreamingResponse(_pictures(screen), media_type=kind, headers={"Cache-Control": "no-store"})


async def _first_picture(screen: Screen) -> bytes | None:
    """A camera draws its picture only after somebody asked for one."""
    for _ in range(FIRST_TRIES):
        picture = await asyncio.to_thread(screen.preview)
        if picture is not None or screen.closed:
            return picture
        await asyncio.sleep(PICTURE_S)
    return None


async def _pictures(screen: Screen) -> AsyncIterator[bytes]:
    """Until the camera has nothing to show. A browser shows a picture when the next one begins: one that stays the same
    is sent again now and then."""
    before, sent = b"", 0.0
    yield _EDGE + b"\r\n"
    while not screen.closed:
        picture = await asyncio.to_thread(screen.preview)
        if picture is None:
            return
        if picture is not before or time.monotonic() - sent >= SAME_AGAIN_S:
            before, sent = picture, time.monotonic()
            head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            yield head + picture + b"\r\n" + _EDGE + b"\r\n"
        await asyncio.sleep(PICTURE_S)
