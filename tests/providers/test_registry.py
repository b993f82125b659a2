"""Accounts from settings: one that can't be used says which setting, and stops no other."""

import re
from pathlib import Path

import pytest

from app.domain.model import AccountId
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.registry import PROVIDERS, AccountConfig, build
from tests.providers.harness import KEY, NOW

ROOT = Path(__file__).parents[2]
PLAIN = {"api_key": KEY, "base_url": "http://127.0.0.1:9/integrations"}


def config(
    name: str = "fourvenues", provider: str = "fourvenues", enabled: bool = True, **options: object
) -> AccountConfig:
    return AccountConfig(account=AccountId(name), provider=provider, enabled=enabled, options=options)


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"api_key": ""}, "api_key"), ({"api_key": "ik_live_ñ"}, "api_key"), ({"api_key": "a\r\nb: c"}, "api_key"),
        ({"base_url": "ftp://x"}, "base_url"), ({"base_url": "api.example.com"}, "base_url"),
        ({"base_url": "https://u:p@x.example"}, "base_url"), ({"base_url": "https://x.example:port"}, "base_url"),
        ({"base_url": "https://[x"}, "base_url"), ({"page_size": "many"}, "page_size"), ({"page_size": 0}, "page_size"),
        ({"requests_per_second": -1}, "requests_per_second"), ({"timeout": "0"}, "timeout"),
        ({"overlap": "nan"}, "overlap"), ({"ticket_lookup_path": "code/"}, "ticket_lookup_path"),
        ({"timezone": "Europe/Nowhere"}, "timezone"), ({"timezone": "../etc"}, "timezone"), ({"apikey": "x"}, "apikey"),
    ],
)  # fmt: skip
def test_an_unusable_setting_is_named_and_its_value_is_not_quoted(options: dict[str, object], setting: str) -> None:
    built = build([config(**(PLAIN | options)), config("annex", **PLAIN)], lambda: NOW)
    assert [one.status for one in built] == ["config error", "ready"]
    assert built[0].problem.startswith(f"{setting}: ")
    assert KEY not in built[0].problem
    assert built[1].provider is not None
    built[1].provider.close()


def test_a_disabled_account_is_not_built() -> None:
    built = build([config(enabled=False)], lambda: NOW)
    assert [(one.status, one.provider) for one in built] == [("disabled", None)]


def test_an_unknown_platform_is_a_config_error_that_names_those_there_are() -> None:
    (built,) = build([config(provider="fourvenue")], lambda: NOW)
    assert built.status == "config error"
    assert all(name in built.problem for name in PROVIDERS)


def test_settings_may_come_as_text() -> None:
    options = {**PLAIN, "page_size": "50", "requests_per_second": "2.5", "timeout": "4", "channels_api_key": "ignored"}
    account = FourvenuesAccount.from_options(AccountId("a"), options)
    assert (account.page_size, account.requests_per_second, account.timeout.total_seconds()) == (50, 2.5, 4)


def test_the_older_pair_is_enough() -> None:
    account = FourvenuesAccount(account=AccountId("a"), integration_id="int_1", secret="s3cr3t")
    account.validate()
    assert set(account.headers()) == {"integration_id", "secret"}


def test_no_repr_shows_a_key() -> None:
    one = config(**PLAIN)
    (built,) = build([one], lambda: NOW)
    account = FourvenuesAccount(account=AccountId("a"), api_key=KEY, secret="s3cr3t-word", integration_id="int_word")
    shown = f"{one!r} {built!r} {built.provider!r} {account!r} {account.headers()!r}"
    assert not [word for word in (KEY, "s3cr3t-word", "int_word") if word in shown]


@pytest.mark.parametrize("platform", ["fourvenues", "oveit", "file"])
def test_the_quirks_page_names_only_tests_that_exist(platform: str) -> None:
    page = (ROOT / f"app/providers/{platform}/README.md").read_text(encoding="utf-8")
    files = [one for folder in ("providers", "conformance") for one in (ROOT / "tests" / folder).glob("test_*.py")]
    tests = " ".join(re.findall(r"def test_(\w+)", "\n".join(one.read_text(encoding="utf-8") for one in files)))
    named = [word for word in re.findall(r"`([a-z_.]{16,})`", page) if word.count("_") > 2]
    patterns = [r"\w*".join(part for part in word.split("...") if part) for word in named]
    assert len(patterns) > 10
    assert not [pattern for pattern in patterns if not re.search(pattern, tests)]
