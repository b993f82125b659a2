"""Rows as the platform writes them, every field of them, misspelt ones included."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from app.simulators.fourvenues.rows import Booking, Event, ListEntry, Pass, Row, Ticket, Usage
from app.simulators.fourvenues.switches import Switches

VENUE = ZoneInfo("Europe/Madrid")
ORGANIZATION = "5f1d3a9be4c27d0017a6c0de"

_ABSENT = object()
_serials = count()
_encode = msgspec.json.Encoder().encode
R = TypeVar("R", bound=Row)


def iso(at: float) -> str:
    """ISO 8601 with milliseconds and Z, as Fourvenues writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds(at: float) -> int:
    return int(at)


def _ms(at: float) -> int:
    return round(at * 1000)


_STAMPS: dict[str, Callable[[float], Any]] = {
    "iso": iso,
    "seconds": _seconds,
    "ms": _ms,
    "zero": lambda at: 0,
    "null": lambda at: None,
    "absent": lambda at: _ABSENT,
}


class Renderer:
    """Writes rows under one position of the switches that concern writing; each row remembers its text."""

    def __init__(self, switches: Switches) -> None:
        self._serial = next(_serials)
        self._position = self._positions(switches)
        self._created = _STAMPS[switches.created_at]
        self._updated = _STAMPS[switches.updated_at]
        self._entered = _STAMPS[switches.entry_date]
        self._not_entered = _STAMPS[switches.no_entry_date](0)
        self._stamps_on_lists = switches.stamps_on_lists

    @staticmethod
    def _positions(switches: Switches) -> tuple[object, ...]:
        return (
            switches.created_at,
            switches.updated_at,
            switches.entry_date,
            switches.no_entry_date,
            switches.stamps_on_lists,
        )

    def suits(self, switches: Switches) -> bool:
        """Whether what was written is still how it would be written."""
        return self._position == self._positions(switches)

    def remembered(self, row: R, payload: Callable[[R], dict[str, Any]]) -> bytes:
        """The row as JSON, written once until it changes (`written_as = -1`)."""
        if row.written_as != self._serial:
            row.written = _encode(payload(row))
            row.written_as = self._serial
        return row.written

    def ticket(self, ticket: Ticket) -> dict[str, Any]:
        """A ticket."""
        return self._oddities(ticket, {**_ticket_facts(ticket), **self._ticket_stamps(ticket), **_ticket_money(ticket)})

    def _ticket_stamps(self, ticket: Ticket) -> dict[str, Any]:
        entered = self._not_entered if ticket.entered_at is None else self._entered(ticket.entered_at)
        return {
            "entry_date": entered,
            "activation_date": iso(ticket.created),
            "created_at": self._created(ticket.created),
            "updated_at": self._updated(ticket.updated),
        }

    def _list_stamps(self, row: Row) -> dict[str, Any]:
        if not self._stamps_on_lists:
            return {}
        return {"created_at": self._created(row.created), "updated_at": self._updated(row.updated)}

    def list_entry(self, entry: ListEntry) -> dict[str, Any]:
        """A guest-list entry."""
        row = {
            "_id": entry.id,
            "code": entry.code,
            "event_id": entry.event_id,
            "channel_id": entry.channel_id,
            "rate_id": entry.rate.id,
            "rate_name": entry.rate.name,
            "rate_slug": entry.rate.slug,
            "name": entry.name,
            "observations_reception": entry.note,
            "for": entry.for_,
            "enter": entry.enter,
            "options": entry.options,
            "referral_id": entry.referral["_id"] if entry.referral else None,
            "referral": entry.referral,
            "tags": entry.tags,
            "removed_at": entry.removed_at,
        }
        return self._oddities(entry, row | self._list_stamps(entry))

    def pass_v1(self, owned: Pass, event_id: str) -> dict[str, Any]:
        """A pass in the light of an event: no event_id inside."""
        usage = owned.usages.get(event_id)
        row = {
            "_id": owned.id,
            "channel_id": owned.channel_id,
            "code": owned.code,
            "email": owned.holder.email,
            "name": owned.holder.name,
            "for": owned.for_,
            "enter": usage.enter if usage else 0,
            "raised": owned.price,
            "rate_name": owned.rate.name,
            "rate_slug": owned.rate.slug,
            "referral_id": owned.referral_id,
            "status": owned.status,
        }
        return self._oddities(owned, row | self._list_stamps(owned))

    def pass_v2(self, owned: Pass, event_id: str | None) -> dict[str, Any]:
        """A pass in the new model: usages of one event, or of every event of its type."""
        usages = {key: usage for key, usage in owned.usages.items() if event_id in (None, key)}
        row = {
            "_id": owned.id,
            "organization_id": ORGANIZATION,
            "code": owned.code,
            "customer_id": f"c{owned.id[1:]}",
            "customer_fullname": owned.holder.name,
            "customer_email": owned.holder.email,
            "customer_phone": owned.holder.phone,
            "type_id": owned.rate.id,
            "type_name": owned.rate.name,
            "purchase_date": int(owned.created),
            "purchase_price": owned.price,
            "state": "activated" if owned.status == "valid" else owned.status,
            "archived": False,
            "passes_usages": [_usage(owned, key, usage) for key, usage in usages.items()],
        }
        return self._oddities(owned, row | self._list_stamps(owned))

    @staticmethod
    def _oddities(row: Row, payload: dict[str, Any]) -> dict[str, Any]:
        payload.update(row.extra)
        return {key: value for key, value in payload.items() if value is not _ABSENT and key not in row.without}


