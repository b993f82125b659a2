"""A document as the bytes of ESC/POS, through python-escpos. It is loaded at first use: most hubs have no printer."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import segno

from app.paper.columns import row, wrap
from app.paper.words import fault
from app.ports.paper import Document, Fault, Heading, Line, Row, Rule, Text, Ticket

COLUMNS = {80: 42, 58: 32}
"""Characters of a line by the paper's width in mm, where the profile does not tell."""
DOT_COLUMNS = 12
QUIET = 4
LARGEST_MODULE = 8
"""Dots of a QR code's module: 1 mm."""
PAGES = ("CP858", "CP850", "CP437", "CP1252", "CP852", "CP866")
"""Code pages that nearly every printer has. python-escpos by itself takes the euro sign from a Greek one."""


def render(document: Document, width: int, profile: str = "default") -> bytes:
    """The bytes of a document, with a cut at the end. Raises `PrinterError` for a profile that nobody knows."""
    known(profile)
    from escpos.magicencode import Encoder  # noqa: PLC0415
    from escpos.printer import Dummy  # noqa: PLC0415

    paper = Dummy(profile=profile)
    pages = paper.profile.get_code_pages()
    paper.magic.encoder = Encoder({name: pages[name] for name in PAGES if name in pages} or pages)
    paper.magic.encoder.used_encodings.update(name for name in PAGES[:1] if name in pages)
    columns = COLUMNS[width] if profile == "default" else max(int(paper.profile.get_columns("a")), COLUMNS[58])
    paper.hw("INIT")
    for line in document.lines:
        _WRITERS[type(line)](paper, line, columns)
    paper.cut(mode="PART")
    return bytes(paper.output)


def known(profile: str) -> None:
    """Raises `PrinterError` where python-escpos does not know this model."""
    if profile not in _profiles():
        cure = "take the name of a model from its list, or leave printing.profile out"
        raise fault(Fault.UNUSABLE, f"python-escpos knows no profile {profile!r}: {cure}")


@lru_cache(maxsize=1)
def _profiles() -> frozenset[str]:
    from escpos import capabilities  # noqa: PLC0415

    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)  # a new one at each start, else left behind
    return frozenset(capabilities.CAPABILITIES["profiles"])


def _heading(paper: Any, line: Heading, columns: int) -> None:
    paper.set(align="center", bold=True, double_height=line.large, normal_textsize=True)
    _text(paper, wrap(line.text, columns))
    paper.set(align="left", bold=False, normal_textsize=True)


def _sentence(paper: Any, line: Text, columns: int) -> None:
    paper.set(align="center" if line.centred else "left")
    _text(paper, wrap(line.text, columns))
    paper.set(align="left")


def _row(paper: Any, line: Row, columns: int) -> None:
    paper.set(bold=line.strong, double_height=line.strong, normal_textsize=True)
    _text(paper, row(line.label, line.value, columns))
    paper.set(bold=False, normal_textsize=True)


def _rule(paper: Any, _line: Rule, columns: int) -> None:
    _text(paper, ["-" * columns])


def _ticket(paper: Any, line: Ticket, columns: int) -> None:
    paper.set(align="center")
    _text(paper, ["", line.title])
    # The printer draws it where it can: a hundred bytes instead of thousands
    native = bool(paper.profile.supports("qrCode"))
    paper.qr(line.code, ec=1, size=_module(line.code, columns), native=native)
    paper.set(align="center", bold=True)
    _text(paper, wrap(line.name, columns) if line.name else [])
    paper.set(bold=False)
    _text(paper, wrap(line.code, columns))
    paper.set(align="left")


def _module(code: str, columns: int) -> int:
    """Dots of a module, so that the code fits with the quiet around it."""
    modules, _ = segno.make(code, micro=False, error="m", boost_error=False).symbol_size(border=QUIET)
    return max(2, min(LARGEST_MODULE, columns * DOT_COLUMNS // int(modules)))


_WRITERS: dict[type[Line], Callable[[Any, Any, int], None]] = {
    Heading: _heading, Text: _sentence, Row: _row, Rule: _rule, Ticket: _ticket,
}  # fmt: skip


def _text(paper: Any, lines: list[str]) -> None:
    for one in lines:
        paper.text("".join(_letter(paper.magic.encoder, letter) for letter in one) + "\n")


def _letter(encoder: Any, letter: str) -> str:
    """As the printer can write it: itself, without its accent, or a question mark."""
    if letter.isascii() or letter.isspace():
        return " " if letter.isspace() else letter
    bare = unicodedata.normalize("NFKD", letter)[0]
    return next((one for one in (letter, bare) if encoder.find_suitable_encoding(one)), "?")
