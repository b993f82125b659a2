"""Heads by price option: everything stored is sent again, nobody is lost and nothing goes below zero."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.model import Party
from app.providers.fourvenues import options
from app.providers.fourvenues.client import Option

START = datetime(2026, 5, 2, 22, 0, tzinfo=UTC)
RATE = options.rate(
    json.dumps(
        {
            "_id": "r1",
            "slug": "guest-list",
            "name": "Guest list",
            "options": [
                {"_id": "early", "price": 0, "from": 0, "until": 7200},
                {"_id": "late", "price": 10, "from": 7200, "until": 0},
            ],
        }
    ).encode()
)
assert RATE is not None

counts = st.builds(
    Option,
    id=st.sampled_from(["a", "b", "c"]),
    women=st.integers(0, 9),
    men=st.integers(0, 9),
    no_gender=st.integers(0, 9),
)
stored = st.lists(counts, max_size=3, unique_by=lambda one: one.id).map(tuple)
parties = st.builds(Party, women=st.integers(0, 5), men=st.integers(0, 5), no_gender=st.integers(0, 5))
ids = st.sampled_from(["a", "b", "z", options.SPECIAL])


def held(**fields: object) -> options.Entry:
    return options.entry(json.dumps({"_id": "l1", "rate_id": "r1", **fields}).encode())


def total(sent: tuple[Option, ...]) -> int:
    return sum(options.heads(one) for one in sent)


@given(stored, ids, parties)
def test_adding_a_party_adds_its_heads_and_touches_nobody_else(
    before: tuple[Option, ...], chosen: str, party: Party
) -> None:
    after = options.add(before, chosen, party)
    assert total(after) == total(before) + party.heads
    assert [one for one in after if one.id != chosen] == [one for one in before if one.id != chosen]


@given(stored, ids, parties)
def test_taking_a_party_back_never_goes_below_zero(before: tuple[Option, ...], chosen: str, party: Party) -> None:
    after = options.take(before, chosen, party)
    assert total(after) == max(total(before) - party.heads, 0)
    assert all(min(one.women, one.men, one.no_gender) >= 0 for one in after)


@given(stored, ids, parties)
def test_what_was_added_can_be_taken_back(before: tuple[Option, ...], chosen: str, party: Party) -> None:
    after = options.take(options.add(before, chosen, party), chosen, party)
    assert [one for one in after if options.heads(one)] == [one for one in before if options.heads(one)]


def test_the_price_of_the_moment_is_counted() -> None:
    def at(**late: float) -> str:
        return options.choose(held(), None, [RATE], START, START + timedelta(**late))

    assert (at(hours=1), at(hours=2), at(hours=9)) == ("early", "late", "late")


def test_an_option_that_the_door_chose_goes_first() -> None:
    assert options.choose(held(), Party(women=1, option="vip"), [RATE], START, START) == "vip"


def test_without_a_price_of_the_moment_the_entrys_own_option_is_kept() -> None:
    entry = held(options=[{"_id": "own", "women": 1, "men": 0, "no_gender": 0, "price": 5, "total": 1}])
    assert options.choose(entry, None, [RATE], None, START) == "own"
    assert options.choose(entry, None, [RATE], START, START - timedelta(hours=1)) == "own"


def test_without_any_window_the_rates_first_option_is_taken() -> None:
    assert options.choose(held(), None, [RATE], None, START) == "early"


def test_without_any_option_a_special_price_of_nothing_is_sent() -> None:
    chosen = options.choose(held(), None, [], START, START)
    assert options.add((), chosen, Party(men=2)) == (Option(id="<special>", women=0, men=2, no_gender=0, price=0.0),)


def test_a_special_price_keeps_its_price() -> None:
    entry = held(options=[{"_id": "<special>", "women": 1, "men": 0, "no_gender": 0, "price": 15, "total": 1}])
    assert options.add(entry.options, "<special>", Party(women=1))[0].price == 15


def test_heads_that_only_the_total_tells_are_kept() -> None:
    entry = held(options=[{"_id": "a", "women": 1, "total": 4}])
    assert entry.options == (Option(id="a", women=1, men=0, no_gender=3),)


def test_heads_that_no_option_tells_are_counted_on_the_chosen_one() -> None:
    assert options.level(held(), 3, "early") == (Option(id="early", women=0, men=0, no_gender=3),)


def test_a_rate_is_known_by_slug_where_a_pass_has_no_rate_id() -> None:
    entry = options.entry(b'{"_id":"p1","rate_slug":"guest-list"}')
    assert options.rate_of(entry, [RATE]) is RATE


def test_a_party_that_does_not_add_up_has_no_genders() -> None:
    assert options.party_of(Party(women=1, option="x"), 3) == Party(no_gender=3, option="x")
    assert options.party_of(None, 2) == Party(no_gender=2)


def test_odd_options_upset_nothing() -> None:
    for value in (None, 5, {}, [None, 3, {"_id": None}, {"_id": "a", "women": "x", "men": -2, "total": True}]):
        entry = held(options=value)
        assert all(options.heads(one) >= 0 for one in entry.options)
        assert options.rate(json.dumps({"_id": "r", "options": value}).encode()) is not None
