"""`doorcheck report payments` against the simulated platform, whose ledger is the other computation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

from app.bootstrap import REPORTS
from app.cli import cli
from app.cli.common import Trouble
from app.simulators.fourvenues import Switches, World, create_app
from app.simulators.serving import RunningServer, start_in_thread
from tests.office import formats

MADRID = ZoneInfo("Europe/Madrid")
NOVEMBER = ("--from", "2025-11-01", "--to", "2025-11-30")
FORMS = ("xlsx", "csv", "parquet", "json")
PAYMENTS = 600


class Office:
    """A platform with a month of takings, and a doorcheck that has a key for it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.switches = Switches()
        self.world = World.generate(
            20, 2, 2, now=datetime(2025, 12, 15, 12, tzinfo=UTC), seed=3, switches=self.switches
        )
        self.world.generate_takings(PAYMENTS, seed=6, start=datetime(2025, 10, 28, tzinfo=UTC), days=36, tickets=True)
        self.server: RunningServer = start_in_thread(create_app(self.world))
        self._set = monkeypatch.setenv
        self.setting("DATA_DIR", str(folder / "data"))
        self.setting("CONFIG", str(folder / "none.toml"))
        self.setting("FOURVENUES__API_KEY", "ik_test_month")
        self.setting("FOURVENUES__BASE_URL", f"{self.server.url}/integrations")
        self.setting("FOURVENUES__REQUESTS_PER_SECOND", "1000")

    def setting(self, name: str, value: str) -> None:
        self._set(f"DOORCHECK_{name}", value)

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["report", "payments", *words])

    def written(self, form: str, *words: str) -> Path:
        path = self.folder / f"report.{form}"
        done = self.run(*(words or NOVEMBER), "-o", str(path))
        assert done.exit_code == 0, done.exception or done.output
        return path

    def refused(self, *words: str) -> str:
        done = self.run(*words)
        assert isinstance(done.exception, Trouble), done.output
        said = str(done.exception)
        assert "\n" not in said
        return said

    def truth(self) -> Counter[tuple[str, str, str]]:
        """Cents by (what, day or event, currency)."""
        made: Counter[tuple[str, str, str]] = Counter()
        ledger = self.world.takings
        for what, rows in (("amount_minor", ledger.payments), ("refund_minor", ledger.refunds)):
            for row in rows:  # type: ignore[attr-defined]
                day = datetime.fromtimestamp(row.created, MADRID).date()
                if date(2025, 11, 1) <= day <= date(2025, 11, 30):
                    made[what, day.isoformat(), row.currency] += row.cents
                    made[what, row.event_id, row.currency] += row.cents
                    made[what, "", row.currency] += row.cents
        return made

    def left(self) -> list[Path]:
        folder = self.folder / "data" / REPORTS
        return list(folder.iterdir()) if folder.exists() else []


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    made = Office(tmp_path, monkeypatch)
    yield made
    made.server.stop()
    structlog.reset_defaults()


def sums(path: Path) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for (section, key, currency), (_, paid, _, refunded, _) in formats.sums_of(path).items():
        if section in ("total", "by_day", "by_event"):
            found["amount_minor", key, currency] += paid
            found["refund_minor", key, currency] += refunded
    return found


@pytest.mark.parametrize("form", FORMS)
def test_a_month_of_the_platform_is_right_to_the_cent_in_each_format(office: Office, form: str) -> None:
    found = sums(office.written(form))
    assert +found == +office.truth()
    assert office.left() == []


@pytest.mark.parametrize("form", FORMS)
def test_a_platform_that_speaks_units_gives_the_same_report(office: Office, form: str) -> None:
    sections = ("total", "by_event", "by_day", "by_method", "by_sale_type", "payment", "refund", "wallet")
    before = {one: formats.lines(office.written(form), one) for one in sections if form != "xlsx" or one != "wallet"}
    office.switches.amounts = "units"
    office.setting("FOURVENUES__AMOUNTS", "units")
    after = office.written(form)
    assert {one: formats.lines(after, one) for one in before} == before


def test_the_references_shape_without_ids_and_currencies_gives_the_same_sums(office: Office) -> None:
    for row in [*office.world.takings.payments, *office.world.takings.refunds, *office.world.takings.movements]:
        row.currency = "EUR"  # type: ignore[attr-defined]
    documented = sums(office.written("json"))
    unmatched = len(formats.lines(office.folder / "report.json", "unmatched_refund"))
    office.switches.payments_shape = office.switches.refunds_shape = "reference"
    path = office.written("json")
    assert sums(path) == documented
    assert len(formats.lines(path, "unmatched_refund")) == unmatched
    said = {one["name"]: one["note"] for one in formats.lines(path, "about")}
    assert said["amounts of payments, fourvenues"].startswith("sent in units")
    assert said["amounts of wallet-movements, fourvenues"].startswith("sent in whole minor units")


def test_without_a_file_the_totals_are_on_the_screen(office: Office) -> None:
    office.setting("COLUMNS", "200")
    done = office.run(*NOVEMBER)
    assert done.exit_code == 0
    assert "Total" in done.stdout
    assert "sent in whole minor units (cents)" in done.stdout
    assert "sales at the door: compared" in done.stdout


