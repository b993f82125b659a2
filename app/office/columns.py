"""What a report has, section by section: the one description that all four formats are written from.

Amounts are whole minor units with their currency beside them. Days are dates and instants datetimes of the venue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.money import Money
from app.domain.takings import By, Reconciled, Refund, Sum, Summary, counts
from app.office.report import Report

Line = dict[str, Any]

COLUMNS: dict[str, type] = {
    "section": str, "account": str, "name": str, "event": str, "event_name": str, "day": date, "at": datetime,
    "method": str, "sale_type": str, "kind": str, "status": str, "ref": str, "payment": str, "note": str,
    "currency": str, "count": int, "amount_minor": int, "refund_count": int, "refund_minor": int, "net_minor": int,
    "platform_count": int, "platform_minor": int, "difference_minor": int,
}  # fmt: skip
"""Every column of the long form and what is in it. What a section does not have is empty there."""
_SUMMED = ("currency", "count", "amount_minor", "refund_count", "refund_minor", "net_minor")
_REFUND = (
    "account", "ref", "payment", "event", "event_name", "day", "at", "method", "sale_type", "kind", "note", "currency",
    "refund_minor",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`sheet` is its name in a workbook; sections of one sheet stand below each other."""

    name: str
    sheet: str
    columns: tuple[str, ...]
    lines: Callable[[Report], Iterator[Line]]


def sections() -> tuple[Section, ...]:
    return (
        Section(name="about", sheet="Summary", columns=("name", "note"), lines=_about),
        Section(name="total", sheet="Summary", columns=_SUMMED, lines=lambda it: _summed(it, By.ALL)),
        Section(name="by_account", sheet="Summary", columns=("account", *_SUMMED),
            lines=lambda it: _summed(it, By.ACCOUNT)),
        Section(name="wallet_by_kind", sheet="Summary", columns=("kind", "currency", "count", "amount_minor"),
            lines=_moved),
        Section(name="wallet_balance", sheet="Summary", columns=("account", "at", "currency", "amount_minor"),
            lines=_balances),
        Section(name="reconciliation", sheet="Summary", columns=("kind", "currency", "count", "amount_minor",
            "platform_count", "platform_minor", "difference_minor"), lines=_reconciled),
        Section(name="by_event", sheet="By event", columns=("account", "event", "event_name", *_SUMMED),
            lines=lambda it: _summed(it, By.EVENT)),
        Section(name="by_day", sheet="By day", columns=("day", *_SUMMED), lines=lambda it: _summed(it, By.DAY)),
        Section(name="by_method", sheet="By method", columns=("method", *_SUMMED),
            lines=lambda it: _summed(it, By.METHOD)),
        Section(name="by_sale_type", sheet="By sale type", columns=("sale_type", *_SUMMED),
            lines=lambda it: _summed(it, By.SALE_TYPE)),
        Section(name="event", sheet="Events", columns=("account", "event", "event_name", "day", "at"), lines=_nights),
        Section(name="payment", sheet="Payments", columns=("account", "ref", "event", "event_name", "day", "at",
            "method", "sale_type", "status", "kind", "currency", "amount_minor"), lines=_payments),
        Section(name="refund", sheet="Refunds", columns=_REFUND, lines=lambda it: _refunds(it, unmatched=False)),
        Section(name="unmatched_refund", sheet="Unmatched refunds", columns=_REFUND,
            lines=lambda it: _refunds(it, unmatched=True)),
        Section(name="wallet", sheet="Wallet", columns=("account", "ref", "day", "at", "kind", "note", "currency",
            "amount_minor"), lines=_movements),
        Section(name="door", sheet="Door sales", columns=("account", "event", "event_name", "kind", "currency",
            "count", "amount_minor"), lines=_door),
        Section(name="unreadable", sheet="Rows not read", columns=("account", "kind", "ref", "name", "note"),
            lines=_unread),
    )  # fmt: skip


