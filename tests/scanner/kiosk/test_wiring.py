"""The kiosk put together on a real hub: readers that fail and come back, and what the screen says meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.bootstrap import Hub, make_hub
from app.domain.model import Station, StationId
from app.settings import Settings
from scanner.kiosk.frame import Sign, State
from scanner.kiosk.screen import Setup
from scanner.kiosk.showing import Manner
from scanner.kiosk.wiring import Kiosk, NoEffects, Source
from scanner.readers.contract import Condition, Health, Outlet, Reading

PLACES = [Station(id=StationId(1), name="Kiosk"), Station(id=StationId(2), name="Gate 2")]


class HandReader:
    """A reader that a test works by hand."""

    kind = "gun"

    def __init__(self, name: str) -> None:
        self.name = name
        self.outlet = Outlet()
        self.outlet.becomes(Condition.READY, "ready")
        self.breaks = 0

    @property
    def health(self) -> Health:
        return self.outlet.health

    def __iter__(self) -> Iterator[Reading]:
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("a driver that nobody expected")
        return iter(self.outlet)

    def close(self) -> None:
        self.outlet.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    account = {"api_key": "ik_test_51c0", "base_url": "http://127.0.0.1:9/integrations"}
    hub = make_hub(Settings(data_dir=tmp_path, fourvenues=account), hub=True, clock=lambda: datetime.now(UTC))
    yield hub
    hub.close()


@pytest.fixture
def readers() -> list[HandReader]:
    return [HandReader("gun 1"), HandReader("gun 2")]


@pytest.fixture
def kiosk(hub: Hub, readers: list[HandReader]) -> Iterator[Kiosk]:
    setup = Setup(manner=Manner(layout="self", language="en", names="short", zone=ZoneInfo("Europe/Madrid")))
    sources = [Source(reader=reader, place=place) for reader, place in zip(readers, PLACES, strict=True)]
    kiosk = Kiosk(hub, PLACES, sources, setup, NoEffects(), contact="Marta")
    yield kiosk
    kiosk.close()


def wait_for(what: str, true: Callable[[], bool]) -> None:
    until = time.monotonic() + 15
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def screen_of(kiosk: Kiosk, station: str = "") -> Callable[[], State]:
    screen = kiosk.screen(station)
    assert screen is not None
    return lambda: screen.drawn.state


def test_each_reader_speaks_for_its_own_station(kiosk: Kiosk, readers: list[HandReader], hub: Hub) -> None:
    kiosk.start()
    readers[1].outlet.put("SOMECODE1")
    wait_for("a verdict at Gate 2", lambda: screen_of(kiosk, "Gate 2")() in {State.STAFF, State.VERDICT})
    assert screen_of(kiosk)() not in {State.STAFF, State.VERDICT}
    assert [answer.station for answer in hub.store.views.answers()] == ["Gate 2"]
    assert kiosk.screen("Gate 9") is None


def test_a_reader_whose_iteration_breaks_is_read_again(kiosk: Kiosk, readers: list[HandReader], hub: Hub) -> None:
    readers[0].breaks = 1
    kiosk.start()
    readers[0].outlet.put("SOMECODE1")
    wait_for("the reading after the break", lambda: len(list(hub.store.views.answers())) == 1)
    assert kiosk.alive()


def test_one_reading_that_goes_wrong_ends_nothing(kiosk: Kiosk, readers: list[HandReader], hub: Hub) -> None:
    kiosk.start()
    readers[0].outlet.put(None)  # type: ignore[arg-type]
    readers[0].outlet.put("SOMECODE1")
    wait_for("the reading behind it", lambda: len(list(hub.store.views.answers())) == 1)


def test_a_reader_that_is_gone_is_out_of_order_until_it_is_back(kiosk: Kiosk, readers: list[HandReader]) -> None:
    kiosk.start()
    state, screen = screen_of(kiosk), kiosk.screen("")
    assert screen is not None
    wait_for("closed: no event is known", lambda: state() is State.CLOSED)
    readers[0].outlet.becomes(Condition.MISSING, "gun 1 was unplugged")
    wait_for("out of order", lambda: state() is State.OUT_OF_ORDER)
    trouble = screen.drawn.trouble
    assert trouble is not None
    assert (trouble.what, trouble.contact, trouble.words) == ("gun_missing", "Marta", "gun 1 was unplugged")
    assert Sign.READER in screen.drawn.signs
    assert screen_of(kiosk, "Gate 2")() is State.CLOSED, "the other station's gun is there"
    readers[0].outlet.becomes(Condition.READY, "ready")
    wait_for("back", lambda: state() is State.CLOSED)


def test_an_ended_file_is_no_trouble_and_closing_ends_every_thread(kiosk: Kiosk, readers: list[HandReader]) -> None:
    kiosk.start()
    readers[0].outlet.becomes(Condition.ENDED, "the film is over")
    readers[0].outlet.end()
    wait_for("a look", lambda: screen_of(kiosk)() is State.CLOSED)
    assert kiosk.alive()
    kiosk.close()
    assert not kiosk.alive()
    screen = kiosk.screen("")
    assert screen is not None
    assert screen.closed
