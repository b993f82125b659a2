"""A report that can be given out: its rows one by one, its sums at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from app.domain.model import AccountId
from app.domain.money import Money
from app.domain.sale import Tender
from app.domain.takings import (
    Asked,
    Balance,
    Convention,
    DoorTakings,
    Missing,
    Movement,
    Night,
    Payment,
    Reconciled,
    Refund,
    Summary,
    Sums,
    Unread,
)
from app.office.spool import Spool
from app.office.unmade import Unmade

SHOWN = 200
"""Rows of a list that a summary holds."""
_REFUNDS = """
SELECT r.account, r.ref, r.payment, r.event, r.event_name, r.at, r.day, r.reason, r.minor, r.currency,
    r.found, p.event, p.event_name, coalesce(p.method, ''), coalesce(p.sale_type, '')
FROM refunds r LEFT JOIN payments p ON p.n = r.found {where} ORDER BY r.at, r.n
"""
_RECONCILED = """
SELECT d.tender, d.currency, sum(d.count), sum(d.minor), count(p.n), coalesce(sum(p.minor), 0)
FROM door d LEFT JOIN payments p
    ON d.payment != '' AND p.account = d.account AND p.ref = d.payment AND p.currency = d.currency AND p.counts
GROUP BY d.tender, d.currency ORDER BY d.currency, d.tender
"""
_BALANCES = """
SELECT account, balance, balance_currency, at FROM (
    SELECT *, row_number() OVER (PARTITION BY account, balance_currency ORDER BY at DESC, n DESC) AS rank
    FROM movements WHERE balance IS NOT NULL
) WHERE rank = 1 ORDER BY account, balance_currency
"""


class Report:
    """Over a spool that was read. `keeps_door`: sales of our own door are known here."""

    def __init__(self, spool: Spool, asked: Asked, keeps_door: bool) -> None:
        self.spool = spool
        self.asked = asked
        self._keeps_door = keeps_door
        self._summary: Summary | None = None

    def check(self) -> None:
        """Raises Unmade when a row can't be used: the report would miss its money."""
        first = next(self.unread(), None)
        if first is None:
            return
        more = self._count("unread") - 1
        others = f", and {more} more like it" if more else ""
        raise Unmade(f"{first}{others}; nothing was made, but these rows can be listed in the report", damaged=True)

    def summary(self) -> Summary:
        """Made once, in one pass over the rows."""
        if self._summary is None:
            self._summary = self._made()
        return self._summary

    def _made(self) -> Summary:
        return Summary(
            asked=self.asked, as_of=self.spool.as_of(), sums=self._sums(), nights=tuple(self.nights()),
            conventions=tuple(self._conventions()), missing=tuple(self._missing()), balances=tuple(self._balances()),
            unmatched=tuple(self.refunds(unmatched=True, most=SHOWN)),
            unmatched_count=self._count("refunds WHERE found IS NULL"),
            unread=tuple(self.unread(SHOWN)), unread_count=self._count("unread"),
            nameless=self._count("payments WHERE ref = ''"),
            reconciled=tuple(self._reconciled()) if self._keeps_door else None,
        )  # fmt: skip

    def _sums(self) -> Sums:
        sums = Sums()
        for payment in self.payments():
            sums.pay(payment)
        for refund in self.refunds():
            sums.give_back(refund)
        for movement in self.movements():
            sums.move(movement)
        return sums

    def payments(self) -> Iterator[Payment]:
        wanted = (
            "SELECT account, ref, event, event_name, at, day, method, sale_type, status, minor, currency"
            " FROM payments ORDER BY at, n"
        )
        for account, ref, event, name, at, day, method, sale_type, status, minor, currency in self._rows(wanted):
            yield Payment(
                account=AccountId(account), ref=ref, event=event, event_name=name, at=_at(at), day=_day(day),
                method=method, sale_type=sale_type, status=status, amount=Money(minor, currency),
            )  # fmt: skip

    def refunds(self, *, unmatched: bool = False, most: int = -1) -> Iterator[Refund]:
        """With the event, method and sale type of their payments; or only those whose payment is not here."""
        wanted = _REFUNDS.format(where="WHERE r.found IS NULL" if unmatched else "") + " LIMIT ?"
        for row in self._rows(wanted, most):
            account, ref, payment, event, name, at, day, reason, minor, currency, found, its_event, its_name, *its = row
            yield Refund(
                account=AccountId(account), ref=ref, payment=payment, event=event or its_event or "",
                event_name=name or its_name or "", at=_at(at), day=_day(day), reason=reason,
                amount=Money(minor, currency), matched=found is not None, method=its[0], sale_type=its[1],
            )  # fmt: skip

    def movements(self) -> Iterator[Movement]:
        wanted = (
            "SELECT account, ref, at, day, kind, note, minor, currency, balance, balance_currency"
            " FROM movements ORDER BY at, n"
        )
        for account, ref, at, day, kind, note, minor, currency, balance, its_currency in self._rows(wanted):
            yield Movement(
                account=AccountId(account), ref=ref, at=_at(at), day=_day(day), kind=kind, note=note,
                amount=Money(minor, currency), balance=None if balance is None else Money(balance, its_currency),
            )  # fmt: skip

    def nights(self) -> Iterator[Night]:
        for account, ref, name, at, day in self._rows("SELECT * FROM nights ORDER BY at, account, ref"):
            yield Night(account=AccountId(account), ref=ref, name=name, at=_at(at), day=_day(day))

    def door(self) -> Iterator[DoorTakings]:
        """By event and tender, the sales by phone summed up."""
        wanted = (
            "SELECT account, event, max(event_name), tender, sum(count), sum(minor), currency FROM door"
            " GROUP BY account, event, tender, currency ORDER BY account, event, tender, currency"
        )
        for account, event, name, tender, count, minor, currency in self._rows(wanted):
            yield DoorTakings(
                account=AccountId(account), event=event, event_name=name, tender=Tender(tender), count=count,
                amount=Money(minor, currency),
            )  # fmt: skip

    def unread(self, most: int = -1) -> Iterator[Unread]:
        wanted = "SELECT account, resource, ref, field, why FROM unread ORDER BY n LIMIT ?"
        for account, resource, ref, field, why in self._rows(wanted, most):
            yield Unread(account=AccountId(account), resource=resource, ref=ref, field=field, why=why)

    def _reconciled(self) -> Iterator[Reconciled]:
        for tender, currency, count, minor, there_count, there in self._rows(_RECONCILED):
            phone = tender == Tender.PHONE
            yield Reconciled(
                tender=Tender(tender), count=count, here=Money(minor, currency), there_count=there_count,
                there=Money(there, currency) if phone else None,
            )  # fmt: skip

    def _conventions(self) -> Iterator[Convention]:
        for account, resource, amounts, rows in self._rows("SELECT * FROM conventions ORDER BY 1, 2, 3"):
            yield Convention(account=AccountId(account), resource=resource, amounts=amounts, rows=rows)

    def _missing(self) -> Iterator[Missing]:
        for account, resource, words in self._rows("SELECT account, resource, words FROM pulls WHERE words != ''"):
            yield Missing(account=AccountId(account), resource=resource, words=words)

    def _balances(self) -> Iterator[Balance]:
        for account, minor, currency, at in self._rows(_BALANCES):
            yield Balance(account=AccountId(account), amount=Money(minor, currency), at=_at(at))

    def _rows(self, wanted: str, *values: object) -> Iterator[Any]:
        try:
            yield from self.spool.base.execute(wanted, values)
        except sqlite3.Error as error:
            raise Unmade(f"{self.spool.path}: {error}") from None

    def _count(self, what: str) -> int:
        return int(next(self._rows(f"SELECT count(*) FROM {what}"))[0])  # noqa: S608 - names of ours


def _at(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _day(text: str) -> date:
    return date.fromisoformat(text)
