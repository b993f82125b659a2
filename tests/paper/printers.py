"""Printers to play with: one reads what it is sent as a real one would, the others have each their own trouble."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np
import zxingcpp

CODE_PAGES = {0: "cp437", 2: "cp850", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858"}
"""By their numbers in Epson's reference, written down apart from the library that is tested."""
CHEAP_58 = {2: "cp850", 52: "cp437", 53: "cp858", 54: "cp852", 59: "cp866", 71: "cp1252"}
"""Those of the cheap printers of 58 mm that are sold as POS-5890."""
FINE = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}
PAPER_OUT = FINE | {1: 0x1A, 2: 0x32, 4: 0x72}
COVER_OPEN = FINE | {1: 0x1A, 2: 0x16, 4: 0x72}
IN_ERROR = FINE | {2: 0x52}
NEARLY_OUT = FINE | {4: 0x1E}
_PLAIN = {b"@": 0, b"E": 1, b"a": 1, b"!": 1, b"d": 1, b"M": 1, b"t": 1, b"-": 1, b"{": 1}
_GROUP = {b"!": 1, b"B": 1, b"L": 2, b"W": 2}


@dataclass
class Paper:
    """What came out of the printer."""

    lines: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    cuts: int = 0
    unknown: list[bytes] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def read_back(data: bytes, pages: Mapping[int, str] = CODE_PAGES) -> Paper:
    """The text and the codes of ESC/POS bytes, on a printer with these code pages."""
    return _Reading(data, pages).paper


class _Reading:
    def __init__(self, data: bytes, pages: Mapping[int, str]) -> None:
        self.paper, self._pages = Paper(), pages
        self._data, self._at, self._page, self._stored, self._line = data, 0, "cp437", "", ""
        while self._at < len(data):
            self._step(self._take(1))

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def _step(self, one: bytes) -> None:
        match one:
            case b"\x1b":
                self._escape(self._take(1))
            case b"\x1d":
                self._group(self._take(1))
            case b"\x10":
                self._take(2)
            case b"\n":
                self.paper.lines.append(self._line)
                self._line = ""
            case _ if one < b" ":
                self.paper.unknown.append(one)
            case _:
                self._line += one.decode(self._page)

    def _escape(self, command: bytes) -> None:
        if command not in _PLAIN:
            self.paper.unknown.append(b"\x1b" + command)
            return
        value = self._take(_PLAIN[command])
        if command == b"t":
            self._page = self._pages[value[0]]
        elif command == b"@":
            self._page = "cp437"

    def _group(self, command: bytes) -> None:
        if command == b"V":
            kind = self._take(1)
            if kind[0] >= 65:
                self._take(1)
            self.paper.cuts += 1
        elif command == b"(":
            self._symbol(self._take(1))
        elif command == b"v":
            self._picture()
        elif command in _GROUP:
            self._take(_GROUP[command])
        else:
            self.paper.unknown.append(b"\x1d" + command)

    def _symbol(self, kind: bytes) -> None:
        low, high = self._take(2)
        body = self._take(low + 256 * high)
        if kind == b"k" and body[:2] == b"1P":
            self._stored = body[3:].decode()
        elif kind == b"k" and body[:2] == b"1Q":
            self.paper.codes.append(self._stored)

    def _picture(self) -> None:
        """GS v 0: a code that is sent as a picture is read as one."""
        self._take(2)
        wide, high = (low + 256 * up for low, up in (self._take(2), self._take(2)))
        bits = np.unpackbits(np.frombuffer(self._take(wide * high), np.uint8)).reshape(high, wide * 8)
        picture = np.pad(((1 - bits) * 255).astype(np.uint8), 40, constant_values=255)
        self.paper.codes += [found.text for found in zxingcpp.read_barcodes(picture)]


QUIET = 10
"""Looks in a row at which nobody was printing."""


class NetworkPrinter:
    """Listens at a port of this computer. `status`: what it answers to DLE EOT, None: nothing."""

    def __init__(
        self, status: dict[int, int] | None = None, *, mute: bool = False, deaf: bool = False, dies_after: int = 0,
        chatter: bytes = b"", slow: float = 0.0, later: dict[int, int] | None = None,
    ) -> None:  # fmt: skip
        self.status = None if mute else (status or FINE)
        self.later = later
        self.jobs: list[bytes] = []
        self._talking = False
        self._deaf, self._dies_after, self._chatter, self._slow = deaf, dies_after, chatter, slow
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def paper(self) -> Paper:
        """All that it printed. Waits for every line to close, and a moment for one that is still to be taken up."""
        until, quiet, seen = time.monotonic() + 10, 0, -1
        while quiet < QUIET and time.monotonic() < until:
            quiet = quiet + 1 if self.jobs and not self._talking and len(self.jobs) == seen else 0
            seen = len(self.jobs)
            time.sleep(0.02)
        return read_back(b"".join(self.jobs))

    def close(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for somebody
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            self._talking = True
            with line:
                self._talk(line)
            self._talking = False

    def _talk(self, line: socket.socket) -> None:
        if self._deaf:
            self._over.wait(10)
            return
        job = b""
        line.settimeout(10)
        try:
            line.sendall(self._chatter)
            while heard := line.recv(4096):
                time.sleep(self._slow)
                job += self._answer(line, heard)
                if self._dies_after and len(job) >= self._dies_after:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, not a goodbye
                    return
        except OSError:
            pass
        finally:
            self.jobs.append(job)

    def _answer(self, line: socket.socket, heard: bytes) -> bytes:
        """Answers what is asked in real time; the rest is for the paper."""
        while (at := heard.find(b"\x10\x04")) >= 0 and self.status is not None:
            line.sendall(bytes([self.status[heard[at + 2]]]))
            heard = heard[:at] + heard[at + 3 :]
        if heard and self.later is not None:
            self.status = self.later
        return heard


@contextmanager
def plugged_in(printer: NetworkPrinter) -> Iterator[NetworkPrinter]:
    try:
        yield printer
    finally:
        printer.close()


def free_port() -> int:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
