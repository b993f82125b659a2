"""A hub with scripted answers: what the page is told, and what it asked, are in the hands of the test."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import uvicorn
import zxingcpp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.page import POLICY
from tests.browser.fake_hub_sales import FakeShop

Json = dict[str, Any]
Scripted = Json | Response
PAGE = Path(__file__).resolve().parents[2] / "scanner" / "page"
TOKEN = "st-7Qm2kd"
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"cache-control", b"max-age=600"),
    (b"service-worker-allowed", b"/"),
]
STEP_SECONDS = 0.02


def problem(status: int, title: str, headers: dict[str, str] | None = None) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": title}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def answer(outcome: str = "admit", reason: str = "ok", message: str = "Come in", **more: Any) -> Json:
    """An answer of the hub: a ticket for one, unless `more` says otherwise."""
    blank: Json = {
        "outcome": outcome, "reason": reason, "message": message, "detail": "", "heads": 1, "left": 0, "limit": 1,
        "entered": 1, "kind": "ticket", "rate": "Early bird", "guest": None, "first_entry": None, "provisional": False,
        "event": {"id": "ev-1", "name": "Noche de Sábado"}, "why": [], "as_of": stamp(-90), "choices": [],
        "warning": None, "undo_until": stamp(600) if outcome == "admit" else None, "overridable": False,
        "direction": "in", "at": stamp(0), "station": "Puerta 1", "admission": None, "allowance": "entrance",
        "allowances": [], "undo_reaches": "platform" if outcome == "admit" else None,
    }  # fmt: skip
    return blank | more


def stamp(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


SALT = bytes(range(16))


def known(number: int, code: str, name: str = "Marta S.", **more: Any) -> list[Any]:
    """A row of the snapshot: a good ticket for one, unless `more` says otherwise."""
    row: Json = {
        "id": number, "codes": [name_of("qr", code)], "kind": "ticket", "standing": "good",
        "word": "",
        "rate": "Early bird", "name": name, "limit": 1, "entered": 0, "opens": None, "closes": None, "first": None,
        "station": "",
    }  # fmt: skip
    return list((row | more).values())


def name_of(scheme: str, value: str) -> str:
    """What the snapshot calls a code or a wristband."""
    return urlsafe_b64encode(hashlib.sha256(SALT + f"{scheme}:{value}".encode()).digest()[:12]).decode()


class Lost(Response):
    """The hub has worked, its answer is cut on the way."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        head = [(b"content-type", b"application/json"), (b"content-length", b"400")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b'{"outcome": "adm', "more_body": True})
        raise ConnectionResetError


