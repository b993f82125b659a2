"""A month of takings made up: many nights, methods and sale types, and refunds of every kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from app.simulators.fourvenues.issue import Sold, new_ticket
from app.simulators.fourvenues.money import cents, percent, units
from app.simulators.fourvenues.rows import Event
from app.simulators.fourvenues.takings import Movement, Paid, Refund
from app.simulators.fourvenues.world import World

DAY = 86400.0
METHODS = ("card", "card", "card", "card", "apple_pay", "google_pay", "bizum", "paypal")
SALE_TYPES = ("online",) * 8 + ("box_office", "link")
CURRENCIES = ("EUR",) * 98 + ("GBP", "USD")
REASONS = ("requested_by_customer", "duplicate", "event_changed", "fraudulent")
PRICES = (1000, 1200, 1500, 1800, 2250, 4500, 999)
NIGHTS = ("Nocturna", "Friday Sessions", "Sunday Tardeo", "Erasmus Night", "Terrace Opening")


@dataclass(frozen=True, slots=True)
class Month:
    """What is made up. About one payment in 20 is refunded: a third of these in part, some in several parts."""

    payments: int
    start: float
    days: int
    nights: int
    with_tickets: bool


def make_takings(world: World, month: Month, seed: int) -> None:
    """Add payments, refunds and wallet movements to what is there already; the same seed makes the same."""
    chance = Random(f"{seed} {len(world.takings.payments)}")  # noqa: S311 - must repeat
    nights = [_night(world, chance, month, number) for number in range(month.nights)]
    paid = [_paid(chance, month, nights) for _ in range(month.payments)]
    paid.sort(key=lambda one: one.created)
    for one in paid:
        world.takings.pay_in(one)
    refunds = sorted(_refunds(chance, paid), key=lambda one: one.created)
    for back in refunds:
        world.takings.give_back(back)
    _wallet(world, chance, paid, refunds)
    if month.with_tickets:
        _tickets(world, paid)


def _night(world: World, chance: Random, month: Month, number: int) -> Event:
    name = f"{NIGHTS[number % len(NIGHTS)]} {number + 1}"
    start = month.start + (number + 0.9) * month.days / month.nights * DAY
    night = world.add_event(
        id=f"{chance.getrandbits(128):032x}", name=name, start=start, end=start + 6 * 3600, artists=("Vera Solstice",)
    )
    world.a_rate("ticket", night.id)
    return night


def _paid(chance: Random, month: Month, nights: list[Event]) -> Paid:
    at, amount = chance.randrange(len(nights)), chance.choice((1, 1, 1, 2, 2, 3, 4))
    earliest, latest = max(month.start, nights[at].start - 14 * DAY), nights[at].start
    stamp = round(earliest + chance.random() * (latest - earliest), 3)
    price = chance.choice(PRICES) * amount
    fee = percent(price, 8)
    return Paid(
        id=f"{chance.getrandbits(96):024x}",
        created=stamp,
        updated=stamp,
        cents=price + fee,
        fees=fee,
        event_id=nights[at].id,
        currency=chance.choice(CURRENCIES),
        method=chance.choice(METHODS),
        sale_type=chance.choice(SALE_TYPES),
        tickets=tuple(f"{chance.getrandbits(96):024x}" for _ in range(amount)),
    )


def _refunds(chance: Random, paid: list[Paid]) -> Iterator[Refund]:
    for one in paid:
        lot = chance.random()
        if lot < 0.032:
            yield _refund(chance, one, one.cents)
        elif lot < 0.044:
            yield _refund(chance, one, one.cents // 2)
        elif lot < 0.05:
            first = one.cents // 3
            yield from (_refund(chance, one, part) for part in (first, first, one.cents - 2 * first))
        elif lot < 0.052:
            # Of a payment that was before everybody's time.
            yield _refund(chance, one, one.cents, payment_id=f"{chance.getrandbits(96):024x}")


def _refund(chance: Random, paid: Paid, amount: int, payment_id: str | None = None) -> Refund:
    stamp = round(paid.created + chance.random() * 5 * DAY, 3)
    return Refund(
        id=f"{chance.getrandbits(96):024x}",
        created=stamp,
        updated=stamp,
        cents=amount,
        event_id=paid.event_id,
        payment_id=payment_id or paid.id,
        currency=paid.currency,
        reason=chance.choice(REASONS),
        sale_type=paid.sale_type,
        tickets=paid.tickets if payment_id is None else (),
    )


def _wallet(world: World, chance: Random, paid: list[Paid], refunds: list[Refund]) -> None:
    """One line for what each event took in a day, one for each refund, and a payout each week."""
    days: dict[tuple[int, str, str], int] = {}
    for one in paid:
        key = (int(one.created // DAY), one.event_id, one.currency)
        days[key] = days.get(key, 0) + one.cents
    lines = [
        _line(chance, (day + 1) * DAY - 1, amount, "payment", "Ticket sales", currency, event_id)
        for (day, event_id, currency), amount in days.items()
    ]
    lines += [_line(chance, one.created, -one.cents, "refund", one.id, one.currency, one.event_id) for one in refunds]
    for line in sorted(lines, key=lambda one: one.created):
        world.takings.move(line)
    if lines:
        last = max(one.created for one in lines) + 60
        world.takings.move(
            _line(chance, last, -world.takings.balance() // 2, "payout", "Transfer to bank", "EUR", None)
        )


def _line(
    chance: Random, at: float, amount: int, kind: str, description: str, currency: str, event_id: str | None
) -> Movement:
    return Movement(
        id=f"{chance.getrandbits(96):024x}",
        created=at,
        updated=at,
        cents=amount,
        kind=kind,
        description=description,
        currency=currency,
        event_id=event_id,
    )


def _tickets(world: World, paid: list[Paid]) -> None:
    """The tickets that were paid, so that payment and ticket lead to each other."""
    person = dict.fromkeys(("email", "phone", "gender", "country_code", "address", "postal_code"), "")
    for one in paid:
        offer = world.offers_of(one.event_id)[0]
        sold = Sold(offer=offer, sale_type=one.sale_type, payment_id=one.id)
        for number, ref in enumerate(one.tickets):
            made = new_ticket(
                world, sold, offer.rate.options[0], world.new_code(), {**person, "full_name": "Paid Guest"}, ref=ref
            )
            made.created = made.updated = one.created
            part = one.cents // len(one.tickets)
            total = one.cents - part * (len(one.tickets) - 1) if number == 0 else part
            made.price = made.paid = units(total)
            world.place(made)


def take_in_sold(world: World, event_id: str) -> None:
    """A payment for each order that a made-up night was sold in, and what was refunded of it."""
    orders: dict[str, list[str]] = {}
    for ticket in world.tickets[event_id].values():
        if ticket.payment_id:
            orders.setdefault(ticket.payment_id, []).append(ticket.id)
    for ref, tickets in orders.items():
        _take_in(world, event_id, ref, tickets)


def _take_in(world: World, event_id: str, ref: str, tickets: list[str]) -> None:
    rows = [world.tickets[event_id][one] for one in tickets]
    total = sum(cents(row.price + sum(extra["price"] for extra in row.supplements)) for row in rows)
    stamp, chance = rows[0].created, world.spare
    world.takings.pay_in(
        Paid(
            id=ref,
            created=stamp,
            updated=stamp,
            cents=total,
            fees=percent(total, 8),
            event_id=event_id,
            method=chance.choice(METHODS),
            sale_type=rows[0].sale_type,
            channel_id=rows[0].channel_id,
            tickets=tuple(tickets),
        )
    )
    world.takings.move(_line(chance, stamp, total, "payment", f"Payment {ref}", "EUR", event_id))
    for row in rows:
        if row.refunded:
            back = Refund(
                id=world.fresh_id(),
                created=row.updated,
                updated=row.updated,
                cents=cents(row.refunded),
                event_id=event_id,
                payment_id=ref,
                tickets=(row.id,),
            )
            world.takings.give_back(back)
            world.takings.move(_line(chance, row.updated, -back.cents, "refund", f"Refund {back.id}", "EUR", event_id))
