"""`doorcheck simulate`: a platform to rehearse against."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Annotated

import typer

from app.cli.common import Trouble

simulators = typer.Typer(help="Play a ticketing platform, with its traps as switches.", no_args_is_help=True)

Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]
Guests = Annotated[int, typer.Option(help="Tickets sold for the night that is on now.", min=0)]
Settings = Annotated[list[str] | None, typer.Option(help="name=value; may be given several times.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same guests.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]


def _command(name: str, title: str, port: int, switch: str) -> None:
    """One verb for each platform, all alike; `switch` is one of its own, for the example."""

    def play(
        port: Port = port,
        guests: Guests = 2000,
        switch: Settings = None,
        seed: Seed = 1,
        host: Host = "127.0.0.1",
        with_parent: WithParent = False,
    ) -> None:
        from app.simulators import serving

        serve = {"fourvenues": serving.serve_fourvenues, "oveit": serving.serve_oveit}[name]
        _run(lambda: serve(port, guests, switch or [], seed, host), port, with_parent)

    play.__doc__ = f"""Serve {title} that behaves as its facts page says; switches can be changed while it runs.

    Example: [bold]doorcheck simulate {name} --port {port} --guests 2000 --switch {switch}[/bold]
    """
    simulators.command(name)(play)


_command("fourvenues", "a Fourvenues", 9000, "lose_answers=0.1")
_command("oveit", "an Oveit", 9001, "gate_between=0.1")


def _run(serve: Callable[[], None], port: int, with_parent: bool) -> None:
    from app.simulators.switchboard import SwitchError

    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        serve()
    except SwitchError as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"port {port}: {error.strerror}; choose another with --port") from None


def _end_with_parent() -> None:
    """Whoever started us holds the other end of stdin: when it is gone, however it ended, so are we."""
    sys.stdin.read()
    os._exit(0)
