"""Notices to whoever listens, as server-sent events. Who is too slow to listen is let go, never waited for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable

import msgspec
import structlog

from app.ports import Notice

log = structlog.get_logger()

ROOM = 256
"""Notices kept for one listener."""
KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment shows that the line is there."""
CHECK = 2.0
"""Seconds between two looks whether a listener may still listen."""

Speak = Callable[[Notice, str], bytes]
"""A notice as JSON, in a language."""


class Live:
    """Implements the port `Notices`; any thread may tell. Listeners live in the event loop of the web layer."""

    def __init__(self, room: int = ROOM, keep_alive: float = KEEP_ALIVE, check: float = CHECK) -> None:
        self._room = room
        self._keep_alive = keep_alive
        self._check = min(check, keep_alive)
        self._listeners: tuple[_Listener, ...] = ()
        self._mutex = threading.Lock()

    def tell(self, notice: Notice) -> None:
        """Hand a notice to every listener. Does not block and does not fail."""
        if self._listeners:
            heard = _Heard(notice)
            for listener in self._listeners:
                listener.put(heard)

    def close(self) -> None:
        """Let every listener go, so that a server which waits for its connections can stop."""
        for listener in self._listeners:
            listener.end("closing")

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def stream(
        self, speak: Speak, language: str, may_listen: Callable[[], Awaitable[bool]]
    ) -> AsyncGenerator[bytes, None]:
        """What happens from now on, until the listener goes, may no longer listen, or is too slow."""
        listener = self._join()
        try:
            yield b"retry: 2000\n\n" + _status("listening")
            spoke = time.monotonic()
            while not listener.ended:
                await listener.wait(self._check)
                if not await may_listen():
                    listener.end("revoked")
                elif text := _frames(listener.take(), speak, language):
                    yield text
                    spoke = time.monotonic()
                elif time.monotonic() - spoke >= self._keep_alive:
                    yield b": still here\n\n"
                    spoke = time.monotonic()
            yield _status(listener.ended)
        finally:
            self._leave(listener)

    def _join(self) -> _Listener:
        listener = _Listener(self._room, asyncio.get_running_loop())
        with self._mutex:
            self._listeners = (*self._listeners, listener)
        return listener

    def _leave(self, listener: _Listener) -> None:
        with self._mutex:
            self._listeners = tuple(one for one in self._listeners if one is not listener)


class _Heard:
    """A notice and what it sounds like, worked out once per language for all who listen."""

    def __init__(self, notice: Notice) -> None:
        self._notice = notice
        self._frames: dict[str, bytes] = {}

    def frame(self, speak: Speak, language: str) -> bytes:
        if language not in self._frames:
            self._frames[language] = self._spoken(speak, language)
        return self._frames[language]

    def _spoken(self, speak: Speak, language: str) -> bytes:
        try:
            return _frame(self._notice.topic, speak(self._notice, language))
        except Exception:  # one notice that can't be said must not silence the rest
            log.exception("notice.unsaid", topic=self._notice.topic)
            return b""


class _Listener:
    """One listener's bounded queue: filled by any thread, emptied in the event loop, which is woken once per batch."""

    def __init__(self, room: int, loop: asyncio.AbstractEventLoop) -> None:
        self.ended = ""
        self._room = room
        self._loop = loop
        self._waiting: deque[_Heard] = deque()
        self._woken = False
        self._bell = asyncio.Event()
        self._mutex = threading.Lock()

    def put(self, heard: _Heard) -> None:
        with self._mutex:
            if len(self._waiting) >= self._room:
                self.ended = self.ended or "slow"
            else:
                self._waiting.append(heard)
        self._wake()

    def end(self, why: str) -> None:
        self.ended = self.ended or why
        self._wake()

    def take(self) -> list[_Heard]:
        with self._mutex:
            self._woken = False
            self._bell.clear()
            taken = list(self._waiting)
            self._waiting.clear()
        return taken

    async def wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return

    def _wake(self) -> None:
        with self._mutex:
            if self._woken:
                return
            self._woken = True
        try:
            self._loop.call_soon_threadsafe(self._bell.set)
        except RuntimeError:  # the loop is gone, and with it whoever listened
            self.ended = self.ended or "closing"


def _frames(heard: list[_Heard], speak: Speak, language: str) -> bytes:
    return b"".join(one.frame(speak, language) for one in heard)


def _frame(topic: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (topic.encode(), data)


def _status(state: str) -> bytes:
    return _frame("status", msgspec.json.encode({"state": state}))
