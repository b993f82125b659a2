"""When a view is worth a look, and what is one presentation."""

from __future__ import annotations

import numpy as np
import pytest

from scanner.decoding import Decoded
from scanner.readers.watching import AFTER_CHANGE_S, LOOK_ANYWAY_S, SETTLED, ChangeGate, Presentations
from scanner.video import ONE_PRESENTATION
from tests.scanner.readers.film import Act, code_picture, perform, room

SIZE = (640, 480)
MIDDLE = (320, 240)


class Watcher:
    """Looks at one view at 15 frames a second."""

    def __init__(self) -> None:
        self.presentations = Presentations()
        self.now = 100.0
        self.seen: list[tuple[str, ...]] = []

    def sees(self, *codes: tuple[str, tuple[int, int]], frames: int = 1) -> Watcher:
        for _ in range(frames):
            self.now += 1 / 15
            found = [Decoded(value, centre=centre, side=100) for value, centre in codes]
            begun = self.presentations.look(found, SIZE, self.now)
            if begun is not None:
                self.seen.append((begun.value, *begun.rivals))
        return self

    def waits(self, seconds: float) -> Watcher:
        self.now += seconds
        return self


def test_a_code_that_is_held_up_is_one_presentation_however_long() -> None:
    assert Watcher().sees(("A", MIDDLE), frames=200).seen == [("A",)]


def test_a_code_that_flickers_is_one_presentation() -> None:
    watcher = Watcher()
    for _ in range(20):
        watcher.sees(("A", MIDDLE)).sees(frames=10)
    assert watcher.seen == [("A",)]


def test_a_code_that_comes_back_after_a_while_is_presented_again() -> None:
    watcher = Watcher().sees(("A", MIDDLE), frames=5).waits(ONE_PRESENTATION + 0.1).sees(("A", MIDDLE))
    assert watcher.seen == [("A",), ("A",)]


def test_people_one_after_the_other_are_read_as_they_come() -> None:
    watcher = Watcher()
    for value in "ABCDE":
        watcher.sees((value, MIDDLE), frames=3)
    assert watcher.seen == [(value,) for value in "ABCDE"]


def test_the_code_nearest_the_middle_is_meant_and_a_poster_at_the_edge_is_not() -> None:
    assert Watcher().sees(("POSTER", (60, 60)), ("TICKET", MIDDLE), frames=30).seen == [("TICKET",)]


def test_a_poster_alone_in_view_is_read_once_and_is_in_nobodys_way() -> None:
    poster = ("POSTER", (60, 60))
    watcher = Watcher().sees(poster, frames=30)
    for value in "AB":
        watcher.sees(poster, (value, MIDDLE), frames=SETTLED + 2).sees(poster, frames=10)
    assert watcher.seen == [("POSTER",), ("A",), ("B",)]


def test_a_second_phone_before_the_first_is_taken_away_is_read_when_it_is_the_nearest_for_a_moment() -> None:
    watcher = Watcher().sees(("A", MIDDLE), frames=10)
    watcher.sees(("A", (200, 240)), ("B", MIDDLE), frames=SETTLED - 1)
    assert watcher.seen == [("A",)]
    watcher.sees(("A", (120, 240)), ("B", MIDDLE), frames=2)
    assert watcher.seen == [("A",), ("B",)]


def test_a_code_that_only_passes_by_is_not_taken_while_another_is_held_up() -> None:
    watcher = Watcher().sees(("A", MIDDLE), frames=10).sees(("A", (250, 240)), ("B", (330, 240)), frames=1)
    assert watcher.sees(("A", MIDDLE), ("B", (600, 240)), frames=10).seen == [("A",)]


def test_two_that_are_equally_near_are_asked_about_once() -> None:
    left, right = ("A", (240, 240)), ("B", (402, 240))
    watcher = Watcher().sees(left, right, frames=60)
    assert watcher.seen == [("A", "B")]
    assert watcher.sees(("B", MIDDLE), frames=5).seen == [("A", "B"), ("B",)]


def test_two_for_a_blink_are_no_question() -> None:
    assert Watcher().sees(("A", (240, 240)), ("B", (400, 240)), frames=SETTLED - 1).seen == []


def test_the_same_code_twice_on_one_sheet_is_one() -> None:
    assert Watcher().sees(("A", (240, 240)), ("A", (400, 240)), frames=5).seen == [("A",)]


class Gate:
    def __init__(self) -> None:
        self.gate = ChangeGate()
        self.now = 50.0

    def opened(self, frames: list[np.ndarray], fps: float = 15) -> list[bool]:
        result = []
        for frame in frames:
            self.now += 1 / fps
            result.append(self.gate.opens(frame, self.now))
        return result


@pytest.mark.parametrize("noise", [0.0, 2.0, 6.0, 12.0])
def test_an_empty_view_is_looked_at_about_once_a_second_whatever_the_noise(noise: float) -> None:
    dice, gate = np.random.default_rng(3), Gate()
    gate.opened([room(dice, noise) for _ in range(45)])
    opened = sum(gate.opened([room(dice, noise) for _ in range(90)]))
    assert 5 <= opened <= 90 / 15 / LOOK_ANYWAY_S + 2


@pytest.mark.parametrize("noise", [2.0, 6.0])
@pytest.mark.parametrize("side", [60, 120, 240])
def test_a_code_that_appears_is_looked_at_in_the_same_frame(noise: float, side: int) -> None:
    dice, gate = np.random.default_rng(4), Gate()
    gate.opened([room(dice, noise) for _ in range(50)])
    with_code = room(dice, noise)
    with_code[200 : 200 + side, 250 : 250 + side] = code_picture("ZQ4K81MD7", side)
    assert gate.opened([with_code]) == [True]


def test_a_light_that_slowly_changes_is_no_motion() -> None:
    dice, gate = np.random.default_rng(5), Gate()
    frames = [np.clip(room(dice, 2.0).astype(int) + at // 3, 0, 255).astype(np.uint8) for at in range(120)]
    assert sum(gate.opened(frames)[45:]) <= 7


def test_somebody_who_holds_something_up_is_looked_at_until_it_is_still() -> None:
    dice, gate = np.random.default_rng(6), Gate()
    gate.opened([room(dice) for _ in range(50)])
    act = perform(Act(text="ZQ4K81MD7", shake=0.0, frames=int(AFTER_CHANGE_S * 15) - 2), dice)
    assert all(gate.opened(act[1:-4])), "the first frame is before they come into view"


def test_a_frame_of_another_size_or_colour_is_looked_at() -> None:
    gate = Gate()
    gate.opened([np.zeros((480, 640), np.uint8)] * 40)
    assert gate.opened([np.zeros((720, 1280, 3), np.uint8)]) == [True]
