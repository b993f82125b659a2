"""The range of a report, and sums that are the same in whatever order the rows come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.model import AccountId
from app.domain.money import Money
from app.domain.sale import Tender, Wrong
from app.domain.takings import MOST_DAYS, Asked, By, Movement, Payment, Reconciled, Refund, Sums, days_of

ACCOUNT = AccountId("fourvenues")
MADRID = ZoneInfo("Europe/Madrid")
DAYS = st.dates(date(2025, 11, 1), date(2025, 11, 5))


def asked(first: date, last: date, zone: str = "Europe/Madrid") -> Asked:
    return Asked(first=first, last=last, zone=ZoneInfo(zone), accounts=(ACCOUNT,))


def payment(cents: int, day: date = date(2025, 11, 22), **more: str) -> Payment:
    fields = {"event": "ev-1", "method": "card", "sale_type": "online", "status": "paid", "currency": "EUR"} | more
    amount = Money(cents, fields.pop("currency"))
    at = datetime.combine(day, datetime.min.time(), UTC)
    return Payment(account=ACCOUNT, ref="p-1", at=at, day=day, amount=amount, **fields)


def refund(cents: int, day: date = date(2025, 11, 22), currency: str = "EUR") -> Refund:
    at = datetime.combine(day, datetime.min.time(), UTC)
    amount = Money(cents, currency)
    return Refund(account=ACCOUNT, ref="r-1", payment="p-1", event="ev-1", at=at, day=day, amount=amount)


# The range


def test_both_ends_are_whole_days_of_the_venue() -> None:
    one = asked(date(2025, 11, 1), date(2025, 11, 30))
    assert one.start == datetime(2025, 10, 31, 23, tzinfo=UTC)
    assert one.end == datetime(2025, 11, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25)])
def test_a_day_on_which_the_clock_is_changed_has_its_own_length(day: date, hours: int) -> None:
    one = asked(day, day)
    assert one.end - one.start == timedelta(hours=hours)


@settings(deadline=None)
@given(DAYS, st.integers(0, 86_399))
def test_every_instant_of_the_range_has_a_day_of_the_range(day: date, second: int) -> None:
    one = asked(day, day)
    assert one.day(one.start + timedelta(seconds=second)) == day


def test_a_year_and_some_weeks_is_the_most() -> None:
    first = date(2025, 1, 1)
    last = first + timedelta(days=MOST_DAYS - 1)
    assert days_of(str(first), str(last)) == (first, last)
    too_far = days_of(str(first), str(last + timedelta(days=1)))
    assert too_far == Wrong(field="to", words="that would be 401 days; a report has 400 at most")


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("", "2025-11-30", "from"),
        ("2025-11-01", " ", "to"),
        ("2025-11-31", "2025-12-01", "from"),
        ("1-11-2025", "2025-12-01", "from"),
        ("2025-W48-5", "2025-12-01", "from"),
        ("2025-11-01T00:00", "2025-12-01", "from"),
        ("٢٠٢٥-11-01", "2025-12-01", "from"),
        ("2025-11-01", "2025-10-31", "to"),
        ("2025-11-01", "9999-12-31", "to"),
        ("0001-01-01", "2025-11-30", "from"),
    ],
)
def test_days_that_can_not_be_used_are_told_with_their_field(first: str, last: str, field: str) -> None:
    wrong = days_of(first, last)
    assert isinstance(wrong, Wrong)
    assert wrong.field == field
    assert "\n" not in wrong.words


# Sums

ROWS = st.lists(
    st.tuples(
        st.booleans(), st.integers(0, 10**7), DAYS, st.sampled_from(["EUR", "GBP"]), st.sampled_from(["card", "bizum"])
    ),
    max_size=40,
)


def summed(rows: list[tuple[bool, int, date, str, str]]) -> Sums:
    sums = Sums()
    for is_refund, cents, day, currency, method in rows:
        if is_refund:
            sums.give_back(refund(cents, day, currency))
        else:
            sums.pay(payment(cents, day, currency=currency, method=method))
    return sums


@settings(deadline=None)
@given(ROWS, st.randoms())
def test_sums_do_not_depend_on_the_order_of_rows(rows: list[tuple[bool, int, date, str, str]], chance: object) -> None:
    other = list(rows)
    chance.shuffle(other)  # type: ignore[attr-defined]
    for by in By:
        assert summed(rows).by(by) == summed(other).by(by)


@settings(deadline=None)
@given(ROWS, st.sampled_from(list(By)))
def test_every_way_to_sum_gives_the_same_total_in_each_currency(
    rows: list[tuple[bool, int, date, str, str]], by: By
) -> None:
    sums = summed(rows)
    for total in sums.by(By.ALL):
        parts = [one for one in sums.by(by) if one.currency == total.currency]
        assert sum(one.paid.minor for one in parts) == total.paid.minor
        assert sum(one.net.minor for one in parts) == total.net.minor
        assert sum(one.payments for one in parts) == total.payments


def test_currencies_are_never_added_to_each_other() -> None:
    sums = summed([(False, 100, date(2025, 11, 1), "EUR", "card"), (False, 100, date(2025, 11, 1), "GBP", "card")])
    assert [(one.currency, one.paid.minor) for one in sums.by(By.ALL)] == [("EUR", 100), ("GBP", 100)]


@pytest.mark.parametrize(("status", "counts"), [("paid", 1), ("", 1), ("settled", 1), ("Failed", 0), ("pending", 0)])
def test_a_payment_counts_unless_the_platform_says_that_no_money_came(status: str, counts: int) -> None:
    sums = Sums()
    sums.pay(payment(100, status=status))
    assert sum(one.payments for one in sums.by(By.ALL)) == counts
    assert sums.statuses() == [(status, 1)]


def test_wallet_movements_are_summed_by_kind_and_currency() -> None:
    sums = Sums()
    for cents, kind, currency in ((500, "sale", "EUR"), (-200, "sale", "EUR"), (-900, "payout", "GBP")):
        at = datetime(2025, 11, 22, tzinfo=UTC)
        amount = Money(cents, currency)
        sums.move(Movement(account=ACCOUNT, ref="w", at=at, day=at.date(), kind=kind, amount=amount))
    assert [(one.kind, one.count, str(one.amount)) for one in sums.moved()] == [
        ("payout", 1, "-9.00 GBP"), ("sale", 2, "3.00 EUR"),
    ]  # fmt: skip


def test_the_difference_is_what_the_door_has_and_the_platform_does_not() -> None:
    phone = Reconciled(tender=Tender.PHONE, count=3, here=Money(4500, "EUR"), there_count=2, there=Money(3000, "EUR"))
    cash = Reconciled(tender=Tender.CASH, count=1, here=Money(1000, "EUR"))
    assert (phone.difference, cash.difference) == (Money(1500, "EUR"), Money(1000, "EUR"))
