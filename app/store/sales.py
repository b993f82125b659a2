"""Sales inside one transaction, and the tickets that they put into the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.domain.model import (
    PLACEHOLDER,
    QR,
    AccountId,
    Admission,
    AdmissionId,
    Allowance,
    CallId,
    Credential,
    EventId,
    Guest,
    Kind,
    Standing,
)
from app.domain.money import Money
from app.domain.outbox import CallState
from app.domain.sale import Rate, Sale, SaleId, SaleState, ShiftId, Sold
from app.domain.till import Shift
from app.store import schema

sa, so, r, sh, t = schema.sales, schema.sold, schema.rates, schema.shifts, schema.told
a, c, k = schema.admissions, schema.credentials, schema.calls

_UNMADE = (SaleState.DUE.value, SaleState.SENDING.value, SaleState.CONFLICT.value)
_UNPAID = (SaleState.ASKED.value, SaleState.REPRICED.value, SaleState.WAITING.value, SaleState.ISSUED.value,
           SaleState.PAID.value)  # fmt: skip
_OPEN = (CallState.DUE.value, CallState.PARKED.value, CallState.CONFLICT.value)
_sale_decoder = msgspec.json.Decoder(Sale)
_rates_decoder = msgspec.json.Decoder(list[Rate])


def to_sale(body: bytes) -> Sale:
    return _sale_decoder.decode(body)


def to_rates(body: bytes) -> list[Rate]:
    return _rates_decoder.decode(body)


def to_shift(row: Any) -> Shift:
    return Shift(
        id=ShiftId(row.id), station=row.station, opened_at=row.opened_at, opened_by=row.opened_by,
        opening=Money(row.opening, row.currency), closed_at=row.closed_at, closed_by=row.closed_by,
        counted=None if row.counted is None else Money(row.counted, row.currency), note=row.note,
    )  # fmt: skip


class SqlSales:
    """`SalesTx` on one connection."""

    def __init__(self, connection: Connection, new_admission: Callable[[Admission], int]) -> None:
        self._connection = connection
        self._new_admission = new_admission

    def get(self, sale: SaleId) -> Sale | None:
        return self._one(sa.c.id == sale)

    def by_payment(self, account: AccountId, payment_ref: str) -> Sale | None:
        return self._one(sa.c.account == account, sa.c.payment_ref == payment_ref) if payment_ref else None

    def _one(self, *where: Any) -> Sale | None:
        row = self._connection.execute(select(sa.c.body).where(*where).with_for_update()).first()
        return to_sale(row.body) if row else None

    def add(self, sale: Sale) -> None:
        self._connection.execute(
            insert(sa).values(
                id=sale.id, account=sale.account, event_id=sale.event, rate=sale.order.rate, quantity=sale.quantity,
                tender=sale.order.tender.value, station=sale.station, shift_id=sale.shift, at=sale.at,
                receipt=sale.receipt, **_moving(sale),
            )
        )  # fmt: skip

    def write(self, sale: Sale) -> None:
        self._connection.execute(update(sa).where(sa.c.id == sale.id).values(**_moving(sale)))

    def place(self, sale: Sale) -> Sale:
        placed = replace(sale, tickets=tuple(self._place(sale, one) for one in sale.tickets))
        self.write(placed)
        return placed

    def _place(self, sale: Sale, one: Sold) -> Sold:
        known = self._connection.execute(
            select(c.c.admission_id).where(c.c.scheme == QR, c.c.value == one.code).limit(1)
        ).scalar()
        admission = known if known is not None else self._new_admission(_admission(sale, one))
        here = self._connection.execute(select(so.c.code).where(so.c.code == one.code)).first()
        if here is None:
            self._connection.execute(insert(so).values(code=one.code, sale_id=sale.id, admission_id=admission))
        return replace(one, admission=AdmissionId(admission))

    def void(self, sale: Sale, word: str) -> None:
        mine = select(so.c.admission_id).where(so.c.sale_id == sale.id)
        self._connection.execute(
            update(a)
            .where(a.c.id.in_(mine), a.c.resource == PLACEHOLDER)
            .values(standing=Standing.VOID.value, word=word)
        )

    def calls(self, sale: Sale) -> list[CallId]:
        mine = select(so.c.admission_id).where(so.c.sale_id == sale.id)
        rows = self._connection.execute(select(k.c.id).where(k.c.admission_id.in_(mine), k.c.state.in_(_OPEN)))
        return [CallId(row.id) for row in rows]

    def claim(self, account: AccountId, claim: str, now: datetime, limit: int) -> list[Sale]:
        due = and_(sa.c.state == SaleState.DUE.value, sa.c.due_at <= now)
        orphaned = and_(sa.c.state == SaleState.SENDING.value, sa.c.claim != claim)
        rows = self._connection.execute(
            select(sa.c.body)
            .where(sa.c.account == account, sa.c.due_at.is_not(None), or_(due, orphaned))
            .order_by(sa.c.seq)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        return [self._claimed(to_sale(row.body), claim) for row in rows]

    def _claimed(self, sale: Sale, claim: str) -> Sale:
        orphaned = sale.state is SaleState.SENDING
        mine = replace(sale, state=SaleState.SENDING, doubts=sale.doubts + orphaned)
        self._connection.execute(update(sa).where(sa.c.id == sale.id).values(claim=claim, **_moving(mine)))
        return mine

    def settle(self, sale: Sale, claim: str) -> bool:
        mine = (sa.c.id == sale.id, sa.c.claim == claim, sa.c.state == SaleState.SENDING.value)
        return self._connection.execute(update(sa).where(*mine).values(claim="", **_moving(sale))).rowcount > 0

    def hurry(self, account: AccountId, now: datetime) -> int:
        waiting = (sa.c.account == account, sa.c.state == SaleState.DUE.value, sa.c.due_at > now)
        return self._connection.execute(update(sa).where(*waiting).values(due_at=now)).rowcount

    def pending(self, event: EventId, rate: str, since: datetime | None) -> int:
        # One till at a time: what another has counted and not sold yet would be sold twice.
        self._connection.execute(select(r.c.account).where(r.c.event_id == event).with_for_update()).all()
        after = sa.c.state.in_(_UNPAID) if since is None else and_(sa.c.state.in_(_UNPAID), sa.c.at > since)
        counted = self._connection.execute(
            select(func.coalesce(func.sum(sa.c.quantity), 0)).where(
                sa.c.event_id == event, sa.c.rate == rate, or_(sa.c.state.in_(_UNMADE), after)
            )
        )
        return int(counted.scalar_one())

    def keep_rates(self, account: AccountId, event: EventId, rates: Sequence[Rate], as_of: datetime) -> None:
        self._put_rates(account, event, as_of=as_of, failed="", body=msgspec.json.encode(list(rates)))

    def rates_failed(self, account: AccountId, event: EventId, words: str) -> None:
        self._put_rates(account, event, failed=words[:200] or "no answer")

    def _put_rates(self, account: AccountId, event: EventId, **values: Any) -> None:
        mine = (r.c.account == account, r.c.event_id == event)
        if self._connection.execute(update(r).where(*mine).values(**values)).rowcount == 0:
            self._connection.execute(insert(r).values(account=account, event_id=event, **{"body": b"[]", **values}))

    def hears(self, account: AccountId, message_id: str, at: datetime) -> bool:
        mine = (t.c.account == account, t.c.id == message_id)
        if self._connection.execute(select(t.c.at).where(*mine)).first() is not None:
            return False
        self._connection.execute(insert(t).values(account=account, id=message_id, at=at))
        return True

    def open_shift(self, station: str, at: datetime, by: str, opening: Money) -> Shift:
        values = {
            "station": station, "opened_at": at, "opened_by": by, "opening": opening.minor,
            "currency": opening.currency,
        }  # fmt: skip
        self._connection.execute(insert(sh).values(**values))
        shift = self.shift_of(station)
        if shift is None:
            raise AssertionError("a shift that was just opened is open")
        return shift

    def shift_of(self, station: str) -> Shift | None:
        mine = (sh.c.station == station, sh.c.closed_at.is_(None))
        row = self._connection.execute(select(sh).where(*mine).with_for_update()).first()
        return to_shift(row) if row else None

    def close_shift(self, shift: Shift) -> None:
        self._connection.execute(
            update(sh)
            .where(sh.c.id == shift.id)
            .values(
                closed_at=shift.closed_at, closed_by=shift.closed_by, note=shift.note,
                counted=shift.counted.minor if shift.counted else None,
            )
        )  # fmt: skip


def _moving(sale: Sale) -> dict[str, Any]:
    """What of a sale changes in its life."""
    return {
        "state": sale.state.value, "payment_ref": sale.payment_ref, "due_at": sale.due_at,
        "body": msgspec.json.encode(sale),
    }  # fmt: skip


def _admission(sale: Sale, one: Sold) -> Admission:
    """The ticket as the door knows it until its platform tells of it."""
    holder = one.wanted.holder
    return Admission(
        account=sale.account, event=sale.event, resource=PLACEHOLDER, kind=Kind.TICKET, ref=f"{QR}:{one.code}",
        standing=Standing.GOOD, rate=sale.rate_name, guest=Guest(name=holder.name), email=holder.email,
        phone=holder.phone, credentials=(Credential(value=one.code),), allowances=(Allowance(limit=1),),
    )  # fmt: skip
