"""What an event sells: ticket types and their addons, without which a row of the list says nothing. Pure and total."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import msgspec

from app.domain.model import AccountId, Event
from app.providers.naming import evening_of, event_id
from app.providers.values import UNREADABLE, moment, number_in, objects, text

PROVIDER = "oveit"


class TicketType(msgspec.Struct, frozen=True, omit_defaults=True):
    """As it is kept beside each row: id, name, and `[id, name, uses]` of each addon that may be used."""

    id: str = ""
    name: str = ""
    addons: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An event as the platform lists it."""

    event: Event
    types: dict[str, TicketType]

    def refs_of(self, rate: str) -> list[str]:
        """Ids of the types of this name."""
        return [one.id for one in self.types.values() if one.name == rate]


class _Events(msgspec.Struct, frozen=True):
    events: list[msgspec.Raw]


class _Event(msgspec.Struct, frozen=True):
    id: Any = None
    name: Any = None
    starts_at: Any = None
    ticket_types: Any = None
    addons: Any = None


_EVENTS = msgspec.json.Decoder(_Events)
_EVENT = msgspec.json.Decoder(_Event)


def listed(body: bytes, account: AccountId, zone: tzinfo | None, optional: bool) -> dict[str, Listed]:
    """Events of an answer by their id; those without one are left out. Raises what decoding raises."""
    found = (_listed(bytes(raw), account, zone, optional) for raw in _EVENTS.decode(body).events)
    return {one.event.ref: one for one in found if one is not None}


def _listed(raw: bytes, account: AccountId, zone: tzinfo | None, optional: bool) -> Listed | None:
    try:
        payload = _EVENT.decode(raw)
    except UNREADABLE:
        return None
    ref = text(payload.id)
    if not ref:
        return None
    event = event_of(ref, payload.name, payload.starts_at, account, zone)
    everywhere = _addons(payload.addons, optional)
    types = (_type(one, everywhere, optional) for one in objects(payload.ticket_types))
    return Listed(event=event, types={one.id: one for one in types if one.id})


def event_of(ref: str, name: object, starts_at: object, account: AccountId, zone: tzinfo | None) -> Event:
    """An event in our words. A perpetual one does not say when it begins, and none says when it ends."""
    begins = moment(starts_at)
    try:
        label = evening_of(begins, zone) if begins else ""
    except OverflowError:
        label = ""
    return Event(
        id=event_id(PROVIDER, account, ref), account=account, ref=ref, name=text(name), starts_at=begins, label=label
    )


def _type(item: dict[str, Any], everywhere: tuple[tuple[str, str, int], ...], optional: bool) -> TicketType:
    addons = _addons(item["addons"], optional) if isinstance(item.get("addons"), list) else everywhere
    return TicketType(id=text(item.get("id")), name=text(item.get("name")), addons=addons)


def _addons(value: object, optional: bool) -> tuple[tuple[str, str, int], ...]:
    """Those that may be used. Older answers say neither `enabled` nor `is_bundled`: both are taken as true."""
    return tuple(
        (text(one.get("id")), text(one.get("name")), _uses(one.get("uses")))
        for one in objects(value)
        if text(one.get("id")) and one.get("enabled") is not False and (optional or one.get("is_bundled") is not False)
    )


def _uses(value: object) -> int:
    number = number_in(value)
    return int(number) if number is not None and 0 < number < 100_000 else 1
