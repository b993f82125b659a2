"""What the database keeps of selling: rates, sales, tills, and messages that platforms sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.model import AccountId, CallId, EventId
from app.domain.money import Money
from app.domain.sale import Rate, Sale, SaleId, SaleState, ShiftId
from app.domain.till import Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRates:
    """The rates of an event as they were last told; `failed`: why they could not be told after that."""

    rates: Sequence[Rate]
    as_of: datetime | None = None
    failed: str = ""


class SalesTx(Protocol):
    """Selling, inside one transaction."""

    def get(self, sale: SaleId) -> Sale | None:
        """The sale, locked until the end of the transaction."""
        ...

    def by_payment(self, account: AccountId, payment_ref: str) -> Sale | None: ...

    def add(self, sale: Sale) -> None: ...

    def write(self, sale: Sale) -> None: ...

    def place(self, sale: Sale) -> Sale:
        """Put its tickets into the cache where they are not known there yet; the sale with their admissions."""
        ...

    def void(self, sale: Sale, word: str) -> None:
        """Its tickets let nobody in any more."""
        ...

    def calls(self, sale: Sale) -> list[CallId]:
        """Check-ins of its tickets that nobody has settled."""
        ...

    def claim(self, account: AccountId, claim: str, now: datetime, limit: int) -> list[Sale]:
        """Take sales that are to be made at the platform, the oldest first. Those found in `sending` under another
        claim are taken too, with one more doubt: their sender is gone."""
        ...

    def settle(self, sale: Sale, claim: str) -> bool:
        """Write what became of a claimed sale. False when the claim was lost."""
        ...

    def hurry(self, account: AccountId, now: datetime) -> int:
        """Make sales that wait for a better moment due at once."""
        ...

    def pending(self, event: EventId, rate: str, since: datetime | None) -> int:
        """Tickets of a rate that were sold here and that the platform, asked at `since`, could not count yet."""
        ...

    def keep_rates(self, account: AccountId, event: EventId, rates: Sequence[Rate], as_of: datetime) -> None: ...

    def rates_failed(self, account: AccountId, event: EventId, words: str) -> None: ...

    def hears(self, account: AccountId, message_id: str, at: datetime) -> bool:
        """Remember a platform's message. False when it has come before."""
        ...

    def open_shift(self, station: str, at: datetime, by: str, opening: Money) -> Shift: ...

    def shift_of(self, station: str) -> Shift | None:
        """The open shift of a station, locked until the end of the transaction."""
        ...

    def close_shift(self, shift: Shift) -> None: ...


class SalesViews(Protocol):
    """Reads of selling that never wait for a writer."""

    def sale(self, sale: SaleId) -> Sale | None: ...

    def by_receipt(self, word: str) -> Sale | None: ...

    def latest(self, states: Collection[SaleState], station: str | None, limit: int) -> list[Sale]:
        """The newest first; every state when none is named, every station when it is None."""
        ...

    def followed(self, account: AccountId, now: datetime, limit: int) -> list[Sale]:
        """Sales by phone whose payment is to be asked for now."""
        ...

    def of_shift(self, shift: ShiftId) -> list[Sale]: ...

    def between(self, start: datetime, end: datetime) -> Iterator[Sale]:
        """Sales made from `start` to just before `end`, in their order."""
        ...

    def count(self, state: SaleState) -> int: ...

    def rates(self, event: EventId) -> KeptRates: ...

    def shift(self, shift: ShiftId) -> Shift | None: ...

    def open_shift(self, station: str) -> Shift | None: ...

    def shifts(self, station: str | None, limit: int) -> list[Shift]:
        """The latest first."""
        ...
