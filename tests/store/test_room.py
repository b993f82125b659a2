"""A disk that fills up: polls stop first, entries go on as long as they can, and nothing acknowledged is ever lost."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.model import Outcome
from app.ports import Room, StoreError
from app.store.room import DiskRoom
from tests.conformance.store import House
from tests.fakes.night import admission, scan

MB = 1_000_000


class Disk:
    """A disk of which a test says how much is free; the reserve takes its part of it."""

    def __init__(self, folder: Path, total: int = 10_000 * MB) -> None:
        self.folder, self.total, self.free = folder, total, total
        self.room = DiskRoom(folder, self._space)

    def _space(self, folder: Path) -> tuple[int, int]:
        return self.total, self.free

    def has(self, megabytes: float) -> Room:
        self.free = int(megabytes * MB)
        return self.room.look()

    @property
    def reserve(self) -> int | None:
        file = self.folder / "doorcheck.reserve"
        return os.stat(file).st_blocks * 512 if file.exists() else None


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_with_room_a_reserve_is_really_taken(disk: Disk) -> None:
    assert disk.has(5000) is Room.AMPLE
    assert disk.reserve is not None
    assert disk.reserve >= 64 * MB


def test_a_disk_that_fills_up_step_by_step_and_is_emptied_again(disk: Disk) -> None:
    seen = [disk.has(free) for free in (5000, 150, 50, 10, 40, 0.5, 300, 5000)]
    assert seen == [
        Room.AMPLE, Room.LOW, Room.LOW, Room.RESERVE, Room.RESERVE, Room.FULL, Room.AMPLE, Room.AMPLE,
    ]  # fmt: skip
    assert disk.reserve is not None, "and a reserve is set aside anew"


def test_a_small_disk_has_a_small_reserve(tmp_path: Path) -> None:
    disk = Disk(tmp_path, total=40 * MB)
    assert disk.has(39) is Room.AMPLE
    assert disk.reserve is not None
    assert disk.reserve <= 5 * MB


def test_giving_way_is_done_once(disk: Disk) -> None:
    disk.has(5000)
    assert disk.room.give_way()
    assert not disk.room.give_way()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(f"sqlite:///{tmp_path / 'doorcheck.db'}")
    house.knows(admission())
    yield house
    house.close()


def limit_pages(house: House, pages: int) -> None:
    """SQLite itself says that the disk is full beyond so many pages."""
    store = house.store
    store._turnstile.run(  # type: ignore[attr-defined]
        lambda cursor: cursor.execute(f"PRAGMA max_page_count={pages}").fetchall(), between=True
    )


def fill(house: House) -> int:
    """Scans until nothing fits any more; how many were acknowledged."""
    for count in range(20_000):
        try:
            house.scans(f"fill-{count}", "NOSUCHCODE")
        except StoreError:
            return count
    raise AssertionError("it never filled up")


def test_a_full_database_gives_way_once_and_answers_the_guest_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def give_way() -> bool:
        if given:
            return False
        given.append("reserve")
        store._cursor.execute("PRAGMA max_page_count=100000").fetchall()
        return True

    store = house.store
    monkeypatch.setattr(store._room, "give_way", give_way)  # type: ignore[attr-defined]
    limit_pages(house, 1)
    for at in range(400):
        house.scans(f"fill-{at}", "NOSUCHCODE")
    assert given == ["reserve"]
    assert house.scans().outcome is Outcome.ADMIT


def test_nothing_that_was_acknowledged_is_lost_when_nothing_fits_any_more(house: House) -> None:
    limit_pages(house, 1)
    count = fill(house)
    limit_pages(house, 100_000)
    assert house.scans().outcome is Outcome.ADMIT, "room was made, and all goes on"
    assert sum(1 for one in house.store.views.answers() if one.code == "NOSUCHCODE") == count


def test_polls_stop_while_room_is_short_and_entries_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    room = house.store._room  # type: ignore[attr-defined]
    monkeypatch.setattr(room, "level", Room.LOW)
    with pytest.raises(StoreError, match="nearly full"):
        house.page(admission("NEWCODE1"))
    assert house.scans().outcome is Outcome.ADMIT
    monkeypatch.setattr(room, "level", Room.AMPLE)
    house.page(admission("NEWCODE1"))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_disk(file: Path) -> None:
    """Somebody else's log takes what is left."""
    with file.open("wb", buffering=0) as log:
        while True:
            try:
                log.write(b"x" * 65_536)
            except OSError:
                return


def admitted_at_eight_doors(house: House, codes: list[str]) -> tuple[list[str], set[str]]:
    """The codes that were acknowledged as let in, and the words that the others heard."""
    acknowledged, refused = list[str](), set[str]()

    def door(mine: list[str]) -> None:
        for code in mine:
            try:
                answer = house.door(scan(f"s-{code}", code), house.gate)
            except StoreError as error:
                refused.add(str(error))
            else:
                assert answer.outcome is Outcome.ADMIT
                acknowledged.append(code)

    doors = [threading.Thread(target=door, args=(codes[at::8],)) for at in range(8)]
    for one in doors:
        one.start()
    for one in doors:
        one.join()
    return acknowledged, refused


@pytest.mark.soak
def test_eight_doors_on_a_disk_that_really_fills_up(tmp_path: Path) -> None:
    """As root on Linux. Every acknowledged entry is there afterwards; the reserve was used; with room all goes on."""
    codes = [f"CODE{number:06}" for number in range(4000)]
    with small_disk(tmp_path / "disk", 40) as folder:
        house = House(f"sqlite:///{folder / 'doorcheck.db'}")
        house.opens()
        for at in range(0, len(codes), 250):
            house.page(*(admission(code) for code in codes[at : at + 250]))
        house.store._alone_here = True  # type: ignore[attr-defined]
        house.store._room.look()  # type: ignore[attr-defined]
        assert (folder / "doorcheck.reserve").exists()
        fill_disk(folder / "somebody-elses.log")
        acknowledged, refused = admitted_at_eight_doors(house, codes)
        assert not (folder / "doorcheck.reserve").exists()
        (folder / "somebody-elses.log").unlink()
        rest, again = admitted_at_eight_doors(house, [code for code in codes if code not in set(acknowledged)])
        house.close()
        reopened = House(f"sqlite:///{folder / 'doorcheck.db'}")
        kept = [one.code for one in reopened.store.views.answers() if one.outcome is Outcome.ADMIT]
        reopened.close()
    print(f"{len(acknowledged)} entries on a full disk; the others heard {refused}; then {len(rest)} more")
    assert not again
    assert sorted(kept) == codes
