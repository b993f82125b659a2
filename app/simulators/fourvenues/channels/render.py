"""What the Channel Manager writes: rates, tickets and payments in other words than the Integrations API."""

from typing import Any

from app.simulators.fourvenues.market import Market
from app.simulators.fourvenues.money import cents, percent, units
from app.simulators.fourvenues.offers import Offer, Option, Question
from app.simulators.fourvenues.render import ORGANIZATION, iso
from app.simulators.fourvenues.rows import Event
from app.simulators.fourvenues.sales import ChannelTicket, Payment

CHANNEL = {"_id": "64a1f0c2b7e35d0012ab9e03", "name": "Nocturna partners", "slug": "nocturna-partners"}
HOST = {"_id": ORGANIZATION, "name": "Nocturna", "slug": "nocturna"}
SINCE = "2023-06-01T00:00:00.000Z"
LOCATION = {
    "unic_id": "loc_valencia_1",
    "location_id": "64a1f0c2b7e35d0012ab9e21",
    "organization_id": ORGANIZATION,
    "name": "Nocturna",
    "address": "Avenida del Puerto",
    "number": "118",
    "city": "Valencia",
    "country": "ES",
    "full_address": "Avenida del Puerto 118, 46023 Valencia",
    "latitude": 39.4655,
    "longitude": -0.3397,
    "timezone": "Europe/Madrid",
}
GENDERS = {"female": 0, "male": 1}


def price(offer: Offer, option: Option) -> dict[str, Any]:
    """One price of a rate."""
    step = offer.step(option)
    return {
        "_id": option["_id"],
        "name": step.name,
        "price": option["price"],
        "valid_until": iso(offer.ends(option)),
        "quantity": step.quantity,
        "fee_type": step.fee_type,
        "fee_quantity": step.fee,
        "includes": option.get("content", ""),
        "additional_info": option.get("additional_info", ""),
    }


def rate(world: Market, offer: Offer) -> dict[str, Any]:
    """A rate with all its prices, the one that is active, and what is left."""
    current = offer.current(world.now())
    left = 0 if world.switches.sold_out else offer.left
    row = {
        "_id": offer.rate.id,
        "organization_id": ORGANIZATION,
        "event_id": offer.event.id,
        "name": offer.rate.name,
        "slug": offer.rate.slug,
        "valid_from": iso(offer.event.created),
        "complete": left == 0,
        "type": offer.kind,
        "show_all_prices": True,
        "prices": [price(offer, option) for option in offer.rate.options],
        "current_price": None if current is None else price(offer, current),
        "supplements": [_supplement(one) for one in offer.supplements],
        "available": left > 0 and current is not None,
        "availability": {"sold": offer.taken, "available": left},
        "warranty": {"enabled": offer.warranty > 0, "percentage": offer.warranty, "hours": 12},
        "min": offer.least,
        "max": offer.most,
        "questions": [_question(one) for one in offer.questions],
    }
    return row | ({"fields": _fields(offer)} if world.switches.rate_fields else {})


def _fields(offer: Offer) -> list[dict[str, Any]]:
    return [{"name": name, "type": "text", "required": True} for name in sorted(offer.requires)]


def _supplement(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("_id", "label", "price", "has_fake_price", "fake_price")}


def _question(one: Question) -> dict[str, Any]:
    kind = "dropdown" if one.items else "text"
    return {"_id": one.id, "label": one.label, "type": kind, "required": one.required, "items": one.items}


def event(world: Market, night: Event, *, populated: bool = False) -> dict[str, Any]:
    """An event; its rates whole when asked for, else their ids."""
    offers = world.offers_of(night.id)
    return {
        "_id": night.id,
        "name": night.name,
        "slug": night.slug,
        "description": night.description,
        "display_date": iso(night.date),
        "start_date": iso(night.start),
        "end_date": iso(night.end),
        "organization_id": ORGANIZATION,
        "age": "18",
        "image_url": f"https://images.example.com/flyers/{night.id[:8]}.jpg",
        "outfit": "Casual",
        "ambiences": [],
        "music_genres": night.music,
        "artists": [{"name": name, "image_url": ""} for name in night.artists],
        "location_id": LOCATION["location_id"],
        "location": LOCATION,
        "ticket_rates": [rate(world, offer) if populated else offer.rate.id for offer in offers],
        "currency": "EUR",
    }


def ticket(row: ChannelTicket) -> dict[str, Any]:
    """A ticket; who entered is known by its twin."""
    person = row.person
    return {
        "_id": row.id,
        "event_id": row.offer.event.id,
        "ticket_rate_id": row.offer.rate.id,
        "qr_code": row.code,
        "status": row.status,
        "price": price(row.offer, row.option),
        "payment_currency": "EUR",
        "channel_id": CHANNEL["_id"],
        "fees": {"organization": units(row.fee), "discocil": units(percent(row.fee, 60))},
        **{name: person[name] for name in ("full_name", "phone", "email")},
        "gender": GENDERS.get(person["gender"]),
        **{name: person[name] for name in ("birthday", "address", "postal_code", "country_code")},
        **{name: person[name] for name in ("personal_document_type", "personal_document_number")},
        "answers": row.answers,
        "supplements": [{"supplement_id": one["_id"], "price": units(paid)} for one, paid in row.supplements],
        **_ticket_money(row),
        "for": 1,
        **_entered(row),
    }


def _ticket_money(row: ChannelTicket) -> dict[str, Any]:
    return {
        "refunded": units(row.refunded),
        "refunded_at": iso(row.refunds[0][1]) if row.refunds else None,
        "refunds": [
            {"channel_id": CHANNEL["_id"], "amount": units(amount), "at": iso(at)} for amount, at in row.refunds
        ],
        "total_supplements": units(sum(paid for _, paid in row.supplements)),
        "total_fees": units(row.fee),
        "total_price": units(row.total),
        "warranty": {"total": units(row.warranty), "hours": 12 if row.warranty else 0},
    }


def _entered(row: ChannelTicket) -> dict[str, Any]:
    twin = row.twin
    if twin is None or twin.entered_at is None:
        return {"enter": 0, "entry_time": None}
    return {"enter": twin.enter, "entry_time": iso(twin.entered_at)}


def payment(row: Payment) -> dict[str, Any]:
    """A payment."""
    return {
        "_id": row.id,
        "status": row.status,
        "rate_id": row.offer.rate.id,
        "organization_id": ORGANIZATION,
        "event_id": row.offer.event.id,
        "resource_type": "ticket",
        "resource_ids": [one.id for one in row.tickets],
        "total": {"amount": units(row.total), "fees": units(sum(one.fee for one in row.tickets))},
        "currency": "EUR",
        "paid_at": None if row.paid_at is None else iso(row.paid_at),
        "expires_at": None if row.expires_at is None else iso(row.expires_at),
        "send_resources": row.send_resources,
        "metadata": row.metadata,
    }


def amounts(offer: Offer, option: Option) -> tuple[int, int]:
    """Price and fee of one ticket, in cents."""
    amount = cents(option["price"])
    return amount, offer.step(option).fee_of(amount)
