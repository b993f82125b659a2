"""What the back office reads from a platform: whole collections, row by row, as they were sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.model import AccountId
from app.domain.money import Money

RESOURCES = (
    "events", "tickets", "lists", "passes", "bookings", "payments", "refunds", "wallet-movements",
)  # fmt: skip
"""Collections of the back office, in the order in which they are loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which rows are wanted. `event_ref` is the platform's id; `start` and `end` bound `date_field` (the platform's
    default when empty); `offset` is where to go on, in rows of a pull that was cut short."""

    resource: str
    event_ref: str = ""
    start: datetime | None = None
    end: datetime | None = None
    date_field: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheaf:
    """Rows of one answer, each the JSON it was sent as. `next_offset` goes on behind them."""

    rows: Sequence[bytes]
    next_offset: int
    asked_at: datetime
    platform_now: datetime | None = None


class Archive(Protocol):
    """The back office of one account. Thread-safe. Every failure is a `ProviderError`."""

    account: AccountId

    def pages(self, wanted: Slice) -> Iterator[Sheaf]:
        """The rows, page after page. MUST stop only on an empty page or one without new ids (rows without ids: one
        that repeats the page before). MAY repeat rows."""
        ...

    def amounts(self, resource: str, row: dict[str, Any]) -> str:
        """The convention that a row of payments, refunds or wallet movements is in: `minor` or `units`, told by the
        shape of the row; an account's setting `amounts` goes before."""
        ...

    def money(self, resource: str, row: dict[str, Any], name: str) -> Money:
        """The amount that the row holds in the field `name`. Raises NoMoney."""
        ...
