"""What else the screen depends on: readers, the hub, the platform's line, the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bootstrap import Hub
from app.domain.decide import tonight
from app.domain.model import ENTRANCE, Event, Station
from app.ports import MachineHealth, Room, StoreError
from app.web.allowances import Allowances
from scanner.kiosk.frame import Counts, Extra, Sign, Trouble
from scanner.readers.contract import Condition, Reader

_WAITING = frozenset({Condition.STARTING, Condition.READY, Condition.ENDED})
_WHAT = {
    ("camera", Condition.MISSING): "camera_missing",
    ("camera", Condition.LOCKED): "camera_locked",
    ("camera", Condition.BLIND): "camera_blind",
    ("gun", Condition.MISSING): "gun_missing",
    ("gun", Condition.LOCKED): "gun_locked",
    ("serial", Condition.MISSING): "gun_missing",
    ("serial", Condition.LOCKED): "gun_locked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """One look around. `trouble` puts the kiosk out of order; `is_open`: some event is on at this station."""

    starting: bool = False
    is_open: bool = True
    trouble: Trouble | None = None
    signs: tuple[Sign, ...] = ()
    extra: Extra | None = None
    event: str = ""
    data_age_s: int | None = None
    camera: bool = False
    gun: bool = False
    counts: Counts | None = None


def look_around(
    hub: Hub, place: Station, readers: Sequence[Reader], contact: str, allowances: Allowances
) -> Conditions:
    """How everything is now. Never raises for a database that fails: that is one of the things it tells."""
    try:
        return _look(hub, place, readers, contact, allowances)
    except StoreError as error:
        trouble = Trouble(what="database", since=hub.clock(), contact=contact, words=str(error))
        return Conditions(
            trouble=trouble, extra=_extra(place, ""), camera=_any(readers, "camera"), gun=_any(readers, "gun", "serial")
        )


def _look(hub: Hub, place: Station, readers: Sequence[Reader], contact: str, allowances: Allowances) -> Conditions:
    events = hub.store.open_events()
    on_here = sorted(
        tonight(place, events), key=lambda one: (events[one].starts_at is None, events[one].starts_at, one)
    )
    age_s, stale = _age(hub, on_here)
    outbox, counts = hub.store.views.outbox(), hub.store.views.scan_counts()
    machine = hub.machine.look()
    signs = {
        Sign.OFFLINE: _is_cut_off(hub, [events[one] for one in on_here]),
        Sign.STALE: stale,
        Sign.READER: any(reader.health.condition not in _WAITING for reader in readers),
        Sign.CLOCK: not hub.timekeeper.certain,
        Sign.DISK: machine.disk is not Room.AMPLE,
        Sign.POWER: bool(machine.undervoltage or machine.throttled),
    }
    return Conditions(
        starting=bool(readers) and all(one.health.condition is Condition.STARTING for one in readers),
        is_open=bool(on_here),
        trouble=_no_room(machine, hub.clock(), contact) or _trouble(readers, contact),
        signs=tuple(sign for sign, lit in signs.items() if lit),
        extra=_extra(place, allowances.name(place)),
        event=events[on_here[0]].name if on_here else "",
        data_age_s=age_s,
        camera=_any(readers, "camera"),
        gun=_any(readers, "gun", "serial"),
        counts=Counts(inside=max(counts.heads_in - counts.heads_out, 0), waiting=outbox.due + outbox.sending),
    )


def _extra(place: Station, name: str) -> Extra | None:
    return None if place.allowance == ENTRANCE else Extra(ref=place.allowance, name=name)


def _is_cut_off(hub: Hub, events: Sequence[Event]) -> bool:
    """Can the platform of one of these events not be reached? Without any event: none of them."""
    lines = [hub.lines[event.account] for event in events if event.account in hub.lines]
    if lines:
        return not all(line.up for line in lines)
    return bool(hub.lines) and not any(line.up for line in hub.lines.values())


def _age(hub: Hub, events: Sequence[str]) -> tuple[int | None, bool]:
    """Seconds since the oldest of what we know was asked, in whole minutes, and whether that is too long ago."""
    now = hub.clock()
    known = [one for one in hub.store.views.freshness() if one.event in events]
    pulled = [one.pulled_at for one in known if one.pulled_at is not None]
    if not pulled:
        return None, False
    age = now - min(pulled)
    return max(int(age.total_seconds()), 0) // 60 * 60, age > hub.settings.stale_after


def _no_room(machine: MachineHealth, now: datetime, contact: str) -> Trouble | None:
    if machine.disk is not Room.FULL:
        return None
    return Trouble(what="disk", since=now, contact=contact, words="the disk is full")


def _trouble(readers: Sequence[Reader], contact: str) -> Trouble | None:
    """Out of order is a kiosk none of whose readers works; one of several that doesn't is a sign."""
    wanted = [one for one in readers if one.health.condition is not Condition.ENDED]
    bad = [one for one in wanted if one.health.condition not in _WAITING]
    if not bad or len(bad) < len(wanted):
        return None
    healths = [one.health for one in bad]
    what = _WHAT.get((bad[0].kind, healths[0].condition), "readers") if len(bad) == 1 else "readers"
    since = max(one.since for one in healths)
    return Trouble(what=what, since=since, contact=contact, words="; ".join(one.words for one in healths))


def _any(readers: Sequence[Reader], *kinds: str) -> bool:
    return any(one.kind in kinds and one.health.usable for one in readers)
