"""Fourvenues' rows -> our words. Pure and total: what can't be understood is `Damaged` or unknown, never good."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from app.domain.codes import clean
from app.domain.model import (
    Admission,
    Allowance,
    Credential,
    Event,
    Guest,
    Kind,
    Standing,
)
from app.ports import Damaged, Row
from app.providers.values import (
    UNREADABLE,
    Unusable,
    items,
    moment,
    nothing,
    number_in,
    objects,
    people,
    text,
    until,
)

RESOURCES = ("tickets", "lists", "passes")
KINDS = {"tickets": Kind.TICKET, "lists": Kind.LIST, "passes": Kind.PASS}

_TICKET_VOID = {"cancelled": "cancelled", "canceled": "cancelled"}
_PASS_STANDING = {
    "valid": (Standing.GOOD, ""),
    "pending": (Standing.PENDING, "pending"),
    "rejected": (Standing.VOID, "rejected"),
}


class _Head(msgspec.Struct, frozen=True):
    """What every row may say of itself. Types are lenient: each value is judged where it is used."""

    id: Any = msgspec.field(name="_id", default=None)
    code: Any = None
    event_id: Any = None
    created_at: Any = None
    activation_date: Any = None
    purchase_date: Any = None
    updated_at: Any = None


class _Admitting(_Head, frozen=True):
    status: Any = None
    name: Any = None
    email: Any = None
    phone: Any = None
    rate_name: Any = None
    for_: Any = msgspec.field(name="for", default=None)
    enter: Any = None


class _Ticket(_Admitting, frozen=True):
    refunded: Any = None
    entry_date: Any = None
    supplements: Any = None


class _List(_Admitting, frozen=True):
    observations_reception: Any = None
    referral: Any = None
    tags: Any = None
    options: Any = None
    removed_at: Any = None


class _Pass(_Admitting, frozen=True):
    """Both models of passes: the second one is known by its usages."""

    state: Any = None
    archived: Any = None
    type_name: Any = None
    customer_fullname: Any = None
    customer_email: Any = None
    customer_phone: Any = None
    passes_usages: Any = None


_HEAD = msgspec.json.Decoder(_Head)
_TICKET = msgspec.json.Decoder(_Ticket)
_LIST = msgspec.json.Decoder(_List)
_PASS = msgspec.json.Decoder(_Pass)


# --- rows -------------------------------------------------------------------------------------------------------------


def row(raw: bytes, latest: datetime | None = None) -> Row | Damaged:
    """A row as it was sent, with its id and stamps. A stamp after `latest` is none: it would stop every delta."""
    try:
        head = _HEAD.decode(raw)
        ref = _ref(head.id)
        created = moment(head.created_at) or moment(head.activation_date) or moment(head.purchase_date)
        updated = moment(head.updated_at)
    except (Unusable, *UNREADABLE) as error:
        return Damaged(ref="", raw=raw, why=str(error) if isinstance(error, Unusable) else "the row can't be read")
    return Row(
        ref=ref,
        raw=raw,
        digest=zlib.crc32(raw) or 1,
        created=until(created, latest),
        updated=until(updated, latest),
    )


def ref(raw: bytes) -> str:
    """The id of a row; empty when it has none."""
    return text(_head(raw).id)


def event_ref(raw: bytes) -> str:
    """The event that a row says it belongs to; empty when it does not say."""
    return text(_head(raw).event_id)


def code(raw: bytes) -> str:
    """The code in a row; empty when it has none."""
    return text(_head(raw).code)


def usage_events(raw: bytes) -> tuple[str, ...]:
    """The events in which a pass of the second model is good."""
    try:
        usages = objects(_PASS.decode(raw).passes_usages)
    except UNREADABLE:
        return ()
    return tuple(text(usage.get("event_id")) for usage in usages)


def entered_at(raw: bytes) -> datetime | None:
    """When somebody last entered on a ticket, where it says."""
    try:
        return moment(_TICKET.decode(raw).entry_date)
    except UNREADABLE:
        return None


def _head(raw: bytes) -> _Head:
    try:
        return _HEAD.decode(raw)
    except UNREADABLE:
        return _Head()


# --- admissions -------------------------------------------------------------------------------------------------------


def admission(event: Event, resource: str, row: Row) -> Admission | Damaged:
    """A row of `resource` as an admission to `event`. Total: never raises."""
    try:
        return _TRANSLATORS[resource](event, row)
    except Unusable as error:
        return Damaged(ref=row.ref, raw=row.raw, why=str(error))
    except Exception as error:
        return Damaged(ref=row.ref, raw=row.raw, why=f"the row can't be read ({type(error).__name__})")


def _ticket(event: Event, row: Row) -> Admission:
    payload = _TICKET.decode(row.raw)
    standing, word = _ticket_standing(payload)
    entrance = Allowance(limit=people(payload.for_, "for", 1), confirmed=people(payload.enter, "enter", 0))
    return _admission(
        event, row, "tickets", payload, standing=standing, word=word,
        allowances=(entrance, *_supplements(payload.supplements)), guest=Guest(name=text(payload.name)),
        entered_at=moment(payload.entry_date) if entrance.confirmed else None,
    )  # fmt: skip


def _ticket_standing(payload: _Ticket) -> tuple[Standing, str]:
    """Only `activated` and surely not refunded is good; part of a refund already voids."""
    if isinstance(payload.status, str) and payload.status in _TICKET_VOID:
        return Standing.VOID, _TICKET_VOID[payload.status]
    refunded = number_in(payload.refunded)
    if refunded is not None and refunded > 0:
        return Standing.VOID, "refunded"
    if payload.status != "activated":
        return Standing.UNKNOWN, _word(payload.status) or "no status"
    return (Standing.GOOD, "") if refunded == 0 else (Standing.UNKNOWN, "refund unclear")


def _supplements(value: object) -> tuple[Allowance, ...]:
    """Products bought with the ticket, each a counted right; one that can't be read is left out."""
    found: dict[str, Allowance] = {}
    for item in objects(value):
        try:
            ref = f"supplement:{_ref(item.get('_id'))}"
            limit = people(item.get("product_quantity"), "product_quantity", 1)
            used = people(item.get("product_quantity_used"), "product_quantity_used", 0)
        except Unusable:
            continue
        known = found.get(ref, Allowance(ref=ref, limit=0))
        found[ref] = Allowance(ref=ref, limit=known.limit + limit, confirmed=known.confirmed + used)
    return tuple(found.values())


