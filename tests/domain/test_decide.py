"""The laws of the door: who may come in, whatever is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.decide import OVERRIDABLE, decide, overrule, tonight
from app.domain.model import (
    Admission,
    AdmissionId,
    Allowance,
    Decision,
    Direction,
    Event,
    Kind,
    Lookup,
    Outcome,
    Policy,
    Reason,
    Scan,
    Standing,
    Station,
    Unknown,
)
from tests.fakes.clock import EVENING
from tests.fakes.night import SATURDAY, SUNDAY, admission, event, policy, scan, station

EVENTS = st.sampled_from([SATURDAY, SATURDAY, SATURDAY, SUNDAY])
STANDINGS = st.sampled_from([*Standing, Standing.GOOD, Standing.GOOD, Standing.GOOD])
"""Mostly what lets somebody in: a law about entries is tried only where there are some."""
INSTANTS = st.integers(-12, 12).map(lambda hours: EVENING + timedelta(hours=hours))
MARGINS = st.none() | st.integers(0, 180).map(lambda minutes: timedelta(minutes=minutes))
ALLOWANCES = st.builds(
    Allowance,
    ref=st.sampled_from(["entrance", "entrance", "cloakroom"]),
    limit=st.integers(0, 4),
    confirmed=st.integers(0, 4),
    owed=st.integers(-1, 2),
)


@st.composite
def admissions(draw: st.DrawFn) -> Admission:
    return admission(
        id=AdmissionId(draw(st.integers(1, 4))),
        event=draw(EVENTS),
        kind=draw(st.sampled_from(Kind)),
        standing=draw(STANDINGS),
        rate=draw(st.sampled_from(["Standing", "VIP"])),
        allowances=tuple(draw(st.lists(ALLOWANCES, max_size=2, unique_by=lambda one: one.ref))),
        opens_at=draw(st.none() | INSTANTS),
        closes_at=draw(st.none() | INSTANTS),
    )


@st.composite
def stations(draw: st.DrawFn) -> Station:
    return station(
        events=tuple(draw(st.lists(EVENTS, max_size=2, unique=True))),
        kinds=tuple(draw(st.lists(st.sampled_from(["ticket", "list"]), max_size=1))),
        rates=tuple(draw(st.lists(st.sampled_from(["Standing", "VIP"]), max_size=1))),
        allowance=draw(st.sampled_from(["entrance", "entrance", "cloakroom"])),
    )


@st.composite
def scans(draw: st.DrawFn) -> Scan:
    return scan(
        code=draw(st.sampled_from(["ZQ4K81MD7", "ZQ4K81MD7", "ZQ4K81MD7", ""])),
        heads=draw(st.integers(1, 3)),
        direction=draw(st.sampled_from([Direction.IN, Direction.IN, Direction.OUT])),
        override=draw(st.none() | st.just("doorman knows her")),
        choice=draw(st.none() | st.integers(1, 4).map(AdmissionId)),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    on: list[Event] = [event(one, open=draw(st.sampled_from([True, True, False]))) for one in draw(st.sets(EVENTS))]
    return Policy(
        events={one.id: one for one in on},
        unknown_offline=draw(st.sampled_from(Unknown)),
        lookup=draw(st.sampled_from(Lookup)),
        early=draw(MARGINS),
        late=draw(MARGINS),
    )


CASES = st.tuples(
    st.lists(admissions(), max_size=1) | st.lists(admissions(), max_size=3), scans(), stations(), INSTANTS, policies()
)
Case = tuple[list[Admission], Scan, Station, datetime, Policy]
many = settings(max_examples=80, deadline=None)


def entered(decision: Decision, asked: Scan) -> bool:
    return decision.admits and asked.direction is Direction.IN


@many
@given(CASES)
def test_every_scan_gets_a_whole_answer(case: Case) -> None:
    decision = decide(*case)
    assert (decision.outcome is Outcome.ADMIT) == (decision.reason is Reason.OK)
    assert decision.why.rule
    assert decision.heads == (case[1].heads if decision.admits else 0)


@many
@given(CASES)
def test_nobody_enters_where_nothing_is_left(case: Case) -> None:
    decision = decide(*case)
    if entered(decision, case[1]) and decision.admission is not None:
        allowance = decision.admission.allowance(case[2].allowance)
        assert allowance is not None
        assert allowance.left >= decision.heads > 0
        assert decision.left == allowance.left - decision.heads >= 0


@given(ALLOWANCES, st.integers(1, 6))
def test_where_nothing_else_speaks_against_it_the_count_decides(allowance: Allowance, heads: int) -> None:
    allowance = replace(allowance, ref="entrance")
    decision = decide([admission(allowances=(allowance,))], scan(heads=heads), station(), EVENING, policy())
    expected = Reason.ALREADY_IN if allowance.left <= 0 else Reason.TOO_MANY if allowance.left < heads else Reason.OK
    assert decision.reason is expected


@many
@given(CASES)
def test_nobody_enters_on_a_standing_that_is_not_good(case: Case) -> None:
    decision = decide(*case)
    if decision.admits and decision.admission is not None:
        assert decision.admission.standing is Standing.GOOD


@many
@given(CASES)
def test_nobody_enters_for_an_event_that_is_not_on_here(case: Case) -> None:
    decision = decide(*case)
    if decision.admits:
        on_here = tonight(case[2], case[4].events)
        assert on_here
        assert decision.admission is None or decision.admission.event in on_here


@many
@given(CASES)
def test_only_a_known_guest_or_a_trusted_code_enters(case: Case) -> None:
    known, _, _, _, rules = case
    decision = decide(*case)
    if decision.admits and decision.admission is None:
        assert decision.provisional
        assert not known
        assert rules.unknown_offline is Unknown.PROVISIONAL
        assert rules.lookup is not Lookup.ABSENT


@many
@given(CASES)
def test_never_more_heads_enter_than_were_asked(case: Case) -> None:
    assert decide(*case).heads <= case[1].heads


@many
@given(CASES)
def test_the_same_question_gets_the_same_answer(case: Case) -> None:
    assert decide(*case) == decide(*case)


@many
@given(CASES)
def test_an_exit_is_never_already_in_and_knows_no_window_and_no_gate(case: Case) -> None:
    known, asked, here, now, rules = case
    decision = decide(known, replace(asked, direction=Direction.OUT), here, now, rules)
    assert decision.reason not in {
        Reason.ALREADY_IN,
        Reason.TOO_MANY,
        Reason.TOO_EARLY,
        Reason.TOO_LATE,
        Reason.WRONG_GATE,
    }


@many
@given(CASES)
def test_a_technical_failure_is_never_told_as_an_unknown_guest(case: Case) -> None:
    rules = replace(case[4], lookup=Lookup.FAILED)
    assert decide(*case[:4], rules).reason is not Reason.UNKNOWN_CODE


@many
@given(CASES)
def test_a_supervisor_never_overrules_a_count_another_night_or_what_was_taken_back(case: Case) -> None:
    known, asked, here, now, rules = case
    decision = decide(known, asked, here, now, rules)
    after = overrule(decision, asked, here, tonight(here, rules.events))
    if after != decision:
        assert asked.override
        assert after.admits
        assert after.overridden
        assert decision.reason in OVERRIDABLE
    if entered(after, asked) and after.admission is not None:
        allowance = after.admission.allowance(here.allowance)
        assert allowance is not None
        assert allowance.left >= after.heads
        assert after.admission.standing is not Standing.VOID
        assert after.admission.event in tonight(here, rules.events)


@many
@given(CASES)
def test_an_exit_takes_no_room_even_when_it_is_overruled(case: Case) -> None:
    known, asked, here, now, rules = case
    asked = replace(asked, direction=Direction.OUT)
    decision = overrule(decide(known, asked, here, now, rules), asked, here, tonight(here, rules.events))
    if decision.admits and decision.admission is not None:
        allowance = decision.admission.allowance(here.allowance) or Allowance(limit=0)
        assert (decision.left, decision.entered) == (allowance.left, allowance.entered)


@pytest.mark.parametrize("standing", [Standing.PENDING, Standing.UNKNOWN])
def test_a_supervisor_lets_somebody_out_whose_party_is_complete(standing: Standing) -> None:
    inside = admission(standing=standing, allowances=(Allowance(limit=1, confirmed=1),))
    leaving = scan(direction=Direction.OUT, override="went for a smoke")
    decision = overrule(
        decide([inside], leaving, station(), EVENING, policy()), leaving, station(), frozenset({SATURDAY})
    )
    assert decision.admits
    assert decision.overridden


def test_without_an_override_nothing_is_overruled() -> None:
    asked = scan()
    decision = decide([admission(standing=Standing.PENDING)], asked, station(), EVENING, policy())
    assert overrule(decision, asked, station(), frozenset({SATURDAY})) is decision


def test_a_station_without_events_lets_in_to_every_open_one() -> None:
    known = {one.id: one for one in (event(), event(SUNDAY, open=False))}
    assert tonight(station(), known) == {SATURDAY}


def test_a_station_with_events_lets_in_to_its_own_as_far_as_they_are_known() -> None:
    known = {SUNDAY: event(SUNDAY, open=False)}
    assert tonight(station(events=(SATURDAY, SUNDAY)), known) == {SUNDAY}
