"""The command line: one module per family of verbs. With `app.__main__` the only part of app that knows scanner."""

from __future__ import annotations

import faulthandler
import resource
import sys

import typer

from app.cli import (
    decoding,
    demo,
    doctor,
    export,
    house,
    kiosk,
    outbox,
    printing,
    report,
    sales,
    scan,
    serve,
    simulate,
    warehouse,
    webhooks,
)
from app.cli.common import Trouble, say

cli = typer.Typer(
    name="doorcheck",
    help="Door check-in that keeps working when the internet does not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.command("demo")(demo.demo)
cli.command("serve")(serve.serve)
cli.command("kiosk")(kiosk.kiosk)
cli.command("scan")(scan.scan)
cli.command("decode")(decoding.decode)
cli.command("poll")(house.poll)
cli.command("drain")(house.drain)
cli.command("doctor")(doctor.doctor)
cli.command("export")(export.export)
cli.add_typer(outbox.tray, name="outbox")
cli.add_typer(report.reports, name="report")
cli.add_typer(sales.sold, name="sales")
cli.add_typer(house.stations, name="station")
cli.add_typer(printing.printers, name="printer")
cli.add_typer(simulate.simulators, name="simulate")
cli.add_typer(warehouse.warehouse, name="warehouse")
cli.add_typer(webhooks.webhooks, name="webhook")


def _crash_discreetly() -> None:
    """A crash says where it was and leaves no picture of the memory: passwords and guests are in it."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Run a verb; what goes wrong outside of us is told in one line, with exit status 2."""
    _crash_discreetly()
    try:
        cli()
    except Trouble as error:
        say(f"doorcheck: {error}")
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(141)
