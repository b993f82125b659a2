"""A till: one shift of a station, from its float to its count. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.money import Money, total
from app.domain.sale import Sale, SaleState, ShiftId, Tender

NOT_TAKEN = frozenset(
    {SaleState.ASKED, SaleState.REPRICED, SaleState.WAITING, SaleState.FAILED, SaleState.EXPIRED, SaleState.CANCELLED}
)
"""Of these nobody has paid. What is refused or discarded at the platform was paid at the door all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """`opening` is the float; `counted` the cash when it was closed, the float with it."""

    id: ShiftId
    station: str
    opened_at: datetime
    opened_by: str
    opening: Money
    closed_at: datetime | None = None
    closed_by: str = ""
    counted: Money | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was sold at one price of one rate."""

    rate: str
    price: str
    tickets: int
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """What a shift took. `expected`: the float and the cash sales; `difference`: what was counted less that."""

    cash: Money
    card: Money
    phone: Money
    sales: int
    tickets: int
    expected: Money
    difference: Money | None
    by_rate: tuple[Taken, ...]


def taken(sales: Iterable[Sale]) -> list[Sale]:
    """Those that somebody has paid."""
    return [sale for sale in sales if sale.state not in NOT_TAKEN]


def count(shift: Shift, sales: Iterable[Sale]) -> ShiftReport:
    """The report of a shift from its sales. They are in the shift's currency: another is refused when it is sold."""
    paid = taken(sales)
    currency = shift.opening.currency

    def by(tender: Tender) -> Money:
        return total((sale.total for sale in paid if sale.order.tender is tender), currency)

    expected = shift.opening + by(Tender.CASH)
    return ShiftReport(
        cash=by(Tender.CASH), card=by(Tender.CARD), phone=by(Tender.PHONE), sales=len(paid),
        tickets=sum(sale.quantity for sale in paid), expected=expected,
        difference=shift.counted - expected if shift.counted is not None else None, by_rate=_by_rate(paid),
    )  # fmt: skip


def _by_rate(paid: Iterable[Sale]) -> tuple[Taken, ...]:
    sold: dict[tuple[str, str], list[Sale]] = defaultdict(list)
    for sale in paid:
        sold[sale.rate_name, sale.price_name].append(sale)
    return tuple(
        Taken(
            rate=rate, price=price, tickets=sum(sale.quantity for sale in sales),
            total=total((sale.total for sale in sales), sales[0].total.currency),
        )
        for (rate, price), sales in sorted(sold.items())
    )  # fmt: skip
