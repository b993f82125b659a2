"""Values as platforms write them: the same thing comes as number, text, null or not at all. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding a row may raise."""

_MOST_PEOPLE = 100_000
_MILLISECONDS_FROM = 1e11


class Unusable(Exception):
    """A value without which the row can't be used; the message names it."""


def moment(value: object) -> datetime | None:
    """A time however it is written: 0, null and empty are none, from 1e11 on milliseconds, else seconds or ISO 8601."""
    written = isinstance(value, str) and value[4:5] == "-" and value[:4].isdigit()
    number = None if written or value is None or isinstance(value, bool) else number_in(value)
    try:
        if number is not None:
            seconds = number / 1000 if number > _MILLISECONDS_FROM else number
            return datetime.fromtimestamp(seconds, UTC) if number > 0 else None
        if not isinstance(value, str) or not value.strip():
            return None
        at = datetime.fromisoformat(value.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def text(value: object, longest: int = 200) -> str:
    """A value as one line that may be shown; numbers as they are written, anything else is empty."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**20 else ""
    if not isinstance(value, str):
        return ""
    if len(value) <= longest and value.isprintable():
        return value.strip()
    line = " ".join(value[: longest * 4].split())
    return "".join(letter for letter in line if letter.isprintable())[:longest].strip()


def people(value: object, name: str, missing: int) -> int:
    """A number of people. Raises Unusable for what is no number that a door can count with."""
    if value is None or value == "":
        return missing
    number = number_in(value)
    if number is None or not 0 <= number <= _MOST_PEOPLE or number != int(number):
        raise Unusable(f"{name} is not a number of people")
    return int(number)


def number_in(value: object) -> float | None:
    """A number, however it is written; nothing is 0, and what is no number is None."""
    if value is None or value == "":
        return 0.0
    if not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None


def nothing(value: object) -> bool:
    """Is it 0, null, empty, false, or one of these as text?"""
    if isinstance(value, str):
        return value.strip().lower() in {"", "0", "false", "null"} or number_in(value.strip()) == 0
    return not value


def items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def objects(value: object) -> list[dict[str, Any]]:
    return [item for item in items(value) if isinstance(item, dict)]


def until(at: datetime | None, latest: datetime | None) -> datetime | None:
    return None if at is None or (latest is not None and at > latest) else at
