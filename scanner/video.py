"""Video files and streams -> readings, each presentation of a code once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scanner.engines import opencv

if TYPE_CHECKING:
    from scanner.decoding import Decoded, Decoder
    from scanner.engines import Frame

ONE_PRESENTATION = 3.0
"""Seconds of video: a code that comes back within them is still the same presentation."""

_USUAL_FPS = 25.0


class CannotOpenVideo(Exception):
    """The file or stream is missing, or holds no picture that can be decoded."""

    def __init__(self, source: str | Path) -> None:
        super().__init__(f"The video {without_password(str(source))} can't be opened: is it there, and is it a video?")


def frames(source: str | Path) -> Iterator[Frame]:
    """The pictures of a video file, a stream's address or a pattern like `f%03d.png`.

    Raises `CannotOpenVideo`, at once when there is nothing to open.
    """
    return (frame for _, frame in _timed(_open(source), source, every=1))


def read_video(source: str | Path, decoder: Decoder, every: int = 1) -> Iterator[Decoded]:
    """Each presentation of a code once, from every `every`-th picture. Raises as `frames` does."""
    return _presentations(_timed(_open(source), source, max(1, every)), decoder)


def _presentations(timed: Iterator[tuple[float, Frame]], decoder: Decoder) -> Iterator[Decoded]:
    seen: dict[str, float] = {}
    for at, frame in timed:
        for code in decoder.decode(frame):
            last = seen.get(code.value)
            seen[code.value] = at  # from the last sight of it: a phone held up for ten seconds is one presentation
            if last is None or at - last > ONE_PRESENTATION:
                yield code


def _open(source: str | Path) -> Any:
    capture = opencv().VideoCapture(str(source))
    if not capture.isOpened():
        raise CannotOpenVideo(source)
    return capture


def _timed(capture: Any, source: str | Path, every: int) -> Iterator[tuple[float, Frame]]:
    """Pictures with their second in the video."""
    try:
        number, fps = 0, _fps(capture)
        while capture.grab():
            if number % every == 0:
                got, frame = capture.retrieve()
                if got:
                    yield number / fps, frame
            number += 1
        if number == 0:
            raise CannotOpenVideo(source)
    finally:
        capture.release()


def _fps(capture: Any) -> float:
    # Counted pictures and not CAP_PROP_POS_MSEC: several back ends leave that at 0 or report the stream's own clock.
    fps = float(capture.get(opencv().CAP_PROP_FPS))
    return fps if 1 <= fps <= 1000 else _USUAL_FPS


def without_password(source: str) -> str:
    """An address as logs and screens may show it."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return source
    return source.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1) if "@" in parts.netloc else source
