"""For pages that may be cut off: a snapshot to decide on, and the way back for what they decided."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from app.domain.decide import tonight
from app.domain.model import Event, EventId, Lookup, ScanId, Station
from app.ports import EventCount, Views
from app.web.front import visit
from app.web.parts import Parts, house, parts
from app.web.problems import Problem, problem_of
from app.web.routes.events import find
from app.web.routes.scans import OLDEST
from app.web.wire.notices import encode
from app.web.wire.pages import (
    MOST_AT_ONCE,
    AllowanceOut,
    BatchIn,
    BatchOut,
    BroughtIn,
    EventNumbers,
    NumbersOut,
    PaceOut,
    RateOut,
    ScanStateOut,
    ScanStatesOut,
    SnapshotOut,
    StationNumbers,
    snapshot_head,
)
from app.web.wire.scans import answered

PACE_OF = timedelta(hours=3)
STEP = timedelta(minutes=10)
COMPRESSION = 1
"""Of gzip: the rest of the levels take three times the time for a tenth of the size."""
LARGE = 1024

router = APIRouter(tags=["pages"])


@router.get(
    "/cache",
    summary="Keep a snapshot",
    description="What a page needs to decide without the hub: no mail, no phone, no whole name, no code. With `since`, "
    "what changed; everything when that version is not known any more.",
    response_model=SnapshotOut,
    responses={404: {"description": "There is no such event."}, 403: {"description": "Not an event of this station."}},
)
def cache(
    request: Request,
    event: Annotated[str, Query(max_length=200, description="Our id or the platform's.")],
    since: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    here, station = house(request), visit(request).station
    kept = here.parts
    found = find(kept.store, event)
    if station.events and found.id not in station.events:
        raise Problem(403, "This event is not one of this station's.", slug="other-event")
    part = kept.snapshots.part(found.id, station.allowance, since)
    policy = kept.admit.policy_for(station, Lookup.FAILED, certain=True)
    name = here.allowances.name_of(station.allowance, frozenset({found.id}))
    head = encode(snapshot_head(part, found, station, name, policy, kept.clock(), kept.pin.proof))
    body = head[:-1] + b',"rows":[' + b",".join(part.rows) + b"]}"
    return _packed(body, request)


def _packed(body: bytes, request: Request) -> Response:
    headers = {"Vary": "Accept-Encoding"}
    if len(body) >= LARGE and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, COMPRESSION, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/json", headers=headers)


@router.post(
    "/scans:batch",
    summary="Bring scans that a page decided",
    description="In the order they were made; the same id again is answered the same, and counts once. The hub's "
    "answer is final: people who are inside and for whom there was no room are a conflict. One that can't be taken "
    "has a `problem` and stops no other.",
    response_model=BatchOut,
)
def batch(request: Request, body: BatchIn) -> Response:
    kept, who = parts(request), visit(request)
    items = [_brought(kept, one, who.station, who.language) for one in body.scans]
    kept.nudge()
    return Response(encode({"items": items}), media_type="application/json")


def _brought(kept: Parts, given: dict[str, Any], station: Station, language: str) -> dict[str, Any]:
    id_ = given.get("id")
    named = id_[:64] if isinstance(id_, str) else ""
    try:
        body = BroughtIn.model_validate_json(msgspec.json.encode(given))
        if body.id is None:
            raise Problem(422, "id: is needed")
        now = kept.clock()
        if now - body.at > OLDEST:
            raise Problem(422, f"at: more than {OLDEST // timedelta(hours=1)} hours ago")
        station = body.at_station(station)
        asked = body.scan(station, now, kept.new_id)
        brought = kept.bring(asked, body.said.said(), station)
        if brought.answer.replayed and asked.code and brought.answer.code != asked.code:
            raise Problem(409, "This id was used for another code.")
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        return _no(named, problem_of(RequestValidationError(found)))
    except Problem as problem:
        return _no(named, problem)
    return {
        "id": brought.answer.scan,
        "answer": answered(brought.answer, language, kept.zone),
        "excess": brought.excess,
        "problem": None,
    }


def _no(id_: str, problem: Problem) -> dict[str, Any]:
    return {"id": id_, "answer": None, "excess": 0, "problem": {"status": problem.status, "detail": problem.detail}}


@router.get(
    "/scans",
    summary="See what became of scans",
    description="`sent`: here, and owed to the platform; `confirmed`: the platform has it, or needs not know. Those "
    "that are not known here are left out.",
)
def states(
    request: Request, ids: Annotated[str, Query(max_length=MOST_AT_ONCE * 65, description="Separated by commas.")]
) -> ScanStatesOut:
    wanted = [ScanId(one) for one in ids.split(",") if one][:MOST_AT_ONCE]
    return ScanStatesOut(items=[ScanStateOut.of(one) for one in parts(request).store.views.scan_states(wanted)])


@router.get(
    "/numbers",
    summary="See the numbers of the night",
    description="Who is inside by rate, how fast they come, what this station did in 24 hours; where it counts an "
    "extra, how much of it was used.",
)
def numbers(
    request: Request, event: Annotated[str, Query(max_length=200, description="All of this station's when empty.")] = ""
) -> NumbersOut:
    here, station = house(request), visit(request).station
    views, known = here.parts.store.views, here.parts.store.open_events()
    mine = [find(here.parts.store, event).id] if event else sorted(tonight(station, known))
    since = here.parts.clock() - PACE_OF
    return NumbersOut(
        allowance=AllowanceOut(ref=station.allowance, name=here.allowances.name(station)),
        events=_counted(views, [known[one] for one in mine], station.allowance),
        station=StationNumbers.of(views.station_count(station.name)),
        pace=[PaceOut(at=at, heads=heads) for at, heads in views.pace(mine, since, STEP, station.allowance)],
    )


def _counted(views: Views, events: Sequence[Event], allowance: str) -> list[EventNumbers]:
    counted = {one.event: one for one in views.event_counts(allowance)}
    none = EventCount(event=EventId(""))
    return [
        EventNumbers(
            id=one.id, name=one.name, entered=counted.get(one.id, none).entered, limit=counted.get(one.id, none).limit,
            rates=[RateOut.of(row) for row in views.rate_counts(one.id, allowance)],
        )
        for one in events
    ]  # fmt: skip
