"""Frame -> codes: a cascade of decoders, quick ones first.

The order was measured on photographs and drawn door frames: see section "Decoding" of the design. Preprocessing
(contrast, thresholds) loses more codes than it finds, so every stage gets the raw picture.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from scanner import images
from scanner.engines import ZBAR, ZXING, Engine, Spot, opencv
from scanner.images import ImageTooLarge, NotAnImage, UnreadableImage
from scanner.video import CannotOpenVideo, frames, read_video

if TYPE_CHECKING:
    from scanner.engines import Frame

__all__ = [
    "CASCADE",
    "CannotOpenVideo",
    "Decoded",
    "Decoder",
    "FileReading",
    "ImageTooLarge",
    "NoDecoder",
    "NotAnImage",
    "Stage",
    "StageStatus",
    "UnreadableImage",
    "decode_file",
    "decode_lines",
    "frames",
    "read_video",
    "stages_present",
]

_SMALLEST = 21  # modules of the smallest QR code: no picture below that many pixels a side holds one
_QUICK_PIXELS = 4_000_000  # larger ones are first looked at reduced: a 12 MP photograph needs 30 ms then, and not 200
_ALPHA_PIXELS = 12_000_000


class NoDecoder(RuntimeError):
    """No library that reads codes could be loaded; `doorcheck doctor` tells the cure."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One try of the cascade: an engine, on the frame (`shrink` 1) or on its half size (2)."""

    name: str
    engine: Engine
    shrink: int
    last_resort: bool = False
    """Slow: left out for a still picture in which another stage has found something."""


CASCADE: tuple[Stage, ...] = (
    Stage("zxing-half", ZXING, 2),
    Stage("zxing", ZXING, 1),
    Stage("zbar-half", ZBAR, 2, last_resort=True),  # reads cracked and covered codes that zxing-cpp misses
)


@dataclass(frozen=True, slots=True)
class StageStatus:
    """Whether a stage works here; `cure` is one line, empty when nothing is missing."""

    name: str
    present: bool
    cure: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A code that was read: its text as encoded (not cleaned), and where it was."""

    value: str
    format: str = "QRCode"
    scheme: str = "qr"
    centre: tuple[int, int] = (0, 0)
    side: int = 0
    stage: str = ""


def stages_present(stages: Sequence[Stage] = CASCADE) -> list[StageStatus]:
    """One status a stage, for `doorcheck doctor`; imports the libraries."""
    return [_status(stage) for stage in stages]


def _status(stage: Stage) -> StageStatus:
    present = stage.engine.present()
    return StageStatus(stage.name, present, "" if present else stage.engine.cure())


class Decoder:
    """Reads codes from frames and images. One may be shared by many threads; the libraries release the GIL."""

    def __init__(self, stages: Sequence[Stage] = CASCADE) -> None:
        self._wanted = tuple(stages)
        self._usable: tuple[Stage, ...] | None = None
        self._one_large_at_a_time = Lock()

    def decode(self, frame: Frame) -> list[Decoded]:
        """All codes in the view of a camera, in reading order, from the first stage that finds any.

        `frame` is a numpy array of uint8, grey or BGR(A). Raises `ValueError` for another array.
        """
        sizes = _Sizes(frame)
        for stage in self._stages():
            if found := _look(stage, sizes):
                return _in_reading_order(found)
        return []

    def decode_bytes(self, data: bytes) -> list[Decoded]:
        """All codes in an encoded image, in reading order; `centre` is in pixels of the whole image.

        Raises `UnreadableImage` (`NotAnImage`, `ImageTooLarge`) with a sentence for people.
        """
        header = images.measure(data)
        if header.width * header.height <= _QUICK_PIXELS:
            return self._decode_image(data, header)
        with self._one_large_at_a_time:  # a small computer has no memory for twenty phone photographs at once
            return self._decode_image(data, header)

    def _decode_image(self, data: bytes, header: images.Header) -> list[Decoded]:
        for frame in _unpacked(data, header):
            if found := self._decode_still(frame):
                return _scaled(found, header.width / frame.shape[1])
        return []

    def _decode_still(self, frame: Frame) -> list[Decoded]:
        """Nobody waits behind a still picture: the half size may miss the small codes of a sheet, so look on."""
        sizes, found = _Sizes(frame), list[Decoded]()
        for stage in self._stages():
            if found and stage.last_resort:
                break
            known = {code.value for code in found}
            found += [code for code in _look(stage, sizes) if code.value not in known]
        return _in_reading_order(found)

    def _stages(self) -> tuple[Stage, ...]:
        if self._usable is None:
            self._usable = tuple(stage for stage in self._wanted if stage.engine.present())
        if not self._usable:
            raise NoDecoder("No library that reads codes is installed: pip install zxing-cpp")
        return self._usable


class _Sizes:
    """A frame in grey, and its half size when somebody asks for it."""

    def __init__(self, frame: Frame) -> None:
        self._by_shrink = {1: _grey(frame)}

    def at(self, shrink: int) -> Frame | None:
        """The frame, `shrink` times smaller; None when no code would fit."""
        whole = self._by_shrink[1]
        width, height = whole.shape[1] // shrink, whole.shape[0] // shrink
        if min(width, height) < _SMALLEST:
            return None
        if shrink not in self._by_shrink:
            cv2 = opencv()
            self._by_shrink[shrink] = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
        return self._by_shrink[shrink]


def _grey(frame: Frame) -> Frame:
    import numpy as np  # noqa: PLC0415

    channels = frame.shape[2] if frame.ndim == 3 else 1
    if frame.dtype != "uint8" or frame.ndim not in {2, 3} or channels not in {1, 3, 4}:
        raise ValueError(f"a frame is uint8, grey or BGR(A), not {frame.dtype} {frame.shape}")
    if channels == 1 or frame.size == 0:
        return np.ascontiguousarray(frame.reshape(frame.shape[:2]))
    cv2 = opencv()
    grey: Frame = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY if channels == 3 else cv2.COLOR_BGRA2GRAY)
    return grey


def _look(stage: Stage, sizes: _Sizes) -> list[Decoded]:
    picture = sizes.at(stage.shrink)
    if picture is None:
        return []
    spots = [spot for spot in stage.engine.read(picture) if spot.text.strip()]
    return [_decoded(spot, stage) for spot in spots]


def _decoded(spot: Spot, stage: Stage) -> Decoded:
    centre = round(spot.x * stage.shrink), round(spot.y * stage.shrink)
    return Decoded(spot.text, centre=centre, side=round(spot.side * stage.shrink), stage=stage.name)


def _in_reading_order(codes: list[Decoded]) -> list[Decoded]:
    """Top to bottom, left to right. A sheet held a little askew still has rows: half a code's height apart."""
    rows: list[list[Decoded]] = []
    for code in sorted(codes, key=lambda code: code.centre[1]):
        if rows and code.centre[1] - rows[-1][-1].centre[1] <= max(code.side, rows[-1][-1].side) / 2:
            rows[-1].append(code)
        else:
            rows.append([code])
    return [code for row in rows for code in sorted(row, key=lambda code: code.centre[0])]


