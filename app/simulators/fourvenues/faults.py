"""Everything between a caller and the platform that can go wrong, as a pure ASGI layer around the whole application."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from email.utils import formatdate
from random import Random
from typing import Any

from app.simulators.fourvenues.switches import RESOURCES, Switches
from app.simulators.fourvenues.world import World

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX = "/integrations"
PORTAL = (
    b"<!doctype html><html><head><title>Welcome</title></head><body><h1>Free Wi-Fi</h1><p>Sign in.</p></body></html>"
)
GATEWAY = b"<html><head><title>Error</title></head><body><h1>The service is unavailable</h1></body></html>"


class Cut(Exception):
    """The connection ends here, without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will happen to one request, thrown before anything is done."""

    html: bool = False
    broken: bool = False
    busy: bool = False
    lost_before: bool = False
    lost_after: bool = False
    cut: bool = False


@dataclass(slots=True)
class Dice:
    """The chance behind the probabilities: the same seed and the same requests give the same faults."""

    switches: Switches
    _seed: int = -1
    _random: Random = field(default_factory=Random)

    def plan(self, write: bool) -> Plan:
        """Throw for one request."""
        switches = self.switches
        concerned = switches.faults_on == "all" or (switches.faults_on == "writes") == write
        return Plan(
            html=concerned and self._falls(switches.html),
            broken=concerned and self._falls(switches.errors_5xx),
            busy=concerned and self._falls(switches.answers_429),
            cut=concerned and self._falls(switches.cut_bodies),
            lost_before=write and (self._counts_down("lose_next_requests") or self._falls(switches.lose_requests)),
            lost_after=write and (self._counts_down("lose_next") or self._falls(switches.lose_answers)),
        )

    def _falls(self, part: float) -> bool:
        if self._seed != self.switches.seed:
            self._seed = self.switches.seed
            self._random = Random(self._seed)  # noqa: S311 - must repeat
        return part > 0 and self._random.random() < part

    def _counts_down(self, name: str) -> bool:
        left = getattr(self.switches, name)
        if left:
            setattr(self.switches, name, left - 1)
        return bool(left)


class Limiter:
    """Counts the requests of each key within the last second."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}

    def allows(self, key: str, per_second: int) -> bool:
        """Whether one more request is within the rate; 0 is no limit."""
        if per_second <= 0:
            return True
        now, seen = time.monotonic(), self._seen.setdefault(key, deque())
        while seen and seen[0] <= now - 1:
            seen.popleft()
        if len(seen) >= per_second:
            return False
        seen.append(now)
        return True


class Faults:
    """The layer: weather, keys, rate, and answers that never arrive. The control endpoints pass untouched."""

    def __init__(self, app: App, world: World) -> None:
        self._app = app
        self._world = world
        self._dice = Dice(world.switches)
        self._limiter = Limiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's request as ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._dated(send)
        if not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, answer)
            return
        # Collections are asked with and without a trailing slash; the platform never redirects.
        request = {**scope, "path": scope["path"].rstrip("/")}
        try:
            await self._weather(request, receive, answer)
        except (Cut, asyncio.CancelledError):  # the server stops in the middle of a slow answer: a cut like any other
            await cut_connection(receive, send)

    def _dated(self, send: Send) -> Send:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._world.now(), usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", []), (b"date", date)]}
            await send(message)

        return dated

    async def _weather(self, scope: Scope, receive: Receive, send: Send) -> None:
        switches, write = self._world.switches, scope["method"] not in ("GET", "HEAD")
        resource = _resource(scope["path"])
        self._world.requests[resource] = self._world.requests.get(resource, 0) + 1
        plan = self._dice.plan(write)
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
        """Whether the key is answered 401, 403 or 429."""
        switches = self._world.switches
        key = _key(dict(scope["headers"]), switches)
        if key is None or switches.key_revoked:
            await _say(send, 401, b"")
            return True
        if resource in switches.forbidden or ("checkin" in switches.forbidden and scope["path"].endswith("/checkin")):
            await _say(send, 403, b'{"success":false,"error":"Forbidden"}')
            return True
        if plan.busy or not self._limiter.allows(key, switches.rate_limit):
            wait = [(b"retry-after", str(switches.retry_after).encode())] if switches.retry_after else []
            await _say(send, 429, b'{"error":"Too Many Requests"}', extra=wait)
            return True
        return False

    async def _work(self, scope: Scope, receive: Receive, send: Send, plan: Plan) -> None:
        """Let the platform do it, and then perhaps spoil the answer."""
        switches = self._world.switches
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


def _resource(path: str) -> str:
    rest = path.removeprefix(PREFIX).strip("/")
    two = "/".join(rest.split("/")[:2])
    return two if two in RESOURCES else rest.split("/")[0]


def _key(headers: dict[bytes, bytes], switches: Switches) -> str | None:
    """What identifies the caller for the rate, or nothing when it may not call."""
    key = headers.get(b"x-api-key", b"").decode("latin-1")
    pair = (headers.get(b"integration_id", b""), headers.get(b"secret", b""))
    if switches.auth != "pair" and key.startswith("ik_"):
        return key
    if switches.auth != "key" and all(pair):
        return pair[0].decode("latin-1")
    return None


def _last(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": False}


async def _say(
    send: Send, status: int, body: bytes, *, html: bool = False, extra: list[tuple[bytes, bytes]] | None = None
) -> None:
    kind = [(b"content-type", b"text/html; charset=utf-8" if html else b"application/json")] if body else []
    headers = [*kind, (b"content-length", str(len(body)).encode()), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send(_last(body))
