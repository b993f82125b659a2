"""Settings of an account as a venue writes them. What is wrong is told in one line that names the setting."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PRINTABLE = re.compile(r"[!-~]*")
"""What a header or an address may carry."""


def read_options(
    cls: type, options: Mapping[str, object], platform: str, ignored: Collection[str] = ()
) -> dict[str, Any]:
    """Values for the fields of an account's class, in their own types; spans of time are given in seconds.

    Raises ValueError that names the setting, and never quotes its value: it may be a secret.
    """
    known = get_type_hints(cls)
    values: dict[str, Any] = {}
    for name, value in options.items():
        if name in ignored or value is None:
            continue
        if name not in known or name == "account":
            raise ValueError(f"{name}: there is no such setting for {platform}")
        values[name] = _read(name, known[name], value)
    return values


def refuse(*problems: str) -> None:
    """Raises ValueError with the first problem that is one."""
    problem = next((told for told in problems if told), "")
    if problem:
        raise ValueError(problem)


def address_problem(name: str, address: str) -> str:
    """What is wrong with the address of a platform's interface; empty when nothing is."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not PRINTABLE.fullmatch(address):
        return f"{name}: is not an address that begins with http:// or https://"
    if parts.username or parts.password or parts.query or parts.fragment:
        return f"{name}: may have neither a password nor anything after the path"
    return ""


def zone_of(timezone: str) -> ZoneInfo | None:
    return ZoneInfo(timezone) if timezone else None


def zone_problem(timezone: str) -> str:
    try:
        zone_of(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "timezone: is not a zone like Europe/Madrid"
    return ""


def pace_problem(requests_per_second: float, timeout: timedelta) -> str:
    if not 0 <= requests_per_second <= 1000:
        return "requests_per_second: is not between 0 and 1000"
    if not timedelta(milliseconds=100) <= timeout <= timedelta(minutes=5):
        return "timeout: is not between 0.1 and 300 seconds"
    return ""


def _read(name: str, kind: type, value: object) -> object:
    try:
        if kind is timedelta:
            return value if isinstance(value, timedelta) else timedelta(seconds=float(str(value)))
        if kind is str:
            return str(value)
        if kind is bool:
            return _yes_or_no(value)
        return kind(str(value))
    except (ValueError, OverflowError):
        wanted = {int: "a whole number", bool: "true or false"}.get(kind, "a number")
        raise ValueError(f"{name}: is not {wanted}") from None


def _yes_or_no(value: object) -> bool:
    word = str(value).strip().lower()
    if word not in {"true", "1", "yes", "on", "false", "0", "no", "off"}:
        raise ValueError
    return word in {"true", "1", "yes", "on"}
