"""A drawn set of door frames: ten things that go wrong, from hardly to badly, always the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.scanner.readers.film import HEIGHT, WIDTH, Picture, code_picture, room, with_noise

EACH = 30
Dice = np.random.Generator
Trouble = Callable[[str, float, Dice], Picture]
"""A code, how bad it is (0 to 1), and chance -> a frame."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A frame, the code that is in it, and what is wrong with it."""

    picture: Picture
    text: str
    kind: str


def frames(seed: int = 1) -> Iterator[Drawn]:
    """Ten kinds of trouble, each as often."""
    dice = np.random.default_rng(seed)
    for kind, draw in KINDS.items():
        for at in range(EACH):
            text = "".join(dice.choice(list("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), 9))
            if at % 3 == 0:
                text = f"https://tickets.example/e/4211?code={text}"
            yield Drawn(draw(text, at / (EACH - 1), dice), text, kind)


def _placed(code: Picture, dice: Dice, corners: NDArray[Any] | None = None, turn: float = 12) -> Picture:
    """The code in the room, a little turned, about in the middle."""
    side = code.shape[0]
    flat = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    shape = (flat if corners is None else corners) - side / 2
    angle = np.deg2rad(dice.uniform(-turn, turn))
    turned = shape @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    place = turned + np.array([WIDTH / 2 + dice.uniform(-60, 60), HEIGHT / 2 + dice.uniform(-30, 30)])
    matrix = cv2.getPerspectiveTransform(flat, place.astype(np.float32))
    picture = room(dice, 0)
    drawn = cv2.warpPerspective(code, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    where = cv2.warpPerspective(np.full_like(code, 255), matrix, (WIDTH, HEIGHT)) > 127
    picture[where] = np.clip(drawn[where] * 0.82 + 12, 0, 255).astype(np.uint8)
    return picture


def _side(dice: Dice) -> int:
    return int(dice.integers(150, 260))


def tilt(text: str, bad: float, dice: Dice) -> Picture:
    side = _side(dice)
    far = side * (0.10 + 0.32 * bad)
    corners = np.array([[far, far * 0.8], [side - far, far * 0.8], [side, side], [0, side]], np.float32)
    return with_noise(_placed(code_picture(text, side), dice, corners), dice, 4)


def out_of_focus(text: str, bad: float, dice: Dice) -> Picture:
    blurred = cv2.GaussianBlur(_placed(code_picture(text, _side(dice)), dice), (0, 0), 0.8 + 3.4 * bad)
    return with_noise(blurred, dice, 3)


def motion(text: str, bad: float, dice: Dice) -> Picture:
    length = int(3 + 13 * bad) | 1
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    matrix = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), float(dice.uniform(0, 180)), 1)
    kernel = cv2.warpAffine(kernel, matrix, (length, length))
    moved = cv2.filter2D(_placed(code_picture(text, _side(dice)), dice), -1, kernel / max(kernel.sum(), 0.1))
    return with_noise(moved, dice, 3)


def dark(text: str, bad: float, dice: Dice) -> Picture:
    light = 0.45 - 0.33 * bad
    return with_noise(_placed(code_picture(text, _side(dice)), dice) * light, dice, 5 + 8 * bad)


def glare(text: str, bad: float, dice: Dice) -> Picture:
    picture = _placed(code_picture(text, _side(dice)), dice).astype(np.float64)
    spot = np.zeros((HEIGHT, WIDTH))
    centre = (int(WIDTH / 2 + dice.uniform(-90, 90)), int(HEIGHT / 2 + dice.uniform(-90, 90)))
    cv2.ellipse(spot, centre, (int(18 + 34 * bad), int(12 + 20 * bad)), float(dice.uniform(0, 180)), 0, 360, 230.0, -1)
    return with_noise(picture + cv2.GaussianBlur(spot, (0, 0), 7), dice, 4)


def dark_mode(text: str, bad: float, dice: Dice) -> Picture:
    picture = _placed(code_picture(text, _side(dice), dark=True), dice)
    return with_noise(cv2.GaussianBlur(picture, (0, 0), 0.4 + 1.6 * bad), dice, 4 + 5 * bad)


def far_away(text: str, bad: float, dice: Dice) -> Picture:
    return with_noise(_placed(code_picture(text, int(120 - 72 * bad)), dice), dice, 3)


def cracked(text: str, bad: float, dice: Dice) -> Picture:
    side = _side(dice)
    code = code_picture(text, side)
    for _ in range(2 + int(5 * bad)):
        ends = [(int(dice.integers(0, side)), int(dice.integers(0, side))) for _ in range(2)]
        cv2.line(code, ends[0], ends[1], int(dice.choice([30, 120, 235])), 1 + int(2.5 * bad))
    if bad > 0.4:
        at = (int(dice.integers(side // 3, side)), int(dice.integers(side // 3, side)))
        cv2.circle(code, at, int(side * 0.13 * bad), 140, -1)
    return with_noise(_placed(code, dice), dice, 4)


def compressed(text: str, bad: float, dice: Dice) -> Picture:
    picture = with_noise(_placed(code_picture(text, int(150 - 60 * bad)), dice), dice, 5)
    packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(40 - 34 * bad)])[1]
    unpacked: Picture = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    return unpacked


def curved(text: str, bad: float, dice: Dice) -> Picture:
    """Paper that is not flat, printed faintly."""
    side = _side(dice)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    bent = y + np.sin(x / side * np.pi * 1.5) * side * 0.07 * bad
    code = cv2.remap(code_picture(text, side), x, bent.astype(np.float32), cv2.INTER_LINEAR, borderValue=255)
    faint = (code.astype(np.float64) - 128) * (1 - 0.75 * bad) + 128
    return with_noise(_placed(faint.astype(np.uint8), dice), dice, 4)


KINDS: dict[str, Trouble] = {
    "tilt": tilt, "focus": out_of_focus, "motion": motion, "dark": dark, "glare": glare, "dark mode": dark_mode,
    "far": far_away, "cracked": cracked, "compressed": compressed, "curved": curved,
}  # fmt: skip