def about(summary: Summary) -> Iterator[tuple[str, str]]:
    """What was asked, of whom, when, and how their numbers were understood."""
    asked = summary.asked
    yield "from", asked.first.isoformat()
    yield "to", asked.last.isoformat()
    yield "timezone", str(asked.zone)
    yield "accounts", ", ".join(asked.accounts)
    yield "event", asked.event_name or asked.event or "all"
    yield "as of", summary.as_of.astimezone(asked.zone).isoformat(timespec="seconds")
    for one in summary.conventions:
        words = {"minor": "whole minor units (cents)", "units": "units (euros)"}.get(one.amounts, one.amounts)
        yield f"amounts of {one.resource}, {one.account}", f"sent in {words}: {one.rows} rows"
    for status, count in summary.sums.statuses():
        words = "counted" if counts(status) else "no money came, not counted"
        yield f"payments with status {status or '(none)'}", f"{count}, {words}"
    if summary.nameless:
        yield "payments without an id", f"{summary.nameless}; their refunds are matched by what was paid for"
    yield "refunds without a payment here", str(summary.unmatched_count)
    yield "rows that can't be read", str(summary.unread_count)
    for gone in summary.missing:
        yield f"not shown to this key: {gone.resource}, {gone.account}", gone.words
    yield "sales at the door", "compared" if summary.reconciled is not None else "none are kept here"


def _about(report: Report) -> Iterator[Line]:
    return ({"name": name, "note": note} for name, note in about(report.summary()))


def _summed(report: Report, by: By) -> Iterator[Line]:
    for one in report.summary().sums.by(by):
        yield _sum(one, by)


def _sum(one: Sum, by: By) -> Line:
    account, value = one.key
    found: dict[By, Line] = {
        By.ALL: {},
        By.ACCOUNT: {"account": account},
        By.EVENT: {"account": account, "event": value, "event_name": one.name},
        By.DAY: {"day": date.fromisoformat(value) if by is By.DAY else None},
        By.METHOD: {"method": value},
        By.SALE_TYPE: {"sale_type": value},
    }
    return found[by] | {
        "currency": one.currency, "count": one.payments, "amount_minor": one.paid.minor, "refund_count": one.refunds,
        "refund_minor": one.refunded.minor, "net_minor": one.net.minor,
    }  # fmt: skip


def _money(amount: Money) -> Line:
    return {"currency": amount.currency, "amount_minor": amount.minor}


def _moved(report: Report) -> Iterator[Line]:
    for one in report.summary().sums.moved():
        yield {"kind": one.kind, "count": one.count, **_money(one.amount)}


def _balances(report: Report) -> Iterator[Line]:
    for one in report.summary().balances:
        yield {"account": one.account, "at": _local(report, one.at), **_money(one.amount)}


def _reconciled(report: Report) -> Iterator[Line]:
    for one in report.summary().reconciled or ():
        yield {"kind": one.tender.value, "count": one.count, **_money(one.here), **_there(one)}


def _there(one: Reconciled) -> Line:
    there = {} if one.there is None else {"platform_count": one.there_count, "platform_minor": one.there.minor}
    return there | {"difference_minor": one.difference.minor}


def _nights(report: Report) -> Iterator[Line]:
    for one in report.nights():
        at = _local(report, one.at) if one.at else None
        yield {"account": one.account, "event": one.ref, "event_name": one.name, "day": one.day, "at": at}


def _payments(report: Report) -> Iterator[Line]:
    for one in report.payments():
        yield {
            "account": one.account, "ref": one.ref, "event": one.event, "event_name": one.event_name, "day": one.day,
            "at": _local(report, one.at), "method": one.method, "sale_type": one.sale_type, "status": one.status,
            "kind": "counted" if one.counts else "not counted", **_money(one.amount),
        }  # fmt: skip


def _refunds(report: Report, *, unmatched: bool) -> Iterator[Line]:
    return (_refund(report, one) for one in report.refunds(unmatched=unmatched))


def _refund(report: Report, one: Refund) -> Line:
    return {
        "account": one.account, "ref": one.ref, "payment": one.payment, "event": one.event,
        "event_name": one.event_name, "day": one.day, "at": _local(report, one.at), "method": one.method,
        "sale_type": one.sale_type, "kind": "matched" if one.matched else "unmatched", "note": one.reason,
        "currency": one.amount.currency, "refund_minor": one.amount.minor,
    }  # fmt: skip


def _movements(report: Report) -> Iterator[Line]:
    for one in report.movements():
        yield {
            "account": one.account, "ref": one.ref, "day": one.day, "at": _local(report, one.at), "kind": one.kind,
            "note": one.note, **_money(one.amount),
        }  # fmt: skip


def _door(report: Report) -> Iterator[Line]:
    for one in report.door():
        yield {
            "account": one.account, "event": one.event, "event_name": one.event_name, "kind": one.tender.value,
            "count": one.count, **_money(one.amount),
        }  # fmt: skip


def _unread(report: Report) -> Iterator[Line]:
    for one in report.unread():
        yield {"account": one.account, "kind": one.resource, "ref": one.ref, "name": one.field, "note": one.why}


def _local(report: Report, at: datetime) -> datetime:
    return at.astimezone(report.asked.zone)
