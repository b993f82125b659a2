"""Ticket rates of both APIs in our words: golden payloads with what they must become, and how two become one."""

import copy
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import Money
from app.domain.sale import Rate, Tender
from app.ports import Damaged
from app.providers.fourvenues.selling import rates
from tests.providers.harness import NOW
from tests.providers.selling import GOLDEN, NIGHT

TERMS = rates.Terms(event=NIGHT, currency="EUR", needed=frozenset(), now=NOW)
SHAPES = {"integrations": rates.integrations, "channels": rates.channels}
CASES = [
    (shape, case)
    for shape in SHAPES
    for case in json.loads((GOLDEN / f"rates_{shape}.json").read_text(encoding="utf-8"))
]


def told(shape: str, payload: object, terms: rates.Terms = TERMS) -> Rate | Damaged:
    return SHAPES[shape](json.dumps(payload).encode(), terms)


def whole(shape: str, at: int = 0, **fields: Any) -> Rate:
    payload = next(case["payload"] for kind, case in CASES[at:] if kind == shape)
    rate = told(shape, payload | fields)
    assert isinstance(rate, Rate)
    return rate


@pytest.mark.parametrize(("shape", "case"), CASES, ids=[f"{one[0]}: {one[1]['rule']}" for one in CASES])
def test_a_rate_becomes_what_the_golden_file_says(shape: str, case: dict[str, Any]) -> None:
    seen = told(shape, case["payload"])
    expected = case["expected"]
    if isinstance(seen, Damaged):
        assert {"damaged": seen.why} == expected
        return
    shown = json.loads(msgspec.json.encode(seen)) | {"needs": sorted(seen.needs), "tenders": sorted(seen.tenders)}
    assert {name: shown[name] for name in expected} == expected


def test_the_venues_own_fields_are_needed_of_every_ticket() -> None:
    terms = replace(TERMS, needed=frozenset({"phone"}))
    for shape, at in (("integrations", 0), ("channels", 10)):
        rate = told(shape, CASES[at][1]["payload"], terms)
        assert isinstance(rate, Rate)
        assert "phone" in rate.needs


def test_an_event_without_a_start_has_prices_without_ends() -> None:
    rate = told("integrations", CASES[0][1]["payload"], replace(TERMS, event=replace(NIGHT, starts_at=None)))
    assert isinstance(rate, Rate)
    assert [one.until for one in rate.prices] == [None, None]
    assert rate.current == "late"


def test_amounts_are_in_the_accounts_currency() -> None:
    rate = told("integrations", CASES[0][1]["payload"], replace(TERMS, currency="USD"))
    assert isinstance(rate, Rate)
    assert rate.prices[0].amount == Money(1000, "USD")


# --- two become one ---------------------------------------------------------------------------------------------------


def test_rates_of_one_id_are_one_that_is_sold_in_every_way() -> None:
    options = [{"_id": "1643064796675", "price": 12, "max_quantity": 6, "until": 1800}]
    ours = whole("integrations", _id="5f8d0f8b9d2b3b0017b6d8a0", slug="another", options=options)
    (one,) = rates.merged([ours], [whole("channels")], TERMS)
    assert one.ref == "5f8d0f8b9d2b3b0017b6d8a0"
    assert one.tenders == frozenset(Tender)
    assert [price.ref for price in one.prices] == ["1643064796675", "1643064796676"]
    assert (one.prices[0].fee, one.current, one.following) == (Money(120, "EUR"), "1643064796675", "1643064796676")
    assert (one.maximum, one.available, one.warranty) == (6, 90, Decimal(20))
    assert one.needs == {"name", "email"}


def test_rates_of_one_slug_carry_the_ids_of_both() -> None:
    options = [{"_id": "opt_a", "price": 12, "until": 1800}, {"_id": "opt_b", "price": 15, "until": 18000}]
    ours = whole("integrations", options=options)
    (one,) = rates.merged([ours], [whole("channels")], TERMS)
    assert one.ref == "tkrt_1~5f8d0f8b9d2b3b0017b6d8a0"
    assert [price.ref for price in one.prices] == ["opt_a~1643064796675", "opt_b~1643064796676"]
    assert one.current == "opt_a~1643064796675"


