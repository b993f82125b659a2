"""`doorcheck printer test`: does paper come out, with accents, the euro sign and a code?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from app.cli.common import Trouble, out, settings_or_stop, start_logs
from app.paper.escpos import EscposPrinter
from app.paper.places import place_of
from app.paper.receipt import Head
from app.paper.trial import trial
from app.ports.paper import PrinterError
from app.settings import Settings

printers = typer.Typer(
    help="The printer of receipts: \\[printing] in doorcheck.toml.\n\nExample: [bold]doorcheck printer test[/bold]",
    no_args_is_help=True,
)


@printers.callback()
def _family() -> None:
    """Without it typer takes a family of one verb for the verb."""


def printer_of(settings: Settings) -> EscposPrinter:
    """The printer of the settings, which name one."""
    one = settings.printing
    return EscposPrinter(place_of(one.printer), width=one.width, copies=one.copies, profile=one.profile)


@printers.command("test")
def print_one(
    language: Annotated[Literal["en", "es"] | None, typer.Option(help="en or es; the kiosk's when not given.")] = None,
) -> None:
    """Print a receipt that is none, or say what is wrong and what to do.

    Example: [bold]doorcheck printer test[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    printing = settings.printing
    if not printing.printer:
        raise Trouble('DOORCHECK_PRINTING__PRINTER: is missing; for example printer = "tcp://192.168.1.50:9100"')
    head = Head(venue=printing.venue, vat=printing.vat, zone=settings.zone)
    try:
        printer_of(settings).print(trial(head, language or settings.kiosk.language, datetime.now(UTC)))
    except PrinterError as error:
        raise Trouble(f"{printing.printer}: {error}") from None
    words = "printed" if place_of(printing.printer).answers else "sent; it does not tell whether it printed, look at it"
    out.print(f"{printing.printer}: {words}", markup=False, soft_wrap=True)
