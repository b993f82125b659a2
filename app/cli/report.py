"""`doorcheck report`: what platforms took in and gave back, as a file or on the screen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from app.bootstrap import REPORTS, Hub
from app.cli.common import Trouble, a_hub, err, out, settings_or_stop, start_logs
from app.domain.model import AccountId
from app.domain.money import Money
from app.domain.sale import Wrong
from app.domain.takings import Asked, By, Sum, Summary, days_of
from app.domain.takings import Progress as Step
from app.flows.takings import door_takings
from app.office.columns import about
from app.office.making import make
from app.office.report import Report
from app.office.unmade import Unmade
from app.office.writing import Target, target
from app.ports.office import Archive

reports = typer.Typer(
    help="Reports for the office.\n\nExample: [bold]doorcheck report payments --from 2026-11-01 --to 2026-11-30[/bold]",
    no_args_is_help=True,
)


@reports.callback()
def _family() -> None:
    """Keep `payments` a verb of its own while it is the only one."""


class Damaged(StrEnum):
    REFUSE = "refuse"
    LIST = "list"


@reports.command("payments")
def payments(
    first: Annotated[str, typer.Option("--from", help="The first day, 2025-11-01; a day of the venue's zone.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day; 400 days at most.")] = "",
    event: Annotated[str, typer.Option(help="Only this event: our id or the platform's.")] = "",
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may be given several times.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .xlsx, .csv, .parquet or .json file.")
    ] = None,
    damaged: Annotated[Damaged, typer.Option(help="Rows that can't be read: refuse, or list them.")] = Damaged.REFUSE,
) -> None:
    """Report payments, refunds and the wallet, with totals by event, day, method and sale type.

    What came before a run was cut off is not asked for again.
    Example: [bold]doorcheck report payments --from 2025-11-01 --to 2025-11-30 -o november.xlsx[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    days = days_of(first, last)
    if isinstance(days, Wrong):
        raise Trouble(f"--{days.field}: {days.words}")
    try:
        with _target(output) as file, a_hub(settings) as hub:
            archives = _archives(hub, account or ())
            asked = _asked(hub, days, event, list(archives))
            _report(hub, asked, archives, file, damaged)
    except Unmade as error:
        raise Trouble(_told(error)) from None


def _told(error: Unmade) -> str:
    if error.damaged:
        return f"{error.words}: --damaged list"
    return f"--{error.field}: {error.words}" if error.field else error.words


@contextmanager
def _target(output: Path | None) -> Iterator[Target | None]:
    """Known to be writable before anything is asked of a platform."""
    if output is None:
        yield None
        return
    with target(output) as file:
        yield file


def _archives(hub: Hub, wanted: Sequence[str]) -> dict[AccountId, Archive]:
    every = {one.account: one.archive for one in hub.accounts}
    for name in wanted:
        if name not in every:
            raise Trouble(f"--account: there is no account {name!r}; there are: {', '.join(every) or 'none'}")
        if every[AccountId(name)] is None:
            raise Trouble(f"--account: {name} has no back office that can be asked for payments")
    found = {name: one for name, one in every.items() if one is not None and (not wanted or name in wanted)}
    if not found:
        raise Trouble("no account here has a back office that can be asked for payments; Fourvenues accounts do")
    return found


def _asked(hub: Hub, days: tuple[date, date], event: str, accounts: list[AccountId]) -> Asked:
    """An event that the hub knows is asked for by the platform's id, of its own account alone."""
    asked = Asked(first=days[0], last=days[1], zone=hub.settings.zone, accounts=tuple(accounts), event=event)
    known = hub.store.open_events().values() if event else ()
    here = [one for one in known if event in (one.id, one.ref) and one.account in accounts]
    found = next((one for one in here if one.id == event), here[0] if here else None)
    if found is None:
        return asked
    return replace(asked, accounts=(found.account,), event=found.ref, event_name=found.name or found.ref)


def _report(hub: Hub, asked: Asked, archives: dict[AccountId, Archive], file: Target | None, damaged: Damaged) -> None:
    with _bars() as bars:
        steps = _Steps(bars)
        folder = hub.settings.data_dir / REPORTS
        report = make(asked, archives, folder, hub.clock, steps, time.sleep, door_takings(hub.store, asked))
        try:
            if damaged is Damaged.REFUSE:
                report.check()
            summary = report.summary()
            if file is not None:
                _write(report, file, bars)
        except Unmade:
            report.spool.close()
            raise
        report.spool.remove()
    _say(summary, file) if file is not None else _show(summary)


def _bars() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, console=err, transient=True)


class _Steps:
    """A bar for each collection; how long one is, is only known at its end."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._last: TaskID | None = None

    def __call__(self, step: Step) -> None:
        key = (step.account, step.what)
        if key not in self._tasks:
            self._end()
            words = f"{step.account}: {step.what}" if step.account else step.what
            self._tasks[key] = self._bars.add_task(words, total=step.of or None)
        self._last = self._tasks[key]
        self._bars.update(self._last, completed=step.done, total=step.of or None)

    def _end(self) -> None:
        if self._last is not None:
            done = next(one.completed for one in self._bars.tasks if one.id == self._last)
            self._bars.update(self._last, total=max(done, 1), completed=max(done, 1))


def _write(report: Report, file: Target, bars: Progress) -> None:
    task = bars.add_task(f"writing {file.path.name}", total=None)
    file.write(report, lambda: bars.advance(task))


def _say(summary: Summary, file: Target) -> None:
    for one in summary.sums.by(By.ALL):
        out.print(_line(one), markup=False, soft_wrap=True)
    out.print(f"Written: {file.path}", markup=False, soft_wrap=True)


def _line(one: Sum) -> str:
    return f"{one.payments} payments {one.paid}, {one.refunds} refunds {one.refunded}, net {one.net}"


def _show(summary: Summary) -> None:
    """On the screen: everything but the single rows."""
    _table("Total", By.ALL, summary)
    _table("Event", By.EVENT, summary)
    _table("Day", By.DAY, summary)
    _table("Method", By.METHOD, summary)
    _table("Sale type", By.SALE_TYPE, summary)
    _reconciled(summary)
    for name, note in about(summary):
        out.print(f"{name}: {note}", markup=False, soft_wrap=True)


def _table(title: str, by: By, summary: Summary) -> None:
    table = Table(title, "Payments", "Paid", "Refunds", "Refunded", "Net")
    for at in range(1, 6):
        table.columns[at].justify = "right"
    for one in summary.sums.by(by):
        name = one.name or one.key[1] or one.key[0] or ("" if by is By.ALL else "(not told)")
        table.add_row(Text(name), str(one.payments), *map(str, (one.paid, one.refunds, one.refunded, one.net)))
    out.print(table)


def _reconciled(summary: Summary) -> None:
    if summary.reconciled is None:
        return
    table = Table("Sold at the door", "Sales", "Here", "At the platform", "Difference")
    for one in summary.reconciled:
        there: Money | str = one.there if one.there is not None else "never there"
        table.add_row(one.tender, str(one.count), str(one.here), str(there), str(one.difference))
    out.print(table)
