"""The rehearsal sheet: one code per verdict of the door, as a page, as pictures, and as one picture."""

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import segno

COLUMNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A code to scan and the verdict that a door in good health gives it."""

    label: str
    code: str
    expect: tuple[str, str]
    """Outcome (admit, refuse, ask) and reason."""

    @property
    def slug(self) -> str:
        """The label as a file name."""
        return self.label.replace(" ", "-")

    def as_dict(self) -> dict[str, Any]:
        """The row for JSON."""
        outcome, reason = self.expect
        return {"label": self.label, "slug": self.slug, "code": self.code, "expect": [outcome, reason]}


_STYLE = """
@page { size: A4; margin: 12mm }
* { box-sizing: border-box }
body { font: 16px/1.3 system-ui, sans-serif; color: #000; background: #fff; margin: 0 auto }
body { max-width: 1100px; padding: 8px }
h1 { font-size: 22px; margin: 4px 8px 0 } p { margin: 4px 8px 10px }
main { display: grid; grid-template-columns: repeat(3, 1fr); gap: 10px }
article { border: 1px solid #bbb; border-radius: 10px; padding: 10px; text-align: center; break-inside: avoid }
article svg { width: 100%; max-width: 250px; height: auto }
h2 { font-size: 18px; margin: 2px 0 } code { font-size: 15px; letter-spacing: .08em } small { display: block }
@media (max-width: 700px) { main { grid-template-columns: 1fr } }
@media print { body { max-width: none; padding: 0; font-size: 12px } }
@media print { article svg { max-width: 40mm } h2 { font-size: 14px } }
"""


def qr_svg(code: str) -> str:
    """The code as an inline SVG picture."""
    svg: str = segno.make(code, micro=False, error="m").svg_inline(scale=6, border=4, omitsize=True)
    return svg


def qr_png(code: str) -> bytes:
    """The code as a PNG picture."""
    picture = io.BytesIO()
    segno.make(code, micro=False, error="m").save(picture, kind="png", scale=10, border=4)
    return picture.getvalue()


def sheet_html(rows: Sequence[SheetRow], title: str = "Rehearsal: one code per verdict") -> str:
    """A page that prints on one A4 and can be scanned from a second screen."""
    cards = "\n".join(
        f'<article id="{row.slug}"><h2>{escape(row.label)}</h2>{qr_svg(row.code)}<code>{escape(row.code)}</code>'
        f"<small>expected: {escape(row.expect[0])} ({escape(row.expect[1])})</small></article>"
        for row in rows
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        "<p>Each code gives its verdict on the first scan.</p>"
        f"<main>\n{cards}\n</main></body></html>\n"
    )


def sheet_png(rows: Sequence[SheetRow], scale: int = 10) -> bytes:
    """All codes in one grayscale picture, three a row, in the order of the sheet."""
    codes = [_pixels(row.code, scale) for row in rows]
    side = max((code.shape[0] for code in codes), default=1) + 4 * scale
    lines = max(1, -(-len(codes) // COLUMNS))
    canvas = np.full((lines * side, COLUMNS * side), 255, dtype=np.uint8)
    for place, code in enumerate(codes):
        top, left = place // COLUMNS * side, place % COLUMNS * side
        canvas[top : top + code.shape[0], left : left + code.shape[1]] = code
    return _png(canvas)


def write_sheet(folder: Path, rows: Sequence[SheetRow]) -> None:
    """Write `sheet.html`, `sheet.png` and one `<slug>.png` for each row into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sheet.html").write_text(sheet_html(rows), encoding="utf-8")
    (folder / "sheet.png").write_bytes(sheet_png(rows))
    for row in rows:
        (folder / f"{row.slug}.png").write_bytes(qr_png(row.code))


def _pixels(code: str, scale: int) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    matrix = [list(line) for line in segno.make(code, micro=False, error="m").matrix_iter(border=4)]
    light = np.where(np.array(matrix) != 0, 0, 255).astype(np.uint8)
    return light.repeat(scale, axis=0).repeat(scale, axis=1)


def _png(pixels: "np.ndarray[Any, np.dtype[np.uint8]]") -> bytes:
    """An 8-bit grayscale PNG: each line starts with filter byte 0."""
    height, width = pixels.shape
    lines = np.hstack([np.zeros((height, 1), dtype=np.uint8), pixels]).tobytes()
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    )
    written = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)
