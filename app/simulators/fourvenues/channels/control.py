"""The back door of selling and of the back office: what guests, banks and strangers do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from app.simulators.answers import Refused, fields_of, missing, plain
from app.simulators.fourvenues.channels import payments, render
from app.simulators.fourvenues.channels.webhooks import Delivery, Letter, sign
from app.simulators.fourvenues.offers import Offer, found
from app.simulators.fourvenues.paging import moment
from app.simulators.fourvenues.rows import Event
from app.simulators.fourvenues.sales import ChannelTicket, Payment
from app.simulators.fourvenues.world import World

Body = dict[str, Any]
Verb = Callable[[World, Body], Any]
SIGNATURES = ("wrong", "missing", "other_body")


def sales_control(world: World) -> APIRouter:
    """Verbs by POST, views by GET. Names are written with an underscore or a hyphen."""
    router = APIRouter(prefix="/_control")
    for name, verb in VERBS.items():
        _verb_route(router, world, name, verb)
    for name, view in VIEWS.items():
        _view_route(router, world, name, view)
    return router


def _verb_route(router: APIRouter, world: World, name: str, verb: Verb) -> None:
    async def done(request: Request) -> Response:
        outcome = verb(world, await fields_of(request))
        return plain(await outcome if isinstance(outcome, Awaitable) else outcome)

    for path in dict.fromkeys((name, name.replace("_", "-"))):
        router.add_api_route(f"/{path}", done, methods=["POST"])


def _view_route(router: APIRouter, world: World, name: str, view: Callable[[World], Any]) -> None:
    async def seen() -> Response:
        return plain(view(world))

    router.add_api_route(f"/{name}", seen, methods=["GET"])


def _payment(world: World, body: Body, status: str | None) -> Payment:
    """The payment that is named, or else the newest one in this status."""
    ref = body.get("payment_id")
    payment = world.sales.payments.get(str(ref)) if ref else world.sales.last_payment(status)
    if payment is None:
        raise missing("Payment")
    return payment


def _ending(end: Callable[[World, Payment], None]) -> Verb:
    def verb(world: World, body: Body) -> Any:
        payment = _payment(world, body, "pending")
        end(world, payment)
        return render.payment(payment)

    return verb


def _night(world: World, body: Body) -> Event:
    night = world.events.get(str(body["event_id"])) if "event_id" in body else world.tonight
    if night is None:
        raise missing("Event")
    return night


def _offer(world: World, body: Body) -> Offer:
    """The rate with this id or slug, of tonight unless `event_id` says otherwise."""
    ref = str(body.get("rate_id") or body.get("rate"))
    offer = world.offer(ref) or found(world.offers_of(_night(world, body).id), ref)
    if offer is None:
        raise missing("Ticket rate")
    return offer


def _reprice(world: World, body: Body) -> Any:
    offer = _offer(world, body)
    if not isinstance(body.get("price"), int | float):
        raise Refused(400, "price is required")
    offer.reprice(world.fresh_id(), body["price"], world.now())
    return render.rate(world, offer)


def _sell_out(world: World, body: Body) -> Any:
    offer = _offer(world, body)
    offer.closed = bool(body.get("sold_out", True))
    return render.rate(world, offer)


def _letter(world: World, body: Body) -> Letter:
    """What was really sent of a payment, or would be."""
    payment = _payment(world, body, None)
    endpoint = next(iter(world.webhooks.endpoints.values()), None)
    if endpoint is None:
        raise missing("Webhook endpoint")
    ref = f"forged-{world.fresh_id()}"
    text = msgspec.json.encode({"id": ref, "event": "payment.success", "payload": payments.success(payment)})
    return Letter(id=ref, event="payment.success", body=text, endpoint=endpoint, signature=None, kind="forged")


def _forge(world: World, body: Body) -> Awaitable[Any]:
    how = str(body.get("signature", "wrong"))
    letter = _letter(world, body)
    signatures = {
        "wrong": sign("not-the-secret", letter.body),
        "missing": None,
        "other_body": sign(letter.endpoint.secret, letter.body + b" "),
    }
    if how not in signatures:
        raise Refused(400, f"signature is one of: {', '.join(signatures)}")
    return _deliver(world, replace(letter, signature=signatures[how]))


def _replay(world: World, body: Body) -> Awaitable[Any]:
    letters = [one for one in world.webhooks.letters if body.get("webhook_id") in (None, one.id)]
    if not letters:
        raise missing("Webhook")
    return _deliver(world, replace(letters[-1], kind="replayed"))


async def _deliver(world: World, letter: Letter) -> Any:
    return _logged(await asyncio.to_thread(world.webhooks.deliver, letter))


def _logged(delivery: Delivery) -> Any:
    return msgspec.to_builtins(delivery) | {"taken": delivery.taken}


def _request_refund(world: World, body: Body) -> Any:
    ref, code = body.get("ticket_id"), body.get("code")
    row = next((one for one in world.sales.tickets.values() if ref == one.id or code == one.code), None)
    if row is None:
        raise missing("Ticket")
    payload = {
        "qr_code": row.code,
        "client_name": row.person["full_name"],
        "client_email": row.person["email"],
        "event_id": row.offer.event.id,
        "ticket_id": row.id,
        "amount_to_refund": body.get("amount", render.ticket(row)["total_price"]),
        "currency": "EUR",
        "resource_type": "ticket",
    }
    world.webhooks.emit("ticket.request_refund", payload)
    return payload


def _takings(world: World, body: Body) -> Any:
    start = body.get("start")
    at = moment(start) if isinstance(start, str) else start
    more = {name: int(body[name]) for name in ("payments", "seed", "days", "events") if name in body}
    world.generate_takings(start=at, tickets=bool(body.get("tickets")), **more)
    return _takings_view(world)


def _generate(world: World, body: Body) -> Any:
    made = world.generate_tickets(int(body.get("amount", 1000)), _night(world, body).id, seed=int(body.get("seed", 1)))
    return {"tickets": len(made)}


def _change(world: World, body: Body) -> Any:
    rows = world.change_tickets(int(body.get("amount", 100)), _night(world, body).id, seed=int(body.get("seed", 1)))
    return {"changed": [row.id for row in rows]}


VERBS: dict[str, Verb] = {
    "pay": _ending(payments.pay),
    "fail": _ending(payments.fail),
    "expire": _ending(payments.expire),
    "reprice": _reprice,
    "sell_out": _sell_out,
    "forge_webhook": _forge,
    "replay_webhook": _replay,
    "request_refund": _request_refund,
    "takings": _takings,
    "generate_tickets": _generate,
    "change_tickets": _change,
}
"""What can be done, by the name of its endpoint."""


def _sales_view(world: World) -> Any:
    return {
        "payments": [
            render.payment(one) | {"tickets": [_seen(row) for row in one.tickets]} for one in _payments(world)
        ],
        "tickets": [_seen(row) for row in world.sales.tickets.values()],
        "rates": [render.rate(world, offer) for offer in world.offers.values()],
    }


def _payments(world: World) -> list[Payment]:
    return list(world.sales.payments.values())


def _seen(row: ChannelTicket) -> Any:
    return {"_id": row.id, "qr_code": row.code, "status": row.status, "total": row.total, "payment_id": row.payment_id}


def _issued_view(world: World) -> Any:
    return [msgspec.to_builtins(line) for line in world.sales.issued]


def _webhooks_view(world: World) -> Any:
    hooks = world.webhooks
    return {
        "endpoints": [{"_id": one.id, "name": one.name, "url": one.url} for one in hooks.endpoints.values()],
        "log": [_logged(one) for one in list(hooks.log)],
        "given_up": list(hooks.given_up),
    }


def _takings_view(world: World) -> Any:
    takings = world.takings
    return {
        "payments": len(takings.payments),
        "refunds": len(takings.refunds),
        "movements": len(takings.movements),
        "cents": takings.totals(),
        "now": datetime.fromtimestamp(world.now(), UTC).isoformat(),
    }


VIEWS: dict[str, Callable[[World], Any]] = {
    "sales": _sales_view,
    "issued": _issued_view,
    "webhooks": _webhooks_view,
    "takings": _takings_view,
}
"""What can be looked at, by the name of its endpoint."""
