"""The guests of the sheet: one for every verdict of the door, pinned when the world is made."""

from app.simulators.oveit.rows import Event, Ticket
from app.simulators.oveit.world import World
from app.simulators.sheets import SheetRow

ADMIT, AMBIGUOUS = ("admit", "ok"), ("ask", "ambiguous")
OTHER, UNKNOWN = ("refuse", "other_event"), ("refuse", "unknown_code")


def pin_sheet(world: World, tonight: Event, other: Event, always: Event) -> None:
    """Add the guests of the sheet to the world and remember their codes and wristbands."""
    now = world.now()
    start = tonight.start or now

    def ticket(event: Event = tonight, kind: int = 0) -> Ticket:
        return world.add_ticket(event, event.types[kind], created=start - 86400)

    inside, vanished = ticket(), ticket()
    inside.used_before((start + now) / 2)
    world.vanish(vanished)
    codes = (
        ("good", ticket().code, ADMIT),
        ("VIP with drinks", ticket(kind=1).code, ADMIT),
        ("already in", inside.code, ("refuse", "already_in")),
        ("other night", ticket(other).code, OTHER),
        ("perpetual event", ticket(always).code, OTHER),
        ("vanished so unknown", vanished.code, UNKNOWN),
        ("unknown", world.new_code(), UNKNOWN),
    )
    wristbands = (
        ("wristband", [ticket()], ADMIT),
        ("wristband with two tickets", [ticket(), ticket()], AMBIGUOUS),
        # The other night's ticket was paired first: whoever checks the wristband in blindly uses up that one.
        ("wristband of two nights", [ticket(other), ticket()], ADMIT),
    )
    rows = [SheetRow(label=label, code=code, expect=expect) for label, code, expect in codes]
    world.pinned = rows + [
        SheetRow(label=label, code=_paired(world, tickets), expect=expect, scheme="rfid")
        for label, tickets, expect in wristbands
    ]


def _paired(world: World, tickets: list[Ticket]) -> str:
    """A wristband on all of these, in this order."""
    code = world.new_rfid()
    for ticket in tickets:
        world.pair(ticket, code, ticket.created)
    return code
