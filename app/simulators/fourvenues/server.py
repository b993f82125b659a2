"""The platform as an application: documented endpoints, back door, and the faults around them."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from app.simulators.answers import Refused
from app.simulators.control import books, sheet_pages, switching
from app.simulators.faults import Simulator
from app.simulators.fourvenues import answers
from app.simulators.fourvenues.backoffice import back_office
from app.simulators.fourvenues.channels.control import sales_control
from app.simulators.fourvenues.channels.page import pay_pages
from app.simulators.fourvenues.channels.routes import ROUTES
from app.simulators.fourvenues.control import control, summary
from app.simulators.fourvenues.gatehouse import CHANNELS, PREFIX, KeyGatehouse
from app.simulators.fourvenues.paging import Pager
from app.simulators.fourvenues.routes import catalogue, lists, ticket_entries, tickets
from app.simulators.fourvenues.routes_passes import bookings, passes, passes_v2
from app.simulators.fourvenues.schema import Invalid
from app.simulators.fourvenues.world import World
from app.simulators.weather import Dice


def create_app(world: World) -> FastAPI:
    """The simulator of one world; its switches are `world.switches` and may be turned at any time."""
    app = Simulator("Fourvenues simulator", world, KeyGatehouse(world.switches), Dice(world.switches))
    pager = Pager(world.switches)
    for part in (catalogue, tickets, ticket_entries, lists, passes, passes_v2, bookings, back_office):
        app.include_router(part(world, pager), prefix=PREFIX)
    for part in ROUTES:
        app.include_router(part(world, pager), prefix=CHANNELS)
    for back_door in (switching(world), books(world, lambda: summary(world)), control(world), sales_control(world)):
        app.include_router(back_door)
    for pages in (sheet_pages(world), pay_pages(world)):
        app.include_router(pages)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        if request.method == "PUT" and request.url.path.startswith(PREFIX):
            world.refusals += 1
        return _refusal(request, error)

    @app.exception_handler(HTTPException)
    async def no_such_path(request: Request, error: HTTPException) -> Response:
        # A wrong path is answered like a missing row: that is the trap.
        words = "Not found" if error.status_code == 404 else error.detail
        return _refusal(request, Refused(error.status_code, words))

    return app


def _refusal(request: Request, error: Refused) -> Response:
    if isinstance(error, Invalid):
        return answers.invalid(error.words)
    channels = request.url.path.startswith(CHANNELS)
    return (answers.channels_refusal if channels else answers.refusal)(error.status, error.words)
