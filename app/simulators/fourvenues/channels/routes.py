"""The endpoints of the Channel Manager."""

import uuid
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from app.simulators.answers import body_of, missing, plain
from app.simulators.fourvenues import answers
from app.simulators.fourvenues.channels import checkout, payments, render
from app.simulators.fourvenues.channels.webhooks import Endpoint
from app.simulators.fourvenues.market import Market
from app.simulators.fourvenues.money import cents
from app.simulators.fourvenues.offers import Offer
from app.simulators.fourvenues.paging import Pager
from app.simulators.fourvenues.rows import Event
from app.simulators.fourvenues.sales import ChannelTicket, Payment
from app.simulators.fourvenues.schema import Fields, Invalid
from app.simulators.fourvenues.world import World


def partners(world: World, pager: Pager) -> APIRouter:
    """Who the channel is, and the venues that sell through it."""
    router = APIRouter()

    @router.get("/auth")
    async def auth() -> Response:
        hosts = [render.HOST | {"created_at": render.SINCE}]
        return answers.data({"message": "Authed", "channel": {**render.CHANNEL, "hosts": hosts}})

    @router.get("/organizations")
    async def organizations() -> Response:
        return answers.data([render.HOST])

    @router.get("/locations")
    async def locations() -> Response:
        return answers.data([render.LOCATION])

    return router


def events(world: World, pager: Pager) -> APIRouter:
    """Events that are on sale."""
    router = APIRouter(prefix="/events")

    def one(night: Event | None) -> Response:
        if night is None or not (night.active and night.visible):
            raise missing("Event")
        return answers.data(render.event(world, night, populated=True))

    @router.get("")
    async def every(request: Request) -> Response:
        query = request.query_params
        found = [night for night in world.events.values() if _on_sale(pager, night, query)]
        populated = "ticket_rates" in query.get("populate", "")
        page = pager.page("channels/events", found, query, default=50)
        return answers.data([render.event(world, night, populated=populated) for night in page])

    @router.get("/by-slug/{slug}")
    async def by_slug(slug: str) -> Response:
        return one(next((night for night in world.events.values() if night.slug == slug), None))

    @router.get("/{ref}")
    async def by_id(ref: str) -> Response:
        return one(world.events.get(ref))

    return router


def _on_sale(pager: Pager, night: Event, query: QueryParams) -> bool:
    inside = pager.window(query.get("start_date"), query.get("end_date"))
    places = ((render.HOST["_id"], "organization_id"), (render.LOCATION["location_id"], "location_id"))
    here = all(query.get(name, ref) == ref for ref, name in places)
    named = query.get("search", "").lower() in night.name.lower()
    return night.active and night.visible and here and named and inside(night.start)


def ticket_rates(world: World, pager: Pager) -> APIRouter:
    """Rates with their prices, stock and questions."""
    router = APIRouter(prefix="/ticket-rates")

    def offers(request: Request) -> list[Offer]:
        event_id = request.query_params.get("event_id")
        if not event_id:
            raise Invalid('"event_id" is required')
        return [offer for one in event_id.split(",") for offer in world.offers_of(one)]

    def one(offer: Offer | None) -> Response:
        if offer is None:
            raise missing("Ticket rate")
        return answers.data(render.rate(world, offer))

    @router.get("")
    async def every(request: Request) -> Response:
        return answers.data([render.rate(world, offer) for offer in offers(request)])

    @router.get("/by-slug/{slug}")
    async def by_slug(slug: str, request: Request) -> Response:
        return one(next((offer for offer in offers(request) if offer.rate.slug == slug), None))

    @router.get("/{ref}")
    async def by_id(ref: str) -> Response:
        return one(world.offer(ref))

    return router


def tickets(world: World, pager: Pager) -> APIRouter:
    """Selling and refunding; nobody is checked in here."""
    router = APIRouter(prefix="/tickets")

    @router.post("/checkout")
    async def check_out(request: Request) -> Response:
        site = str(request.base_url).rstrip("/")
        return plain({"data": checkout.checkout(world, await body_of(request), site)})

    @router.post("")
    async def create(request: Request) -> Response:
        return _written(checkout.create(world, await body_of(request)))

    @router.get("")
    async def every(request: Request) -> Response:
        rows = _filtered(world.sales.tickets.values(), request.query_params)
        return _written(pager.page("channels/tickets", rows, request.query_params, default=50))

    @router.get("/by-code/{code}")
    async def by_code(code: str) -> Response:
        return _written([row for row in world.sales.tickets.values() if row.code == code])

    @router.get("/{ref}")
    async def one(ref: str) -> Response:
        return answers.data(render.ticket(_ticket(world, ref)))

    @router.put("/{ref}/refund")
    async def refund(ref: str, request: Request) -> Response:
        amount = Fields(await body_of(request)).number("amount", required=True)
        row = _ticket(world, ref)
        payments.refund(world, row, cents(amount or 0))
        return answers.data(render.ticket(row))

    return router


def _written(rows: Iterable[ChannelTicket]) -> Response:
    return answers.data([render.ticket(row) for row in rows])


def _ticket(world: Market, ref: str) -> ChannelTicket:
    row = world.sales.tickets.get(ref)
    if row is None:
        raise missing("Ticket")
    return row


def _filtered(rows: Iterable[Any], query: QueryParams) -> list[Any]:
    """Tickets or payments of an event, in a status."""
    event_id, status = query.get("event_id"), query.get("status")
    return [row for row in rows if event_id in (None, row.offer.event.id) and status in (None, row.status)]


def paid(world: World, pager: Pager) -> APIRouter:
    """Payments of the channel."""
    router = APIRouter(prefix="/payments")

    @router.get("")
    async def every(request: Request) -> Response:
        rows: list[Payment] = _filtered(world.sales.payments.values(), request.query_params)
        page = pager.page("channels/payments", rows, request.query_params, default=50)
        return answers.data([render.payment(row) for row in page])

    @router.get("/{ref}")
    async def one(ref: str) -> Response:
        row = world.sales.payments.get(ref)
        if row is None:
            raise missing("Payment")
        return answers.data(render.payment(row))

    return router


def webhooks(world: World, pager: Pager) -> APIRouter:
    """Who wants to be told; both paths that are documented."""
    router = APIRouter(prefix="/webhooks")
    for path in ("", "/endpoints"):
        _webhook_routes(router, world, path)
    return router


def _webhook_routes(router: APIRouter, world: World, path: str) -> None:
    @router.post(path)
    async def register(request: Request) -> Response:
        fields = Fields(await body_of(request))
        name, url = fields.text("name", required=True), fields.text("url", required=True)
        if not url.startswith(("http://", "https://")):
            raise Invalid('"url" must be a valid uri')
        one = Endpoint(id=world.fresh_id(), name=name, url=url, secret=f"whsec_{uuid.uuid4().hex}")
        world.webhooks.register(one)
        return answers.data({**_endpoint(one), "sign_secret": one.secret})

    @router.get(path)
    async def every() -> Response:
        return answers.data([_endpoint(one) for one in world.webhooks.endpoints.values()])

    @router.delete(path + "/{ref}")
    async def delete(ref: str) -> Response:
        if world.webhooks.endpoints.pop(ref, None) is None:
            raise missing("Webhook endpoint")
        return plain({"success": True})


def _endpoint(one: Endpoint) -> dict[str, str]:
    """An endpoint; its secret is told only once, when it is registered."""
    return {"_id": one.id, "name": one.name, "url": one.url}


ROUTES = (partners, events, ticket_rates, tickets, paid, webhooks)
