"""`doorcheck warehouse`: the back office in a database for analysts."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from app.cli.common import Trouble, err, out, say, settings_or_stop, start_logs
from app.ports.office import Archive
from app.providers.registry import AccountConfig, BuiltAccount, build
from app.settings import Settings
from app.warehouse.privacy import Privacy
from app.warehouse.running import Warehouse
from app.warehouse.schema import TABLES
from app.warehouse.sync import Plan, Tally
from app.warehouse.sync import Progress as Told
from app.warehouse.target import TargetError

warehouse = typer.Typer(help="The whole back office in a database of your own.", no_args_is_help=True)

To = Annotated[str, typer.Option(help="sqlite:///FILE, postgresql://..., duckdb:///FILE or parquet:///FOLDER.")]
MOST_SHOWN = 5
"""Damaged rows that a run names; `doorcheck warehouse damaged` names all."""
SHARE = 0.5
"""Of an account's pace: a hub that runs beside us has the rest for the door."""


@warehouse.command("sync")
def sync(
    to: To = "",
    full: Annotated[bool, typer.Option("--full", help="Read everything again, and mark what was deleted.")] = False,
    privacy: Annotated[
        Privacy | None, typer.Option(help="Guests' names and addresses: keep, drop or hash; for a new target keep.")
    ] = None,
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may be given several times.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON line for each table.")] = False,
) -> None:
    """Load everything once, afterwards what changed. May be interrupted at any moment and started again.

    Example: [bold]doorcheck warehouse sync --to sqlite:///warehouse.db[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    plan = Plan(full=full, full_every=timedelta(days=settings.warehouse.full_days) or None)
    with _archives(settings, account or ()) as archives, _told(settings, to):
        house = _house(settings, to, privacy)
        with _bars(as_json) as told:
            tallies = house.sync(archives, plan, progress=told)
        shown = _damaged(house, MOST_SHOWN) if any(one.damaged for one in tallies) else []
    _say(tallies, shown, as_json)
    if any(one.failed for one in tallies):
        raise typer.Exit(1)


@warehouse.command("damaged")
def damaged(to: To = "", as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False) -> None:
    """List rows of which a typed column could not be read. They are kept as they were sent, in the column raw.

    Example: [bold]doorcheck warehouse damaged --to sqlite:///warehouse.db[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    with _told(settings, to):
        rows = _damaged(_house(settings, to, None), None)
    for account, table, ref, why in rows:
        line = json.dumps({"account": account, "table": table, "id": ref, "why": why}, ensure_ascii=False)
        out.print(line if as_json else f"{account} {table} {ref}: {why}", markup=False, soft_wrap=True)


def _house(settings: Settings, to: str, privacy: Privacy | None) -> Warehouse:
    wanted = to or settings.warehouse.to
    if not wanted:
        raise TargetError("is missing; for example --to sqlite:///warehouse.db, or set DOORCHECK_WAREHOUSE__TO")
    kept = privacy or (Privacy(settings.warehouse.privacy) if settings.warehouse.privacy else None)
    return Warehouse(
        to=wanted, privacy=kept, zone=settings.zone, clock=lambda: datetime.now(UTC),
        new_salt=lambda: secrets.token_hex(32),
    )  # fmt: skip


def _damaged(house: Warehouse, most: int | None) -> list[tuple[str, str, str, str]]:
    target = house.opened()
    try:
        return [row for row, _ in zip(target.damaged(), range(most or 10**9), strict=False)]
    finally:
        target.close()


@contextmanager
def _told(settings: Settings, to: str) -> Iterator[None]:
    """What is wrong with the target, in one line that names the option it came from."""
    try:
        yield
    except TargetError as error:
        from_settings = error.option == "--to" and not to and settings.warehouse.to
        raise Trouble(f"{'DOORCHECK_WAREHOUSE__TO' if from_settings else error.option}: {error}") from None


@contextmanager
def _archives(settings: Settings, wanted: Sequence[str]) -> Iterator[list[Archive]]:
    """The back offices of the accounts that have one. The hub's own database is not needed."""
    built = build([_slower(one) for one in settings.account_configs()], lambda: datetime.now(UTC))
    try:
        for one in built:
            if one.problem and (not wanted or one.account in wanted):
                raise Trouble(f"account {one.account}: {one.problem}")
        yield _chosen(built, wanted)
    finally:
        for one in built:
            if one.provider is not None:
                one.provider.close()


def _chosen(built: Sequence[BuiltAccount], wanted: Sequence[str]) -> list[Archive]:
    known = {one.account: one.archive for one in built}
    for name in wanted:
        if name not in set(known):
            raise Trouble(f"--account: there is no account {name!r}; there are: {', '.join(known) or 'none'}")
    archives = [one for name, one in known.items() if one is not None and (not wanted or name in wanted)]
    if not archives:
        raise Trouble("no account here has a back office that can be read; Fourvenues accounts do")
    return archives


def _slower(config: AccountConfig) -> AccountConfig:
    try:
        pace = float(str(config.options.get("requests_per_second", 10)))
    except ValueError:
        return config
    if config.provider != "fourvenues":
        return config
    return replace(config, options={**config.options, "requests_per_second": pace * SHARE})


@contextmanager
def _bars(as_json: bool) -> Iterator[Told]:
    """Rows read so far, a line for each table, where somebody looks."""
    if as_json or not err.is_terminal:
        yield lambda _table, _rows: None
        return
    columns = TextColumn("{task.description:<16}"), BarColumn(), TextColumn("{task.completed:>9,} rows")
    with Progress(*columns, console=err, transient=True) as bars:
        tasks = {one.name: bars.add_task(one.name, total=None, visible=False) for one in TABLES}

        def told(table: str, rows: int) -> None:
            bars.update(tasks[table], advance=rows, visible=True)

        yield told


def _say(tallies: Sequence[Tally], shown: Sequence[tuple[str, str, str, str]], as_json: bool) -> None:
    if as_json:
        for one in tallies:
            print(json.dumps(asdict(one), ensure_ascii=False))
        print(json.dumps(_sums(tallies)))
    else:
        _print_table(tallies)
    for (account, words), tables in _reasons(tallies).items():
        say(f"{account}, {', '.join(tables)}: {words}")
    for account, table, ref, why in shown:
        say(f"damaged: {account} {table} {ref}: {why}")


def _reasons(tallies: Sequence[Tally]) -> dict[tuple[str, str], list[str]]:
    """(account, why) -> the tables that were not read for it."""
    told: dict[tuple[str, str], list[str]] = {}
    for one in tallies:
        words = one.failed or (f"skipped: {one.skipped}" if one.skipped else "")
        if words:
            told.setdefault((one.account, words), []).append(one.table)
    return told


def _sums(tallies: Sequence[Tally]) -> dict[str, Any]:
    names = ("read", "written", "deleted", "damaged")
    return {name: sum(getattr(one, name) for one in tallies) for name in names} | {"at": int(time.time())}


def _print_table(tallies: Sequence[Tally]) -> None:
    table = Table("Account", "Table", *("Read", "Written", "Deleted", "Damaged"))
    for one in tallies:
        table.add_row(
            one.account, one.table, f"{one.read:,}", f"{one.written:,}", f"{one.deleted:,}", f"{one.damaged:,}"
        )
    out.print(table)
