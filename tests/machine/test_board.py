"""What the machine tells about itself, from a tree of files like its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.machine.board import EVERY_S, Board
from app.ports import MachineHealth, Room

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"


class Pi:
    """A machine's files, and what a hub makes of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = 0.0
        self.room = Room.AMPLE
        self.board = Board(root, lambda: self.room, root, lambda: self.now)

    def says(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def look(self) -> MachineHealth:
        self.now += EVERY_S
        return self.board.look()


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


def test_a_machine_that_tells_nothing(pi: Pi) -> None:
    health = pi.look()
    assert (health.model, health.temperature_c, health.undervoltage, health.throttled) == ("", None, None, None)
    assert health.disk_free
    assert health.disk is Room.AMPLE


@pytest.mark.parametrize(
    ("bits", "undervoltage", "seen", "throttled"),
    [
        ("0", False, False, False),
        ("1", True, False, False),
        ("50005", True, True, True),
        ("50000", False, True, False),
        ("e0008", False, False, True),
    ],
)
def test_the_firmware_of_a_raspberry_pi(pi: Pi, bits: str, undervoltage: bool, seen: bool, throttled: bool) -> None:
    pi.says("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\x00")
    pi.says(THROTTLED, f"{bits}\n")
    health = pi.look()
    assert health.model == "Raspberry Pi 5 Model B Rev 1.0"
    assert (health.undervoltage, health.undervoltage_seen, health.throttled) == (undervoltage, seen, throttled)


def test_a_kernel_that_has_only_the_alarm(pi: Pi) -> None:
    pi.says("sys/class/hwmon/hwmon2/name", "rpi_volt")
    pi.says("sys/class/hwmon/hwmon2/in0_lcrit_alarm", "1")
    assert pi.look().undervoltage


def test_the_temperature_is_the_processors(pi: Pi) -> None:
    pi.says("sys/class/thermal/thermal_zone0/type", "battery")
    pi.says("sys/class/thermal/thermal_zone0/temp", "25000")
    pi.says("sys/class/thermal/thermal_zone1/type", "cpu-thermal")
    pi.says("sys/class/thermal/thermal_zone1/temp", "81300")
    assert pi.look().temperature_c == 81.3


def test_rubbish_is_told_as_nothing(pi: Pi) -> None:
    pi.says("sys/class/thermal/thermal_zone0/temp", "hot")
    pi.says(THROTTLED, "ERR")
    health = pi.look()
    assert (health.temperature_c, health.undervoltage) == (None, None)


def test_it_is_asked_at_most_every_few_seconds(pi: Pi) -> None:
    pi.look()
    pi.room = Room.FULL
    assert pi.board.look().disk is Room.AMPLE
    assert pi.look().disk is Room.FULL
