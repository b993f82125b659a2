"""Selling at the door: rates, sales, what a person decides about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.domain.model import EventId
from app.domain.sale import Sale, SaleId, SaleState, Wrong
from app.flows.sale_desk import NoSale
from app.ports.paper import Printed
from app.web.front import visit
from app.web.parts import parts
from app.web.problems import Problem, wrong
from app.web.routes.events import find
from app.web.selling import Selling
from app.web.wire.common import EventName
from app.web.wire.rates import RateOnSale, RatesOut
from app.web.wire.sales import SALE_ID, ConfirmIn, PrintOut, Reader, SaleIn, SaleOut, SalesOut, WithReason, sale_out

SaleNumber = Annotated[str, Path(pattern=SALE_ID, examples=["s1-7f3a9c"])]
Limit = Annotated[int, Query(ge=1, le=200)]
_STATUS = {NoSale.NO_SUCH_SALE: 404, NoSale.NO_SUCH_EVENT: 404}
_CANT: dict[int | str, dict[str, Any]] = {
    404: {"description": NoSale.NO_SUCH_SALE.value},
    409: {"description": NoSale.WRONG_STATE.value},
}
_FAILED = {
    "en": "The platform can't tell its prices now.",
    "es": "La plataforma no puede dar sus precios ahora.",
}

router = APIRouter(tags=["selling"])


def selling(request: Request) -> Selling:
    """Raises 404 where no account of this hub sells."""
    found = parts(request).selling
    if found is None or not found.tenders:
        raise Problem(404, NoSale.NOT_SOLD_HERE.value, slug="no-selling")
    return found


def reader(request: Request) -> Reader:
    """Who is told; phones find the hub under its own address, else under the one that was asked here."""
    kept = parts(request)
    return Reader(language=visit(request).language, address=address(request), now=kept.clock())


def address(request: Request) -> str:
    kept = parts(request).selling
    own = kept.address if kept is not None else ""
    return own or str(request.base_url).rstrip("/")


@router.get(
    "/rates",
    summary="See what can be bought",
    description="As the platform last told it; newer prices are asked for where they are older than a minute.",
    responses={404: {"description": "There is no such event, or nothing is sold for it here."}},
)
def rates(request: Request, event: Annotated[str, Query(max_length=200)]) -> RatesOut:
    kept, language = selling(request), visit(request).language
    night = find(parts(request).store, event)
    if night.account not in kept.tenders:
        raise Problem(404, NoSale.NOT_SOLD_HERE.value, slug="no-selling")
    told = kept.rates(night)
    return RatesOut(
        event=EventName(id=night.id, name=night.name), as_of=told.as_of,
        items=[RateOnSale.of(one, parts(request).clock()) for one in told.rates],
        failed=_FAILED[language] if told.failed else "",
    )  # fmt: skip


@router.post(
    "/sales",
    summary="Sell",
    description="Paid here (`cash`, `card`): the tickets hold at once, the platform is told when it can be. On the "
    "guest's phone (`phone`): the platform's payment page, followed until it is paid. The same id again is answered "
    "the same and sold once.",
    responses={409: {"description": f"{NoSale.TILL_CLOSED} {NoSale.ID_USED}"}},
)
def sell(request: Request, body: SaleIn) -> SaleOut:
    kept, who = selling(request), visit(request)
    event = EventId(body.event)
    if who.station.events and event not in who.station.events:
        raise Problem(403, "This is not an event of this station.", slug="other-event")
    sold = kept.sell(body.order(_currency(request, body.id, event)), who.station, address(request))
    parts(request).nudge()
    return _told(request, sold)


def _currency(request: Request, id: str, event: EventId) -> str:
    """What amounts without a currency are in: as they were when the same was sent before, else the rates' own."""
    views = parts(request).store.views.sales
    before = views.sale(SaleId(id))
    if before is not None:
        return before.unit.currency
    every = (price.amount.currency for rate in views.rates(event).rates for price in rate.prices)
    return next(every, "EUR")


@router.get("/sales", summary="List sales", description="The newest first; this station's unless `all`.")
def sales(
    request: Request,
    state: Annotated[str, Query(max_length=200, description="States with commas between; every one if empty.")] = "",
    all: bool = False,
    limit: Limit = 50,
) -> SalesOut:
    station = None if all else visit(request).station.name
    found = parts(request).store.views.sales.latest(_states(state), station, limit)
    told = reader(request)
    return SalesOut(items=[sale_out(one, told, drawn=False) for one in found])


