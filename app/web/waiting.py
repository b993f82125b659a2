"""Awaiting what a thread works out, without ever taking it away from the thread."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def outcome(work: Future[T]) -> T:
    """What `work` comes to. Who stops waiting does not cancel it: a guest who is being counted is counted.

    That, and half the time: this is `asyncio.shield(asyncio.wrap_future(work))` for the path of every scan.
    """
    loop = asyncio.get_running_loop()
    here = threading.get_ident()
    bell: asyncio.Future[None] = loop.create_future()

    def ring() -> None:
        if not bell.done():
            bell.set_result(None)

    def done(_: object) -> None:
        ring() if threading.get_ident() == here else loop.call_soon_threadsafe(ring)

    work.add_done_callback(done)
    await bell
    return work.result()
