"""Codes from standard input or a pipe, one a line."""

from __future__ import annotations

import codecs
import os
import select
import threading
from collections.abc import Iterator
from typing import IO

from scanner.readers.contract import LONGEST, Condition, Health, Outlet, Reading

_CHUNK = 4096
_LOOK_UP_MS = 250


class Keyboard:
    """`stream` may be text or bytes; what is no UTF-8 is kept as far as it can be. Ends with the stream.

    A real file is read below Python's own buffer: a thread that waits in there would break the end of the program.
    """

    kind = "keyboard"

    def __init__(self, stream: IO[str] | IO[bytes], name: str = "keyboard") -> None:
        self.name = name
        self._stream: IO[str] | IO[bytes] = getattr(stream, "buffer", stream)
        self._outlet = Outlet()
        self._thread = threading.Thread(target=self._run, name="keyboard-reader", daemon=True)

    @property
    def health(self) -> Health:
        return self._outlet.health

    def __iter__(self) -> Iterator[Reading]:
        if self._thread.ident is None:
            self._thread.start()
        return iter(self._outlet)

    def close(self) -> None:
        self._outlet.close()
        if self._thread.ident is not None:
            self._thread.join(timeout=2)

    def _run(self) -> None:
        self._outlet.becomes(Condition.READY, "ready")
        try:
            for line in _lines(self._parts()):
                self._outlet.put(line)
        except (OSError, ValueError) as error:
            self._outlet.becomes(Condition.MISSING, f"{self.name} can't be read: {error}")
        else:
            if not self._outlet.closed.is_set():
                self._outlet.becomes(Condition.ENDED, f"{self.name} has ended")
        self._outlet.end()

    def _parts(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        for part in self._raw():
            yield decoder.decode(part) if isinstance(part, bytes) else part

    def _raw(self) -> Iterator[str | bytes]:
        """What comes, until the stream ends or we are closed."""
        try:
            descriptor = self._stream.fileno()
        except OSError:  # a stream in memory
            while part := self._stream.read(_CHUNK):
                yield part
            return
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while not self._outlet.closed.is_set():
            if poll.poll(_LOOK_UP_MS):
                data = os.read(descriptor, _CHUNK)
                if not data:
                    return
                yield data


def _lines(parts: Iterator[str]) -> Iterator[str]:
    """Lines without their ends and without empty ones; of an endless one only the first `LONGEST` are kept."""
    begun = ""
    for part in parts:
        *whole, rest = part.replace("\r", "\n").split("\n")
        for line in whole:
            if full := (begun + line)[:LONGEST]:
                yield full
            begun = ""
        begun = (begun + rest)[:LONGEST]
    if begun:
        yield begun
