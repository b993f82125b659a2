"""A raw reading becomes one scan: cleaned, guarded, decided, told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.model import Answer, Direction, Outcome, Reason
from app.flows.admit import Admit
from app.ports import StoreError
from scanner.readers.contract import Reading
from scanner.station import Station
from tests.conformance.store import House
from tests.fakes.night import admission
from tests.scanner.door import Door, Told

TICKET = admission()
GROUP = admission("FAMILY77", limit=4)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(f"sqlite:///{tmp_path / 'doorcheck.db'}")
    house.knows(TICKET, GROUP)
    try:
        yield house
    finally:
        house.close()


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    door = Door(house)
    yield door
    door.station.close()


def outcome(door: Door) -> tuple[Outcome, Reason]:
    answer = door.told.last.answer
    assert answer is not None
    return answer.outcome, answer.reason


def test_a_code_is_cleaned_before_it_is_scanned(door: Door) -> None:
    door.reads("]Q3\x1dhttps://tickets.example/e/42?code=ZQ4K81MD7\r\n")
    assert outcome(door) == (Outcome.ADMIT, Reason.OK)


def test_the_same_code_within_three_seconds_is_the_same_verdict_and_no_scan(door: Door) -> None:
    first = door.reads("ZQ4K81MD7")
    again = door.reads("ZQ4K81MD7", after=2.9)
    assert first is not None
    assert again is not None
    assert (again.answer, again.again, first.again) == (first.answer, True, False)
    assert len(door.house.calls()) == 1


def test_a_gun_that_repeats_itself_without_end_is_one_reading(door: Door) -> None:
    for _ in range(20):
        door.reads("ZQ4K81MD7", after=1)
    assert {verdict.again for verdict in door.told.verdicts[1:]} == {True}
    door.reads("ZQ4K81MD7", after=3)
    assert outcome(door) == (Outcome.REFUSE, Reason.ALREADY_IN)


def test_a_group_shows_its_code_again_for_each_of_its_people(door: Door) -> None:
    for _ in range(5):
        door.reads("FAMILY77", after=3)
    assert door.told.answers == [("admit", 1)] * 4 + [("refuse", 0)]


def test_the_rest_of_a_party_comes_in_by_a_touch(door: Door) -> None:
    first = door.reads("FAMILY77")
    assert first is not None
    assert first.answer is not None
    door.station.more(first.answer.scan, 3)
    assert door.told.answers == [("admit", 1), ("admit", 3)]
    assert [call.heads for call in door.house.calls()] == [1, 3]


@pytest.mark.parametrize("heads", [0, -2, 4, 500])
def test_a_touch_never_lets_in_more_than_are_left(door: Door, heads: int) -> None:
    first = door.reads("FAMILY77")
    assert first is not None
    assert first.answer is not None
    door.station.more(first.answer.scan, heads)
    assert door.told.answers == [("admit", 1)]


def test_a_second_touch_lets_nobody_else_in_and_a_late_answer_takes_nothing_away(door: Door) -> None:
    first = door.reads("FAMILY77")
    assert first is not None
    assert first.answer is not None
    door.reads("ZQ4K81MD7")
    for _ in range(2):
        door.station.more(first.answer.scan, 2)
    assert door.told.answers == [("admit", 1), ("admit", 1), ("admit", 2)]


def test_an_entry_is_taken_back_and_may_be_made_again_at_once(door: Door) -> None:
    first = door.reads("ZQ4K81MD7")
    assert first is not None
    assert first.answer is not None
    door.station.take_back(first.answer.scan)
    undone = door.told.last.answer
    assert undone is not None
    assert undone.undoes == first.answer.scan
    door.reads("ZQ4K81MD7", after=0.5)
    assert outcome(door) == (Outcome.ADMIT, Reason.OK)


def test_what_cannot_be_taken_back_is_said(door: Door) -> None:
    door.station.take_back("no-such-scan")
    assert door.told.last.trouble


def test_two_known_codes_at_once_ask_for_one_and_scan_none(door: Door) -> None:
    door.reads("ZQ4K81MD7", "FAMILY77")
    assert (door.told.last.rivals, door.told.last.answer) == (2, None)
    assert door.house.calls() == []


def test_a_poster_beside_the_ticket_is_no_rival(door: Door) -> None:
    door.reads("https://club.example/instagram", "ZQ4K81MD7")
    assert outcome(door) == (Outcome.ADMIT, Reason.OK)


def test_the_same_code_twice_in_view_is_one(door: Door) -> None:
    door.reads("ZQ4K81MD7", "https://tickets.example/?code=ZQ4K81MD7")
    assert outcome(door) == (Outcome.ADMIT, Reason.OK)


@pytest.mark.parametrize("raw", ["", "\x00\x1d", "?" * 40, "Ж" * 10_000, "x" * 10_240])
def test_what_is_no_code_is_unreadable_and_guarded_like_one(door: Door, raw: str) -> None:
    door.reads(raw)
    assert outcome(door)[1] is Reason.UNREADABLE
    door.reads(raw, after=1)
    assert door.told.last.again


def test_a_web_address_of_somebody_else_is_not_on_the_list(door: Door) -> None:
    door.house.lookup.can_ask = True
    door.reads("https://example.org/menu.pdf")
    (last,) = door.told.wait_for(1)
    assert last.answer is not None
    assert (last.answer.outcome, last.answer.reason) == (Outcome.REFUSE, Reason.UNKNOWN_CODE)


def test_whoever_comes_while_the_platform_is_asked_is_answered_first(house: House) -> None:
    """The late answer says that it is late; it is an answer all the same."""
    asked, may_answer = threading.Event(), threading.Event()

    class Slow(Admit):
        def finish(self, scan: object, station: object) -> Answer:
            asked.set()
            assert may_answer.wait(10)
            return super().finish(scan, station)  # type: ignore[arg-type]

    slow = Slow(house.store, house.lookup.as_lookup(), house.notices, house.clock, house.door._policy)
    house.lookup.can_ask = True
    told = Told()
    station = Station(house.gate, slow, house.undoing, told, house.clock)
    try:
        station.read(Reading(raw="NEWCODE1", seen_at=0))
        assert asked.wait(10)
        assert told.asked == 1
        station.read(Reading(raw="ZQ4K81MD7", seen_at=0))
        may_answer.set()
        first, second = told.wait_for(2)
    finally:
        station.close()
    assert first.answer is not None
    assert second.answer is not None
    assert (first.answer.code, first.late) == ("ZQ4K81MD7", False)
    assert (second.answer.code, second.late) == ("NEWCODE1", True)


@pytest.mark.parametrize("error", [StoreError("the disk is full"), RuntimeError("the disk is full")])
def test_a_scan_that_fails_is_trouble_and_the_code_may_come_again_at_once(door: Door, error: Exception) -> None:
    healthy = door.station._admit

    class Failing:
        def at_once(self, *_: object) -> Answer:
            raise error

    door.station._admit = Failing()  # type: ignore[assignment]
    door.reads("ZQ4K81MD7")
    assert (door.told.last.trouble, door.told.last.answer) == ("the disk is full", None)
    door.station._admit = healthy
    door.reads("ZQ4K81MD7", after=0.2)
    assert outcome(door) == (Outcome.ADMIT, Reason.OK)


def test_many_readers_of_one_station_never_let_a_code_in_twice(door: Door) -> None:
    codes = [f"CODE{number:05}" for number in range(60)]
    house = door.house
    house.page(*(admission(code) for code in codes))
    readings = [Reading(raw=code, seen_at=0) for code in codes for _ in range(4)]
    with ThreadPoolExecutor(8) as readers:
        list(readers.map(door.station.read, readings))
    admitted = [v.answer.code for v in door.told.verdicts if v.answer and not v.again and v.answer.heads]
    assert sorted(admitted) == codes
    assert len(house.calls()) == len(codes)


def test_a_station_on_the_way_out_counts_no_heads_in(house: House) -> None:
    told = Told()
    station = Station(replace(house.gate, direction=Direction.OUT), house.door, house.undoing, told, house.clock)
    station.read(Reading(raw=TICKET.credentials[0].value, seen_at=0))
    station.close()
    assert told.last.answer is not None
    assert (told.last.answer.direction, house.calls()) == (Direction.OUT, [])
