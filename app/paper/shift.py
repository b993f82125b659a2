"""From a till's shift to its report: what was sold, how it was paid, and whether the cash is right. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.domain.money import Money
from app.domain.till import Shift, ShiftReport
from app.paper.amounts import amount, moment, tidy
from app.paper.receipt import Head, letterhead, rate_label
from app.paper.words import words
from app.ports.paper import Document, Heading, Line, Row, Rule, Text


def shift_report(shift: Shift, report: ShiftReport, head: Head, language: str) -> Document:
    """The report of a shift; of one that is still open, how it stands."""
    say = words(language)
    title = say["shift" if shift.closed_at else "so_far"]
    lines = (
        *letterhead(head, language), Heading(text=title, large=not head.venue), Rule(),
        *_who(shift, head, language), *_sold(report, language), *_taken(report, language),
        *_cash(shift, report, language),
    )  # fmt: skip
    return Document(title=title, language=language, at=shift.closed_at or shift.opened_at, lines=lines)


def _who(shift: Shift, head: Head, language: str) -> Iterator[Line]:
    say = words(language)

    def when(at: datetime, who: str) -> str:
        return moment(at, head.zone, language) + (f", {tidy(who)}" if tidy(who) else "")

    yield Row(label=say["till"], value=tidy(shift.station))
    yield Row(label=say["number"], value=str(shift.id))
    yield Row(label=say["opened"], value=when(shift.opened_at, shift.opened_by))
    if shift.closed_at:
        yield Row(label=say["closed"], value=when(shift.closed_at, shift.closed_by))


def _sold(report: ShiftReport, language: str) -> Iterator[Line]:
    say = words(language)
    yield Rule()
    yield Heading(text=say["sold"])
    if not report.by_rate:
        yield Text(text=say["nothing"], centred=True)
    for one in report.by_rate:
        yield Row(label=f"{one.tickets} × {rate_label(one.rate, one.price)}", value=amount(one.total, language))
    yield Row(label=say["sales"], value=str(report.sales))
    yield Row(label=say["tickets"], value=str(report.tickets))


def _taken(report: ShiftReport, language: str) -> Iterator[Line]:
    say = words(language)
    yield Rule()
    yield Heading(text=say["taken"])
    for name, money in (("cash", report.cash), ("card", report.card), ("phone", report.phone)):
        yield Row(label=say[name], value=amount(money, language))
    yield Row(label=say["total"], value=amount(report.cash + report.card + report.phone, language), strong=True)


def _cash(shift: Shift, report: ShiftReport, language: str) -> Iterator[Line]:
    say = words(language)
    yield Rule()
    yield Heading(text=say["in_till"])
    yield Row(label=say["float"], value=amount(shift.opening, language))
    yield Row(label=say["cash_sales"], value=amount(report.cash, language))
    yield Row(label=say["expected"], value=amount(report.expected, language))
    if shift.counted is None or report.difference is None:
        yield Text(text=say["open"])
    else:
        yield Row(label=say["counted"], value=amount(shift.counted, language))
        yield _difference(report.difference, language)
    if note := tidy(shift.note):
        yield Rule()
        yield Text(text=f"{say['note']}: {note}")


def _difference(difference: Money, language: str) -> Row:
    """Said as a word beside the amount: a minus is easily overlooked."""
    say = words(language)
    if not difference.minor:
        return Row(label=say["difference"], value=say["right"], strong=True)
    label = say["missing" if difference.minor < 0 else "over"]
    return Row(label=f"{say['difference']}: {label.lower()}", value=amount(difference, language), strong=True)
