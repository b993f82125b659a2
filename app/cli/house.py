"""`doorcheck poll`, `drain` and `station`: keeping house without the hub, or beside it."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import sys
import time
from collections.abc import Sequence
from typing import Annotated

import segno
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from app.bootstrap import Desk, Hub
from app.cli.common import Trouble, a_hub, err, must_have_accounts, out, say, settings_or_stop, start_logs
from app.cli.damage import damage
from app.domain.model import ENTRANCE, AccountId, Direction, EventId, Station, StationId
from app.ports import ProviderError, Views

stations = typer.Typer(help="Places that scan: each has a token of its own.", no_args_is_help=True)

TOKEN_BYTES = 32
RIGHT = re.compile(r"entrance|[a-z]{1,20}:[!-~]{1,100}")


def make_token() -> tuple[str, bytes]:
    """A new token of 256 random bits, and what of it is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, hashlib.sha256(token.encode()).digest()


@stations.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What staff call it: Gate 1.")],
    event: Annotated[list[str] | None, typer.Option(help="Only this event; may be given several times.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind: ticket, list, pass.")] = None,
    rate: Annotated[list[str] | None, typer.Option(help="Only this rate.")] = None,
    direction: Annotated[Direction, typer.Option(help="in or out.")] = Direction.IN,
    allowance: Annotated[str, typer.Option(help="Which right it consumes: entrance, or addon:ID.")] = ENTRANCE,
    address: Annotated[str, typer.Option(help="Where phones open the page; DOORCHECK_ADDRESS when not given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line.")] = False,
    qr: Annotated[bool | None, typer.Option(help="Show the code that signs a phone in; on a terminal: yes.")] = None,
) -> None:
    """Add a station, or give it a new token. The token is shown once, with a code for the phone to scan.

    Example: [bold]doorcheck station add "Gate 1" --address https://door.salaluz.example[/bold]
    """
    settings = settings_or_stop(address=address) if address else settings_or_stop()
    start_logs(settings, quiet=True)
    if not name.strip() or len(name) > 60 or not name.isprintable():
        raise Trouble("a station's name is 1 to 60 characters that can be seen")
    if not RIGHT.fullmatch(allowance):
        raise Trouble(f"{allowance!r} is no right: say entrance, or addon: and the platform's id, as addon:5")
    token, token_hash = make_token()
    station = Station(
        id=StationId(0), name=name.strip(), events=tuple(EventId(one) for one in event or ()), kinds=tuple(kind or ()),
        rates=tuple(rate or ()), direction=direction, allowance=allowance,
    )  # fmt: skip
    with a_hub(settings) as hub:
        hub.store.run(lambda tx: tx.house.add_station(station, token_hash, hub.clock()))
        _warn_of_unknown_right(hub, station)
    if as_json:
        print(json.dumps({"name": station.name, "token": token}))
        return
    out.print(f"{station.name}: {token}", markup=False, soft_wrap=True)
    _tell_how_to_sign_in(token, settings.address, sys.stdout.isatty() if qr is None else qr)


def _warn_of_unknown_right(hub: Hub, station: Station) -> None:
    """A bar that was told the wrong number would refuse everybody all night."""
    every = hub.store.open_events()
    events = station.events or [one.id for one in every.values() if one.open]
    known = hub.store.views.rights(events) if station.allowance != ENTRANCE else []
    if station.allowance != ENTRANCE and station.allowance not in {ref for ref, _ in known}:
        others = ", ".join(f"{ref} ({name})" for ref, name in known if ref != ENTRANCE)
        say(f"{station.name}: nobody who is known has {station.allowance} yet; known are: {others or 'none'}")


def _tell_how_to_sign_in(token: str, address: str, qr: bool) -> None:
    link = f"{address}/?token={token}" if address else ""
    if qr:
        segno.make(link or token, micro=False).terminal(sys.stdout, border=2, compact=True)
    if link:
        out.print(f"Open {link} on the phone once, or scan the code with its camera.", markup=False, soft_wrap=True)
    else:
        out.print("Open the scanner page with /?token=... once, or choose there to scan the hub's code.", markup=False)
    out.print("It is not shown again.", markup=False)


