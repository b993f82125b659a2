"""`POST /scans` at 16 connections against an empty typed endpoint of the same server."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from benchmarks.figures import Figure, p50, p99
from benchmarks.house import STATION, code, filled, hub_on, settings

CONNECTIONS = 16
REQUESTS = 1600
ROUNDS = 7
ADMISSIONS = 60_000
TOKEN = "bench-token-bench-token-bench-token"


class Empty(BaseModel):
    """What the empty endpoint takes and gives."""

    code: str
    heads: int


async def empty(body: Empty) -> Empty:
    return body


def run(folder: Path) -> Iterator[Figure]:
    filled(folder / "doorcheck.db", ADMISSIONS)
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.web", str(folder)], stdout=subprocess.PIPE)
    try:
        port = int(_first_line(server))
        _wait_for(port)
        ours, floor = _measure(port)
    finally:
        server.terminate()
        server.wait()
    yield Figure(
        name="POST /scans, requests/s at 16 / an empty typed endpoint's", ours=ours[0], floor=floor[0], unit="req/s",
        at_least=0.4, note=f"empty p99 {floor[2] * 1e3:.1f} ms",
    )  # fmt: skip
    yield Figure(name="POST /scans, p99 / its p50", ours=ours[2] * 1e3, floor=ours[1] * 1e3, unit="ms", at_most=20)


def _first_line(server: subprocess.Popen[bytes]) -> bytes:
    if server.stdout is None:
        raise AssertionError("no pipe")
    return server.stdout.readline()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise AssertionError("the server did not start")


def _measure(port: int) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """(requests/s, p50 s, p99 s) of ours and of the empty endpoint: the best pair of rounds, in turn."""
    numbers = list(range(1, ADMISSIONS + 1))
    random.Random(2).shuffle(numbers)
    bodies = (json.dumps({"code": code(one), "heads": 1}).encode() for one in numbers)
    rounds = []
    for _ in range(ROUNDS):
        floor = asyncio.run(_round(port, "/empty", lambda: b'{"code":"AAAAAAAAA","heads":1}'))
        ours = asyncio.run(_round(port, "/api/v1/scans", lambda: next(bodies)))
        rounds.append((ours, floor))
    return max(rounds, key=lambda pair: pair[0][0] / pair[1][0])


async def _round(port: int, path: str, body: Callable[[], bytes]) -> tuple[float, float, float]:
    spent: list[float] = []
    left = iter(range(REQUESTS))
    started = time.perf_counter()
    await asyncio.gather(*(_connection(port, path, body, left, spent) for _ in range(CONNECTIONS)))
    return REQUESTS / (time.perf_counter() - started), p50(spent), p99(spent)


async def _connection(port: int, path: str, body: Callable[[], bytes], left: Iterator[int], spent: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\ncontent-type: application/json\r\n"
    for _ in left:
        content = body()
        started = time.perf_counter()
        writer.write(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        told = await reader.readexactly(length)
        spent.append(time.perf_counter() - started)
        if b" 200 " not in answer[:20] or (path != "/empty" and b'"outcome":"admit"' not in told):
            raise AssertionError(f"unexpected answer: {answer[:60]!r} {told[:200]!r}")
    writer.close()


def serve(folder: Path) -> None:
    """The hub as `doorcheck serve` runs it, with an empty endpoint beside it; prints its port."""
    import uvicorn
    from fastapi import FastAPI

    from app.bootstrap import make_web
    from app.cli import serving
    from app.cli.common import start_logs
    from app.web.live import Live

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # logs are written, and thrown away
    start_logs(settings(folder).model_copy(update={"log_level": "info", "log_format": "json"}))
    hub = hub_on(folder)
    hub.store.run(lambda tx: tx.house.add_station(STATION, hashlib.sha256(TOKEN.encode()).digest(), hub.clock()))

    def with_empty(*args: Any) -> FastAPI:
        made = make_web(*args)
        made.post("/empty")(empty)
        return made

    class Announced(uvicorn.Config):
        def bind_socket(self) -> Any:
            bound = super().bind_socket()
            print(bound.getsockname()[1], flush=True)
            return bound

    serving.make_web, uvicorn.Config = with_empty, Announced  # type: ignore[misc,assignment]
    serving.run_hub(hub, Live(), "127.0.0.1", 0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
