"""The platform as an application: documented endpoints, back door, and the faults around them."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.simulators.fourvenues import answers
from app.simulators.fourvenues.answers import Refused
from app.simulators.fourvenues.control import control, sheet_pages, switching
from app.simulators.fourvenues.faults import PREFIX, Faults
from app.simulators.fourvenues.paging import Pager
from app.simulators.fourvenues.routes import catalogue, lists, ticket_entries, tickets
from app.simulators.fourvenues.routes_passes import bookings, passes, passes_v2
from app.simulators.fourvenues.world import World


class Simulator(FastAPI):
    """The application with the faults outermost, where they can reach the connection itself."""

    def __init__(self, world: World) -> None:
        super().__init__(title="Fourvenues simulator", openapi_url=None, redirect_slashes=False)
        self.world = world
        self._faults = Faults(super().__call__, world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as ASGI."""
        await self._faults(scope, receive, send)


def create_app(world: World) -> FastAPI:
    """The simulator of one world; its switches are `world.switches` and may be turned at any time."""
    app = Simulator(world)
    pager = Pager(world.switches)
    for part in (catalogue, tickets, ticket_entries, lists, passes, passes_v2, bookings):
        app.include_router(part(world, pager), prefix=PREFIX)
    app.include_router(switching(world))
    app.include_router(control(world))
    app.include_router(sheet_pages(world))

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        if request.method == "PUT" and request.url.path.startswith(PREFIX):
            world.refusals += 1
        return answers.refusal(error.status, str(error.words))

    @app.exception_handler(HTTPException)
    async def no_such_path(request: Request, error: HTTPException) -> Response:
        # A wrong path is answered like a missing row: that is the trap.
        return answers.refusal(error.status_code, "Not found" if error.status_code == 404 else error.detail)

    return app
