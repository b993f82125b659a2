"""What is read beside the scans: search, counts, freshness, and that something changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.model import AdmissionId, Allowance, CallId, Credential, Direction, Guest, ScanId, Standing
from app.domain.settle import Conflict, Done, Parked, Trouble
from app.ports import OutboxCount, ScanCounts
from tests.conformance.store import House, id_of
from tests.fakes.night import SATURDAY, SUNDAY, admission, event

MUNOZ = admission(
    "ZQ4K81MD7", guest=Guest(name="Begoña Muñoz Ibáñez"), email="Begona.M@example.org", phone="+34 600 11 22 33"
)
STROBL = admission("WX77AA10", guest=Guest(name="Jörg Strößl"), email="js@example.org", phone="0049 151 555")


def found(house: House, text: str, limit: int = 10) -> list[str]:
    return [one.guest.name for one in house.store.views.search(text, [SATURDAY], limit)]


@pytest.mark.parametrize(
    "text",
    [
        "munoz", "MUÑOZ", "begoña", "begona", "ibanez begona", "  muñ   beg ", "begona.m@", "EXAMPLE.org muñoz",
        "600112233", "600 11 22", "+34 600", "+34600112233", "zq4k81md7", "K81M",
    ],
)  # fmt: skip
def test_a_guest_is_found_however_somebody_types(house: House, text: str) -> None:
    house.knows(MUNOZ, STROBL)
    assert found(house, text) == ["Begoña Muñoz Ibáñez"]


@pytest.mark.parametrize("text", ["strossl", "STRÖSSL", "jorg", "strößl"])
def test_other_alphabets_are_folded_too(house: House, text: str) -> None:
    house.knows(MUNOZ, STROBL)
    assert found(house, text) == ["Jörg Strößl"]


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "muñoz strößl", "nobody"])
def test_what_fits_nobody_finds_nobody(house: House, text: str) -> None:
    house.knows(MUNOZ, STROBL)
    assert found(house, text) == []


def test_a_search_keeps_to_its_events_and_its_limit(house: House) -> None:
    house.opens(event(), event(SUNDAY))
    house.page(MUNOZ, STROBL)
    house.page(replace(MUNOZ, event=SUNDAY, guest=Guest(name="Muñoz on Sunday")))
    assert len(found(house, "example", limit=1)) == 1
    assert found(house, "sunday") == []
    assert house.store.views.search("example", [], 10) == []


def test_a_changed_name_is_found_by_the_new_one(house: House) -> None:
    house.knows(MUNOZ)
    house.page(replace(MUNOZ, guest=Guest(name="Amaia Roldán")))
    assert (found(house, "roldan"), found(house, "muñoz")) == (["Amaia Roldán"], [])


def test_an_admission_is_shown_whole(house: House) -> None:
    (held,) = house.knows(replace(MUNOZ, credentials=(Credential(value="A"), Credential(value="B", scheme="rfid"))))
    shown = house.store.views.admission(id_of(held))
    assert shown is not None
    assert replace(shown, credentials=()) == replace(held, credentials=())
    assert set(shown.credentials) == set(held.credentials)
    assert house.store.views.admission(AdmissionId(999)) is None


def test_the_outbox_counts_its_calls_and_tells_the_oldest(house: House) -> None:
    assert house.store.views.outbox() == OutboxCount()
    codes = ["AAAA", "BBBB", "CCCC", "DDDD", "EEEE", "FFFF"]
    house.knows(*(admission(code) for code in codes))
    for n, code in enumerate(codes):
        house.scans(f"scan-{n}", code)
        house.clock.sleep(seconds=1)
    claim, calls = house.claim(limit=4)
    house.settle(calls[0], claim, Done())
    house.settle(calls[1], claim, Parked(why=Trouble.UNEXPLAINED))
    house.settle(calls[2], claim, Conflict(why=Trouble.VOID))
    counts = OutboxCount(due=2, sending=1, parked=1, conflict=1, done=1, oldest_at=calls[3].at)
    assert house.store.views.outbox() == counts
    assert house.store.views.outbox(MUNOZ.account) == counts


def test_calls_are_read_page_by_page(house: House) -> None:
    house.knows(*(admission(f"C{n}") for n in range(5)))
    for n in range(5):
        house.scans(f"scan-{n}", f"C{n}")
    first = house.store.views.calls(["due"], 2)
    rest = house.store.views.calls(["due"], 9, after=first[-1].call.id)
    assert [row.call.code for row in (*first, *rest)] == [f"C{n}" for n in range(5)]
    assert house.store.views.call(CallId(99)) is None


def test_scans_of_tonight_are_counted_by_their_answer(house: House) -> None:
    house.knows(admission("GROUP", limit=5), admission("VOID", standing=Standing.VOID))
    house.scans("scan-1", "GROUP", heads=3)
    house.scans("scan-2", "GROUP", heads=4)
    house.scans("scan-3", "VOID")
    house.scans("scan-4", "GROUP", heads=2, direction=Direction.OUT)
    house.scans("scan-5", "GROUP", heads=1)
    house.undoes("scan-5")
    assert house.store.views.scan_counts() == ScanCounts(admitted=2, refused=1, asked=1, heads_in=3, heads_out=2)
    house.clock.sleep(hours=25)
    assert house.store.views.scan_counts() == ScanCounts()


def test_an_event_counts_who_may_come_and_who_is_in(house: House) -> None:
    house.knows(
        admission("GROUP", allowances=(Allowance(limit=5, confirmed=2), Allowance(ref="drink", limit=9))),
        admission("ONE"),
    )
    house.scans("scan-1", "GROUP", heads=2)
    (count,) = house.store.views.event_counts()
    assert (count.event, count.admissions, count.limit, count.entered, count.damaged) == (SATURDAY, 2, 6, 4, 0)


def test_a_witness_is_a_good_code_of_the_event(house: House) -> None:
    house.knows(
        admission("", ref="tk-0"), admission("VOID", standing=Standing.VOID),
        admission("TAG", credentials=(Credential(value="04A2", scheme="rfid"),)), admission("GOOD"),
    )  # fmt: skip
    assert house.store.views.witness(SATURDAY, "tickets") == "GOOD"
    assert house.store.views.witness(SATURDAY, "lists") is None
    assert house.store.views.witness(SUNDAY, "tickets") is None


def test_a_scan_nobody_made_has_no_answer(house: House) -> None:
    assert house.store.views.answer(ScanId("scan-9")) is None


def test_the_version_changes_after_a_commit_of_this_process(house: House) -> None:
    before = house.store.views.version()
    house.opens()
    assert house.store.views.version() != before


def test_the_version_changes_after_a_commit_of_another_process(house: House) -> None:
    other = house.another()
    before = house.store.views.version()
    other.run(lambda tx: tx.cache.save_events([event()], set()))
    after = house.store.views.version()
    assert after != before
    assert house.store.views.version() == after


def test_what_another_process_wrote_is_seen_within_a_second(house: House) -> None:
    import time

    house.opens()
    assert house.store.open_events()[SATURDAY].open
    house.another().run(lambda tx: tx.cache.open_event(SATURDAY, False))
    deadline = time.monotonic() + 5
    while house.store.open_events()[SATURDAY].open and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not house.store.open_events()[SATURDAY].open


def test_a_view_never_waits_for_a_writer(house: House) -> None:
    (held,) = house.knows(MUNOZ)

    def reading(tx: object) -> object:
        tx.scans.owe(id_of(held), "entrance", 1)  # type: ignore[attr-defined]
        return house.store.views.admission(id_of(held))

    seen = house.store.run(reading)
    assert seen == replace(held, credentials=seen.credentials)  # type: ignore[attr-defined]
    assert house.count(MUNOZ.ref).owed == 1


def test_times_a_day_apart_and_a_microsecond_apart_are_kept_apart(house: House) -> None:
    house.knows(MUNOZ)
    for n, later in enumerate((timedelta(0), timedelta(microseconds=1), timedelta(days=1))):
        house.scans(f"scan-{n}", at=None, direction=Direction.OUT, heads=1)
        house.clock.sleep(seconds=later.total_seconds())
    answers = [house.store.views.answer(ScanId(f"scan-{n}")) for n in range(3)]
    instants = [answer.at for answer in answers if answer]
    assert instants[1] == instants[0]
    assert instants[2] - instants[1] == timedelta(microseconds=1)
