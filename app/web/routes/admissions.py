"""Search: for guests without a code that can be read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.domain.decide import tonight
from app.domain.model import EventId, Station
from app.ports import Store
from app.web.front import visit
from app.web.parts import parts
from app.web.routes.events import find
from app.web.wire.common import tidy
from app.web.wire.search import AdmissionOut, AdmissionsOut

SHORTEST = 2
"""Characters from which a search is one."""

router = APIRouter(tags=["search"])


@router.get(
    "/admissions",
    summary="Search guests",
    description="By name, mail, phone or code, in the station's events. Fewer than 2 characters find nobody.",
    responses={404: {"description": "There is no such event."}},
)
def search(
    request: Request,
    q: Annotated[str, Query(max_length=200, examples=["garcía"])] = "",
    event: Annotated[str, Query(max_length=200, description="Our id or the platform's.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> AdmissionsOut:
    store, station = parts(request).store, visit(request).station
    text = str(tidy(q))
    events = [find(store, event).id] if event else _events(store, station)
    if len(text) < SHORTEST or not events:
        return AdmissionsOut(items=[])
    known = store.open_events()
    names = {one: known[one].name for one in events}
    found = store.views.search(text, events, limit)
    return AdmissionsOut(items=[AdmissionOut.of(one, names.get(one.event, ""), station) for one in found])


def _events(store: Store, station: Station) -> list[EventId]:
    return sorted(tonight(station, store.open_events()))
