"""`doorcheck export`: the night as a file, and the list on paper for when everything fails."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from app.bootstrap import Hub
from app.cli.common import Trouble, a_hub, settings_or_stop, start_logs
from app.domain.model import EventId


class What(StrEnum):
    SCANS = "scans"
    GUESTS = "guests"


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


def export(
    what: Annotated[What, typer.Argument(help="scans: what happened; guests: a paper fall-back list.")],
    event: Annotated[str | None, typer.Option(help="Only this event.")] = None,
    form: Annotated[Format, typer.Option("--format", help="csv or jsonl.")] = Format.CSV,
    to: Annotated[Path | None, typer.Option("-o", "--output", help="A file; default: standard output.")] = None,
) -> None:
    """Write scans or guests.

    Example: [bold]doorcheck export guests --event ev_0001 -o list.csv[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    with a_hub(settings) as hub:
        ids = _events(hub, event)
        rows = _scans(hub, ids) if what is What.SCANS else _guests(hub, ids)
        with _file(to) as file:
            _write(rows, form, file)


def _events(hub: Hub, event: str | None) -> list[EventId]:
    known = hub.store.open_events().values()
    ids = [one.id for one in known if event is None or event in {one.id, one.ref}]
    if event is not None and not ids:
        raise Trouble(f"there is no event {event!r} here")
    return ids


def _scans(hub: Hub, events: list[EventId]) -> Iterator[dict[str, Any]]:
    for one in hub.store.views.answers():
        if one.event is None or one.event in events:
            yield {
                "id": one.scan, "at": one.at.astimezone(hub.settings.zone).isoformat(), "station": one.station,
                "direction": one.direction, "outcome": one.outcome, "reason": one.reason, "heads": one.heads,
                "event": one.event_name, "kind": one.kind or "", "rate": one.rate,
                "name": one.guest.name if one.guest else "", "undoes": one.undoes or "",
            }  # fmt: skip


def _guests(hub: Hub, events: list[EventId]) -> Iterator[dict[str, Any]]:
    names = hub.store.open_events()
    for one in hub.store.views.guests(events):
        entrance = one.allowance("entrance")
        yield {
            "event": names[one.event].name, "name": one.guest.name, "kind": one.kind, "rate": one.rate,
            "standing": one.standing, "heads": entrance.limit if entrance else 0,
            "entered": entrance.entered if entrance else 0, "note": one.guest.note,
            "code": ", ".join(each.value for each in sorted(one.credentials, key=lambda each: each.scheme)),
        }  # fmt: skip


@contextmanager
def _file(to: Path | None) -> Iterator[TextIO]:
    if to is None:
        yield sys.stdout
        return
    try:
        with to.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise Trouble(f"{to}: {error.strerror}") from None


def _write(rows: Iterator[dict[str, Any]], form: Format, file: TextIO) -> None:
    if form is Format.JSONL:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
        writer.writerow({name: _harmless(value) for name, value in row.items()})


def _harmless(value: Any) -> Any:
    """A cell that begins like a formula is text with an apostrophe: a guest's name must not run in a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
