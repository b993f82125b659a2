"""Everything between a caller and a platform that can go wrong, as a pure ASGI layer around the whole application."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Protocol

from fastapi import FastAPI

from app.simulators.weather import Dice, Limiter, Plan, Weather

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PORTAL = (
    b"<!doctype html><html><head><title>Welcome</title></head><body><h1>Free Wi-Fi</h1><p>Sign in.</p></body></html>"
)
GATEWAY = b"<html><head><title>Error</title></head><body><h1>The service is unavailable</h1></body></html>"


class Cut(Exception):
    """The connection ends here, without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """What a caller is answered who may not call at all."""

    status: int
    body: bytes = b""


class Place(Protocol):
    """What the layer needs of a platform's world."""

    requests: dict[str, int]

    @property
    def switches(self) -> Weather: ...

    def now(self) -> float: ...


class Gatehouse(Protocol):
    """What is each platform's own in the layer."""

    @property
    def prefix(self) -> str | tuple[str, ...]:
        """Paths that the faults concern; all others pass untouched."""

    def resource(self, path: str) -> str:
        """The name under which a request to this path is counted."""

    def writes(self, scope: Scope) -> bool:
        """Whether the request can change something."""

    def caller(self, scope: Scope, resource: str) -> str | TurnedAway:
        """Who calls, as far as the rate is concerned."""


class Faults:
    """The layer: weather, callers, rate, and answers that never arrive. The control endpoints pass untouched."""

    def __init__(self, app: App, place: Place, gatehouse: Gatehouse, dice: Dice) -> None:
        self._app = app
        self._place = place
        self._gatehouse = gatehouse
        self._dice = dice
        self._limiter = Limiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's request as ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._dated(send)
        if not scope["path"].startswith(self._gatehouse.prefix):
            await self._app(scope, receive, answer)
            return
        # Paths are asked with and without a trailing slash; the platform never redirects.
        request = {**scope, "path": scope["path"].rstrip("/")}
        try:
            await self._weather(request, receive, answer)
        except (Cut, asyncio.CancelledError):  # the server stops in the middle of a slow answer: a cut like any other
            await cut_connection(receive, send)

    def _dated(self, send: Send) -> Send:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._place.now(), usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", []), (b"date", date)]}
            await send(message)

        return dated

    async def _weather(self, scope: Scope, receive: Receive, send: Send) -> None:
        switches, requests = self._place.switches, self._place.requests
        resource = self._gatehouse.resource(scope["path"])
        requests[resource] = requests.get(resource, 0) + 1
        plan = self._dice.plan(self._gatehouse.writes(scope))
        if switches.down or plan.lost_before:
            raise Cut
        if switches.slow:
            # The request has arrived whole: it will be done even when the caller gives up meanwhile.
            receive = await _arrived(receive)
            await asyncio.sleep(switches.slow / 1000)
        if plan.html:
            await _say(send, 200, PORTAL, html=True)
        elif plan.broken and not switches.error_after_commit:
            await _say(send, switches.error_status, GATEWAY, html=True)
        elif not await self._turned_away(scope, resource, plan, send):
            await self._work(scope, receive, send, plan)

    async def _turned_away(self, scope: Scope, resource: str, plan: Plan, send: Send) -> bool:
        """Whether the caller may not call, or not so often."""
        switches = self._place.switches
        caller = self._gatehouse.caller(scope, resource)
        if isinstance(caller, TurnedAway):
            await _say(send, caller.status, caller.body)
            return True
        if plan.busy or not self._limiter.allows(caller, switches.rate_limit):
            wait = [(b"retry-after", str(switches.retry_after).encode())] if switches.retry_after else []
            await _say(send, 429, b'{"error":"Too Many Requests"}', extra=wait)
            return True
        return False

    async def _work(self, scope: Scope, receive: Receive, send: Send, plan: Plan) -> None:
        """Let the platform do it, and then perhaps spoil the answer."""
        switches = self._place.switches
        if not (plan.lost_after or plan.cut or plan.broken or switches.slow_answer):
            await self._app(scope, receive, send)
            return
        start, body = await self._answer_of(scope, receive)
        if switches.slow_answer:
            await asyncio.sleep(switches.slow_answer / 1000)
        if plan.lost_after:
            raise Cut
        if plan.broken:
            await _say(send, switches.error_status, GATEWAY, html=True)
            return
        await send(start)
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
            if plan.cut
            else _last(body)
        )
        if plan.cut:
            raise Cut

    async def _answer_of(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


class Simulator(FastAPI):
    """An application with the faults outermost, where they can reach the connection itself."""

    def __init__(self, title: str, place: Place, gatehouse: Gatehouse, dice: Dice) -> None:
        super().__init__(title=title, openapi_url=None, redirect_slashes=False)
        self._faults = Faults(super().__call__, place, gatehouse, dice)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as ASGI."""
        await self._faults(scope, receive, send)


async def cut_connection(receive: Receive, send: Send) -> None:
    """Close the connection under the answer; without a connection (an in-process client) raise ConnectionResetError.

    The server's `send` is a method of its request cycle, which knows the transport: the only way to it that works
    with each of uvicorn's protocols.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the simulated platform cut the connection")
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _arrived(receive: Receive) -> Receive:
    """A `receive` that has the whole request already, and after it falls back on the connection."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return replay


def _last(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": False}


async def _say(
    send: Send, status: int, body: bytes, *, html: bool = False, extra: list[tuple[bytes, bytes]] | None = None
) -> None:
    kind = [(b"content-type", b"text/html; charset=utf-8" if html else b"application/json")] if body else []
    headers = [*kind, (b"content-length", str(len(body)).encode()), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send(_last(body))
