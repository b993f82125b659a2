"""The front of the hub, before any route: who asks, how much they may send, what no answer goes without.

Plain ASGI, since it stands on the path of every scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.model import Station
from app.web import languages
from app.web.access import Access, hash_of
from app.web.problems import Problem, problem_of

API = "/api/v1/"
OPEN = frozenset({"/api/v1/healthz", "/api/v1/readyz", "/api/v1/metrics"})
"""What monitors may ask without a token."""
LARGEST_BODY = 64 * 1024
LARGEST_IMAGE = 12 * 1024 * 1024
ENVELOPE = 16 * 1024
"""What a form may add around its image."""

LARGEST_BATCH = 1024 * 1024

_ROOM = {"/api/v1/decode": LARGEST_IMAGE + ENVELOPE, "/api/v1/scans:batch": LARGEST_BATCH}
_KEY = "doorcheck.visit"
_NO_STORE = (b"cache-control", b"no-store")
_NO_SNIFF = (b"x-content-type-options", b"nosniff")


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks: the station, the hash of its token, the language it reads."""

    station: Station
    token_hash: bytes
    language: str


def visit(request: Request) -> Visit:
    """Who asks. Fails for a route that the front doesn't guard."""
    return cast(Visit, request.scope[_KEY])


class Front:
    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        headers = (_NO_STORE, _NO_SNIFF) if path.startswith(API) else (_NO_SNIFF,)
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        try:
            if path.startswith(API) and path not in OPEN:
                receive = await self._admit(scope, receive, _ROOM.get(path, LARGEST_BODY))
            await self._app(scope, receive, send_on)
        except Exception as error:
            problem = problem_of(error)
            if not started:
                await problem.response()(scope, receive, send_on)

    async def _admit(self, scope: Scope, receive: Receive, room: int) -> Receive:
        authorization, language, length = _read(scope)
        token_hash = hash_of(authorization)
        station = await self._access.station(token_hash) if token_hash else None
        if token_hash is None or station is None:
            raise _stranger()
        scope[_KEY] = Visit(station, token_hash, languages.choose(language))
        if length is None:
            return _counted(receive, room)
        if not length.isdigit() or int(length) > room:
            raise _too_large(room)
        return receive


def _read(scope: Scope) -> tuple[bytes | None, bytes | None, bytes | None]:
    authorization = language = length = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value
        elif name == b"accept-language":
            language = value
        elif name == b"content-length":
            length = value
    return authorization, language, length


def _counted(receive: Receive, room: int) -> Receive:
    """For a body that doesn't say how long it is."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > room:
            raise HTTPException(413)  # the one exception that reading a body lets through
        return message

    return counted


def _stranger() -> Problem:
    detail = "This token is not known here, or was revoked."
    return Problem(401, detail, slug="token", headers={"WWW-Authenticate": "Bearer"})


def _too_large(room: int) -> Problem:
    return Problem(413, f"This is too large: {room // 1024} kB at most.", slug="too-large")
