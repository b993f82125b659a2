"""What was sold by whom: the ledger of issued tickets, and the tickets and payments of the Channel Manager."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from app.simulators.fourvenues.offers import Offer, Option
from app.simulators.fourvenues.rows import Row, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A line of the ledger: one ticket that was issued, or paid at the Channel Manager."""

    seq: int
    at: float
    via: str
    """issue (Integrations), channel (without the gateway) or checkout."""
    ticket_id: str
    code: str
    event_id: str
    rate_id: str
    price_id: str
    cents: int
    sale_type: str
    channel_id: str | None = None
    referral_id: str | None = None
    payment_id: str | None = None


@dataclass(slots=True, kw_only=True)
class ChannelTicket(Row):
    """A ticket of the Channel Manager. Its `twin` is what the Integrations API shows of it, once it is seen there."""

    code: str
    offer: Offer
    option: Option
    person: dict[str, str]
    status: str
    price: int
    supplements: tuple[tuple[dict[str, Any], int], ...] = ()
    fee: int = 0
    warranty: int = 0
    total: int = 0
    answers: tuple[dict[str, str], ...] = ()
    payment_id: str | None = None
    refunds: list[tuple[int, float]] = field(default_factory=list)
    """Cents and moment of each."""
    twin: Ticket | None = None

    @property
    def refunded(self) -> int:
        """Cents that were given back."""
        return sum(amount for amount, _ in self.refunds)


@dataclass(slots=True, kw_only=True)
class Payment(Row):
    """A payment that the Channel Manager hosts."""

    offer: Offer
    tickets: list[ChannelTicket]
    status: str = "pending"
    paid_at: float | None = None
    expires_at: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    send_resources: bool = False
    redirect_url: str = ""
    error_url: str = ""

    @property
    def total(self) -> int:
        """Cents to pay."""
        return sum(ticket.total for ticket in self.tickets)


class Sales:
    """Everything that was sold over an interface."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        """Codes that a sale has taken, whether or not their tickets are listed already."""
        self.issued: list[Issued] = []
        self.tickets: dict[str, ChannelTicket] = {}
        self.payments: dict[str, Payment] = {}
        self.discounts: dict[str, float] = {}
        """Percent by discount code."""
        self._serial = count(1)

    def record(self, **facts: Any) -> None:
        """Write a ticket into the ledger."""
        self.issued.append(Issued(seq=next(self._serial), **facts))

    def last_payment(self, status: str | None = None) -> Payment | None:
        """The newest payment, of this status when one is given."""
        return next((one for one in reversed(self.payments.values()) if status in (None, one.status)), None)
