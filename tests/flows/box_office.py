"""A venue that sells: a till at the gate, and a platform in memory that makes tickets."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import Any

from app.domain.outbox import CallState
from app.domain.sale import Order, Sale, SaleId, SaleState, Tender, Wanted, Wrong
from app.flows.follow import Follow
from app.flows.issue import Issue
from app.flows.rates import Rates
from app.flows.sale_desk import NoSale
from app.flows.sell import Codes, Sell
from app.flows.till import Tills
from tests.fakes.night import ACCOUNT, SATURDAY, event
from tests.fakes.seller import FakeSeller, euros
from tests.flows.venue import Venue

BACK = "https://door.example"


class BoxOffice(Venue):
    def __init__(self, url: str, **policy: Any) -> None:
        super().__init__(url, **policy)
        self.seller = FakeSeller(self.clock, self.provider)
        sellers, lines = {ACCOUNT: self.seller}, {ACCOUNT: self.line}
        numbers = count(1)
        codes = Codes(ticket=lambda: f"SALE{next(numbers):05d}", receipt=lambda: f"word-{next(numbers):012d}")
        self.rates = Rates(self.store, sellers, lines, self.clock)
        self.sell = Sell(self.store, sellers, self.door, self.notices, self.clock, codes)
        self.follow = Follow(self.store, sellers, self.sell, self.notices, self.clock)
        self.tills = Tills(self.store, self.clock)
        self.issue = Issue(
            self.store, self.seller, self.line, self.lease, self.notices, self.clock, lambda: 0.5
        )  # fmt: skip
        self.rates.refresh(event())
        self.store.run(lambda tx: tx.house.add_station(self.gate, b"hash", self.clock.now))

    def opens_till(self, float_: str = "100.00") -> None:
        self.tills.open(self.gate.name, "Marta", euros(float_))

    def orders(self, quantity: int = 1, **changes: Any) -> Order:
        values: dict[str, Any] = {
            "id": SaleId("s-1"), "event": SATURDAY, "rate": "r1", "price": "p1", "tender": Tender.CASH, "admit": True,
            "tickets": (Wanted(),) * quantity,
        }  # fmt: skip
        return Order(**values | changes)

    def asks(self, order: Order) -> Sale | Wrong | NoSale:
        return self.sell(order, self.gate, BACK)

    def sold(self, quantity: int = 1, **changes: Any) -> Sale:
        sale = self.asks(self.orders(quantity, **changes))
        assert isinstance(sale, Sale), sale
        return sale

    def now(self, sale: Sale) -> Sale:
        """The sale as it stands."""
        kept = self.store.views.sales.sale(sale.id)
        assert kept is not None
        return kept

    def works(self, rounds: int = 1, seconds: float = 10) -> None:
        """The sender's rounds, with time between."""
        for _ in range(rounds):
            self.issue()
            self.drain()
            self.waits(seconds=seconds)

    def state(self, sale: Sale) -> SaleState:
        return self.now(sale).state

    def owed_calls(self) -> int:
        return sum(state in {CallState.DUE, CallState.SENDING} for state in self.states())

    def entered(self, sale: Sale) -> list[int]:
        """How often the platform counts an entry by each ticket of a sale."""
        return [self.provider.tickets[f"tk-{one.code}"].count for one in sale.tickets]

    def scripted(self, *answers: Any) -> None:
        self.seller.issue_script = deque(answers)

    def close(self) -> None:
        self.rates.close()
        super().close()
