"""What leaves for pages that decide without their hub: what is known of an event, and what changed since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.model import Allowance, Credential, FirstEntry, Standing
from app.flows import snapshot
from app.flows.snapshot import Snapshots, forget_changes
from tests.conformance.store import House
from tests.fakes.night import SATURDAY, SUNDAY, admission

TICKET = admission()
GROUP = admission("FAMILY77", limit=3)
ENTRANCE = "entrance"


def part_ids(snapshots: Snapshots, since: str = "") -> tuple[str, int, bool]:
    part = snapshots.part(SATURDAY, ENTRANCE, since)
    return part.version, len(part.rows), part.whole


def test_what_is_known_is_cut_down_to_a_verdict(house: House) -> None:
    codes = (Credential(value="A1B2"), Credential(scheme="rfid", value="04A2B9"))
    house.knows(replace(GROUP, credentials=codes, standing=Standing.PENDING, word="waiting"))
    house.page(admission("OTHER001", event=SUNDAY))
    (row,) = house.store.views.known_rows(SATURDAY, ENTRANCE)
    assert (row.credentials, row.standing, row.word, row.limit, row.entered) == (codes, "pending", "waiting", 3, 0)


def test_what_came_in_is_counted_and_the_first_entry_told(house: House) -> None:
    house.knows(GROUP)
    house.scans(code="FAMILY77", heads=2)
    came = house.clock.now
    house.clock.sleep(minutes=1)
    house.scans("scan-2", code="FAMILY77", heads=1)
    (row,) = house.store.views.known_rows(SATURDAY, ENTRANCE)
    assert (row.entered, row.first_entry) == (3, FirstEntry(at=came, station=house.gate.name))


def test_a_right_that_a_station_does_not_consume_is_no_room(house: House) -> None:
    house.knows(replace(TICKET, allowances=(Allowance(ref="drink", limit=2),)))
    (row,) = house.store.views.known_rows(SATURDAY, ENTRANCE)
    assert row.limit is None


def test_a_poll_a_scan_and_an_undo_are_changes(house: House) -> None:
    house.knows(TICKET, GROUP)
    views, seen = house.store.views, house.store.views.last_change()
    group = house.held(GROUP.ref).id
    for happens in (
        lambda: house.page(replace(GROUP, standing=Standing.VOID), digest=2),
        lambda: house.page(GROUP, digest=3),
        lambda: house.scans(code="FAMILY77"),
        house.undoes,
    ):
        happens()
        assert {one for number, one in views.changed(seen, 100) if number > seen} == {group}
        seen = views.last_change()


def test_what_no_page_asks_for_any_more_is_forgotten_a_little_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.knows(*(admission(f"CODE{number:04d}") for number in range(40)))
    views, last = house.store.views, house.store.views.last_change()
    monkeypatch.setattr(snapshot, "MANY_CHANGES", 10)
    monkeypatch.setattr(snapshot, "AT_ONCE", 7)
    forgotten = forget_changes(house.store)
    assert forgotten >= 30
    assert (views.last_change(), views.oldest_change()) == (last, last - 9)
    assert forget_changes(house.store) == 0


def test_whoever_missed_a_change_that_was_forgotten_gets_everything(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.knows(TICKET, GROUP)
    snapshots = Snapshots(house.store, "hub")
    version, *whole = part_ids(snapshots)
    assert whole == [2, True]
    house.scans(code="FAMILY77")
    for number in range(5):
        house.page(replace(TICKET, word=f"word {number}"), digest=10 + number)
    monkeypatch.setattr(snapshot, "MANY_CHANGES", 1)
    assert forget_changes(house.store) > 0
    monkeypatch.setattr(snapshot, "MANY_CHANGES", 1000)
    assert part_ids(snapshots, version)[1:] == (2, False)  # the group's entry too, though its change was forgotten