@dataclass
class FakeHub:
    """`answers[code]` is what a scan of the code gets: a list is used up to its last element. `rows` are the snapshot
    (see `known`), `takes[code]` what is made of one that was brought: an item of the batch's answer. `others` are
    tokens of other stations."""

    answers: dict[str, Scripted | list[Scripted]] = field(default_factory=dict)
    scans: list[Json] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    undo_answer: Scripted | None = None
    languages: list[str] = field(default_factory=list)
    admissions: list[Json] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)
    conflicts: list[Json] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    rules: Json = field(default_factory=dict)
    snapshots: list[str] = field(default_factory=list)
    brought: list[Json] = field(default_factory=list)
    brought_by: list[str] = field(default_factory=list)
    takes: dict[str, Json] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    status: Json = field(default_factory=dict)
    token: str = TOKEN
    others: list[str] = field(default_factory=list)
    slow_seconds: float = 0
    url: str = ""
    page: Path = PAGE
    shop: FakeShop = field(default_factory=lambda: FakeShop(lost=Lost))
    _listeners: list[asyncio.Queue[str | None]] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None

    def reset(self) -> None:
        lists: list[list[Any]] = [
            self.scans, self.undone, self.languages, self.admissions, self.searched, self.conflicts, self.rows,
            self.snapshots, self.brought, self.brought_by, self.others,
        ]  # fmt: skip
        for listed in lists:
            listed.clear()
        for named in (self.rules, self.takes, self.states):
            named.clear()
        self.answers.clear()
        self.undo_answer = None
        self.token = TOKEN
        self.slow_seconds = 0
        self.status = quiet_night()
        self.shop.reset()

    def sells(self, *tenders: str) -> None:
        """This station sells, and takes money like that."""
        self.status["sells"] = list(tenders or ("card", "cash", "phone"))

    def tell_of_sale(self, sale: str, **more: Any) -> None:
        """A sale stands otherwise from now on, and everybody hears of it."""
        told = self.shop.set(sale, **more)
        self.tell("sale", {name: told[name] for name in ("id", "station", "state", "quantity", "message")})

    def tell(self, kind: str, data: Json) -> None:
        """A notice to every page that listens."""
        self._each(f"event: {kind}\ndata: {json.dumps(data)}\n\n")

    def hang_up(self) -> None:
        self._each(None)

    def _each(self, text: str | None) -> None:
        if self._loop is None:
            return
        for listener in list(self._listeners):
            self._loop.call_soon_threadsafe(listener.put_nowait, text)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def scan(self, request: Request) -> Response:
        body: Json = await request.json()
        self.scans.append(body)
        self.languages.append(request.headers.get("accept-language", ""))
        if self.slow_seconds:
            await asyncio.sleep(self.slow_seconds)
        scripted = self.answers.get(body["code"]) or answer()
        if isinstance(scripted, list):
            scripted = scripted.pop(0) if len(scripted) > 1 else scripted[0]
        if isinstance(scripted, Response):
            return scripted
        return JSONResponse({"id": body["id"]} | scripted)

    async def undo(self, request: Request) -> Response:
        self.undone.append(request.path_params["id"])
        scripted = self.undo_answer or answer(message="Taken back", detail="it was never sent", undo_until=None)
        return scripted if isinstance(scripted, Response) else JSONResponse(scripted)

    async def cache(self, request: Request) -> Response:
        """Always everything: what changed since is the real hub's business."""
        self.snapshots.append(request.query_params["since"])
        head = {
            "version": f"fake.{len(self.snapshots)}", "whole": True, "now": stamp(0), "salt": SALT.hex(), "gone": [],
            "event": {
                "id": "ev-1", "name": "Noche de Sábado", "label": "2025-11-22", "open": True, "starts_at": stamp(-3600),
                "ends_at": stamp(3600),
            },
            "allowance": self._allowance(), "unknown_offline": "ask", "early_minutes": None, "late_minutes": None,
            "total": len(self.rows),
        }  # fmt: skip
        return JSONResponse(head | self.rules | {"rows": self.rows})

    async def batch(self, request: Request) -> Response:
        items = []
        for one in (await request.json())["scans"]:
            self.brought.append(one)
            self.brought_by.append(_bearer(request.scope))
            said = one["said"]
            same = answer(said["outcome"], said["reason"], heads=said["heads"]) | {"id": one["id"]}
            items.append(
                {"id": one["id"], "answer": same, "excess": 0, "problem": None} | self.takes.get(one["code"], {})
            )
        return JSONResponse({"items": items})

    async def say_states(self, request: Request) -> Response:
        ids = request.query_params["ids"].split(",")
        return JSONResponse({"items": [{"id": one, "state": self.states[one]} for one in ids if one in self.states]})

    async def say_numbers(self, _request: Request) -> Response:
        rates = [{"rate": "Early bird", "limit": 500, "entered": 180}, {"rate": "VIP", "limit": 40, "entered": 34}]
        pace = [{"at": stamp(-600 * n), "heads": heads} for n, heads in enumerate((31, 44, 12, 9, 3))]
        night = {"id": "ev-1", "name": "Noche de Sábado", "entered": 214, "limit": 812, "rates": rates}
        here = {"admitted": 96, "refused": 9, "asked": 4, "heads": 101}
        return JSONResponse({"allowance": self._allowance(), "events": [night], "station": here, "pace": pace})

    def _allowance(self) -> Json:
        station = self.status["station"]
        return {"ref": station["allowance"], "name": station["allowance_name"]}

    async def decode(self, request: Request) -> Response:
        async with request.form() as form:
            upload = form["image"]
            assert not isinstance(upload, str)
            data = await upload.read()
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        found = [] if image is None else zxingcpp.read_barcodes(image)
        return JSONResponse({"codes": [{"scheme": "qr", "value": one.text, "format": "QRCode"} for one in found]})

    async def find(self, request: Request) -> Response:
        words = request.query_params["q"]
        self.searched.append(words)
        found = [one for one in self.admissions if words.lower() in one["name"].lower()]
        return JSONResponse({"items": found})

    async def say_status(self, _request: Request) -> Response:
        return JSONResponse(self.status | {"now": stamp(0)})

    async def say_conflicts(self, _request: Request) -> Response:
        return JSONResponse({"items": self.conflicts})

    async def notices(self, _request: Request) -> Response:
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._listeners.append(queue)
        return StreamingResponse(self._stream(queue), media_type="text/event-stream")

    async def _stream(self, queue: asyncio.Queue[str | None]) -> AsyncIterator[str]:
        try:
            yield ": here\n\n"
            while (text := await queue.get()) is not None:
                yield text
        finally:
            self._listeners.remove(queue)

    def app(self) -> ASGIApp:
        routes = [
            Route("/", lambda _request: FileResponse(self.page / "index.html")),
            Route("/api/v1/scans", self.scan, methods=["POST"]),
            Route("/api/v1/scans", self.say_states, methods=["GET"]),
            Route("/api/v1/scans:batch", self.batch, methods=["POST"]),
            Route("/api/v1/cache", self.cache),
            Route("/api/v1/numbers", self.say_numbers),
            Route("/api/v1/scans/{id}/undo", self.undo, methods=["POST"]),
            Route("/api/v1/decode", self.decode, methods=["POST"]),
            Route("/api/v1/admissions", self.find),
            Route("/api/v1/status", self.say_status),
            Route("/api/v1/conflicts", self.say_conflicts),
            Route("/api/v1/notices", self.notices),
            *self.shop.routes(),
            Mount("/page", StaticFiles(directory=self.page)),
        ]
        return self._guarded(Starlette(routes=routes))

    def _guarded(self, app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_strict(message: Any) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], *HEADERS]
                await send(message)

            asked = scope["type"] == "http" and scope["path"].startswith("/api/")
            if asked and _bearer(scope) not in (self.token, *self.others):
                await problem(401, "This token is not known.")(scope, receive, send_strict)
                return
            await app(scope, receive, send_strict)

        return guarded


