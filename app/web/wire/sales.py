"""Sales on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

import segno
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

from app.domain.model import EventId
from app.domain.money import Money, total
from app.domain.sale import (
    MOST_AT_ONCE,
    Holder,
    Order,
    Sale,
    SaleId,
    SaleState,
    Sold,
    Tender,
    Wanted,
)
from app.domain.sale_words import not_in_words, sale_words
from app.flows.sale_desk import ADMITTED_STATES, cancellable
from app.web.wire.common import EventName, Given, Instant, Reason, Taken, tidy
from app.web.wire.money import Currency, Minor, MoneyOut

SALE_ID = r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,39}$"
"""Shorter than a scan's, since the scans of its tickets are named after it."""


def _a_day(text: str) -> str:
    """A platform that refuses a day which does not exist would do so after it was paid."""
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("is no day") from None


Line = Annotated[str, StringConstraints(max_length=200), BeforeValidator(tidy)]
Ref = Annotated[str, StringConstraints(max_length=100), BeforeValidator(tidy)]
Day = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"), AfterValidator(_a_day)]
Matrix = Annotated[
    list[str], Field(description="A QR code, row by row: `1` is dark. Without the quiet zone of 4 modules.")
]


class TicketIn(Taken):
    """Who one ticket is for, and what it has beside the entrance. What must be filled depends on the rate (`needs`)."""

    name: Line = ""
    email: Line = ""
    phone: Line = ""
    gender: Literal["", "female", "male"] = ""
    birthday: Day = ""
    address: Line = ""
    country_code: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2})?$")] = ""
    postal_code: Line = ""
    document_type: Literal["", "dni", "nie", "passport", "other"] = ""
    document_number: Line = ""
    answers: Annotated[dict[Ref, Line], Field(default_factory=dict, max_length=50)]
    supplements: Annotated[list[Ref], Field(default_factory=list, max_length=50)]

    def wanted(self) -> Wanted:
        plain = self.model_dump(exclude={"supplements"})
        return Wanted(holder=Holder(**plain), supplements=tuple(self.supplements))


class SaleIn(Taken):
    """What is sold. `id` makes it safe to send again: the same id is answered the same, and sold once.

    `total` is what staff told the guest, in minor units of `currency`: refused when it is another now.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "s1-7f3a9c", "event": "fourvenues:e1", "rate": "r1", "price": "p1", "tender": "cash",
                    "tickets": [{"name": "Ana García", "email": "ana@mail.example"}], "total": 1500,
                    "currency": "EUR", "admit": True,
                }
            ]
        }
    )  # fmt: skip

    id: Annotated[str, StringConstraints(pattern=SALE_ID)]
    event: Line
    rate: Ref
    price: Ref
    tender: Tender
    tickets: Annotated[list[TicketIn], Field(min_length=1, max_length=MOST_AT_ONCE)]
    warranty: bool = False
    total: Minor | None = None
    currency: Currency | None = None
    channel: Ref = ""
    referral: Ref = ""
    admit: bool = Field(False, description="They go in at once; of one by phone, as soon as it is paid.")

    def order(self, currency: str) -> Order:
        """`currency`: the rate's own, where none was said."""
        expected = None if self.total is None else Money(self.total, self.currency or currency)
        return Order(
            id=SaleId(self.id), event=EventId(self.event), rate=self.rate, price=self.price, tender=self.tender,
            tickets=tuple(one.wanted() for one in self.tickets), warranty=self.warranty, expected=expected,
            channel=self.channel, referral=self.referral, admit=self.admit,
        )  # fmt: skip


class SoldOut(Given):
    """One ticket. `qr` is what its guest shows; `entered`: the guest went in, by the scan `scan`; `refused`: why the
    door did not let the guest in with the sale, for people."""

    code: str
    name: str
    total: MoneyOut
    entered: bool
    scan: str
    refused: str
    qr: Matrix | None


