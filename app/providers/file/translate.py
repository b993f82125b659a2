"""A guest's row and the count of who came in on it -> our words. Pure and total."""

from __future__ import annotations

import zlib
from datetime import datetime

import msgspec

from app.domain.model import RFID, Admission, Allowance, Credential, Event, Guest, Kind
from app.ports import Damaged, Row
from app.providers.file import guests, values
from app.providers.values import UNREADABLE

RESOURCE = "guests"


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row carries: the guest's cells, how many of them are inside, and since when the last."""

    guest: guests.Guest
    inside: int = 0
    last_at: datetime | None = None


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Told)


def row(told: Told) -> Row:
    """A row as a page carries it."""
    raw = _ENCODER.encode(told)
    return Row(ref=told.guest.ref, raw=raw, digest=zlib.crc32(raw) or 1)


def admission(event: Event, resource: str, row: Row) -> Admission | Damaged:
    """A row as an admission to `event`. Total: never raises."""
    try:
        told = _DECODER.decode(row.raw)
    except UNREADABLE as error:
        return Damaged(ref=row.ref, raw=row.raw, why=f"the row can't be read ({type(error).__name__})")
    why = _against(told, resource, row)
    return Damaged(ref=row.ref, raw=row.raw, why=why) if why else of(event, told)


def of(event: Event, told: Told) -> Admission:
    """What the file tells of a guest."""
    one = told.guest
    standing, word = values.standing(one.status)
    codes = (Credential(value=one.code),) if one.code else ()
    return Admission(
        account=event.account,
        event=event.id,
        resource=RESOURCE,
        kind=values.kind(one.kind) or Kind.TICKET,
        ref=one.ref,
        standing=standing,
        word=word,
        rate=one.rate,
        guest=Guest(name=one.name, note=one.note, tags=one.tags),
        email=one.email,
        phone=one.phone,
        credentials=(*codes, *(Credential(value=tag, scheme=RFID) for tag in one.rfid)),
        allowances=(Allowance(limit=one.heads, confirmed=told.inside),),
        entered_at=told.last_at if told.inside else None,
    )


def _against(told: Told, resource: str, row: Row) -> str:
    if resource != RESOURCE:
        return f"a file has no {resource}"
    if told.guest.ref != row.ref or not row.ref:
        return "the row is that of another guest"
    if not 1 <= told.guest.heads <= values.MOST_PEOPLE or told.inside < 0:
        return "the row has no number of heads"
    return ""
