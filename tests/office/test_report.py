"""A seeded month, computed twice: by the report, and by counters of whole cents."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from app.domain.money import Money
from app.domain.sale import Tender
from app.domain.takings import DoorTakings
from app.office import workbook
from app.office.making import make
from app.office.report import Report
from app.office.writing import target
from tests.office import formats
from tests.office.month import ACCOUNT, NOW, FakeArchive, Month, a_month, archive, asked, expected, inside

FORMS = ("xlsx", "csv", "parquet", "json")
MONTH = a_month()


@contextmanager
def a_report(folder: Path, given: FakeArchive, **more: Any) -> Iterator[Report]:
    question = more.pop("asked", asked())
    report = make(question, {given.account: given}, folder / "spool", lambda: NOW, print_nothing, never, **more)
    try:
        yield report
    finally:
        report.spool.remove()


def print_nothing(_progress: object) -> None:
    return


def never(seconds: float) -> None:
    raise AssertionError(f"nothing to wait {seconds} s for")


def written(folder: Path, form: str, given: FakeArchive, **more: Any) -> Path:
    path = folder / f"report.{form}"
    with a_report(folder, given, **more) as report, target(path) as file:
        file.write(report)
    return path


def truth(month: Month) -> formats.Sums:
    made = expected(month)
    keys = made.paid.keys() | made.refunded.keys()
    return {
        (section, key, currency): (
            made.payments[section, key, currency], made.paid[section, key, currency],
            made.refunds[section, key, currency], made.refunded[section, key, currency],
            made.paid[section, key, currency] - made.refunded[section, key, currency],
        )
        for section, key, currency in keys
    }  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_seeded_month_is_right_to_the_cent_in_each_format(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, form, archive(MONTH))
    assert formats.sums_of(path) == truth(MONTH)
    assert {one["ref"] for one in formats.lines(path, "unmatched_refund")} == expected(MONTH).unmatched
    assert sum(int(one["refund_minor"]) for one in formats.lines(path, "refund")) == sum(
        cents for (section, *_), cents in expected(MONTH).refunded.items() if section == "total"
    )


@pytest.mark.parametrize("form", FORMS)
def test_both_conventions_of_money_give_the_same_report(tmp_path: Path, form: str) -> None:
    cents = written(tmp_path, form, archive(MONTH, "minor"))
    in_cents = {section: formats.lines(cents, section) for section in ("payment", "refund", "by_day", "wallet")}
    units = written(tmp_path, form, archive(MONTH, "units"))
    assert {section: formats.lines(units, section) for section in in_cents} == in_cents


def test_rows_in_the_references_shape_without_ids_give_the_same_sums(tmp_path: Path) -> None:
    assert formats.sums_of(written(tmp_path, "json", archive(MONTH, reference=True))) == truth(MONTH)


@pytest.mark.parametrize(("amounts", "said"), [("minor", "whole minor units"), ("units", "units (euros)")])
def test_the_report_says_which_convention_was_used(tmp_path: Path, amounts: str, said: str) -> None:
    about = formats.lines(written(tmp_path, "json", archive(MONTH, amounts)), "about")
    [line] = [one for one in about if one["name"] == "amounts of payments, fourvenues"]
    assert said in line["note"]


def test_wallet_movements_are_summed_by_kind(tmp_path: Path) -> None:
    moved = formats.lines(written(tmp_path, "json", archive(MONTH)), "wallet_by_kind")
    assert {(one["kind"], one["currency"]): one["amount_minor"] for one in moved} == expected(MONTH).moved


def test_only_events_that_begin_in_the_range_are_listed_but_all_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, "json", archive(MONTH))
    assert [one["event"] for one in formats.lines(path, "event")] == [f"ev-{n}" for n in range(8)]
    assert all(one["event_name"].startswith("Noche") for one in formats.lines(path, "by_event"))


def test_one_event_is_asked_for_by_its_id_and_others_are_left_out(tmp_path: Path) -> None:
    given = archive(MONTH)
    path = written(tmp_path, "json", given, asked=asked(event="ev-3"))
    assert {one["event"] for one in formats.lines(path, "by_event")} == {"ev-3"}
    assert {one.event_ref for one in given.slices if one.resource == "payments"} == {"ev-3"}


def test_a_row_that_comes_twice_is_counted_once(tmp_path: Path) -> None:
    given = archive(MONTH)
    doubled = {name: [*rows[:40], *rows] for name, rows in given.rows.items()}
    assert formats.sums_of(written(tmp_path, "csv", FakeArchive(doubled))) == truth(MONTH)


def test_the_long_forms_of_csv_and_parquet_have_the_same_lines(tmp_path: Path) -> None:
    plain = written(tmp_path, "csv", archive(MONTH))
    packed = written(tmp_path, "parquet", archive(MONTH))
    with plain.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(packed)])
    assert [one[0] for one in found.description or ()] == rows[0]
    assert len(found.fetchall()) == len(rows) - 1


def test_amounts_in_parquet_are_whole_64_bit_numbers_and_instants_have_a_zone(tmp_path: Path) -> None:
    path = written(tmp_path, "parquet", archive(MONTH))
    types = dict(duckdb.execute("SELECT name, type FROM parquet_schema(?)", [str(path)]).fetchall())
    assert {types[name] for name in types if name.endswith(("_minor", "_count"))} == {"INT64"}
    described = {one[0]: one[1] for one in duckdb.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}
    assert (described["at"], described["day"]) == ("TIMESTAMP WITH TIME ZONE", "DATE")


def test_what_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    book = load_workbook(written(tmp_path, "xlsx", archive(MONTH)))
    cells = [cell for row in book["Wallet"].iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert {cell.data_type for cell in cells} == {"s"}
    notes = {one["note"] for one in formats.lines(written(tmp_path, "csv", archive(MONTH)), "wallet")}
    assert notes == {"'=SUM(A1)"}


def test_a_workbook_has_a_sheet_for_each_list(tmp_path: Path) -> None:
    book = load_workbook(written(tmp_path, "xlsx", archive(MONTH)), read_only=True)
    assert book.sheetnames == [
        "Summary", "By event", "By day", "By method", "By sale type", "Events", "Payments", "Refunds",
        "Unmatched refunds", "Wallet", "Door sales", "Rows not read",
    ]  # fmt: skip


def test_more_rows_than_a_sheet_holds_go_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 150)
    book = load_workbook(written(tmp_path, "xlsx", archive(MONTH)), read_only=True)
    sheets = [one for one in book if one.title.startswith("Payments")]
    rows = sum(1 for sheet in sheets for row in sheet.iter_rows(values_only=True) if any(row))
    assert [one.title for one in sheets] == ["Payments", "Payments (2)", "Payments (3)"]
    assert rows - 1 == sum(inside(one.at) for one in MONTH.payments)


def test_payments_whose_money_never_came_are_listed_and_not_counted(tmp_path: Path) -> None:
    path = written(tmp_path, "json", archive(MONTH))
    listed = formats.lines(path, "payment")
    failed = [one for one in listed if one["status"] == "failed"]
    assert failed
    assert {one["kind"] for one in failed} == {"not counted"}
    assert sum(one["count"] for one in formats.lines(path, "total")) == len(listed) - len(failed)


# Our own door

SOLD = [
    DoorTakings(account=ACCOUNT, event="ev-1", tender=Tender.CASH, count=3, amount=Money(6000, "EUR")),
    DoorTakings(account=ACCOUNT, event="ev-1", tender=Tender.CARD, count=2, amount=Money(4000, "EUR")),
]


def by_phone(ref: str, cents: int) -> DoorTakings:
    amount = Money(cents, "EUR")
    return DoorTakings(account=ACCOUNT, event="ev-1", tender=Tender.PHONE, count=1, amount=amount, payment_ref=ref)


def test_the_door_is_compared_with_the_payments_of_its_own_references(tmp_path: Path) -> None:
    paid = next(one for one in MONTH.payments if one.status == "paid" and one.currency == "EUR" and one.at.day == 12)
    sold = [*SOLD, by_phone(paid.ref, paid.cents), by_phone("never-arrived", 1500)]
    lines = formats.lines(written(tmp_path, "json", archive(MONTH), door=sold), "reconciliation")
    found = {one["kind"]: (one["amount_minor"], one["platform_minor"], one["difference_minor"]) for one in lines}
    assert found == {
        "cash": (6000, None, 6000),
        "card": (4000, None, 4000),
        "phone": (paid.cents + 1500, paid.cents, 1500),
    }


@pytest.mark.parametrize(("door", "said"), [(None, "none are kept here"), ([], "compared")])
def test_a_report_says_when_no_sales_of_the_door_are_kept(tmp_path: Path, door: Any, said: str) -> None:
    about = formats.lines(written(tmp_path, "json", archive(MONTH), door=door), "about")
    assert about[-1] == {"name": "sales at the door", "note": said}


# Several accounts


def test_several_accounts_stand_side_by_side_and_refunds_match_only_in_their_own(tmp_path: Path) -> None:
    other = archive(MONTH, account="second")
    both = {ACCOUNT: archive(MONTH), other.account: other}
    question = asked(accounts=(ACCOUNT, other.account))
    report = make(question, both, tmp_path, lambda: NOW, print_nothing, never)
    totals = {key[2]: 2 * sums[1] for key, sums in truth(MONTH).items() if key[0] == "total"}
    with_target = tmp_path / "both.json"
    with target(with_target) as file:
        file.write(report)
    report.spool.remove()
    content = json.loads(with_target.read_text())
    assert {one["currency"]: one["amount_minor"] for one in content["total"]} == totals
    assert {one["account"] for one in content["by_account"]} == {ACCOUNT, "second"}
