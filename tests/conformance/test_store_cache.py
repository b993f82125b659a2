"""Pages of the platform go in; what is owed stays; cursors move."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

from app.domain.model import (
    Allowance,
    Credential,
    Guest,
    Outcome,
    Reason,
    Standing,
)
from app.domain.settle import Done
from app.flows.keep import Translated, keep
from app.ports import Cursor, Damaged, Tx
from tests.conformance.store import House
from tests.fakes.clock import EVENING, FakeClock
from tests.fakes.night import ACCOUNT, SATURDAY, SUNDAY, admission, event, row

TICKET = admission()
GROUP = admission("FAMILY77", limit=3)
KEY = (ACCOUNT, SATURDAY, "tickets")


def test_an_admission_comes_back_as_it_was_kept(house: House) -> None:
    whole = replace(
        TICKET,
        standing=Standing.VOID, word="refunded", voided_at=EVENING, email="nuria@example.org", phone="+34 600 11 22 33",
        guest=Guest(name="Núria Ferrer i Solà", note="birthday", tags=("VIP", "allergy: nuts")),
        credentials=(Credential(value="A1B2"), Credential(scheme="rfid", value="04A2B9")),
        allowances=(Allowance(limit=2, confirmed=1), Allowance(ref="drink", limit=3)),
        opens_at=EVENING, closes_at=EVENING + timedelta(microseconds=1), entered_at=EVENING, changed_at=EVENING,
    )  # fmt: skip
    (held,) = house.knows(whole)
    expected = replace(
        whole,
        id=held.id, fetched_at=house.clock.now,
        credentials=held.credentials, allowances=tuple(sorted(whole.allowances, key=lambda one: one.ref)),
    )  # fmt: skip
    assert replace(held, allowances=tuple(sorted(held.allowances, key=lambda one: one.ref))) == expected
    assert set(held.credentials) == set(whole.credentials)


def test_a_page_counts_what_is_new_and_what_changed(house: House) -> None:
    saved = house.page(TICKET, GROUP)
    assert (saved.new, saved.changed) == (2, 0)
    saved = house.page(TICKET, admission("NEW1"))
    assert (saved.new, saved.changed) == (1, 1)


def test_a_page_writes_what_is_confirmed_and_never_what_is_owed(house: House) -> None:
    house.knows(GROUP)
    house.scans(code="FAMILY77", heads=1)
    house.clock.sleep(minutes=5)
    house.page(replace(GROUP, allowances=(Allowance(limit=4, confirmed=2),)))
    count = house.count(GROUP.ref)
    assert (count.limit, count.confirmed, count.owed, count.left) == (4, 2, 1, 1)


def test_a_page_asked_before_a_call_was_settled_does_not_let_anybody_in_twice(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    house.clock.sleep(seconds=30)
    house.sends(Done(count=1))
    house.page(TICKET, asked_ago=10)
    assert house.count(TICKET.ref).confirmed == 1
    assert house.scans("scan-2").reason is Reason.ALREADY_IN


def test_a_page_asked_after_a_call_was_settled_is_believed(house: House) -> None:
    house.knows(TICKET)
    house.scans()
    house.sends(Done(count=1))
    house.clock.sleep(minutes=5)
    house.page(TICKET)
    assert house.count(TICKET.ref).confirmed == 0


def test_a_call_settled_while_a_page_is_being_merged_is_not_forgotten(house: House) -> None:
    """The page read what was confirmed before, and must not write it back over what is confirmed now."""
    house.knows(TICKET)
    house.scans()
    claim, (call,) = house.claim()
    settling = threading.Thread(target=lambda: house.settle(call, claim, Done(count=1)))
    page_asked = FakeClock(house.clock.now).sleep(seconds=-1)

    def merging(tx: Tx) -> None:
        known = tx.cache.known(*KEY, [TICKET.ref])
        if not settling.ident:
            settling.start()
        settling.join(timeout=0.3)
        tx.cache.save([(replace(known[TICKET.ref], fetched_at=page_asked), row(TICKET))])

    house.store.bulk(merging)
    settling.join()
    count = house.count(TICKET.ref)
    assert (count.confirmed, count.owed) == (1, 0)


def test_a_code_that_the_platform_changed_opens_and_the_old_one_does_not(house: House) -> None:
    house.knows(TICKET)
    house.page(replace(TICKET, credentials=(Credential(value="NEWCODE1"),)))
    assert house.scans("scan-1", "NEWCODE1").outcome is Outcome.ADMIT
    assert house.scans("scan-2").reason is Reason.NOT_ALLOWED_OFFLINE


def test_a_code_named_twice_by_the_platform_is_kept_once(house: House) -> None:
    (held,) = house.knows(replace(TICKET, credentials=(Credential(value="A1B2"),) * 2))
    assert held.credentials == (Credential(value="A1B2"),)


def test_a_tag_is_found_however_a_reader_writes_it_and_a_code_is_no_tag(house: House) -> None:
    house.knows(
        replace(TICKET, credentials=(Credential(scheme="rfid", value="4A2B9"),), allowances=(Allowance(limit=9),))
    )
    for n, (reading, scheme) in enumerate(
        [("04A2B9", "rfid"), ("04a2b9", "qr"), ("00:04:a2:b9", "rfid"), ("4A2B9", "qr")]
    ):
        assert house.scans(f"scan-{n}", reading, scheme=scheme).outcome is Outcome.ADMIT
    house.knows(replace(TICKET, ref="other", credentials=(Credential(value="BEEF01"),)))
    assert house.scans("scan-8", "BEEF01", scheme="rfid").reason is Reason.NOT_ALLOWED_OFFLINE
    assert house.scans("scan-9", "BEEF01").outcome is Outcome.ADMIT


def test_an_allowance_that_the_platform_added_is_kept(house: House) -> None:
    house.knows(TICKET)
    house.page(replace(TICKET, allowances=(*TICKET.allowances, Allowance(ref="drink", limit=2))))
    assert house.count(TICKET.ref, "drink").left == 2


def test_the_same_ticket_of_another_event_is_another_admission(house: House) -> None:
    house.knows(TICKET)
    house.opens(event(), event(SUNDAY))
    saved = house.page(replace(TICKET, event=SUNDAY))
    assert saved.new == 1
    assert house.scans().reason is Reason.AMBIGUOUS


# --- rows that say nothing new ----------------------------------------------------------------------------------------


def digests(house: House, *refs: str) -> dict[str, int]:
    return house.store.views.digests(*KEY, refs)


def test_a_row_is_known_by_its_digest(house: House) -> None:
    house.page(TICKET, digest=-77)
    assert digests(house, TICKET.ref, "tk-other") == {TICKET.ref: -77}


def test_a_row_settled_since_is_read_again(house: House) -> None:
    """We count what we sent; only a new page can tell whether the platform still does."""
    house.knows(TICKET)
    house.clock.sleep(seconds=1)
    house.scans()
    house.sends(Done(count=1))
    assert digests(house, TICKET.ref) == {}
    house.clock.sleep(seconds=1)
    house.page(TICKET)
    assert digests(house, TICKET.ref) == {TICKET.ref: 1}


def test_a_page_as_long_as_the_whole_event_can_be_asked_about(house: House) -> None:
    house.page(TICKET, digest=5)
    many = [TICKET.ref, *(f"tk-{n}" for n in range(70_000))]
    assert digests(house, *many) == {TICKET.ref: 5}


# --- rows that a complete pass did not bring --------------------------------------------------------------------------


def unseen(house: House, *seen: str) -> int:
    return house.store.bulk(lambda tx: tx.cache.unseen(*KEY, set(seen), house.clock.now))


def test_what_a_complete_pass_did_not_bring_is_unknown_and_not_deleted(house: House) -> None:
    house.knows(TICKET, GROUP)
    house.clock.sleep(minutes=5)
    assert unseen(house, GROUP.ref) == 1
    assert house.held(TICKET.ref).standing is Standing.UNKNOWN
    assert house.held(GROUP.ref).standing is Standing.GOOD
    assert house.scans().reason is Reason.UNSURE
    assert unseen(house, GROUP.ref) == 0


def test_what_was_looked_up_during_a_complete_pass_is_left_alone(house: House) -> None:
    house.knows(TICKET)
    assert unseen(house) == 0
    assert house.held(TICKET.ref).standing is Standing.GOOD


def test_what_turns_up_again_is_good_again(house: House) -> None:
    house.knows(TICKET)
    house.clock.sleep(minutes=5)
    unseen(house)
    assert digests(house, TICKET.ref) != {TICKET.ref: 1}
    house.page(TICKET)
    assert house.held(TICKET.ref).standing is Standing.GOOD


def test_more_unseen_rows_than_fit_a_statement_are_all_marked(house: House) -> None:
    house.page(*(admission(f"C{n}") for n in range(1200)))
    house.clock.sleep(minutes=5)
    assert unseen(house) == 1200


# --- rows that nobody can read ----------------------------------------------------------------------------------------


def _keep_damaged(broken: Damaged, tx: Tx) -> None:
    tx.cache.save_damaged(*KEY, [broken], EVENING)


def test_a_damaged_row_is_kept_once_and_shown(house: House) -> None:
    house.knows(TICKET)
    for why in ("no code", "no code, again"):
        broken = Damaged(ref="tk-9", raw=b'{"_id": "tk-9"}', why=why)
        house.store.bulk(partial(_keep_damaged, broken))
    assert house.store.views.damaged(10) == [
        (SATURDAY, "tickets", Damaged(ref="tk-9", raw=b'{"_id": "tk-9"}', why="no code, again"))
    ]
    assert house.store.views.event_counts()[0].damaged == 1


def test_a_page_with_a_damaged_row_keeps_the_others(house: House) -> None:
    house.opens()
    rows: list[Translated] = [(row(TICKET), TICKET), (row(GROUP), Damaged(ref=GROUP.ref, raw=b"{}", why="no limit"))]
    saved = house.store.bulk(lambda tx: keep(tx, event(), "tickets", rows, house.clock.now))
    assert (saved.new, saved.damaged) == (1, 1)
    assert house.scans().outcome is Outcome.ADMIT


# --- cursors ----------------------------------------------------------------------------------------------------------


def cursor(house: House) -> Cursor | None:
    return house.store.run(lambda tx: tx.cache.cursor(*KEY))


def test_a_resource_never_pulled_has_no_cursor(house: House) -> None:
    assert cursor(house) is None
    house.store.run(lambda tx: tx.cache.pull_failed(*KEY, "no answer", EVENING))
    assert cursor(house) is None


def test_a_cursor_is_kept_to_the_microsecond(house: House) -> None:
    moved = Cursor(
        created_to=EVENING + timedelta(microseconds=1), updated_to=None, full_at=EVENING, pulled_at=house.clock.now
    )
    house.store.run(lambda tx: tx.cache.move_cursor(*KEY, moved))
    assert cursor(house) == moved


def test_a_failed_pull_leaves_the_cursor_and_shows_until_the_next_good_one(house: House) -> None:
    moved = Cursor(created_to=EVENING, pulled_at=EVENING)
    house.store.run(lambda tx: tx.cache.move_cursor(*KEY, moved))
    house.store.run(lambda tx: tx.cache.pull_failed(*KEY, "no answer", EVENING + timedelta(minutes=5)))
    assert cursor(house) == moved
    (fresh,) = house.store.views.freshness()
    assert (fresh.pulled_at, fresh.failed_at, fresh.words) == (EVENING, EVENING + timedelta(minutes=5), "no answer")
    house.store.run(lambda tx: tx.cache.move_cursor(*KEY, moved))
    (fresh,) = house.store.views.freshness()
    assert (fresh.failed_at, fresh.words) == (None, "")


# --- events -----------------------------------------------------------------------------------------------------------


def is_open(house: House) -> bool:
    return house.store.open_events()[SATURDAY].open


def test_a_wanted_event_is_open_and_another_is_not(house: House) -> None:
    house.opens(event(), event(SUNDAY, open=False))
    assert {one.id: one.open for one in house.store.open_events().values()} == {SATURDAY: True, SUNDAY: False}
    house.opens(event(open=False))
    assert not is_open(house)


def test_a_persons_word_on_an_event_stays(house: House) -> None:
    house.opens(event())
    assert house.store.run(lambda tx: tx.cache.open_event(SATURDAY, False))
    assert not is_open(house)
    house.opens(event())
    assert not is_open(house)
    house.store.run(lambda tx: tx.cache.open_event(SATURDAY, True))
    house.opens(event(open=False))
    assert is_open(house)


def test_nobody_can_open_an_event_that_is_not_known(house: House) -> None:
    assert not house.store.run(lambda tx: tx.cache.open_event(SUNDAY, True))


def test_an_event_comes_back_as_the_platform_last_told_it(house: House) -> None:
    house.opens(event())
    renamed = event(name="Noche de sábado", starts_at=None, label="", active=False)
    house.opens(renamed)
    assert house.store.open_events()[SATURDAY] == replace(renamed, wanted=True)


def test_an_event_that_failed_to_be_kept_is_not_shown(house: House) -> None:
    house.opens(event())

    def failing(tx: Tx) -> None:
        tx.cache.open_event(SATURDAY, False)
        raise RuntimeError("no power")

    try:
        house.store.run(failing)
    except RuntimeError:
        assert is_open(house)
    else:
        raise AssertionError("the failure was swallowed")
