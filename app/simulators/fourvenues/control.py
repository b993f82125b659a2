"""The back door of Fourvenues, for tests and the demo: sales, changes, other gates."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from app.simulators.answers import Refused, fields_of, missing, plain
from app.simulators.fourvenues import render, trade
from app.simulators.fourvenues.checkin import enter_elsewhere
from app.simulators.fourvenues.rows import Admission, ListEntry, Pass, Ticket
from app.simulators.fourvenues.world import World

SELLABLE = ("event_id", "name", "email", "phone", "for", "code", "hidden", "status", "price")


def written(world: World, row: Admission) -> dict[str, Any]:
    """The admission as its platform endpoint would write it."""
    if isinstance(row, Ticket):
        return world.render.ticket(row)
    if isinstance(row, ListEntry):
        return world.render.list_entry(row)
    if isinstance(row, Pass):
        return world.render.pass_v1(row, world.tonight.id)
    return render.booking(row, world.events[row.event_id])


def control(world: World) -> APIRouter:
    """What happens at the platform behind the door's back."""
    router = APIRouter(prefix="/_control")

    @router.post("/sell")
    async def sell(request: Request) -> Response:
        asked = await fields_of(request)
        if asked.keys() - set(SELLABLE):
            raise Refused(400, f"a ticket is sold with: {', '.join(SELLABLE)}")
        if asked.get("event_id", world.tonight.id) not in world.events:
            raise missing("Event")
        return plain(world.render.ticket(trade.sell(world, **asked)))

    for name, change in CHANGES.items():
        _change_route(router, world, name, change)
    return router


def _change_route(router: APIRouter, world: World, name: str, change: "Change") -> None:
    @router.post(f"/{name}")
    async def changed(request: Request) -> Response:
        body = await fields_of(request)
        row = _found(world, body)
        change(world, row, body)
        return plain(written(world, row))


def _found(world: World, body: dict[str, Any]) -> Admission:
    row = world.by_id(str(body["id"])) if "id" in body else next(iter(world.by_code(str(body.get("code")))), None)
    if row is None:
        raise missing("Admission")
    return row


Change = Callable[[World, Admission, dict[str, Any]], object]


def _refund(world: World, row: Admission, body: dict[str, Any]) -> None:
    if not isinstance(row, Ticket):
        raise Refused(400, "Only tickets are refunded")
    trade.refund(world, row, body.get("amount"))


def _enter(world: World, row: Admission, body: dict[str, Any]) -> None:
    enter_elsewhere(world, row, int(body.get("heads", 1)), str(body.get("event_id") or world.tonight.id))


def _remove_list(world: World, row: Admission, body: dict[str, Any]) -> None:
    if not isinstance(row, ListEntry):
        raise Refused(400, "Not a list entry")
    trade.cancel(world, row)


def _status(world: World, row: Admission, body: dict[str, Any]) -> None:
    if isinstance(row, ListEntry):
        raise Refused(400, "A list entry has no status")
    row.status = str(body.get("status"))
    world.touch(row)


CHANGES: dict[str, Change] = {
    "refund": _refund,
    "cancel": lambda world, row, body: trade.cancel(world, row),
    "enter": _enter,
    "delete": lambda world, row, body: world.delete(row),
    "rename": lambda world, row, body: trade.rename(world, row, str(body.get("name"))),
    "recode": lambda world, row, body: world.recode(row, str(body.get("new_code") or world.new_code())),
    "status": _status,
    "remove-list": _remove_list,
}
"""Changes by the name of their endpoint; each takes `{"code": ...}` or `{"id": ...}` and what it needs besides."""


def summary(world: World) -> dict[str, Any]:
    """What the platform holds and has been through."""
    return {
        "now": world.now(),
        "tonight": world.tonight.id if world.events else None,
        "events": [_night(world, event_id) for event_id in world.events],
        "check_ins": len(world.ledger),
        "refusals": world.refusals,
        "requests": dict(world.requests),
    }


def _night(world: World, event_id: str) -> dict[str, Any]:
    tickets, lists = world.tickets[event_id].values(), world.lists[event_id].values()
    passes = [owned.usages[event_id] for owned in world.passes.values() if event_id in owned.usages]
    night = world.events[event_id]
    return {
        "id": event_id,
        "name": night.name,
        "start": night.start,
        "end": night.end,
        "active": night.active,
        "tickets": len(tickets),
        "lists": len(lists),
        "passes": len(passes),
        "refunded": sum(ticket.refunded > 0 for ticket in tickets),
        "cancelled": sum(ticket.status == "cancelled" for ticket in tickets),
        "entered": {
            "tickets": sum(ticket.enter for ticket in tickets),
            "lists": sum(entry.enter for entry in lists),
            "passes": sum(usage.enter for usage in passes),
        },
    }
