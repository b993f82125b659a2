"""Notices: who listens hears, who is slow or revoked is let go, and nobody who tells ever waits."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Iterator

import httpx
import pytest
import uvicorn

from app.domain.model import AccountId
from app.ports import Notice, OutboxCount
from app.web.live import Live
from app.web.wire.notices import encode, spoken
from tests.web.venue import START, TOKEN, Door, Venue, wait_until

LISTENING = b'retry: 2000\n\nevent: status\ndata: {"state":"listening"}\n\n'


def speak(notice: Notice, _language: str) -> bytes:
    return encode(notice.body)


async def welcome() -> bool:
    return True


async def revoked() -> bool:
    return False


async def rest(stream: AsyncGenerator[bytes, None]) -> bytes:
    return b"".join([part async for part in stream])


def scan(n: int) -> Notice:
    return Notice(topic="scan", body={"n": n})


def test_who_listens_hears_what_is_told_from_any_thread() -> None:
    async def listen() -> list[bytes]:
        live = Live()
        stream = live.stream(speak, "en", welcome)
        first = await anext(stream)
        teller = threading.Thread(target=live.tell, args=(scan(1),))
        teller.start()
        heard = [first, await anext(stream)]
        teller.join()
        await stream.aclose()
        assert live.listeners == 0
        return heard

    assert asyncio.run(listen()) == [LISTENING, b'event: scan\ndata: {"n":1}\n\n']


def test_who_does_not_keep_up_is_let_go_with_a_last_word() -> None:
    async def listen() -> bytes:
        live = Live(room=4)
        stream = live.stream(speak, "en", welcome)
        await anext(stream)
        for n in range(1000):
            live.tell(scan(n))
        return await rest(stream)

    heard = asyncio.run(listen())
    assert heard.endswith(b'event: status\ndata: {"state":"slow"}\n\n')
    assert heard.count(b"event: scan") <= 4


def test_one_who_is_slow_holds_up_nobody_else() -> None:
    async def listen() -> int:
        live = Live(room=4)
        slow, quick = live.stream(speak, "en", welcome), live.stream(speak, "en", welcome)
        await anext(slow)
        await anext(quick)
        heard = 0
        for n in range(12):
            live.tell(scan(n))
            heard += (await anext(quick)).count(b"event: scan")
        return heard

    assert asyncio.run(listen()) == 12


def test_who_may_no_longer_listen_is_let_go() -> None:
    async def listen() -> bytes:
        stream = Live(check=0.01).stream(speak, "en", revoked)
        await anext(stream)
        return await rest(stream)

    assert asyncio.run(listen()) == b'event: status\ndata: {"state":"revoked"}\n\n'


def test_a_quiet_line_is_kept_alive() -> None:
    async def listen() -> bytes:
        stream = Live(keep_alive=0.02).stream(speak, "en", welcome)
        await anext(stream)
        return await anext(stream)

    assert asyncio.run(listen()) == b": still here\n\n"


def test_listeners_are_let_go_when_the_hub_stops() -> None:
    async def listen() -> bytes:
        live = Live()
        stream = live.stream(speak, "en", welcome)
        await anext(stream)
        live.close()
        return await rest(stream)

    assert asyncio.run(listen()) == b'event: status\ndata: {"state":"closing"}\n\n'


def test_telling_never_fails_not_even_a_listener_whose_loop_is_gone() -> None:
    live = Live()

    async def leave_without_a_word() -> None:
        streams.append(live.stream(speak, "en", welcome))
        await anext(streams[0])

    streams: list[AsyncGenerator[bytes, None]] = []
    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave_without_a_word())
    loop.close()
    live.tell(scan(1))


def test_a_notice_that_can_not_be_said_is_left_out() -> None:
    async def listen() -> bytes:
        live = Live()
        stream = live.stream(speak, "en", welcome)
        await anext(stream)
        live.tell(Notice(topic="scan", body={"odd": object()}))
        live.tell(scan(2))
        return await anext(stream)

    assert asyncio.run(listen()) == b'event: scan\ndata: {"n":2}\n\n'


NOTICES = [
    (Notice(topic="outbox", body={"outbox": OutboxCount(due=2)}), {"due": 2, "oldest_at": None}),
    (
        Notice(
            topic="connectivity", body={"account": AccountId("oveit"), "state": "down", "since": START, "words": ""}
        ),
        {"account": "oveit", "state": "down", "since": "2025-11-22T23:41:07Z", "words": ""},
    ),
    (
        Notice(topic="freshness", body={"event": "65f1a0c2", "resource": "tickets", "failed": False}),
        {"event": "65f1a0c2", "resource": "tickets", "failed": False},
    ),
]


@pytest.mark.parametrize(("notice", "expected"), NOTICES, ids=lambda one: getattr(one, "topic", ""))
def test_every_notice_has_its_json(notice: Notice, expected: dict[str, object], venue: Venue) -> None:
    said = json.loads(spoken(notice, "en", venue.parts.zone))
    assert said | expected == said


@pytest.fixture
def address(venue: Venue) -> Iterator[str]:
    """The hub as it runs for others: on a port of the loopback."""
    config = uvicorn.Config(venue.app(), port=0, log_level="critical", timeout_graceful_shutdown=2, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    venue.live.close()
    server.should_exit = True
    thread.join(5)


def test_a_page_hears_of_a_scan_at_another_door_in_its_own_language(venue: Venue, address: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "es"}
    with httpx.stream("GET", f"{address}/api/v1/notices", headers=headers, timeout=5) as stream:
        wait_until(lambda: venue.live.listeners)
        Door(venue.app()).scan(id="p1-1")
        lines = stream.iter_lines()
        data = next(line for line in lines if line.startswith("data: ") and "p1-1" in line)
    heard = json.loads(data.removeprefix("data: "))
    assert (heard["outcome"], heard["message"], heard["guest"]["name"]) == ("admit", "Adelante", "Lucía Romero")
    assert stream.headers["content-type"].startswith("text/event-stream")
    wait_until(lambda: not venue.live.listeners)
    assert venue.live.listeners == 0
