"""`doorcheck sales`: what was sold at the door, and what a person decides about sales that a platform refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table

from app.bootstrap import Hub
from app.cli.common import Trouble, a_hub, out, settings_or_stop, start_logs
from app.domain.sale import Sale, SaleId, SaleState
from app.domain.sale_words import sale_words
from app.flows.sale_desk import NoSale

sold = typer.Typer(invoke_without_command=True)
BY = "command line"
Id = Annotated[str, typer.Argument(help="The sale, as the table names it.")]
Why = Annotated[str, typer.Option(help="Why; it is kept.")]


@sold.callback()
def show(
    ctx: typer.Context,
    state: Annotated[list[SaleState] | None, typer.Option(help="Only these; default: every one.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest first.", min=1, max=1000)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per sale, without guests.")] = False,
) -> None:
    """Show what was sold at the door, and what waits for a person.

    Example: [bold]doorcheck sales --state conflict[/bold], then [bold]doorcheck sales retry s1-7f3a9c[/bold]
    """
    if ctx.invoked_subcommand is not None:
        return
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    with a_hub(settings) as hub:
        found = hub.store.views.sales.latest(state or [], None, limit)
        if as_json:
            for sale in found:
                print(json.dumps(_plain(sale)))
        else:
            _table(found, hub)


def _table(found: list[Sale], hub: Hub) -> None:
    table = Table("Sale", "State", "At", "Station", "By", "Rate", "Tickets", "Total", "Paid by", "The platform says")
    for one in found:
        table.add_row(
            one.id, one.state, f"{one.at.astimezone(hub.settings.zone):%d %b %H:%M:%S}", one.station, one.by,
            one.rate_name, str(one.quantity), str(one.total), one.order.tender, one.words,
        )  # fmt: skip
    if found:
        out.print(table)
    views = hub.store.views.sales
    out.print(
        f"{views.count(SaleState.DUE) + views.count(SaleState.SENDING)} waiting to be told, "
        f"{views.count(SaleState.WAITING)} waiting to be paid, {views.count(SaleState.CONFLICT)} in conflict",
        markup=False,
    )


def _plain(sale: Sale) -> dict[str, object]:
    return {
        "id": sale.id, "state": sale.state, "at": sale.at.isoformat(), "station": sale.station, "by": sale.by,
        "rate": sale.rate_name, "price": sale.price_name, "tickets": sale.quantity, "total": sale.total.minor,
        "currency": sale.total.currency, "tender": sale.order.tender, "words": sale.words,
    }  # fmt: skip


@sold.command("retry")
def retry(sale: Id) -> None:
    """Ask the platform again for its tickets, after a look at what it has.

    Example: [bold]doorcheck sales retry s1-7f3a9c[/bold]
    """
    _decide(sale, lambda hub: hub.selling.sell.retry(SaleId(sale), BY))


@sold.command("accept")
def accept(sale: Id, reason: Why) -> None:
    """Say that the platform has its tickets, made there by hand under the same codes.

    Example: [bold]doorcheck sales accept s1-7f3a9c --reason "made in the back office"[/bold]
    """
    _decide(sale, lambda hub: hub.selling.sell.accept(SaleId(sale), BY, reason))


@sold.command("discard")
def discard(sale: Id, reason: Why) -> None:
    """Say that the platform is told neither of the sale nor of its entries. The money stays in the till's count.

    Example: [bold]doorcheck sales discard s1-7f3a9c --reason "money given back"[/bold]
    """
    _decide(sale, lambda hub: hub.selling.sell.discard(SaleId(sale), BY, reason))


def _decide(sale: str, act: Callable[[Hub], Sale | NoSale]) -> None:
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    with a_hub(settings) as hub:
        done = act(hub)
        if isinstance(done, NoSale):
            raise Trouble(f"{sale}: {done.value}")
        out.print(f"{sale}: {done.state}. {sale_words(done.state, done.order.tender, 'en')}", markup=False)
