"""The documented endpoints that a door can need: all of them POST, reads included."""

from collections.abc import Callable
from random import Random

from fastapi import APIRouter, Request, Response

from app.simulators.answers import plain
from app.simulators.oveit import render
from app.simulators.oveit.asking import Fields, No, asked, fields_sent, number, text
from app.simulators.oveit.checkin import check_in, ticket_asked, turn_in, turn_out
from app.simulators.oveit.rows import Event, Ticket
from app.simulators.oveit.sentences import say
from app.simulators.oveit.world import World
from app.simulators.weather import Dice


def catalogue(world: World) -> APIRouter:
    """Login, events, and the whole ticket list of one."""
    router = APIRouter()

    @router.post("/seller/login")
    async def login(request: Request) -> Response:
        fields = await fields_sent(world, request)
        if (text(fields, "email"), text(fields, "password")) != (world.email, world.password):
            raise No("bad_login", int(world.switches.bad_login))
        if world.switches.api_permission == "no-login":
            raise No("no_permission")
        return plain(render.login(world, world.tokens.hand_out()))

    @router.post("/seller/events")
    async def events(request: Request) -> Response:
        await asked(world, request)
        active = [night for night in world.events.values() if night.active]
        # Perpetual events come first.
        active.sort(key=lambda night: (night.start is not None, night.start or 0))
        return plain({"events": [render.event(world, night) for night in active]})

    @router.post("/events/tickets")
    async def tickets(request: Request) -> Response:
        found = world.listed(_event(world, await asked(world, request)))
        if world.switches.order == "shuffled":
            Random().shuffle(found)  # noqa: S311 - never the same twice
        return plain({"tickets": [render.listed(ticket, world.switches) for ticket in found]})

    return router


def _event(world: World, fields: Fields) -> Event:
    event = world.events.get(number(fields, "id") or -1)
    if event is None:
        raise No("unknown_event")
    return event


def entrances(world: World, dice: Dice) -> APIRouter:
    """Check-in, which has no event, and the two scans, which mark nothing."""
    router = APIRouter(prefix="/tickets")

    @router.post("/checkin")
    async def checkin(request: Request) -> Response:
        ticket = check_in(world, dice, await asked(world, request))
        return plain({"ok": True, **render.whole(ticket, world.switches)})

    @router.post("/scan")
    async def scan(request: Request) -> Response:
        ticket = ticket_asked(world, await asked(world, request))
        ok = {"ok": True} if world.switches.scan_ok else {}
        return plain({**ok, **render.whole(ticket, world.switches)})

    @router.post("/scan_v2")
    async def scan_v2(request: Request) -> Response:
        rfid = text(await asked(world, request), "rfid_code")
        if rfid is None:
            raise No("no_code")
        tickets = world.by_rfid(rfid)
        if not tickets:
            raise No("unknown_wristband")
        words = say("wallet_found", request.headers.get("accept-language", ""))
        return plain({"message": words, "data": render.wallet(tickets, world.switches)})

    return router


def attendees(world: World) -> APIRouter:
    """The answers of the registration form, in pages from a ticket code on."""
    router = APIRouter()

    @router.post("/events/attendees")
    async def page(request: Request) -> Response:
        fields = await asked(world, request)
        if not world.switches.forms:
            raise No("no_forms")
        tickets = world.listed(_event(world, fields))
        since = text(fields, "since")
        rest = tickets if since is None else _after(world, tickets, since)
        rows = [render.attendee(ticket) for ticket in rest[: world.switches.attendee_page]]
        return plain({"fields": render.FORM, "total": len(tickets), "attendees": rows})

    return router


def _after(world: World, tickets: list[Ticket], since: str) -> list[Ticket]:
    """Tickets behind the one that is held already, which may be gone."""
    codes = [ticket.code for ticket in tickets]
    if since in codes:
        return tickets[codes.index(since) + 1 :]
    if world.switches.lost_cursor == "error":
        raise No("unknown_ticket")
    return tickets if world.switches.lost_cursor == "start" else []


def turnstiles(world: World, dice: Dice) -> APIRouter:
    """Gates that turn in and out, and say no more than that they did."""
    router = APIRouter(prefix="/turnstile")

    def turns(name: str, turn: Callable[[Fields], None]) -> None:
        @router.post(f"/{name}")
        async def turned(request: Request) -> Response:
            turn(await asked(world, request))
            return plain({"ok": True})

    turns("checkin", lambda fields: turn_in(world, dice, fields))
    turns("checkout", lambda fields: turn_out(world, fields))
    return router
