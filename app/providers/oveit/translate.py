"""Oveit's rows -> our words. Pure and total: what can't be understood is `Damaged`, never good."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.domain.codes import tag
from app.domain.model import (
    RFID,
    Admission,
    Allowance,
    Credential,
    Event,
    Guest,
    Kind,
    Standing,
    Tells,
)
from app.ports import Damaged, Row
from app.providers.oveit.catalogue import TicketType
from app.providers.values import UNREADABLE, Unusable, items, moment, objects, text

TICKETS = "tickets"
ATTENDEES = "attendees"

_NO_COLON = re.compile(r"([+-]\d\d)(\d\d)$")
_FIRST = ("first name", "given name", "prenume", "nombre", "vorname", "prénom", "voornaam", "名")
_LAST = ("last name", "surname", "family name", "nume de familie", "apellido", "nachname", "achternaam", "姓")
_NAME = ("name", "nume", "nom", "naam", "氏名")
_FIRMS = ("company", "empresa", "firma", "entreprise", "bedrijf", "会社")
_PHONE = ("phone", "telefon", "teléfono", "téléphone", "móvil", "mobile", "電話")


class _Ticket(msgspec.Struct, frozen=True):
    """A row of the list, or what a scan tells in the same words. Types are lenient: each value is judged in its
    place."""

    code: Any = None
    checked_in: Any = None
    checkins: Any = None
    rfid_codes: Any = None


class Holder(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str = ""
    email: str = ""
    phone: str = ""


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ticket as it is kept: the platform's row, its type at that time, and who holds it where that was told."""

    ticket: msgspec.Raw
    type: TicketType
    holder: Holder | None = None


class _Attendee(msgspec.Struct, frozen=True):
    ticket_code: Any = None
    values: Any = None


class _Form(msgspec.Struct, frozen=True):
    attendee: _Attendee
    fields: Any = None


_TICKET = msgspec.json.Decoder(_Ticket)
_KEPT = msgspec.json.Decoder(_Kept)
_FORM = msgspec.json.Decoder(_Form)
_encode = msgspec.json.Encoder().encode


# --- rows -------------------------------------------------------------------------------------------------------------


def row(raw: bytes, kind: TicketType, holder: Holder | None = None) -> Row | Damaged:
    """A ticket with its type beside it, so that it can be understood later without asking again."""
    try:
        code = text(_TICKET.decode(raw).code)
    except UNREADABLE:
        return Damaged(ref="", raw=raw, why="the row can't be read")
    if not code:
        return Damaged(ref="", raw=raw, why="the ticket has no code")
    return _row(code, _encode(_Kept(ticket=msgspec.Raw(raw), type=kind, holder=holder)))


def form(raw: bytes, fields: object) -> Row | Damaged:
    """What somebody wrote into the form, with the names of its fields beside it."""
    try:
        code = text(msgspec.json.decode(raw, type=_Attendee).ticket_code)
    except UNREADABLE:
        return Damaged(ref="", raw=raw, why="the attendee can't be read")
    if not code:
        return Damaged(ref="", raw=raw, why="the attendee has no ticket")
    return _row(code, _encode({"attendee": msgspec.Raw(raw), "fields": fields}))


def code(raw: bytes) -> str:
    """The code in a row of the list; empty when it has none."""
    try:
        return text(_TICKET.decode(raw).code)
    except UNREADABLE:
        return ""


def type_ref(raw: bytes) -> str:
    """The id of a ticket's type; empty when it has none."""
    try:
        return text(msgspec.json.decode(raw, type=_TypeOf).ticket_type_id)
    except UNREADABLE:
        return ""


class _TypeOf(msgspec.Struct, frozen=True):
    ticket_type_id: Any = None


def _row(ref: str, kept: bytes) -> Row:
    return Row(ref=ref, raw=kept, digest=zlib.crc32(kept) or 1)


# --- admissions -------------------------------------------------------------------------------------------------------


def admission(event: Event, resource: str, row: Row) -> Admission | Damaged:
    """A row of `resource` as an admission to `event`. Total: never raises."""
    try:
        return _named(event, row) if resource == ATTENDEES else _ticket(event, row)
    except Unusable as error:
        return Damaged(ref=row.ref, raw=row.raw, why=str(error))
    except Exception as error:
        return Damaged(ref=row.ref, raw=row.raw, why=f"the row can't be understood ({type(error).__name__})")


