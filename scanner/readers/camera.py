"""A camera: one thread grabs, another decodes the newest frame; each presentation of a code is one reading."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scanner.decoding import Decoder
from scanner.engines import opencv
from scanner.readers.capture import BACKENDS, CannotCapture, Capture, Opener, Options
from scanner.readers.contract import Condition, Health, Outlet, Reading
from scanner.readers.watching import ChangeGate, Presentations
from scanner.video import without_password

if TYPE_CHECKING:
    from scanner.engines import Frame

AGAIN_S = (0.5, 1.0, 2.0, 5.0)
"""Pauses between tries to open a camera that is gone."""
BLACK, BLACK_S = 30, 3.0
"""A frame whose grey levels stay below is black; a camera that shows nothing else for so many seconds sees nothing."""
FROZEN_S = 10.0
PREVIEW_WIDTH, PREVIEW_QUALITY, PREVIEW_S = 480, 60, 2.0
_ROTATIONS = {90: "ROTATE_90_CLOCKWISE", 180: "ROTATE_180", 270: "ROTATE_90_COUNTERCLOCKWISE"}


@dataclass(slots=True)
class _Mailbox:
    """The newest frame and nothing else: who is slow misses frames and never falls behind."""

    frame: Frame | None = None
    at: float = 0.0
    bell: threading.Condition = field(default_factory=threading.Condition)

    def put(self, frame: Frame, at: float) -> None:
        with self.bell:
            self.frame, self.at = frame, at
            self.bell.notify()

    def take(self, patience_s: float) -> tuple[Frame, float] | None:
        with self.bell:
            if self.frame is None:
                self.bell.wait(patience_s)
            if self.frame is None:
                return None
            frame, self.frame = self.frame, None
            return frame, self.at


class Camera:
    """A `Reader`. A file is played at its own pace; at its end the reader has ended."""

    kind = "camera"

    def __init__(
        self,
        source: str | int,
        options: Options | None = None,
        *,
        decoder: Decoder | None = None,
        opener: Opener | None = None,
    ) -> None:
        self._source = str(source)
        self.name = f"camera {without_password(self._source)}"
        self._options = options or Options()
        self._opener = opener or BACKENDS[self._options.backend]
        self._decoder = decoder or Decoder()
        self._outlet = Outlet()
        self._mailbox = _Mailbox()
        self._sight = _Sight()
        self._newest: Frame | None = None
        self._wanted_at = -PREVIEW_S
        self._preview: tuple[object, bytes] | None = None
        self._ended = threading.Event()
        self.framed = 0
        self.looked = 0
        self.failed = 0
        """Frames seen, frames decoded, frames whose decoding went wrong."""
        self._threads = [
            threading.Thread(target=run, name=f"camera-{what}", daemon=True)
            for what, run in (("grab", self._grab), ("decode", self._decode))
        ]

    @property
    def health(self) -> Health:
        return self._outlet.health

    def __iter__(self) -> Iterator[Reading]:
        for thread in self._threads:
            if thread.ident is None:
                thread.start()
        return iter(self._outlet)

    def close(self) -> None:
        """A driver that hangs in a read keeps its thread, which is a daemon and delivers nothing any more."""
        self._outlet.close()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=1)

    def preview(self) -> bytes | None:
        """The newest frame as a small JPEG; made only while somebody looks."""
        self._wanted_at = time.monotonic()
        frame = self._newest
        if frame is None or not self.health.usable:
            return None
        if self._preview is None or self._preview[0] is not frame:
            self._preview = frame, _jpeg(frame, self._options.mirror)
        return self._preview[1]

    # grabbing

    def _grab(self) -> None:
        tries = 0
        while not self._outlet.closed.is_set():
            try:
                capture = self._opener(self._source, self._options)
                seen = self._film(capture)
            except CannotCapture as error:
                self._outlet.becomes(error.condition, str(error))
            except Exception as error:  # a driver may raise anything; the door's eyes open again all the same
                self._outlet.becomes(Condition.BLIND, f"{self.name} failed: {type(error).__name__}")
            else:
                if seen and capture.is_file and not self._options.loop:
                    break
                tries = 0 if seen else tries
                if seen and capture.is_file:
                    continue
            self._outlet.closed.wait(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
            tries += 1
        self._ended.set()

    def _film(self, capture: Capture) -> int:
        """Frames until there are none any more; how many there were."""
        count = 0
        self._sight = _Sight()
        try:
            while not self._outlet.closed.is_set() and (frame := capture.read()) is not None:
                count += 1
                self.framed += 1
                now = time.monotonic()
                self._tell_sight(frame, now, capture.is_file)
                self._mailbox.put(frame, now)
                if now - self._wanted_at < PREVIEW_S or self._newest is None:
                    self._newest = frame
        finally:
            self._newest = None
            capture.close()
        if not capture.is_file and not self._outlet.closed.is_set():
            words = "was unplugged, or gives no picture any more" if count else "gives no picture"
            self._outlet.becomes(Condition.MISSING if count else Condition.BLIND, f"{self.name} {words}")
        elif count == 0:
            self._outlet.becomes(Condition.BLIND, f"{self.name} holds no picture that can be decoded: is it a video?")
        return count

    def _tell_sight(self, frame: Frame, now: float, is_file: bool) -> None:
        black, frozen = self._sight.look(frame, now)
        if black:
            self._outlet.becomes(Condition.BLIND, f"{self.name} sees only black: is its cover on, is there light?")
        elif frozen and not is_file:
            self._outlet.becomes(
                Condition.BLIND, f"{self.name} shows the same picture all the time: unplug it for a moment"
            )
        else:
            self._outlet.becomes(Condition.READY, "ready")

    # decoding

    def _decode(self) -> None:
        gate, presentations = ChangeGate(), Presentations()
        while not self._outlet.closed.is_set():
            taken = self._mailbox.take(0.25)
            if taken is None:
                if self._ended.is_set():
                    break
                continue
            frame, at = taken
            if gate.opens(frame, at):
                self._look(frame, at, gate, presentations)
        if self._ended.is_set() and not self._outlet.closed.is_set():
            self._outlet.becomes(Condition.ENDED, f"{self.name} has ended")
        self._outlet.end()

    def _look(self, frame: Frame, at: float, gate: ChangeGate, presentations: Presentations) -> None:
        self.looked += 1
        try:
            turned = _turned(frame, self._options.rotation)
            codes = self._decoder.decode(turned)
        except Exception:  # a library that stumbles over one frame must not end the door's eyes
            self.failed += 1
            return
        if codes:
            gate.keep_open(at)
        begun = presentations.look(codes, (turned.shape[1], turned.shape[0]), at)
        if begun is not None:
            self._outlet.put(begun.value, begun.rivals, seen_at=at)


class _Sight:
    """Does a camera see anything at all?"""

    def __init__(self) -> None:
        self._black_since: float | None = None
        self._same_since: float | None = None
        self._before: bytes = b""

    def look(self, frame: Frame, now: float) -> tuple[bool, bool]:
        """Whether it has been black, and whether it has not changed by one bit, for too long."""
        sample = frame[8::16, 8::16]
        self._black_since = _since(self._black_since, int(sample.max(initial=0)) < BLACK, now)
        bits = sample.tobytes()
        self._same_since = _since(self._same_since, bits == self._before, now)
        self._before = bits
        return _lasts(self._black_since, now, BLACK_S), _lasts(self._same_since, now, FROZEN_S)


def _since(before: float | None, holds: bool, now: float) -> float | None:
    return (now if before is None else before) if holds else None


def _lasts(since: float | None, now: float, seconds: float) -> bool:
    return since is not None and now - since >= seconds


def _turned(frame: Frame, rotation: int) -> Frame:
    if rotation == 0:
        return frame
    cv2 = opencv()
    turned: Frame = cv2.rotate(frame, getattr(cv2, _ROTATIONS[rotation]))
    return turned


def _jpeg(frame: Frame, mirror: bool) -> bytes:
    cv2 = opencv()
    height, width = frame.shape[:2]
    if width > PREVIEW_WIDTH:
        frame = cv2.resize(frame, (PREVIEW_WIDTH, height * PREVIEW_WIDTH // width), interpolation=cv2.INTER_AREA)
    if mirror:
        frame = cv2.flip(frame, 1)
    encoded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY])[1]
    return bytes(encoded)
