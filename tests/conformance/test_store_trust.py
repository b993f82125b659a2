"""Guests let in on trust: whoever turns out to be the real admission takes them over, and nobody is lost."""

from __future__ import annotations

from dataclasses import replace

from app.domain.model import Allowance, Credential, Kind, Outcome, Reason, Standing, Unknown
from app.domain.outbox import Call, CallState
from app.domain.settle import Done
from tests.conformance.store import House
from tests.fakes.night import admission

TICKET = admission()
GROUP = admission("FAMILY77", limit=4)


def owed(house: House) -> tuple[int, int]:
    count = house.count(TICKET.ref)
    return count.confirmed, count.owed


def trusted(house: House, heads: int = 2) -> Call:
    house.opens()
    house.trust(unknown_offline=Unknown.PROVISIONAL)
    house.scans(heads=heads)
    (call,) = house.calls("due")
    return call


def test_the_real_admission_takes_over_what_was_let_in_on_trust(house: House) -> None:
    before = trusted(house)
    house.page(admission(limit=4))
    (call,) = house.calls("due")
    real = house.held(TICKET.ref)
    assert (call.id, call.admission, call.kind, call.ref) == (before.id, real.id, Kind.TICKET, TICKET.ref)
    assert (call.limit, call.heads) == (4, 2)
    assert owed(house) == (0, 2)


def test_after_the_take_over_the_code_means_the_real_admission_only(house: House) -> None:
    trusted(house)
    house.page(admission(limit=4))
    answer = house.scans("scan-2", heads=2)
    assert (answer.outcome, answer.kind, answer.left) == (Outcome.ADMIT, Kind.TICKET, 0)
    again = house.scans("scan-3")
    assert (again.reason, again.first_entry is not None) == (Reason.ALREADY_IN, True)
    assert again.first_entry is not None
    assert again.first_entry.station == "Gate 1"


def test_a_real_admission_that_was_void_takes_the_guests_over_too(house: House) -> None:
    trusted(house)
    house.page(admission(limit=4, standing=Standing.VOID))
    assert owed(house) == (0, 2)


def test_nobody_is_lost_when_the_real_admission_has_no_such_allowance(house: House) -> None:
    trusted(house)
    house.page(replace(TICKET, allowances=(Allowance(ref="drink", limit=1),)))
    assert house.count(TICKET.ref).owed == 2


def test_only_the_admission_of_that_code_takes_over(house: House) -> None:
    before = trusted(house)
    house.page(GROUP, replace(TICKET, credentials=(Credential(scheme="rfid", value="ZQ4K81MD7"),)))
    assert house.calls("due") == [before]


def test_a_place_holder_that_was_taken_over_is_not_found_or_counted_any_more(house: House) -> None:
    trusted(house)
    house.page(admission(limit=4))
    assert [one.ref for one in house.store.views.search("zq4k", [TICKET.event], 9)] == [TICKET.ref]
    (count,) = house.store.views.event_counts()
    assert (count.admissions, count.limit, count.entered) == (1, 4, 2)


def test_a_code_can_be_trusted_anew_after_its_place_holder_was_taken_over(house: House) -> None:
    """The platform may take a code away again; the next guest with it is not a clash of names."""
    trusted(house)
    house.page(admission(limit=4))
    house.page(replace(admission(limit=4), credentials=(Credential(value="OTHER1"),)))
    assert house.scans("scan-2").provisional


def test_a_claimed_call_moves_to_the_admission_that_was_found(house: House) -> None:
    trusted(house)
    claim, (call,) = house.claim()
    house.page(admission(limit=4))
    real = house.store.run(lambda tx: tx.calls.adopt(call.id, claim, TICKET))
    assert real is not None
    assert (real.ref, real.state, real.admission) == (TICKET.ref, CallState.SENDING, house.held(TICKET.ref).id)
    assert house.store.run(lambda tx: tx.calls.adopt(call.id, "somebody", TICKET)) is None
    assert house.store.run(lambda tx: tx.calls.adopt(call.id, claim, GROUP)) is None
    assert house.settle(real, claim, Done())
    assert owed(house) == (2, 0)