def test_rates_without_a_price_in_common_stay_two_even_under_one_id() -> None:
    ours = whole("integrations", _id="5f8d0f8b9d2b3b0017b6d8a0")
    both = rates.merged([ours], [whole("channels")], TERMS)
    assert [one.ref for one in both] == ["5f8d0f8b9d2b3b0017b6d8a0", "~5f8d0f8b9d2b3b0017b6d8a0"]
    assert [one.tenders for one in both] == [rates.AT_THE_DOOR, {Tender.PHONE}]


def test_two_prices_of_one_amount_are_not_taken_for_each_other() -> None:
    options = [{"_id": "opt_a", "price": 12, "until": 1800}, {"_id": "opt_b", "price": 12, "until": 18000}]
    both = rates.merged([whole("integrations", options=options)], [whole("channels")], TERMS)
    assert len(both) == 2


def test_a_rate_that_only_one_api_tells_is_shown_as_it_is() -> None:
    ours, theirs = whole("integrations", slug="a"), whole("channels", slug="b")
    assert rates.merged([ours], [theirs], TERMS) == [ours, theirs]


def test_before_sales_begin_a_merged_rate_has_nothing_that_holds() -> None:
    options = [{"_id": "1643064796675", "price": 12, "until": 1800}]
    begins = (NOW + timedelta(hours=1)).isoformat()
    theirs = whole("channels", valid_from=begins, current_price=None)
    (one,) = rates.merged([whole("integrations", options=options)], [theirs], TERMS)
    assert (one.current, one.following) == ("", "1643064796675")


# --- anything else ----------------------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20)
    | st.sampled_from(["percentage", "fixed", "dropdown", 0, 1, "0", 10**400, 1e300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A golden rate with some of its values replaced, at any depth, or taken out."""
    shape, case = draw(st.sampled_from(CASES))
    payload: dict[str, Any] = copy.deepcopy(case["payload"])
    for _ in range(draw(st.integers(1, 4))):
        place: Any = payload
        while isinstance(place, dict) and place:
            name = draw(st.sampled_from(sorted(place)))
            inner = place[name][0] if isinstance(place[name], list) and place[name] else place[name]
            if isinstance(inner, dict) and inner and draw(st.booleans()):
                place = inner
                continue
            if draw(st.booleans()):
                place[name] = draw(anything)
            else:
                del place[name]
            break
    return shape, payload


@given(mutated())
def test_whatever_comes_is_a_whole_rate_or_damaged(drawn: tuple[str, dict[str, Any]]) -> None:
    rate = told(*drawn)
    if isinstance(rate, Damaged):
        assert rate.why
        return
    assert rate.prices
    assert all(one.amount.minor >= 0 and one.fee.minor >= 0 for one in rate.prices)
    assert all(ref == "" or rate.price(ref) for ref in (rate.current, rate.following))


@given(mutated(), mutated())
def test_whatever_two_rates_are_merged_every_ref_is_there_once(
    one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]
) -> None:
    ours = told("integrations", one[1])
    theirs = told("channels", other[1])
    sides = [[rate] if isinstance(rate, Rate) else [] for rate in (ours, theirs)]
    merged = rates.merged(*sides, TERMS)
    assert len({rate.ref for rate in merged}) == len(merged)
    assert all(ref == "" or rate.price(ref) for rate in merged for ref in (rate.current, rate.following))


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{", b"\xff\xff", b'"x"', b"{}"])
def test_a_row_that_is_no_rate_is_damaged(raw: bytes) -> None:
    assert isinstance(rates.channels(raw, TERMS), Damaged)
    assert isinstance(rates.integrations(raw, TERMS), Damaged)
