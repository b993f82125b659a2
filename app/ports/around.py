"""Notices, images, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """When something happened, by the one clock that is never wrong: seconds since this start of the machine."""

    boot: str
    uptime: float


class Timekeeper(Protocol):
    """Whether the time is known. Machines without a clock of their own start with a wrong one."""

    @property
    def certain(self) -> bool: ...

    @property
    def settled(self) -> bool:
        """Certain, or nobody who is reachable will ever tell the time."""
        ...

    @property
    def boot(self) -> str: ...

    @property
    def uptime(self) -> float: ...

    def doubt(self) -> Doubt | None:
        """Now, in a form that can be put right later; None when the time is certain."""
        ...

    def check(self) -> bool:
        """MUST be called about once a second. True when the system's clock was moved."""
        ...

    def heard(self, drift: timedelta | None) -> None:
        """A platform's clock minus ours, as an answer told just now; None when it told no time."""
        ...


class Room(StrEnum):
    """How much the disk still takes."""

    AMPLE = "ample"
    LOW = "low"
    """Polls stop, so that what is left is for entries."""
    RESERVE = "reserve"
    """What was set aside for entries is in use."""
    FULL = "full"
    """Nothing can be written: nobody can be let in on what we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineHealth:
    """How the machine is; None is what it does not tell. Degrees Celsius, bytes."""

    model: str = ""
    temperature_c: float | None = None
    undervoltage: bool | None = None
    undervoltage_seen: bool | None = None
    """Since the machine was started."""
    throttled: bool | None = None
    disk: Room = Room.AMPLE
    disk_free: int | None = None


class Machine(Protocol):
    """The machine under the hub."""

    def look(self) -> MachineHealth:
        """A few seconds old at most; costs next to nothing."""
        ...


class Screen(Protocol):
    """What a kiosk shows at one station, for its page. Every method may be called from any thread."""

    def frame(self) -> bytes:
        """What is to be seen now, as JSON."""
        ...

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have `wake` called after each change. Returns how to stop that. `wake` MUST NOT block and MUST NOT fail."""
        ...

    def touch(self, action: str, body: Mapping[str, Any]) -> bool:
        """Somebody touched the screen; False for an action that is not known. MAY wait for the database."""
        ...

    def preview(self) -> bytes | None:
        """The camera's newest picture as JPEG; None without one."""
        ...

    @property
    def closed(self) -> bool:
        """Is the kiosk ending? Then whoever listens is to go."""
        ...


class Kiosk(Protocol):
    """The screens of this machine."""

    def screen(self, station: str) -> Screen | None:
        """The screen of a station by name; the kiosk's own for an empty name; None when it has no such station."""
        ...
