"""What a test of a simulator holds in its hands."""

from dataclasses import dataclass
from typing import Any

import httpx

from app.simulators.fourvenues import World
from app.simulators.fourvenues.rows import Event
from app.simulators.serving import RunningServer


@dataclass(frozen=True)
class Platform:
    """The server, its world, a caller with a good key, and the back door."""

    world: World
    server: RunningServer
    api: httpx.Client
    control: httpx.Client
    night: Event

    def rows(self, path: str = "/tickets", **query: Any) -> list[dict[str, Any]]:
        answer = self.api.get(path, params={"event_id": self.night.id, **query})
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        return data

    def turn(self, **switches: Any) -> None:
        self.control.put("/switches", json=switches).raise_for_status()

    def enter(self, ticket_id: str, heads: Any = 1, **more: Any) -> httpx.Response:
        return self.api.put(f"/tickets/{ticket_id}/checkin", json={"enter": heads, **more})
