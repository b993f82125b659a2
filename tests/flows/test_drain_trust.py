"""Guests let in on trust are verified as soon as the platform can be asked, or a person hears of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.model import Kind, Standing, Unknown
from app.domain.outbox import CallState
from app.domain.settle import Trouble
from tests.fakes.clock import EVENING
from tests.fakes.night import admission, station
from tests.fakes.provider import NO_LINE
from tests.flows.venue import Venue

HOUR_AGO = EVENING - timedelta(hours=1)
DONE, DUE, CONFLICT, PARKED = CallState.DONE, CallState.DUE, CallState.CONFLICT, CallState.PARKED


@pytest.fixture
def trusting(venue: Venue) -> Venue:
    venue.trust(unknown_offline=Unknown.PROVISIONAL)
    return venue


def test_a_guest_let_in_on_trust_is_verified_and_sent(trusting: Venue) -> None:
    trusting.enters("LATER", heads=2)
    trusting.provider.sells("LATER", 4)
    trusting.drain()
    assert trusting.states() == [DONE]
    assert (trusting.provider.count("LATER"), trusting.owed("LATER")) == (2, (2, 0))
    assert [verb for verb, _ in trusting.provider.log] == ["find", "look", "push"]
    assert trusting.calls()[0].kind is Kind.TICKET


def test_a_guest_let_in_on_trust_whom_a_poll_brought_meanwhile_is_sent_without_a_search(trusting: Venue) -> None:
    trusting.enters("LATER")
    trusting.page(trusting.provider.sells("LATER"))
    trusting.drain()
    assert trusting.provider.log == [("push", "tk-LATER")]
    assert trusting.owed("LATER") == (1, 0)


def test_a_guest_let_in_on_trust_whom_the_platform_does_not_know_is_a_conflict(trusting: Venue) -> None:
    trusting.enters("FORGED")
    trusting.drain()
    assert trusting.why() == [Trouble.NOT_KNOWN]


@pytest.mark.parametrize(
    ("standing", "trouble"), [(Standing.VOID, Trouble.VOID), (Standing.PENDING, Trouble.NOT_CONFIRMED)]
)
def test_a_guest_let_in_on_trust_whose_ticket_is_void_is_a_conflict(
    trusting: Venue, standing: Standing, trouble: Trouble
) -> None:
    trusting.enters("VOIDED")
    trusting.provider.sells("VOIDED", standing=standing)
    trusting.drain()
    assert trusting.why() == [trouble]
    assert trusting.owed("VOIDED") == (0, 1)


def test_a_guest_let_in_on_trust_with_another_nights_ticket_is_a_conflict(trusting: Venue) -> None:
    trusting.enters("SUNDAY")
    trusting.provider.sells("SUNDAY")
    trusting.provider.elsewhere["SUNDAY"] = "ev-sunday"
    trusting.drain()
    assert len(trusting.why()) == 1


def test_a_guest_let_in_on_trust_waits_while_the_platform_cannot_be_reached(trusting: Venue) -> None:
    trusting.enters("LATER")
    trusting.provider.sells("LATER")
    trusting.provider.down = NO_LINE
    trusting.drain()
    (call,) = trusting.calls()
    assert (call.state, call.attempts) == (DUE, 0)
    trusting.provider.down = None
    trusting.waits(seconds=5)
    trusting.drain()
    assert trusting.states() == [DONE]


def test_of_two_entries_on_trust_at_a_gate_of_their_own_both_are_adopted(trusting: Venue) -> None:
    trusting.scans("scan-1", "LATER", heads=2)
    trusting.undoes("scan-1")
    trusting.scans("scan-2", "LATER", heads=2, at=station("Gate 2"))
    trusting.provider.sells("LATER", 4)
    trusting.drain()
    assert trusting.owed("LATER") == (2, 0)
    assert admission("LATER").ref == "tk-LATER"
