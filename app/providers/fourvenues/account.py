"""What the venue has to tell us to reach Fourvenues in its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta, tzinfo

from app.domain.model import AccountId
from app.domain.money import NoMoney, currency_of
from app.domain.sale import Holder
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
CHANNELS = "https://channels-service.fourvenues.com"
"""The Channel Manager's address (its requirements page)."""
LOOKUP_PATHS = ("auto", "by-code", "code")
AMOUNTS = ("auto", "minor", "units")
"""What amounts of payments, refunds and the wallet are in; `auto` tells by the shape of each row."""
FIELDS = frozenset(one.name for one in fields(Holder)) - {"answers"}
"""What a ticket can be asked to fill, by our names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FourvenuesAccount:
    """One key at Fourvenues. `overlap` and `timeout` in time, `page_size` in rows; a pace of 0 is none.

    `integration_id` and `secret` are the older pair of headers, sent where both are set. `timezone` is the venue's, for
    the label of a night only.

    Selling: `channels_api_key` opens the Channel Manager, which has the payment pages; `webhook_secret` is the
    sign_secret of its messages. What is sold at the door belongs to `sell_channel_id` or `sell_referral_id`, else to
    the account's first channel. `sell_fields`, with commas between them, are what each ticket must tell besides.
    `currency` is that of all prices: the platform's rates don't tell it.
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
    channels_api_key: str = field(default="", repr=False)
    channels_base_url: str = CHANNELS
    webhook_secret: str = field(default="", repr=False)
    sell_channel_id: str = ""
    sell_referral_id: str = ""
    sell_fields: str = ""
    currency: str = "EUR"
    amounts: str = "auto"

    @classmethod
    def from_options(cls, account: AccountId, options: Mapping[str, object]) -> FourvenuesAccount:
        """An account from named settings, which may be text; raises ValueError that names the setting."""
        made = cls(account=account, **read_options(cls, options, "Fourvenues"))
        made.validate()
        return made

    def validate(self) -> None:
        """Raises ValueError whose message names the setting that can't be used."""
        refuse(self._key(), address_problem("base_url", self.base_url), self._numbers(), self._words())
        refuse(self._channels(), self._selling(), self._currency())

    def headers(self) -> dict[str, Secret]:
        """What proves who we are."""
        named = {"X-Api-Key": self.api_key, "integration_id": self.integration_id, "secret": self.secret}
        return {name: Secret(value.strip()) for name, value in named.items() if value.strip()}

    def channels_headers(self) -> dict[str, Secret]:
        """What proves who we are to the Channel Manager; empty without a key of its own."""
        return {"X-Api-Key": Secret(self.channels_api_key.strip())} if self.channels_api_key.strip() else {}

    def secrets(self) -> tuple[Secret, ...]:
        """Everything of this account that no answer may bring back to a log or a person."""
        return (*self.headers().values(), *self.channels_headers().values(), Secret(self.webhook_secret.strip()))

    @property
    def needed(self) -> frozenset[str]:
        """Fields of a `Holder` that the venue wants of each ticket it sells."""
        return frozenset(name for name in map(str.strip, self.sell_fields.split(",")) if name)

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
        if self.amounts not in AMOUNTS:
            return f"amounts: is none of {', '.join(AMOUNTS)}"
        return zone_problem(self.timezone)

    def _channels(self) -> str:
        if not self.channels_api_key.strip():
            return ""
        if not PRINTABLE.fullmatch(self.channels_api_key.strip()):
            return "channels_api_key: has characters that no key has (white space, accents or control characters)"
        return address_problem("channels_base_url", self.channels_base_url)

    def _selling(self) -> str:
        if self.sell_channel_id.strip() and self.sell_referral_id.strip():
            return "sell_referral_id: can't be set together with sell_channel_id"
        if self.needed - FIELDS:
            return f"sell_fields: may only have {', '.join(sorted(FIELDS))}"
        return ""

    def _currency(self) -> str:
        try:
            currency_of(self.currency)
        except NoMoney:
            return "currency: is not the code of a currency in use, like EUR"
        return ""
