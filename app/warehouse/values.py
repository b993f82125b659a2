"""Values as platforms write them -> what a column takes. Pure; what can't be read raises `Damaged`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

_NIGHT_UNTIL = timedelta(hours=6)
"""What begins before six in the morning belongs to the night before."""
_MILLISECONDS_FROM = 1e11
_MOST = 2**53
_UNKEPT = re.compile("[\x00-\x1f\ud800-\udfff]")
"""What no database takes or no line holds: control characters and halves of letters."""
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Damaged(ValueError):
    """A value that its column can't take; the message says why, without the field's name."""


def text(value: Any) -> str | None:
    """One line of text; numbers, yes and no as they are written."""
    if isinstance(value, str):
        return value if value.isprintable() else _UNKEPT.sub(" ", value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise Damaged("is no text")


def whole(value: Any) -> int | None:
    """A whole number, however it is written; empty text is none."""
    if isinstance(value, int) and not isinstance(value, bool) and -_MOST < value < _MOST:
        return value
    if value == "":
        return None
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        number = None
    if number is None or not abs(number) < _MOST or number != int(number):
        raise Damaged(f"{str(value)[:24]!r} is no whole number")
    return int(number)


def flag(value: Any) -> bool | None:
    """Yes or no, however it is written; empty text is neither."""
    if isinstance(value, bool):
        return value
    if value == "":
        return None
    known = _WORDS.get(str(value).strip().lower()) if isinstance(value, int | float | str) else None
    if known is None:
        raise Damaged(f"{str(value)[:24]!r} is neither yes nor no")
    return known


def stamp(at: datetime) -> str:
    """An instant as it is kept: UTC with milliseconds, as long as any other, so that text sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def moment(value: Any) -> datetime | None:
    """An instant: 0 and empty are none, from 1e11 on milliseconds, else seconds or ISO 8601 (UTC without a zone)."""
    try:
        number = float(value) if not isinstance(value, str) or _numeric(value) else None
        if number is not None:
            seconds = number / 1000 if number > _MILLISECONDS_FROM else number
            return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
        at = datetime.fromisoformat(value.strip())
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        if isinstance(value, str) and not value.strip():
            return None
        raise Damaged(f"{str(value)[:32]!r} is no time") from None


def _numeric(value: str) -> bool:
    return value.strip().replace(".", "", 1).isdigit()


def instant(value: Any) -> str | None:
    """An instant as it is kept."""
    if isinstance(value, str) and len(value) == 24 and value[10:24:13] == "TZ" and value[19] == ".":
        try:  # most are written just as they are kept
            datetime.fromisoformat(value)
        except ValueError:
            raise Damaged(f"{value!r} is no time") from None
        return value
    at = moment(value)
    try:
        return None if at is None else stamp(at)
    except (ValueError, OverflowError):
        raise Damaged(f"{str(value)[:32]!r} is no time") from None


def day(value: Any, zone: tzinfo) -> str | None:
    """The day at the venue. Text without a zone is told in the venue's own."""
    if isinstance(value, str) and value[4:5] == "-":
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:
            raise Damaged(f"{value[:32]!r} is no day") from None
        return (at.astimezone(zone) if at.tzinfo else at).date().isoformat()
    when = moment(value)
    return None if when is None else _local(when, zone).date().isoformat()


def night(value: Any, zone: tzinfo) -> str | None:
    """The night an event belongs to: one that opens at one in the morning is the day before's."""
    when = moment(value)
    if when is None:
        return None
    local = _local(when, zone)
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    return (local if midnight else local - _NIGHT_UNTIL).date().isoformat()


def _local(when: datetime, zone: tzinfo) -> datetime:
    try:
        return when.astimezone(zone)
    except OverflowError:
        raise Damaged("is no time") from None
