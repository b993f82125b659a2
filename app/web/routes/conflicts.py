"""Guests who are inside although the platform says no: a person must see each of them."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.domain.model import CallId
from app.domain.outbox import CallState
from app.web.front import visit
from app.web.parts import parts
from app.web.routes.outbox import After, CallNumber, Limit, change
from app.web.wire.tray import CallOut, ConflictsOut, WithNote

router = APIRouter(prefix="/conflicts", tags=["tray"])


@router.get(
    "",
    summary="List conflicts",
    description="Guests who are inside although the platform says no, the oldest first.",
)
def conflicts(request: Request, resolved: bool = False, limit: Limit = 100, after: After = None) -> ConflictsOut:
    rows = parts(request).store.views.conflicts(resolved, limit, None if after is None else CallId(after))
    return ConflictsOut(items=[CallOut.of(row, visit(request).language) for row in rows])


@router.post(
    "/{id}/resolve",
    summary="A person has seen it",
    description="The guest stays counted as inside. Once resolved it stays as it is.",
    responses={
        404: {"description": "There is no such conflict."},
        409: {"description": "This is not a conflict."},
    },
)
def resolve(request: Request, id: CallNumber, body: WithNote) -> CallOut:
    kept, who = parts(request), visit(request)
    call, now, by = CallId(id), kept.clock(), who.station.name
    seen = kept.store.views.call(call)
    if seen is None or seen.resolved_at is None:
        allowed = frozenset({CallState.CONFLICT})
        seen = change(kept.store, call, allowed, lambda tx: tx.calls.resolve(call, now, by, body.note))
        kept.nudge()
    return CallOut.of(seen, who.language)
