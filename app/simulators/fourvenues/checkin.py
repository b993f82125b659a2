"""What a check-in does on the platform, under the switches that say what is not documented."""

from datetime import UTC, datetime
from typing import Any

from app.simulators.answers import Refused, missing
from app.simulators.fourvenues.rows import Booking, Entry, ListEntry, Pass, Rate, Ticket, Usage
from app.simulators.fourvenues.world import World

ALREADY_IN = "Ticket already checked in"
BOOKING_STATUSES = ("pending", "accepted", "rejected", "arrival", "sitting", "released")


def may_enter(world: World, ticket: Ticket) -> None:
    """Raise Refused when the ticket is not good for an entry at all."""
    if ticket.status != "activated" or ticket.refunded > 0:
        raise Refused(int(world.switches.not_valid), "Ticket not valid")
    if ticket.enter >= ticket.for_:
        raise Refused(int(world.switches.already_in), ALREADY_IN)


def check_in_ticket(world: World, ticket: Ticket, body: Any) -> Entry:
    """Check a ticket in or revert it (`enter: 0`); raises Refused and then nothing has changed."""
    asked, sent = _ticket_body(body)
    entered_at = _moment(sent) if sent is not None else world.now()
    total = 0 if asked == 0 else _new_total(world, ticket, asked)
    before, ticket.enter = ticket.enter, total
    ticket.entered_at = float(round(entered_at)) if total else None
    world.touch(ticket, stamp=world.switches.entry_moves_updated_at)
    return world.record(ticket, before, total, ticket.event_id, entry_date=sent)


def _ticket_body(body: Any) -> tuple[int, str | None]:
    if not isinstance(body, dict):
        raise Refused(400, "Body must be an object")
    asked, sent, quality = body.get("enter"), body.get("entry_date"), body.get("quality")
    if not _is_count(asked) or asked is None:
        raise Refused(400, "enter is required")
    if sent is not None and not isinstance(sent, str):
        raise Refused(400, "entry_date must be an ISO 8601 date")
    if quality is not None and not (_is_count(quality) and quality <= 5):
        raise Refused(400, "quality must be between 0 and 5")
    return asked, sent


def _new_total(world: World, ticket: Ticket, asked: int) -> int:
    """People inside after a request for `asked`; never 0."""
    switches = world.switches
    adds = switches.enter_means == "increment"
    if not adds and ticket.enter == asked and ticket.status == "activated" and not ticket.refunded:
        raise Refused(int(switches.already_in), ALREADY_IN)
    may_enter(world, ticket)
    total = ticket.enter + asked if adds else asked
    if total > ticket.for_:
        raise Refused(400, "enter is greater than the people of the ticket")
    if switches.partial_entry == "refused" and total != ticket.for_:
        raise Refused(400, "Partial entry is not allowed")
    return total


def check_in_list(world: World, entry: ListEntry, body: Any) -> Entry:
    """Check a guest-list entry in with an array of options; raises Refused and then nothing has changed."""
    if entry.removed_at:
        raise Refused(int(world.switches.not_valid), "List not valid")
    before = entry.enter
    entry.options = _new_options(world, entry.options, _read_options(body, entry.rate), entry.for_)
    world.touch(entry, stamp=world.switches.entry_moves_updated_at)
    return world.record(entry, before, entry.enter, entry.event_id, options=body)


def check_in_pass(world: World, owned: Pass, event_id: str, body: Any) -> Entry:
    """Check a pass in for one event with an array of options; raises Refused and then nothing has changed."""
    usage = owned.usages.get(event_id)
    if usage is None or not (owned.in_v1 or world.switches.v2_checkin):
        raise missing("Pass")
    if owned.status != "valid":
        raise Refused(int(world.switches.not_valid), "Pass not valid")
    before = usage.enter
    usage.options = _new_options(world, usage.options, _read_options(body, owned.rate), owned.for_)
    usage.entered_at = world.now() if usage.enter else None
    world.touch(owned, stamp=world.switches.entry_moves_updated_at)
    return world.record(owned, before, usage.enter, event_id, options=body)


def _read_options(body: Any, rate: Rate) -> list[dict[str, Any]]:
    if not isinstance(body, list):
        raise Refused(400, "Body must be an array of options")
    return [_read_option(item, rate) for item in body]


