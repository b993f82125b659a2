"""What the venue has to tell us to reach Fourvenues in its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from typing import Any, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.model import AccountId
from app.providers.transport import Secret

PRODUCTION = "https://api.fourvenues.com/integrations"
LOOKUP_PATHS = ("auto", "by-code", "code")
_PRINTABLE = re.compile(r"[!-~]*")  # what a header may carry
_IGNORED = ("channels_api_key", "channels_base_url")
"""Settings of the Channel Manager, which can't check anybody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FourvenuesAccount:
    """One key at Fourvenues. `overlap` and `timeout` in time, `page_size` in rows; a pace of 0 is none.

    `integration_id` and `secret` are the older pair of headers, sent where both are set. `timezone` is the venue's, for
    the label of a night only.
    """

    account: AccountId
    api_key: str = field(default="", repr=False)
    base_url: str = PRODUCTION
    integration_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    requests_per_second: float = 10
    page_size: int = 1000
    ticket_lookup_path: str = "auto"
    overlap: timedelta = timedelta(minutes=2)
    timeout: timedelta = timedelta(seconds=10)
    timezone: str = ""

    @classmethod
    def from_options(cls, account: AccountId, options: Mapping[str, object]) -> FourvenuesAccount:
        """An account from named settings, which may be text; raises ValueError that names the setting."""
        known = get_type_hints(cls)
        values: dict[str, Any] = {}
        for name, value in options.items():
            if name in _IGNORED or value is None:
                continue
            if name not in known or name == "account":
                raise ValueError(f"{name}: there is no such setting for Fourvenues")
            values[name] = _read(name, known[name], value)
        made = cls(account=account, **values)
        made.validate()
        return made

    def validate(self) -> None:
        """Raises ValueError whose message names the setting that can't be used."""
        problem = next((told for told in (self._key(), self._address(), self._numbers(), self._words()) if told), "")
        if problem:
            raise ValueError(problem)

    def headers(self) -> dict[str, Secret]:
        """What proves who we are."""
        named = {"X-Api-Key": self.api_key, "integration_id": self.integration_id, "secret": self.secret}
        return {name: Secret(value.strip()) for name, value in named.items() if value.strip()}

    @property
    def zone(self) -> tzinfo | None:
        return ZoneInfo(self.timezone) if self.timezone else None

    def _key(self) -> str:
        for name in ("api_key", "integration_id", "secret"):
            if not _PRINTABLE.fullmatch(getattr(self, name).strip()):
                return f"{name}: has characters that no key has (white space, accents or control characters)"
        if not self.api_key.strip() and not (self.integration_id.strip() and self.secret.strip()):
            return "api_key: is missing"
        return ""

    def _address(self) -> str:
        try:
            parts = urlsplit(self.base_url)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or not _PRINTABLE.fullmatch(self.base_url):
            return "base_url: is not an address that begins with http:// or https://"
        if parts.username or parts.password or parts.query or parts.fragment:
            return "base_url: may have neither a password nor anything after the path"
        return ""

    def _numbers(self) -> str:
        if not 0 <= self.requests_per_second <= 1000:
            return "requests_per_second: is not between 0 and 1000"
        if not 1 <= self.page_size <= 100_000:
            return "page_size: is not between 1 and 100000"
        if not timedelta(0) <= self.overlap <= timedelta(days=1):
            return "overlap: is not between nothing and a day"
        if not timedelta(milliseconds=100) <= self.timeout <= timedelta(minutes=5):
            return "timeout: is not between 0.1 and 300 seconds"
        return ""

    def _words(self) -> str:
        if self.ticket_lookup_path not in LOOKUP_PATHS:
            return f"ticket_lookup_path: is none of {', '.join(LOOKUP_PATHS)}"
        try:
            _ = self.zone
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return "timezone: is not a zone like Europe/Madrid"
        return ""


def _read(name: str, kind: type, value: object) -> object:
    """A setting in its own type; spans of time are given in seconds. Never quotes the value: it may be a key."""
    try:
        if kind is timedelta:
            return value if isinstance(value, timedelta) else timedelta(seconds=float(str(value)))
        if kind is str:
            return str(value)
        return kind(str(value))
    except (ValueError, OverflowError):
        wanted = "a whole number" if kind is int else "a number"
        raise ValueError(f"{name}: is not {wanted}") from None
