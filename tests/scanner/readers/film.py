"""Films of people who present codes to a door's camera, drawn frame by frame and always the same."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 640, 480
FPS = 12


def code_picture(text: str, side: int, *, dark: bool = False) -> Picture:
    """A code on its quiet ground, `side` pixels wide; `dark` as a phone in dark mode shows it."""
    drawn = io.BytesIO()
    segno.make(text, micro=False, error="m").save(drawn, kind="png", scale=8, border=4)
    grey = np.array(Image.open(drawn).convert("L"), dtype=np.uint8)
    small: Picture = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
    return 255 - small if dark else small


def room(dice: np.random.Generator, noise: float = 3.0) -> Picture:
    """A dim door: a wall that gets darker to one side, a frame, the noise of a cheap camera."""
    ground = np.tile(np.linspace(70, 110, WIDTH), (HEIGHT, 1))
    ground[:, 500:520] = 40
    ground[380:, :] -= 25
    return with_noise(ground, dice, noise)


def with_noise(picture: NDArray[Any], dice: np.random.Generator, noise: float) -> Picture:
    return np.clip(picture + dice.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody holds up a code: comes in, holds it for `frames`, goes."""

    text: str
    side: int = 200
    frames: int = 14
    tilt: float = 0.0
    """How far the far edge is turned away, as a part of the side."""
    turn: float = 0.0
    """Degrees in the plane of the picture."""
    glare: bool = False
    dark: bool = False
    noise: float = 3.0
    shake: float = 2.0
    at: tuple[float, float] = (0.5, 0.5)


def perform(act: Act, dice: np.random.Generator) -> list[Picture]:
    """The frames of one act: in from below, held with a shaking hand, out to the side."""
    code = code_picture(act.text, act.side, dark=act.dark)
    x, y = act.at[0] * WIDTH, act.at[1] * HEIGHT
    way = [(x, y + 360 * (1 - step / 4)) for step in range(4)]
    way += [(x + dice.normal(0, act.shake), y + dice.normal(0, act.shake)) for _ in range(act.frames)]
    way += [(x + 120 * (step + 1), y + 40 * step) for step in range(4)]
    return [_frame(act, code, place, dice) for place in way]


def _frame(act: Act, code: Picture, place: tuple[float, float], dice: np.random.Generator) -> Picture:
    picture = room(dice, 0).astype(np.float64)
    matrix = _placed(act, place)
    whole = cv2.warpPerspective(code, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    where = cv2.warpPerspective(np.full_like(code, 255), matrix, (WIDTH, HEIGHT)) > 127
    picture[where] = whole[where] * 0.85 + 10
    if act.glare:
        centre = (int(place[0] + act.side * 0.30), int(place[1] - act.side * 0.28))
        spot = np.zeros((HEIGHT, WIDTH), np.float64)
        cv2.circle(spot, centre, act.side // 9, 200.0, -1)
        picture += cv2.GaussianBlur(spot, (0, 0), 6)
    return with_noise(picture, dice, act.noise)


def _placed(act: Act, place: tuple[float, float]) -> NDArray[Any]:
    side, far = float(act.side), act.tilt * act.side / 2
    corners = np.array([[far, far * 0.6], [side - far, far * 0.6], [side, side], [0, side]]) - side / 2
    angle = np.deg2rad(act.turn)
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) + place
    flat = np.array([[0, 0], [side, 0], [side, side], [0, side]])
    matrix: NDArray[Any] = cv2.getPerspectiveTransform(flat.astype(np.float32), turned.astype(np.float32))
    return matrix


def film(acts: list[Act], seed: int = 1, pause: int = 8, noise: float = 3.0) -> list[Picture]:
    """An empty door, then one act after the other with `pause` empty frames between."""
    dice = np.random.default_rng(seed)
    frames = [room(dice, noise) for _ in range(pause)]
    for act in acts:
        frames += perform(act, dice) + [room(dice, noise) for _ in range(pause)]
    return frames


def write_film(path: Path, frames: list[Picture], fps: float = FPS) -> Path:
    """As Motion JPEG in an AVI, which every OpenCV can read and write."""
    height, width = frames[0].shape
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), fps, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


def jpeg(frame: Picture) -> bytes:
    return bytes(cv2.imencode(".jpg", frame)[1])


EVENING = [
    Act(text="ZQ4K81MD7"),
    Act(text="https://tickets.example/e/42?code=HT55PW2Q", side=230, turn=12),
    Act(text="TILTED0001", tilt=0.28, side=220),
    Act(text="GLARE00002", glare=True, side=230),
    Act(text="DARKMODE03", dark=True),
    Act(text="FARAWAY004", side=96, shake=1.0),
    Act(text="SHAKY00005", shake=9.0, side=240),
    Act(text="CORNER0006", at=(0.27, 0.35), side=170, turn=-20),
    Act(text="NOISY00007", noise=12.0, side=210),
    Act(text="QUICK00008", frames=6, side=220),
]
"""Ten people, one after the other: everything that a door's camera sees on a good night."""
