"""Money is whole minor units of a currency that is in use; whatever else comes is refused, never rounded."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.money import DIGITS, MOST, Money, NoMoney, currency_of, from_minor, from_units, total

CURRENCIES = st.sampled_from(sorted(DIGITS))
MINOR = st.integers(-MOST, MOST)
AMOUNTS = st.builds(Money, MINOR, CURRENCIES)
EUROS = st.builds(Money, st.integers(-(10**11), 10**11), st.just("EUR"))
NO_NUMBERS = [None, True, [], {}, "", " ", "abc", "12,50", "1e3", "0x10", "1_000", "--5", "5.", ".5", "٣", b"12"]
NOT_FINITE = [float("nan"), float("inf"), float("-inf"), "NaN", "Infinity", "-inf", Decimal("NaN"), Decimal("sNaN")]


@settings(deadline=None)
@given(AMOUNTS)
def test_what_is_shown_in_units_is_read_back_the_same(amount: Money) -> None:
    assert from_units(amount.units, amount.currency) == amount


@settings(deadline=None)
@given(AMOUNTS)
def test_minor_units_are_read_as_numbers_and_as_text(amount: Money) -> None:
    assert from_minor(amount.minor, amount.currency) == amount
    assert from_minor(str(amount.minor), amount.currency) == amount


@settings(deadline=None)
@given(st.integers(-(10**11), 10**11), CURRENCIES)
def test_units_that_went_through_a_float_are_the_same_money(minor: int, currency: str) -> None:
    assert from_units(minor / 10 ** DIGITS[currency], currency) == Money(minor, currency)


@settings(deadline=None)
@given(st.lists(st.integers(-(10**6), 10**6), max_size=20))
def test_the_noise_of_a_float_that_was_added_up_is_no_money(cents: list[int]) -> None:
    noisy = 0.0
    for one in cents:
        noisy += one / 100
    assert from_units(noisy, "EUR") == Money(sum(cents), "EUR")


@settings(deadline=None)
@given(st.lists(EUROS, max_size=30))
def test_a_sum_does_not_depend_on_the_order(amounts: list[Money]) -> None:
    assert total(amounts, "EUR") == total(reversed(amounts), "EUR")
    assert total(amounts, "EUR").minor == sum(one.minor for one in amounts)


@settings(deadline=None)
@given(EUROS, EUROS)
def test_what_is_added_can_be_taken_away_again(one: Money, other: Money) -> None:
    assert one + other - other == one
    assert -one == Money(-one.minor, "EUR")
    assert (one < other) == (one.minor < other.minor)


@settings(deadline=None)
@given(EUROS, st.integers(0, 50))
def test_times_is_adding_up(amount: Money, times: int) -> None:
    assert amount * times == total([amount] * times, "EUR")


def test_nothing_is_the_sum_of_nothing() -> None:
    assert total([], "JPY") == Money(0, "JPY")


@settings(deadline=None)
@given(st.integers(0, 10**9), st.decimals(0, 100, places=2))
def test_a_share_is_rounded_half_up_to_the_minor_unit(minor: int, percent: Decimal) -> None:
    exact = (Decimal(minor) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert Money(minor, "EUR").share(percent) == Money(int(exact), "EUR")


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1250, "EUR", "12.50 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (1250, "JPY", "1250 JPY"),
        (1250, "BHD", "1.250 BHD"),
        (-1, "BHD", "-0.001 BHD"),
    ],
)
def test_money_is_shown_with_all_digits_of_its_currency(minor: int, currency: str, shown: str) -> None:
    assert str(Money(minor, currency)) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (12.5, "EUR", 1250),
        ("12.5", "EUR", 1250),
        (" 12.50 ", "EUR", 1250),
        ("+3", "EUR", 300),
        (0.1 + 0.2, "EUR", 30),
        (1.005, "BHD", 1005),
        (1200, "JPY", 1200),
        (-0.0, "EUR", 0),
        (Decimal("19.990"), "EUR", 1999),
    ],
)
def test_units_become_minor_units_by_the_digits_of_the_currency(amount: object, currency: str, minor: int) -> None:
    assert from_units(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(12.345, "EUR"), ("12.345", "EUR"), ("0.001", "EUR"), (1.5, "JPY"), ("1.5", "JPY"), ("1.0001", "BHD")],
)
def test_more_digits_than_the_currency_has_are_refused_not_rounded(amount: object, currency: str) -> None:
    with pytest.raises(NoMoney, match=f"more than {DIGITS[currency]} digits behind the point"):
        from_units(amount, currency)


def test_noise_is_taken_for_noise_only_in_a_float() -> None:
    assert from_units(0.30000000000000004, "EUR") == Money(30, "EUR")
    with pytest.raises(NoMoney):
        from_units("0.30000000000000004", "EUR")


@pytest.mark.parametrize("amount", [12.5, "12.5", Decimal("0.1")])
def test_minor_units_are_whole(amount: object) -> None:
    with pytest.raises(NoMoney, match="no whole number of minor units"):
        from_minor(amount, "EUR")


@pytest.mark.parametrize("read", [from_units, from_minor])
@pytest.mark.parametrize("amount", [*NO_NUMBERS, *NOT_FINITE])
def test_what_is_no_number_is_no_money(read: object, amount: object) -> None:
    with pytest.raises(NoMoney, match="is no number"):
        read(amount, "EUR")  # type: ignore[operator]


@pytest.mark.parametrize("amount", [MOST + 1, -MOST - 1, 10**30, 1e300])
def test_more_than_any_door_takes_is_refused(amount: object) -> None:
    with pytest.raises(NoMoney):
        from_minor(amount, "EUR")


@pytest.mark.parametrize(("code", "known"), [("EUR", "EUR"), (" eur ", "EUR"), ("jpy", "JPY"), ("Bhd", "BHD")])
def test_a_currency_is_known_however_it_is_written(code: str, known: str) -> None:
    assert currency_of(code) == known


@pytest.mark.parametrize("code", ["", "EURO", "DOGE", "ZZZ", "€", None, 978, "XAU", "E" * 500])
def test_a_currency_that_is_not_in_use_is_refused_in_a_short_line(code: object) -> None:
    with pytest.raises(NoMoney, match="is no currency") as refused:
        currency_of(code)
    assert len(str(refused.value)) < 60


def test_two_currencies_are_never_one_sum() -> None:
    euros, pounds = Money(100, "EUR"), Money(100, "GBP")
    for work in (lambda: euros + pounds, lambda: euros - pounds, lambda: euros < pounds):
        with pytest.raises(NoMoney, match="is in GBP, not in EUR"):
            work()
    with pytest.raises(NoMoney):
        total([euros, pounds], "EUR")