@router.get("/sales/{id}", summary="See a sale", responses={404: _CANT[404]})
def sale(request: Request, id: SaleNumber) -> SaleOut:
    return _told(request, _kept(request, id))


@router.post(
    "/sales/{id}/confirm",
    summary="The guest agrees to the new price",
    description="Until then nobody can pay.",
    responses=_CANT,
)
def confirm_sale(request: Request, id: SaleNumber, body: ConfirmIn) -> SaleOut:
    return _told(request, selling(request).sell.confirm(SaleId(id), body.total))


@router.post(
    "/sales/{id}/cancel",
    summary="Take a sale back",
    description="One that nobody has paid, or one paid here that the platform has not heard of and nobody is in by.",
    responses=_CANT,
)
def cancel_sale(request: Request, id: SaleNumber) -> SaleOut:
    return _told(request, selling(request).sell.cancel(SaleId(id), visit(request).station.name))


@router.post(
    "/sales/{id}/admit",
    summary="Let its guests in",
    description="Everybody of a paid sale who is not in yet.",
    responses=_CANT,
)
def admit_sale(request: Request, id: SaleNumber) -> SaleOut:
    done = selling(request).sell.admit(SaleId(id), visit(request).station)
    parts(request).nudge()
    return _told(request, done)


@router.post(
    "/sales/{id}/retry",
    summary="Ask the platform again to make its tickets",
    description="What it already has is looked for first: nothing is made twice.",
    responses=_CANT,
)
def retry_sale(request: Request, id: SaleNumber) -> SaleOut:
    return _decided(request, lambda by: selling(request).sell.retry(SaleId(id), by))


@router.post(
    "/sales/{id}/accept",
    summary="The platform has its tickets",
    description="Made there by hand, under the codes of the sale; its entries are sent now.",
    responses=_CANT,
)
def accept_sale(request: Request, id: SaleNumber, body: WithReason) -> SaleOut:
    return _decided(request, lambda by: selling(request).sell.accept(SaleId(id), by, body.reason))


@router.post(
    "/sales/{id}/discard",
    summary="Don't tell the platform",
    description="Neither of the sale nor of its entries. The money stays in the till's count.",
    responses=_CANT,
)
def discard_sale(request: Request, id: SaleNumber, body: WithReason) -> SaleOut:
    return _decided(request, lambda by: selling(request).sell.discard(SaleId(id), by, body.reason))


@router.post("/sales/{id}/print", summary="Print its receipt", responses={404: _CANT[404]})
def print_receipt(request: Request, id: SaleNumber) -> PrintOut:
    one = _kept(request, id)
    return printed(selling(request).paper.print_receipt(one, visit(request).language, night(request, one)))


def printed(done: Printed) -> PrintOut:
    return PrintOut(printed=done.ok, message=": ".join(one for one in (done.words, done.cure) if one))


def night(request: Request, sale: Sale) -> str:
    """The label of its event, where that is known."""
    event = parts(request).store.open_events().get(sale.event)
    return event.label if event is not None else ""


@router.get(
    "/sales/{id}/receipt.pdf", summary="Its receipt as PDF", response_class=Response, responses={404: _CANT[404]}
)
def receipt_pdf(request: Request, id: SaleNumber) -> Response:
    one = _kept(request, id)
    pages = selling(request).paper.receipt_pdf(one, visit(request).language, night(request, one))
    return Response(pages, media_type="application/pdf")


def _kept(request: Request, id: str) -> Sale:
    found = parts(request).store.views.sales.sale(SaleId(id))
    if found is None:
        raise Problem(404, NoSale.NO_SUCH_SALE.value, slug="no-such-sale")
    return found


def _decided(request: Request, act: Callable[[str], Sale | NoSale]) -> SaleOut:
    done = act(visit(request).station.name)
    parts(request).nudge()
    return _told(request, done)


def _told(request: Request, done: Sale | Wrong | NoSale) -> SaleOut:
    if isinstance(done, Wrong):
        raise wrong(done.field, done.words)
    if isinstance(done, NoSale):
        raise Problem(_STATUS.get(done, 409), done.value, slug=done.name.lower().replace("_", "-"))
    return sale_out(done, reader(request), drawn=True)


def _states(text: str) -> list[SaleState]:
    named = [one.strip() for one in text.split(",") if one.strip()]
    if set(named) - set(SaleState):
        raise wrong("state", f"one or more of {', '.join(SaleState)}")
    return [SaleState(one) for one in named]