def _read_option(item: Any, rate: Rate) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Refused(400, "An option must be an object")
    special = item.get("_id") == "<special>"
    if not special and item.get("_id") not in rate.option_ids():
        raise Refused(400, "Option not found in rate")
    heads = {word: item.get(word, 0) for word in ("women", "men", "no_gender")}
    if not all(_is_count(amount) for amount in heads.values()):
        raise Refused(400, "women, men and no_gender must be numbers")
    listed = next((option["price"] for option in rate.options if option["_id"] == item["_id"]), 0)
    price = item.get("price", 0) if special else listed
    return {"_id": item["_id"], **heads, "price": price, "total": sum(heads.values())}


def _new_options(
    world: World, stored: list[dict[str, Any]], sent: list[dict[str, Any]], people: int
) -> list[dict[str, Any]]:
    """What is stored after the request: `[]` and zeros take everybody out again, whatever the switch."""
    heads = sum(option["total"] for option in sent)
    options = [*stored, *sent] if world.switches.list_put == "add" and heads else sent
    summed: dict[str, dict[str, Any]] = {}
    for option in options:
        known = summed.setdefault(option["_id"], {**option, "women": 0, "men": 0, "no_gender": 0, "total": 0})
        for word in ("women", "men", "no_gender", "total"):
            known[word] += option[word]
    if sum(option["total"] for option in summed.values()) > people:
        raise Refused(400, "More people than enlisted")
    return list(summed.values())


def set_booking_status(world: World, table: Booking, status: Any) -> None:
    """Change the status of a table; raises Refused."""
    if status not in BOOKING_STATUSES:
        raise Refused(400, "status is not valid")
    table.status = str(status)
    world.touch(table)


def update_booking(world: World, table: Booking, body: Any) -> dict[str, Any]:
    """Partial update of a table, heads included; answers what changed."""
    if not isinstance(body, dict):
        raise Refused(400, "Body must be an object")
    if "enter" in body and not _is_count(body["enter"]):
        raise Refused(400, "enter must be a number")
    status, before = table.status, table.enter
    if "status" in body:
        set_booking_status(world, table, body["status"])
    changes = [
        {"field": name, "value": body[name]} for name in ("for", "enter", "status", "name", "phone") if name in body
    ]
    table.enter = body.get("enter", table.enter)
    table.for_ = body.get("for", table.for_)
    table.holder.name = body.get("name", table.holder.name)
    table.holder.phone = body.get("phone", table.holder.phone)
    world.touch(table)
    if table.enter != before:
        world.record(table, before, table.enter, table.event_id)
    return {
        "updated": bool(changes),
        "changes_count": len(changes),
        "state_changed": status != table.status,
        "changes": changes,
    }


def enter_elsewhere(world: World, row: Ticket | ListEntry | Pass | Booking, heads: int, event_id: str) -> Entry:
    """Another gate of the venue lets `heads` in, without asking whether there is room for them."""
    if isinstance(row, ListEntry):
        before, after = row.enter, _walk_in(row.options, row.rate, heads)
    elif isinstance(row, Pass):
        usage = row.usages.setdefault(event_id, Usage(id=world.new_id()))
        before, after = usage.enter, _walk_in(usage.options, row.rate, heads)
        usage.entered_at = world.now()
    else:
        before, after = row.enter, row.enter + heads
        row.enter = after
        if isinstance(row, Ticket):
            row.entered_at = float(int(world.now()))
    world.touch(row, stamp=world.switches.entry_moves_updated_at)
    return world.record(row, before, after, event_id, source="control")


def _walk_in(options: list[dict[str, Any]], rate: Rate, heads: int) -> int:
    first = rate.options[0]
    people = {"women": 0, "men": 0, "no_gender": heads, "price": first["price"], "total": heads}
    known = next((option for option in options if option["_id"] == first["_id"]), None)
    if known is None:
        options.append({"_id": first["_id"], **people})
    else:
        known["no_gender"] += heads
        known["total"] += heads
    return sum(int(option["total"]) for option in options)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _moment(text: str) -> float:
    """Unix seconds of an ISO 8601 text; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, "entry_date must be an ISO 8601 date") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
