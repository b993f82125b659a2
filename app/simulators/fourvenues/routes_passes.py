"""The documented endpoints of passes, old model and new, and of table bookings."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.simulators.answers import Refused, body_of, missing, plain
from app.simulators.fourvenues import answers, render
from app.simulators.fourvenues.checkin import check_in_pass, set_booking_status, update_booking
from app.simulators.fourvenues.paging import Pager, moment
from app.simulators.fourvenues.routes import required
from app.simulators.fourvenues.rows import Booking, Pass
from app.simulators.fourvenues.world import World


def passes(world: World, pager: Pager) -> APIRouter:
    """Passes of the old model, each in the light of an event, and their check-in."""
    router = APIRouter(prefix="/passes")

    def by_ref(ref: str) -> Pass:
        found = world.by_id(ref)
        if not isinstance(found, Pass):
            raise missing("Pass")
        return found

    @router.get("")
    async def every(request: Request) -> Response:
        event_id = required(request, "event_id")
        good = [owned for owned in world.passes.values() if owned.in_v1 and event_id in owned.usages]
        page = pager.page("passes", good, request.query_params)
        return answers.data([world.render.pass_v1(owned, event_id) for owned in page])

    @router.get("/{ref}")
    async def one(ref: str, request: Request) -> Response:
        event_id, owned = required(request, "event_id"), by_ref(ref)
        if not owned.in_v1 or event_id not in owned.usages:
            raise missing("Pass")
        return answers.data(world.render.pass_v1(owned, event_id))

    @router.put("/{ref}/checkin")
    async def check_in(ref: str, request: Request) -> Response:
        event_id, owned = required(request, "event_id"), by_ref(ref)
        check_in_pass(world, owned, event_id, await body_of(request))
        return answers.data(world.render.pass_v1(owned, event_id))

    return router


def passes_v2(world: World, pager: Pager) -> APIRouter:
    """Passes of the new model with their usages; no check-in is documented."""
    router = APIRouter(prefix="/v2/passes")

    @router.get("")
    async def every(request: Request) -> Response:
        event_id = required(request, "event_id")
        good = [owned for owned in world.passes.values() if owned.in_v2 and event_id in owned.usages]
        page = pager.page("v2/passes", good, request.query_params)
        return answers.data([world.render.pass_v2(owned, event_id) for owned in page])

    @router.get("/by-code/{code}")
    async def by_code(code: str) -> Response:
        found = next((row for row in world.by_code(code) if isinstance(row, Pass) and row.in_v2), None)
        if found is None:
            raise missing("Pass")
        found.hidden = False
        return answers.data(world.render.pass_v2(found, None))

    return router


def bookings(world: World, pager: Pager) -> APIRouter:
    """Table bookings. The path by code is `/code/`, not `/by-code/`."""
    router = APIRouter(prefix="/bookings")

    def written(table: Booking) -> dict[str, Any]:
        return render.booking(table, world.events[table.event_id])

    def by_ref(ref: str) -> Booking:
        found = world.by_id(ref)
        if not isinstance(found, Booking):
            raise missing("Booking")
        return found

    @router.get("")
    @router.get("/events")
    async def every(request: Request) -> Response:
        tables = [table for table in world.bookings.values() if _asked_for(world, table, request)]
        return answers.data([written(table) for table in pager.page("bookings", tables, request.query_params)])

    @router.get("/code/{code}")
    async def by_code(code: str) -> Response:
        found = next((row for row in world.by_code(code) if isinstance(row, Booking)), None)
        if found is None:
            raise missing("Booking")
        return answers.data(written(found))

    @router.put("/{ref}/status")
    async def status(ref: str, request: Request) -> Response:
        body = await body_of(request)
        set_booking_status(world, by_ref(ref), body.get("status") if isinstance(body, dict) else None)
        return plain({"success": True})

    @router.put("/{ref}/update-fields")
    async def update(ref: str, request: Request) -> Response:
        return answers.data(update_booking(world, by_ref(ref), await body_of(request)))

    return router


def _asked_for(world: World, table: Booking, request: Request) -> bool:
    """Whether the table is for the local `date` of the event, or for a night between two moments."""
    query, night = request.query_params, world.events[table.event_id]
    if "date" in query:
        return render.local(night.start).strftime("%Y-%m-%d") == query["date"]
    if "date_field" in query and ("start_date" in query or "end_date" in query):
        return True  # what changed since: the pager looks at the stamps
    if "start_date" in query and "end_date" in query:
        return moment(query["start_date"]) <= night.start <= moment(query["end_date"])
    raise Refused(400, "Date is empty")
