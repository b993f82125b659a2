"""The libraries that read codes, each imported at its first use: an idle hub must not carry 100 MB of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Spot:
    """A code as an engine saw it: text, centre and side, in pixels of the picture that the engine was given."""

    text: str
    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Engine:
    """A library that reads QR codes from a grey picture."""

    name: str
    read: Callable[[Frame], list[Spot]]
    load: Callable[[], Any]
    cure: Callable[[], str]

    def present(self) -> bool:
        """Whether it can be used on this machine; imports it."""
        try:
            self.load()
        except (ImportError, OSError):  # OSError: the shared library is there and can't be loaded
            return False
        return True


@cache
def opencv() -> Any:
    """The module cv2, set up for a server: one thread of its own, and nothing on stderr about a guest's bad picture."""
    import cv2  # noqa: PLC0415

    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    return cv2


@cache
def _zxing_module() -> Any:
    import zxingcpp  # noqa: PLC0415

    return zxingcpp


@cache
def _zbar_module() -> Any:
    from pyzbar import pyzbar  # noqa: PLC0415

    return pyzbar


def _read_zxing(frame: Frame) -> list[Spot]:
    module = _zxing_module()
    # QRCodeModel2 and not QRCode: in zxing-cpp 3 the latter is a family, and its Micro QR gives false reads.
    found = module.read_barcodes(frame, formats=module.BarcodeFormat.QRCodeModel2, text_mode=module.TextMode.Plain)
    return [_spot(_zxing_text(code), _zxing_corners(code.position)) for code in found]


def _zxing_text(code: Any) -> str:
    try:
        return str(code.text)
    except UnicodeDecodeError:
        return bytes(code.bytes).decode("utf-8", "replace")


def _zxing_corners(position: Any) -> list[tuple[int, int]]:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return [(corner.x, corner.y) for corner in corners]


def _read_zbar(frame: Frame) -> list[Spot]:
    module = _zbar_module()
    found = module.decode(frame, symbols=[module.ZBarSymbol.QRCODE])
    # zbar guesses the character set and takes UTF-8 for Shift JIS: a wrong reading is worse than none.
    return [_spot(code.data.decode("ascii"), _zbar_corners(code)) for code in found if code.data.isascii()]


def _zbar_corners(code: Any) -> list[tuple[int, int]]:
    left, top, width, height = code.rect
    return list(code.polygon) or [(left, top), (left + width, top + height)]


def _spot(text: str, corners: list[tuple[int, int]]) -> Spot:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Spot(text, sum(xs) / len(xs), sum(ys) / len(ys), max(max(xs) - min(xs), max(ys) - min(ys)))


def _zbar_cure() -> str:
    # The Python package is there and still can't be imported: the shared library is what is missing.
    return "apt-get install libzbar0" if importlib.util.find_spec("pyzbar") else "pip install pyzbar"


ZXING = Engine("zxing-cpp", _read_zxing, _zxing_module, lambda: "pip install zxing-cpp")
ZBAR = Engine("zbar", _read_zbar, _zbar_module, _zbar_cure)