def _bearer(scope: Scope) -> str:
    said: str = dict(scope["headers"]).get(b"authorization", b"").decode()
    return said.removeprefix("Bearer ")


def account(name: str, state: str = "up", since: float = -3600, age: int | None = 120, **outbox: int) -> Json:
    """A platform as the hub reaches it."""
    freshness = {"state": "fresh", "as_of": stamp(-(age or 0)), "age_seconds": age}
    none = {"due": 0, "sending": 0, "parked": 0, "conflict": 0, "done": 0, "oldest_at": None}
    return {
        "name": name, "provider": name, "state": state, "since": stamp(since), "words": "", "retry_at": None,
        "lease": None, "clock_drift_seconds": None, "outbox": none | outbox, "freshness": freshness,
    }  # fmt: skip


def quiet_night() -> Json:
    fresh = [{"resource": "tickets", "state": "fresh", "as_of": stamp(-120), "age_seconds": 120}]
    return {
        "timezone": "Europe/Madrid",
        "station": {
            "name": "Puerta 1",
            "direction": "in",
            "events": [],
            "kinds": [],
            "rates": [],
            "allowance": "entrance",
            "allowance_name": "",
        },
        "accounts": [account("fourvenues", due=2, sending=1)],
        "events": [
            {
                "id": "ev-1",
                "account": "fourvenues",
                "name": "Noche de Sábado",
                "open": True,
                "admissions": 812,
                "entered": 214,
                "resources": fresh,
            }
        ],
        "outbox": {"due": 2, "sending": 1, "parked": 0, "conflict": 0, "oldest_at": stamp(-20)},
        "counts": {"admitted": 214, "refused": 9, "asked": 4, "inside": 207},
    }


def wait_until(true: Callable[[], bool], seconds: float = 6) -> None:
    """Until it is true; the test's own condition tells more than this one when it never is."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(STEP_SECONDS)


def serve(hub: FakeHub) -> Iterator[FakeHub]:
    """The hub on a free port of the loopback, until the generator is closed."""
    config = uvicorn.Config(hub.app(), port=0, log_level="critical", timeout_graceful_shutdown=1, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    hub.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    hub.reset()
    yield hub
    hub.hang_up()
    server.should_exit = True
    thread.join(5)
