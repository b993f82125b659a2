"""Rows as the platform writes them, in each of its ways to write a date."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.simulators.oveit.rows import Addon, Event, Tag, Ticket, TicketType, Use
from app.simulators.oveit.switches import Switches
from app.simulators.oveit.world import World

VENUE = ZoneInfo("Europe/Bucharest")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FORM: tuple[dict[str, Any], ...] = (
    {"id": 9101, "name": "Full name", "type": "text", "is_mandatory": True},
    {"id": 9102, "name": "E-mail", "type": "email", "is_mandatory": True},
    {"id": 9103, "name": "Phone", "type": "text", "is_mandatory": False},
    {
        "id": 9104,
        "name": "How did you hear about us?",
        "type": "select",
        "values": ["Friends", "Instagram", "Posters", "I came last year"],
        "is_multiple": True,
        "is_mandatory": False,
    },
    {"id": 9105, "name": "Date of birth", "type": "date", "is_mandatory": False},
    {"id": 9106, "name": "Photo", "type": "file", "is_mandatory": False},
)
"""The registration form of every event; a ticket's answers follow it by position."""


def local(at: float) -> datetime:
    """The moment on the venue's clock."""
    return datetime.fromtimestamp(at, VENUE)


def iso(at: float, switches: Switches) -> str:
    """ISO 8601 to the second, with an offset."""
    return datetime.fromtimestamp(int(at), VENUE if switches.offsets == "venue" else UTC).isoformat()


def zoneless(at: float) -> str:
    """`2026-06-03 20:31:07` on the venue's clock, and nobody says so."""
    return local(at).strftime("%Y-%m-%d %H:%M:%S")


def without_colon(at: float) -> str:
    """`2026-06-01T23:31:07+0300`."""
    return local(at).strftime("%Y-%m-%dT%H:%M:%S%z")


def in_words(at: float) -> str:
    """`June 1, 2026 at 11:31 PM` on the venue's clock."""
    moment = local(at)
    hour = f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"
    return f"{MONTHS[moment.month - 1]} {moment.day}, {moment.year} at {hour}"


def login(world: World, token: str) -> dict[str, Any]:
    """The answer to a login: the life of the token is told twice, once without a zone."""
    switches = world.switches
    return {
        "token": token,
        "user": _user(world),
        "expires_at": zoneless(world.now() + switches.token_life),
        "expires_in": switches.token_life,
    }


def _user(world: World) -> dict[str, Any]:
    switches = world.switches
    granted = ["api"] if switches.api_permission == "granted" else []
    return {
        "id": 20817,
        "email": world.email,
        "seller_id " if switches.seller_id_key == "blank" else "seller_id": 7342,
        "role": "staff",
        "role_acl_type": "event_checkin",
        "role_acl_name": "Event checkin staff",
        "permissions": [*granted, "rfid_pairing"],
    }


def event(world: World, night: Event) -> dict[str, Any]:
    """An event for the picker."""
    switches, tickets = world.switches, world.listed(night)
    counts = {"tickets": len(tickets), "tickets_sold": len(tickets)}
    told = counts if switches.event_counts == "both" else {switches.event_counts: len(tickets)}
    return {
        "id": night.id,
        "name": night.name,
        "location": night.location,
        "starts_at": None if night.start is None else iso(night.start, switches),
        **told,
        "tickets_checked_in": sum(is_checked_in(ticket, switches) for ticket in tickets),
        "ticket_types": [_type(sold, switches) for sold in night.types],
    }


def _type(sold: TicketType, switches: Switches) -> dict[str, Any]:
    addons = {"addons": [_addon(addon, switches) for addon in sold.addons]} if switches.multi_access else {}
    return {"id": sold.id, "name": sold.name, "price": sold.price, **addons}