def _list(event: Event, row: Row) -> Admission:
    payload = _LIST.decode(row.raw)
    removed = not nothing(payload.removed_at)
    inside = payload.enter if payload.enter is not None else option_heads(payload.options)
    entrance = Allowance(limit=people(payload.for_, "for", 1), confirmed=people(inside, "enter", 0))
    guest = Guest(
        name=text(payload.name),
        note=text(payload.observations_reception, 500),
        tags=_tags([*items(payload.tags), payload.referral]),
    )
    return _admission(
        event, row, "lists", payload,
        standing=Standing.VOID if removed else Standing.GOOD, word="removed" if removed else "",
        voided_at=moment(payload.removed_at) if removed else None, allowances=(entrance,), guest=guest,
    )  # fmt: skip


def _pass(event: Event, row: Row) -> Admission:
    payload = _PASS.decode(row.raw)
    if payload.passes_usages is not None:
        return _second_pass(event, row, payload)
    word = payload.status if payload.status is not None else payload.state
    standing, told = _PASS_STANDING.get(word, _unknown(word)) if isinstance(word, str) else _unknown(word)
    entrance = Allowance(limit=people(payload.for_, "for", 1), confirmed=people(payload.enter, "enter", 0))
    return _admission(
        event, row, "passes", payload, standing=standing, word=told, allowances=(entrance,),
        guest=Guest(name=text(payload.name)),
    )  # fmt: skip


