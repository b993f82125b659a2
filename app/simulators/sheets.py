"""The rehearsal sheet: one code per verdict of the door, as a page, as pictures, and as one picture."""

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import segno

COLUMNS = 3
BLACK, WHITE = b"\0", b"\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A code to scan and the verdict that a door in good health gives it."""

    label: str
    code: str
    expect: tuple[str, str]
    """Outcome (admit, refuse, ask) and reason."""
    scheme: str = "qr"
    """What carries the code: qr, or rfid for the text on a wristband's chip."""

    @property
    def slug(self) -> str:
        """The label as a file name."""
        return self.label.replace(" ", "-")

    def as_dict(self) -> dict[str, Any]:
        """The row for JSON."""
        outcome, reason = self.expect
        whole = {"label": self.label, "slug": self.slug, "code": self.code, "expect": [outcome, reason]}
        return {**whole, "scheme": self.scheme}


_CHIP = "<small>the text of a wristband's chip</small>"
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
        f"{_CHIP if row.scheme == 'rfid' else ''}"
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
    side = max((len(code) for code in codes), default=1) + 4 * scale
    lines: list[bytes] = []
    for first in range(0, max(len(codes), 1), COLUMNS):
        beside = codes[first : first + COLUMNS]
        lines += [_beside(beside, line, side) for line in range(side)]
    return _png(lines)


def _beside(codes: Sequence[Sequence[bytes]], line: int, side: int) -> bytes:
    """One line of pixels through the codes of a row, each padded with white to `side`."""
    cells = (code[line] if line < len(code) else b"" for code in codes)
    return b"".join(cell.ljust(side, WHITE) for cell in cells).ljust(COLUMNS * side, WHITE)


def write_sheet(folder: Path, rows: Sequence[SheetRow]) -> None:
    """Write `sheet.html`, `sheet.png` and one `<slug>.png` for each row into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sheet.html").write_text(sheet_html(rows), encoding="utf-8")
    (folder / "sheet.png").write_bytes(sheet_png(rows))
    for row in rows:
        (folder / f"{row.slug}.png").write_bytes(qr_png(row.code))


def _pixels(code: str, scale: int) -> list[bytes]:
    """The lines of a code's picture, a byte a pixel."""
    lines = []
    for modules in segno.make(code, micro=False, error="m").matrix_iter(border=4):
        line = b"".join((BLACK if dark else WHITE) * scale for dark in modules)
        lines += [line] * scale
    return lines


def _png(lines: Sequence[bytes]) -> bytes:
    """An 8-bit grayscale PNG: each line starts with filter byte 0."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(b"\0" + line for line in lines))),
        (b"IEND", b""),
    )
    written = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)
