"""The payments report: begun by who asks for it, ready when it is ready, then to be had as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, BinaryIO, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from app.domain.model import AccountId
from app.domain.sale import Wrong
from app.domain.takings import Asked, Progress, Summary, days_of
from app.ports.reports import Busy, Failed, Reports
from app.web.front import visit
from app.web.parts import parts
from app.web.problems import Problem, wrong
from app.web.wire.reports import ProgressOut, ReportOut

SOON = "1"
"""Seconds after which to ask again for a report that is being made."""
CHUNK = 256 * 1024
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}

router = APIRouter(prefix="/reports", tags=["reports"])


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and what of the hub's answers it."""

    reports: Reports
    asked: Asked
    list_damaged: bool


def question(
    request: Request,
    first: Annotated[str, Query(alias="from", max_length=40, description="The first day, in the venue's zone.")] = "",
    last: Annotated[str, Query(alias="to", max_length=40, description="The last day; 400 days at most.")] = "",
    event: Annotated[str, Query(max_length=200, description="Our id or the platform's; all when empty.")] = "",
    account: Annotated[str, Query(max_length=100, description="All that have a back office when empty.")] = "",
    damaged: Annotated[
        Literal["refuse", "list"], Query(description="What becomes of a report with rows that can't be read.")
    ] = "refuse",
) -> Question:
    reports = parts(request).reports
    if reports is None or not reports.accounts:
        raise Problem(404, "No account of this hub has a back office that tells payments.", slug="no-back-office")
    days = days_of(first, last)
    if isinstance(days, Wrong):
        raise wrong(days.field, days.words)
    if account and account not in reports.accounts:
        raise wrong("account", f"has no back office here; one of {', '.join(reports.accounts)} does")
    accounts = (AccountId(account),) if account else tuple(reports.accounts)
    asked = Asked(first=days[0], last=days[1], zone=parts(request).zone, accounts=accounts, event=event)
    return Question(reports, _of_event(request, asked), damaged == "list")


def _of_event(request: Request, asked: Asked) -> Asked:
    """An event that the hub knows is asked for by the platform's id. A station of some events sees no others."""
    own = visit(request).station.events
    if not asked.event and own:
        raise Problem(403, "This station is for some events only: choose one of them.", slug="other-event")
    known = parts(request).store.open_events().values() if asked.event else ()
    here = [one for one in known if asked.event in (one.id, one.ref) and one.account in asked.accounts]
    found = next((one for one in here if one.id == asked.event), here[0] if here else None)
    if own and (found is None or found.id not in own):
        raise Problem(403, "This event is not one of this station's.", slug="other-event")
    if found is None:
        return asked
    return Asked(
        first=asked.first, last=asked.last, zone=asked.zone, accounts=(found.account,), event=found.ref,
        event_name=found.name or found.ref,
    )  # fmt: skip


@router.get(
    "/payments",
    summary="See what platforms took in and gave back",
    description="Payments, refunds and the wallet of whole days, with sums by event, day, method and sale type. The "
    "first call begins to ask the platforms; while that goes on the answer is 202 and says how far it is. One report "
    "is made at a time. Kept for 10 minutes; `again` has it made anew.",
    response_model=ReportOut,
    responses={
        202: {"model": ProgressOut, "description": "It is being made: ask again after `Retry-After` seconds."},
        403: {"description": "Not an event of this station."},
        404: {"description": "No account has a back office."},
        409: {"description": "Another report is being made."},
        502: {"description": "A platform did not answer; what came so far is kept for the next try."},
    },
)
def payments_report(
    asked: Annotated[Question, Depends(question)],
    again: Annotated[bool, Query(description="Not one that was made before.")] = False,
) -> Response:
    found = asked.reports.ask(asked.asked, list_damaged=asked.list_damaged, again=again)
    match found:
        case Summary():
            return _json(ReportOut.of(found).model_dump_json())
        case Progress():
            return _json(ProgressOut.of_(found).model_dump_json(), 202)
        case Busy():
            raise _busy(found)
        case Failed():
            raise _failed(found)


@router.get(
    "/payments/file",
    summary="Have the report as a file",
    description="The same report, row by row, once it is ready. csv and parquet are one long table with a `section` "
    "column; amounts are whole minor units.",
    response_class=Response,
    responses={
        200: {"description": "The file."},
        403: {"description": "Not an event of this station."},
        404: {"description": "No account has a back office."},
        409: {"description": "This report is not ready."},
    },
)
def payments_file(
    asked: Annotated[Question, Depends(question)],
    form: Annotated[Literal["xlsx", "csv", "parquet", "json"], Query(alias="format")],
) -> Response:
    path = asked.reports.write(asked.asked, form, list_damaged=asked.list_damaged)
    if path is None:
        raise Problem(409, "This report is not ready; ask for it until it is.", slug="report-not-ready")
    days = f"{asked.asked.first}-{asked.asked.last}"
    headers = {
        "Content-Disposition": f'attachment; filename="doorcheck-payments-{days}.{form}"',
        "Content-Length": str(path.stat().st_size),
    }
    opened = path.open("rb")
    path.unlink()  # nothing is left of it when the last byte is read, or when nobody reads on
    return StreamingResponse(_sent(opened), media_type=KINDS[form], headers=headers)


def _sent(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _json(body: str, status: int = 200) -> Response:
    headers = {"Retry-After": SOON} if status == 202 else None
    return Response(body, status, headers, media_type="application/json")


def _busy(found: Busy) -> Problem:
    days = f"{found.asked.first} to {found.asked.last}"
    detail = f"Another report is being made, {days}: {found.progress.step} of {found.progress.steps} steps are done."
    return Problem(409, detail, slug="report-busy", headers={"Retry-After": SOON})


def _failed(found: Failed) -> Problem:
    if found.field:
        return wrong(found.field, found.words)
    if found.damaged:
        return Problem(422, found.words, slug="damaged-rows", errors=[("damaged", "may be list")])
    return Problem(502, found.words, slug="report-failed")
