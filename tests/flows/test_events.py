"""Which events a hub keeps open: those around now, those that are named, and what a person says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.model import Event, EventId
from app.domain.outbox import AnswerKind
from app.flows.lines import LineState
from app.flows.poll import Poll, Wanted
from app.ports import ProviderError
from tests.fakes.clock import EVENING
from tests.fakes.night import SATURDAY, SUNDAY, event
from tests.fakes.provider import NO_LINE
from tests.flows.venue import Venue


@pytest.mark.parametrize(
    ("starts", "ends", "active", "wanted"),
    [(-1, 6, True, True), (11, 17, True, True), (13, 19, True, False), (-30, -4, True, False),
     (-20, -2, True, True), (-1, 6, False, False), (None, None, True, False), (-13, None, True, True)],
)  # fmt: skip
def test_events_around_now_are_open_by_themselves(
    starts: int | None, ends: int | None, active: bool, wanted: bool
) -> None:
    def instant(hours: int | None) -> datetime | None:
        return None if hours is None else EVENING + timedelta(hours=hours)

    tonight = event(starts_at=instant(starts), ends_at=instant(ends), active=active)
    assert Wanted().wants(tonight, EVENING) is wanted


@pytest.mark.parametrize("name", ["fourvenues:ev-saturday", "ev-saturday"])
def test_events_that_are_named_are_open_whenever_they_are(name: str) -> None:
    far = event(starts_at=EVENING + timedelta(days=20), ends_at=None)
    assert Wanted(auto=False, ids=frozenset({name})).wants(far, EVENING)
    assert not Wanted(auto=False).wants(event(), EVENING)


def refreshed(venue: Venue, *on: Event) -> list[EventId]:
    venue.provider.on = list(on)
    return [one.id for one in venue.poll.events()]


def test_the_events_of_the_platform_are_opened_and_closed_as_time_goes_on(venue: Venue) -> None:
    tomorrow = event(SUNDAY, starts_at=EVENING + timedelta(hours=24), ends_at=EVENING + timedelta(hours=30))
    assert refreshed(venue, event(), tomorrow) == [SATURDAY]
    venue.clock.sleep(hours=24)
    assert refreshed(venue, event(), tomorrow) == [SUNDAY]


def test_events_that_cannot_be_asked_stay_as_they_are(venue: Venue) -> None:
    venue.provider.down = NO_LINE
    with pytest.raises(ProviderError) as failure:
        venue.poll.events()
    assert failure.value.kind is AnswerKind.BUSY
    assert [one.id for one in venue.poll.open()] == [SATURDAY]
    assert venue.line.status.state is LineState.DOWN


def test_events_of_another_account_are_not_ours_to_poll(venue: Venue) -> None:
    venue.opens(event(), replace(event(SUNDAY), account="oveit"))  # type: ignore[arg-type]
    assert [one.id for one in venue.poll.open()] == [SATURDAY]
    assert isinstance(venue.poll, Poll)
