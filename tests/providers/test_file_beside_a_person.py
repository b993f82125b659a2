"""The provider beside a person who has the same files open, under every position of every switch of the simulator."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.simulators.spreadsheet import Spreadsheet, Switches
from tests.providers.spreadsheets import Venue

NAMED = {"format", "headers", "saved", "order", "foreign_edit"}
POSITIONS = [
    (name, word)
    for name, kind in Switches.kinds().items()
    for word in (
        kind.allowed.split(" | ") if name in NAMED else ["0", "2"] if "number" in kind.allowed else ["on", "off"]
    )
]


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Spreadsheet]:
    with Spreadsheet(tmp_path, seed=3) as one:
        one.add("Begoña", "BODA0001", 3, surname="Muñoz", rfid="04:A2:24:5B", note='Mesa 4;\n"junto a la puerta"')
        one.add("Íñigo", "", 2, surname="Sáenz")
        one.crowd(30)
        one.save()
        yield one


def beside(person: Spreadsheet) -> Venue:
    return Venue(person.folder, person.guests.read_bytes(), person.guests.name)


def patiently(venue: Venue, scan: str, ref: str, heads: int = 1) -> AnswerKind:
    """Sent until it is no longer busy, as the outbox does; twice, as after a crash."""
    while (kind := venue.push(scan, ref, heads).kind) is AnswerKind.BUSY:
        pass
    assert venue.push(scan, ref, heads).kind is kind
    return kind


@pytest.mark.parametrize(("name", "word"), POSITIONS, ids=[f"{name}={word}" for name, word in POSITIONS])
def test_every_entry_is_counted_once_whatever_the_person_does(name: str, word: str, person: Spreadsheet) -> None:
    if name == "format":
        person.turn(format=word)
    venue = beside(person)
    assert venue.push("5c4a9e0100000001", "code:BODA0001", 2).kind is AnswerKind.ACCEPTED
    person.turn(**{name: word})
    busy = name in {"missing", "empty", "torn"} and word == "on"
    if busy or (name == "locked" and word == "on"):
        assert venue.push("5c4a9e0100000002", "code:BODA0001").kind is AnswerKind.BUSY
    if busy:
        with pytest.raises(ProviderError):
            venue.pages()
        assert person.inside("BODA0001") == 2
    person.switches.reset()
    person.turn(format=word if name == "format" else "csv")
    assert patiently(venue, "5c4a9e0100000002", "code:BODA0001") is AnswerKind.ACCEPTED
    assert patiently(venue, "5c4a9e0100000003", "code:BODA0001") is AnswerKind.REFUSED
    assert patiently(venue, "5c4a9e0100000004", "name:inigo saenz") is AnswerKind.ACCEPTED
    assert patiently(venue, "5c4a9e0100000001", "code:BODA0001", 2) is AnswerKind.ACCEPTED
    assert (person.inside("BODA0001"), person.inside("Íñigo Sáenz")) == (3, 1)
    assert (venue.inside("code:BODA0001"), len(venue.told()), venue.damaged()) == (3, 32, [])


def test_what_the_person_notes_by_hand_is_counted(person: Spreadsheet) -> None:
    venue = beside(person)
    venue.push("s1", "code:BODA0001")
    mark = venue.mark()
    person.enter("BODA0001", 2)
    person.enter("Íñigo Sáenz")
    assert venue.mark() != mark
    assert (venue.inside("code:BODA0001"), venue.inside("name:inigo saenz")) == (3, 1)
    assert venue.push("s2", "code:BODA0001").kind is AnswerKind.REFUSED


def test_rows_come_go_and_are_renamed(person: Spreadsheet) -> None:
    venue = beside(person)
    person.add("Zoë", "NEW1")
    person.rename("BODA0001", "Begoña M.")
    person.remove("Íñigo Sáenz")
    assert not venue.find("NEW1")
    person.save()
    told = venue.told()
    assert (told["code:BODA0001"].guest.name, "code:NEW1" in told, "name:inigo saenz" in told) == (
        "Begoña M.",
        True,
        False,
    )


def test_a_save_that_takes_its_time_is_waited_out(person: Spreadsheet) -> None:
    venue = beside(person)
    person.switches.update({"slow": 300})
    saving = Thread(target=person.save)
    saving.start()
    kinds = set()
    while saving.is_alive():
        with contextlib.suppress(ProviderError):
            kinds.add(len(venue.told()))
    assert (kinds <= {32}, len(venue.told())) == (True, 32)
    assert venue.provider.capabilities.poll_every == timedelta(seconds=5)
