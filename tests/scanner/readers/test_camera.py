"""A camera that stands in a file or a stream: each presentation once, and a reader that nothing can end."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from app.domain.codes import clean
from scanner.decoding import Decoded, Decoder
from scanner.readers import camera as cameras
from scanner.readers.camera import Camera
from scanner.readers.capture import CannotCapture, Options
from scanner.readers.contract import Condition
from tests.scanner.readers.film import EVENING, Act, Picture, film, jpeg, room, write_film
from tests.scanner.readers.listening import Listen, wait_until

TICKET = Act(text="ZQ4K81MD7")


@pytest.mark.zbar
def test_everybody_who_presents_a_code_is_read_once(tmp_path: Path, listen: Listen) -> None:
    """Tilt, glare, dark mode, a phone at a distance, a shaking hand, noise: at the pace of a real camera."""
    path = write_film(tmp_path / "evening.avi", film(EVENING), fps=15)
    camera = listen(Camera(str(path)))
    camera.becomes(Condition.ENDED, 90)
    assert [clean(code) for code in camera.codes] == [clean(act.text) for act in EVENING]


def test_a_film_that_loops_goes_on(tmp_path: Path, listen: Listen) -> None:
    path = write_film(tmp_path / "loop.avi", film([TICKET], pause=2), fps=60)
    camera = listen(Camera(str(path), Options(loop=True)))
    seen = camera.reader.framed  # type: ignore[attr-defined]
    wait_until(lambda: camera.reader.framed > seen + 120, "a second round")  # type: ignore[attr-defined]
    assert set(camera.codes) == {"ZQ4K81MD7"}


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_camera_that_hangs_askew_reads_all_the_same(rotation: Any, tmp_path: Path, listen: Listen) -> None:
    turns = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
    frames = [np.asarray(cv2.rotate(frame, turns[rotation])) for frame in film([TICKET], pause=1)]
    path = write_film(tmp_path / "turned.avi", frames, fps=60)
    camera = listen(Camera(str(path), Options(rotation=rotation)))
    camera.becomes(Condition.ENDED)
    assert camera.codes == ["ZQ4K81MD7"]


def test_two_codes_side_by_side_are_told_together(tmp_path: Path, listen: Listen) -> None:
    both = film([Act(text="LEFT00001", at=(0.34, 0.5), side=150)], pause=0)[4:-4]
    right = film([Act(text="RIGHT0002", at=(0.66, 0.5), side=150)], pause=0)[4:-4]
    frames = [np.where(np.arange(640) < 320, left, other) for left, other in zip(both, right, strict=True)]
    path = write_film(tmp_path / "two.avi", frames)
    camera = listen(Camera(str(path)))
    camera.becomes(Condition.ENDED)
    assert len(camera.codes) == 1
    assert camera.codes[0] in {"LEFT00001", "RIGHT0002"}


class Scene:
    """A source of frames that a test directs."""

    def __init__(self) -> None:
        self.frames: Callable[[int], Picture | None] = lambda at: room(np.random.default_rng(at))
        self.refusal: CannotCapture | None = None
        self.opened = 0
        self.period_s = 0.01

    def __call__(self, _source: str, _options: Options) -> Any:
        if self.refusal is not None:
            raise self.refusal
        self.opened += 1
        return _Shot(self)


class _Shot:
    is_file = False

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.count = 0

    def read(self) -> Picture | None:
        time.sleep(self.scene.period_s)
        self.count += 1
        return self.scene.frames(self.count)

    def close(self) -> None:
        return


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(cameras, "AGAIN_S", (0.01, 0.05))
    return Scene()


def test_a_slow_decoder_sees_the_newest_frame_and_never_falls_behind(scene: Scene, listen: Listen) -> None:
    seen: list[int] = []
    lag: list[int] = []

    class Slow(Decoder):
        def decode(self, frame: Picture) -> list[Decoded]:
            number = int(frame[0, 0])
            seen.append(number)
            lag.append(camera.reader.framed - number)  # type: ignore[attr-defined]
            time.sleep(0.08)
            return []

    scene.frames = lambda at: np.full((480, 640), at, np.uint8) if at < 250 else None
    camera = listen(Camera("0", decoder=Slow(), opener=scene))
    wait_until(lambda: len(seen) >= 15, "fifteen looks")
    assert max(lag) <= 2, "each look was at the newest frame there was"
    assert camera.reader.framed > 2 * len(seen)  # type: ignore[attr-defined]


def test_a_camera_that_vanishes_is_told_and_taken_up_again(scene: Scene, listen: Listen) -> None:
    ticket = film([TICKET], pause=0)[6]
    scene.frames = lambda at: room(np.random.default_rng(at)) if at < 30 else None
    camera = listen(Camera("/dev/video0", opener=scene))
    camera.becomes(Condition.MISSING)
    assert "unplugged" in camera.reader.health.words
    scene.refusal = CannotCapture(Condition.MISSING, "camera /dev/video0 is not there: is it plugged in?")
    wait_until(lambda: "not there" in camera.reader.health.words, "its absence")
    scene.refusal, scene.frames = None, lambda _at: ticket
    assert camera.wait_for(1) == ["ZQ4K81MD7"]
    camera.becomes(Condition.READY)


def test_black_frames_are_told_and_light_puts_it_right(
    scene: Scene, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cameras, "BLACK_S", 0.1)
    scene.frames = lambda at: np.random.default_rng(at).integers(0, 12, (480, 640), dtype=np.uint8)
    camera = listen(Camera("0", opener=scene))
    camera.becomes(Condition.BLIND)
    assert "black" in camera.reader.health.words
    scene.frames = lambda at: room(np.random.default_rng(at))
    camera.becomes(Condition.READY)


def test_a_picture_that_never_changes_is_told(scene: Scene, listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "FROZEN_S", 0.1)
    still = room(np.random.default_rng(1))
    scene.frames = lambda _at: still
    camera = listen(Camera("0", opener=scene))
    camera.becomes(Condition.BLIND)
    assert "same picture" in camera.reader.health.words


def test_a_library_that_stumbles_over_a_frame_ends_nothing(scene: Scene, listen: Listen) -> None:
    class Clumsy(Decoder):
        def decode(self, frame: Picture) -> list[Decoded]:
            if int(frame[0, 0]) % 2:
                raise RuntimeError("a payload that nobody expected")
            return [Decoded("ZQ4K81MD7", centre=(320, 240))]

    scene.frames = lambda at: np.full((480, 640), at % 200, np.uint8)
    camera = listen(Camera("0", decoder=Clumsy(), opener=scene))
    assert camera.wait_for(1) == ["ZQ4K81MD7"]
    wait_until(lambda: camera.reader.failed > 0, "a failed look")  # type: ignore[attr-defined]
    assert camera.reader.health.usable


def test_the_preview_is_small_mirrored_and_made_only_for_who_looks(scene: Scene, listen: Listen) -> None:
    half = np.full((720, 1280), 20, np.uint8)
    half[:, :640] = 230

    scene.frames = lambda at: (half + at % 3).astype(np.uint8)
    camera = listen(Camera("0", opener=scene))
    camera.becomes(Condition.READY)
    reader: Camera = camera.reader  # type: ignore[assignment]
    wait_until(lambda: reader.preview() is not None, "a preview")
    picture = cv2.imdecode(np.frombuffer(reader.preview() or b"", np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture.shape == (270, 480)
    assert picture[:, :200].mean() < 60 < picture[:, 280:].mean()
    scene.frames = lambda _at: None
    wait_until(lambda: reader.preview() is None, "no preview of a camera that is gone")


@pytest.mark.parametrize(
    ("source", "condition"),
    [
        ("/dev/video97", Condition.MISSING),
        ("97", Condition.MISSING),
        ("no/such/film.avi", Condition.MISSING),
        ("http://127.0.0.1:9/cam.mjpg", Condition.MISSING),
        ("/dev/null", Condition.LOCKED),
        ("", Condition.MISSING),
        ("bad\x00name.avi", Condition.MISSING),
    ],
)
def test_a_camera_that_cannot_be_opened_says_why(source: str, condition: Condition, listen: Listen) -> None:
    camera = listen(Camera(source))
    camera.becomes(condition)
    assert len(camera.reader.health.words) > 20


def test_a_file_that_is_no_film_says_so(tmp_path: Path, listen: Listen) -> None:
    path = tmp_path / "letter.avi"
    path.write_bytes(b"Dear box office, " * 1000)
    camera = listen(Camera(str(path)))
    camera.becomes(Condition.BLIND)
    assert "is it a video?" in camera.reader.health.words


def test_a_film_that_is_cut_short_gives_what_it_has(tmp_path: Path, listen: Listen) -> None:
    path = write_film(tmp_path / "whole.avi", film([TICKET], pause=1), fps=60)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3] + b"\xff\x00garbage" * 200)
    camera = listen(Camera(str(path)))
    wait_until(lambda: camera.reader.health.condition in {Condition.ENDED, Condition.BLIND}, "its end")
    assert camera.codes in (["ZQ4K81MD7"], [])


class Webcam:
    """A network camera (Motion JPEG over HTTP) that can be switched off, and can send rubbish."""

    def __init__(self) -> None:
        self.frames: Callable[[int], bytes] = lambda at: jpeg(room(np.random.default_rng(at)))
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self._on = threading.Event()

    def switch_on(self) -> None:
        webcam = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                at = 0
                try:
                    while webcam._on.is_set():
                        at += 1
                        part = webcam.frames(at)
                        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(part)}\r\n\r\n"
                        self.wfile.write(head.encode() + part + b"\r\n")
                        time.sleep(0.02)
                except OSError:
                    return

            def log_message(self, *_: object) -> None:
                return

        self._on.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def switch_off(self) -> None:
        self._on.clear()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def webcam(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webcam]:
    monkeypatch.setattr(cameras, "AGAIN_S", (0.1, 0.2))
    webcam = Webcam()
    webcam.switch_on()
    yield webcam
    webcam.switch_off()


def test_a_network_camera_that_is_switched_off_and_on_and_sends_rubbish(webcam: Webcam, listen: Listen) -> None:
    first, second = film([TICKET], pause=0)[6], film([Act(text="HT55PW2Q")], pause=0)[6]
    webcam.frames = lambda _at: jpeg(first)
    camera = listen(Camera(f"http://127.0.0.1:{webcam.port}/cam.mjpg"))
    assert camera.wait_for(1) == ["ZQ4K81MD7"]
    webcam.switch_off()
    camera.becomes(Condition.MISSING)
    webcam.frames = lambda at: jpeg(second)[: 2000 + at] + b"\x00rubbish" * 50 if at < 20 else jpeg(second)
    webcam.switch_on()
    assert camera.wait_for(2) == ["ZQ4K81MD7", "HT55PW2Q"]
    camera.becomes(Condition.READY)


def test_the_address_of_a_camera_is_told_without_its_password() -> None:
    assert "s3cret" not in Camera("rtsp://door:s3cret@10.0.0.7/stream").name


class FakePi:
    """The part of picamera2 that is used."""

    def __init__(self, _number: int = 0) -> None:
        self.at = 0

    def create_video_configuration(self, main: dict[str, Any], controls: dict[str, Any]) -> dict[str, Any]:
        return {"main": main, "controls": controls}

    def configure(self, config: dict[str, Any]) -> None:
        assert config["main"] == {"size": (1280, 720), "format": "RGB888"}

    def start(self) -> None:
        return

    def capture_array(self) -> Picture:
        self.at += 1
        time.sleep(0.01)
        frame = film([TICKET], pause=0)[6] if self.at > 1 else room(np.random.default_rng(1))
        return np.dstack([frame] * 3)

    def stop(self) -> None:
        return

    def close(self) -> None:
        return


def test_the_pis_own_camera(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=FakePi))
    camera = listen(Camera("0", Options(backend="picamera2", fps=30)))
    assert camera.wait_for(1) == ["ZQ4K81MD7"]


def test_a_machine_without_picamera2_says_how_to_get_it(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    camera = listen(Camera("0", Options(backend="picamera2")))
    camera.becomes(Condition.MISSING)
    assert "apt-get install python3-picamera2" in camera.reader.health.words
