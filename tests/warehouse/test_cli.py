"""`doorcheck warehouse`: what it prints, and how it says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

from app.cli import cli
from app.cli.common import Trouble
from tests.warehouse.back_office import BackOffice, payment
from tests.warehouse.looking import look_into
from tests.warehouse.test_killed import served

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, office: BackOffice) -> Iterator[Run]:
    office.tickets(250)
    office.put("payments", payment(1), payment(2, amount="NaN"))
    with served(office) as server:
        own = {"API_KEY": "ik_live_x", "BASE_URL": f"http://127.0.0.1:{server.port}", "REQUESTS_PER_SECOND": "0"}
        there = {"DATA_DIR": str(tmp_path / "data"), "CONFIG": str(tmp_path / "none.toml")}
        for name, value in (there | {f"FOURVENUES__{one}": told for one, told in own.items()}).items():
            monkeypatch.setenv(f"DOORCHECK_{name}", value)
        monkeypatch.chdir(tmp_path)
        yield lambda *words: CliRunner().invoke(cli, ["warehouse", *words])
    structlog.reset_defaults()


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_run_tells_what_became_of_each_table(run: Run) -> None:
    done = run("sync", "--to", "sqlite:///w.db", "--json")
    told = {one["table"]: one for one in lines(done)[:-1]}
    assert (done.exit_code, told["tickets"]["written"], told["payments"]["damaged"]) == (0, 250, 1)
    assert lines(done)[-1]["written"] == 253
    assert "damaged: fourvenues payments pay00002: amount_minor: NaN is no number" in done.stderr
    assert lines(run("sync", "--to", "sqlite:///w.db", "--json"))[-1]["written"] == 0


def test_a_run_without_json_prints_a_table(run: Run) -> None:
    done = run("sync", "--to", "w.duckdb")
    assert "tickets" in done.stdout
    assert "250" in done.stdout


def test_damaged_rows_are_listed(run: Run) -> None:
    run("sync", "--to", "sqlite:///w.db")
    (row,) = lines(run("damaged", "--to", "sqlite:///w.db", "--json"))
    assert (row["table"], row["id"], row["why"]) == ("payments", "pay00002", "amount_minor: NaN is no number")


def test_the_target_of_the_settings_is_used(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORCHECK_WAREHOUSE__TO", "sqlite:///w.db")
    monkeypatch.setenv("DOORCHECK_WAREHOUSE__PRIVACY", "drop")
    assert run("sync").exit_code == 0
    assert look_into("sqlite:///w.db").count("tickets", "name IS NOT NULL") == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--to: is missing"), (("--to", "oracle://x/y"), "--to: 'oracle' is no kind of target"),
        (("--to", "sqlite:///missing/w.db"), "--to: there is no folder missing"),
        (("--to", "letter.db"), "--to: letter.db is no SQLite database"),
        (("--to", "sqlite:///w.db", "--account", "nobody"), "--account: there is no account 'nobody'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_that_names_the_option(run: Run, words: tuple[str, ...], told: str) -> None:
    Path("letter.db").write_text("Dear all")
    done = run("sync", *words)
    assert isinstance(done.exception, Trouble)
    assert str(done.exception).startswith(told)
    assert "\n" not in str(done.exception)
    assert not Path("w.db").exists()


def test_a_wrong_target_of_the_settings_is_named_after_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORCHECK_WAREHOUSE__TO", "sqlite:///missing/w.db")
    assert str(run("sync").exception).startswith("DOORCHECK_WAREHOUSE__TO: there is no folder")


def test_another_privacy_is_refused_in_one_line(run: Run) -> None:
    run("sync", "--to", "sqlite:///w.db")
    done = run("sync", "--to", "sqlite:///w.db", "--privacy", "drop")
    assert str(done.exception) == "--privacy: w.db was filled with keep: say keep, or add --full to rewrite it"


def test_a_collection_that_fails_is_told_and_the_status_is_1(run: Run, office: BackOffice) -> None:
    office.forbidden = {"lists"}
    office.answers = lambda resource, _params: httpx.Response(400) if resource == "bookings" else None
    done = run("sync", "--to", "sqlite:///w.db")
    assert "fourvenues, lists: skipped: this key may not read it (403)" in done.stderr
    assert "fourvenues, bookings: status 400" in done.stderr
    assert (done.exit_code, look_into("sqlite:///w.db").count("tickets")) == (1, 250)
