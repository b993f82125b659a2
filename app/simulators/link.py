"""The cable between the hub and a platform: a TCP proxy that can be pulled, plugged in again, and made worse."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

MODES = ("up", "refuse", "reset", "blackhole", "delay", "cut", "lose_answers")
_CHUNK = 65536
_PATIENCE = 10.0
_RESET = struct.pack("ii", 1, 0)
T = TypeVar("T")


class Link:
    """A cable to `target_host:target_port`, to be used from any thread.

    | mode | what a connection meets |
    |---|---|
    | up | everything passes |
    | refuse | nobody listens, and live connections are aborted: a pulled plug |
    | reset | the connection is accepted and reset at once |
    | blackhole | the connection is accepted, and nothing is ever answered |
    | delay | every piece of an answer comes `ms` late |
    | cut | the connection ends after `after` bytes of answers |
    | lose_answers | requests arrive at the platform; at the first byte of the answer the connection ends |
    """

    def __init__(self, target_host: str, target_port: int, port: int = 0) -> None:
        self.port = port
        self._target = (target_host, target_port)
        self._mode = "up"
        self._ms = 0
        self._after = 0
        self._server: asyncio.Server | None = None
        self._live: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="link", daemon=True)

    @classmethod
    def start(cls, target_port: int, port: int = 0, target_host: str = "127.0.0.1") -> Self:
        """A link that is up, on a free port unless one is given; raises OSError when that is taken."""
        link = cls(target_host, target_port, port)
        link._thread.start()
        link._run(link._listen())
        return link

    @property
    def url(self) -> str:
        """Where callers find the platform."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def current(self) -> str:
        """The mode it is in."""
        return self._mode

    def pull(self) -> None:
        """Pull the plug: live connections end, new ones are refused."""
        self.mode("refuse")

    def plug(self) -> None:
        """Plug it in again, on the same port."""
        self.mode("up")

    def mode(self, name: str, *, ms: int = 0, after: int = 0) -> None:
        """Change the mode, for live connections too; raises ValueError for a mode that does not exist."""
        if name not in MODES:
            raise ValueError(f"a link has no mode {name!r}; it has: {', '.join(MODES)}")
        self._run(self._change(name, ms, after))

    def stop(self) -> None:
        """End everything; the link cannot be used again."""
        if self._loop.is_closed():
            return
        self._run(self._change("refuse", 0, 0))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _change(self, name: str, ms: int, after: int) -> None:
        self._mode, self._ms, self._after = name, ms, after
        if name == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
        if name in ("refuse", "reset"):
            await self._abort_all()
        if name != "refuse" and self._server is None:
            await self._listen()

    async def _abort_all(self) -> None:
        for writer in list(self._live):
            _reset(writer)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from a caller."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._live.add(writer)
        try:
            if self._mode == "reset":
                _reset(writer)
            else:
                await self._join(reader, writer)
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            self._tasks.discard(task)
            self._live.discard(writer)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection(*self._target)
        self._live.add(away)
        ways = [asyncio.create_task(self._requests(reader, away)), asyncio.create_task(self._answers(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._live.discard(away)
            away.close()

    async def _requests(self, reader: asyncio.StreamReader, away: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_CHUNK):
            if self._mode != "blackhole":
                away.write(piece)
                await away.drain()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = 0
        while piece := await there.read(_CHUNK):
            if self._mode == "lose_answers":
                return
            if self._mode == "blackhole":
                continue
            if self._mode == "delay":
                await asyncio.sleep(self._ms / 1000)
            room = self._after - sent if self._mode == "cut" else len(piece)
            writer.write(piece[: max(0, room)])
            await writer.drain()
            sent += len(piece)
            if room < len(piece):
                return


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with a reset instead of a goodbye."""
    raw = writer.get_extra_info("socket")
    if raw is not None and not writer.transport.is_closing():
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