def _scaled(codes: list[Decoded], factor: float) -> list[Decoded]:
    return [
        replace(
            code,
            centre=(round(code.centre[0] * factor), round(code.centre[1] * factor)),
            side=round(code.side * factor),
        )
        for code in codes
    ]


def _unpacked(data: bytes, header: images.Header) -> Iterator[Frame]:
    """The image in grey, as often as it is worth looking: reduced when large, whole, and on white when see-through."""
    cv2 = opencv()
    pixels = header.width * header.height
    if pixels > _QUICK_PIXELS:
        factor = 2 if pixels <= 4 * _QUICK_PIXELS else 4
        yield _imdecode(data, getattr(cv2, f"IMREAD_REDUCED_GRAYSCALE_{factor}"))
    yield _imdecode(data, cv2.IMREAD_GRAYSCALE)
    if header.format != "JPEG" and pixels <= _ALPHA_PIXELS:
        picture = _imdecode(data, cv2.IMREAD_UNCHANGED)
        if picture.ndim == 3 and picture.shape[2] == 4 and picture.dtype == "uint8":
            yield _on_white(picture)


def _imdecode(data: bytes, flags: int) -> Frame:
    import numpy as np  # noqa: PLC0415

    cv2 = opencv()
    try:
        picture: Frame | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except (cv2.error, MemoryError):
        picture = None
    if picture is None or picture.size == 0:
        raise NotAnImage("The image is damaged or cut short.")
    return picture


def _on_white(picture: Frame) -> Frame:
    """Black modules on a transparent ground: without its ground the code is black on black."""
    cv2 = opencv()
    alpha = picture[:, :, 3]
    lit = cv2.multiply(cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY), alpha, scale=1 / 255)
    white: Frame = cv2.add(lit, cv2.bitwise_not(alpha))
    return white


@dataclass(frozen=True, slots=True)
class FileReading:
    """What was read from one image file; `error` is a sentence when it could not be looked at."""

    file: str
    codes: tuple[Decoded, ...] = ()
    error: str | None = None

    def line(self) -> str:
        """One line of JSON: `file`, `codes` (value, format), and `error` only if there is one."""
        codes = [{"value": code.value, "format": code.format} for code in self.codes]
        failed = {} if self.error is None else {"error": self.error}
        return json.dumps({"file": self.file, "codes": codes, **failed})


def decode_file(path: str | os.PathLike[str], decoder: Decoder | None = None) -> FileReading:
    """Reads one image file; never raises for a file that is missing or is no image."""
    name = os.fspath(path)
    try:
        with Path(path).open("rb") as file:
            data = file.read(images.MAX_BYTES + 1)  # one more than allowed: enough to refuse it, whatever its length
        return FileReading(name, tuple((decoder or Decoder()).decode_bytes(data)))
    except UnreadableImage as error:
        return FileReading(name, error=str(error))
    except (OSError, ValueError) as error:
        return FileReading(name, error=f"The file can't be opened: {_cause(error)}.")


def _cause(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "not a usable name").lower()


def decode_lines(files: Iterable[str | os.PathLike[str]], decoder: Decoder | None = None) -> Iterator[str]:
    """One line of JSON a file, in the order given: what `doorcheck decode FILE...` prints."""
    shared = decoder or Decoder()
    return (decode_file(file, shared).line() for file in files)
