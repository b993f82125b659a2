"""What the simulated platform holds. Times are unix seconds; writing them down is the business of `render`."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Addon:
    """Something that a ticket opens besides the entrance, some number of times."""

    id: int
    name: str
    uses: int = 1
    is_bundled: bool = True
    enabled: bool = True


@dataclass(slots=True, kw_only=True)
class TicketType:
    """What is sold for an event."""

    id: int
    name: str
    price: str
    addons: list[Addon] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Event:
    """A night, or without a start something that is always on."""

    id: int
    name: str
    start: float | None
    location: str
    active: bool = True
    types: list[TicketType] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was paid together."""

    id: int
    name: str
    date: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A wristband on a ticket."""

    code: str
    date: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a ticket that the platform counted; also a line of the ledger."""

    seq: int
    at: float
    ticket_id: int
    code: str
    """As the ticket had it then."""
    event_id: int
    addon_id: int | None = None
    by: str = "checkin"
    """checkin, turnstile or elsewhere."""
    direction: str = "in"
    """in or out."""


@dataclass(slots=True, kw_only=True)
class Ticket:
    """A ticket for one person; `answers` are what the guest wrote into the registration form, by position."""

    id: int
    code: str
    series: str
    event: Event
    type: TicketType
    order: Order
    answers: list[Any]
    created: float
    rfid: list[Tag] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    cancelled: bool = False

    @property
    def name(self) -> str:
        """The guest's name, or whoever paid."""
        return str(self.answers[0]) if self.answers and self.answers[0] else self.order.name

    def entrances(self) -> list[Use]:
        """Ways in and out, without addons."""
        return [use for use in self.uses if use.addon_id is None]

    def used_before(self, at: float, addon_id: int | None = None) -> None:
        """It was used before the simulator began, so its ledger does not tell."""
        ticket_id, event_id, at = self.id, self.event.id, round(at, 3)
        use = Use(
            seq=0, at=at, ticket_id=ticket_id, code=self.code, event_id=event_id, addon_id=addon_id, by="elsewhere"
        )
        self.uses.append(use)

    def used(self, addon_id: int) -> int:
        """How often the addon was used."""
        return sum(use.addon_id == addon_id for use in self.uses)
