"""A night at an invented hall: who bought what, who is in already, who wears what, and the sheet's special guests."""

from datetime import timedelta

from app.simulators.oveit import guests
from app.simulators.oveit.oddities import pin_sheet
from app.simulators.oveit.render import FORM, local
from app.simulators.oveit.rows import Event, Order, Ticket
from app.simulators.oveit.world import World

HOUR, DAY = 3600.0, 86400.0
HEARD: list[str] = next(field["values"] for field in FORM if "values" in field)
WEIGHTS = (78, 17, 5)


def fill(world: World, *, tickets: int) -> None:
    """Fill an empty world with a night, another night, something perpetual, and their guests."""
    tonight, other, always = _nights(world)
    for event, sold in ((tonight, tickets), (other, 40), (always, 120)):
        _sell(world, event, sold)
    for ticket in [ticket for sold in world.tickets.values() for ticket in sold.values()]:
        _fate(world, ticket)
    _families(world, tonight)
    _cancelled(world, tonight, tickets // 100)
    pin_sheet(world, tonight, other, always)


def _nights(world: World) -> tuple[Event, Event, Event]:
    now = world.now()
    start = (now - 1.5 * HOUR) // 900 * 900
    tonight = world.add_event("Noaptea Electronică", start, "Hala Nord, Cluj-Napoca")
    world.add_type(tonight, "General", "60 RON")
    vip = world.add_type(tonight, "VIP", "35 EUR")
    world.add_addon(vip, "Welcome drink", uses=2)
    world.add_addon(vip, "Cloakroom", uses=1)
    backstage = world.add_type(tonight, "Backstage", "0.00 RON")
    world.add_addon(backstage, "Catering", uses=3)
    world.add_addon(backstage, "Parking", is_bundled=False)
    world.add_addon(backstage, "Aftershow", enabled=False)
    friday = local(now + 2 * DAY).replace(hour=22, minute=0, second=0, microsecond=0)
    friday += timedelta(days=(4 - friday.weekday()) % 7)
    other = world.add_event("Friday Jazz Club", friday.timestamp(), "Sala Mică, Cluj-Napoca")
    world.add_type(other, "General", "45.00 RON")
    always = world.add_event("Museum of Sound", None, "Strada Fabricii 12, Cluj-Napoca")
    world.add_type(always, "Adult", "8 EUR")
    world.add_event("Autumn Warm-up", start - 40 * DAY, "Hala Nord, Cluj-Napoca", active=False)
    return tonight, other, always


def _sell(world: World, event: Event, amount: int) -> None:
    chance, now, order = world.chance, world.now(), None
    types = chance.choices(event.types, WEIGHTS[: len(event.types)], k=amount)
    for kind in types:
        if order is None or chance.random() < 0.6:
            paid = round(min(event.start or now, now) - chance.expovariate(1 / (9 * DAY)) - 900, 3)
            order = Order(id=world.new_id(), name=guests.person(chance).name, date=paid)
        ticket = world.add_ticket(event, kind, order=order, created=order.date)
        ticket.answers = _answers(world, ticket)


def _answers(world: World, ticket: Ticket) -> list[object]:
    """What the guest wrote into the form; one in ten wrote nothing."""
    chance = world.chance
    if chance.random() < 0.1:
        return []
    born = f"{chance.randrange(1972, 2008)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
    file = f"{ticket.code}.jpg"
    photo = {"name": file, "url": f"https://l.oveit.com/files/{file}"} if chance.random() < 0.05 else ""
    return [*ticket.answers[:3], chance.sample(HEARD, chance.randrange(3)), born, photo]


def _fate(world: World, ticket: Ticket) -> None:
    """What happened to the ticket since it was sold."""
    chance, now, start = world.chance, world.now(), ticket.event.start
    if chance.random() < 0.2:
        world.pair(ticket, world.new_rfid(), ticket.created)
    opening = ticket.created if start is None else max(start, ticket.created)
    if opening > now - 60 or chance.random() > 0.15:
        return
    at = opening + chance.random() * (now - 60 - opening)
    ticket.used_before(at)
    for addon in ticket.type.addons:
        if addon.enabled and addon.is_bundled and chance.random() < 0.4:
            ticket.used_before(at + chance.random() * (now - at), addon.id)


def _families(world: World, tonight: Event) -> None:
    """A few orders of two or three tickets are on one wristband."""
    orders: dict[int, list[Ticket]] = {}
    for ticket in world.tickets[tonight.id].values():
        orders.setdefault(ticket.order.id, []).append(ticket)
    together = [tickets for tickets in orders.values() if 2 <= len(tickets) <= 3]
    for tickets in together[:5]:
        wristband = world.new_rfid()
        for ticket in tickets:
            world.pair(ticket, wristband, ticket.created)


def _cancelled(world: World, tonight: Event, amount: int) -> None:
    for _ in range(amount):
        world.vanish(world.add_ticket(tonight))
