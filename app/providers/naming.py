"""How events of every platform are called here. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from app.domain.model import AccountId, EventId

_EVENT_AHEAD = timedelta(hours=6)
"""A night belongs to the day on which it is still evening."""


def event_id(provider: str, account: AccountId, ref: str) -> EventId:
    """Our id of an event: the platform's own for the account named like the platform, else led by the account."""
    return EventId(ref if account == provider else f"{account}:{ref}")


def evening_of(starts_at: datetime, zone: tzinfo | None) -> str:
    """The day of a night that begins then, in the venue's zone. Raises OverflowError for times that are none."""
    return (starts_at - _EVENT_AHEAD).astimezone(zone or UTC).date().isoformat()
