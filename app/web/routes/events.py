"""What is on, and which events this hub keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request

from app.domain.model import Event
from app.ports import Store
from app.web.board import by_start
from app.web.parts import parts
from app.web.problems import Problem
from app.web.wire.common import DamagedOut, DamagedRow, EventIn, EventOut, EventsOut

router = APIRouter(prefix="/events", tags=["events"])

MOST_DAMAGED = 1000


@router.get("", summary="List events", description="Every event the hub knows, the open ones marked.")
def events(request: Request) -> EventsOut:
    known = parts(request).store.open_events()
    return EventsOut(items=[EventOut.of(one) for one in by_start(known.values())])


@router.put(
    "/{id:path}",
    summary="Open or close an event",
    description="Opened, its guests are fetched soon and let in. What a person says here stays.",
    responses={404: {"description": "There is no such event."}},
)
def open_or_close(
    request: Request,
    id: Annotated[str, Path(max_length=200, description="Our id or the platform's.")],
    body: EventIn,
) -> EventOut:
    kept = parts(request)
    event = find(kept.store, id)
    if not kept.store.run(lambda tx: tx.cache.open_event(event.id, body.open)):
        raise _unknown()
    if body.open:
        kept.refresh(event.id)
    return EventOut.of(replace(event, open=body.open))


@router.get(
    "/{id:path}/damaged",
    summary="List rows that can't be used",
    description="Rows of the platform, or lines of a spreadsheet, that let nobody in, each with the reason.",
    responses={404: {"description": "There is no such event."}},
)
def damaged(
    request: Request, id: Annotated[str, Path(max_length=200, description="Our id or the platform's.")]
) -> DamagedOut:
    store = parts(request).store
    rows = store.views.damaged(MOST_DAMAGED, find(store, id).id)
    return DamagedOut(items=[DamagedRow(resource=resource, ref=one.ref, why=one.why) for _, resource, one in rows])


def find(store: Store, id: str) -> Event:
    """The event with our id or, failing that, the platform's."""
    known = store.open_events().values()
    by_id = [one for one in known if one.id == id] or [one for one in known if one.ref == id]
    if not by_id:
        raise _unknown()
    return by_id[0]


def _unknown() -> Problem:
    return Problem(404, "There is no such event.", slug="no-such-event")
