"""What is plugged in: input devices, cameras, serial ports. And which of the guns is the one in somebody's hand."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.readers.framing import Framer
from scanner.readers.keys import EVENT, Keys

SYS, DEV = Path("/sys"), Path("/dev")
LEAST = 4
"""Characters of the shortest code that a gun is told from a person by."""
BURST_S = 0.08
_KEYS_OF_A_KEYBOARD = (28, 30, 44, 57)  # Enter, A, Z, Space: what tells a keyboard from a power button


class NothingLearned(Exception):
    """Nobody scanned in time, or no gun can be read; a sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDevice:
    """An input device. `device` is the path to remember: by id where there is one, since numbers change."""

    path: Path
    device: str
    name: str
    vendor: str
    product: str
    serial: str
    looks_like_keyboard: bool

    @property
    def id(self) -> str:
        """`vendor:product[:serial]`, in hexadecimal as lsusb shows it."""
        return ":".join(part for part in (self.vendor, self.product, self.serial) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A camera or a serial port."""

    path: str
    name: str
    id: str = ""


def input_devices(sys: Path = SYS, dev: Path = DEV) -> list[InputDevice]:
    """Every input device, in the order of the kernel's numbers."""
    found = sorted((sys / "class/input").glob("event*"), key=lambda one: (len(one.name), one.name))
    links = _links(dev)
    return [_input_device(one, dev, links) for one in found]


def _links(dev: Path) -> dict[str, str]:
    """Kernel name -> path by id. The interface of a keyboard before others of the same gun."""
    links = sorted((dev / "input/by-id").glob("*"), key=lambda one: not one.name.endswith("-event-kbd"))
    found: dict[str, str] = {}
    for link in links:
        try:
            found.setdefault(link.resolve().name, str(link))
        except OSError:
            continue
    return found


def _input_device(entry: Path, dev: Path, links: dict[str, str]) -> InputDevice:
    path = dev / "input" / entry.name
    return InputDevice(
        path=path,
        device=links.get(entry.name, str(path)),
        name=_text(entry / "device/name") or entry.name,
        vendor=_text(entry / "device/id/vendor"),
        product=_text(entry / "device/id/product"),
        serial=_text(entry / "device/uniq"),
        looks_like_keyboard=_is_keyboard(_text(entry / "device/capabilities/key")),
    )


def _is_keyboard(capabilities: str) -> bool:
    """The kernel writes which keys there are as 64-bit words, the highest first."""
    words = capabilities.split()
    try:
        lowest = int(words[-1], 16) if words else 0
    except ValueError:
        return False
    return all(lowest >> key & 1 for key in _KEYS_OF_A_KEYBOARD)


def cameras(sys: Path = SYS, dev: Path = DEV) -> list[Port]:
    """Cameras that give pictures: of each, the first of its device files (the others carry metadata)."""
    found = sorted((sys / "class/video4linux").glob("video*"), key=lambda one: (len(one.name), one.name))
    return [
        Port(path=str(dev / one.name), name=_text(one / "name") or one.name)
        for one in found
        if _text(one / "index") in {"", "0"} and (dev / one.name).exists()
    ]


def serial_ports() -> list[Port]:
    """Serial ports with something behind them; none without pyserial."""
    try:
        from serial.tools import list_ports  # noqa: PLC0415
    except ImportError:
        return []
    return [_port(one) for one in list_ports.comports() if one.vid is not None or one.hwid != "n/a"]


def _port(one: object) -> Port:
    vid, pid = getattr(one, "vid", None), getattr(one, "pid", None)
    number = getattr(one, "serial_number", None) or ""
    known = [f"{vid:04x}", f"{pid:04x}", number] if vid is not None and pid is not None else []
    name = str(getattr(one, "description", "") or "serial port")
    return Port(path=str(getattr(one, "device", "")), name=name, id=":".join(part for part in known if part))


def resolve(device: str, sys: Path = SYS, dev: Path = DEV) -> Path | None:
    """Where an input device is now: a path as it is, `vendor:product[:serial]` by what is plugged in."""
    if "/" in device:
        return Path(device)
    wanted = device.lower()
    for one in input_devices(sys, dev):
        if one.looks_like_keyboard and wanted in {one.id.lower(), f"{one.vendor}:{one.product}".lower()}:
            return one.path
    return None


def resolve_port(device: str) -> str | None:
    """The same for a serial port."""
    if "/" in device:
        return device
    wanted = device.lower()
    for one in serial_ports():
        if one.id and wanted in {one.id.lower(), ":".join(one.id.lower().split(":")[:2])}:
            return one.path
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The gun on which somebody scanned, and what it read."""

    device: InputDevice
    raw: str


def learn(devices: Sequence[InputDevice], *, timeout_s: float, layout: str = "us") -> Learned:
    """The first device that types like a gun: at least four characters, each right behind the other.

    Nothing is grabbed: the guns stay what they were for everybody else. Raises `NothingLearned`.
    """
    ears = [ear for one in devices if one.looks_like_keyboard and (ear := _Ear.on(one, layout)) is not None]
    if not ears:
        raise NothingLearned("no gun can be read here: is one plugged in, and are you in the group input?")
    try:
        return _first(ears, time.monotonic() + timeout_s)
    finally:
        for ear in ears:
            os.close(ear.fd)


class _Ear:
    """A device that is listened to."""

    def __init__(self, device: InputDevice, fd: int, layout: str) -> None:
        self.device = device
        self.fd = fd
        self.keys = Keys(layout)
        self.framer = Framer(pause_s=BURST_S, patient_s=BURST_S)

    @classmethod
    def on(cls, device: InputDevice, layout: str) -> _Ear | None:
        try:
            return cls(device, os.open(device.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), layout)
        except OSError:
            return None

    def hear(self, now: float) -> list[str]:
        try:
            data = os.read(self.fd, EVENT.size * 1024)  # all there is: a whole code is some 60 events
        except OSError:
            return []
        return self.framer.feed(self.keys.feed(data), now)


def _first(ears: Sequence[_Ear], until: float) -> Learned:
    poll = select.poll()
    for ear in ears:
        poll.register(ear.fd, select.POLLIN)
    while (now := time.monotonic()) < until:
        for fd, event in poll.poll(20):
            if not event & select.POLLIN:
                poll.unregister(fd)
        learned = next(_heard(ears, now), None)
        if learned is not None:
            return learned
    raise NothingLearned("nobody scanned anything: try again, and hold the gun on a code of a ticket")


def _heard(ears: Sequence[_Ear], now: float) -> Iterator[Learned]:
    for ear in ears:
        for raw in [*ear.hear(now), *ear.framer.wait(now)]:
            if len(raw) >= LEAST:
                yield Learned(device=ear.device, raw=raw)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
