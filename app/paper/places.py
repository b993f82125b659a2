"""Where a printer is: `tcp://192.168.1.50:9100`, `usb:04b8:0e15`, `serial:/dev/ttyUSB0:9600`, `file:/dev/usb/lp0`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

PORT = 9100
BAUD = 9600
MUTE = "?status=no"
"""Behind an address: this printer never tells how it is."""
_TCP = re.compile(r"tcp://(?P<host>[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(:(?P<port>[0-9]{1,5}))?/?")
_USB = re.compile(r"usb:(?P<vendor>[0-9A-Fa-f]{4}):(?P<product>[0-9A-Fa-f]{4})")
_SERIAL = re.compile(r"serial:(?P<path>/[^:\s]+|COM[0-9]+)(:(?P<baud>[0-9]{3,7}))?")
_FILE = re.compile(r"file:(?P<path>/\S+)")


class Way(StrEnum):
    """How a printer is reached."""

    TCP = "tcp"
    USB = "usb"
    SERIAL = "serial"
    FILE = "file"
    DUMMY = "dummy"
    """Nowhere: for rehearsals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`target` is a host or a path, `number` a port or a speed in baud; `usb` is vendor and product.

    `answers`: it is asked for paper and cover before it prints, and for whether it took all of it.
    """

    way: Way
    target: str = ""
    number: int = 0
    usb: tuple[int, int] = (0, 0)
    answers: bool = True


def place_of(text: str) -> Place:
    """Where the printer of a setting is. Raises ValueError, with words that follow the setting's name."""
    address = text.strip().removesuffix(MUTE)
    answers = address == text.strip()
    if address in {"dummy", "dummy:"}:
        return Place(way=Way.DUMMY, answers=False)
    if found := _TCP.fullmatch(address):
        return Place(way=Way.TCP, target=found["host"], number=_port(found["port"]), answers=answers)
    if found := _USB.fullmatch(address):
        return Place(way=Way.USB, usb=(int(found["vendor"], 16), int(found["product"], 16)), answers=answers)
    if found := _SERIAL.fullmatch(address):
        return Place(way=Way.SERIAL, target=found["path"], number=int(found["baud"] or BAUD), answers=answers)
    if found := _FILE.fullmatch(address):
        return Place(way=Way.FILE, target=found["path"], answers=False)  # what is only written to can't answer
    raise ValueError(
        "must be tcp://address:9100, usb:vendor:product (as lsusb shows them), serial:/dev/ttyUSB0, "
        "file:/dev/usb/lp0, or dummy"
    )


def _port(text: str | None) -> int:
    port = int(text or PORT)
    if not 1 <= port <= 65535:
        raise ValueError("has a port that does not exist: printers listen at 9100")
    return port
