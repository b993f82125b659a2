"""`doorcheck outbox`: the tray of what is owed, and what a person decides about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Annotated

import typer
from rich.table import Table

from app.bootstrap import Hub
from app.cli.common import Trouble, a_hub, out, settings_or_stop, start_logs
from app.domain.codes import shorten
from app.domain.model import CallId
from app.domain.outbox import CallState
from app.domain.troubles import explain
from app.ports import CallRow, Tx

tray = typer.Typer(invoke_without_command=True)

OPEN = (CallState.DUE, CallState.SENDING, CallState.PARKED, CallState.CONFLICT)
MAY_CHANGE = frozenset({CallState.DUE, CallState.PARKED, CallState.CONFLICT})
BY = "command line"


@tray.callback()
def show(
    ctx: typer.Context,
    state: Annotated[list[CallState] | None, typer.Option(help="Only these; default: all that is not settled.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per call.")] = False,
) -> None:
    """Show what is owed to the platforms, and what waits for a person.

    Example: [bold]doorcheck outbox[/bold], then [bold]doorcheck outbox retry 17[/bold]
    """
    if ctx.invoked_subcommand is not None:
        return
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    with a_hub(settings) as hub:
        rows = hub.store.views.calls([one.value for one in state or OPEN], limit)
        if as_json:
            for row in rows:
                print(json.dumps(_plain(row)))
            return
        _table(rows, hub)


def _table(rows: list[CallRow], hub: Hub) -> None:
    table = Table("No.", "State", "Guest", "Code", "Heads", "At", "Station", "Tries", "Why", "The platform says")
    for row in rows:
        call = row.call
        table.add_row(
            str(call.id), call.state, row.guest, shorten(call.code), f"{call.heads:+d}",
            f"{call.at.astimezone(hub.settings.zone):%d %b %H:%M:%S}", call.station, str(call.attempts),
            explain(row.why, "en") if row.why else "", row.words,
        )  # fmt: skip
    count = hub.store.views.outbox()
    if rows:
        out.print(table)
    out.print(
        f"{count.due + count.sending} waiting to be sent, {count.parked} for a person, "
        f"{count.conflict} in conflict, {count.done} sent",
        markup=False,
    )


def _plain(row: CallRow) -> dict[str, object]:
    call = row.call
    return {
        "id": call.id, "scan": call.scan, "state": call.state, "kind": call.kind, "code": shorten(call.code),
        "heads": call.heads, "at": call.at.isoformat(), "station": call.station, "attempts": call.attempts,
        "why": row.why, "words": row.words,
    }  # fmt: skip


@tray.command("retry")
def retry(call: Annotated[int, typer.Argument(help="The number in the table.")]) -> None:
    """Send a call again, after a look at what the platform shows. Example: [bold]doorcheck outbox retry 17[/bold]"""
    _decide(call, lambda hub, tx: tx.calls.retry(CallId(call), hub.clock(), BY))


@tray.command("accept")
def accept(
    call: Annotated[int, typer.Argument(help="The number in the table.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Say that the platform has it: the guest counts as entered.

    Example: [bold]doorcheck outbox accept 17 --reason "seen in the back office"[/bold]
    """
    _decide(call, lambda hub, tx: tx.calls.accept(CallId(call), hub.clock(), BY, reason))


@tray.command("discard")
def discard(
    call: Annotated[int, typer.Argument(help="The number in the table.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Say that it is not to be sent: the heads are given back.

    Example: [bold]doorcheck outbox discard 17 --reason "test scan"[/bold]
    """
    _decide(call, lambda hub, tx: tx.calls.discard(CallId(call), hub.clock(), BY, reason))


@tray.command("resolve")
def resolve(
    call: Annotated[int, typer.Argument(help="The number in the table.")],
    note: Annotated[str, typer.Option(help="What came of it; it is kept.")],
) -> None:
    """Say that a conflict has been seen to: the guest stays counted as inside.

    Example: [bold]doorcheck outbox resolve 17 --note "spoke to her, two tickets bought twice"[/bold]
    """
    _decide(call, lambda hub, tx: tx.calls.resolve(CallId(call), hub.clock(), BY, note), {CallState.CONFLICT})


def _decide(call: int, act: Callable[[Hub, Tx], None], states: Collection[CallState] = MAY_CHANGE) -> None:
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    with a_hub(settings) as hub:
        row = hub.store.views.call(CallId(call))
        if row is None:
            raise Trouble(f"there is no call number {call}")
        if row.call.state not in states:
            raise Trouble(f"call {call} is {row.call.state}: this takes one that is {' or '.join(sorted(states))}")
        hub.store.run(lambda tx: act(hub, tx))
        after = hub.store.views.call(CallId(call))
        out.print(f"{call}: {row.call.state} -> {after.call.state if after else 'gone'}", markup=False)
