"""A back office in memory: Fourvenues' collections over HTTP, as far as a warehouse asks for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx

from app.domain.model import AccountId
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.archive import FourvenuesArchive
from app.providers.pace import Pacer
from app.providers.transport import Secret, Transport

NOW = datetime(2026, 5, 2, 21, 30, tzinfo=UTC)
EVENT = "e" * 32
Row = dict[str, Any]


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class BackOffice:
    """Rows by (collection, event), as they are sent. `updated_at` is what `date_field=updated_at` asks for."""

    def __init__(self, page_size: int = 100) -> None:
        self.rows: dict[tuple[str, str], dict[str, Row]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.forbidden: set[str] = set()
        self.answers: Callable[[str, dict[str, str]], httpx.Response | None] = lambda _resource, _params: None
        self.now = NOW
        self.page_size = page_size
        self.put("events", {"_id": EVENT, "name": "Noche", "start": 1777759200, "end": 1777780800, "date": 1777672800})

    def put(self, resource: str, *rows: Row, event: str = "") -> None:
        kept = self.rows.setdefault((resource, event), {})
        for row in rows:
            kept[str(row.get("_id", len(kept)))] = row

    def tickets(self, count: int, first: int = 0) -> None:
        self.put("tickets", *(ticket(number) for number in range(first, first + count)), event=EVENT)

    def change(self, resource: str, ref: str, event: str = "", **fields: Any) -> None:
        """A row changes now."""
        self.rows[resource, event][ref] |= {"updated_at": iso(self.now), **fields}

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def archive(self, **settings: Any) -> FourvenuesArchive:
        account = FourvenuesAccount(
            account=AccountId("fourvenues"), api_key="ik_live_x", base_url="https://platform.example",
            page_size=self.page_size, **settings,
        )  # fmt: skip
        transport = Transport(
            account.base_url, {"X-Api-Key": Secret("ik_live_x")}, Pacer(None), lambda: self.now,
            http=httpx.MockTransport(self._answer),
        )  # fmt: skip
        return FourvenuesArchive(account, transport, lambda: self.now)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        resource = request.url.path.strip("/")
        params = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        return self.answer(resource, params)

    def answer(self, resource: str, params: dict[str, str]) -> httpx.Response:
        """What is answered, as switched."""
        self.asked.append((resource, params))
        if resource in self.forbidden:
            return httpx.Response(403, json={"error": "no"})
        told = self.answers(resource, params)
        return told if told is not None else self.page(resource, params)

    def page(self, resource: str, params: dict[str, str]) -> httpx.Response:
        rows = list(self.rows.get((resource, params.get("event_id", "")), {}).values())
        if params.get("date_field") == "updated_at":
            rows = [row for row in rows if str(row.get("updated_at", "9")) >= params["start_date"]]
        first = int(params["offset"])
        body = json.dumps({"success": True, "data": rows[first : first + int(params["limit"])]})
        headers = {"Date": self.now.strftime("%a, %d %b %Y %H:%M:%S GMT")}
        return httpx.Response(200, text=body, headers=headers)


def ticket(number: int, **fields: Any) -> Row:
    """A sound ticket of the night."""
    return {
        "_id": f"t{number:05d}", "code": f"C{number:08d}", "event_id": EVENT, "rate_id": "r1", "rate_name": "Standing",
        "rate_slug": "standing", "channel_id": None, "referral_id": "p7", "payment_id": f"pay{number // 2:05d}",
        "status": "activated", "for": 1, "enter": 0, "entry_date": 0, "name": f"Guest {number}",
        "email": f"guest{number}@example.com", "phone": f"+34 600 {number:06d}", "price": 12.5, "total_paid": 14.0,
        "total_fees": 1.5, "refunded": 0, "created_at": "2026-04-01T10:00:00.000Z",
        "updated_at": "2026-04-01T10:00:00.000Z", "referral": {"_id": "p7", "name": "Promoter Paz"},
    } | fields  # fmt: skip


def payment(number: int, **fields: Any) -> Row:
    """A payment in the shape of the use cases: whole cents."""
    return {
        "_id": f"pay{number:05d}", "amount": 1400, "currency": "EUR", "payment_method": "card", "status": "paid",
        "created_at": "2026-04-01T10:00:00.000Z", "event_id": EVENT,
    } | fields  # fmt: skip