def _ticket(event: Event, row: Row) -> Admission:
    kept = _KEPT.decode(row.raw)
    ticket = _TICKET.decode(bytes(kept.ticket))
    code = text(ticket.code)
    if not code:
        raise Unusable("the ticket has no code")
    uses = checkins(ticket.checkins, ticket.checked_in)
    tags = [found for one in items(ticket.rfid_codes) if (found := tag(tag_text(one)))]
    holder = kept.holder
    return Admission(
        account=event.account, event=event.id, resource=TICKETS, kind=Kind.TICKET, ref=code, standing=Standing.GOOD,
        rate=kept.type.name, guest=Guest(name=holder.name) if holder else Guest(),
        email=holder.email if holder else "", phone=holder.phone if holder else "",
        credentials=(Credential(value=code), *(Credential(scheme=RFID, value=one) for one in dict.fromkeys(tags))),
        allowances=(
            Allowance(limit=1, confirmed=count(uses, "")),
            *(
                Allowance(ref=f"addon:{ref}", name=name, limit=limit, confirmed=count(uses, ref))
                for ref, name, limit in kept.type.addons
            ),
        ),
        entered_at=last(uses, ""), tells=Tells.COUNTS if holder is None else Tells.ALL,
    )  # fmt: skip


def _named(event: Event, row: Row) -> Admission:
    kept = _FORM.decode(row.raw)
    code = text(kept.attendee.ticket_code)
    if not code:
        raise Unusable("the attendee has no ticket")
    who = holder_of(kept.fields, kept.attendee.values)
    return Admission(
        account=event.account, event=event.id, resource=TICKETS, kind=Kind.TICKET, ref=code,
        standing=Standing.UNKNOWN, guest=Guest(name=who.name), email=who.email, phone=who.phone,
        credentials=(Credential(value=code),), tells=Tells.NAMES,
    )  # fmt: skip


# --- check-ins --------------------------------------------------------------------------------------------------------

Uses = Sequence[tuple[str, datetime | None]]
"""What was used, the entrance as an empty text, and when by the platform's clock."""


def checkins(value: object, checked_in: object = None) -> Uses:
    """The uses of a ticket. `checked_in` counts only where they are not told: it may be true for an addon alone."""
    if value is None:
        return [("", None)] if checked_in is True else []
    if not isinstance(value, list) or any(not isinstance(one, dict) for one in value):
        raise Unusable("the check-ins can't be read")
    return [(_right(one.get("addon_id")), dated(one.get("date"))) for one in value]


def _right(value: object) -> str:
    """What was used: an addon by its id, or the entrance."""
    ref = text(value)
    if not ref and value not in (None, ""):
        raise Unusable("a check-in of something unknown")
    return ref


def count(uses: Uses, addon: str) -> int:
    return sum(ref == addon for ref, _ in uses)


def last(uses: Uses, addon: str) -> datetime | None:
    return max((at for ref, at in uses if ref == addon and at is not None), default=None)


def dated(value: object) -> datetime | None:
    """A time in any of the platform's spellings; without a zone it may be off by hours, and is none."""
    written = _NO_COLON.sub(r"\1:\2", value.strip()) if isinstance(value, str) else ""
    zoned = written.endswith("Z") or re.search(r"[+-]\d\d:\d\d$", written) is not None
    return moment(written) if zoned else None


# --- people -----------------------------------------------------------------------------------------------------------


def holder_of(fields: object, values: object, buyer: str = "") -> Holder:
    """Who holds a ticket, from a form: `values[i]` belongs to `fields[i]`. Without a name there, the buyer's."""
    pairs = [(one, _written(value)) for one, value in zip(objects(fields), items(values), strict=False)]
    email = next((value for field, value in pairs if field.get("type") == "email" and value), "")
    phone = _called(pairs, _PHONE)
    first, surname = _called(pairs, _FIRST), _called(pairs, _LAST)
    name = " ".join(part for part in (first, surname) if part) or _called(pairs, _NAME) or buyer
    return Holder(name=text(name), email=text(email), phone=text(phone))


def _called(pairs: Iterable[tuple[dict[str, Any], str]], titles: Sequence[str]) -> str:
    """The value of the first field that is called like that; not of mail addresses, nor of firms."""
    for field, value in pairs:
        title = f" {text(field.get('name')).casefold()} "
        wanted = any(f" {one} " in title or (not one.isascii() and one in title) for one in titles)
        if value and wanted and field.get("type") != "email" and not any(firm in title for firm in _FIRMS):
            return value
    return ""


def _written(value: object) -> str:
    """A value of a form may be a text, several texts, or a file."""
    if isinstance(value, list):
        return ", ".join(text(one) for one in value if text(one))
    return text(value)


def tag_text(value: object) -> str:
    return text(value.get("code")) if isinstance(value, dict) else text(value)
