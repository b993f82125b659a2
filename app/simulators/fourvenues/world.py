"""The simulated platform's data: kept in memory, changed only from the event loop of its server."""

import dataclasses
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from random import Random
from typing import Any, Self, TypeVar

from app.simulators.fourvenues import guests
from app.simulators.fourvenues.market import Market
from app.simulators.fourvenues.render import Renderer, local
from app.simulators.fourvenues.rows import (
    Admission,
    Booking,
    Entry,
    Event,
    Holder,
    ListEntry,
    Pass,
    Rate,
    Row,
    Ticket,
    Usage,
)
from app.simulators.fourvenues.switches import Switches
from app.simulators.fourvenues.takings import Takings
from app.simulators.sheets import SheetRow

Clock = Callable[[], float]
A = TypeVar("A", Ticket, ListEntry, Pass, Booking)

KINDS: dict[type[Row], str] = {Ticket: "ticket", ListEntry: "list", Pass: "pass", Booking: "booking"}
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


class World(Market):
    """Events, admissions and the ledger of one organization at Fourvenues."""

    def __init__(self, *, seed: int = 1, clock: Clock = time.time, switches: Switches | None = None) -> None:
        super().__init__(seed, switches or Switches())
        self.chance = Random(seed)  # noqa: S311 - invented data, no secret
        self.events: dict[str, Event] = {}
        self.ticket_rates: dict[str, list[Rate]] = {}
        self.list_rates: dict[str, list[Rate]] = {}
        self.pass_rates: dict[str, list[Rate]] = {}
        self.tickets: dict[str, dict[str, Ticket]] = {}
        self.lists: dict[str, dict[str, ListEntry]] = {}
        self.passes: dict[str, Pass] = {}
        self.bookings: dict[str, Booking] = {}
        self.ledger: list[Entry] = []
        self.requests: dict[str, int] = {}
        self.refusals = 0
        self.pinned: list[SheetRow] = []
        self._by_id: dict[str, Admission] = {}
        self._by_code: dict[str, list[Admission]] = {}
        self._clock = clock
        self._serial = count(1)
        self._renderer = Renderer(self.switches)

    @classmethod
    def generate(
        cls,
        guests: int = 2000,
        lists: int = 150,
        passes: int = 60,
        now: datetime | float | None = None,
        seed: int = 1,
        switches: Switches | None = None,
    ) -> Self:
        """A night that is on since an hour and a half, another night, and everything sold for them.

        `guests` is the number of tickets. With `now` the platform lives in that time, and its clock runs on from there.
        """
        from app.simulators.fourvenues.generate import fill  # noqa: PLC0415 - generate builds on World

        start = now.timestamp() if isinstance(now, datetime) else now
        ahead = 0.0 if start is None else start - time.time()
        world = cls(seed=seed, clock=lambda: time.time() + ahead, switches=switches)
        fill(world, tickets=guests, lists=lists, passes=passes)
        return world

    def generate_takings(
        self,
        payments: int = 1000,
        *,
        seed: int = 1,
        start: datetime | float | None = None,
        days: int = 30,
        events: int = 8,
        tickets: bool = False,
    ) -> Takings:
        """Made-up payments, refunds and wallet movements from `start` on (until now unless it is given).

        With `tickets` what was paid for is among the tickets of its event, with the `payment_id`.
        """
        from app.simulators.fourvenues.takings_seed import Month, make_takings  # noqa: PLC0415 - builds on World

        first = start.timestamp() if isinstance(start, datetime) else start
        first = self.now() - days * 86400 if first is None else first
        make_takings(self, Month(payments, first, days, events, tickets), seed)
        return self.takings

    def generate_tickets(self, amount: int, event_id: str | None = None, *, seed: int = 1) -> list[Ticket]:
        """So many made-up tickets at once, of tonight unless `event_id` says otherwise."""
        from app.simulators.fourvenues.bulk import make_tickets  # noqa: PLC0415 - builds on World

        return make_tickets(self, amount, event_id or self.tonight.id, seed)

    def change_tickets(self, amount: int, event_id: str | None = None, *, seed: int = 1) -> list[Ticket]:
        """Change so many tickets at once: entries, refunds, cancellations, names. `updated_at` tells."""
        from app.simulators.fourvenues.bulk import change  # noqa: PLC0415 - builds on World

        return change(self, amount, event_id or self.tonight.id, seed)

    # Time and writing

    def now(self) -> float:
        """The platform's clock, in unix seconds cut to milliseconds."""
        return round(self._clock() + self.switches.clock_skew, 3)

    @property
    def render(self) -> Renderer:
        """The renderer for the present position of the switches."""
        if not self._renderer.suits(self.switches):
            self._renderer = Renderer(self.switches)
        return self._renderer

    # Finding

    @property
    def tonight(self) -> Event:
        """The event that is on, or else the first one."""
        now = self.now()
        on = [event for event in self.events.values() if event.active and event.start <= now <= event.end]
        return on[0] if on else next(iter(self.events.values()))

    def by_id(self, ref: str) -> Admission | None:
        """The admission with this `_id`."""
        return self._by_id.get(ref)

    def by_code(self, code: str) -> list[Admission]:
        """Admissions with this code: usually one, two on a bad day."""
        return self._by_code.get(code, [])

    def admissions(self) -> Iterable[Admission]:
        """Everything that lets people in."""
        return self._by_id.values()

    def sheet(self) -> list[SheetRow]:
        """One code per verdict of the door; empty for a world made by hand. It holds until somebody scans it."""
        return list(self.pinned)

    # Adding

    def new_id(self) -> str:
        """24 hexadecimal digits."""
        return f"{self.chance.getrandbits(96):024x}"

    def new_code(self) -> str:
        """Nine upper-case letters and digits that no admission has."""
        while True:
            code = "".join(self.chance.choices(CODE_LETTERS, k=9))
            if code not in self._by_code and code not in self.sales.codes:
                return code

    def add_event(self, *, start: float, end: float, name: str = "Saturday Night", **fields: Any) -> Event:
        """A night from `start` to `end` (unix seconds), with whatever else an Event has."""
        midnight = local(start - 6 * 3600).replace(hour=0, minute=0, second=0, microsecond=0)
        stamp = self.now() - 60 * 86400
        event = Event(
            **{
                "id": f"{self.chance.getrandbits(128):032x}",
                "name": name,
                "slug": name.lower().replace(" ", "-"),
                "start": start,
                "end": end,
                "date": midnight.timestamp(),
                "created": stamp,
                "updated": stamp,
                **fields,
            }
        )
        self.events[event.id] = event
        self.tickets.setdefault(event.id, {})
        self.lists.setdefault(event.id, {})
        return event

    def add_rate(self, kind: str, event_id: str, name: str, /, **fields: Any) -> Rate:
        """A rate of `kind` ticket, list or pass with one option, unless `options` says otherwise."""
        options = tuple(
            fields.pop("options", None) or (_option(self.new_id(), until=43200 if kind == "ticket" else 0),)
        )
        slug = name.lower().replace(" ", "-")
        payload = {"_id": self.new_id(), "name": name, "slug": slug, "options": options, **fields}
        rate = Rate(
            id=payload["_id"], event_id=event_id, name=name, slug=payload["slug"], options=options, payload=payload
        )
        self.rates(kind).setdefault(event_id, []).append(rate)
        return rate

    def rates(self, kind: str) -> dict[str, list[Rate]]:
        """Rates of a kind (ticket, list, pass) by event."""
        return {"ticket": self.ticket_rates, "list": self.list_rates, "pass": self.pass_rates}[kind]

    def a_rate(self, kind: str, event_id: str) -> Rate:
        """The first rate of the event, made up when there is none."""
        known = self.rates(kind).get(event_id)
        return known[0] if known else self.add_rate(kind, event_id, "General")

    def add_ticket(self, **fields: Any) -> Ticket:
        """A ticket: any field of Ticket or Holder by name, any other key goes into its payload as it is.

        A ticket without a code: `without=("code",)`. Two with one code: give both the same `code`.
        """
        event_id = fields.setdefault("event_id", self.events and self.tonight.id)
        fields.setdefault("day", local(self.events[event_id].date).strftime("%Y-%m-%d"))
        fields.setdefault("rate", fields.get("rate") or self.a_rate("ticket", event_id))
        fields.setdefault("payment_id", self.new_id())
        return self.place(Ticket(**self._filled(Ticket, fields)))

    def add_list(self, **fields: Any) -> ListEntry:
        """A guest-list entry: any field of ListEntry by name, any other key goes into its payload as it is."""
        event_id = fields.setdefault("event_id", self.events and self.tonight.id)
        fields.setdefault("rate", fields.get("rate") or self.a_rate("list", event_id))
        if "name" not in fields:
            fields["name"] = guests.holder(self.chance).name
        return self.place(ListEntry(**self._filled(ListEntry, fields)))

    def add_pass(self, *, events: Iterable[str] | None = None, **fields: Any) -> Pass:
        """A pass good in `events` (ids; tonight by default): any field of Pass or Holder by name."""
        good_in = [self.tonight.id] if events is None else list(events)
        fields.setdefault("rate", fields.get("rate") or self.a_rate("pass", good_in[0]))
        fields.setdefault("usages", {event_id: Usage(id=self.new_id()) for event_id in good_in})
        return self.place(Pass(**self._filled(Pass, fields)))

    def add_booking(self, **fields: Any) -> Booking:
        """A table: any field of Booking or Holder by name."""
        fields.setdefault("event_id", self.events and self.tonight.id)
        fields.setdefault("for_", 6)
        return self.place(Booking(**self._filled(Booking, fields)))

    def _filled(self, kind: type[Row], fields: dict[str, Any]) -> dict[str, Any]:
        known = {field.name for field in dataclasses.fields(kind)}
        if "holder" in known and "holder" not in fields:
            person = guests.holder(self.chance)
            named = {field.name for field in dataclasses.fields(Holder)} & fields.keys()
            fields["holder"] = dataclasses.replace(person, **{name: fields.pop(name) for name in named})
        if "for" in fields:
            fields["for_"] = fields.pop("for")
        stamp = self.now()
        plain = {"id": self.new_id(), "created": stamp, "updated": fields.get("created", stamp)}
        plain |= {name: value for name, value in fields.items() if name in known}
        plain.setdefault("code", self.new_code())
        odd = {name: value for name, value in fields.items() if name not in known}
        return plain | ({"extra": {**fields.get("extra", {}), **odd}} if odd else {})

    def place(self, row: A) -> A:
        """Put a finished row where it is listed and found."""
        self._table(row)[row.id] = row
        self._by_id[row.id] = row
        self._by_code.setdefault(row.code, []).append(row)
        return row

    def _table(self, row: Admission) -> dict[str, Any]:
        if isinstance(row, Ticket):
            return self.tickets[row.event_id]
        if isinstance(row, ListEntry):
            return self.lists[row.event_id]
        return self.passes if isinstance(row, Pass) else self.bookings

    # Changing

    def touch(self, row: Row, *, stamp: bool = True) -> None:
        """The row changed: written anew next time, and `updated_at` moves unless told otherwise."""
        row.written_as = -1
        if stamp:
            row.updated = self.now()

    def recode(self, row: Admission, code: str) -> None:
        """Give the admission another code."""
        self._by_code[row.code].remove(row)
        row.code = code
        self._by_code.setdefault(code, []).append(row)
        self.touch(row)

    def delete(self, row: Admission) -> None:
        """Make the admission vanish: no delta will ever tell."""
        del self._by_id[row.id]
        del self._table(row)[row.id]
        self._by_code[row.code].remove(row)

    def record(self, row: Admission, before: int, after: int, event_id: str, **sent: Any) -> Entry:
        """Write a committed check-in into the ledger; `sent` is what the request said (entry_date, options, source)."""
        kind = KINDS[type(row)]
        entry = Entry(
            seq=next(self._serial),
            received_at=self.now(),
            kind=kind,
            ref=row.id,
            code=row.code,
            event_id=event_id,
            enter_before=before,
            enter_after=after,
            **sent,
        )
        self.ledger.append(entry)
        return entry


def _option(ref: str, until: float) -> dict[str, Any]:
    return {
        "_id": ref,
        "price": 0,
        "age": 18,
        "content": "",
        "additional_info": "",
        "boys": True,
        "girls": True,
        "from": 0,
        "until": until,
        "max_quantity": 10,
    }
