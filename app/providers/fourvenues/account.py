"""What the venue has to tell us to reach Fourvenues in its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo

from app.domain.model import AccountId
from app.providers.accounts import (
    PRINTABLE,
    address_problem,
    pace_problem,
    read_options,
    refuse,
    zone_of,
    zone_problem,
)
from app.providers.transport import Secret

PRODUCTION = "https://api.fourvenues.com/integrations"
LOOKUP_PATHS = ("auto", "by-code", "code")
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
        made = cls(account=account, **read_options(cls, options, "Fourvenues", _IGNORED))
        made.validate()
        return made

    def validate(self) -> None:
        """Raises ValueError whose message names the setting that can't be used."""
        refuse(self._key(), address_problem("base_url", self.base_url), self._numbers(), self._words())

    def headers(self) -> dict[str, Secret]:
        """What proves who we are."""
        named = {"X-Api-Key": self.api_key, "integration_id": self.integration_id, "secret": self.secret}
        return {name: Secret(value.strip()) for name, value in named.items() if value.strip()}

    @property
    def zone(self) -> tzinfo | None:
        return zone_of(self.timezone)

    def _key(self) -> str:
        for name in ("api_key", "integration_id", "secret"):
            if not PRINTABLE.fullmatch(getattr(self, name).strip()):
                return f"{name}: has characters that no key has (white space, accents or control characters)"
        if not self.api_key.strip() and not (self.integration_id.strip() and self.secret.strip()):
            return "api_key: is missing"
        return ""

    def _numbers(self) -> str:
        if not 1 <= self.page_size <= 100_000:
            return "page_size: is not between 1 and 100000"
        if not timedelta(0) <= self.overlap <= timedelta(days=1):
            return "overlap: is not between nothing and a day"
        return pace_problem(self.requests_per_second, self.timeout)

    def _words(self) -> str:
        if self.ticket_lookup_path not in LOOKUP_PATHS:
            return f"ticket_lookup_path: is none of {', '.join(LOOKUP_PATHS)}"
        return zone_problem(self.timezone)
