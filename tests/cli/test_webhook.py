"""`doorcheck webhook register`, against the simulated platform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from app.cli import cli
from app.cli.common import Trouble
from tests.scenarios.night.house import KEY, Platform, a_platform

CHANNEL_KEY = "cm_live_7Hw2Kq9Zt4"
ADDRESS = "https://door.salaluz.example"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with a_platform(tmp_path_factory.mktemp("platform"), 5, 1) as made:
        yield made


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs the command with these settings of the account."""

    def ask(*words: str, **account: str) -> Result:
        given = {"DATA_DIR": tmp_path / "data", "CONFIG": tmp_path / "none.toml"}
        named = {f"FOURVENUES__{name}": value for name, value in account.items()}
        for name, value in {**given, **named}.items():
            monkeypatch.setenv(f"DOORCHECK_{name}", str(value))
        return CliRunner().invoke(cli, ["webhook", "register", *words])

    yield ask
    structlog.reset_defaults()  # the command set the logs up, on a stream that is closed by now


def account(platform: Platform, key: str = CHANNEL_KEY) -> dict[str, str]:
    return {
        "API_KEY": KEY, "BASE_URL": f"{platform.url}/integrations", "CHANNELS_API_KEY": key,
        "CHANNELS_BASE_URL": f"{platform.url}/channels", "REQUESTS_PER_SECOND": "0",
    }  # fmt: skip


def endpoints(platform: Platform) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = platform._asked("GET", "/_control/webhooks")["endpoints"]
    return told


def test_the_platform_is_told_where_to_and_the_secret_is_printed_as_a_setting(asked: Any, platform: Platform) -> None:
    done = asked(f"{ADDRESS}/", **account(platform))
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    [told] = endpoints(platform)
    assert told["url"] == f"{ADDRESS}/webhooks/fourvenues"
    assert re.fullmatch(r'webhook_secret = "whsec_[0-9a-f]{32}"', done.stdout.splitlines()[-1])
    assert not any(secret in done.output for secret in (KEY, CHANNEL_KEY))


@pytest.mark.parametrize(
    "address",
    [
        "door.salaluz.example",
        "ftp://door",
        "https://",
        f"{ADDRESS}/page",
        f"{ADDRESS}?x=1",
        f"{ADDRESS}/#a",
        "https://a b",
    ],
)
def test_an_address_that_is_none_of_a_hub_is_told_before_anybody_is_asked(asked: Any, address: str) -> None:
    done = asked(address, API_KEY=KEY, BASE_URL="http://127.0.0.1:9/integrations")
    assert isinstance(done.exception, Trouble)
    assert "no address of a hub" in str(done.exception)


@pytest.mark.parametrize(("words", "told"), [((), "channels_api_key"), (("--account", "nobody"), "nobody has no")])
def test_an_account_that_does_not_sell_on_phones_is_told(asked: Any, words: tuple[str, ...], told: str) -> None:
    done = asked(ADDRESS, *words, API_KEY=KEY, BASE_URL="http://127.0.0.1:9/integrations")
    assert isinstance(done.exception, Trouble)
    assert told in str(done.exception)


def test_without_any_account_the_setting_is_named(asked: Any) -> None:
    done = asked(ADDRESS)
    assert isinstance(done.exception, Trouble)
    assert "API_KEY" in str(done.exception)


def test_a_platform_that_says_no_is_told_without_any_key(asked: Any, platform: Platform) -> None:
    done = asked(ADDRESS, **account(platform, key="ik_of_another_kind"))
    assert isinstance(done.exception, Trouble)
    assert str(done.exception).startswith("the platform does not take it")
    assert "ik_of_another_kind" not in f"{done.output}{done.exception}"


def test_a_platform_that_is_not_there_is_told_in_one_line(asked: Any) -> None:
    away = {"API_KEY": KEY, "CHANNELS_API_KEY": CHANNEL_KEY, "CHANNELS_BASE_URL": "http://127.0.0.1:9/channels"}
    done = asked(ADDRESS, BASE_URL="http://127.0.0.1:9/integrations", **away)
    assert isinstance(done.exception, Trouble)
    assert "\n" not in str(done.exception)
