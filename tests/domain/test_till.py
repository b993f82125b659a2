"""The till's count: every paid sale once, by how it was paid and by what was sold; and what the drawer should hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.model import AccountId, EventId
from app.domain.money import Money, total
from app.domain.sale import Order, Sale, SaleId, SaleState, ShiftId, Sold, Tender, Wanted
from app.domain.till import NOT_TAKEN, Shift, ShiftReport, count

AT = datetime(2025, 11, 28, 22, 30, tzinfo=UTC)
PAID = sorted(set(SaleState) - NOT_TAKEN)


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def shift(opening: int = 10_000, counted: int | None = None) -> Shift:
    held = None if counted is None else euros(counted)
    return Shift(id=ShiftId(1), station="Gate 1", opened_at=AT, opened_by="Marta", opening=euros(opening), counted=held)


def sale(
    cents: int = 1500, tender: Tender = Tender.CASH, state: SaleState = SaleState.ISSUED, quantity: int = 1,
    **names: Any,
) -> Sale:  # fmt: skip
    tickets = (Wanted(),) * quantity
    order = Order(
        id=SaleId("s-1"), event=EventId("e1"), rate="r1", price="p1", tickets=tickets, tender=tender
    )  # fmt: skip
    return Sale(
        id=order.id, account=AccountId("fourvenues"), event=order.event, event_ref="1", order=order, unit=euros(cents),
        fee=euros(0), total=euros(cents), tickets=tuple(Sold(code="C", wanted=one, total=euros(0)) for one in tickets),
        state=state, at=AT, station="Gate 1", **names,
    )  # fmt: skip


SALES = st.lists(
    st.builds(
        sale, st.integers(0, 10**9), st.sampled_from(list(Tender)), st.sampled_from(list(SaleState)),
        st.integers(1, 5), rate_name=st.sampled_from(["General", "VIP"]), price_name=st.sampled_from(["", "Early"]),
    ),
    max_size=30,
)  # fmt: skip


def money_in(report: ShiftReport) -> Money:
    return report.cash + report.card + report.phone


@given(SALES)
def test_however_it_was_paid_and_whatever_was_sold_is_the_same_money(sales: list[Sale]) -> None:
    report = count(shift(), sales)
    paid = [one for one in sales if one.state in PAID]
    assert money_in(report) == total((one.total for one in paid), "EUR")
    assert money_in(report) == total((one.total for one in report.by_rate), "EUR")
    assert (report.sales, report.tickets) == (len(paid), sum(one.tickets for one in report.by_rate))


@given(SALES, st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_drawer_holds_its_float_and_the_cash_and_nothing_else(
    sales: list[Sale], opening: int, counted: int
) -> None:
    report = count(shift(opening, counted), sales)
    assert report.expected == euros(opening) + report.cash
    assert report.difference == euros(counted) - report.expected


@given(SALES, st.randoms())
def test_the_order_of_sales_changes_nothing(sales: list[Sale], chance: Any) -> None:
    other = list(sales)
    chance.shuffle(other)
    assert count(shift(), other) == count(shift(), sales)


@pytest.mark.parametrize("state", SaleState)
def test_only_what_somebody_has_paid_is_in_the_till(state: SaleState) -> None:
    paid_there = {SaleState.DUE, SaleState.SENDING, SaleState.ISSUED, SaleState.PAID}
    paid_though_the_platform_says_no = {SaleState.CONFLICT, SaleState.DISCARDED}
    expected = euros(1500) if state in paid_there | paid_though_the_platform_says_no else euros(0)
    assert count(shift(), [sale(state=state)]).cash == expected


def test_a_till_that_is_open_has_no_difference_yet() -> None:
    report = count(shift(), [sale()])
    assert (report.difference, report.expected) == (None, euros(11_500))


def test_one_rate_at_two_prices_is_told_apart() -> None:
    report = count(
        shift(),
        [sale(1500, rate_name="General", price_name="Early"), sale(1800, rate_name="General", price_name="Door")],
    )
    assert [(one.rate, one.price, one.total.minor) for one in report.by_rate] == [
        ("General", "Door", 1800), ("General", "Early", 1500),
    ]  # fmt: skip
