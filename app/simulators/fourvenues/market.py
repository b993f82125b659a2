"""The part of the world that sells: offers, what was sold, takings and webhooks. It keeps chance and ids of its own."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from random import Random
from typing import Any

from app.simulators.fourvenues.channels.webhooks import Webhooks
from app.simulators.fourvenues.offers import Offer, Option, supplement
from app.simulators.fourvenues.rows import Event, Rate, Ticket
from app.simulators.fourvenues.sales import Sales
from app.simulators.fourvenues.switches import Switches
from app.simulators.fourvenues.takings import Takings


class Market(ABC):
    """What a world needs in order to sell; the world itself is made upon it."""

    events: dict[str, Event]
    ticket_rates: dict[str, list[Rate]]

    def __init__(self, seed: int, switches: Switches) -> None:
        # Apart from the chance of the guests: what is sold leaves the guests of a seed as they are.
        self.spare = Random(f"{seed} sales")  # noqa: S311 - invented data, no secret
        self.switches = switches
        self.offers: dict[str, Offer] = {}
        self.sales = Sales()
        self.takings = Takings()
        self.webhooks = Webhooks(switches, self.now)

    @property
    @abstractmethod
    def tonight(self) -> Event:
        """The event that is on, or else the first one."""

    @abstractmethod
    def now(self) -> float:
        """The platform's clock."""

    @abstractmethod
    def by_code(self, code: str) -> list[Any]:
        """Admissions with this code."""

    @abstractmethod
    def add_rate(self, kind: str, event_id: str, name: str, /, **fields: Any) -> Rate:
        """A new rate."""

    @abstractmethod
    def place(self, row: Any) -> Any:
        """Put a finished row where it is listed and found."""

    def fresh_id(self) -> str:
        """24 hexadecimal digits."""
        return f"{self.spare.getrandbits(96):024x}"

    def knows(self, code: str) -> bool:
        """Whether the code belongs to anything, listed or not."""
        return code in self.sales.codes or bool(self.by_code(code))

    def offer(self, ref: str | Rate) -> Offer | None:
        """How the ticket rate (or the one with this id) is sold."""
        if isinstance(ref, str):
            found = (rate for rates in self.ticket_rates.values() for rate in rates if rate.id == ref)
            rate = next(found, None)
            return None if rate is None else self.offer(rate)
        if ref.id not in self.offers:
            self.offers[ref.id] = Offer(rate=ref, event=self.events[ref.event_id])
        return self.offers[ref.id]

    def offers_of(self, event_id: str) -> list[Offer]:
        """Everything on sale for an event."""
        return [offer for rate in self.ticket_rates.get(event_id, []) if (offer := self.offer(rate))]

    def add_offer(self, name: str, /, *prices: float, event_id: str | None = None, **fields: Any) -> Offer:
        """A ticket rate on sale, each price for its equal share of the night; `fields` are those of Offer.

        `supplements` may be given as pairs of label and price.
        """
        night = self.events[event_id or self.tonight.id]
        length = (night.end - night.start) / max(len(prices), 1)
        options = tuple(
            price_option(self.fresh_id(), price, length * at, f"{name} {at}") for at, price in enumerate(prices, 1)
        )
        extras = tuple(
            supplement(self.fresh_id(), *one) if isinstance(one, tuple) else one
            for one in fields.pop("supplements", ())
        )
        rate = self.add_rate("ticket", night.id, name, options=options)
        self.offers[rate.id] = Offer(rate=rate, event=night, supplements=extras, **fields)
        return self.offers[rate.id]

    def seat(self, ticket: Ticket, ms: int) -> None:
        """Place a ticket that was sold, in so many milliseconds; its code is taken from now on."""
        self.sales.codes.add(ticket.code)
        self.later(ms, lambda: self.place(ticket))

    def later(self, ms: int, action: Callable[[], object]) -> None:
        """Do something in so many milliseconds of everybody's time; at once when there are none."""
        if ms <= 0:
            action()
            return
        try:
            asyncio.get_running_loop().call_later(ms / 1000, action)
        except RuntimeError:  # asked by a test, outside of the server
            timer = threading.Timer(ms / 1000, action)
            timer.daemon = True
            timer.start()


def price_option(ref: str, price: float, until: float, content: str = "") -> Option:
    """A price of a ticket rate; `until` in seconds after the start of the event."""
    row: Option = {"_id": ref, "price": price, "age": 18, "content": content, "additional_info": ""}
    return row | {"max_quantity": 10, "until": until}
