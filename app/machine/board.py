"""The machine under the hub: temperature, power, disk. What it does not tell is None.

A Raspberry Pi's firmware reports trouble as bits (documentation of `vcgencmd get_throttled`): 0 undervoltage now,
1 and 2 slowed down now, 3 too hot now; the same from bit 16 on for what has been since the start.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from app.ports import MachineHealth, Room

EVERY_S = 3.0
_UNDERVOLTAGE, _SLOWED, _SINCE_START = 0b1, 0b1110, 16
_THROTTLED = "sys/devices/platform/soc*/soc*:firmware/get_throttled"


class Board:
    """Implements `Machine`: looks at most every few seconds. `room` tells how the disk stands."""

    def __init__(
        self,
        folder: Path,
        room: Callable[[], Room],
        root: Path = Path("/"),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._room = room
        self._root = root
        self._seconds = seconds
        self._seen: tuple[float, MachineHealth] | None = None

    def look(self) -> MachineHealth:
        now = self._seconds()
        if self._seen is None or now - self._seen[0] >= EVERY_S:
            self._seen = now, self._look()
        return self._seen[1]

    def _look(self) -> MachineHealth:
        bits = self._bits()
        return MachineHealth(
            model=_text(self._root / "proc/device-tree/model").rstrip("\x00"),
            temperature_c=self._temperature(),
            undervoltage=None if bits is None else bool(bits & _UNDERVOLTAGE),
            undervoltage_seen=None if bits is None else bool(bits >> _SINCE_START & _UNDERVOLTAGE),
            throttled=None if bits is None else bool(bits & _SLOWED),
            disk=self._room(),
            disk_free=self._free(),
        )

    def _temperature(self) -> float | None:
        """Of the processor: its own zone where one says so, else the first."""
        zones = sorted((self._root / "sys/class/thermal").glob("thermal_zone*"))
        zones.sort(key=lambda zone: "cpu" not in _text(zone / "type").lower())
        for zone in zones:
            value = _text(zone / "temp")
            if value.lstrip("-").isdigit():
                return int(value) / 1000
        return None

    def _bits(self) -> int | None:
        for place in self._root.glob(_THROTTLED):
            try:
                return int(_text(place), 16)
            except ValueError:
                continue
        return self._alarm()

    def _alarm(self) -> int | None:
        """Kernels without the firmware's word have its alarm: undervoltage since somebody last asked."""
        for sensor in (self._root / "sys/class/hwmon").glob("hwmon*"):
            if _text(sensor / "name") == "rpi_volt":
                return int(_text(sensor / "in0_lcrit_alarm") == "1")
        return None

    def _free(self) -> int | None:
        try:
            return shutil.disk_usage(self._folder).free
        except OSError:
            return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
