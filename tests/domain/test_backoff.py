"""Trying again: later each time, never too late, never before the platform wants."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.backoff import CAP, due_again
from tests.fakes.clock import EVENING

many = settings(max_examples=200, deadline=None)
ATTEMPTS = st.integers(-2, 10_000)
JITTER = st.floats(0, 1, exclude_max=True)
HINTS = st.none() | st.integers(0, 7200).map(lambda seconds: timedelta(seconds=seconds))


@many
@given(ATTEMPTS, HINTS, JITTER)
def test_each_attempt_waits_at_least_as_long_as_the_one_before(
    attempts: int, hint: timedelta | None, jitter: float
) -> None:
    assert due_again(attempts, hint, EVENING, jitter) <= due_again(attempts + 1, hint, EVENING, jitter)


@given(st.integers(0, 7), JITTER)
def test_the_wait_doubles_until_it_is_capped(attempts: int, jitter: float) -> None:
    first, second = (due_again(n, None, EVENING, jitter) - EVENING for n in (attempts, attempts + 1))
    assert abs(second - 2 * first) <= timedelta(microseconds=2)


@many
@given(ATTEMPTS, HINTS, JITTER)
def test_nobody_waits_over_five_minutes_unless_the_platform_says_so(
    attempts: int, hint: timedelta | None, jitter: float
) -> None:
    wait = due_again(attempts, hint, EVENING, jitter) - EVENING
    assert timedelta(0) < wait <= max(CAP, hint or CAP)
    assert timedelta(minutes=5) == CAP


@many
@given(ATTEMPTS, HINTS, JITTER)
def test_a_try_is_never_before_the_platforms_hint(attempts: int, hint: timedelta | None, jitter: float) -> None:
    assert due_again(attempts, hint, EVENING, jitter) >= EVENING + (hint or timedelta(0))


@many
@given(ATTEMPTS, HINTS, JITTER)
def test_a_hint_never_makes_us_more_impatient(attempts: int, hint: timedelta | None, jitter: float) -> None:
    assert due_again(attempts, hint, EVENING, jitter) >= due_again(attempts, None, EVENING, jitter)


@many
@given(ATTEMPTS)
def test_chance_spreads_the_tries_of_many_calls(attempts: int) -> None:
    early, late = (due_again(attempts, None, EVENING, jitter) for jitter in (0.0, 0.99))
    assert early < late
