"""Durable, in order, and each work on its own: what callers of any store may rely on."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.domain.model import ScanId
from app.flows.poll import CHUNK
from app.ports import StoreError, Tx
from tests.conformance.store import House, at_once
from tests.fakes.night import ACCOUNT, SATURDAY, admission, row, station

TICKET = admission("FAMILY77", limit=100)


def test_a_value_is_handed_out_only_after_others_can_see_it(house: House) -> None:
    house.knows(TICKET)
    other = house.another()

    def entering(n: int) -> bool:
        answer = house.scans(f"scan-{n}", "FAMILY77")
        return other.views.answer(ScanId(f"scan-{n}")) == answer

    assert all(at_once(10, entering))


def test_a_work_that_fails_changes_nothing_and_the_next_one_goes_on(house: House) -> None:
    house.knows(TICKET)

    def failing(tx: Tx) -> None:
        tx.cache.open_event(SATURDAY, False)
        raise LookupError("no such guest")

    with pytest.raises(LookupError, match="no such guest"):
        house.store.run(failing)
    assert house.store.open_events()[SATURDAY].open
    assert house.scans("scan-1", "FAMILY77").admission is not None


def test_a_work_that_fails_among_others_fails_alone(house: House) -> None:
    """Those that wait together are committed together; one that fails must not take the others with it."""
    house.opens()
    block = threading.Event()
    first = house.store.submit(lambda tx: block.wait(5))

    def work(n: int) -> Any:
        def keeping(tx: Tx) -> int:
            tx.house.add_station(station(f"Gate {n:02}"), b"token", house.clock.now)
            if n % 3 == 0:
                raise LookupError(n)
            return n

        return keeping

    futures = [house.store.submit(work(n)) for n in range(12)]
    block.set()
    assert first.result(timeout=10)
    results = [future.exception(timeout=10) or future.result() for future in futures]
    assert [one for one in results if isinstance(one, int)] == [n for n in range(12) if n % 3]
    assert sorted(record.station.name for record in house.store.views.stations()) == [
        f"Gate {n:02}" for n in range(12) if n % 3
    ]


def test_a_work_the_database_refuses_is_a_store_error(house: House) -> None:
    house.knows(TICKET)
    again = admission("OTHER", ref=TICKET.ref)
    with pytest.raises(StoreError):
        house.store.run(lambda tx: tx.cache.save([(again, row(again))]))
    assert house.scans("scan-1", "FAMILY77").heads == 1


def test_somebody_who_stops_waiting_does_not_stop_the_others(house: House) -> None:
    """A browser that goes away cancels its request; the scan may be kept or not, the door goes on."""
    house.knows(TICKET)
    block = threading.Event()
    first = house.store.submit(lambda tx: block.wait(5))
    abandoned = [house.store.submit(lambda tx: tx.scans.replayed(ScanId("scan-9"))) for _ in range(40)]
    for one in abandoned:
        one.cancel()
    last = house.store.submit(lambda tx: "served")
    block.set()
    assert first.result(timeout=10)
    assert last.result(timeout=10) == "served"
    assert house.scans("scan-1", "FAMILY77").heads == 1


def test_scans_are_answered_while_pages_are_merged(house: House) -> None:
    house.knows(TICKET)
    stop = threading.Event()
    merged = []

    def polling() -> None:
        n = 0
        while not stop.is_set():
            house.page(*(admission(f"P{n}-{at}") for at in range(CHUNK)))
            merged.append(n := n + 1)

    poll = threading.Thread(target=polling)
    poll.start()
    try:
        answers = [house.scans(f"scan-{n}", "FAMILY77") for n in range(40)]
    finally:
        stop.set()
        poll.join()
    assert sum(answer.heads for answer in answers) == 40
    assert merged


def test_the_database_can_be_opened_again_and_nothing_is_missing(house: House) -> None:
    house.knows(TICKET)
    answer = house.scans("scan-1", "FAMILY77", heads=3)
    again = House(house.url)
    try:
        assert again.store.views.answer(ScanId("scan-1")) == answer
        assert again.count(TICKET.ref).owed == 3
        assert again.scans("scan-1", "FAMILY77").replayed
        assert again.store.open_events() == house.store.open_events()
    finally:
        again.close()


def test_a_closed_store_refuses_work(house: House) -> None:
    other = house.another()
    other.close()
    house.others.remove(other)
    with pytest.raises(Exception, match=r"closed|shutdown"):
        other.submit(lambda tx: tx.cache.cursor(ACCOUNT, SATURDAY, "tickets")).result(timeout=5)
