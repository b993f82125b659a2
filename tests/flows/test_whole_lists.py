"""A platform without deltas: its whole list each time, or the news that nothing in it changed; names told apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.model import Admission, Guest, Outcome, Reason, Standing, Tells
from app.ports import Capabilities, Cursor, Damaged, Page, Row
from tests.fakes.night import ACCOUNT, SATURDAY, admission, event
from tests.fakes.provider import FakeProvider
from tests.flows.venue import Venue

WHOLE = Capabilities(undo=True, steady=frozenset({"attendees"}))


@pytest.fixture
def whole(venue: Venue) -> Venue:
    """Gives everything, unless it is as the mark says."""
    venue.speaks(WHOLE)

    def pages(resource: str, cursor: Cursor | None) -> Iterator[Page]:
        tickets = [one.row() for one in venue.provider.tickets.values()]
        mark = str(sum(row.digest for row in tickets))
        same = cursor is not None and cursor.mark == mark
        yield Page(rows=() if same else tickets, asked_at=venue.clock(), complete=not same, mark=mark)

    venue.provider.pages = pages
    return venue


def pulls(venue: Venue, resource: str = "tickets") -> tuple[int, int]:
    """Rows told and rows found missing."""
    venue.clock.sleep(minutes=5)
    report = venue.poll(event(), resource)
    assert not report.failed
    return report.rows, report.unseen


def test_a_list_that_did_not_change_is_not_gone_through(whole: Venue) -> None:
    whole.provider.sells("AAAA")
    assert [pulls(whole), pulls(whole)] == [(1, 0), (0, 0)]
    assert whole.held("tk-AAAA").standing is Standing.GOOD


def test_who_vanishes_from_the_list_is_asked_about_and_comes_back_good(whole: Venue) -> None:
    for code in ("AAAA", "BBBB"):
        whole.provider.sells(code)
    pulls(whole)
    gone = whole.provider.tickets.pop("tk-AAAA")
    assert pulls(whole) == (1, 1)
    assert whole.scans("scan-1", "AAAA").reason is Reason.UNSURE
    whole.provider.tickets["tk-AAAA"] = gone
    pulls(whole)
    assert whole.scans("scan-2", "AAAA").outcome is Outcome.ADMIT


def test_now_and_then_the_list_is_gone_through_whatever_the_mark_says(whole: Venue) -> None:
    whole.provider.sells("AAAA")
    pulls(whole)
    whole.clock.sleep(hours=1)
    assert pulls(whole) == (1, 0)


def test_a_list_that_is_cut_off_keeps_the_mark_it_had(whole: Venue) -> None:
    whole.provider.sells("AAAA")
    pulls(whole)
    pages = whole.provider.pages
    assert pages is not None
    whole.provider.sells("BBBB")

    def cut(resource: str, cursor: Cursor | None) -> Iterator[Page]:
        yield replace(next(pages(resource, None)), complete=False)
        raise ConnectionError

    whole.provider.pages = cut
    with pytest.raises(ConnectionError):
        whole.poll(event(), "tickets")
    whole.provider.pages = pages
    assert pulls(whole) == (2, 0)


# --- names ------------------------------------------------------------------------------------------------------------


class Telling(FakeProvider):
    """Its list has no names; a list of people has."""

    def translate(self, event_: object, resource: str, row: Row) -> Admission | Damaged:
        if resource == "tickets":
            one = super().translate(event(), resource, row)
            return one if isinstance(one, Damaged) else replace(one, guest=Guest(), tells=Tells.COUNTS)
        return admission(row.ref, ref=f"tk-{row.ref}", guest=Guest(name=json.loads(row.raw)), tells=Tells.NAMES)


def people(venue: Venue, **names: str) -> None:
    tickets = venue.provider.pages
    assert tickets is not None

    def pages(resource: str, cursor: Cursor | None) -> Iterator[Page]:
        if resource == "tickets":
            yield from tickets(resource, cursor)
            return
        venue.provider.cursors.append(cursor)
        rows = [Row(ref=code, raw=json.dumps(name).encode(), digest=1) for code, name in names.items()]
        yield Page(rows=rows, asked_at=venue.clock(), mark=rows[-1].ref if rows else "")

    venue.provider.pages = pages


@pytest.fixture
def telling(whole: Venue) -> Venue:
    whole.provider.__class__ = Telling
    return whole


@pytest.mark.parametrize("order", [("tickets", "attendees"), ("attendees", "tickets")])
def test_a_name_comes_to_its_ticket_whichever_is_told_first(telling: Venue, order: tuple[str, str]) -> None:
    telling.provider.sells("AAAA")
    people(telling, AAAA="Ioana Dumitrescu")
    for resource in order:
        pulls(telling, resource)
    held = telling.held("tk-AAAA")
    assert (held.guest.name, held.standing, held.allowances[0].limit) == ("Ioana Dumitrescu", Standing.GOOD, 1)
    assert [one.ref for one in telling.store.views.search("dumitr", [SATURDAY], 5)] == ["tk-AAAA"]


def test_a_list_without_names_takes_none_away(telling: Venue) -> None:
    telling.provider.sells("AAAA")
    people(telling, AAAA="Ioana Dumitrescu")
    pulls(telling)
    pulls(telling, "attendees")
    telling.provider.tickets["tk-AAAA"].count = 1
    pulls(telling)
    held = telling.held("tk-AAAA")
    assert (held.guest.name, held.allowances[0].confirmed) == ("Ioana Dumitrescu", 1)


def test_somebody_of_whom_only_the_name_is_known_does_not_come_in(telling: Venue) -> None:
    people(telling, GONE="Andrei Popa")
    pulls(telling, "attendees")
    answer = telling.scans("scan-1", "GONE")
    assert (answer.outcome, answer.reason) == (Outcome.ASK, Reason.UNSURE)


def test_a_steady_list_is_read_on_from_where_it_ended_and_never_whole_again(telling: Venue) -> None:
    people(telling, AAAA="Ioana Dumitrescu", BBBB="Andrei Popa")
    pulls(telling, "attendees")
    telling.clock.sleep(hours=3)
    people(telling)
    pulls(telling, "attendees")
    pulls(telling, "attendees")
    assert [cursor.mark if cursor else None for cursor in telling.provider.cursors[-2:]] == ["BBBB", "BBBB"]


def test_a_poll_that_failed_is_not_as_fresh_as_one_that_found_nothing_new(whole: Venue) -> None:
    whole.provider.sells("AAAA")
    pulls(whole)
    before = whole.store.run(lambda tx: tx.cache.cursor(ACCOUNT, SATURDAY, "tickets"))
    pulls(whole)
    after = whole.store.run(lambda tx: tx.cache.cursor(ACCOUNT, SATURDAY, "tickets"))
    assert before is not None
    assert after is not None
    assert before.pulled_at is not None
    assert after.pulled_at == before.pulled_at + timedelta(minutes=5)
    assert after.full_at == before.full_at
