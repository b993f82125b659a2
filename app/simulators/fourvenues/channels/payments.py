"""What becomes of a hosted payment: paid once, or never. Everything else follows from there."""

from app.simulators.answers import Refused
from app.simulators.fourvenues.channels.render import CHANNEL
from app.simulators.fourvenues.issue import Sold, new_ticket, record, written_extras
from app.simulators.fourvenues.money import units
from app.simulators.fourvenues.rows import Ticket
from app.simulators.fourvenues.sales import ChannelTicket, Payment
from app.simulators.fourvenues.takings import Movement, Paid, Refund
from app.simulators.fourvenues.world import World


def pay(world: World, payment: Payment) -> None:
    """The guest has paid; raises Refused when it is too late for that, or was done before."""
    _still_pending(payment)
    payment.status, payment.paid_at = "paid", world.now()
    world.touch(payment)
    for ticket in payment.tickets:
        activate(world, ticket, "checkout")
    _take_in(world, payment)
    world.webhooks.emit("payment.success", success(payment))


def success(payment: Payment) -> dict[str, object]:
    """What the webhook of a payment tells."""
    return {
        "payment_id": payment.id,
        "resource_type": "ticket",
        "resource_ids": [ticket.id for ticket in payment.tickets],
        "metadata": payment.metadata,
        "send_resources": payment.send_resources,
    }


def fail(world: World, payment: Payment) -> None:
    """The card was refused, or the guest gave up; raises Refused when the payment is over already."""
    _end(world, payment, "failed")


def expire(world: World, payment: Payment) -> None:
    """Nobody paid in time; raises Refused when the payment is over already."""
    _end(world, payment, "expired")


def expire_quietly(world: World, payment: Payment) -> None:
    """The same, for a clock that does not know whether somebody paid."""
    if payment.status == "pending":
        expire(world, payment)


def settle(world: World, payment: Payment) -> None:
    """Do by itself what the switch `payment_outcome` says."""
    ends = {"succeeds": pay, "fails": fail, "expires": expire}.get(world.switches.payment_outcome)
    if ends is not None and payment.status == "pending":
        ends(world, payment)


def _still_pending(payment: Payment) -> None:
    if payment.status != "pending":
        raise Refused(400, f"Payment is {payment.status}")


def _end(world: World, payment: Payment, status: str) -> None:
    _still_pending(payment)
    payment.status = status
    world.touch(payment)
    for ticket in payment.tickets:
        ticket.status = "voided"
        ticket.offer.take(ticket.option, -1)
        world.touch(ticket)


def activate(world: World, ticket: ChannelTicket, via: str) -> None:
    """The ticket is good from now on: in the ledger, and sooner or later in the Integrations API."""
    ticket.status = "active"
    world.touch(ticket)
    sold = Sold(offer=ticket.offer, sale_type="online", channel_id=CHANNEL["_id"], payment_id=ticket.payment_id)
    ticket.twin = _twin(world, sold, ticket)
    record(world, sold, via, ticket.twin, ticket.total)
    seen = world.switches.channel_sales_seen
    if seen != "never":
        world.seat(ticket.twin, world.switches.channel_sales_delay if seen == "later" else 0)


def _twin(world: World, sold: Sold, ticket: ChannelTicket) -> Ticket:
    twin = new_ticket(world, sold, ticket.option, ticket.code, ticket.person, ref=ticket.id)
    twin.supplements = written_extras(ticket.supplements)
    twin.price, twin.paid, twin.fee = units(ticket.price), units(ticket.total), units(ticket.fee)
    return twin


def _take_in(world: World, payment: Payment) -> None:
    stamp, night = world.now(), payment.offer.event.id
    paid = Paid(
        id=payment.id,
        created=stamp,
        updated=stamp,
        cents=payment.total,
        event_id=night,
        channel_id=CHANNEL["_id"],
        tickets=tuple(ticket.id for ticket in payment.tickets),
        fees=sum(ticket.fee for ticket in payment.tickets),
    )
    world.takings.pay_in(paid)
    _move(world, payment.total, "payment", f"Payment {payment.id}", night)


def _move(world: World, amount: int, kind: str, description: str, event_id: str) -> None:
    stamp = world.now()
    world.takings.move(
        Movement(
            id=world.fresh_id(),
            created=stamp,
            updated=stamp,
            cents=amount,
            kind=kind,
            description=description,
            event_id=event_id,
        )
    )


def refund(world: World, ticket: ChannelTicket, amount: int) -> None:
    """Give cents back; the first time voids the ticket whatever the amount. Raises Refused."""
    if ticket.status not in ("active", "voided") or (ticket.status == "voided" and not ticket.refunds):
        raise Refused(400, f"Ticket is {ticket.status}")
    if amount <= 0 or ticket.refunded + amount > ticket.total:
        raise Refused(400, "amount is greater than what is left to refund")
    ticket.status = "voided"
    ticket.refunds.append((amount, world.now()))
    world.touch(ticket)
    if ticket.twin is not None:
        ticket.twin.refunded = units(ticket.refunded)
        world.touch(ticket.twin)
    if ticket.payment_id is not None:
        _pay_back(world, ticket, amount)


def _pay_back(world: World, ticket: ChannelTicket, amount: int) -> None:
    stamp, night = world.now(), ticket.offer.event.id
    row = Refund(
        id=world.fresh_id(),
        created=stamp,
        updated=stamp,
        cents=amount,
        event_id=night,
        payment_id=str(ticket.payment_id),
        tickets=(ticket.id,),
    )
    world.takings.give_back(row)
    _move(world, -amount, "refund", f"Refund {row.id}", night)
