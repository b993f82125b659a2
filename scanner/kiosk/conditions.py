"""What else the screen depends on: readers, the hub, the platform's line, the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bootstrap import Hub
from app.domain.decide import tonight
from app.domain.model import Station
from app.ports import MachineHealth, Room, StoreError
from scanner.kiosk.frame import Counts, Sign, Trouble
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
    event: str = ""
    data_age_s: int | None = None
    camera: bool = False
    gun: bool = False
    counts: Counts | None = None


def look_around(hub: Hub, place: Station, readers: Sequence[Reader], contact: str) -> Conditions:
    """How everything is now. Never raises for a database that fails: that is one of the things it tells."""
    try:
        return _look(hub, place, readers, contact)
    except StoreError as error:
        trouble = Trouble(what="database", since=hub.clock(), contact=contact, words=str(error))
        return Conditions(trouble=trouble, camera=_any(readers, "camera"), gun=_any(readers, "gun", "serial"))


def _look(hub: Hub, place: Station, readers: Sequence[Reader], contact: str) -> Conditions:
    events = hub.store.open_events()
    on_here = sorted(
        tonight(place, events), key=lambda one: (events[one].starts_at is None, events[one].starts_at, one)
    )
    age_s, stale = _age(hub, on_here)
    outbox, counts = hub.store.views.outbox(), hub.store.views.scan_counts()
    machine = hub.machine.look()
    signs = {
        Sign.OFFLINE: bool(hub.lines) and not any(line.up for line in hub.lines.values()),
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
        event=events[on_here[0]].name if on_here else "",
        data_age_s=age_s,
        camera=_any(readers, "camera"),
        gun=_any(readers, "gun", "serial"),
        counts=Counts(inside=max(counts.heads_in - counts.heads_out, 0), waiting=outbox.due + outbox.sending),
    )


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
