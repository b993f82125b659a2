"""What a test of the Oveit simulator holds in its hands."""

from dataclasses import dataclass
from typing import Any

import httpx

from app.simulators.oveit import World
from app.simulators.oveit.rows import Addon, Event, Ticket, TicketType
from app.simulators.serving import RunningServer

Row = dict[str, Any]


@dataclass(frozen=True)
class Oveit:
    """The server, its world, a caller with a good token, the back door, and a night with two types of tickets."""

    world: World
    server: RunningServer
    api: httpx.Client
    control: httpx.Client
    night: Event
    general: TicketType
    vip: TicketType
    drink: Addon

    def turn(self, **switches: Any) -> None:
        self.control.put("/switches", json=switches).raise_for_status()

    def ticket(self, type: TicketType | None = None, **fields: Any) -> Ticket:
        return self.world.add_ticket(self.night, type, **fields)

    def ask(self, path: str, **fields: Any) -> Row:
        """The answer, which is always 200."""
        answer = self.api.post(path, json=fields)
        assert answer.status_code == 200, answer.text
        row: Row = answer.json()
        return row

    def tickets(self) -> list[Row]:
        rows: list[Row] = self.ask("/events/tickets", id=self.night.id)["tickets"]
        return rows

    def events(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.ask("/seller/events")["events"]}

    def check_in(self, ticket: Ticket, **fields: Any) -> Row:
        return self.ask("/tickets/checkin", ticket_code=ticket.code, **fields)

    def scan(self, ticket: Ticket) -> Row:
        return self.ask("/tickets/scan", ticket_code=ticket.code)

    def login(self, **fields: Any) -> httpx.Response:
        who = {"email": self.world.email, "password": self.world.password}
        return httpx.post(f"{self.server.url}/api/seller/login", json={**who, **fields})
