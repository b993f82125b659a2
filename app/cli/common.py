"""What every verb needs: settings, a wired hub, words on the screen, logs that hold no secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import structlog
from rich.console import Console
from structlog.typing import EventDict, Processor

import scanner
from app.bootstrap import Hub, make_hub
from app.domain.model import Station, StationId
from app.ports import Notices, StoreError
from app.settings import Settings, UnusableSetting, load_settings

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Trouble(Exception):
    """Something outside of us is wrong; the message is one line that says what to do."""


def say(text: str) -> None:
    err.print(text, markup=False, soft_wrap=True)


def page_folder() -> Path:
    """Where the built scanner page is, if it is."""
    return Path(scanner.__file__).parent / "page"


def settings_or_stop(**given: Any) -> Settings:
    try:
        return load_settings(**given)
    except UnusableSetting as error:
        raise Trouble(str(error)) from None


@contextmanager
def a_hub(settings: Settings, *, hub: bool = False, notices: Notices | None = None) -> Iterator[Hub]:
    """A wired hub, closed again afterwards."""
    try:
        made = make_hub(settings, hub=hub, listeners=notices)
    except StoreError as error:
        raise Trouble(str(error)) from None
    try:
        stop_if_misconfigured(made)
        yield made
    except StoreError as error:
        raise Trouble(str(error)) from None
    finally:
        made.close()


def stop_if_misconfigured(hub: Hub) -> None:
    own = {"fourvenues", "oveit"}
    for one in hub.accounts:
        if one.problem:
            setting, _, words = one.problem.partition(":")
            prefix = one.account.upper() if one.account in own else f"ACCOUNTS__{one.account.upper()}"
            raise Trouble(f"DOORCHECK_{prefix}__{setting.upper()}:{words}")


def must_have_accounts(hub: Hub) -> None:
    if not hub.providers:
        raise Trouble(
            "DOORCHECK_FOURVENUES__API_KEY: is missing; set it (or DOORCHECK_OVEIT__EMAIL and __PASSWORD, or an "
            "[accounts.NAME]), or try `doorcheck demo` first"
        )


def find_station(hub: Hub, name: str | None) -> Station:
    """A station by name; without a name, one of the command line's own."""
    if name is None:
        return Station(id=StationId(0), name="command line")
    for record in hub.store.views.stations():
        if record.station.name == name and record.revoked_at is None:
            return record.station
    raise Trouble(f"there is no station called {name!r}; `doorcheck station list` shows them")


def _stamp(_logger: Any, _name: str, event: EventDict) -> EventDict:
    event["at"] = datetime.now(UTC)
    return event


def _as_json() -> list[Processor]:
    return [structlog.processors.add_log_level, _stamp, structlog.processors.format_exc_info, _encode]


def _encode(_logger: Any, _name: str, event: EventDict) -> bytes:
    """One line of JSON; msgspec, since each scan writes one on the path of a guest."""
    return msgspec.json.encode(event, enc_hook=str)


def _as_lines() -> list[Processor]:
    """For people. Tracebacks without the values of variables: those may be guests."""
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [structlog.processors.add_log_level, stamp, renderer]


def start_logs(settings: Settings, *, quiet: bool = False) -> None:
    """Events with fields, to stderr: lines for people on a terminal, JSON elsewhere. `quiet`: warnings only."""
    level = logging.getLevelNamesMapping()["WARNING" if quiet else settings.log_level.upper()]
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=_as_json() if as_json else _as_lines(),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer)
        if as_json
        else structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
    for noisy in ("httpx", "httpcore", "apscheduler", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