class SaleOut(Given):
    """A sale. `message` says for people how it stands and what to do; `words` are the platform's own.

    `asked` is the total that was told to the guest where the platform takes another now (state `repriced`).
    `payment_url` and `payment_qr` are where the guest pays, while that is possible. `receipt_url` is a path of this
    hub, `receipt_qr` the whole link, where the hub knows the address that phones reach it by.
    """

    id: str
    state: SaleState
    message: str
    event: EventName
    rate: str
    price: str
    quantity: int
    unit: MoneyOut
    total: MoneyOut
    asked: MoneyOut | None
    tender: Tender
    at: Instant
    station: str
    by: str
    tickets: list[SoldOut]
    payment_url: str
    payment_qr: Matrix | None
    expires_at: Instant | None
    receipt_url: str
    receipt_qr: Matrix | None
    can_admit: bool
    can_cancel: bool
    words: str
    settled_at: Instant | None
    settled_by: str
    note: str


class SalesOut(Given):
    """The newest first; tickets without their `qr`."""

    items: list[SaleOut]


class ConfirmIn(Taken):
    """The new total that the guest said yes to, in minor units."""

    total: Minor


class WithReason(Taken):
    """Why a person decides about a sale that the platform refuses."""

    reason: Reason


class PrintOut(Given):
    """`printed` false: `message` says why, for people."""

    printed: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who is told of a sale: their language, the hub's address for phones, what time it is."""

    language: str
    address: str
    now: datetime


def sale_out(sale: Sale, reader: Reader, *, drawn: bool) -> SaleOut:
    """`drawn`: with its QR codes."""
    waiting = sale.state is SaleState.WAITING
    receipt = f"/receipt/{sale.receipt}"
    each = total((one.total for one in sale.tickets), sale.unit.currency)
    return SaleOut(
        id=sale.id, state=SaleState.DUE if sale.state is SaleState.SENDING else sale.state,
        message=sale_words(sale.state, sale.order.tender, reader.language),
        event=EventName(id=sale.event, name=sale.event_name), rate=sale.rate_name, price=sale.price_name,
        quantity=sale.quantity, unit=MoneyOut.of(sale.unit), total=MoneyOut.of(sale.total),
        asked=MoneyOut.of(each) if each != sale.total else None, tender=sale.order.tender, at=sale.at,
        station=sale.station, by=sale.by, tickets=[_sold_out(sale, one, reader, drawn) for one in sale.tickets],
        payment_url=sale.payment_url if waiting else "",
        payment_qr=matrix(sale.payment_url) if waiting and drawn else None,
        expires_at=sale.expires_at, receipt_url=receipt if sale.state in ADMITTED_STATES else "",
        receipt_qr=matrix(reader.address + receipt) if drawn and sale.state in ADMITTED_STATES else None,
        can_admit=sale.state in ADMITTED_STATES and any(not one.scan for one in sale.tickets),
        can_cancel=cancellable(sale, reader.now), words=sale.words, settled_at=sale.settled_at,
        settled_by=sale.settled_by, note=sale.note,
    )  # fmt: skip


def sale_told(sale: Sale, language: str) -> dict[str, str | int]:
    """A sale as a notice: neither codes nor names."""
    return {
        "id": sale.id, "station": sale.station, "state": sale.state.value, "quantity": sale.quantity,
        "message": sale_words(sale.state, sale.order.tender, language),
    }  # fmt: skip


def _sold_out(sale: Sale, one: Sold, reader: Reader, drawn: bool) -> SoldOut:
    valid = sale.state in ADMITTED_STATES
    return SoldOut(
        code=one.code if valid else "", name=one.wanted.holder.name, total=MoneyOut.of(one.total),
        entered=bool(one.scan), scan=one.scan, refused=not_in_words(one.refused, reader.language),
        qr=matrix(one.code) if drawn and valid else None,
    )  # fmt: skip


def matrix(text: str) -> list[str]:
    """The QR code of a text, row by row."""
    code = segno.make(text, micro=False, error="m")
    return ["".join("1" if dark else "0" for dark in row) for row in code.matrix]
