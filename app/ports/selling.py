"""What a platform that sells must do: rates, payment pages, and tickets that were sold at the door."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.domain.model import AccountId, Event
from app.domain.money import Money
from app.domain.outbox import Receipt
from app.domain.sale import Rate, Sale, Tender


class Payment(StrEnum):
    """What the platform knows of a payment."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    """It will not be paid any more: cancelled, expired or refused there."""
    UNKNOWN = "unknown"
    """The platform does not know these tickets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """Where a guest can pay. `total` is what it will take; `changed`: the price is no longer the one asked for."""

    ref: str
    url: str
    total: Money
    changed: bool
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that a platform sent to us by itself, proven to be its own. `id` is the same when it comes again."""

    id: str
    topic: str
    payment_ref: str = ""
    sale: str = ""
    """Our own id of the sale, where the message carries it back."""
    codes: tuple[str, ...] = ()


class Seller(Protocol):
    """Selling through one account. Thread-safe. Every failure is a `ProviderError`."""

    account: AccountId
    tenders: frozenset[Tender]
    """How this account can sell at all."""

    def rates(self, event: Event) -> Sequence[Rate]:
        """Every rate of the event, with prices, whether or not any is left."""
        ...

    def page(self, sale: Sale, back: str) -> PaymentPage:
        """Ask for a payment page for a sale by phone, once. `back`: the address that the guest's phone is sent to
        afterwards. MUST NOT be asked twice for one sale: a doubtful answer is a `ProviderError` of that kind."""
        ...

    def payment(self, sale: Sale) -> Payment:
        """How the payment of a sale stands. MUST NOT change anything."""
        ...

    def issue(self, sale: Sale, without: Collection[str]) -> Receipt:
        """Have the tickets of a sale made that was paid at the door, all but those of the codes `without`, which are
        there already. MUST NOT raise for what the platform or the network does; MUST NOT be sent twice by itself."""
        ...

    def issued(self, sale: Sale, budget: timedelta) -> frozenset[str]:
        """Codes of the sale that the platform has tickets for. MUST NOT change anything."""
        ...

    def listen(self, body: bytes, signature: str, message_id: str) -> Told | None:
        """A message that the platform sent; None when its signature is not the platform's. Total."""
        ...

    def register_webhook(self, url: str) -> str:
        """Have the platform tell `url` of payments by itself. Gives the secret that its messages are signed with, which
        is told once. MUST NOT be asked twice by itself."""
        ...

    def close(self) -> None: ...
