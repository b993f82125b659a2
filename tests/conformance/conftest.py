"""The store's suite runs on every database, the providers' suite on every platform's simulator."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.conformance import houses
from tests.conformance.houses.house import Cable, Platform
from tests.conformance.store import House
from tests.fakes.databases import empty_tables, postgres_database

DATABASES = ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.xdist_group("postgres")])]


@pytest.fixture(scope="session")
def postgres_url() -> str:
    return postgres_database("conformance")


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'doorcheck.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def house(url: str) -> Iterator[House]:
    house = House(url)
    if not url.startswith("sqlite"):
        empty_tables(url)
    try:
        yield house
    finally:
        house.close()


# --- platforms --------------------------------------------------------------------------------------------------------

Opening = Callable[..., Any]


@pytest.fixture(scope="session")
def simulators() -> Iterator[dict[str, Platform[Any]]]:
    """One of each, started when a test first needs it."""
    running: dict[str, Platform[Any]] = {}
    yield running
    for platform in running.values():
        platform.stop()


@pytest.fixture(scope="session")
def cable() -> Cable:
    return Cable()


class _Ear(logging.Handler):
    """Keeps every line of every library's log."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(self.format(record))


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """All that is logged during a test, down to the least, and what the providers say."""
    told: list[str] = []

    def keep(logger: object, method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        told.append(f"{event!r}")
        raise structlog.DropEvent

    ear, root, before = _Ear(told), logging.getLogger(), logging.getLogger().level
    configured = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, keep],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET), cache_logger_on_first_use=False,
    )  # fmt: skip
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    yield told
    root.setLevel(before)
    root.removeHandler(ear)
    structlog.configure(**configured)


@pytest.fixture
def opening(simulators: dict[str, Platform[Any]], cable: Cable, heard: list[str], tmp_path: Path) -> Iterator[Opening]:
    """Opens houses by the name of their platform, with these settings of the account. Good weather to begin with; and
    at the end nobody may have heard a secret."""
    cable.fresh()
    used: list[Platform[Any]] = []
    opened: list[Any] = []

    def opening(name: str, **settings: Any) -> Any:
        if name not in simulators:
            simulators[name] = houses.PLATFORMS[name]()
            simulators[name].start()
        platform = simulators[name]
        if platform not in used:
            platform.reset()
            used.append(platform)
        opened.append(platform.open(cable, tmp_path, heard, **settings))
        return opened[-1]

    yield opening
    for platform in used:
        platform.reset()
    for house in opened:
        house.provider.close()
    said = "\n".join(heard)
    for platform in used:
        given_away = [secret for secret in platform.secrets(cable.sent) if secret in said]
        assert not given_away, [line for line in heard if given_away[0] in line][:3]
