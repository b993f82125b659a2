"""The kiosk's screen over HTTP: for this machine only, whole frames, touches, pictures."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.ports import StoreError
from app.web.routes import kiosk as routes
from tests.web.venue import Venue

HERE = ("127.0.0.1", 50_000)


class FakeScreen:
    """A screen that shows what it is told to."""

    def __init__(self) -> None:
        self.shown: dict[str, Any] = {"seq": 1}
        self.touched: list[tuple[str, Mapping[str, Any]]] = []
        self.pictures: list[bytes | None] = []
        self.closed = False
        self.listeners: list[Callable[[], None]] = []
        self.error: Exception | None = None

    def frame(self) -> bytes:
        return json.dumps(self.shown).encode()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(wake)
        return lambda: self.listeners.remove(wake)

    def touch(self, action: str, body: Mapping[str, Any]) -> bool:
        if self.error is not None:
            raise self.error
        self.touched.append((action, body))
        return True

    def preview(self) -> bytes | None:
        return self.pictures.pop(0) if self.pictures else None

    def shows(self, seq: int) -> None:
        self.shown = {"seq": seq}
        for wake in list(self.listeners):
            wake()


class FakeKiosk:
    def __init__(self) -> None:
        self.own = FakeScreen()

    def screen(self, station: str) -> FakeScreen | None:
        return self.own if station in {"", "Kiosk"} else None


@pytest.fixture
def kiosk() -> FakeKiosk:
    return FakeKiosk()


@pytest.fixture
def app(venue: Venue, kiosk: FakeKiosk) -> FastAPI:
    return venue.app(kiosk=kiosk)


def ask(
    app: FastAPI, method: str, path: str, client: tuple[str, int] = HERE, host: str = "localhost:8000", **more: Any
) -> httpx.Response:
    async def work() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=client)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as line:
            return await line.request(method, path, **more)

    return asyncio.run(work())


def touch(app: FastAPI, **body: Any) -> httpx.Response:
    return ask(app, "POST", "/kiosk/touch", json=body)


@pytest.mark.parametrize(
    ("client", "host", "headers"),
    [
        (("192.168.1.20", 5000), "localhost:8000", {}),
        (("10.0.0.9", 5000), "doorcheck.local", {}),
        (HERE, "evil.example", {}),
        (HERE, "localhost:8000", {"Origin": "https://evil.example"}),
        (HERE, "localhost:8000", {"Origin": "null"}),
        (HERE, "localhost:8000", {"X-Forwarded-For": "192.168.1.20"}),
        (("not an address", 1), "localhost", {}),
    ],
)
def test_nobody_else_sees_or_touches_it(
    app: FastAPI, kiosk: FakeKiosk, client: tuple[str, int], host: str, headers: dict[str, str]
) -> None:
    for method, path in (
        ("GET", "/kiosk/frames"),
        ("GET", "/kiosk/preview"),
        ("POST", "/kiosk/touch"),
        ("GET", "/kiosk"),
    ):
        answer = ask(app, method, path, client, host, headers=headers, json={"action": "wake"})
        assert (path, answer.status_code) == (path, 403)
    assert kiosk.own.touched == []


@pytest.mark.parametrize("client", [HERE, ("127.0.0.5", 1), ("::1", 1)])
def test_whoever_sits_here_may_touch(app: FastAPI, kiosk: FakeKiosk, client: tuple[str, int]) -> None:
    headers = {"Origin": "http://localhost:8000"}
    answer = ask(app, "POST", "/kiosk/touch", client, "localhost:8000", headers=headers, json={"action": "wake"})
    assert answer.status_code == 204
    assert [action for action, _ in kiosk.own.touched] == ["wake"]


def test_a_touch_says_what_it_meant(app: FastAPI, kiosk: FakeKiosk) -> None:
    assert touch(app, action="party", scan="s1", heads=3).status_code == 204
    ((action, body),) = kiosk.own.touched
    assert (action, body["scan"], body["heads"]) == ("party", "s1", 3)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "dance"},
        {},
        {"action": "party", "heads": 501},
        {"action": "party", "heads": "many"},
        {"action": "typed", "code": "x" * 20_000},
        {"action": "wake", "surprise": 1},
        {"action": "language", "language": "fr"},
    ],
)
def test_what_is_no_touch_is_refused(app: FastAPI, kiosk: FakeKiosk, body: dict[str, Any]) -> None:
    answer = touch(app, **body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert kiosk.own.touched == []


def test_a_form_of_another_page_is_no_touch(app: FastAPI, kiosk: FakeKiosk) -> None:
    answer = ask(app, "POST", "/kiosk/touch", content=b'{"action":"wake"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422
    assert kiosk.own.touched == []


def test_a_database_that_fails_is_told_without_its_words(app: FastAPI, kiosk: FakeKiosk) -> None:
    kiosk.own.error = StoreError("disk I/O error: /var/lib/doorcheck.db")
    answer = touch(app, action="wake")
    assert answer.status_code == 503
    assert "doorcheck.db" not in answer.text


def test_a_station_that_is_not_here_is_told(app: FastAPI) -> None:
    assert ask(app, "GET", "/kiosk/frames?station=Gate%209").status_code == 404


def test_a_hub_without_a_kiosk_says_so(venue: Venue) -> None:
    answer = ask(venue.app(), "GET", "/kiosk")
    assert answer.status_code == 404
    assert "doorcheck kiosk" in answer.json()["detail"]


def test_who_watches_sees_the_frame_at_once_and_each_change(kiosk: FakeKiosk) -> None:
    async def watch() -> list[bytes]:
        frames = routes._frames(kiosk.own)
        seen = [await anext(frames)]
        teller = threading.Thread(target=kiosk.own.shows, args=(2,))
        teller.start()
        seen.append(await anext(frames))
        teller.join()
        await frames.aclose()  # type: ignore[attr-defined]
        assert kiosk.own.listeners == []
        return seen

    first, second = asyncio.run(watch())
    assert first.endswith(b'event: frame\ndata: {"seq": 1}\n\n')
    assert second == b'event: frame\ndata: {"seq": 2}\n\n'


def test_a_quiet_screen_beats_and_ends_with_the_hub(kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "BEAT_S", 0.01)

    async def watch() -> list[bytes]:
        frames = routes._frames(kiosk.own)
        seen = [await anext(frames), await anext(frames)]
        kiosk.own.closed = True
        kiosk.own.shows(3)
        return seen + [frame async for frame in frames]

    _, beat, *rest = asyncio.run(watch())
    assert beat == b"event: beat\ndata: {}\n\n"
    assert len(rest) <= 1, "the stream ends"


def test_pictures_come_until_the_camera_has_none(app: FastAPI, kiosk: FakeKiosk) -> None:
    one, two = b"\xff\xd8one\xff\xd9", b"\xff\xd8two\xff\xd9"
    kiosk.own.pictures = [None, one, one, one, two, None]
    answer = ask(app, "GET", "/kiosk/preview")
    assert answer.headers["content-type"].startswith("multipart/x-mixed-replace")
    assert (answer.content.count(one), answer.content.count(two)) == (1, 1), "what did not change is not sent again"


def test_no_camera_is_no_picture(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "PICTURE_S", 0.001)
    assert ask(app, "GET", "/kiosk/preview").status_code == 404
