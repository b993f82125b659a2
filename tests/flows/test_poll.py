"""What the platform knows comes into the cache; a cursor moves only when all of it came; a scan never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from app.domain.model import EventId, Outcome, Reason, Standing
from app.flows.lines import LineState
from app.flows.poll import CHUNK, PollReport
from app.ports import Cursor, Damaged, Page, Row
from tests.fakes.clock import EVENING
from tests.fakes.night import ACCOUNT, SATURDAY, SUNDAY, event
from tests.fakes.provider import BAD_KEY, FORBIDDEN, NO_LINE, Ticket
from tests.flows.venue import Venue

MORNING = EVENING - timedelta(hours=12)
NOON = EVENING - timedelta(hours=10)


def pull(venue: Venue, *, full: bool = False) -> PollReport:
    return venue.poll(event(), "tickets", full=full)


def cursor(venue: Venue) -> Cursor | None:
    return venue.store.run(lambda tx: tx.cache.cursor(ACCOUNT, SATURDAY, "tickets"))


def brings(venue: Venue, *pages: list[Row] | Exception, platform_now: datetime | None = None) -> None:
    """The platform's next pulls bring these pages, one of which may be a failure."""

    def answer(resource: str, after: Cursor | None) -> Iterator[Page]:
        for one in pages:
            if isinstance(one, Exception):
                raise one
            yield Page(rows=one, asked_at=venue.clock(), platform_now=platform_now)

    venue.provider.pages = answer


def rows(*codes: str, stamp: datetime | None = None) -> list[Row]:
    return [Ticket(f"tk-{code}", code).row(stamp) for code in codes]


# --- full passes and deltas -------------------------------------------------------------------------------------------


def test_the_first_pull_is_a_full_pass_and_what_it_brings_comes_in(venue: Venue) -> None:
    brings(venue, rows("AAAA", stamp=MORNING), rows("BBBB", stamp=NOON))
    report = pull(venue)
    assert (report.full, report.rows, report.saved.new, report.failed) == (True, 2, 2, "")
    assert venue.provider.cursors == [None]
    assert venue.scans(code="BBBB").outcome is Outcome.ADMIT


def test_the_cursor_stands_at_the_latest_stamp_of_the_platform(venue: Venue) -> None:
    brings(venue, rows("AAAA", stamp=NOON), rows("BBBB", stamp=MORNING))
    pull(venue)
    assert cursor(venue) == Cursor(created_to=NOON, updated_to=NOON, full_at=EVENING, pulled_at=EVENING)


def test_the_next_pull_asks_only_for_what_changed(venue: Venue) -> None:
    brings(venue, rows("AAAA", stamp=MORNING))
    pull(venue)
    venue.clock.sleep(minutes=5)
    brings(venue, rows("BBBB", stamp=NOON))
    assert not pull(venue).full
    after = Cursor(created_to=MORNING, updated_to=MORNING, full_at=EVENING, pulled_at=EVENING)
    assert venue.provider.cursors == [None, after]
    assert cursor(venue) == Cursor(
        created_to=NOON, updated_to=NOON, full_at=EVENING, pulled_at=EVENING + timedelta(minutes=5)
    )


def test_a_delta_that_brings_nothing_leaves_the_stamps_and_freshens_the_time(venue: Venue) -> None:
    brings(venue, rows("AAAA", stamp=MORNING))
    pull(venue)
    venue.clock.sleep(minutes=5)
    brings(venue)
    pull(venue)
    moved = cursor(venue)
    assert moved is not None
    assert (moved.created_to, moved.pulled_at) == (MORNING, venue.clock.now)


def test_without_any_stamp_the_cursor_stands_at_the_platforms_own_clock(venue: Venue) -> None:
    brings(venue, rows("AAAA"), platform_now=NOON)
    pull(venue)
    moved = cursor(venue)
    assert moved is not None
    assert (moved.created_to, moved.updated_to) == (NOON, NOON)


def test_our_own_clock_never_becomes_a_stamp(venue: Venue) -> None:
    brings(venue, rows("AAAA"))
    pull(venue)
    moved = cursor(venue)
    assert moved is not None
    assert (moved.created_to, moved.updated_to) == (None, None)
    assert pull(venue).full


def test_a_full_pass_comes_round_now_and_then_and_whenever_somebody_asks(venue: Venue) -> None:
    brings(venue, rows("AAAA", stamp=MORNING))
    full = []
    for minutes, asked in ((0, False), (30, False), (0, True), (59, False), (1, False)):
        venue.clock.sleep(minutes=minutes)
        full.append(pull(venue, full=asked).full)
    assert full == [True, False, True, False, True]


def test_a_clock_set_back_makes_the_next_pull_a_full_pass(venue: Venue) -> None:
    brings(venue, rows("AAAA", stamp=MORNING))
    pull(venue)
    venue.clock.sleep(hours=-3)
    assert pull(venue).full


