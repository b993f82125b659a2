"""`doorcheck doctor`: is this hub ready for the worst night? Each line says what to do."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from app.bootstrap import Hub, database_health
from app.cli.common import Trouble, a_hub, out, page_folder, settings_or_stop, start_logs
from app.cli.damage import damage
from app.cli.printing import printer_of
from app.domain.outbox import AnswerKind
from app.domain.sale import SaleState
from app.ports import Provider, ProviderError
from app.ports.paper import PrinterError
from app.settings import Settings
from app.settings.kiosk import CameraSettings, DamagedReaders, KeyboardSettings, SerialSettings, learned_readers
from scanner.decoding import stages_present
from scanner.readers import devices


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, and the cure."""

    what: str
    light: Light
    words: str
    cure: str = ""


ROOM_RED, ROOM_YELLOW = 200e6, 1e9
DRIFT_YELLOW, DRIFT_RED = timedelta(seconds=5), timedelta(seconds=60)
SLOW_COMMIT_MS = 50
LATE = timedelta(minutes=10)
HOT_C = 80
SHOWN = 5
"""Damaged rows that are named one by one."""
GROUPS = {
    "camera": "add the user to the group video", "gun": "add the user to the group input",
    "serial": "add the user to the group dialout",
}  # fmt: skip
BUSY_WAITS_S = (0.5, 1, 2)
MARKS = {Light.GREEN: "[green]✓[/green]", Light.YELLOW: "[yellow]![/yellow]", Light.RED: "[red]✗[/red]"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON line per finding.")] = False) -> None:
    """Check settings, database, clock, disk, decoders, readers, printer, machine, accounts, freshness and what waits.

    Exit status 1 when something is red.

    Example: [bold]doorcheck doctor[/bold]
    """
    worst = Light.GREEN
    for finding in _findings():
        worst = max(worst, finding.light, key=list(Light).index)
        if as_json:
            sys.stdout.write(json.dumps(asdict(finding)) + "\n")
        else:
            out.print(f"{MARKS[finding.light]} {finding.what}: ", end="")
            out.print(finding.words + (f" -> {finding.cure}" if finding.cure else ""), markup=False, soft_wrap=True)
    if worst is Light.RED:
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    try:
        settings = settings_or_stop()
    except Trouble as error:
        yield Finding(what="settings", light=Light.RED, words=str(error), cure="mend it and run doctor again")
        return
    start_logs(settings, quiet=True)
    yield from _disk(settings)
    yield from _decoders()
    yield _page()
    yield from _readers(settings)
    yield from _printer(settings)
    try:
        with a_hub(settings) as hub:
            yield _green("settings", f"data in {settings.data_dir}, zone {settings.timezone}")
            yield from _machine(hub)
            yield from _database(settings)
            yield from _accounts(hub)
            yield from _freshness(hub)
            yield from _selling(hub)
            yield from _damage(hub)
            yield from _outbox(hub)
    except Trouble as error:
        yield Finding(what="hub", light=Light.RED, words=str(error), cure="mend it and run doctor again")


def _green(what: str, words: str) -> Finding:
    return Finding(what=what, light=Light.GREEN, words=words)


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next((one for one in (settings.data_dir, *settings.data_dir.absolute().parents) if one.exists()), None)
    if folder is None:
        return
    free = shutil.disk_usage(folder).free
    words = f"{free / 1e9:.1f} GB free"
    if free >= ROOM_YELLOW:
        yield _green("disk", words)
    else:
        light = Light.RED if free < ROOM_RED else Light.YELLOW
        yield Finding(what="disk", light=light, words=words, cure="make room: 1 GB is enough for a season")


def _decoders() -> Iterator[Finding]:
    for stage in stages_present():
        if stage.present:
            yield _green(f"decoder {stage.name}", "present")
        else:
            yield Finding(what=f"decoder {stage.name}", light=Light.YELLOW, words="missing", cure=stage.cure)


def _page() -> Finding:
    """Was the scanner page built with its own reader of codes? (scanner/pwa/making writes made.json)"""
    try:
        made = json.loads((page_folder() / "made.json").read_bytes())["how"]
    except (OSError, ValueError, KeyError):
        return Finding(what="scanner page", light=Light.RED, words="missing", cure="install doorcheck again")
    if made == "whole":
        return _green("scanner page", "reads codes by itself")
    words = "made without npm: the hub reads what its camera sees, so cut off it takes typed codes and guns only"
    cure = "install again where npm packages can be had"
    return Finding(what="scanner page", light=Light.YELLOW, words=words, cure=cure)


def _database(settings: Settings) -> Iterator[Finding]:
    health = database_health(settings)
    if health.problem:
        yield Finding(what="database", light=Light.RED, words=health.problem, cure="check DOORCHECK_DATABASE_URL")
        return
    if not health.durable:
        yield Finding(
            what="database", light=Light.RED, words=f"{health.kind} loses commits in a power cut",
            cure="turn synchronous_commit on",
        )  # fmt: skip
    elif health.commit_ms > SLOW_COMMIT_MS:
        words = f"{health.kind}, a durable commit takes {health.commit_ms:.0f} ms"
        yield Finding(what="database", light=Light.YELLOW, words=words, cure="use a faster disk or SD card")
    else:
        yield _green("database", f"{health.kind}, durable, a commit takes {health.commit_ms:.1f} ms")
    if health.revision == health.newest:
        yield _green("migrations", f"at {health.revision}")
    else:
        words = f"at {health.revision}, this program wants {health.newest}"
        yield Finding(what="migrations", light=Light.RED, words=words, cure="start the hub once: it migrates")


def _selling(hub: Hub) -> Iterator[Finding]:
    """Can the rates of tonight's events be read, and how are they paid for? Nothing where no account sells."""
    for account, seller in hub.selling.sellers.items():
        event = next((one for one in hub.store.open_events().values() if one.open and one.account == account), None)
        if event is None:
            continue
        try:
            rates = seller.rates(event)
        except ProviderError as error:
            words = f"the rates can't be read: {error.words or error.kind}"
            cure = "ask the platform to let this key read rates, or sell elsewhere"
            yield Finding(what=f"{account}: selling", light=Light.YELLOW, words=words, cure=cure)
            continue
        tenders = sorted({tender for rate in rates for tender in rate.tenders})
        yield _green(f"{account}: selling", f"{len(rates)} rates, paid by {', '.join(tenders) or 'nothing'}")
    conflicts = hub.store.views.sales.count(SaleState.CONFLICT)
    if conflicts:
        words = f"{conflicts} that a platform refuses"
        yield Finding(what="sales", light=Light.YELLOW, words=words, cure="doorcheck sales --state conflict")


def _machine(hub: Hub) -> Iterator[Finding]:
    health = hub.machine.look()
    if health.temperature_c is not None:
        words = f"{health.temperature_c:.0f} °C"
        if health.throttled or health.temperature_c >= HOT_C:
            light = Light.RED if health.throttled else Light.YELLOW
            cure = "give it air, or a fan: it slows down when it is hot"
            yield Finding(what="temperature", light=light, words=words, cure=cure)
        else:
            yield _green("temperature", words)
    if health.undervoltage is not None:
        if health.undervoltage or health.undervoltage_seen:
            light = Light.RED if health.undervoltage else Light.YELLOW
            words = "too weak" + ("" if health.undervoltage else " at times since the start")
            cure = "use the power supply that the maker sells for this board"
            yield Finding(what="power", light=light, words=words, cure=cure)
        else:
            yield _green("power", "enough")


def _readers(settings: Settings) -> Iterator[Finding]:
    """Are the readers of the settings plugged in, and may we read them? Nothing where no kiosk is set up."""
    try:
        learned = learned_readers(settings.data_dir)
    except DamagedReaders as error:
        yield Finding(what="readers", light=Light.RED, words=str(error), cure="learn the guns again")
        return
    for one in (*settings.kiosk.readers, *learned):
        device = getattr(one, "device", "")
        if isinstance(one, KeyboardSettings) or (isinstance(one, CameraSettings) and not device.startswith("/dev/")):
            continue
        path = devices.resolve_port(device) if isinstance(one, SerialSettings) else devices.resolve(device)
        what = f"{one.kind} {device}"
        if path is None or not os.path.exists(path):
            cure = "plug it in; doorcheck kiosk --list-readers shows what is there"
            yield Finding(what=what, light=Light.RED, words="not plugged in", cure=cure)
        elif not os.access(path, os.R_OK):
            yield Finding(what=what, light=Light.RED, words="may not be read", cure=GROUPS[one.kind])
        else:
            yield _green(what, "there")


def _printer(settings: Settings) -> Iterator[Finding]:
    """Nothing where none is set up."""
    if not settings.printing.printer:
        return
    what = f"printer {settings.printing.printer}"
    try:
        printer_of(settings).check()
    except PrinterError as error:
        yield Finding(what=what, light=Light.RED, words=error.words, cure=error.cure)
    else:
        yield _green(what, "ready")


def _accounts(hub: Hub) -> Iterator[Finding]:
    if not hub.providers:
        yield Finding(
            what="accounts", light=Light.RED, words="none", cure="set DOORCHECK_FOURVENUES__API_KEY, or another account"
        )
    for account, provider in hub.providers.items():
        try:
            drift = _ping(provider)
        except ProviderError as error:
            cure = "check its credentials" if error.kind == "barred" else "check the network and its address"
            words = f"can't be reached: {error.words or error.kind}"
            yield Finding(what=f"account {account}", light=Light.RED, words=words, cure=cure)
            continue
        yield _green(f"account {account}", "reachable")
        yield _clock(account, drift)
        yield from _allowed(account, provider)


def _ping(provider: Provider) -> timedelta | None:
    """A platform that is only busy (a running hub shares its pace) is asked again."""
    for wait in BUSY_WAITS_S:
        try:
            return provider.ping()
        except ProviderError as error:
            if error.kind is not AnswerKind.BUSY or error.unreachable:
                raise
        time.sleep(wait)
    return provider.ping()


def _clock(account: str, drift: timedelta | None) -> Finding:
    if drift is None:
        return Finding(what="clock", light=Light.YELLOW, words=f"{account} does not tell its time")
    words = f"{abs(drift).total_seconds():.0f} s {'behind' if drift > timedelta(0) else 'ahead of'} {account}"
    if abs(drift) <= DRIFT_YELLOW:
        return _green("clock", words)
    light = Light.RED if abs(drift) > DRIFT_RED else Light.YELLOW
    return Finding(what="clock", light=light, words=words, cure="set the clock: timedatectl set-ntp true")


def _allowed(account: str, provider: Provider) -> Iterator[Finding]:
    for resource, problem in provider.allowed().items():
        what = f"account {account}, {resource}"
        if problem:
            cure = "ask the platform to allow this key to read them"
            yield Finding(what=what, light=Light.YELLOW, words=problem, cure=cure)
        else:
            yield _green(what, "allowed")


def _freshness(hub: Hub) -> Iterator[Finding]:
    old = timedelta(seconds=max(2 * hub.settings.poll_seconds, 30))
    events = hub.store.open_events()
    seen = [one for one in hub.store.views.freshness() if one.event in events and events[one.event].open]
    if not seen:
        cure = "start the hub, or run doorcheck poll"
        yield Finding(what="freshness", light=Light.YELLOW, words="nothing has been polled yet", cure=cure)
    for one in seen:
        what = f"freshness {events[one.event].name}, {one.resource}"
        if one.pulled_at is None or hub.clock() - one.pulled_at > old:
            since = f"last pulled {one.pulled_at:%Y-%m-%d %H:%M} UTC" if one.pulled_at else "never pulled"
            words = f"{since}{'; ' + one.words if one.words else ''}"
            yield Finding(what=what, light=Light.RED, words=words, cure="is the hub running, and the line up?")
        else:
            yield _green(what, f"{(hub.clock() - one.pulled_at).total_seconds():.0f} s old")


def _damage(hub: Hub) -> Iterator[Finding]:
    for event in hub.store.open_events().values():
        rows = damage(hub.store.views, event.id) if event.open else {}
        for resource, told in rows.items():
            more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
            words = f"{len(told)} can't be used: {'; '.join(told[:SHOWN])}{more}"
            cure = "doorcheck poll shows all of them"
            yield Finding(what=f"rows of {event.name}, {resource}", light=Light.YELLOW, words=words, cure=cure)


def _outbox(hub: Hub) -> Iterator[Finding]:
    count = hub.store.views.outbox()
    if count.parked or count.conflict:
        words = f"{count.parked} for a person, {count.conflict} in conflict"
        yield Finding(what="tray", light=Light.RED, words=words, cure="doorcheck outbox")
    waiting = count.due + count.sending
    if count.oldest_at is not None and hub.clock() - count.oldest_at > LATE:
        words = f"{waiting} waiting, the oldest since {count.oldest_at:%H:%M} UTC"
        yield Finding(what="outbox", light=Light.RED, words=words, cure="is the hub running, and the line up?")
    else:
        yield _green("outbox", f"{waiting} waiting, {count.done} sent")