def test_one_event_by_the_platforms_id(office: Office) -> None:
    event = office.world.takings.payments[PAYMENTS // 2].event_id
    path = office.written("json", *NOVEMBER, "--event", event)
    assert {one["event"] for one in formats.lines(path, "by_event")} == {event}
    expected = {key[2]: cents for key, cents in office.truth().items() if key[:2] == ("amount_minor", event)}
    assert {one["currency"]: one["amount_minor"] for one in formats.lines(path, "total")} == expected


BAD: list[tuple[tuple[str, ...], str]] = [
    (("--from", "2025-11-30", "--to", "2025-11-01"), "--to: 2025-11-01 is before the first day, 2025-11-30"),
    (("--from", "1996-01-01", "--to", "2025-11-30"), "--from: must be from 2000 to 2099"),
    (("--from", "2000-01-01", "--to", "2029-12-31"), "--to: that would be 10958 days; a report has 400 at most"),
    (("--from", "2025-02-30", "--to", "2025-11-30"), "--from: '2025-02-30' is no day; a day is written 2025-11-28"),
    (("--from", "20251101", "--to", "2025-11-30"), "--from: '20251101' is no day; a day is written 2025-11-28"),
    (("--from", "2025-11-01"), "--to: is missing; a day is written 2025-11-28"),
    ((*NOVEMBER, "-o", "report.pdf"), "--output: 'report.pdf' must end in .xlsx, .csv, .parquet, .json"),
    ((*NOVEMBER, "-o", "report"), "--output: 'report' must end in .xlsx, .csv, .parquet, .json"),
    ((*NOVEMBER, "-o", "/proc/report.csv"), "--output: /proc/report.csv can't be written: No such file or directory"),
    ((*NOVEMBER, "-o", "/nowhere/it.csv"), "--output: /nowhere/it.csv can't be written: No such file or directory"),
    ((*NOVEMBER, "--event", "no-such"), "--event: there is no event 'no-such' at fourvenues"),
    ((*NOVEMBER, "--account", "oveit"), "--account: there is no account 'oveit'; there are: fourvenues"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_a_question_that_can_not_be_answered_is_refused_with_one_line(
    office: Office, words: tuple[str, ...], said: str
) -> None:
    assert office.refused(*words) == said
    assert office.left() == []


ODD = [
    ("nan", "amount: 'NaN' is no number"),
    ("null", "amount: is missing"),
    ("text", "EUR is no number"),
    ("decimals", "is no whole number of minor units"),
    ("currency", "currency: 'ZZZ' is no currency"),
]


@pytest.mark.parametrize(("odd", "said"), ODD)
def test_money_that_can_not_be_read_is_refused_by_row_and_field_and_can_be_listed(
    office: Office, odd: str, said: str
) -> None:
    office.switches.odd_row, office.switches.odd_rows = odd, 200
    path = office.folder / "report.json"
    refused = office.refused(*NOVEMBER, "-o", str(path))
    assert refused.startswith("payments of fourvenues, row ")
    assert said.replace("'", "") in refused.replace("'", "")
    assert refused.endswith("these rows can be listed in the report: --damaged list")
    assert list(office.folder.glob("*report*")) == []
    done = office.run(*NOVEMBER, "-o", str(path), "--damaged", "list")  # of what was collected before
    assert done.exit_code == 0, done.exception
    unread = formats.lines(path, "unreadable")
    lost = {one["ref"] for one in unread}
    total = sum(one["amount_minor"] for one in formats.lines(path, "payment"))
    kept = [one for one in office.world.takings.payments if one.id not in lost]
    inside = [one for one in kept if datetime.fromtimestamp(one.created, MADRID).month == 11]
    assert lost
    assert total == sum(one.cents for one in inside)


def test_a_file_that_is_there_stays_until_the_new_one_is_whole(office: Office) -> None:
    path = office.folder / "report.csv"
    path.write_text("the old one")
    office.switches.odd_row, office.switches.odd_rows = "nan", 100
    office.refused(*NOVEMBER, "-o", str(path))
    assert path.read_text() == "the old one"
    assert [one.name for one in office.folder.iterdir() if "report" in one.name] == ["report.csv"]


def test_what_was_collected_before_a_failure_is_not_asked_for_again(office: Office) -> None:
    office.switches.sales_forbidden = frozenset({"refunds"})
    said = office.refused(*NOVEMBER, "-o", str(office.folder / "report.json"))
    assert "fourvenues can't be asked for its refunds" in said
    office.switches.sales_forbidden = frozenset({"payments"})  # they are here already
    found = sums(office.written("json"))
    assert +found == +office.truth()


def test_a_key_that_may_not_see_the_wallet_still_gives_a_report(office: Office) -> None:
    office.switches.sales_forbidden = frozenset({"wallet-movements"})
    about = formats.lines(office.written("json"), "about")
    assert any(one["name"] == "not shown to this key: wallet-movements, fourvenues" for one in about)


def test_a_doorcheck_without_a_back_office_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORCHECK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DOORCHECK_CONFIG", str(tmp_path / "none.toml"))
    done = CliRunner().invoke(cli, ["report", "payments", *NOVEMBER])
    structlog.reset_defaults()
    assert str(done.exception) == (
        "no account here has a back office that can be asked for payments; Fourvenues accounts do"
    )
