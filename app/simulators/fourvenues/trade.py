"""What happens at the platform while a door works: sales, refunds, cancellations, deletions."""

from random import Random
from typing import Any

from app.simulators.fourvenues.rows import Admission, Ticket
from app.simulators.fourvenues.world import World


def sell(world: World, **fields: Any) -> Ticket:
    """Sell a ticket now: tonight unless `event_id` says otherwise."""
    event_id = fields.get("event_id") or world.tonight.id
    people = int(fields.get("for", 1))
    rate = world.a_rate("ticket", event_id)
    price = rate.options[0]["price"] * people
    return world.add_ticket(**{"price": price, "rate": rate, **fields, "event_id": event_id})


def refund(world: World, ticket: Ticket, amount: float | None) -> None:
    """Give money back, all of it unless told otherwise; even a part voids the ticket."""
    ticket.refunded = ticket.price or 1 if amount is None else amount
    world.touch(ticket)


def cancel(world: World, row: Admission) -> None:
    """Cancel whatever it is, in the way its kind knows."""
    if hasattr(row, "removed_at"):
        row.removed_at = int(world.now())
    else:
        row.status = {"Pass": "rejected", "Booking": "rejected"}.get(type(row).__name__, "cancelled")
    world.touch(row)


def rename(world: World, row: Admission, name: str) -> None:
    """Give the admission another name."""
    if hasattr(row, "holder"):
        row.holder.name = name
    else:
        row.name = name
    world.touch(row)


def before_a_page(world: World, event_id: str, *, first: bool) -> None:
    """Let time pass between two requests for tickets, as far as the switches say."""
    switches = world.switches
    if event_id not in world.events:
        return
    for _ in range(switches.sold_per_page):
        sell(world, event_id=event_id)
    if first and switches.deleted_per_poll:
        _vanish(world, event_id, switches.deleted_per_poll)


def _vanish(world: World, event_id: str, amount: int) -> None:
    kept = {row.code for row in world.sheet()}
    gone = [ticket for ticket in world.tickets[event_id].values() if ticket.code not in kept and not ticket.enter]
    chance = Random(world.switches.seed + len(gone))  # noqa: S311 - must repeat
    for ticket in chance.sample(gone, min(amount, len(gone))):
        world.delete(ticket)
