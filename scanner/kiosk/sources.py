"""Settings -> readers."""

from __future__ import annotations

import sys
from typing import TextIO

from app.settings.kiosk import CameraSettings, GunSettings, KeyboardSettings, ReaderSettings, SerialSettings
from scanner.decoding import Decoder
from scanner.readers.camera import Camera
from scanner.readers.capture import Options
from scanner.readers.contract import Reader
from scanner.readers.hid import HidGun
from scanner.readers.keyboard import Keyboard
from scanner.readers.serial import SerialGun


def reader(given: ReaderSettings, decoder: Decoder, stdin: TextIO = sys.stdin) -> Reader:
    """A reader, not started."""
    match given:
        case CameraSettings():
            return _camera(given, decoder)
        case GunSettings():
            return HidGun(
                given.device, layout=given.layout, prefix=given.prefix, suffix=given.suffix,
                pause_s=given.pause_ms / 1000, scheme=given.scheme,
            )  # fmt: skip
        case SerialSettings():
            return SerialGun(
                given.device, baud=given.baud, prefix=given.prefix, suffix=given.suffix, pause_s=given.pause_ms / 1000,
                scheme=given.scheme,
            )  # fmt: skip
        case KeyboardSettings():
            return Keyboard(stdin)


def _camera(given: CameraSettings, decoder: Decoder) -> Camera:
    options = Options(
        width=given.width, height=given.height, fps=given.fps, exposure=given.exposure, rotation=given.rotation,
        mirror=given.mirror, backend=given.backend, loop=given.loop,
    )  # fmt: skip
    return Camera(given.device, options, decoder=decoder)
