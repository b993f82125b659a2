"""Readers of wristbands and cards: whatever form they write an id in, it is the same wristband."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from app.domain.model import RFID, Allowance, Credential, Guest, Outcome, Reason
from app.settings.kiosk import GunSettings, SerialSettings
from scanner.decoding import Decoder
from scanner.kiosk.sources import reader
from scanner.readers.contract import Condition, Reader, Reading
from tests.conformance.store import House
from tests.fakes.night import admission
from tests.scanner.door import Door
from tests.scanner.readers.listening import wait_until
from tests.scanner.readers.test_serial import Cable
from tests.scanner.readers.typing_gun import ENTER, TAB, Gun, Port

FORMS = (
    "04A23B1C5D6080", "04a23b1c5d6080", "04:A2:3B:1C:5D:60:80", "04-a2-3b-1c-5d-60-80", "04 A2 3B 1C 5D 60 80",
    "4A23B1C5D6080", "0000000004A23B1C5D6080",
)  # fmt: skip
CARD_FORMS = ("0012345678", "12345678", "0000012345678")
BAND = admission("BAND0001", limit=len(FORMS), credentials=(Credential(scheme=RFID, value="4A23B1C5D6080"),))
CARD = admission("CARD0001", limit=len(CARD_FORMS), credentials=(Credential(scheme=RFID, value="12345678"),))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    house = House(f"sqlite:///{tmp_path / 'doorcheck.db'}")
    house.knows(BAND, CARD)
    door = Door(house)
    yield door
    door.station.close()
    house.close()


def read(door: Door, one: Reader, count: int) -> list[Reading]:
    readings = list(islice(one, count))
    one.close()
    for reading in readings:
        door.station.read(reading)
    return readings


@pytest.mark.parametrize("layout", ["us", "es", "de"])
def test_a_usb_reader_of_wristbands_may_write_ids_as_it_likes(layout: str, door: Door, tmp_path: Path) -> None:
    port, gun = Port(tmp_path / "event7"), Gun(layout)
    port.send(b"".join(gun.types(form, ENTER if at % 2 else TAB) for at, form in enumerate((*FORMS, *CARD_FORMS))))
    settings = GunSettings(kind="gun", device=str(port.path), layout=layout, scheme="rfid")  # type: ignore[arg-type]
    readings = read(door, reader(settings, Decoder()), len(FORMS) + len(CARD_FORMS))
    assert {one.scheme for one in readings} == {"rfid"}
    assert door.told.answers == [("admit", 1)] * len(readings)


def test_a_serial_reader_of_wristbands_too(door: Door, tmp_path: Path) -> None:
    cable = Cable(tmp_path / "ttyBAND")
    settings = SerialSettings(kind="serial", device=str(cable.path), scheme="rfid", prefix="\x02", suffix="\x03")
    gun = reader(settings, Decoder())
    readings = iter(gun)
    wait_until(lambda: gun.health.condition is Condition.READY, "the port")
    os.write(cable._gun, b"".join(b"\x02" + form.encode() + b"\x03\r\n" for form in FORMS))
    for reading in islice(readings, len(FORMS)):
        door.station.read(reading)
    gun.close()
    cable.unplug()
    assert door.told.answers == [("admit", 1)] * len(FORMS)


def test_a_reader_that_nobody_told_reads_wristbands_too(door: Door, tmp_path: Path) -> None:
    port = Port(tmp_path / "event7")
    port.send(Gun("us").types("04:a2:3b:1c:5d:60:80"))
    read(door, reader(GunSettings(kind="gun", device=str(port.path)), Decoder()), 1)
    assert door.told.answers == [("admit", 1)]


def scanned(door: Door, raw: str, scheme: str = RFID) -> tuple[Outcome, Reason, str]:
    door.station.read(Reading(raw=raw, seen_at=door.seconds(), scheme=scheme))
    answer = door.told.last.answer
    assert answer is not None
    return answer.outcome, answer.reason, answer.guest.name if answer.guest else ""


def test_a_reader_of_wristbands_opens_no_code_of_the_same_letters(door: Door) -> None:
    door.house.page(admission("12345678", guest=Guest(name="Vera Sanz")))
    assert scanned(door, "12345678")[2] == "Nuria Ferrer"
    door.seconds.pass_(4)
    assert scanned(door, "12345678", "qr")[2] == "Vera Sanz"


def test_a_touch_after_a_wristband_is_about_the_wristband(door: Door) -> None:
    door.house.page(admission("12345678", limit=3, guest=Guest(name="Vera Sanz")))
    scanned(door, "0012345678")
    first = door.told.last.answer
    assert first is not None
    door.station.more(first.scan, 2)
    more = door.told.last.answer
    assert more is not None
    assert (more.outcome, more.heads, more.guest) == (Outcome.ADMIT, 2, Guest(name="Nuria Ferrer"))


def test_of_two_tickets_on_a_wristband_staff_choose(door: Door) -> None:
    pair = (Credential(scheme=RFID, value="A1B2C3D4"),)
    door.house.page(
        admission("PAIR0001", credentials=pair, guest=Guest(name="Nora Campos")),
        admission("PAIR0002", credentials=pair, guest=Guest(name="Hugo Ferrer"), allowances=(Allowance(limit=1),)),
    )
    assert scanned(door, "a1:b2:c3:d4")[:2] == (Outcome.ASK, Reason.AMBIGUOUS)
    asked = door.told.last.answer
    assert asked is not None
    door.station.choose(asked.scan, asked.choices[1].admission)
    chosen = door.told.last.answer
    assert chosen is not None
    assert (chosen.outcome, chosen.guest) == (Outcome.ADMIT, Guest(name=asked.choices[1].name))
