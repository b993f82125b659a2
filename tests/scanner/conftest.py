"""Tickets as a door sees them: drawn codes, and what light, hands and phones do to them."""

import io

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def png(text: str | bytes, scale: int = 6, **drawing: object) -> bytes:
    """A QR code as a PNG."""
    made = io.BytesIO()
    segno.make(text, micro=False, error="m").save(made, kind="png", scale=scale, border=4, **drawing)
    return made.getvalue()


def drawn(text: str | bytes, scale: int = 6) -> Picture:
    """A QR code as a grey picture with its quiet zone."""
    return cv2.imdecode(np.frombuffer(png(text, scale), np.uint8), cv2.IMREAD_GRAYSCALE)


def on_a_wall(codes: dict[tuple[int, int], Picture], width: int = 640, height: int = 480) -> Picture:
    """Codes pasted on light grey at (left, top)."""
    wall = np.full((height, width), 235, np.uint8)
    for (left, top), code in codes.items():
        wall[top : top + code.shape[0], left : left + code.shape[1]] = code
    return wall


def encoded(picture: Picture, ending: str, *options: int) -> bytes:
    done, data = cv2.imencode(ending, picture, options)
    assert done
    return data.tobytes()
