"""The documented endpoints that a door can need, except passes and bookings."""

from fastapi import APIRouter, Request, Response

from app.simulators.answers import Refused, body_of, missing, plain
from app.simulators.fourvenues import answers, render
from app.simulators.fourvenues.checkin import check_in_list, check_in_ticket, may_enter
from app.simulators.fourvenues.issue import issue
from app.simulators.fourvenues.paging import Pager
from app.simulators.fourvenues.rows import ListEntry, Ticket
from app.simulators.fourvenues.trade import before_a_page
from app.simulators.fourvenues.world import World

CHANNELS = (
    {"_id": "64a1f0c2b7e35d0012ab9e01", "name": "Nocturna web", "slug": "nocturna-web"},
    {"_id": "64a1f0c2b7e35d0012ab9e02", "name": "Box office", "slug": "box-office"},
)


def required(request: Request, name: str) -> str:
    """A query parameter that must be there; raises Refused."""
    value = request.query_params.get(name)
    if not value:
        raise Refused(400, f"{name} is required")
    return value


def catalogue(world: World, pager: Pager) -> APIRouter:
    """Channels, events and rates."""
    router = APIRouter()

    @router.get("/channels")
    async def channels() -> Response:
        return answers.data(CHANNELS)

    @router.get("/events")
    async def events(request: Request) -> Response:
        start, end = request.query_params.get("start"), request.query_params.get("end")
        if not (start and end):
            if world.switches.events_filter == "strict":
                raise Refused(400, "Date is empty")
            return answers.data([render.event(night) for night in world.events.values()])
        inside = pager.window(start, end)
        return answers.data([render.event(night) for night in world.events.values() if inside(night.start)])

    @router.get("/events/{event_id}")
    async def event(event_id: str) -> Response:
        night = world.events.get(event_id)
        if night is None:
            raise missing("Event")
        return answers.data(render.event(night))

    for kind, path in (("ticket", "/tickets-rates"), ("list", "/lists-rates"), ("pass", "/passes-rates")):
        _rates_route(router, path, world, kind)
    return router


def _rates_route(router: APIRouter, path: str, world: World, kind: str) -> None:
    @router.get(path)
    async def rates(request: Request) -> Response:
        wanted = world.rates(kind).get(required(request, "event_id"), [])
        return answers.data([rate.payload for rate in wanted])


def _ticket(world: World, ref: str) -> Ticket:
    found = world.by_id(ref)
    if not isinstance(found, Ticket):
        raise missing("Ticket")
    return found


def _ticket_by_code(world: World, code: str) -> Ticket:
    found = next((row for row in world.by_code(code) if isinstance(row, Ticket)), None)
    if found is None:
        raise missing("Ticket")
    found.hidden = False
    return found


def _written_ticket(world: World, ticket: Ticket) -> Response:
    return answers.written(world.render.remembered(ticket, world.render.ticket))


def tickets(world: World, pager: Pager) -> APIRouter:
    """Tickets: lists, by id, and the two paths by code."""
    router = APIRouter(prefix="/tickets")

    def served(path: str) -> None:
        if world.switches.ticket_lookup not in (path, "both"):
            raise missing("Ticket")

    @router.get("")
    async def every(request: Request) -> Response:
        event_id = required(request, "event_id")
        before_a_page(world, event_id, first=request.query_params.get("offset", "0") == "0")
        page = pager.page("tickets", world.tickets.get(event_id, {}).values(), request.query_params)
        writer = world.render
        return answers.rows([writer.remembered(ticket, writer.ticket) for ticket in page])

    @router.post("")
    async def issued(request: Request) -> Response:
        return _issued(world, issue(world, await body_of(request)))

    @router.get("/by-code/{code}")
    async def by_code(code: str) -> Response:
        served("by-code")
        return _written_ticket(world, _ticket_by_code(world, code))

    @router.get("/code/{code}")
    async def code(code: str) -> Response:
        served("code")
        return _written_ticket(world, _ticket_by_code(world, code))

    @router.get("/{ref}")
    async def one(ref: str) -> Response:
        return _written_ticket(world, _ticket(world, ref))

    return router


def _issued(world: World, made: list[Ticket]) -> Response:
    """What an issue answers: by the documentation one object, however many tickets there are."""
    rows = [world.render.ticket(ticket) for ticket in made]
    match world.switches.issue_answer:
        case "none":
            return plain({"success": True})
        case "many":
            return answers.data(rows)
        case _:
            return answers.data(rows[0])


def ticket_entries(world: World, pager: Pager) -> APIRouter:
    """The dry run of a ticket's check-in, and the check-in by id and by code."""
    router = APIRouter(prefix="/tickets")

    @router.get("/check-in/{code}")
    async def dry_run(code: str) -> Response:
        ticket = _ticket_by_code(world, code)
        may_enter(world, ticket)
        return plain({"success": True, "ticket_id": ticket.id})

    @router.put("/by-code/{code}/checkin")
    async def by_code(code: str, request: Request) -> Response:
        check_in_ticket(world, _ticket_by_code(world, code), await body_of(request))
        return plain({"success": True})

    @router.put("/{ref}/checkin")
    async def by_ref(ref: str, request: Request) -> Response:
        check_in_ticket(world, _ticket(world, ref), await body_of(request))
        return plain({"success": True})

    return router


def lists(world: World, pager: Pager) -> APIRouter:
    """Guest lists; there is no check-in by code."""
    router = APIRouter(prefix="/lists")

    def one(found: object) -> Response:
        if not isinstance(found, ListEntry):
            raise missing("List")
        found.hidden = False
        return answers.written(world.render.remembered(found, world.render.list_entry))

    @router.get("")
    async def every(request: Request) -> Response:
        event_id = request.query_params.get("event_id")
        tables = [world.lists.get(event_id, {})] if event_id else list(world.lists.values())
        rows = [entry for table in tables for entry in table.values()]
        writer = world.render
        page = pager.page("lists", rows, request.query_params)
        return answers.rows([writer.remembered(entry, writer.list_entry) for entry in page])

    @router.get("/by-code/{code}")
    async def list_by_code(code: str) -> Response:
        return one(next((row for row in world.by_code(code) if isinstance(row, ListEntry)), None))

    @router.get("/{ref}")
    async def entry(ref: str) -> Response:
        return one(world.by_id(ref))

    @router.put("/{ref}/checkin")
    async def check_in(ref: str, request: Request) -> Response:
        found = world.by_id(ref)
        if not isinstance(found, ListEntry):
            raise missing("List")
        check_in_list(world, found, await body_of(request))
        return one(found)

    return router
