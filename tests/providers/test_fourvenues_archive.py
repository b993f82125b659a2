"""Fourvenues' back office page by page: rows as they were sent, whatever the server does with limit and offset."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.money import Money, NoMoney
from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.ports.office import Slice
from tests.warehouse.back_office import EVENT, BackOffice, payment, ticket


@pytest.fixture
def office() -> BackOffice:
    return BackOffice()


def rows(office: BackOffice, resource: str = "tickets", **wanted: Any) -> list[Any]:
    event = EVENT if resource in {"tickets", "lists", "passes"} else ""
    asked = Slice(resource=resource, event_ref=wanted.pop("event_ref", event), **wanted)
    return [json.loads(raw) for sheaf in office.archive().pages(asked) for raw in sheaf.rows]


def answering(office: BackOffice, resource: str, *bodies: bytes) -> None:
    pages = iter(bodies)
    office.answers = lambda told, _params: (
        httpx.Response(200, content=next(pages, b'{"data": []}')) if told == resource else None
    )


def test_pages_end_with_an_empty_one(office: BackOffice) -> None:
    office.tickets(250)
    assert len(rows(office)) == 250
    assert [params["offset"] for _, params in office.asked] == ["0", "100", "200", "250"]


def test_pages_of_a_server_that_clamps_the_limit_are_all_read(office: BackOffice) -> None:
    office.tickets(250)
    office.answers = lambda resource, params: (
        office.page(resource, params | {"limit": "70"}) if resource == "tickets" else None
    )
    assert len(rows(office)) == 250


def test_pages_of_a_server_that_ignores_the_offset_end(office: BackOffice) -> None:
    office.tickets(50)
    office.answers = lambda resource, params: office.page(resource, params | {"offset": "0"})
    assert len(rows(office)) == 50


def test_rows_without_ids_end_with_a_page_that_repeats_the_one_before(office: BackOffice) -> None:
    office.put("payments", *({"at": f"2026-04-01T10:00:{at:02d}.000Z", "total_amount": 1} for at in range(50)))
    office.answers = lambda resource, params: office.page(resource, params | {"offset": "0"})
    assert len(rows(office, "payments")) == 50


def test_a_pull_goes_on_where_it_was_cut_short(office: BackOffice) -> None:
    office.tickets(250)
    assert len(rows(office, offset=200)) == 50


def test_events_are_asked_for_in_both_spellings(office: BackOffice) -> None:
    rows(office, "events", start=datetime(2026, 5, 1, tzinfo=UTC), end=datetime(2026, 6, 1, tzinfo=UTC))
    params = office.asked[0][1]
    assert params["start"] == params["start_date"] == "2026-05-01T00:00:00.000Z"
    assert params["end"] == params["end_date"] == "2026-06-01T00:00:00.000Z"


@pytest.mark.parametrize("resource", ["events", "bookings", "payments", "refunds", "wallet-movements"])
def test_what_is_of_no_event_is_asked_for_in_a_window(office: BackOffice, resource: str) -> None:
    rows(office, resource)
    assert {"start_date", "end_date"} <= office.asked[0][1].keys()


def test_bookings_are_asked_for_under_their_own_path(office: BackOffice) -> None:
    rows(office, "bookings")
    assert {resource for resource, _ in office.asked} == {"bookings"}


def test_a_platform_that_knows_no_date_field_for_a_collection_is_asked_without(office: BackOffice) -> None:
    office.put("payments", payment(1))
    office.answers = lambda _resource, params: httpx.Response(400) if "date_field" in params else None
    since = datetime(2026, 5, 1, tzinfo=UTC)
    assert len(rows(office, "payments", start=since, date_field="updated_at")) == 1
    with pytest.raises(ProviderError):
        rows(office, "tickets", start=since, date_field="updated_at")


def test_a_pass_of_both_models_comes_once(office: BackOffice) -> None:
    office.put("passes", {"_id": "p1"}, event=EVENT)
    office.put("v2/passes", {"_id": "p1"}, {"_id": "p2"}, event=EVENT)
    assert [row["_id"] for row in rows(office, "passes")] == ["p1", "p2"]


def test_a_platform_without_the_second_model_of_passes_is_not_asked_again_at_once(office: BackOffice) -> None:
    office.forbidden = {"v2/passes"}
    archive = office.archive()
    for _ in range(2):
        list(archive.pages(Slice(resource="passes", event_ref=EVENT)))
    assert [resource for resource, _ in office.asked].count("v2/passes") == 1


def test_rows_beside_one_that_is_no_json_stay_as_they_were_sent(office: BackOffice) -> None:
    sound = b'{"_id":"a",  "amount": 1400.10, "name": "\\u00e1"}'
    odd = b'{"_id": "b", "amount": NaN, "most": 1e999, "name": "\xff"}'
    answering(office, "payments", b'{"success": true, "data": [' + sound + b", " + odd + b"]}")
    told = [raw for sheaf in office.archive().pages(Slice(resource="payments")) for raw in sheaf.rows]
    assert told[0] == sound
    assert json.loads(told[1]) == {"_id": "b", "amount": "NaN", "most": "1e999", "name": "�"}


@pytest.mark.parametrize("body", [b'{"data": [{"_id": "a"', b"<html>", b'{"data": [NaN', b"", b'{"x": NaN}', b"[NaN"])
def test_an_answer_that_was_cut_is_no_answer(office: BackOffice, body: bytes) -> None:
    answering(office, "payments", body)
    with pytest.raises(ProviderError):
        rows(office, "payments")


def test_a_refusal_says_what_the_platform_says(office: BackOffice) -> None:
    office.forbidden = {"tickets"}
    with pytest.raises(ProviderError) as refused:
        rows(office)
    assert (refused.value.kind, refused.value.status) == (AnswerKind.BARRED, 403)


def test_there_is_no_other_collection(office: BackOffice) -> None:
    with pytest.raises(ProviderError, match="no collection"):
        office.archive().pages(Slice(resource="users"))


def test_amounts_are_told_by_the_shape_of_the_row(office: BackOffice) -> None:
    archive = office.archive()
    assert archive.money("payments", payment(1), "amount") == Money(1400, "EUR")
    assert archive.money("payments", {"total_amount": 14.5}, "total_amount") == Money(1450, "EUR")
    assert archive.money("wallet-movements", {"amount": -300, "currency": "gbp"}, "amount") == Money(-300, "GBP")
    assert archive.money("tickets", ticket(1), "price") == Money(1250, "EUR")
    assert archive.amounts("bookings", {"amount": 3}) == "units"


@pytest.mark.parametrize(("setting", "minor"), [("minor", 14), ("units", 1400), ("auto", 14)])
def test_a_setting_says_it_for_all_rows(office: BackOffice, setting: str, minor: int) -> None:
    assert office.archive(amounts=setting).money("refunds", {"amount": 14}, "amount").minor == minor


@pytest.mark.parametrize("row", [{}, {"amount": None}, {"amount": ""}, {"amount": 1, "currency": "ZZZ"}])
def test_what_is_no_amount_is_told(office: BackOffice, row: dict[str, Any]) -> None:
    with pytest.raises(NoMoney):
        office.archive().money("refunds", row, "amount")
