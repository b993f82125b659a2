"""A row costs a typed column at most: it is kept as it was sent, and never breaks a load."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.warehouse import values
from app.warehouse.privacy import Privacy
from app.warehouse.rows import Reader
from app.warehouse.schema import BOOKINGS, EVENTS, LISTS, PASSES, PAYMENTS, TABLES, TICKETS, Table
from tests.warehouse.back_office import EVENT, BackOffice, payment, ticket
from tests.warehouse.conftest import House

MADRID = ZoneInfo("Europe/Madrid")


def reader(privacy: Privacy = Privacy.KEEP, **settings: Any) -> Reader:
    return Reader(BackOffice().archive(**settings), privacy, "pepper", MADRID)


def typed(table: Table, row: Any, one: Reader | None = None) -> dict[str, Any]:
    one = one or reader()
    raw = row if isinstance(row, bytes) else json.dumps(row).encode()
    return dict(zip(table.names, one.typed(table, EVENT, one.sent(table, raw), "now"), strict=True))


def test_a_ticket_is_read_into_its_columns() -> None:
    row = typed(TICKETS, ticket(3, entry_date=1777759300, updated_at=1777745051000, enter="1"))
    assert (row["entered_at"], row["updated_at"]) == ("2026-05-02T22:01:40.000Z", "2026-05-02T18:04:11.000Z")
    assert (row["price_minor"], row["total_paid_minor"], row["currency"]) == (1250, 1400, "EUR")
    assert (row["heads"], row["entered"], row["damage"], row["event_id"]) == (1, 1, None, EVENT)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amount": "NaN"}, "amount_minor: NaN is no number"),
        ({"amount": 14.505}, "amount_minor: 14.505 is no whole number of minor units"),
        ({"amount": None}, "amount_minor: is missing"),
        ({"currency": "XXL"}, "amount_minor: 'XXL' is no currency"),
        ({"amount": {"eur": 3}}, "amount_minor: is no number"),
        ({"created_at": "yesterday"}, "created_at: 'yesterday' is no time"),
    ],
)
def test_what_can_not_be_read_is_empty_and_says_why(change: dict[str, Any], why: str) -> None:
    row = typed(PAYMENTS, payment(1, **change))
    assert row["damage"] == why
    assert row[why.partition(":")[0]] is None
    assert json.loads(row["raw"]) == payment(1, **change)


def test_three_decimals_of_a_ticket_are_damage() -> None:
    row = typed(TICKETS, ticket(1, price=12.345))
    assert (row["price_minor"], row["total_paid_minor"]) == (None, 1400)
    assert row["damage"] == "price_minor: 12.345 has more than 2 digits behind the point"


def test_the_shape_of_a_payment_says_what_its_amounts_are_in() -> None:
    in_units = {"at": "2026-04-01T10:00:00.000Z", "total_amount": 14.5, "total_fees": 1, "resources_ids": ["t1"]}
    assert typed(PAYMENTS, payment(1))["amount_minor"] == 1400
    assert (typed(PAYMENTS, in_units)["amount_minor"], typed(PAYMENTS, in_units)["total_fees_minor"]) == (1450, 100)


def test_a_setting_of_the_account_goes_before_the_shape() -> None:
    one = reader(amounts="units")
    assert typed(PAYMENTS, payment(1, amount=14.5), one)["amount_minor"] == 1450


def test_a_yen_has_no_minor_units() -> None:
    assert typed(PAYMENTS, payment(1, amount=1400, currency="jpy"))["currency"] == "JPY"


@pytest.mark.parametrize(
    ("start", "date", "day"),
    [
        (1777759200, 1777672800, "2026-05-02"),  # `date` is midnight in Madrid
        (1777762800, None, "2026-05-02"),  # opens at one in the morning
        (1777762800, 1777762800, "2026-05-02"),
        (1777744800, None, "2026-05-02"),
    ],
)
def test_an_event_belongs_to_a_night_at_the_venue(start: int, date: int | None, day: str) -> None:
    assert typed(EVENTS, {"_id": "e", "start": start, "date": date})["day"] == day


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({"local_date": "2026-05-02 23:30:00", "date": "2026-05-02T21:30:00.000Z"}, "2026-05-02"),
        ({"date": "2026-05-02T22:30:00.000Z"}, "2026-05-03"),
        ({"local_date": "", "date": None}, None),
    ],
)
def test_a_booking_has_its_day_at_the_venue(row: dict[str, Any], day: str | None) -> None:
    assert typed(BOOKINGS, {"_id": "b"} | row)["day"] == day


def test_the_status_of_a_pass_is_read_under_either_name() -> None:
    assert typed(PASSES, {"_id": "p", "status": "", "state": "activated"})["status"] == "activated"
    assert typed(PASSES, {"_id": "p", "customer_fullname": "Ana", "customer_email": "a@b.c"})["name"] == "Ana"


@pytest.mark.parametrize("raw", [b"null", b"7", b'"text"', b"[1]", b"[[]]"])
def test_what_is_no_row_at_all_is_kept_under_a_name_of_its_own(raw: bytes) -> None:
    row = typed(TICKETS, raw)
    assert (row["id"][0], row["raw"], row["damage"]) == ("~", raw.decode(), "the row can't be read")


def test_letters_that_no_database_takes_are_left_out_of_typed_columns() -> None:
    row = typed(TICKETS, b'{"_id": "t1", "name": "A\\u0000na\\ud800", "code": "X"}')
    assert row["name"] in {"A na?", "A na "}
    assert "\0" not in row["raw"]


def test_a_row_that_is_not_sound_json_costs_no_other(lite: House, office: BackOffice) -> None:
    body = b'{"success": true, "data": [{"_id": "a", "amount": NaN}, {"_id": "b", "amount": 1400, "x": "\xff"}]}'
    pages = iter([body, b'{"success": true, "data": []}'])
    office.answers = lambda resource, _params: (
        httpx.Response(200, content=next(pages)) if resource == "payments" else None
    )
    told = lite.sync()["payments"]
    assert (told.written, told.damaged, told.failed) == (2, 1, "")
    assert lite.look.one("payments", "b")["amount_minor"] == 1400


def test_damaged_rows_are_counted_and_loaded_with_all_the_others(house: House, office: BackOffice) -> None:
    odd = [{"amount": "NaN"}, {"amount": 1.005}, {"currency": "ZZZ"}, {"new": {"deep": [1]}}, {"created_at": 10**30}]
    office.put("payments", *(payment(at, **change) for at, change in enumerate(odd)))
    told = house.sync()["payments"]
    assert (told.written, told.damaged) == (5, 4)
    assert house.written() == 0
    assert house.look.count("payments", "amount_minor IS NULL AND damage IS NOT NULL") == 3


def test_a_field_that_nobody_knows_is_kept_in_the_raw_row() -> None:
    row = typed(TICKETS, ticket(1, hologram={"layers": 3}))
    assert json.loads(row["raw"])["hologram"] == {"layers": 3}
    assert row["damage"] is None


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(["", "12.5", "2026-05-02T18:04:11.000Z", 1777745051000, 0, "0", 12.5, 14, "EUR"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@given(data=st.data(), table=st.sampled_from([EVENTS, TICKETS, LISTS, PASSES, BOOKINGS]))
def test_reading_a_row_at_once_and_value_by_value_is_the_same(data: st.DataObject, table: Table) -> None:
    fields = sorted({field for column in table.own for field in column.fields if field})
    row = {"_id": "x"} | {name: data.draw(ODD) for name in data.draw(st.lists(st.sampled_from(fields), unique=True))}
    quick, slow = reader(), reader()
    first = typed(table, row, slow)  # meets every amount value by value
    typed(table, row, quick)
    again = typed(table, row, quick)
    assert again == first


@given(st.recursive(ODD, lambda inner: st.lists(inner, max_size=3)))
def test_no_value_breaks_a_column(value: Any) -> None:
    for table in TABLES:
        names = {field for column in table.own for field in column.fields}
        row = typed(table, {"_id": "x"} | dict.fromkeys(names, value))
        assert len(row) == len(table.columns)


@pytest.mark.parametrize("value", [0, None, "", "0", 0.0])
def test_no_time_is_written_in_many_ways(value: Any) -> None:
    assert typed(TICKETS, ticket(1, entry_date=value))["entered_at"] is None


def test_instants_are_all_of_one_length() -> None:
    kept = [
        values.instant(one) for one in ("2026-05-02T18:04:11Z", 1777745051, 1777745051000, "2026-05-02 20:04:11+02")
    ]
    assert set(kept) == {"2026-05-02T18:04:11.000Z"}