def _addon(addon: Addon, switches: Switches) -> dict[str, Any]:
    old = {"id": addon.id, "name": addon.name, "uses": addon.uses}
    if switches.addon_fields == "old":
        return old
    return {**old, "is_bundled": addon.is_bundled, "enabled": addon.enabled and not switches.addons_disabled}


def is_checked_in(ticket: Ticket, switches: Switches) -> bool:
    """What `checked_in` says of the ticket."""
    return any(use.addon_id is None or switches.checked_in == "any" for use in ticket.uses)


def _checkins(ticket: Ticket, switches: Switches) -> list[dict[str, Any]]:
    shown = [use for use in ticket.uses if use.direction == "in" and _shows(use, switches)]
    return [{"addon_id": use.addon_id, "date": iso(use.at, switches)} for use in shown]


def _shows(use: Use, switches: Switches) -> bool:
    return use.by != "turnstile" or switches.turnstile_shows


def _tags(ticket: Ticket, switches: Switches) -> list[dict[str, Any]]:
    return [{"code": tag.code, "date": iso(tag.date, switches)} for tag in ticket.rfid]


def listed(ticket: Ticket, switches: Switches) -> dict[str, Any]:
    """A ticket in the list of its event: no name, no status."""
    tags = {"rfid_codes": _tags(ticket, switches)} if switches.list_rfid else {}
    return {
        "code": ticket.code,
        "ticket_type_id": ticket.type.id,
        "checked_in": is_checked_in(ticket, switches),
        "checkins": _checkins(ticket, switches),
        **tags,
    }


def whole(ticket: Ticket, switches: Switches) -> dict[str, Any]:
    """A ticket as check-in and scan answer it, without their `ok`."""
    night, order = ticket.event, ticket.order
    return {
        "ticket": {"code": ticket.code, "series": ticket.series},
        "ticket_type": {"id": ticket.type.id, "name": ticket.type.name},
        "event": {
            "id": night.id,
            "name": night.name,
            "starts_at": None if night.start is None else iso(night.start, switches),
            "location": night.location,
        },
        "order": {"id": order.id, "name": order.name, "date": iso(order.date, switches)},
        "checkins": _checkins(ticket, switches),
        "attendee": _attendee(ticket) if switches.forms else {"fields": [], "values": []},
        "rfid_codes": _tags(ticket, switches),
    }


def _attendee(ticket: Ticket) -> dict[str, Any]:
    """The form and its answers; here the fields have no ids."""
    fields = [{key: field[key] for key in ("name", "type", "is_mandatory")} for field in FORM]
    return {"fields": fields, "values": ticket.answers}


def attendee(ticket: Ticket) -> dict[str, Any]:
    """A row of the attendees."""
    return {
        "id": ticket.id + 500_000,
        "order_id": ticket.order.id,
        "ticket_id": ticket.id,
        "ticket_code": ticket.code,
        "ticket_type": {"id": ticket.type.id, "name": ticket.type.name},
        "created_at": without_colon(ticket.created),
        "values": ticket.answers,
    }


def wallet(tickets: list[Ticket], switches: Switches) -> dict[str, Any]:
    """What `scan_v2` tells of a wristband: events by name and dates in words."""
    tags = {tag.code: tag for ticket in tickets for tag in ticket.rfid}
    return {
        "tickets": [_in_wallet(ticket, switches) for ticket in tickets],
        "wearables": [_wearable(tag, switches) for tag in tags.values()],
    }


def _in_wallet(ticket: Ticket, switches: Switches) -> dict[str, Any]:
    entrances = [use for use in ticket.entrances() if use.direction == "in" and _shows(use, switches)]
    return {
        "code": ticket.code,
        "event": ticket.event.name,
        "checkedInAt": in_words(entrances[0].at) if entrances else None,
        "name": ticket.name,
    }


def _wearable(tag: Tag, switches: Switches) -> dict[str, Any]:
    return {"code": tag.code, "date": iso(tag.date, switches), "date_formatted": in_words(tag.date)}
