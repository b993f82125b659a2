"""Settings of a spreadsheet: one that can't be used is named in one line."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.domain.model import AccountId
from app.providers.file.account import FileAccount
from app.providers.registry import AccountConfig, build

AT_EIGHT = datetime(2026, 11, 28, 19, tzinfo=UTC)


def account(**options: object) -> FileAccount:
    return FileAccount.from_options(AccountId("wedding"), {"path": "guests.csv", "timezone": "Europe/Madrid"} | options)


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"path": ""}, "path"), ({"path": "guests.xls"}, "path"), ({"path": "guests"}, "path"),
        ({"path": ".csv"}, "path"),
        ({"path": "a\x00.csv"}, "path"), ({"path": "guests.ods"}, "path"), ({"results": "x.xlsx"}, "results"),
        ({"results": "guests.csv"}, "results"), ({"results": "./guests.csv"}, "results"), ({"name": "a\nb"}, "name"),
        ({"sheet": "S"}, "sheet"), ({"date": "soon"}, "date"), ({"date": "28/11/2026"}, "date"),
        ({"timezone": "Europe/Nowhere"}, "timezone"), ({"api_key": "x"}, "api_key"), ({"account": "x"}, "account"),
    ],
)  # fmt: skip
def test_an_unusable_setting_is_named(options: dict[str, object], setting: str) -> None:
    with pytest.raises(ValueError, match=rf"^{setting}: [^\n]+$"):
        account(**options)


def test_entries_are_beside_the_guests_unless_they_are_named() -> None:
    assert account(path="list/guests.xlsx").results_file == Path("list/guests.entries.csv").absolute()
    assert account(results="in.csv").results_file == Path("in.csv").absolute()


@pytest.mark.parametrize(
    ("written", "starts", "ends"),
    [
        ("", None, None), ("2026-11-28T20:00", AT_EIGHT, None),
        (datetime.fromisoformat("2026-11-28T20:00"), AT_EIGHT, None),
        ("2026-11-28T19:00+00:00", AT_EIGHT, None),
        (date(2026, 11, 28), datetime(2026, 11, 27, 23, tzinfo=UTC), datetime(2026, 11, 29, 5, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_date_is_a_day_or_a_time_at_the_venue(written: object, starts: object, ends: object) -> None:
    assert account(date=written).hours == (starts, ends)
    assert account(date=written).label == ("2026-11-28" if written else "")


def test_the_registry_builds_it_and_says_what_is_wrong(tmp_path: Path) -> None:
    good = {"path": str(tmp_path / "guests.csv"), "timezone": "Europe/Madrid"}
    built = build(
        [
            AccountConfig(account=AccountId("wedding"), provider="file", options=good),
            AccountConfig(account=AccountId("other"), provider="file", options={}),
        ],
        lambda: AT_EIGHT,
    )
    assert [(one.status, one.problem) for one in built] == [("ready", ""), ("config error", "path: is missing")]
