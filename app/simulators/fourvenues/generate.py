"""A night at an invented club: who bought what, who is in already, and the sheet's special guests."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.simulators.fourvenues.box_office import open_box_office
from app.simulators.fourvenues.guests import holder
from app.simulators.fourvenues.oddities import pin_sheet
from app.simulators.fourvenues.offers import supplement
from app.simulators.fourvenues.render import local
from app.simulators.fourvenues.rows import Event, ListEntry, Pass, Rate, Ticket, Usage
from app.simulators.fourvenues.takings_seed import take_in_sold
from app.simulators.fourvenues.world import World

HOUR, DAY = 3600.0, 86400.0
NOTES = ("Birthday", "Allergy: nuts", "Friend of the DJ", "Wheelchair: side entrance", "Press", "Bottle at table 4")
TAGS = ("staff", "artist", "birthday", "press", "regulars")
PROMOTERS = ("Nora Vidal", "Iker Soto", "Camille Moreau", "Rubén Cano", "Giulia Conti")
UNKNOWN_STATUSES = ("in_review", "transferred", "on_hold")
LIST_NAMES = ("Birthday", "Team dinner", "Erasmus group", "Hen party", "Friends of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What is for sale for one night."""

    event: Event
    tickets: tuple[Rate, ...]
    weights: tuple[int, ...]
    supplements: tuple[dict[str, Any], ...]
    channels: tuple[str, ...]
    promoters: tuple[dict[str, str], ...]


def fill(world: World, *, tickets: int, lists: int, passes: int) -> None:
    """Fill an empty world with three nights and their guests."""
    tonight, other = _nights(world)
    shops = {night.id: _shop(world, night) for night in (tonight, other)}
    for night, sold in ((tonight, tickets), (other, 40)):
        for _ in range(sold):
            world.place(_ticket(world, shops[night.id]))
    _lists(world, shops[tonight.id], lists)
    _lists(world, shops[other.id], 5)
    _passes(world, (tonight, other), passes)
    _tables(world, tonight)
    pin_sheet(world, tonight, other)
    for night in (tonight, other):
        open_box_office(world, night, shops[night.id].supplements)
        take_in_sold(world, night.id)


def _nights(world: World) -> tuple[Event, Event]:
    now = world.now()
    start = (now - 1.5 * HOUR) // 900 * 900
    tonight = world.add_event(
        name="Nocturna Closing Party",
        start=start,
        end=start + 7.5 * HOUR,
        description="Two rooms, terrace open until late.",
        music=("House", "Techno"),
        artists=("Vera Solstice", "Ribera Sound System"),
    )
    friday = local(now + 2 * DAY).replace(hour=23, minute=30, second=0, microsecond=0)
    friday += timedelta(days=(4 - friday.weekday()) % 7)
    other = world.add_event(
        name="Friday Sessions", start=friday.timestamp(), end=friday.timestamp() + 6.5 * HOUR, music=("Reggaeton",)
    )
    world.add_event(name="Sunday Tardeo", start=start + 9 * DAY, end=start + 9 * DAY + 5 * HOUR, active=False)
    return tonight, other


def _ticket_option(world: World, price: float, content: str) -> dict[str, Any]:
    return {
        "_id": world.new_id(),
        "price": price,
        "age": 18,
        "content": content,
        "additional_info": "",
        "max_quantity": 10,
        "until": 18000,
    }


def _list_option(world: World, price: float, until: int, info: str, *, boys: bool = True) -> dict[str, Any]:
    return {
        "_id": world.new_id(),
        "price": price,
        "age": 18,
        "boys": boys,
        "girls": True,
        "from": 0,
        "until": until,
        "additional_info": info,
    }


def _shop(world: World, night: Event) -> Shop:
    menu = (("Standing", 18.0, "1 drink"), ("VIP", 45.0, "2 drinks, upper floor"), ("Early bird", 12.0, "1 drink"))
    rates = [
        world.add_rate("ticket", night.id, name, options=(_ticket_option(world, price, content),))
        for name, price, content in (*menu, ("Student", 10.0, "1 soft drink"))
    ]
    _list_rates(world, night)
    _pass_rate(world, night)
    return Shop(
        event=night,
        tickets=tuple(rates),
        weights=(52, 10, 26, 12),
        supplements=(
            supplement(world.new_id(), "Cloakroom", 3.0, 1),
            supplement(world.new_id(), "Drink voucher", 9.0, 2),
        ),
        channels=(world.new_id(), world.new_id()),
        promoters=tuple({"_id": world.new_id(), "name": name} for name in PROMOTERS),
    )


def _list_rates(world: World, night: Event) -> None:
    def until(seconds: int) -> str:
        return local(night.start + seconds).strftime("%H:%M")

    options = (
        _list_option(world, 0, 9000, f"Free until {until(9000)}"),
        _list_option(world, 10, 18000, f"10 € with a drink until {until(18000)}"),
        _list_option(world, 15, 27000, "15 € with a drink"),
    )
    world.add_rate("list", night.id, "Guest list", options=options)
    ladies = _list_option(world, 0, 10800, f"Free for girls until {until(10800)}", boys=False)
    world.add_rate("list", night.id, "Promoters", options=(ladies, _list_option(world, 12, 27000, "12 € with a drink")))


def _pass_rate(world: World, night: Event) -> None:
    option = {"_id": world.new_id(), "price": 0, "content": "Entry", "additional_info": "", "from": 0, "until": 27000}
    stamp = night.created
    world.add_rate(
        "pass",
        night.id,
        "Season pass",
        options=(option,),
        organizaiton_id="5f1d3a9be4c27d0017a6c0de",
        event_id=night.id,
        beneficiaries=1,
        created_at=int(stamp),
        updated_at=int(stamp),
    )