def _second_pass(event: Event, row: Row, payload: _Pass) -> Admission:
    """A pass of the second model: only its usages in this event count; without one it may not be good tonight."""
    standing, word = _second_standing(payload)
    usages = [usage for usage in objects(payload.passes_usages) if text(usage.get("event_id")) == event.ref]
    if not usages and standing is Standing.GOOD:
        standing, word = Standing.UNKNOWN, "not in this event"
    limit = sum(people(usage.get("beneficiaries"), "beneficiaries", 1) for usage in usages) if usages else 1
    confirmed = sum(_used(usage) for usage in usages)
    named = msgspec.structs.replace(
        payload, email=payload.customer_email, phone=payload.customer_phone, rate_name=payload.type_name
    )
    return _admission(
        event, row, "passes", named, standing=standing, word=word,
        allowances=(Allowance(limit=limit, confirmed=confirmed),), guest=Guest(name=text(payload.customer_fullname)),
    )  # fmt: skip


def _second_standing(payload: _Pass) -> tuple[Standing, str]:
    if not nothing(payload.archived):
        return Standing.VOID, "archived"
    word = payload.state if payload.state is not None else payload.status
    if word == "activated":
        return Standing.GOOD, ""
    known = _PASS_STANDING.get(word) if isinstance(word, str) else None
    return known if known and known[0] is not Standing.GOOD else _unknown(word)


def _used(usage: dict[str, Any]) -> int:
    """People who came in on a usage: what is counted, all of its beneficiaries when it only says that it was used."""
    if nothing(usage.get("checked_in")):
        return 0
    genders = ("usage_males", "usage_females", "usage_others")
    by_gender = sum(people(usage.get(name), name, 0) for name in genders)
    counted = max(people(usage.get("usage_beneficiaries"), "usage_beneficiaries", 0), by_gender)
    return counted or people(usage.get("beneficiaries"), "beneficiaries", 1)


def _admission(  # noqa: PLR0913 - what differs between the resources
    event: Event,
    row: Row,
    resource: str,
    payload: _Admitting,
    *,
    standing: Standing,
    word: str,
    allowances: tuple[Allowance, ...],
    guest: Guest,
    voided_at: datetime | None = None,
    entered_at: datetime | None = None,
) -> Admission:
    other = text(payload.event_id)
    if other and other != event.ref:
        raise Unusable("the row belongs to another event")
    readable = clean(text(payload.code, 1000))
    return Admission(
        account=event.account,
        event=event.id,
        resource=resource,
        kind=KINDS[resource],
        ref=row.ref,
        standing=standing,
        word=word,
        voided_at=voided_at,
        rate=text(payload.rate_name),
        guest=guest,
        email=text(payload.email),
        phone=text(payload.phone),
        credentials=(Credential(value=readable),) if readable else (),
        allowances=allowances,
        entered_at=entered_at,
        changed_at=moment(payload.updated_at),
    )


_TRANSLATORS = {"tickets": _ticket, "lists": _list, "passes": _pass}


def option_heads(value: object) -> int:
    """People counted in the options of a list entry."""
    heads = 0
    for option in objects(value):
        parts = sum(people(option.get(name), name, 0) for name in ("women", "men", "no_gender"))
        heads += max(parts, people(option.get("total"), "total", 0))
    return heads


def _ref(value: object) -> str:
    ref = text(value)
    if not ref:
        raise Unusable("the row has no _id")
    return ref


def _word(value: object) -> str:
    """A platform's own word, fit to be shown."""
    return text(value, 40)


def _unknown(word: object) -> tuple[Standing, str]:
    return Standing.UNKNOWN, _word(word) or "no status"


def _tags(values: Iterable[object]) -> tuple[str, ...]:
    """Labels, whether they are words or objects with a name; each once."""
    words = (text(value.get("name") if isinstance(value, dict) else value, 60) for value in values)
    return tuple(dict.fromkeys(word for word in words if word))
