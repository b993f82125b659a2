"""The paper room as the hub knows it: receipts and reports as page, as PDF, and on the printer where there is one."""

from __future__ import annotations

from app.domain.sale import Sale, SaleState
from app.domain.till import Shift, ShiftReport
from app.paper import html, pdf
from app.paper.queue import PrintQueue
from app.paper.receipt import Head, receipt
from app.paper.shift import shift_report
from app.paper.words import outcome
from app.ports.paper import Document, Fault, PaperPage, Printed

AGAIN_S = 4
"""A receipt that waits for its payment looks again so often."""
_WAITING = frozenset({SaleState.ASKED, SaleState.REPRICED, SaleState.WAITING})


class PaperDesk:
    """Implements `app.ports.paper.Paper`."""

    def __init__(self, head: Head, printer: PrintQueue | None = None) -> None:
        self._head = head
        self._printer = printer

    @property
    def prints(self) -> bool:
        return self._printer is not None

    def receipt_page(self, sale: Sale, language: str, night: str = "") -> PaperPage:
        again = AGAIN_S if sale.state in _WAITING else 0
        return html.page(receipt(sale, self._head, language, night), again)

    def receipt_pdf(self, sale: Sale, language: str, night: str = "") -> bytes:
        return pdf.roll(receipt(sale, self._head, language, night))

    def shift_pdf(self, shift: Shift, report: ShiftReport, language: str) -> bytes:
        return pdf.a4(shift_report(shift, report, self._head, language))

    def print_receipt(self, sale: Sale, language: str, night: str = "") -> Printed:
        return self._print(receipt(sale, self._head, language, night))

    def print_shift(self, shift: Shift, report: ShiftReport, language: str) -> Printed:
        return self._print(shift_report(shift, report, self._head, language))

    def close(self) -> None:
        """Take nothing more for the printer."""
        if self._printer is not None:
            self._printer.close()

    def _print(self, document: Document) -> Printed:
        if self._printer is None:
            return outcome(Fault.NO_PRINTER, document.language)
        return self._printer.print(document)
