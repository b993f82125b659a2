"""Calls as a person sees them: the tray and the conflicts."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from app.domain.codes import shorten
from app.domain.model import Kind
from app.domain.outbox import CallState
from app.domain.troubles import explain
from app.ports import CallRow, OutboxCount
from app.web.wire.common import EventName, Given, Instant, Reason, Taken


class CallOut(Given):
    """A check-in owed to a platform. `message` is ours, in words for people; `words` are the platform's own."""

    id: str
    scan: str
    state: CallState
    account: str
    event: EventName
    kind: Kind
    code: str
    guest: str
    allowance: str
    heads: int
    at: Instant
    station: str
    attempts: int
    due_at: Instant | None
    why: str
    message: str
    words: str
    settled_at: Instant | None
    settled_by: str
    note: str
    resolved_at: Instant | None

    @classmethod
    def of(cls, row: CallRow, language: str) -> CallOut:
        call = row.call
        return cls(
            id=str(call.id), scan=call.scan, state=call.state, account=call.account,
            event=EventName(id=call.event, name=row.event_name), kind=call.kind, code=shorten(call.code),
            guest=row.guest, allowance=call.allowance, heads=call.heads, at=call.at, station=call.station,
            attempts=call.attempts, due_at=call.due_at, why=row.why, message=explain(row.why, language),
            words=row.words, settled_at=row.settled_at, settled_by=row.settled_by, note=row.note,
            resolved_at=row.resolved_at,
        )  # fmt: skip


class OutboxDepth(Given):
    due: int
    sending: int
    parked: int
    conflict: int
    done: int

    @classmethod
    def of(cls, count: OutboxCount) -> OutboxDepth:
        return cls(
            due=count.due, sending=count.sending, parked=count.parked, conflict=count.conflict, done=count.done
        )  # fmt: skip


class OutboxOut(Given):
    items: list[CallOut]
    counts: OutboxDepth


class ConflictsOut(Given):
    items: list[CallOut]


class WithReason(Taken):
    """Why a person decides in the platform's place."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "seen on the platform's own list"}]})

    reason: Reason


class WithNote(Taken):
    """What was found out about a conflict."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "bought twice; both may stay"}]})

    note: Reason


def conflict(row: CallRow, language: str) -> dict[str, Any]:
    """A conflict as a notice."""
    return {
        "call": str(row.call.id),
        "scan": row.call.scan,
        "station": row.call.station,
        "why": row.why,
        "message": explain(row.why, language),
        "guest": row.guest,
        "code": shorten(row.call.code),
    }
