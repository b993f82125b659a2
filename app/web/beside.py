"""Who sits at this very machine: the kiosk's screen needs no token, and nobody else may touch it.

A page from elsewhere that is open in the kiosk's browser is kept out as well: by the host it must have asked for
(rebinding a name to 127.0.0.1) and by the origin it must come from (a form or a script of another site).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import Request

from app.web.problems import Problem

_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def only(request: Request) -> None:
    """Raises 403 for whoever does not sit here."""
    if not (_here(request) and _asked_for_us(request) and _from_us(request)):
        raise Problem(403, "The kiosk's screen is for the machine it runs on.", slug="not-here")


def _here(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _asked_for_us(request: Request) -> bool:
    return _host("//" + request.headers.get("host", "")) in _NAMES and "x-forwarded-for" not in request.headers


def _from_us(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or _host(origin) in _NAMES


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
