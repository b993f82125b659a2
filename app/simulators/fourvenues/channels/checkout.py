"""A checkout: tickets are reserved, and somebody is sent to a page to pay for them."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.simulators.answers import Refused
from app.simulators.fourvenues.channels import payments, render
from app.simulators.fourvenues.money import cents, percent, units
from app.simulators.fourvenues.offers import Offer, Option
from app.simulators.fourvenues.orders import Asked, check_answers, offer_of, read_ticket, tickets_of
from app.simulators.fourvenues.sales import ChannelTicket, Payment
from app.simulators.fourvenues.schema import Fields, Invalid
from app.simulators.fourvenues.world import World

METADATA_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What all tickets of a checkout have in common."""

    payment: Payment
    option: Option
    discount: float = 0
    """Percent off the price."""


def checkout(world: World, body: Any, site: str) -> dict[str, Any]:
    """Reserve tickets and open a payment at `site`; answers what S3 shows. Raises Refused and then nothing is done."""
    fields = Fields(body)
    offer, asked = _order(world, fields)
    payment = _payment(world, offer, fields)
    deal = _deal(world, payment, fields)
    payment.tickets = [_reserved(world, deal, one) for one in asked]
    answer = {
        "payment_id": payment.id,
        "payment_url": f"{site}/pay/{payment.id}",
        "total_amount": units(payment.total),
        "tickets": [render.ticket(ticket) for ticket in payment.tickets],
        "conditions_changed": any(_changed(deal, one, row) for one, row in zip(asked, payment.tickets, strict=True)),
    }
    _open(world, payment)
    return answer


def _order(world: World, fields: Fields) -> tuple[Offer, list[Asked]]:
    offer, tickets = offer_of(world, fields), tickets_of(fields, counted=False)
    if len(tickets) < offer.least:
        raise Invalid(f'"tickets" must contain at least {offer.least} items')
    if len(tickets) > offer.most:
        raise Invalid(f'"tickets" must contain less than or equal to {offer.most} items')
    claimed: set[str] = set()
    asked = [read_ticket(world, offer, one, claimed, own_prices=False) for one in tickets]
    check_answers(offer, asked)
    if world.switches.sold_out or offer.left < len(asked):
        raise Refused(400, "Not enough tickets available")
    return offer, asked


def _deal(world: World, payment: Payment, fields: Fields) -> Deal:
    code = fields.text("discount_code")
    if code and code not in world.sales.discounts:
        raise Refused(400, "discount_code is not valid")
    offer = payment.offer
    current = offer.current(world.now())
    if current is None:
        raise Refused(400, "Ticket rate is not available")
    if world.switches.price_changes:
        world.switches.price_changes -= 1
        current = offer.reprice(world.fresh_id(), current["price"] + 2, world.now())
    return Deal(payment=payment, option=current, discount=world.sales.discounts.get(code, 0))


def _payment(world: World, offer: Offer, fields: Fields) -> Payment:
    stamp, seconds = world.now(), world.switches.payment_expires
    return Payment(
        id=world.fresh_id(),
        created=stamp,
        updated=stamp,
        offer=offer,
        tickets=[],
        expires_at=stamp + seconds if seconds else None,
        metadata=_metadata(fields),
        send_resources=fields.flag("send_resources") or fields.flag("send_resourcers"),
        redirect_url=_url(fields, "redirect_url"),
        error_url=_url(fields, "error_url"),
    )


def _metadata(fields: Fields) -> dict[str, Any]:
    metadata = fields.object("metadata")
    if len(json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode()) > METADATA_BYTES:
        raise Invalid('"metadata" must not be larger than 1kb')
    return metadata


def _url(fields: Fields, key: str) -> str:
    url = fields.text(key)
    if url and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname):
        raise Invalid(f"{fields.name(key)} must be a valid uri")
    return url


def _reserved(world: World, deal: Deal, asked: Asked) -> ChannelTicket:
    offer = deal.payment.offer
    full, fee = render.amounts(offer, deal.option)
    amount = full - percent(full, deal.discount)
    warranty = percent(amount, offer.warranty) if asked.fields.flag("warranty") else 0
    row = channel_ticket(world, offer, deal.option, asked)
    row.status, row.payment_id = world.switches.pending_word, deal.payment.id
    row.price, row.fee, row.warranty = amount, fee, warranty
    row.total = amount + fee + warranty + sum(paid for _, paid in asked.extras)
    offer.take(deal.option, 1)
    return row


def channel_ticket(world: World, offer: Offer, option: Option, asked: Asked) -> ChannelTicket:
    """A ticket of the Channel Manager, kept there and not paid."""
    stamp = world.now()
    row = ChannelTicket(
        id=world.fresh_id(),
        created=stamp,
        updated=stamp,
        code=asked.code,
        offer=offer,
        option=option,
        person=asked.person,
        status="active",
        price=cents(option["price"]),
        supplements=asked.extras,
        answers=asked.answers,
    )
    world.sales.codes.add(row.code)
    world.sales.tickets[row.id] = row
    return row


def _changed(deal: Deal, asked: Asked, row: ChannelTicket) -> bool:
    """Whether the ticket costs something else than was asked for, as far as it was said."""
    price, total = asked.fields.number("price"), asked.fields.number("total_price")
    without_fee = (row.price, row.total, row.total - row.fee)
    return (
        asked.option["_id"] != deal.option["_id"]
        or (price is not None and cents(price) != cents(deal.option["price"]))
        or (total is not None and cents(total) not in without_fee)
    )


def _open(world: World, payment: Payment) -> None:
    world.sales.payments[payment.id] = payment
    if world.switches.payment_expires:
        world.later(world.switches.payment_expires * 1000, lambda: payments.expire_quietly(world, payment))
    if world.switches.payment_outcome != "manual":
        world.later(world.switches.payment_delay, lambda: payments.settle(world, payment))


def create(world: World, body: Any) -> list[ChannelTicket]:
    """Tickets without the platform's gateway: good at once, and stock is not checked. Raises Refused."""
    fields = Fields(body)
    offer, tickets = offer_of(world, fields), tickets_of(fields, counted=True)
    claimed: set[str] = set()
    asked = [read_ticket(world, offer, one, claimed, own_prices=True) for one in tickets]
    check_answers(offer, asked)
    money = [(one.fields.number("total_price", required=True), one.fields.number("fee")) for one in asked]
    rows = [channel_ticket(world, offer, one.option, one) for one in asked]
    for row, (total, fee) in zip(rows, money, strict=True):
        row.total, row.fee = cents(total or 0), cents(fee or 0)
        offer.take(row.option, 1)
        payments.activate(world, row, "channel")
    return rows
