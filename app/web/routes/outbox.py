"""The tray: check-ins owed to a platform, and what a person may do about those that are stuck."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from app.domain.model import CallId
from app.domain.outbox import CallState
from app.ports import CallRow, Store, Tx
from app.web.front import visit
from app.web.parts import parts
from app.web.problems import Problem, wrong
from app.web.wire.tray import CallOut, OutboxDepth, OutboxOut, WithReason

LARGEST_ID = 2**63 - 1
SHOWN = (CallState.DUE, CallState.SENDING, CallState.PARKED, CallState.CONFLICT)
OPEN_TO_PEOPLE = frozenset({CallState.DUE, CallState.PARKED, CallState.CONFLICT})
"""States in which a person may decide; one that is being sent has to come back first."""

CallNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Limit = Annotated[int, Query(ge=1, le=500)]
After = Annotated[int | None, Query(ge=0, le=LARGEST_ID, description="The last id of the page before.")]

router = APIRouter(prefix="/outbox", tags=["tray"])
_DECIDED: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such call."},
    409: {"description": "The state of the call does not allow it."},
}


@router.get(
    "",
    summary="List what is owed to the platforms",
    description="The oldest first. `message` is for people, `words` are the platform's own.",
)
def outbox(
    request: Request,
    state: Annotated[
        str, Query(max_length=200, description="States with commas between; what is not settled when missing.")
    ] = "",
    limit: Limit = 100,
    after: After = None,
) -> OutboxOut:
    views, who = parts(request).store.views, visit(request)
    rows = views.calls(_states(state), limit, _id(after))
    counts = OutboxDepth.of(views.outbox())
    return OutboxOut(items=[CallOut.of(row, who.language) for row in rows], counts=counts)


@router.post(
    "/{id}/retry",
    summary="Send it again now",
    description="The platform is looked at first: what it already has is not sent twice.",
    responses=_DECIDED,
)
def retry(request: Request, id: CallNumber) -> CallOut:
    now, by = _now_by(request)
    return _decide(request, CallId(id), lambda tx: tx.calls.retry(CallId(id), now, by))


@router.post(
    "/{id}/accept",
    summary="The platform has it",
    description="Nothing is sent; its heads count as confirmed.",
    responses=_DECIDED,
)
def accept(request: Request, id: CallNumber, body: WithReason) -> CallOut:
    now, by = _now_by(request)
    return _decide(request, CallId(id), lambda tx: tx.calls.accept(CallId(id), now, by, body.reason))


@router.post(
    "/{id}/discard",
    summary="Don't send it",
    description="Nothing is sent; its heads are given back.",
    responses=_DECIDED,
)
def discard(request: Request, id: CallNumber, body: WithReason) -> CallOut:
    now, by = _now_by(request)
    return _decide(request, CallId(id), lambda tx: tx.calls.discard(CallId(id), now, by, body.reason))


def change(store: Store, id: CallId, allowed: frozenset[CallState], act: Callable[[Tx], None]) -> CallRow:
    """Do something about a call in an allowed state, and give it as it is then."""

    def work(tx: Tx) -> CallState | None:
        call = tx.calls.get(id)
        if call is not None and call.state in allowed:
            act(tx)
        return call.state if call else None

    state = store.run(work)
    row = store.views.call(id) if state else None
    if state is None or row is None:
        raise Problem(404, "There is no such call.", slug="no-such-call")
    if state not in allowed:
        raise Problem(409, f"This call is {state} now, which does not allow it.", slug="wrong-state")
    return row


def _decide(request: Request, id: CallId, act: Callable[[Tx], None]) -> CallOut:
    kept = parts(request)
    row = change(kept.store, id, OPEN_TO_PEOPLE, act)
    kept.nudge()
    return CallOut.of(row, visit(request).language)


def _now_by(request: Request) -> tuple[datetime, str]:
    return parts(request).clock(), visit(request).station.name


def _id(after: int | None) -> CallId | None:
    return None if after is None else CallId(after)


def _states(text: str) -> list[str]:
    named = [one.strip() for one in text.split(",") if one.strip()]
    if set(named) - set(CallState):
        raise wrong("state", f"one or more of {', '.join(CallState)}")
    return named or list(SHOWN)
