"""Documents as PDF, through fpdf2, loaded at first use: on a roll of 80 mm, or on A4. Same document, same bytes."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import segno

from app.ports.paper import Document, Heading, Line, Row, Rule, Text, Ticket

if TYPE_CHECKING:
    from fpdf import FPDF

FONT = "Helvetica"
LETTERS = "cp1252"
"""What the fonts that every reader of PDF has of its own can show; other letters become a question mark."""
QUIET = 4
_WITHOUT_MARKS = dict(zip("ŁłĐđħĦıŧŦ", "LlDdhHitT", strict=True))
"""Those that Unicode does not take apart."""
_BLACK, _GREY = (0, 0, 0), (150, 150, 150)
LONGEST_MM = 2000.0
"""Of one page: readers of PDF refuse pages that are much longer. Then comes the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Sizes of a kind of paper: mm, and points for letters. `height` 0: as long as what is on it."""

    width: float
    height: float = 0.0
    margin: float
    body: float
    heading: float
    large: float
    strong: float
    qr: float
    measure: float
    """Width of what is written: on A4 a line of all its width is hard to follow from label to value."""


ROLL = Sheet(width=80, margin=5, body=9, heading=11, large=14, strong=12, qr=36, measure=70)
A4 = Sheet(width=210, height=297, margin=22, body=11, heading=13, large=20, strong=13, qr=45, measure=166)


def roll(document: Document) -> bytes:
    """On paper of 80 mm, as long as it takes."""
    trial = _draw(document, ROLL, LONGEST_MM)
    if trial.page > 1:
        return _bytes(trial)
    return _bytes(_draw(document, ROLL, max(trial.get_y() + ROLL.margin, ROLL.width), breaks=False))


def a4(document: Document) -> bytes:
    """On sheets of A4."""
    return _bytes(_draw(document, A4, A4.height))


def _draw(document: Document, sheet: Sheet, height: float, *, breaks: bool = True) -> FPDF:
    pdf = _blank(document, sheet, height)
    pdf.set_auto_page_break(breaks, sheet.margin)
    for line in document.lines:
        _WRITERS[type(line)](pdf, line, sheet)
    return pdf


def _blank(document: Document, sheet: Sheet, height: float) -> FPDF:
    from fpdf import FPDF  # noqa: PLC0415

    logging.getLogger("fpdf").setLevel(logging.ERROR)  # it warns of letters without a glyph: those are guests' names
    pdf = FPDF(unit="mm", format=(sheet.width, height))
    pdf.set_creation_date(document.at)
    pdf.set_title(document.title)
    pdf.set_creator("doorcheck")
    pdf.set_lang(document.language)
    pdf.set_margin(sheet.margin)
    pdf.c_margin = 0
    pdf.core_fonts_encoding = LETTERS
    pdf.add_page()
    return pdf


def _bytes(pdf: FPDF) -> bytes:
    return bytes(pdf.output())


def _write(pdf: FPDF, text: str, width: float, size: float, *, style: str = "", align: str = "L") -> None:
    """A paragraph from where the pen is; the pen goes to the start of the next line."""
    pdf.set_font(FONT, style, size)
    text = _shown(text)
    left = pdf.l_margin
    pdf.multi_cell(width, size * 0.5, text, align=align, new_x="LEFT", new_y="NEXT", wrapmode=_mode(pdf, text, width))
    pdf.set_x(left)


def _shown(text: str) -> str:
    """As the fonts can show it: other letters of Europe without their marks."""
    return "".join(one if one.encode(LETTERS, "ignore") else _nearest(one) for one in text)


def _nearest(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", _WITHOUT_MARKS.get(letter, letter)).encode("ascii", "ignore").decode()
    return plain or "?"


def _mode(pdf: FPDF, text: str, width: float) -> Any:
    """Between words; a word that is wider than the column anywhere."""
    wide = any(pdf.get_string_width(word) > width - 2 for word in text.split())
    return "CHAR" if wide else "WORD"


def _heading(pdf: FPDF, line: Heading, sheet: Sheet) -> None:
    size = sheet.large if line.large else sheet.heading
    _write(pdf, line.text, sheet.measure, size, style="B", align="C")
    pdf.ln(size * 0.08)


def _text(pdf: FPDF, line: Text, sheet: Sheet) -> None:
    _write(pdf, line.text, sheet.measure, sheet.body, align="C" if line.centred else "L")
    pdf.ln(sheet.body * 0.06)


def _row(pdf: FPDF, line: Row, sheet: Sheet) -> None:
    """The value stands beside the label's first line; a label that is too long goes on below."""
    size, style = (sheet.strong, "B") if line.strong else (sheet.body, "")
    pdf.set_font(FONT, style, size)
    room = max(sheet.measure - pdf.get_string_width(_shown(line.value)) - 4, sheet.measure * 0.4)
    if pdf.will_page_break(size):
        pdf.add_page()
    top = pdf.get_y()
    _write(pdf, line.label, room, size, style=style)
    below = pdf.get_y()
    pdf.set_xy(pdf.l_margin + room, top)
    _write(pdf, line.value, sheet.measure - room, size, style=style, align="R")
    pdf.set_y(max(below, pdf.get_y()) + size * 0.04)


def _rule(pdf: FPDF, _line: Rule, sheet: Sheet) -> None:
    pdf.ln(sheet.body * 0.18)
    pdf.set_draw_color(*_GREY)
    pdf.set_line_width(0.25)
    pdf.line(pdf.l_margin, pdf.get_y(), pdf.l_margin + sheet.measure, pdf.get_y())
    pdf.ln(sheet.body * 0.25)


def _ticket(pdf: FPDF, line: Ticket, sheet: Sheet) -> None:
    """All of it on one page."""
    if pdf.will_page_break(sheet.qr + sheet.body * 2):
        pdf.add_page()
    pdf.ln(sheet.body * 0.15)
    _write(pdf, line.title, sheet.measure, sheet.body, align="C")
    _qr(pdf, line.code, sheet)
    if line.name:
        _write(pdf, line.name, sheet.measure, sheet.body, style="B", align="C")
    _write(pdf, line.code, sheet.measure, sheet.body, align="C")
    pdf.ln(sheet.body * 0.3)


def _qr(pdf: FPDF, code: str, sheet: Sheet) -> None:
    """As lines: sharp on any printer, and small."""
    made = segno.make(code, micro=False, error="m")
    module = sheet.qr / made.symbol_size(border=QUIET)[0]
    left, top = pdf.l_margin + (sheet.measure - sheet.qr) / 2, pdf.get_y()
    pdf.set_fill_color(*_BLACK)
    for y, modules in enumerate(made.matrix):
        for x, length in _runs(bytes(modules)):
            pdf.rect(left + (x + QUIET) * module, top + (y + QUIET) * module, length * module, module, style="F")
    pdf.set_y(top + sheet.qr)


def _runs(modules: bytes) -> list[tuple[int, int]]:
    """Where dark modules stand side by side: the first, and how many."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(modules):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs


_WRITERS: dict[type[Line], Callable[[Any, Any, Sheet], None]] = {
    Heading: _heading, Text: _text, Row: _row, Rule: _rule, Ticket: _ticket,
}  # fmt: skip
