"""A page of the platform changes what we know, and never what we owe."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.merge import merge
from app.domain.model import Admission, AdmissionId, Allowance, Credential, Guest, Standing, Tells
from tests.fakes.clock import EVENING
from tests.fakes.night import admission

many = settings(max_examples=80, deadline=None)
INSTANTS = st.integers(-5, 5).map(lambda seconds: EVENING + timedelta(seconds=seconds))
REFS = ["entrance", "cloakroom", "drink"]


def allowances(*, ours: bool) -> st.SearchStrategy[tuple[Allowance, ...]]:
    one = st.builds(
        Allowance,
        ref=st.sampled_from(REFS),
        limit=st.integers(0, 5),
        confirmed=st.integers(0, 5),
        owed=st.integers(-3, 5) if ours else st.just(0),
        confirmed_at=st.none() | INSTANTS if ours else st.none(),
    )
    return st.lists(one, max_size=3, unique_by=lambda each: each.ref).map(tuple)


@st.composite
def pages(draw: st.DrawFn) -> Admission:
    return admission(
        standing=draw(st.sampled_from(Standing)),
        changed_at=draw(st.none() | INSTANTS),
        allowances=draw(allowances(ours=False)),
        credentials=tuple(Credential(value=value) for value in draw(st.sets(st.sampled_from(["A1B2", "C3D4"])))),
    )


@st.composite
def held(draw: st.DrawFn) -> Admission:
    return replace(
        draw(pages()),
        id=AdmissionId(7),
        fetched_at=draw(st.none() | INSTANTS),
        allowances=draw(allowances(ours=True)),
    )


KNOWN = st.none() | held()


@many
@given(KNOWN, pages(), INSTANTS)
def test_the_same_page_twice_is_the_same_as_once(known: Admission | None, page: Admission, asked_at: datetime) -> None:
    once = merge(known, page, asked_at)
    assert merge(once, page, asked_at) == once


@many
@given(KNOWN, pages(), INSTANTS)
def test_what_is_owed_is_never_touched(known: Admission | None, page: Admission, asked_at: datetime) -> None:
    merged = merge(known, page, asked_at)
    before = {one.ref: (one.owed, one.confirmed_at) for one in known.allowances} if known else {}
    after = {one.ref: (one.owed, one.confirmed_at) for one in merged.allowances}
    assert {ref: after[ref] for ref in before} == before
    assert all(after[ref] == (0, None) for ref in after.keys() - before.keys())


@many
@given(held(), pages(), INSTANTS)
def test_a_page_asked_before_we_settled_cannot_lower_what_is_confirmed(
    known: Admission, page: Admission, asked_at: datetime
) -> None:
    merged = merge(known, page, asked_at)
    for before in known.allowances:
        after = merged.allowance(before.ref)
        assert after is not None
        if before.confirmed_at is not None and asked_at < before.confirmed_at:
            assert after.confirmed >= before.confirmed


@many
@given(held(), pages(), INSTANTS)
def test_an_older_page_changes_no_standing(known: Admission, page: Admission, asked_at: datetime) -> None:
    page = replace(page, changed_at=None)
    if known.fetched_at is not None and asked_at < known.fetched_at:
        assert merge(known, page, asked_at).standing is known.standing


@many
@given(held(), pages(), INSTANTS)
def test_a_newer_page_changes_the_standing_at_once(known: Admission, page: Admission, asked_at: datetime) -> None:
    if known.fetched_at is None or asked_at >= known.fetched_at:
        assert merge(known, page, asked_at).standing is page.standing


@many
@given(held(), pages(), INSTANTS)
def test_an_admission_stays_the_same_one(known: Admission, page: Admission, asked_at: datetime) -> None:
    merged = merge(known, page, asked_at)
    assert merged.id == known.id
    assert {one.ref for one in known.allowances} <= {one.ref for one in merged.allowances}
    assert not known.credentials or merged.credentials


@many
@given(pages(), INSTANTS)
def test_a_first_page_is_taken_as_it_is(page: Admission, asked_at: datetime) -> None:
    assert merge(None, page, asked_at) == replace(page, fetched_at=asked_at)


def test_the_platforms_own_stamp_wins_over_our_clock() -> None:
    known = admission(fetched_at=EVENING, changed_at=EVENING, standing=Standing.GOOD)
    page = admission(changed_at=EVENING + timedelta(seconds=1), standing=Standing.VOID)
    assert merge(known, page, EVENING - timedelta(minutes=3)).standing is Standing.VOID


def test_a_row_without_names_takes_none_away_and_brings_the_counts() -> None:
    tag = Credential(scheme="rfid", value="4A2B9")
    known = admission(
        "A1B2", guest=Guest(name="Ioana Dumitrescu"), email="ioana@example.org", phone="40721000111",
        credentials=(Credential(value="A1B2"), tag), fetched_at=EVENING,
    )  # fmt: skip
    page = admission("A1B2", guest=Guest(), allowances=(Allowance(limit=1, confirmed=1),), tells=Tells.COUNTS)
    merged = merge(known, page, EVENING + timedelta(minutes=5))
    assert (merged.guest, merged.email, merged.phone) == (known.guest, known.email, known.phone)
    assert merged.credentials == known.credentials
    assert merged.allowances[0].confirmed == 1
    assert merged.tells is Tells.ALL


def test_a_row_of_names_changes_nothing_else() -> None:
    known = admission(standing=Standing.GOOD, fetched_at=EVENING)
    page = admission(standing=Standing.UNKNOWN, allowances=(), guest=Guest(name="Andrei Popa"), tells=Tells.NAMES)
    merged = merge(known, page, EVENING + timedelta(minutes=5))
    assert merged == replace(known, guest=Guest(name="Andrei Popa"))


def test_a_name_alone_lets_nobody_in() -> None:
    page = admission(guest=Guest(name="Andrei Popa"), tells=Tells.NAMES)
    merged = merge(None, page, EVENING)
    assert (merged.standing, merged.allowances, merged.tells) == (Standing.UNKNOWN, (), Tells.ALL)


def test_one_entered_here_and_two_elsewhere_is_three() -> None:
    known = admission(id=AdmissionId(7), allowances=(Allowance(limit=4, confirmed=0, owed=1),), fetched_at=EVENING)
    page = admission(allowances=(Allowance(limit=4, confirmed=2),))
    counted = merge(known, page, EVENING + timedelta(minutes=5)).allowance("entrance")
    assert counted is not None
    assert (counted.entered, counted.left) == (3, 1)
