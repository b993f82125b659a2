"""Serial guns over real pseudo terminals."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from scanner.readers.contract import Condition
from scanner.readers.serial import SerialGun
from tests.scanner.readers.listening import Listen


class Cable:
    """A gun behind a path that stays the same: the other end of a pseudo terminal."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.plug()

    def plug(self) -> None:
        self._gun, self._line = os.openpty()
        tty.setraw(self._line)
        self.path.symlink_to(os.ttyname(self._line))

    def unplug(self) -> None:
        self.path.unlink()
        os.close(self._line)
        os.close(self._gun)

    def send(self, data: bytes) -> None:
        os.write(self._gun, data)


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    cable = Cable(tmp_path / "ttyGUN")
    yield cable
    if cable.path.is_symlink():
        cable.unplug()


def test_codes_arrive_however_they_end(cable: Cable, listen: Listen) -> None:
    gun = listen(SerialGun(str(cable.path), prefix="\x02", suffix="\x03"))
    gun.becomes(Condition.READY)
    cable.send(b"ZQ4K81MD7\r\n\x02HT55PW2Q\x03\r")
    cable.send(b"split")
    cable.send(b"-code\tlast-one")
    assert gun.wait_for(4) == ["ZQ4K81MD7", "HT55PW2Q", "split-code", "last-one"]


def test_thousands_of_codes_lose_nothing(cable: Cable, listen: Listen) -> None:
    gun = listen(SerialGun(str(cable.path), baud=115_200))
    gun.becomes(Condition.READY)
    codes = [f"CODE{number:06}" for number in range(2000)]
    for at in range(0, len(codes), 20):
        cable.send("".join(f"{code}\r" for code in codes[at : at + 20]).encode())
        gun.wait_for(at)
    assert gun.wait_for(len(codes)) == codes


def test_unplugged_in_the_middle_of_a_code_and_plugged_in_again(cable: Cable, listen: Listen) -> None:
    gun = listen(SerialGun(str(cable.path)))
    gun.becomes(Condition.READY)
    cable.send(b"HALF")
    cable.unplug()
    gun.becomes(Condition.MISSING)
    cable.plug()
    gun.becomes(Condition.READY)
    cable.send(b"WHOLE001\r")
    assert gun.wait_for(1) == ["WHOLE001"]


def test_what_is_no_utf8_is_read_as_western(cable: Cable, listen: Listen) -> None:
    gun = listen(SerialGun(str(cable.path)))
    gun.becomes(Condition.READY)
    cable.send("Ñandú-1\r".encode())
    gun.wait_for(1)
    cable.send("Ñandú-2\r".encode("latin-1"))
    assert gun.wait_for(2) == ["Ñandú-1", "Ñandú-2"]


def test_a_port_that_another_program_holds_is_locked_until_it_lets_go(cable: Cable, listen: Listen) -> None:
    other = serial.Serial(str(cable.path), exclusive=True)
    gun = listen(SerialGun(str(cable.path)))
    gun.becomes(Condition.LOCKED)
    assert "another program" in gun.reader.health.words
    other.close()
    gun.becomes(Condition.READY)


@pytest.mark.parametrize("device", ["/dev/ttyNOBODY", "05e0:1701", "/dev/null", ""])
def test_a_port_that_is_not_there_is_missing_and_not_an_error(device: str, listen: Listen) -> None:
    gun = listen(SerialGun(device))
    gun.becomes(Condition.MISSING)
    assert gun.reader.health.words
