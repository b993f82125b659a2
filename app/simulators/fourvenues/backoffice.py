"""The back office of the Integrations API: payments, refunds, wallet movements, in two shapes and two units."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from app.simulators.answers import Refused, answer
from app.simulators.fourvenues.money import units
from app.simulators.fourvenues.paging import Pager
from app.simulators.fourvenues.render import ORGANIZATION, iso, local
from app.simulators.fourvenues.takings import Movement, Paid, Refund
from app.simulators.fourvenues.world import World

R = TypeVar("R", Paid, Refund, Movement)
Payload = dict[str, Any]
NOBODYS_CURRENCY = "ZZZ"


def back_office(world: World, pager: Pager) -> APIRouter:
    """What came in and what went out; nothing is changed here."""
    router = APIRouter()
    write = Bookkeeper(world)

    @router.get("/payments")
    async def payments(request: Request) -> Response:
        return _written(_page(pager, "payments", world, world.takings.payments, request), write.payment)

    @router.get("/refunds")
    async def refunds(request: Request) -> Response:
        return _written(_page(pager, "refunds", world, world.takings.refunds, request), write.refund)

    @router.get("/wallet-movements")
    async def movements(request: Request) -> Response:
        page = _page(pager, "wallet-movements", world, world.takings.movements, request)
        newest = world.takings.newest_movement()
        return _written(page, lambda row: write.movement(row, newest))

    return router


def _page(pager: Pager, resource: str, world: World, rows: Sequence[R], request: Request) -> Sequence[R]:
    query = request.query_params
    _check(world, query)
    event_id = query.get("event_id")
    wanted = rows if event_id is None else [row for row in rows if row.event_id == event_id]
    return pager.page(resource, wanted, query)


def _check(world: World, query: QueryParams) -> None:
    enough = "event_id" in query or ("start_date" in query and "end_date" in query)
    if not enough and world.switches.takings_filter == "strict":
        raise Refused(400, "event_id or start_date and end_date are required")


def _written(rows: Sequence[R], write: Callable[[R], Payload]) -> Response:
    # Not msgspec: a NaN has to arrive as NaN.
    return answer(200, json.dumps({"success": True, "data": [write(row) for row in rows]}).encode())


class Bookkeeper:
    """Writes rows of the back office under the switches that concern them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def payment(self, row: Paid) -> Payload:
        """A payment, in one of two shapes."""
        if self._world.switches.payments_shape == "reference":
            return self._odd(self._reference(row, self._written_payment(row)), "total_amount")
        payload = {
            "_id": row.id,
            "amount": self._amount(row.cents, documented="cents"),
            "currency": row.currency,
            "payment_method": row.method,
            "status": "paid",
            "created_at": iso(row.created),
            "event_id": row.event_id,
        }
        return self._odd(payload, "amount")

    def refund(self, row: Refund) -> Payload:
        """A refund, in one of two shapes; in the second its payment is the one of the same tickets."""
        if self._world.switches.refunds_shape == "reference":
            extra = {"refunded": 0, "corrective_invoice_reference": f"COR-{row.id[-7:].upper()}"}
            return self._odd(self._reference(row, extra), "total_amount")
        payload = {
            "_id": row.id,
            "amount": self._amount(row.cents, documented="cents"),
            "currency": row.currency,
            "reason": row.reason,
            "created_at": iso(row.created),
            "payment_id": row.payment_id,
            "event_id": row.event_id,
        }
        return self._odd(payload, "amount")

    def movement(self, row: Movement, newest: Movement | None) -> Payload:
        """A line of the wallet; the newest one carries the balance."""
        payload: Payload = {
            "_id": row.id,
            "amount": self._amount(row.cents, documented="cents"),
            "currency": row.currency,
            "type": row.kind,
            "description": row.description,
            "created_at": iso(row.created),
        }
        if row is newest:
            balance = self._world.takings.balance(row.currency)
            payload["final_amount"] = self._amount(balance, documented="cents")
        return self._odd(payload, "amount")

    def _amount(self, cents: int, *, documented: str) -> float | int:
        asked = self._world.switches.amounts
        return cents if (documented if asked == "documented" else asked) == "cents" else units(cents)

    def _odd(self, payload: Payload, key: str) -> Payload:
        """Spoil the row while the switch `odd_rows` lasts."""
        switches = self._world.switches
        if not switches.odd_rows:
            return payload
        switches.odd_rows -= 1
        if switches.odd_row == "currency":
            return payload | {"currency": NOBODYS_CURRENCY}
        return payload | {key: ODD_AMOUNTS[switches.odd_row](payload[key])}

    def _reference(self, row: Paid | Refund, extra: Payload) -> Payload:
        """What payments and refunds of the reference have in common: no `_id`, the tickets instead."""
        channel = row.channel_id if isinstance(row, Paid) else None
        return {
            "venue_id": ORGANIZATION,
            "venue_slug": "nocturna",
            "type_id": "64a1f0c2b7e35d0012ab9e31",
            "type_slug": "general-admission",
            **self._night(row),
            "channel_id": channel,
            "channel_slug": "nocturna-web" if channel else None,
            "user_id": None,
            **_moment(row.created),
            "resource_type": "tickets",
            "n_resources": len(row.tickets),
            "resources_ids": row.tickets,
            "total_amount": self._amount(row.cents, documented="units"),
            "sale_type": row.sale_type,
            **extra,
        }

    def _night(self, row: Paid | Refund) -> Payload:
        night = self._world.events.get(row.event_id)
        if night is None:
            return {"event_id": row.event_id, "event_slug": "", "event_date": "", "artists": []}
        day = local(night.date).strftime("%Y-%m-%d")
        return {"event_id": night.id, "event_slug": night.slug, "event_date": day, "artists": night.artists}

    def _written_payment(self, row: Paid) -> Payload:
        return {
            "total_fees": self._amount(row.fees, documented="units"),
            "total_warranty": 0,
            "total_discount": 0,
            "refunded": self._amount(row.refunded, documented="units"),
            "payment_method": row.method,
            "issuer_country": "ES",
            "shopper_country": "ES",
            "method_last4": row.id[-4:] if row.method == "card" else "",
            "method_alias": "visa" if row.method == "card" else row.method,
            "client_name": "",
            "client_email": "",
            "client_phone": "",
            "invoice_references": [f"S-{row.id[-7:].upper()}"],
        }


ODD_AMOUNTS: dict[str, Callable[[Any], Any]] = {
    "nan": lambda amount: float("nan"),
    "null": lambda amount: None,
    "text": lambda amount: f"{amount} EUR",
    "decimals": lambda amount: float(amount) + 0.125,
}


def _moment(at: float) -> Payload:
    day = datetime.fromtimestamp(at, UTC)
    return {"day": day.day, "month": day.month, "year": day.year, "at": iso(at)}
