"""The guests of the sheet: one for every verdict of the door, pinned when the world is made."""

from typing import Any

from app.simulators.fourvenues.rows import Event, Usage
from app.simulators.fourvenues.world import World
from app.simulators.sheets import SheetRow

EXPECTED: tuple[tuple[str, str, str], ...] = (
    ("good", "admit", "ok"),
    ("group of 4", "admit", "ok"),
    ("already in", "refuse", "already_in"),
    ("cancelled", "refuse", "void"),
    ("refunded", "refuse", "void"),
    ("pending pass", "refuse", "pending"),
    ("removed list entry", "refuse", "void"),
    ("other night", "refuse", "other_event"),
    ("not yet polled", "admit", "ok"),
    ("unknown", "refuse", "unknown_code"),
)
"""Label, outcome and reason that a door in good health answers, in the order of the sheet."""


def pin_sheet(world: World, tonight: Event, other: Event) -> None:
    """Add the guests of the sheet to the world and remember their codes."""
    start, now = tonight.start, world.now()
    sold: dict[str, Any] = {"event_id": tonight.id, "created": round(start - 86400, 3), "price": 18.0}
    entered = {"enter": 1, "entered_at": float(int((start + now) / 2))}
    tickets: dict[str, dict[str, Any]] = {
        "good": {},
        "group of 4": {"for_": 4, "price": 72.0},
        "already in": entered,
        "cancelled": {"status": "cancelled"},
        "refunded": {"refunded": 18.0},
        "other night": {"event_id": other.id},
        # Sold a minute ago as far as anybody can see: no list shows it until its code is asked for.
        "not yet polled": {"hidden": True, "created": round(now - 60, 3)},
    }
    codes = {label: world.add_ticket(**{**sold, **fields}).code for label, fields in tickets.items()}
    usages = {night.id: Usage(id=world.new_id()) for night in (tonight, other)}
    rate, stamp = world.a_rate("pass", tonight.id), sold["created"]
    codes["pending pass"] = world.add_pass(status="pending", usages=usages, rate=rate, created=stamp).code
    removed = world.add_list(event_id=tonight.id, for_=2, created=stamp, removed_at=int(start - 3600))
    codes["removed list entry"] = removed.code
    codes["unknown"] = world.new_code()
    world.pinned = [
        SheetRow(label=label, code=codes[label], expect=(outcome, reason)) for label, outcome, reason in EXPECTED
    ]
