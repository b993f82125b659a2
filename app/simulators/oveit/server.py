"""The platform as an application: documented endpoints, back door, and the faults around them."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from app.simulators.answers import Refused, plain
from app.simulators.control import books, sheet_pages, switching
from app.simulators.faults import Simulator
from app.simulators.oveit.asking import No
from app.simulators.oveit.control import control, summary
from app.simulators.oveit.gatehouse import PREFIX, WRITES, OpenGatehouse
from app.simulators.oveit.routes import attendees, catalogue, entrances, turnstiles
from app.simulators.oveit.sentences import say
from app.simulators.oveit.world import World
from app.simulators.weather import Dice


def create_app(world: World) -> FastAPI:
    """The simulator of one world; its switches are `world.switches` and may be turned at any time."""
    dice = Dice(world.switches)
    app = Simulator("Oveit simulator", world, OpenGatehouse(), dice)
    for part in (catalogue(world), entrances(world, dice), attendees(world), turnstiles(world, dice)):
        app.include_router(part, prefix=PREFIX)
    for back_door in (switching(world), books(world, lambda: summary(world)), control(world), sheet_pages(world)):
        app.include_router(back_door)

    def refusal(request: Request, key: str, status: int) -> Response:
        path = request.url.path.removeprefix(PREFIX)
        ok = {"ok": False} if world.switches.errors == "ok-false" or path.startswith("/turnstile") else {}
        return plain({**ok, "error": say(key, request.headers.get("accept-language", ""))}, status)

    @app.exception_handler(No)
    async def no(request: Request, error: No) -> Response:
        if error.status == 200 and request.url.path.removeprefix(PREFIX) in WRITES:
            world.refusals += 1
        return refusal(request, error.key, error.status)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return plain({"error": error.words}, error.status)

    @app.exception_handler(HTTPException)
    async def no_such_path(request: Request, error: HTTPException) -> Response:
        if not request.url.path.startswith(PREFIX):
            return plain({"error": error.detail}, error.status_code)
        return refusal(request, "no_such_page", int(world.switches.wrong_path))

    return app