def _ticket(world: World, shop: Shop) -> Ticket:
    chance, night = world.chance, shop.event
    rate = chance.choices(shop.tickets, shop.weights)[0]
    created = round(min(night.start, world.now()) - chance.expovariate(1 / (6 * DAY)) - 600, 3)
    people = chance.randint(2, 6) if chance.random() < 0.08 else 1
    promoted = chance.random() < 0.3
    cash = chance.random() < 0.06
    ticket = Ticket(
        id=world.new_id(),
        created=created,
        updated=created,
        code=world.new_code(),
        event_id=night.id,
        day=local(night.date).strftime("%Y-%m-%d"),
        rate=rate,
        holder=holder(chance),
        for_=people,
        price=rate.options[0]["price"] * people,
        channel_id=None if promoted else chance.choice(shop.channels),
        referral_id=chance.choice(shop.promoters)["_id"] if promoted else None,
        payment_id=None if cash else world.new_id(),
        sale_type="cash" if cash else "online",
        supplements=(chance.choice(shop.supplements),) if chance.random() < 0.1 else (),
        remarketing=chance.random() < 0.4,
    )
    _fate(world, ticket, night)
    return ticket


def _fate(world: World, ticket: Ticket, night: Event) -> None:
    """What happened to the ticket since it was sold."""
    lot = world.chance.random()
    if lot < 0.15 and night.start < world.now():
        _enter(world, ticket, night)
    elif lot >= 0.995:
        ticket.status = world.chance.choice(UNKNOWN_STATUSES)
    elif lot >= 0.98:
        ticket.refunded = ticket.price
    elif lot >= 0.96:
        ticket.status = "cancelled"
    if lot >= 0.96:
        ticket.updated = round(ticket.created + world.chance.random() * (world.now() - ticket.created), 3)


def _enter(world: World, ticket: Ticket, night: Event) -> None:
    opening = max(night.start, ticket.created)
    ticket.entered_at = float(int(opening + world.chance.random() * (world.now() - 60 - opening)))
    ticket.enter = world.chance.randint(1, ticket.for_)
    ticket.updated = ticket.entered_at


def admitted(option_id: str, women: int, men: int, price: float = 0) -> dict[str, Any]:
    """People let in on one price option, as lists and passes store it."""
    row = {"_id": option_id, "women": women, "men": men, "no_gender": 0, "price": price}
    return {**row, "total": women + men}


def _lists(world: World, shop: Shop, amount: int) -> None:
    chance, night = world.chance, shop.event
    rates = world.list_rates[night.id]
    for _ in range(amount):
        created = round(min(night.start, world.now()) - chance.random() * 9 * DAY - 900, 3)
        person = holder(chance).name
        entry = world.place(
            ListEntry(
                id=world.new_id(),
                created=created,
                updated=created,
                code=world.new_code(),
                event_id=night.id,
                rate=chance.choice(rates),
                name=f"{chance.choice(LIST_NAMES)} {person.split()[0]}" if chance.random() < 0.2 else person,
                note=chance.choice(NOTES) if chance.random() < 0.2 else "",
                for_=chance.choice((1, 1, 2, 2, 2, 3, 4, 6, 8)),
                channel_id=chance.choice(shop.channels),
                referral=chance.choice(shop.promoters) if chance.random() < 0.6 else None,
                tags=(chance.choice(TAGS),) if chance.random() < 0.3 else (),
                removed_at=int(created + 3600) if chance.random() < 0.03 else 0,
            )
        )
        if not entry.removed_at and night.start < world.now() and chance.random() < 0.12:
            women = chance.randint(0, entry.for_)
            entry.options = [admitted(str(entry.rate.options[0]["_id"]), women, entry.for_ - women)]


def _passes(world: World, nights: tuple[Event, Event], amount: int) -> None:
    chance, tonight = world.chance, nights[0]
    rate = world.pass_rates[tonight.id][0]
    for number in range(amount):
        created = round(world.now() - chance.random() * 80 * DAY - DAY, 3)
        owned = world.place(
            Pass(
                id=world.new_id(),
                created=created,
                updated=created,
                code=world.new_code(),
                rate=rate,
                holder=holder(chance),
                status=chance.choices(("valid", "pending", "rejected"), (80, 13, 7))[0],
                for_=2 if chance.random() < 0.1 else 1,
                usages={night.id: Usage(id=world.new_id()) for night in nights},
                # One in twelve was bought after the venue moved to the new model and is missing from the old one.
                in_v1=number % 12 != 11,
                channel_id=world.new_id(),
                price=120,
            )
        )
        if owned.status == "valid" and chance.random() < 0.12:
            usage = owned.usages[tonight.id]
            usage.options = [admitted(str(rate.options[0]["_id"]), owned.for_, 0)]
            usage.entered_at = tonight.start + chance.random() * (world.now() - tonight.start)


def _tables(world: World, night: Event) -> None:
    for number in range(12):
        world.add_booking(
            event_id=night.id,
            for_=world.chance.randint(4, 12),
            status=world.chance.choice(("accepted", "accepted", "pending", "arrival", "rejected")),
            space=f"M{number + 1}",
            price=300 + 50 * number,
            deposit=100,
            created=round(world.now() - world.chance.random() * 5 * DAY - DAY, 3),
        )
