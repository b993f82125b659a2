"""Fourvenues' events -> our nights. Pure and total."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

import msgspec

from app.domain.model import AccountId, Event
from app.providers.naming import evening_of, event_id
from app.providers.values import UNREADABLE, moment, text

PROVIDER = "fourvenues"
NOBODY = AccountId("")


class _Night(msgspec.Struct, frozen=True):
    id: Any = msgspec.field(name="_id", default=None)
    name: Any = None
    start: Any = None
    end: Any = None
    date: Any = None
    active: Any = True
    visible: Any = True


_NIGHT = msgspec.json.Decoder(_Night)


def night(raw: bytes, account: AccountId, zone: tzinfo | None) -> Event | None:
    """An event; None when the row has no id. `zone` is the venue's: the platform does not tell it."""
    try:
        payload = _NIGHT.decode(raw)
        ref = text(payload.id)
    except UNREADABLE:
        return None
    if not ref:
        return None
    starts_at = moment(payload.start)
    return Event(
        id=event_id(PROVIDER, account, ref),
        account=account,
        ref=ref,
        name=text(payload.name),
        starts_at=starts_at,
        ends_at=moment(payload.end),
        label=_label(moment(payload.date), starts_at, zone),
        active=payload.active is not False and payload.visible is not False,
    )


def _label(date: datetime | None, starts_at: datetime | None, zone: tzinfo | None) -> str:
    """The day of the night. `date` is midnight at the venue, or the same as the start; without a zone noon is safe."""
    try:
        if date is not None and date != starts_at:
            day = date.astimezone(zone) if zone else date + timedelta(hours=12)
        elif starts_at is not None:
            return evening_of(starts_at, zone)
        else:
            return ""
    except OverflowError:
        return ""
    return day.date().isoformat()
