"""How a rate is sold: price steps, stock, and what it wants to know of a guest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.simulators.fourvenues.money import cents, percent
from app.simulators.fourvenues.rows import Event, Rate

Option = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Step:
    """What the Channel Manager knows of one price besides the price."""

    name: str
    quantity: int = 0
    """Tickets at this price; 0 is no limit."""
    taken: int = 0
    fee_type: str = "percentage"
    fee: float = 0

    def fee_of(self, amount: int) -> int:
        """The fee on an amount, in cents."""
        return percent(amount, self.fee) if self.fee_type == "percentage" else cents(self.fee)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that is asked of each guest; with `items` it is a dropdown."""

    id: str
    label: str
    required: bool = False
    items: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Offer:
    """A ticket rate on sale. `taken` is what was sold and what is reserved by payments that are pending."""

    rate: Rate
    event: Event
    steps: dict[str, Step] = field(default_factory=dict)
    stock: int = 1000
    taken: int = 0
    least: int = 1
    most: int = 10
    requires: frozenset[str] = frozenset({"full_name"})
    questions: tuple[Question, ...] = ()
    supplements: tuple[dict[str, Any], ...] = ()
    warranty: float = 0
    """Percent of the price; 0 is no warranty."""
    closed: bool = False
    kind: str = "public"

    def __post_init__(self) -> None:
        if self.supplements:
            self.rate.payload["supplements"] = self.supplements

    def step(self, option: Option) -> Step:
        """What is known of a price."""
        return self.steps.setdefault(str(option["_id"]), Step(name=str(option.get("content") or self.rate.name)))

    def ends(self, option: Option) -> float:
        """Unix seconds until which the price can be bought."""
        return self.event.start + float(option["until"])

    def current(self, at: float) -> Option | None:
        """The one price that is active: the first to end of those that are neither over nor used up."""
        open_ones = [option for option in self.rate.options if self.ends(option) > at and not self._used_up(option)]
        return min(open_ones, key=self.ends, default=None)

    def _used_up(self, option: Option) -> bool:
        step = self.step(option)
        return bool(step.quantity) and step.taken >= step.quantity

    @property
    def left(self) -> int:
        """Tickets that can still be had."""
        return 0 if self.closed else max(self.stock - self.taken, 0)

    def take(self, option: Option, amount: int) -> None:
        """Sell or reserve; a negative amount gives back."""
        self.taken += amount
        self.step(option).taken += amount

    def reprice(self, ref: str, price: float, at: float) -> Option:
        """End the present price now and go on with a dearer or cheaper one under another id."""
        before, since = self.current(at), at - self.event.start
        last = before or {**self.rate.options[-1], "until": since + 6 * 3600}
        made = {**last, "_id": ref, "price": price}
        last["until"] = since
        known = self.step(last)
        self.steps[ref] = Step(name=known.name, fee_type=known.fee_type, fee=known.fee)
        self.rate.add(made)
        return made

    def supplement(self, ref: object) -> dict[str, Any] | None:
        """The supplement with this id."""
        return next((one for one in self.supplements if one["_id"] == ref), None)


def supplement(ref: str, label: str, price: float, quantity: int = 1) -> dict[str, Any]:
    """A supplement as the platform writes it."""
    return {
        "_id": ref,
        "price": price,
        "label": label,
        "normalized_label": label.lower(),
        "description": "",
        "has_fake_price": False,
        "fake_price": 0,
        "product_quantity": quantity,
        "product_quantity_used": 0,
        "service_charge_amount": 0,
        "service_charge_type": "fixed",
    }


def found(offers: Iterable[Offer], ref: str) -> Offer | None:
    """The offer of the rate with this id or slug."""
    return next((offer for offer in offers if ref in (offer.rate.id, offer.rate.slug)), None)
