"""Why a report could not be made."""

from __future__ import annotations


class Unmade(Exception):
    """A report that can't be made; the message is one line. `field` is the part of the question that is wrong, empty
    when nothing is wrong with the question; `damaged`: rows can't be read, and could be listed instead."""

    def __init__(self, words: str, field: str = "", *, damaged: bool = False) -> None:
        super().__init__(f"{field}: {words}" if field else words)
        self.words = words
        self.field = field
        self.damaged = damaged
