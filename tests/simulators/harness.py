"""What a test of a simulator holds in its hands."""

from dataclasses import dataclass
from typing import Any

import httpx

from app.simulators.fourvenues import World
from app.simulators.fourvenues.offers import Offer
from app.simulators.fourvenues.rows import Event
from app.simulators.serving import RunningServer


@dataclass(frozen=True)
class Platform:
    """The server, its world, callers with a good key of either interface, and the back door."""

    world: World
    server: RunningServer
    api: httpx.Client
    control: httpx.Client
    night: Event
    channels: httpx.Client

    def rows(self, path: str = "/tickets", **query: Any) -> list[dict[str, Any]]:
        answer = self.api.get(path, params={"event_id": self.night.id, **query})
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        return data

    def turn(self, **switches: Any) -> None:
        self.control.put("/switches", json=switches).raise_for_status()

    def enter(self, ticket_id: str, heads: Any = 1, **more: Any) -> httpx.Response:
        return self.api.put(f"/tickets/{ticket_id}/checkin", json={"enter": heads, **more})

    def check_out(self, offer: Offer, amount: int = 1, **more: Any) -> dict[str, Any]:
        """Open a payment for so many tickets at the present price."""
        ticket = more.pop("ticket", {})
        answer = self.channels.post("/tickets/checkout", json=order(self, offer, amount, **ticket) | more)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    def verb(self, name: str, **body: Any) -> Any:
        """Do something over the back door."""
        return self.control.post(f"/{name}", json=body).raise_for_status().json()

    def view(self, name: str) -> Any:
        """Look through the back door."""
        return self.control.get(f"/{name}").raise_for_status().json()


def order(platform: Platform, offer: Offer, amount: int = 1, **ticket: Any) -> dict[str, Any]:
    """The body of a checkout."""
    current = offer.current(platform.world.now()) or offer.rate.options[0]
    one = {"price_id": current["_id"], "full_name": "Vera Puig", **ticket}
    return {"ticket_rate_id": offer.rate.id, "tickets": [one] * amount}
