"""What goes on paper: documents as lines, the printer that takes them, and the room that makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.sale import Sale
from app.domain.till import Shift, ShiftReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Centred and bold; `large` is the one that is read from afar."""

    text: str
    large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A sentence; `centred` or from the left."""

    text: str
    centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A label at the left, its value at the right; `strong`: what the eye should find first."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The QR of a ticket, with whose it is and what it carries under it. `title` counts it: `1 of 3`."""

    title: str
    name: str
    code: str


Line = Heading | Text | Row | Rule | Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is printed or shown, from top to bottom. `at` is when what it tells of happened. No control characters."""

    title: str
    language: str
    at: datetime
    lines: tuple[Line, ...]


class Fault(StrEnum):
    """Why something is not on paper, or not for sure."""

    NO_PRINTER = "no_printer"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    ERROR = "error"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    """It takes a connection and does not answer."""
    UNUSABLE = "unusable"
    """Something on this machine must be set right first."""
    BUSY = "busy"
    """It never came to this document, and never will."""
    SLOW = "slow"
    """It is at it, or was given it: it may still come out."""
    STUCK = "stuck"
    """It stopped taking data: a part may be printed."""
    BROKE_OFF = "broke_off"
    """It went away in the middle: a part may be printed."""


class PrinterError(Exception):
    """Something is not on paper: `words` say why, `cure` what to do, both for people, in English."""

    def __init__(self, words: str, cure: str, fault: Fault = Fault.ERROR) -> None:
        super().__init__(f"{words}: {cure}" if cure else words)
        self.words = words
        self.cure = cure
        self.fault = fault


class Printer(Protocol):
    """One printer. Not thread-safe: somebody sees to it that one document is printed at a time."""

    def prepare(self) -> None:
        """MAY take seconds, for what has to be loaded; MUST NOT fail and MUST NOT need the printer."""
        ...

    def check(self) -> None:
        """Is it ready to print? Prints nothing. Raises `PrinterError`."""
        ...

    def print(self, document: Document) -> None:
        """MUST return only when the printer has taken all of it; MAY block for long. Raises `PrinterError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What came of printing, in the language of the document. `fault` is None when it is on paper."""

    words: str
    cure: str = ""
    fault: Fault | None = None

    @property
    def ok(self) -> bool:
        return self.fault is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """A page that stands alone, and the only Content-Security-Policy that it needs."""

    html: str
    policy: str


class Paper(Protocol):
    """Receipts and till reports. Thread-safe. `night` is the event's label, `YYYY-MM-DD`, where it is known."""

    @property
    def prints(self) -> bool:
        """Is a printer set up?"""
        ...

    def receipt_page(self, sale: Sale, language: str, night: str = "") -> PaperPage: ...

    def receipt_pdf(self, sale: Sale, language: str, night: str = "") -> bytes: ...

    def shift_pdf(self, shift: Shift, report: ShiftReport, language: str) -> bytes: ...

    def print_receipt(self, sale: Sale, language: str, night: str = "") -> Printed:
        """MUST come back within 3 seconds, and MUST NOT raise for what a printer does."""
        ...

    def print_shift(self, shift: Shift, report: ShiftReport, language: str) -> Printed:
        """As `print_receipt`."""
        ...