@stations.command("list")
def show() -> None:
    """Show the stations. Example: [bold]doorcheck station list[/bold]"""
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    table = Table("Station", "Direction", "Consumes", "Events", "Rule", "Since", "")
    with a_hub(settings) as hub:
        for record in hub.store.views.stations():
            one = record.station
            table.add_row(
                one.name, one.direction, one.allowance, ", ".join(one.events) or "all open",
                ", ".join([*one.kinds, *one.rates]) or "-", f"{record.created_at:%Y-%m-%d %H:%M}",
                "revoked" if record.revoked_at else "",
            )  # fmt: skip
    out.print(table)


@stations.command("revoke")
def revoke(name: Annotated[str, typer.Argument(help="The station's name.")]) -> None:
    """Take a station's token back; open pages end within seconds.

    Example: [bold]doorcheck station revoke "Gate 1"[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    with a_hub(settings) as hub:
        if not hub.store.run(lambda tx: tx.house.revoke_station(name, hub.clock())):
            raise Trouble(f"there is no station called {name!r} with a token")
    out.print(f"{name}: revoked", markup=False)


def poll(
    full: Annotated[bool, typer.Option("--full", help="A complete pass instead of what changed.")] = False,
) -> None:
    """Pull tickets, lists and passes of the open events once.

    Example: [bold]doorcheck poll --full[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    failed = 0
    with a_hub(settings) as hub:
        must_have_accounts(hub)
        troubles = []
        for account, desk in hub.desks.items():
            try:
                _take_lease(desk, account)
                failed += poll_once(desk, hub.store.views, full)
            except Trouble as error:  # one account that can't be asked keeps no other from being polled
                troubles.append(str(error))
    _stop_for(troubles)
    if failed:
        raise typer.Exit(1)


def _stop_for(troubles: Sequence[str]) -> None:
    """When all that could be done is done: what kept the rest from it."""
    for one in troubles[:-1]:
        say(f"doorcheck: {one}")
    if troubles:
        raise Trouble(troubles[-1])


def poll_once(desk: Desk, views: Views, full: bool, totals: dict[str, int] | None = None) -> int:
    """One pass over an account with a progress bar; says which rows can't be used. Returns how many resources
    failed."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=err, transient=False) as bars:
        tasks = {one: bars.add_task(one, total=(totals or {}).get(one)) for one in desk.resources}
        try:
            desk.poll.events()
        except ProviderError as error:
            account = desk.line.account
            raise Trouble(f"{account} can't be asked for its events: {error.words or error.kind}") from None
        reports = desk.poll.all(full, lambda resource, rows: bars.advance(tasks[resource], rows))
        for report in reports:
            done = bars.tasks[tasks[report.resource]].completed
            bars.update(tasks[report.resource], total=max(done, 1), completed=max(done, 1))
    for report in reports:
        if report.failed:
            err.print(f"{report.resource}: {report.failed}", markup=False)
        for row in damage(views, report.event).get(report.resource, []):
            err.print(f"{report.resource}, {row}", markup=False, soft_wrap=True)
    if not reports:
        err.print("No event is open now: set DOORCHECK_EVENTS, or open one on the page.", markup=False)
    return sum(1 for report in reports if report.failed)


def drain() -> None:
    """Send what is owed to the platforms once.

    Example: [bold]doorcheck drain[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    with a_hub(settings) as hub:
        must_have_accounts(hub)
        troubles = []
        for account, desk in hub.desks.items():
            try:
                _take_lease(desk, account)
            except Trouble as error:
                troubles.append(str(error))
                continue
            if desk.selling is not None:
                desk.selling.issue()
            report = desk.drain()
            out.print(
                f"{account}: {report.done} sent, {report.again} again later, {report.conflict} in conflict, "
                f"{report.parked} for a person; {_waiting(hub, account)} waiting",
                markup=False,
            )
    _stop_for(troubles)


def _waiting(hub: Hub, account: AccountId) -> int:
    count = hub.store.views.outbox(account)
    return count.due + count.sending


def _take_lease(desk: Desk, account: str) -> None:
    """Wait a moment for a lease that is about to end; a running hub keeps its own."""
    for _ in range(3):
        if desk.lease.renew():
            return
        time.sleep(0.5)
    raise Trouble(f"a running hub speaks to {account} already, and does this by itself")
