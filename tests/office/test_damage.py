"""Money that can't be read is never lost: the report is refused for it, or lists it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.takings import By
from app.office.reading import moment
from app.office.unmade import Unmade
from tests.office.month import FakeArchive, a_month, archive, inside
from tests.office.test_report import a_report

MONTH = a_month(60)
DAMAGES: list[tuple[str, Any, str]] = [
    ("amount", float("nan"), "nan is no number"),
    ("amount", "NaN", "NaN is no number"),
    ("amount", "12,50", "12,50 is no number"),
    ("amount", None, "is missing"),
    ("amount", True, "is no number"),
    ("amount", 12.345, "12.345 is no whole number of minor units"),
    ("amount", 1e300, "is more than any door takes"),
    ("currency", "DOGE", "'DOGE' is no currency"),
    ("created_at", "soon", "is no time"),
    ("created_at", None, "is missing"),
]


def damaged(resource: str, field: str, value: Any) -> FakeArchive:
    given = archive(MONTH)
    [row] = [dict(one) for one in given.rows[resource] if isinstance(one, dict)][20:21] or [{}]
    if not row:
        row = dict(given.rows[resource][2])  # type: ignore[arg-type]
    kept = [one for one in given.rows[resource] if isinstance(one, dict) and one["_id"] != row["_id"]]
    return FakeArchive({**given.rows, resource: [*kept, row | {"_id": "odd-1", field: value}]})


@pytest.mark.parametrize("resource", ["payments", "refunds", "wallet-movements"])
@pytest.mark.parametrize(("field", "value", "why"), DAMAGES)
def test_a_row_that_can_not_be_read_is_named_with_its_field(
    tmp_path: Path, resource: str, field: str, value: Any, why: str
) -> None:
    with a_report(tmp_path, damaged(resource, field, value)) as report, pytest.raises(Unmade) as refused:
        report.check()
    assert refused.value.damaged
    assert str(refused.value).startswith(f"{resource} of fourvenues, row odd-1, {field}: {why}")
    assert "\n" not in str(refused.value)


def test_an_amount_in_units_with_three_decimals_is_named_too(tmp_path: Path) -> None:
    given = archive(MONTH, "units")
    rows = [dict(one) for one in given.rows["payments"] if isinstance(one, dict)]
    rows[20]["amount"] = 12.345
    given = FakeArchive({**given.rows, "payments": rows}, setting="units")
    with a_report(tmp_path, given) as report, pytest.raises(Unmade, match="more than 2 digits behind the point"):
        report.check()


def test_listed_rows_are_in_the_report_and_in_no_sum(tmp_path: Path) -> None:
    with a_report(tmp_path, damaged("payments", "amount", float("nan"))) as report:
        summary = report.summary()
        counted = sum(one.counts for one in report.payments())
    [unread] = summary.unread
    assert (unread.resource, unread.ref, unread.field, summary.unread_count) == ("payments", "odd-1", "amount", 1)
    assert sum(one.payments for one in summary.sums.by(By.ALL)) == counted


def test_what_is_no_object_is_told_by_its_number(tmp_path: Path) -> None:
    given = archive(MONTH)
    broken = FakeArchive({**given.rows, "refunds": [b"[1, 2", *given.rows["refunds"]]})
    with (
        a_report(tmp_path, broken) as report,
        pytest.raises(Unmade, match="row without id, number"),
    ):
        report.check()


def test_a_row_outside_the_range_does_no_harm(tmp_path: Path) -> None:
    given = archive(MONTH)
    far = {"_id": "old", "created_at": "2019-01-01T00:00:00Z", "amount": "?", "currency": "???"}
    with a_report(tmp_path, FakeArchive({**given.rows, "payments": [far, *given.rows["payments"]]})) as report:
        report.check()


def test_several_damaged_rows_are_counted_in_one_line(tmp_path: Path) -> None:
    given = archive(MONTH)
    rows = [json.dumps(one | {"amount": "?"}).encode() for one in given.rows["payments"] if isinstance(one, dict)]
    with a_report(tmp_path, FakeArchive({**given.rows, "payments": rows})) as report, pytest.raises(Unmade) as refused:
        report.check()
    assert f"and {report_count(rows) - 1} more like it" in str(refused.value)


def report_count(rows: list[bytes]) -> int:

    return sum(inside(at) for one in rows if (at := moment(json.loads(one)["created_at"])))
