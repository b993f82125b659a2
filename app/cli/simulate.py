"""`doorcheck simulate`: a platform to rehearse against."""

from __future__ import annotations

import os
import sys
import threading
from typing import Annotated

import typer

from app.cli.common import Trouble

simulators = typer.Typer(help="Play a ticketing platform, with its traps as switches.", no_args_is_help=True)


@simulators.command("fourvenues")
def fourvenues(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 9000,
    guests: Annotated[int, typer.Option(help="Tickets sold for the night that is on now.", min=0)] = 2000,
    switch: Annotated[list[str] | None, typer.Option(help="name=value; may be given several times.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same guests.")] = 1,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Serve a Fourvenues that behaves as its facts page says; switches can be changed while it runs.

    Example: [bold]doorcheck simulate fourvenues --port 9000 --guests 2000 --switch lose_answers=0.1[/bold]
    """
    from app.simulators.serving import serve_fourvenues
    from app.simulators.switchboard import SwitchError

    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        serve_fourvenues(port, guests, switch or [], seed, host)
    except SwitchError as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"port {port}: {error.strerror}; choose another with --port") from None


def _end_with_parent() -> None:
    """Whoever started us holds the other end of stdin: when it is gone, however it ended, so are we."""
    sys.stdin.read()
    os._exit(0)
