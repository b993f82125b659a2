"""Where frames come from: a camera, a file that stands in for one, a stream."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

from scanner.engines import opencv
from scanner.readers.contract import Condition
from scanner.video import without_password

if TYPE_CHECKING:
    from scanner.engines import Frame

MAX_PIXELS = 40_000_000
STREAM_TIMEOUT_MS = 5_000
_USUAL_FPS = 25.0


class CannotCapture(Exception):
    """The source can't be opened: `condition` and a sentence for people."""

    def __init__(self, condition: Condition, words: str) -> None:
        super().__init__(words)
        self.condition = condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a camera is set; None leaves it to the camera. `exposure` in the driver's own unit.

    `rotation` turns what it sees clockwise before it is decoded; `mirror` is for the preview; with `loop` a file that
    stands in for a camera begins anew at its end.
    """

    width: int | None = None
    height: int | None = None
    fps: float | None = None
    exposure: float | None = None
    rotation: Literal[0, 90, 180, 270] = 0
    mirror: bool = True
    backend: Literal["opencv", "picamera2"] = "opencv"
    loop: bool = False


class Capture(Protocol):
    """An open source. `read` waits for the next frame; None means that there is none any more."""

    @property
    def is_file(self) -> bool:
        """A file ends; everything else is gone and may come back."""
        ...

    def read(self) -> Frame | None: ...
    def close(self) -> None: ...


Opener = Callable[[str, Options], Capture]


def is_stream(source: str) -> bool:
    return "://" in source


def is_device(source: str) -> bool:
    return source.isdigit() or source.startswith("/dev/")


class OpenCvCapture:
    """`cv2.VideoCapture` on a device, a file or a stream. A file is played at its own pace."""

    def __init__(self, source: str, options: Options) -> None:
        cv2 = opencv()
        self.is_file = not is_device(source) and not is_stream(source)
        self._missing(source)
        try:
            self._capture: Any = _opened(cv2, source)
        except (cv2.error, ValueError, OSError):
            raise _not_opened(source) from None
        if not self._capture.isOpened():
            self._capture.release()
            raise _not_opened(source)
        if is_device(source):
            _ask(cv2, self._capture, options)
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        self._period = 1 / (fps if 1 <= fps <= 240 else _USUAL_FPS) if self.is_file else 0.0
        self._next = time.monotonic()
        self._error: type[Exception] = cv2.error

    def read(self) -> Frame | None:
        self._keep_pace()
        try:
            got, frame = self._capture.read()
        except (self._error, MemoryError):
            return None
        if not got or frame is None or frame.shape[0] * frame.shape[1] > MAX_PIXELS:
            return None
        picture: Frame = frame
        return picture

    def close(self) -> None:
        self._capture.release()

    def _keep_pace(self) -> None:
        if self._period:
            self._next += self._period
            time.sleep(max(0.0, self._next - time.monotonic()))

    def _missing(self, source: str) -> None:
        path = Path(f"/dev/video{source}" if source.isdigit() else source)
        try:
            missing = not is_stream(source) and "%" not in source and (not path.exists() or path.is_dir())
        except (OSError, ValueError):
            missing = True
        if missing:
            raise CannotCapture(Condition.MISSING, f"camera {source} is not there: is it plugged in?")


def _opened(cv2: Any, source: str) -> Any:
    if source.isdigit():
        return cv2.VideoCapture(int(source))
    if is_stream(source):
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, STREAM_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, STREAM_TIMEOUT_MS]
        return cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
    return cv2.VideoCapture(source)


def _ask(cv2: Any, capture: Any, options: Options) -> None:
    """Compressed pictures first: uncompressed ones leave a USB 2 camera five a second at full size."""
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter_fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    for name, value in (
        (cv2.CAP_PROP_FRAME_WIDTH, options.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, options.height),
        (cv2.CAP_PROP_FPS, options.fps),
    ):
        if value is not None:
            capture.set(name, value)
    if options.exposure is not None:
        capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, 1)  # V4L2_EXPOSURE_MANUAL
        capture.set(cv2.CAP_PROP_EXPOSURE, options.exposure)


def _not_opened(source: str) -> CannotCapture:
    shown = without_password(source)
    if is_stream(source):
        host = urlsplit(source).hostname or "its host"
        return CannotCapture(Condition.MISSING, f"camera {shown} gives no picture: does {host} answer?")
    if is_device(source):
        cure = "end the program that uses it, or add the user to the group video"
        return CannotCapture(Condition.LOCKED, f"camera {shown} can't be opened: {cure}")
    return CannotCapture(Condition.BLIND, f"{shown} holds no picture that can be decoded: is it a video?")


class PiCapture:
    """A Raspberry Pi's own camera, through picamera2 (apt-get install python3-picamera2)."""

    is_file = False

    def __init__(self, source: str, options: Options) -> None:
        try:
            from picamera2 import Picamera2  # noqa: PLC0415
        except ImportError:
            raise CannotCapture(
                Condition.MISSING, "the Pi's camera needs picamera2: apt-get install python3-picamera2"
            ) from None
        try:
            self._camera: Any = Picamera2(int(source) if source.isdigit() else 0)
            size = (options.width or 1280, options.height or 720)
            controls = {"FrameRate": options.fps} if options.fps else {}
            if options.exposure is not None:
                controls |= {"AeEnable": False, "ExposureTime": int(options.exposure)}
            self._camera.configure(
                self._camera.create_video_configuration({"size": size, "format": "RGB888"}, controls=controls)
            )
            self._camera.start()
        except (RuntimeError, IndexError, OSError) as error:
            words = f"the Pi's camera can't be opened: {error}; is its cable in, is another program using it?"
            raise CannotCapture(
                Condition.LOCKED if "busy" in str(error).lower() else Condition.MISSING, words
            ) from None

    def read(self) -> Frame | None:
        try:
            frame: Frame = self._camera.capture_array()  # RGB888 is BGR in memory, as OpenCV wants it
        except (RuntimeError, OSError):
            return None
        return frame

    def close(self) -> None:
        self._camera.stop()
        self._camera.close()


BACKENDS: dict[str, Opener] = {"opencv": OpenCvCapture, "picamera2": PiCapture}
