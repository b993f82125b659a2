"""What can be sold, at which price and for how much: the rules between a rate and an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.model import AccountId, EventId, Reason
from app.domain.money import Money, total
from app.domain.sale import (
    MOST_AT_ONCE,
    Holder,
    Order,
    Price,
    Question,
    Rate,
    SaleId,
    SaleState,
    Supplement,
    Tender,
    Wanted,
    Wrong,
    check,
    total_problem,
    totals,
)
from app.domain.sale_words import not_in_words, sale_words

NOW = datetime(2025, 11, 28, 22, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def price(ref: str = "p1", cents: int = 1500, fee: int = 0, **changes: Any) -> Price:
    return Price(ref=ref, amount=euros(cents), fee=euros(fee), **changes)


def rate(*prices: Price, **changes: Any) -> Rate:
    values: dict[str, Any] = {
        "ref": "r1", "account": AccountId("fourvenues"), "event": EventId("e1"), "name": "General",
        "prices": prices or (price(),), "current": prices[0].ref if prices else "p1", "tenders": frozenset(Tender),
        "supplements": (Supplement(ref="s1", name="Drink", amount=euros(500)),),
    }  # fmt: skip
    return Rate(**values | changes)


def order(quantity: int = 1, holder: Holder | None = None, **changes: Any) -> Order:
    values: dict[str, Any] = {
        "id": SaleId("s-1"), "event": EventId("e1"), "rate": "r1", "price": "p1", "tender": Tender.CASH,
        "tickets": (Wanted(holder=holder or Holder()),) * quantity,
    }  # fmt: skip
    return Order(**values | changes)


def field_of(wrong: Wrong | None) -> str:
    return wrong.field if wrong is not None else ""


# The price by the time

EARLY, LATE, LAST = price("p1", until=NOW + HOUR), price("p2", 1800, until=NOW + 2 * HOUR), price("p3", 2000)


@pytest.mark.parametrize(
    ("minutes", "asked"),
    [(0, "p1"), (59, "p1"), (60, "p2"), (119, "p2"), (120, "p3"), (10**6, "p3")],
)
def test_each_price_holds_until_its_time_is_over(minutes: int, asked: str) -> None:
    now = rate(EARLY, LATE, LAST).price_at(NOW + timedelta(minutes=minutes))
    assert now is not None
    assert now.ref == asked


def test_a_price_that_is_sold_out_is_not_asked_any_more() -> None:
    assert rate(replace(EARLY, left=0), LATE).price_at(NOW) == LATE


def test_before_a_sale_begins_and_after_its_last_price_nothing_is_asked() -> None:
    assert rate(EARLY, current="").price_at(NOW) is None
    assert rate(EARLY).price_at(NOW + HOUR) is None
    assert rate(EARLY, current="p9").price_at(NOW) is None
    assert rate(prices=(), current="p1").price_at(NOW) is None


def test_the_platforms_word_on_what_holds_now_is_kept_where_two_prices_could() -> None:
    assert rate(EARLY, LATE, current="p2").price_at(NOW) == LATE


def test_what_was_sold_here_meanwhile_uses_up_a_price_and_goes_on_with_the_next() -> None:
    told = rate(replace(EARLY, left=2), replace(LATE, left=5), LAST, available=20)
    left = [(one.available, [price.left for price in one.prices]) for one in map(told.less, (0, 2, 4, 30))]
    assert left == [(20, [2, 5, None]), (18, [0, 5, None]), (16, [0, 3, None]), (0, [0, 0, None])]


LEFT = st.none() | st.integers(-3, 40)


@given(st.lists(LEFT, min_size=1, max_size=5), LEFT, st.integers(0, 60), st.integers(0, 60))
def test_fewer_and_fewer_are_left_whatever_is_sold(
    left: list[int | None], available: int | None, first: int, second: int
) -> None:
    told = rate(*(price(f"p{n}", left=one) for n, one in enumerate(left)), available=available)
    assert told.less(first).less(second) == told.less(first + second)
    after = [one.left for one in told.less(first).prices]
    assert all(now is None or 0 <= now <= max(before or 0, 0) for before, now in zip(left, after, strict=True))


# What is wrong with an order

NEEDY = rate(needs=frozenset({"name", "email"}))
ASKING = rate(
    questions=(Question(ref="q1", label="Shirt", required=True, options=("S", "M")), Question(ref="q2", label="Why"))
)
SHIRT = {"q1": "M"}

CHECKED: list[tuple[Rate, Order, str]] = [
    (rate(), order(), ""),
    (rate(), order(price="p2"), "price"),
    (rate(replace(EARLY, until=NOW)), order(), "price"),
    (rate(replace(EARLY, until=NOW), LATE), order(), "price"),
    (rate(), order(0), "quantity"),
    (rate(), order(MOST_AT_ONCE), ""),
    (rate(), order(MOST_AT_ONCE + 1), "quantity"),
    (rate(maximum=4), order(5), "quantity"),
    (rate(maximum=400), order(MOST_AT_ONCE + 1), "quantity"),
    (rate(minimum=2), order(1), "quantity"),
    (rate(minimum=0), order(0), "quantity"),
    (rate(available=2), order(3), "quantity"),
    (rate(available=0), order(1), "quantity"),
    (rate(available=-2), order(1), "quantity"),
    (rate(price(left=2), available=9), order(3), "quantity"),
    (rate(tenders=frozenset({Tender.CASH})), order(tender=Tender.PHONE), "tender"),
    (rate(tenders=frozenset()), order(), "tender"),
    (rate(), order(channel="c1"), ""),
    (rate(), order(channel="c1", referral="f1"), "referral"),
    (rate(), order(warranty=True), "warranty"),
    (rate(warranty=Decimal(10)), order(warranty=True), ""),
    (NEEDY, order(), "tickets[0].email"),
    (NEEDY, order(holder=Holder(name=" ", email="ana@mail.example")), "tickets[0].name"),
    (NEEDY, order(holder=Holder(name="Ana", email="ana@mail.example")), ""),
    (rate(), order(holder=Holder(email="ana@mail")), "tickets[0].email"),
    (rate(), order(holder=Holder(email="ana@mail.example\n")), "tickets[0].email"),
    (rate(), order(holder=Holder(document_type="visa")), "tickets[0].document_type"),
    (rate(), order(tickets=(Wanted(), Wanted(supplements=("s1", "s9")))), "tickets[1].supplements"),
    (ASKING, order(), "tickets[0].answers.q1"),
    (ASKING, order(holder=Holder(answers={"q1": "XXL"})), "tickets[0].answers.q1"),
    (ASKING, order(holder=Holder(answers=SHIRT)), ""),
    (ASKING, order(holder=Holder(answers=SHIRT | {"q2": "anything"})), ""),
]


@pytest.mark.parametrize(("offer", "asked", "field"), CHECKED, ids=[f"{n}-{row[2]}" for n, row in enumerate(CHECKED)])
def test_the_first_thing_that_is_wrong_is_named_by_its_field(offer: Rate, asked: Order, field: str) -> None:
    assert field_of(check(asked, offer, NOW)) == field


@pytest.mark.parametrize(("left", "words"), [(2, "must be at most 2: no more are left"), (-1, "must be at most 0")])
def test_how_many_are_left_is_told_and_never_less_than_none(left: int, words: str) -> None:
    wrong = check(order(3), rate(available=left), NOW)
    assert wrong is not None
    assert wrong.words.startswith(words)


@pytest.mark.parametrize(
    ("expected", "field"),
    [(None, ""), (euros(1500), ""), (euros(1501), "total"), (Money(1500, "GBP"), "currency"), (euros(0), "total")],
)
def test_another_total_than_the_guest_was_told_is_not_sold(expected: Money | None, field: str) -> None:
    assert field_of(total_problem(order(expected=expected), euros(1500))) == field


# Any rate, any order

TEXT = st.text(max_size=6)
CENTS = st.integers(0, 10**9)
REFS = st.sampled_from(["s1", "s2", "s9"])
PRICES = st.builds(
    Price, ref=st.sampled_from(["p1", "p2", "p3"]), amount=st.builds(euros, CENTS), fee=st.builds(euros, CENTS),
    until=st.none() | st.integers(-99, 99).map(lambda hours: NOW + hours * HOUR),
    left=st.none() | st.integers(-1, 120),
)  # fmt: skip
RATES = st.builds(
    Rate, ref=st.just("r1"), account=st.just(AccountId("a")), event=st.just(EventId("e1")), name=TEXT,
    prices=st.lists(PRICES, max_size=3).map(tuple), current=st.sampled_from(["", "p1", "p2"]),
    supplements=st.just(
        (Supplement(ref="s1", name="Drink", amount=euros(500)), Supplement(ref="s2", name="Coat", amount=euros(1)))
    ),
    questions=st.just((Question(ref="q1", label="Shirt", options=("S", "M")),)), minimum=st.integers(-1, 3),
    maximum=st.none() | st.integers(-1, 200), available=st.none() | st.integers(-5, 200),
    warranty=st.none() | st.decimals(0, 100, places=2),
    needs=st.frozensets(st.sampled_from(["name", "email", "birthday", "document_number", "answers"])),
    tenders=st.frozensets(st.sampled_from(list(Tender))),
)  # fmt: skip
HOLDERS = st.builds(
    Holder, name=TEXT, email=st.sampled_from(["", "a@b.c", "nobody", "a@b.c\n"]) | TEXT, document_type=TEXT,
    answers=st.dictionaries(st.sampled_from(["q1", "q9"]), TEXT, max_size=2),
)  # fmt: skip
ORDERS = st.builds(
    Order, id=st.just(SaleId("s-1")), event=st.just(EventId("e1")), rate=st.just("r1"),
    price=st.sampled_from(["p1", "p2", "p9", ""]), tender=st.sampled_from(list(Tender)), warranty=st.booleans(),
    tickets=st.lists(
        st.builds(Wanted, holder=HOLDERS, supplements=st.lists(REFS, max_size=3).map(tuple)), max_size=4
    ).map(tuple),
    channel=TEXT, referral=TEXT,
    expected=st.none() | st.builds(Money, CENTS, st.sampled_from(["EUR", "GBP", "???"])),
)  # fmt: skip


@given(ORDERS, RATES)
def test_no_order_and_no_rate_break_the_rules(asked: Order, offer: Rate) -> None:
    wrong = check(asked, offer, NOW)
    sells = wrong is None and offer.price_at(NOW) is not None
    assert sells or (wrong is not None and wrong.field != "" and "\n" not in wrong.words)


@given(ORDERS, RATES, PRICES)
def test_totals_are_sums_and_never_negative(asked: Order, offer: Rate, on: Price) -> None:
    each = totals(asked, offer, on)
    assert len(each) == asked.quantity
    assert all(one.minor >= on.amount.minor for one in each)
    extras = sum(500 if ref == "s1" else 1 for one in asked.tickets for ref in one.supplements if ref != "s9")
    cover = on.amount.share(offer.warranty).minor if asked.warranty and offer.warranty is not None else 0
    fee = on.fee.minor if asked.tender is Tender.PHONE else 0
    assert total(each, "EUR").minor == extras + asked.quantity * (on.amount.minor + cover + fee)


@given(ORDERS, RATES, PRICES)
def test_the_fee_is_asked_only_on_the_platforms_own_page(asked: Order, offer: Rate, on: Price) -> None:
    here, there = (totals(replace(asked, tender=one), offer, on) for one in (Tender.CASH, Tender.PHONE))
    assert [more - less for less, more in zip(here, there, strict=True)] == [on.fee] * asked.quantity
    assert totals(replace(asked, tender=Tender.CARD), offer, on) == here


@given(ORDERS, RATES, PRICES)
def test_the_total_that_is_told_back_is_the_one_that_is_sold(asked: Order, offer: Rate, on: Price) -> None:
    costs = total(totals(asked, offer, on), "EUR")
    assert total_problem(replace(asked, expected=costs), costs) is None
    assert total_problem(replace(asked, expected=costs + euros(1)), costs) is not None


# Words


@pytest.mark.parametrize("state", SaleState)
@pytest.mark.parametrize("tender", Tender)
def test_every_state_has_a_sentence_in_every_language(state: SaleState, tender: Tender) -> None:
    english, spanish = (sale_words(state, tender, language) for language in ("en", "es"))
    assert english.endswith(".")
    assert spanish.endswith(".")
    assert english != spanish
    assert sale_words(state, tender, "fr") == english


def test_only_money_that_was_taken_here_is_given_back_here() -> None:
    assert "money back" in sale_words(SaleState.CANCELLED, Tender.CASH, "en")
    assert "money" not in sale_words(SaleState.CANCELLED, Tender.PHONE, "en")


@pytest.mark.parametrize("reason", Reason)
def test_whoever_is_not_let_in_with_a_sale_is_told_why_in_words(reason: Reason) -> None:
    assert not_in_words(reason, "en")
    assert reason.value not in not_in_words(reason, "en")
    assert not_in_words("", "es") == ""
