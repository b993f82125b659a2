"""For monitors: is it up, is it ready, how does it fare. No token, no guest data."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from app.ports import Store
from app.web.board import open_events
from app.web.parts import house, parts
from app.web.problems import Problem
from app.web.wire.common import Given

router = APIRouter(tags=["health"])


class Healthy(Given):
    status: Literal["ok"] = "ok"


@router.get("/healthz", summary="Is the process up?")
async def healthz() -> Healthy:
    return Healthy()


@router.get(
    "/readyz",
    summary="Is the hub ready for guests?",
    description="Its database answers and it has fetched all guests of an open event at least once.",
    responses={503: {"description": "Not yet; the problem says why."}},
)
def readyz(request: Request) -> Healthy:
    unready = _unready(parts(request).store)
    if unready:
        raise Problem(503, unready, slug="not-ready")
    return Healthy()


@router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    return Response(house(request).metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _unready(store: Store) -> str:
    """Why the hub is not ready; empty when it is. A resource our key may not read doesn't count."""
    rows = store.views.freshness()
    events = open_events(store)
    if not events:
        return "No event is open."
    for event in events:
        known = [one for one in rows if one.event == event.id]
        if any(one.full_at for one in known) and all(one.full_at or one.failed_at for one in known):
            return ""
    return "The guests of the open events have not been fetched yet."
