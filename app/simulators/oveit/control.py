"""The back door of Oveit, for tests and the demo: sales, changes, other gates, wristbands, tokens."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from app.simulators.answers import Refused, fields_of, missing, plain
from app.simulators.oveit import render
from app.simulators.oveit.rows import Event, Ticket, TicketType
from app.simulators.oveit.world import World

SELLABLE = ("event_id", "ticket_type_id", "name", "email", "phone", "code", "rfid")


def control(world: World) -> APIRouter:
    """What happens at the platform behind the door's back."""
    router = APIRouter(prefix="/_control")

    @router.post("/sell")
    async def sell(request: Request) -> Response:
        sold = await fields_of(request)
        if sold.keys() - set(SELLABLE):
            raise Refused(400, f"a ticket is sold with: {', '.join(SELLABLE)}")
        event = _event(world, sold.pop("event_id", None))
        kind = _type(event, sold.pop("ticket_type_id", None))
        return plain(_written(world, world.sell(event, kind, **sold)))

    @router.post("/revoke-tokens")
    async def revoke_tokens() -> Response:
        world.tokens.revoke()
        return plain({"ok": True})

    for name, change in CHANGES.items():
        _change_route(router, world, name, change)
    return router


def _event(world: World, ref: int | None) -> Event:
    event = world.tonight if ref is None else world.events.get(ref)
    if event is None:
        raise missing("Event")
    return event


def _type(event: Event, ref: int | None) -> TicketType | None:
    kind = next((sold for sold in event.types if sold.id == ref), None)
    if ref is not None and kind is None:
        raise missing("Ticket type")
    return kind


def _written(world: World, ticket: Ticket) -> dict[str, Any]:
    return {"id": ticket.id, **render.whole(ticket, world.switches)}


def _change_route(router: APIRouter, world: World, name: str, change: "Change") -> None:
    @router.post(f"/{name}")
    async def changed(request: Request) -> Response:
        body = await fields_of(request)
        ticket = world.by_id(int(body["id"])) if "id" in body else world.by_code(str(body.get("code")))
        if ticket is None:
            raise missing("Ticket")
        change(world, ticket, body)
        return plain(_written(world, ticket))


Change = Callable[[World, Ticket, dict[str, Any]], object]


def _retype(world: World, ticket: Ticket, body: dict[str, Any]) -> None:
    kind = _type(ticket.event, body.get("ticket_type_id"))
    if kind is None:
        raise missing("Ticket type")
    world.retype(ticket, kind)


CHANGES: dict[str, Change] = {
    "enter": lambda world, ticket, body: world.enter_elsewhere(ticket, body.get("addon_id")),
    "vanish": lambda world, ticket, body: world.vanish(ticket),
    "rename": lambda world, ticket, body: world.rename(ticket, str(body.get("name"))),
    "recode": lambda world, ticket, body: world.recode(ticket, str(body.get("new_code") or world.new_code())),
    "retype": _retype,
    "pair": lambda world, ticket, body: world.pair(ticket, str(body.get("rfid") or world.new_rfid())),
}
"""Changes by the name of their endpoint; each takes `{"code": ...}` or `{"id": ...}` and what it needs besides."""


def summary(world: World) -> dict[str, Any]:
    """What the platform holds and has been through."""
    return {
        "now": world.now(),
        "tonight": world.tonight.id if world.events else None,
        "events": [_night(world, night) for night in world.events.values()],
        "check_ins": sum(use.direction == "in" for use in world.ledger),
        "refusals": world.refusals,
        "requests": dict(world.requests),
    }


def _night(world: World, night: Event) -> dict[str, Any]:
    tickets = world.tickets[night.id].values()
    return {
        "id": night.id,
        "name": night.name,
        "start": night.start,
        "active": night.active,
        "tickets": len(tickets),
        "cancelled": sum(ticket.cancelled for ticket in tickets),
        "entered": sum(bool(ticket.entrances()) for ticket in tickets),
        "addon_uses": sum(use.addon_id is not None for ticket in tickets for use in ticket.uses),
    }
