"""The till of a station: opened with a float, counted when it is closed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.domain.money import Money
from app.domain.sale import ShiftId
from app.domain.till import Shift
from app.flows.till import NoTill
from app.web.front import visit
from app.web.parts import parts
from app.web.problems import Problem
from app.web.routes.sales import printed, selling
from app.web.wire.sales import PrintOut
from app.web.wire.tills import CloseIn, OpenIn, ShiftOut, ShiftsOut, TillOut

LARGEST_ID = 2**63 - 1
ShiftNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
_CANT: dict[int | str, dict[str, Any]] = {409: {"description": f"{NoTill.IS_OPEN} {NoTill.IS_CLOSED}"}}
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such shift."}}

router = APIRouter(prefix="/till", tags=["selling"])


@router.get("", summary="See this station's till")
def till(request: Request) -> TillOut:
    shift = selling(request).tills.now(visit(request).station.name)
    return TillOut(shift=_out(request, shift) if shift is not None else None)


@router.post("/open", summary="Open the till", responses=_CANT)
def open_till(request: Request, body: OpenIn) -> ShiftOut:
    opening = Money(body.float_, body.currency)
    return _told(request, selling(request).tills.open(visit(request).station.name, body.by, opening))


@router.post("/close", summary="Count and close the till", responses=_CANT)
def close_till(request: Request, body: CloseIn) -> ShiftOut:
    station = visit(request).station.name
    return _told(request, selling(request).tills.close(station, body.by, body.counted, body.note))


@router.get("/shifts", summary="List shifts", description="The latest first; this station's unless `all`.")
def shifts(request: Request, all: bool = False, limit: Annotated[int, Query(ge=1, le=200)] = 30) -> ShiftsOut:
    found = selling(request).tills.latest(None if all else visit(request).station.name, limit)
    return ShiftsOut(items=[_out(request, one) for one in found])


@router.post("/shifts/{id}/print", summary="Print the report of a shift", responses=_UNKNOWN)
def print_shift(request: Request, id: ShiftNumber) -> PrintOut:
    shift, kept = _kept(request, id), selling(request)
    return printed(kept.paper.print_shift(shift, kept.tills.report(shift), visit(request).language))


@router.get(
    "/shifts/{id}/report.pdf", summary="The report of a shift as PDF", response_class=Response, responses=_UNKNOWN
)
def shift_pdf(request: Request, id: ShiftNumber) -> Response:
    shift, kept = _kept(request, id), selling(request)
    report = kept.paper.shift_pdf(shift, kept.tills.report(shift), visit(request).language)
    return Response(report, media_type="application/pdf")


def _kept(request: Request, id: int) -> Shift:
    shift = parts(request).store.views.sales.shift(ShiftId(id))
    if shift is None:
        raise Problem(404, "There is no such shift.", slug="no-such-shift")
    return shift


def _told(request: Request, done: Shift | NoTill) -> ShiftOut:
    if isinstance(done, NoTill):
        raise Problem(409, done.value, slug=f"till-{done.name.lower().replace('_', '-')}")
    return _out(request, done)


def _out(request: Request, shift: Shift) -> ShiftOut:
    return ShiftOut.of(shift, selling(request).tills.report(shift))
