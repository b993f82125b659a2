"""Pictures for the guides: few colours, small files."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def save(picture: Image.Image, path: Path) -> None:
    few = picture.convert("RGB").quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
