"""The time of a machine that may not know it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.machine.clock import HouseClock

TRUE = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
A_WEEK = 7 * 86_400.0


class Machine:
    """A machine whose system clock is `behind` seconds late, with nobody to tell it better."""

    def __init__(self, behind: float = 0.0) -> None:
        self.behind = behind
        self.on = 40.0
        self.in_step = False
        self.clock = HouseClock(
            wall=lambda: TRUE.timestamp() - self.behind + self.on,
            uptime=lambda: self.on,
            synchronised=lambda: self.in_step,
            boot="b1",
        )

    @property
    def true(self) -> datetime:
        return TRUE + timedelta(seconds=self.on)

    def drift(self) -> timedelta:
        """What an honest platform's answer tells."""
        return self.true - self.clock()

    def hears(self, times: int = 2, wrong_by: float = 0.0) -> None:
        for _ in range(times):
            self.clock.heard(self.drift() + timedelta(seconds=wrong_by))
            self.on += 1


def test_a_clock_that_ntp_keeps_is_the_systems_own() -> None:
    machine = Machine()
    machine.in_step = True
    clock = HouseClock(wall=TRUE.timestamp, uptime=lambda: 5.0, synchronised=lambda: True, boot="b1")
    assert (clock(), clock.certain, clock.doubt()) == (TRUE, True, None)


def test_without_ntp_the_time_is_uncertain_and_goes_on_from_the_systems() -> None:
    machine = Machine(behind=A_WEEK)
    before = machine.clock()
    machine.on += 10
    assert machine.clock() - before == timedelta(seconds=10)
    assert not machine.clock.certain
    doubt = machine.clock.doubt()
    assert doubt is not None
    assert (doubt.boot, doubt.uptime) == ("b1", 50.0)


def test_it_never_begins_before_what_is_known_to_have_been() -> None:
    machine = Machine(behind=A_WEEK)
    machine.clock.not_before(TRUE - timedelta(days=1))
    assert machine.clock() == TRUE - timedelta(days=1)
    machine.on += 3
    assert machine.clock() == TRUE - timedelta(days=1) + timedelta(seconds=3)


def test_two_answers_of_a_platform_put_it_right() -> None:
    machine = Machine(behind=A_WEEK)
    machine.hears(1)
    assert not machine.clock.certain
    machine.hears(1)
    assert machine.clock.certain
    assert abs(machine.clock() - machine.true) < timedelta(seconds=1)


def test_two_answers_at_the_same_moment_count_as_one() -> None:
    machine = Machine(behind=A_WEEK)
    for _ in range(5):
        machine.clock.heard(machine.drift())
    assert not machine.clock.certain
    machine.on += 1
    machine.clock.heard(machine.drift())
    assert machine.clock.certain


def test_answers_that_contradict_each_other_are_not_believed() -> None:
    machine = Machine(behind=A_WEEK)
    machine.hears(1, wrong_by=500)
    machine.hears(1, wrong_by=-900)
    assert not machine.clock.certain
    machine.hears(2)
    assert abs(machine.clock() - machine.true) < timedelta(seconds=1)


def test_platforms_that_never_agree_hold_nothing_up() -> None:
    machine = Machine()
    for at in range(10):
        machine.hears(1, wrong_by=3600 if at % 2 else -3600)
    assert (machine.clock.settled, machine.clock.certain) == (True, False)


def test_a_platform_that_agrees_makes_it_certain_and_moves_nothing() -> None:
    machine = Machine(behind=0.4)
    before = machine.clock() - machine.true
    machine.hears()
    assert machine.clock.certain
    assert machine.clock() - machine.true == before


def test_a_platform_that_tells_no_time_leaves_it_uncertain_and_holds_nothing_up() -> None:
    machine = Machine()
    machine.clock.heard(None)
    assert not machine.clock.settled
    machine.clock.heard(None)
    assert (machine.clock.settled, machine.clock.certain) == (True, False)


def test_ntp_that_comes_later_goes_before_everything() -> None:
    machine = Machine(behind=A_WEEK)
    machine.behind, machine.in_step = 0.0, True
    assert machine.clock.check()
    assert machine.clock.certain
    assert machine.clock() == machine.true
    machine.on += 5
    assert not machine.clock.check()


def test_a_clock_set_by_hand_is_taken_and_stays_uncertain() -> None:
    machine = Machine(behind=A_WEEK)
    machine.behind = 3600
    assert machine.clock.check()
    assert machine.clock() == machine.true - timedelta(hours=1)
    assert not machine.clock.certain


def test_a_trusted_clock_is_never_moved() -> None:
    clock = HouseClock(True, wall=TRUE.timestamp, uptime=lambda: 9.0, synchronised=lambda: False, boot="b")
    clock.heard(timedelta(hours=1))
    clock.heard(timedelta(hours=1))
    assert clock() == TRUE
    assert clock.certain


@given(behind=st.floats(-A_WEEK, A_WEEK), steps=st.lists(st.floats(0, 100), max_size=20))
def test_while_nobody_tells_it_time_only_goes_on(behind: float, steps: list[float]) -> None:
    machine = Machine(behind=behind)
    seen = [machine.clock()]
    for step in steps:
        machine.on += step
        machine.clock.check()
        seen.append(machine.clock())
    assert seen == sorted(seen)


@pytest.mark.parametrize("known", [None, TRUE - timedelta(days=400)])
def test_old_stamps_change_nothing(known: datetime | None) -> None:
    machine = Machine(behind=3)
    before = machine.clock()
    machine.clock.not_before(known)
    assert machine.clock() == before
