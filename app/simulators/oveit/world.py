"""The simulated platform's data: kept in memory, changed only from the event loop of its server."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import count
from random import Random
from typing import Any, Self

from app.simulators.oveit import guests
from app.simulators.oveit.rows import Addon, Event, Order, Tag, Ticket, TicketType, Use
from app.simulators.oveit.switches import Switches
from app.simulators.oveit.tokens import Tokens
from app.simulators.sheets import SheetRow

Clock = Callable[[], float]

EMAIL, PASSWORD = "door@example.org", "oveit-demo"
A_NIGHT = 12 * 3600.0
AROUND_CODE = {"bare": "{}", "url": "https://l.oveit.com/t/{}", "prefixed": "OVEIT:{}"}


class World:
    """Events, tickets, tokens and the ledger of one account at Oveit."""

    def __init__(
        self,
        *,
        seed: int = 1,
        clock: Clock = time.time,
        switches: Switches | None = None,
        email: str = EMAIL,
        password: str = PASSWORD,
    ) -> None:
        self.switches = switches or Switches()
        self.chance = Random(seed)  # noqa: S311 - invented data, no secret
        self.email = email
        self.password = password
        self.tokens = Tokens(self.chance, self.switches, self.now)
        self.events: dict[int, Event] = {}
        self.tickets: dict[int, dict[int, Ticket]] = {}
        self.ledger: list[Use] = []
        self.requests: dict[str, int] = {}
        self.refusals = 0
        self.pinned: list[SheetRow] = []
        self._by_code: dict[str, Ticket] = {}
        self._by_rfid: dict[str, list[Ticket]] = {}
        self._clock = clock
        self._serial = count(1)
        self._ids = count(41207, 3)

    @classmethod
    def generate(
        cls,
        guests: int = 2000,
        now: datetime | float | None = None,
        seed: int = 1,
        switches: Switches | None = None,
        **credentials: str,
    ) -> Self:
        """A night that is on since an hour and a half, another night, something perpetual, and their tickets.

        `guests` is the number of tickets of the night that is on; `credentials` are `email` and `password`. With `now`
        the platform lives in that time, and its clock runs on from there.
        """
        from app.simulators.oveit.generate import fill  # noqa: PLC0415 - generate builds on World

        start = now.timestamp() if isinstance(now, datetime) else now
        ahead = 0.0 if start is None else start - time.time()
        world = cls(seed=seed, clock=lambda: time.time() + ahead, switches=switches, **credentials)
        fill(world, tickets=guests)
        return world

    def now(self) -> float:
        """The platform's clock, in unix seconds cut to milliseconds."""
        return round(self._clock() + self.switches.clock_skew, 3)

    # Finding

    @property
    def tonight(self) -> Event:
        """The event that began last, if not too long ago, or else the first one."""
        now = self.now()
        on = [night for night in self.events.values() if night.active and night.start is not None]
        begun = [(night.start, night.id) for night in on if night.start and now - A_NIGHT < night.start <= now]
        return self.events[max(begun)[1]] if begun else next(iter(self.events.values()))

    def listed(self, event: Event) -> list[Ticket]:
        """Tickets of an event that the platform tells of."""
        return [ticket for ticket in self.tickets[event.id].values() if self._known(ticket)]

    def by_code(self, code: str) -> Ticket | None:
        """The ticket with this code, letter by letter."""
        found = self._by_code.get(code)
        return found if found and self._known(found) else None

    def by_rfid(self, code: str) -> list[Ticket]:
        """The tickets on this wristband, as they were paired."""
        exact = self.switches.rfid_case == "exact"
        found = [ticket for ticket in self._by_rfid.get(code.upper(), []) if self._known(ticket)]
        return [ticket for ticket in found if not exact or any(tag.code == code for tag in ticket.rfid)]

    def by_id(self, ref: int) -> Ticket | None:
        """The ticket with this id, cancelled or not."""
        return next((tickets[ref] for tickets in self.tickets.values() if ref in tickets), None)

    def _known(self, ticket: Ticket) -> bool:
        return not ticket.cancelled or self.switches.cancelled == "stay"

    def sheet(self) -> list[SheetRow]:
        """One code per verdict of the door; empty for a world made by hand. It holds until somebody scans it."""
        around = AROUND_CODE[self.switches.qr]
        return [row if row.scheme == "rfid" else replace(row, code=around.format(row.code)) for row in self.pinned]

    # Adding

    def new_id(self) -> int:
        """A number that nothing else has."""
        return next(self._ids)

    def new_code(self) -> str:
        """Eight lower-case hexadecimal digits that no ticket has; never digits alone."""
        while True:
            code = f"{self.chance.getrandbits(32):08x}"
            if code not in self._by_code and not code.isdigit():
                return code

    def new_rfid(self) -> str:
        """What is on a chip: ten digits, or fourteen upper-case hexadecimal ones."""
        chance = self.chance
        return f"{chance.getrandbits(30):010d}" if chance.random() < 0.5 else f"04{chance.getrandbits(48):012X}"

    def add_event(
        self, name: str, start: float | None = None, location: str = "Hala Nord, Cluj-Napoca", active: bool = True
    ) -> Event:
        """An event that begins at `start` (unix seconds); perpetual without."""
        event = Event(id=self.new_id(), name=name, start=start, location=location, active=active)
        self.events[event.id] = event
        self.tickets[event.id] = {}
        return event

    def add_type(
        self, event: Event, name: str, price: str = "0.00 RON", addons: Iterable[Addon] | None = None
    ) -> TicketType:
        """A type of tickets for the event."""
        made = TicketType(id=self.new_id(), name=name, price=price, addons=list(addons or ()))
        event.types.append(made)
        return made

    def add_addon(
        self, to: Event | TicketType, name: str, uses: int = 1, is_bundled: bool = True, enabled: bool = True
    ) -> Addon:
        """An addon for a type, or for every type that the event has by now."""
        made = Addon(id=self.new_id(), name=name, uses=uses, is_bundled=is_bundled, enabled=enabled)
        for sold in to.types if isinstance(to, Event) else [to]:
            sold.addons.append(made)
        return made

    def add_ticket(self, event: Event | None = None, type: TicketType | None = None, **fields: Any) -> Ticket:
        """A ticket for the event (tonight): `name`, `email`, `phone`, `rfid` (codes), or any field of Ticket by name.

        `type` is the event's first unless given, made up when there is none.
        """
        event = event or self.tonight
        sold = type or (event.types[0] if event.types else self.add_type(event, "General"))
        guest, created = self._guest(fields), fields.pop("created", self.now() - 86400)
        codes = fields.pop("rfid", ())
        whole: dict[str, Any] = {
            "id": self.new_id(),
            "series": f"{self.chance.choice('ABCDEFGHKLMNPQRTVX')} {self.chance.randrange(1, 9000)}",
            "order": Order(id=self.new_id(), name=guest.name, date=created),
            "answers": [guest.name, guest.email, guest.phone, [], "", ""],
        }
        code = fields.pop("code", None) or self.new_code()
        ticket = Ticket(**{**whole, **fields, "code": code, "event": event, "type": sold, "created": created})
        self.tickets[event.id][ticket.id] = ticket
        self._by_code[ticket.code] = ticket
        for rfid in codes:
            self.pair(ticket, rfid)
        return ticket

    def _guest(self, fields: dict[str, Any]) -> guests.Person:
        """The invented guest, or as far as `fields` says the given one."""
        given = {key: fields.pop(key) for key in ("name", "email", "phone") if key in fields}
        return replace(guests.person(self.chance), **{key: value for key, value in given.items() if value is not None})

    def sell(self, event: Event | None = None, type: TicketType | None = None, **fields: Any) -> Ticket:
        """Sell a ticket now, with what `add_ticket` takes."""
        return self.add_ticket(event, type, **{"created": self.now(), **fields})

    # Changing

    def pair(self, ticket: Ticket, rfid_code: str, date: float | None = None) -> None:
        """Put a wristband on the ticket, now unless told otherwise; both may have others besides."""
        ticket.rfid.append(Tag(code=rfid_code, date=self.now() if date is None else date))
        self._by_rfid.setdefault(rfid_code.upper(), []).append(ticket)

    def vanish(self, ticket: Ticket) -> None:
        """Cancel the ticket; no field will ever tell, see the switch `cancelled`."""
        ticket.cancelled = True

    def rename(self, ticket: Ticket, name: str) -> None:
        """Give the ticket to somebody else."""
        ticket.order = replace(ticket.order, name=name)
        if ticket.answers:
            ticket.answers[0] = name

    def retype(self, ticket: Ticket, type: TicketType) -> None:
        """Make it a ticket of another type."""
        ticket.type = type

    def recode(self, ticket: Ticket, code: str) -> None:
        """Print the ticket anew: the old code is unknown from now on."""
        del self._by_code[ticket.code]
        ticket.code = code
        self._by_code[code] = ticket

    def enter_elsewhere(self, ticket: Ticket, addon_id: int | None = None) -> Use:
        """Another gate lets the guest in, or serves the addon, without asking whether that is right."""
        return self.count_use(ticket, addon_id, "elsewhere")

    def count_use(self, ticket: Ticket, addon_id: int | None, by: str, direction: str = "in") -> Use:
        """Count one use of the ticket and write it into the ledger."""
        use = Use(
            seq=next(self._serial),
            at=self.now(),
            ticket_id=ticket.id,
            code=ticket.code,
            event_id=ticket.event.id,
            addon_id=addon_id,
            by=by,
            direction=direction,
        )
        ticket.uses.append(use)
        self.ledger.append(use)
        return use
