"""Many tickets at once, and many changes at once: for whoever loads a hundred thousand rows."""

from copy import copy
from random import Random

from app.simulators.fourvenues import guests, trade
from app.simulators.fourvenues.render import local
from app.simulators.fourvenues.rows import Ticket
from app.simulators.fourvenues.world import CODE_LETTERS, World

PEOPLE = 500


def make_tickets(world: World, amount: int, event_id: str, seed: int) -> list[Ticket]:
    """So many activated tickets of an event, sold within the last 30 days; the same seed makes the same."""
    chance = Random(f"{seed} {len(world.tickets[event_id])}")  # noqa: S311 - must repeat
    people = [guests.holder(chance) for _ in range(min(PEOPLE, max(amount, 1)))]
    night, rate, now = world.events[event_id], world.a_rate("ticket", event_id), world.now()
    day, price = local(night.date).strftime("%Y-%m-%d"), rate.options[0]["price"]
    made = []
    for _ in range(amount):
        stamp = round(now - 60 - chance.random() * 30 * 86400, 3)
        row = Ticket(
            id=f"{chance.getrandbits(96):024x}",
            created=stamp,
            updated=stamp,
            code=_code(world, chance),
            event_id=event_id,
            day=day,
            rate=rate,
            holder=copy(chance.choice(people)),
            price=price,
            payment_id=f"{chance.getrandbits(96):024x}",
        )
        made.append(world.place(row))
    return made


def _code(world: World, chance: Random) -> str:
    while True:
        code = "".join(chance.choices(CODE_LETTERS, k=9))
        if not world.knows(code):
            return code


def change(world: World, amount: int, event_id: str, seed: int) -> list[Ticket]:
    """Change so many tickets of an event now: entries, refunds, cancellations and names, each in its turn."""
    chance = Random(f"{seed} change")  # noqa: S311 - must repeat
    rows = list(world.tickets[event_id].values())
    chosen = chance.sample(rows, min(amount, len(rows)))
    for number, row in enumerate(chosen):
        CHANGES[number % len(CHANGES)](world, row)
    return chosen


def _enter(world: World, row: Ticket) -> None:
    row.enter, row.entered_at = row.for_, float(int(world.now()))
    world.touch(row)


CHANGES = (
    _enter,
    lambda world, row: trade.refund(world, row, None),
    trade.cancel,
    lambda world, row: trade.rename(world, row, f"{row.holder.name} Jr"),
)
