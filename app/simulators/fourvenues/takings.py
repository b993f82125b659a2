"""The back office: payments through the gateway, refunds and the movements of the wallet, in whole cents."""

from dataclasses import dataclass
from itertools import count

from app.simulators.fourvenues.rows import Row


@dataclass(slots=True, kw_only=True)
class Paid(Row):
    """A payment that came in."""

    cents: int
    event_id: str
    currency: str = "EUR"
    method: str = "card"
    sale_type: str = "online"
    channel_id: str | None = None
    tickets: tuple[str, ...] = ()
    fees: int = 0
    refunded: int = 0


@dataclass(slots=True, kw_only=True)
class Refund(Row):
    """Money that went back; `payment_id` may be of a payment that nobody knows."""

    cents: int
    event_id: str
    payment_id: str
    currency: str = "EUR"
    reason: str = "requested_by_customer"
    sale_type: str = "online"
    tickets: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Movement(Row):
    """A line of the organization's wallet; what goes out is negative."""

    cents: int
    kind: str
    description: str
    currency: str = "EUR"
    event_id: str | None = None


class Takings:
    """Payments, refunds and wallet movements, each in the order in which they happened."""

    def __init__(self) -> None:
        self.payments: list[Paid] = []
        self.refunds: list[Refund] = []
        self.movements: list[Movement] = []
        self._by_id: dict[str, Paid] = {}
        self._serial = count(1)

    def payment(self, ref: str | None) -> Paid | None:
        """The payment with this id."""
        return self._by_id.get(ref or "")

    def pay_in(self, paid: Paid) -> Paid:
        """A payment came in."""
        self.payments.append(paid)
        self._by_id[paid.id] = paid
        return paid

    def give_back(self, refund: Refund) -> Refund:
        """A refund went out; what its payment says of refunds follows."""
        self.refunds.append(refund)
        paid = self._by_id.get(refund.payment_id)
        if paid is not None:
            paid.refunded += refund.cents
            paid.updated = refund.created
        return refund

    def move(self, movement: Movement) -> Movement:
        """The wallet moved."""
        self.movements.append(movement)
        return movement

    def balance(self, currency: str = "EUR") -> int:
        """Cents in the wallet."""
        return sum(one.cents for one in self.movements if one.currency == currency)

    def newest_movement(self) -> Movement | None:
        """The movement that carries the balance."""
        return max(self.movements, key=lambda one: one.created, default=None)

    def totals(self) -> dict[str, dict[str, int]]:
        """True cents by currency: what came in, what went back, what is in the wallet."""
        money = {one.currency for rows in (self.payments, self.refunds, self.movements) for one in rows}
        return {
            currency: {
                "paid": sum(one.cents for one in self.payments if one.currency == currency),
                "refunded": sum(one.cents for one in self.refunds if one.currency == currency),
                "balance": self.balance(currency),
            }
            for currency in sorted(money)
        }
