"""Notices, images, the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message inside the program, for whoever listens: `scan`, `conflict`, `connectivity`, `freshness`, `outbox`."""

    topic: str
    body: Mapping[str, Any] = field(default_factory=dict)


class Notices(Protocol):
    def tell(self, notice: Notice) -> None:
        """MUST NOT block and MUST NOT fail."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCode:
    value: str
    format: str
    scheme: str = "qr"


class UnreadableImage(Exception):
    """An image that can't be opened, or is too large; the message is for people."""


class Decoder(Protocol):
    def decode_bytes(self, data: bytes) -> Sequence[ReadCode]:
        """Codes in an encoded image. Raises `UnreadableImage`."""
        ...


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, in UTC."""
        ...
