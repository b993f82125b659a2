"""`doorcheck decode`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.decoding import decode_lines


def decode(files: Annotated[list[Path], typer.Argument(help="Images to read, in this order.")]) -> None:
    """Print one JSON line per image: {"file", "codes": [{"value", "format"}]}. Decides nothing.

    Example: [bold]doorcheck decode ticket.png photo.jpg[/bold]
    """
    for line in decode_lines(files):
        sys.stdout.write(line + "\n")