def _ticket_facts(ticket: Ticket) -> dict[str, Any]:
    holder = ticket.holder
    return {
        "_id": ticket.id,
        "code": ticket.code,
        "event_id": ticket.event_id,
        "rate_id": ticket.rate.id,
        "rate_name": ticket.rate.name,
        "rate_slug": ticket.rate.slug,
        "channel_id": ticket.channel_id,
        "referral_id": ticket.referral_id,
        # An order paid in cash has no payment at the gateway, and then not even the key.
        "payment_id": ticket.payment_id or _ABSENT,
        "status": ticket.status,
        "for": ticket.for_,
        "enter": ticket.enter,
        "date": ticket.day,
        "name": holder.name,
        "email": holder.email,
        "phone": holder.phone,
        "gender": holder.gender,
        "address": holder.address,
        "postal_code": holder.postal_code,
        "country": holder.country,
        "language": holder.language,
    }


def _ticket_money(ticket: Ticket) -> dict[str, Any]:
    extras = sum(item["price"] for item in ticket.supplements)
    option = ticket.option or ticket.rate.options[0]
    paid = ticket.price + extras if ticket.paid is None else ticket.paid
    return {
        "price": ticket.price,
        "total_paid": paid,
        "total_fees": round(ticket.price * 0.08, 2) if ticket.fee is None else ticket.fee,
        "total_extras": extras,
        "total_warranty": 0,
        "raised": paid,
        "refunded": ticket.refunded,
        "discount_quantity_subtract": 0,
        "sale_type": ticket.sale_type,
        "price_info": {key: option[key] for key in ("_id", "price", "age", "content", "additional_info")},
        "supplements": ticket.supplements,
        "supplements_service_charge_total": 0,
        "surcharge_total": 0,
        "surcharge": {},
        "invoice_reference": f"S-{ticket.id[-7:].upper()}",
        "corrective_invoice_references": [],
        "remarketing": ticket.remarketing,
    }


def local(at: float) -> datetime:
    """The moment on the venue's clock."""
    return datetime.fromtimestamp(at, VENUE)


def _usage(owned: Pass, event_id: str, usage: Usage) -> dict[str, Any]:
    return {
        "_id": usage.id,
        "organization_id": ORGANIZATION,
        "event_id": event_id,
        "pass_id": owned.id,
        "usage_price": 0,
        "usage_revenue": 0,
        "usage_time": int(usage.entered_at or 0),
        "usage_beneficiaries": usage.enter,
        "usage_males": sum(option["men"] for option in usage.options),
        "usage_females": sum(option["women"] for option in usage.options),
        "usage_others": sum(option["no_gender"] for option in usage.options),
        "beneficiaries": owned.for_,
        "checked_in": usage.enter > 0,
    }


def event(night: Event) -> dict[str, Any]:
    """An event."""
    row = {
        "_id": night.id,
        "name": night.name,
        "slug": night.slug,
        "url": f"https://tickets.example.com/nocturna/events/{night.slug}/{night.id[:4].upper()}",
        "flyer": f"https://images.example.com/flyers/{night.id[:8]}.jpg",
        "description": night.description,
        "start": int(night.start),
        "end": int(night.end),
        "date": int(night.date),
        "age": 18,
        "music_genres": night.music,
        "outfit": "Casual",
        "location_town": "Valencia",
        "artists": night.artists,
        "active": night.active,
        "visible": night.visible,
    }
    row.update(night.extra)
    return {key: value for key, value in row.items() if key not in night.without}


def booking(table: Booking, night: Event) -> dict[str, Any]:
    """A table booking; `status` and `state` say the same."""
    holder = table.holder
    return {
        "_id": table.id,
        "channel_id": None,
        "code": table.code,
        "event_id": table.event_id,
        "event_name": night.name,
        "date": iso(night.start),
        "local_date": local(night.start).strftime("%Y-%m-%d %H:%M:%S"),
        "hour": f"{local(night.start).hour}:{local(night.start).minute:02d}",
        "duration": int(night.end - night.start),
        "for": table.for_,
        "enter": table.enter,
        "name": holder.name,
        "email": holder.email,
        "phone": holder.phone,
        "client_id": f"c{table.id[1:]}",
        "gender_group": "mixed",
        "status": table.status,
        "state": table.status,
        "walkin": False,
        **_booking_money(table),
        **_booking_place(table),
        "created_at": iso(table.created),
        "updated_at": iso(table.updated),
        **table.extra,
    }


def _booking_place(table: Booking) -> dict[str, Any]:
    return {
        "zone_name": table.zone,
        "normalized_zone_name": table.zone.lower(),
        "zone_slug": table.zone.lower().replace(" ", "-"),
        "space_id": f"s{table.id[1:]}",
        "space_name": table.space,
        "rate_slug": "table",
        "referral_id": None,
        "commentary_client": "",
        "commentary_reserve": table.note,
    }


def _booking_money(table: Booking) -> dict[str, Any]:
    return {
        "price": table.price,
        "deposit": table.deposit,
        "deposit_paid": table.deposit,
        "deposit_method": "card",
        "refunded": 0,
        "currency": "EUR",
        "billing_info": {},
        "payments": [],
        "external_payments": [],
        "refunds": [],
        "invoice_reference": "",
        "invoice_references": [],
        "corrective_invoice_references": [],
    }
