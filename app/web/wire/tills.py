"""Tills on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from app.domain.till import Shift, ShiftReport
from app.web.wire.common import Given, Instant, Taken, tidy
from app.web.wire.money import Currency, Minor, MoneyOut

Person = Annotated[str, StringConstraints(min_length=1, max_length=60), BeforeValidator(tidy)]


class OpenIn(Taken):
    """`float_` is the cash that is in the till before the first sale."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"by": "Marta", "float": 10000, "currency": "EUR"}]})

    by: Person
    float_: Annotated[Minor, Field(alias="float")]
    currency: Currency = "EUR"


class CloseIn(Taken):
    """`counted` is the cash in the till now, the float with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"by": "Marta", "counted": 48550, "note": ""}]})

    by: Person
    counted: Minor
    note: Annotated[str, StringConstraints(max_length=500), BeforeValidator(tidy)] = ""


class TakenOut(Given):
    """Sales of one rate and price."""

    rate: str
    price: str
    tickets: int
    total: MoneyOut


class ShiftOut(Given):
    """A till's shift at this station. `expected` is the float and the cash that was taken; `difference` is what was
    counted less that, null while it is open. `phone` was paid at the platform and is not in the till."""

    id: int
    station: str
    opened_at: Instant
    opened_by: str
    float: MoneyOut
    closed_at: Instant | None
    closed_by: str
    cash: MoneyOut
    card: MoneyOut
    phone: MoneyOut
    sales: int
    tickets: int
    expected: MoneyOut
    counted: MoneyOut | None
    difference: MoneyOut | None
    by_rate: list[TakenOut]
    note: str

    @classmethod
    def of(cls, shift: Shift, report: ShiftReport) -> ShiftOut:
        return cls(
            id=shift.id, station=shift.station, opened_at=shift.opened_at, opened_by=shift.opened_by,
            float=MoneyOut.of(shift.opening), closed_at=shift.closed_at, closed_by=shift.closed_by,
            cash=MoneyOut.of(report.cash), card=MoneyOut.of(report.card), phone=MoneyOut.of(report.phone),
            sales=report.sales, tickets=report.tickets, expected=MoneyOut.of(report.expected),
            counted=MoneyOut.of(shift.counted) if shift.counted else None,
            difference=MoneyOut.of(report.difference) if report.difference else None,
            by_rate=[
                TakenOut(rate=one.rate, price=one.price, tickets=one.tickets, total=MoneyOut.of(one.total))
                for one in report.by_rate
            ],
            note=shift.note,
        )  # fmt: skip


class TillOut(Given):
    """The open shift of this station; null: the till is closed."""

    shift: ShiftOut | None


class ShiftsOut(Given):
    items: list[ShiftOut]
