"""Tickets that were sold outside of the platform's checkout: stock and limits are not checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.simulators.fourvenues.money import cents, units
from app.simulators.fourvenues.offers import Offer
from app.simulators.fourvenues.orders import Asked, Extras, offer_of, read_ticket, tickets_of
from app.simulators.fourvenues.render import local
from app.simulators.fourvenues.rows import Holder, Ticket
from app.simulators.fourvenues.schema import Fields, Invalid
from app.simulators.fourvenues.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What all tickets of a sale have in common."""

    offer: Offer
    sale_type: str
    channel_id: str | None = None
    referral_id: str | None = None
    payment_id: str | None = None


def issue(world: World, body: Any) -> list[Ticket]:
    """Create tickets, all or none unless the switch `issue_partial` says otherwise; raises Refused."""
    fields = Fields(body)
    sold, tickets = _sold(world, fields), tickets_of(fields, counted=True)
    asked = _each(world, sold.offer, tickets)
    if not world.switches.issue_partial:
        asked = iter(list(asked))
    return [_create(world, sold, one) for one in asked]


def _sold(world: World, fields: Fields) -> Sold:
    channel, referral = fields.text("channel_id"), fields.text("referral_id")
    if channel and referral:
        raise Invalid('"value" contains a conflict between exclusive peers [channel_id, referral_id]')
    if not (channel or referral) and world.switches.issue_seller == "required":
        raise Invalid('"value" must contain at least one of [channel_id, referral_id]')
    return Sold(
        offer=offer_of(world, fields),
        sale_type=fields.text("sale_type") or "online",
        channel_id=channel or None,
        referral_id=referral or None,
    )


def _each(world: World, offer: Offer, tickets: list[Fields]) -> Iterator[Asked]:
    claimed: set[str] = set()
    for one in tickets:
        one.number("total_price", required=True)
        one.number("fee")
        yield read_ticket(world, offer, one, claimed, own_prices=True)


def _create(world: World, sold: Sold, asked: Asked) -> Ticket:
    total, fee = asked.fields.number("total_price") or 0, asked.fields.number("fee") or 0
    ticket = new_ticket(world, sold, asked.option, asked.code, asked.person)
    ticket.supplements, ticket.paid, ticket.fee = written_extras(asked.extras), total, fee
    sold.offer.take(asked.option, 1)
    world.seat(ticket, world.switches.issue_delay)
    record(world, sold, "issue", ticket, cents(total))
    return ticket


def new_ticket(
    world: World, sold: Sold, option: dict[str, Any], code: str, person: dict[str, str], ref: str | None = None
) -> Ticket:
    """A ticket that is nowhere yet."""
    stamp, night = world.now(), sold.offer.event
    return Ticket(
        id=ref or world.fresh_id(),
        created=stamp,
        updated=stamp,
        code=code,
        event_id=night.id,
        day=local(night.date).strftime("%Y-%m-%d"),
        rate=sold.offer.rate,
        holder=_holder(person),
        price=option["price"],
        option=dict(option),
        sale_type=sold.sale_type,
        channel_id=sold.channel_id,
        referral_id=sold.referral_id,
        payment_id=sold.payment_id,
    )


def _holder(person: dict[str, str]) -> Holder:
    return Holder(
        name=person["full_name"],
        email=person["email"],
        phone=person["phone"],
        gender=person["gender"],
        country=person["country_code"],
        language="es",
        address=person["address"],
        postal_code=person["postal_code"],
    )


def written_extras(extras: Extras) -> tuple[dict[str, Any], ...]:
    """Supplements of a ticket as the Integrations API writes them, with the price that was paid."""
    return tuple({**one, "price": units(price)} for one, price in extras)


def record(world: World, sold: Sold, via: str, ticket: Ticket, amount: int) -> None:
    """Write the ticket into the ledger of issued tickets; `amount` in cents."""
    world.sales.record(
        at=world.now(),
        via=via,
        ticket_id=ticket.id,
        code=ticket.code,
        event_id=ticket.event_id,
        rate_id=ticket.rate.id,
        price_id=str((ticket.option or ticket.rate.options[0])["_id"]),
        cents=amount,
        sale_type=sold.sale_type,
        channel_id=sold.channel_id,
        referral_id=sold.referral_id,
        payment_id=sold.payment_id,
    )
