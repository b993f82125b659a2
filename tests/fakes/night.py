"""A night with guests: values of the domain that tests change one thing of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.domain.model import (
    AccountId,
    Admission,
    AdmissionId,
    Allowance,
    CallId,
    Credential,
    Event,
    EventId,
    Guest,
    Kind,
    Policy,
    Scan,
    ScanId,
    Standing,
    Station,
    StationId,
)
from app.domain.outbox import Call
from app.ports import Row
from tests.fakes.clock import EVENING

ACCOUNT = AccountId("fourvenues")
SATURDAY = EventId("fourvenues:ev-saturday")
SUNDAY = EventId("fourvenues:ev-sunday")


def event(id_: EventId = SATURDAY, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": id_,
        "account": ACCOUNT,
        "ref": id_.partition(":")[2],
        "name": "Saturday Night",
        "starts_at": EVENING - timedelta(hours=1),
        "ends_at": EVENING + timedelta(hours=6),
        "label": "2025-11-28",
        "open": True,
    }
    return Event(**values | changes)


def admission(code: str = "ZQ4K81MD7", limit: int = 1, **changes: Any) -> Admission:
    """A good ticket as a translator makes it: no id, nothing owed."""
    values: dict[str, Any] = {
        "account": ACCOUNT,
        "event": SATURDAY,
        "resource": "tickets",
        "kind": Kind.TICKET,
        "ref": f"tk-{code}",
        "standing": Standing.GOOD,
        "rate": "Standing",
        "guest": Guest(name="Nuria Ferrer"),
        "credentials": (Credential(value=code),) if code else (),
        "allowances": (Allowance(limit=limit),),
    }
    return Admission(**values | changes)


def row(one: Admission, digest: int = 1) -> Row:
    return Row(ref=one.ref, raw=f'{{"_id":"{one.ref}"}}'.encode(), digest=digest)


def station(name: str = "Gate 1", **changes: Any) -> Station:
    values: dict[str, Any] = {"id": StationId(1), "name": name}
    return Station(**values | changes)


def scan(id_: str = "scan-1", code: str = "ZQ4K81MD7", **changes: Any) -> Scan:
    values: dict[str, Any] = {"id": ScanId(id_), "code": code, "at": EVENING}
    return Scan(**values | changes)


def policy(*events: Event, **changes: Any) -> Policy:
    known = events or (event(),)
    return Policy(events={one.id: one for one in known}, **changes)


def call(heads: int = 1, limit: int = 1, **changes: Any) -> Call:
    values: dict[str, Any] = {
        "id": CallId(1),
        "scan": ScanId("scan-1"),
        "account": ACCOUNT,
        "event": SATURDAY,
        "event_ref": "ev-saturday",
        "admission": AdmissionId(1),
        "kind": Kind.TICKET,
        "ref": "tk-ZQ4K81MD7",
        "code": "ZQ4K81MD7",
        "heads": heads,
        "limit": limit,
        "at": EVENING,
    }
    return Call(**values | changes)
