"""A night's sales and shifts, as the paper room is given them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.model import AccountId, EventId
from app.domain.money import Money
from app.domain.sale import Holder, Order, Sale, SaleId, SaleState, ShiftId, Sold, Supplement, Tender, Wanted
from app.domain.till import Shift, ShiftReport, count
from app.paper.receipt import Head

HEAD = Head(venue="Sala Luz", vat="B12345678", zone=ZoneInfo("Europe/Madrid"))
AT = datetime(2026, 11, 28, 22, 41, tzinfo=UTC)
DRINK = Supplement(ref="s1", name="Copa de cava", amount=Money(600, "EUR"))
SECRETS = ("lucia@example.com", "+34600111222", "12345678Z", "Calle Mayor 1", "1999-02-03")
"""What is known of a guest and is nobody else's business."""
NAMES = ("Lucía Ibáñez", "Łukasz Żak", "")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def sale(names: tuple[str, ...] = NAMES, **given: Any) -> Sale:
    """Tickets of 12 euros and a fee of 1.50, of which the first has a drink."""
    wanted = [
        Wanted(
            holder=Holder(
                name=name, email=SECRETS[0], phone=SECRETS[1], document_number=SECRETS[2], address=SECRETS[3],
                birthday=SECRETS[4],
            ),
            supplements=("s1",) if at == 0 else (),
        )
        for at, name in enumerate(names)
    ]  # fmt: skip
    totals = [eur(1350 + (600 if at == 0 else 0)) for at in range(len(names))]
    tickets = tuple(
        Sold(code=f"DC7K2M9Q4X8R1T{at}", wanted=one, total=cost)
        for at, (one, cost) in enumerate(zip(wanted, totals, strict=True), 1)
    )
    order = Order(
        id=SaleId("0199e1f2-aaaa-7000-8000-00114f6a12bc"), event=EventId("ev_1"), rate="r1", price="p1",
        tickets=tuple(wanted), tender=given.pop("tender", Tender.CASH), warranty=given.pop("warranty", False),
    )  # fmt: skip
    known: dict[str, Any] = {
        "id": order.id, "account": AccountId("fourvenues"), "event": EventId("ev_1"), "event_ref": "1",
        "event_name": "Noche de Otoño", "order": order, "rate_name": "Entrada general", "price_name": "Anticipada",
        "unit": eur(1200), "fee": eur(150), "total": sum(totals, eur(0)), "tickets": tickets,
        "supplements": {"s1": DRINK}, "state": SaleState.DUE, "at": AT, "station": "Taquilla", "by": "Marta",
        "receipt": "s3cr3t",
    }  # fmt: skip
    return Sale(**(known | given))


def shift(**given: Any) -> Shift:
    known: dict[str, Any] = {
        "id": ShiftId(17), "station": "Taquilla", "opened_at": datetime(2026, 11, 28, 20, 0, tzinfo=UTC),
        "opened_by": "Marta", "opening": eur(10000), "closed_at": datetime(2026, 11, 29, 5, 12, tzinfo=UTC),
        "closed_by": "Íñigo", "counted": eur(123700), "note": "Un billete de 50 € retirado: parecía falso.",
    }  # fmt: skip
    return Shift(**(known | given))


def sales() -> list[Sale]:
    many = [sale() for _ in range(25)]
    door = [sale(("",) * 2, rate_name="Puerta", price_name="", tender=Tender.CARD) for _ in range(9)]
    return [*many, *door, sale(("Ana",), rate_name="Mesa VIP", price_name="Terraza", tender=Tender.PHONE)]


def report(one: Shift) -> ShiftReport:
    return count(one, sales())