def test_a_row_that_says_nothing_new_is_not_written_again(venue: Venue) -> None:
    brings(venue, rows("AAAA", "BBBB", stamp=MORNING))
    pull(venue)
    brings(venue, [*rows("AAAA", stamp=MORNING), Ticket("tk-BBBB", "BBBB", count=1).row(NOON)])
    report = pull(venue)
    assert (report.saved.unchanged, report.saved.changed, report.saved.new) == (1, 1, 0)


def test_a_row_repeated_on_the_next_page_counts_once(venue: Venue) -> None:
    brings(venue, rows("AAAA", "BBBB", stamp=MORNING), rows("BBBB", "CCCC", stamp=MORNING))
    pull(venue)
    assert venue.store.views.event_counts()[0].admissions == 3


def test_a_page_as_large_as_the_event_is_kept_in_chunks(venue: Venue) -> None:
    codes = [f"C{n}" for n in range(2 * CHUNK + 7)]
    brings(venue, rows(*codes, stamp=MORNING))
    assert pull(venue).saved.new == len(codes)
    assert venue.scans(code=codes[-1]).outcome is Outcome.ADMIT


def test_entries_made_elsewhere_are_counted_after_the_next_pull(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.clock.sleep(minutes=5)
    venue.provider.tickets["tk-AAAA"].count = 1
    pull(venue)
    assert venue.scans(code="AAAA").reason is Reason.ALREADY_IN


def test_what_we_sent_and_the_platform_took_back_is_learned_though_the_row_looks_as_before(venue: Venue) -> None:
    venue.provider.sells("AAAA")
    pull(venue)
    venue.enters("AAAA")
    venue.drain()
    venue.provider.tickets["tk-AAAA"].count = 0
    venue.clock.sleep(minutes=5)
    pull(venue, full=True)
    assert venue.scans("scan-again", "AAAA").outcome is Outcome.ADMIT


# --- what fails -------------------------------------------------------------------------------------------------------


def test_a_pull_that_fails_half_way_keeps_what_came_and_leaves_the_cursor(venue: Venue) -> None:
    brings(venue, rows("AAAA", stamp=MORNING))
    pull(venue)
    before = cursor(venue)
    venue.clock.sleep(minutes=5)
    brings(venue, rows("BBBB", stamp=NOON), rows("CCCC", stamp=NOON), NO_LINE)
    report = pull(venue)
    assert report.failed == "no route"
    assert cursor(venue) == before
    assert venue.scans(code="BBBB").outcome is Outcome.ADMIT
    (fresh,) = venue.store.views.freshness()
    assert (fresh.failed_at, fresh.words, fresh.pulled_at) == (venue.clock.now, "no route", EVENING)


def test_a_full_pass_that_fails_half_way_makes_nobody_unknown(venue: Venue) -> None:
    venue.sells("GONE")
    venue.clock.sleep(minutes=5)
    brings(venue, rows("AAAA", stamp=MORNING), NO_LINE)
    pull(venue, full=True)
    assert venue.held("tk-GONE").standing is Standing.GOOD


def test_a_failed_pull_takes_the_line_down_and_a_good_one_brings_it_up(venue: Venue) -> None:
    brings(venue, NO_LINE)
    pull(venue)
    states = [venue.line.status.state]
    brings(venue)
    pull(venue)
    assert [*states, venue.line.status.state] == [LineState.DOWN, LineState.UP]


def test_a_bad_key_pauses_the_line(venue: Venue) -> None:
    brings(venue, BAD_KEY)
    pull(venue)
    assert venue.line.status.state is LineState.PAUSED


def test_a_key_that_may_not_read_one_resource_leaves_the_line_up(venue: Venue) -> None:
    venue.line.heard()
    brings(venue, FORBIDDEN)
    assert pull(venue).failed == "not for this key"
    assert venue.line.up
    assert venue.store.views.freshness()[0].words == "not for this key"


def test_each_pull_is_told_with_its_freshness(venue: Venue) -> None:
    pull(venue)
    brings(venue, NO_LINE)
    pull(venue)
    assert [body["failed"] for body in venue.notices.about("freshness")] == [False, True]


def test_a_row_that_cannot_be_read_is_kept_aside_and_the_others_come_in(venue: Venue) -> None:
    brings(venue, [Row(ref="tk-9", raw=b"{}", digest=9), *rows("AAAA")])
    report = pull(venue)
    assert (report.saved.new, report.saved.damaged) == (1, 1)
    assert [one.ref for _, _, one in venue.store.views.damaged(9)] == ["tk-9"]


def test_a_row_without_an_id_is_kept_aside_too(venue: Venue) -> None:
    def answer(resource: str, after: Cursor | None) -> Iterator[Page]:
        broken = [Damaged(ref="", raw=b"[1]", why="no id"), Damaged(ref="", raw=b"[2]", why="no id")]
        yield Page(rows=rows("AAAA"), asked_at=venue.clock(), damaged=broken)

    venue.provider.pages = answer
    assert pull(venue).saved.damaged == 2
    assert len(venue.store.views.damaged(9)) == 2


def test_a_row_that_was_mended_is_not_listed_any_more(venue: Venue) -> None:
    brings(venue, [Row(ref="tk-9", raw=b"{}", digest=9), Row(ref="tk-8", raw=b"{}", digest=8)])
    pull(venue)
    venue.clock.sleep(minutes=5)
    brings(venue, [Row(ref="tk-8", raw=b"{}", digest=8), *rows("AAAA")])
    pull(venue, full=True)
    assert [(event, one.ref) for event, _, one in venue.store.views.damaged(9, SATURDAY)] == [(SATURDAY, "tk-8")]
    assert venue.store.views.damaged(9, SUNDAY) == []


# --- rows that are gone -----------------------------------------------------------------------------------------------


def test_what_a_full_pass_does_not_bring_any_more_is_unknown_and_counted(venue: Venue) -> None:
    brings(venue, rows("AAAA", "BBBB", stamp=MORNING))
    pull(venue)
    venue.clock.sleep(minutes=5)
    brings(venue, rows("BBBB", stamp=MORNING))
    assert pull(venue).unseen == 0
    assert pull(venue, full=True).unseen == 1
    assert venue.scans(code="AAAA").reason is Reason.UNSURE


def test_what_was_looked_up_while_a_full_pass_ran_stays_good(venue: Venue) -> None:
    def answer(resource: str, after: Cursor | None) -> Iterator[Page]:
        yield Page(rows=rows("AAAA"), asked_at=venue.clock())
        venue.clock.sleep(seconds=5)
        venue.page(venue.provider.sells("LATE"))

    venue.provider.pages = answer
    assert pull(venue, full=True).unseen == 0


def test_a_row_we_can_no_longer_read_is_not_good_for_ever(venue: Venue) -> None:
    """It is on the page, so it is not gone; but nobody knows what it says now."""
    brings(venue, rows("AAAA", stamp=MORNING))
    pull(venue)
    venue.clock.sleep(minutes=5)
    brings(venue, [Row(ref="tk-AAAA", raw=b'{"limit": "?"}', digest=5)])
    pull(venue, full=True)
    assert [one.ref for _, _, one in venue.store.views.damaged(9)] == ["tk-AAAA"]


# --- beside the door --------------------------------------------------------------------------------------------------


def test_a_scan_is_answered_while_a_slow_poll_runs(venue: Venue) -> None:
    venue.sells("AAAA")
    asked, go_on = threading.Event(), threading.Event()

    def slow(resource: str, after: Cursor | None) -> Iterator[Page]:
        yield Page(rows=rows("BBBB"), asked_at=venue.clock())
        asked.set()
        go_on.wait(10)
        yield Page(rows=rows("CCCC"), asked_at=venue.clock())

    venue.provider.pages = slow
    polling = threading.Thread(target=lambda: pull(venue, full=True))
    polling.start()
    assert asked.wait(5)
    began = time.monotonic()
    assert venue.scans(code="AAAA").outcome is Outcome.ADMIT
    assert time.monotonic() - began < 1
    assert polling.is_alive()
    go_on.set()
    polling.join(5)
    assert venue.scans("scan-2", "CCCC").outcome is Outcome.ADMIT


def test_a_page_asked_before_an_entry_was_settled_lets_nobody_in_twice(venue: Venue) -> None:
    venue.sells("AAAA")
    venue.clock.sleep(minutes=5)

    def slow(resource: str, after: Cursor | None) -> Iterator[Page]:
        page = Page(rows=[Ticket("tk-AAAA", "AAAA").row(NOON)], asked_at=venue.clock())
        venue.lease.renew()
        venue.enters("AAAA")
        venue.drain()
        yield page

    venue.provider.pages = slow
    pull(venue)
    assert venue.scans("scan-2", "AAAA").reason is Reason.ALREADY_IN


def test_one_pull_of_a_resource_runs_at_a_time(venue: Venue) -> None:
    inside, most = [0], [0]

    def slow(resource: str, after: Cursor | None) -> Iterator[Page]:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        inside[0] -= 1
        yield Page(rows=(), asked_at=venue.clock())

    venue.provider.pages = slow
    pulls = [threading.Thread(target=lambda: pull(venue)) for _ in range(4)]
    for one in pulls:
        one.start()
    for one in pulls:
        one.join(5)
    assert most == [1]


def test_every_resource_of_every_open_event_is_pulled(venue: Venue) -> None:
    venue.provider.resources = ("tickets", "lists")
    venue.opens(event(), event(SUNDAY), event(EventId("fourvenues:ev-closed"), open=False))
    reports = venue.poll.all()
    assert [(report.event, report.resource) for report in reports] == [
        (SATURDAY, "tickets"), (SATURDAY, "lists"), (SUNDAY, "tickets"), (SUNDAY, "lists"),
    ]  # fmt: skip
