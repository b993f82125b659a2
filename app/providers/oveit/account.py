"""What the venue has to tell us to reach Oveit in its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo

from app.domain.model import AccountId
from app.providers.accounts import address_problem, pace_problem, read_options, refuse, zone_of, zone_problem

PRODUCTION = "https://l.oveit.com/api"


@dataclass(frozen=True, slots=True, kw_only=True)
class OveitAccount:
    """A user of the role "Event checkin staff" at Oveit. A pace of 0 is none; `timezone` is the venue's.

    `turnstile`: the account has the feature, and is told who comes and goes. `names`: ask for registration forms.
    `optional_addons`: a ticket whose type only offers an addon is taken to have it; the platform refuses those that
    were not bought, and a person sees it.
    """

    account: AccountId
    email: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    base_url: str = PRODUCTION
    requests_per_second: float = 2
    timeout: timedelta = timedelta(seconds=10)
    timezone: str = ""
    turnstile: bool = False
    names: bool = True
    optional_addons: bool = True

    @classmethod
    def from_options(cls, account: AccountId, options: Mapping[str, object]) -> OveitAccount:
        """An account from named settings, which may be text; raises ValueError that names the setting."""
        made = cls(account=account, **read_options(cls, options, "Oveit"))
        made.validate()
        return made

    def validate(self) -> None:
        """Raises ValueError whose message names the setting that can't be used."""
        refuse(
            "" if "@" in self.email else "email: is missing",
            "" if self.password else "password: is missing",
            address_problem("base_url", self.base_url),
            pace_problem(self.requests_per_second, self.timeout),
            zone_problem(self.timezone),
        )

    @property
    def zone(self) -> tzinfo | None:
        return zone_of(self.timezone)
