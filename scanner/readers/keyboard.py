"""Codes from standard input or a pipe, one a line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import IO

from scanner.readers.contract import LONGEST, Condition, Health, Outlet, Reading

_CHUNK = 4096


class Keyboard:
    """`stream` may be text or bytes; what is no UTF-8 is kept as far as it can be. Ends with the stream."""

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
        """The thread may stay in its last `read`; it is a daemon and delivers nothing any more."""
        self._outlet.close()

    def _run(self) -> None:
        self._outlet.becomes(Condition.READY, "ready")
        try:
            while not self._outlet.closed.is_set() and (line := self._line()) is not None:
                if line:
                    self._outlet.put(line)
        except (OSError, ValueError) as error:
            self._outlet.becomes(Condition.MISSING, f"{self.name} can't be read: {error}")
        else:
            self._outlet.becomes(Condition.ENDED, f"{self.name} has ended")
        self._outlet.end()

    def _line(self) -> str | None:
        """The next line without its end; of one without end only the first `LONGEST` characters are kept."""
        kept, ended = self._part()
        if not kept and not ended:
            return None
        line = kept
        while not ended:
            more, ended = self._part()
            if not more and not ended:
                break
            line = (line + more)[:LONGEST]
        return line

    def _part(self) -> tuple[str, bool]:
        """Up to a chunk of a line, and whether the line ended with it."""
        part = self._stream.readline(_CHUNK)
        text = part.decode(errors="replace") if isinstance(part, bytes) else part
        return text.rstrip("\r\n"), text.endswith("\n")
