"""Instants and folded texts survive the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

from app.domain.model import Credential, Guest
from app.store.folding import fold, folded
from app.store.types import UtcDateTime, from_micros, to_micros
from tests.fakes.night import admission

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1902, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001 - asked so


@given(INSTANTS)
def test_an_instant_comes_back_to_the_microsecond(at: datetime) -> None:
    back = from_micros(to_micros(at))
    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


@given(st.lists(INSTANTS, min_size=2, max_size=2))
def test_instants_sort_as_they_are_kept(both: list[datetime]) -> None:
    first, second = (to_micros(at) or 0 for at in both)
    assert (both[0] < both[1]) == (first < second)


def test_no_instant_is_none() -> None:
    assert to_micros(None) is None
    assert from_micros(None) is None


@settings(max_examples=20, deadline=None)
@given(st.none() | INSTANTS)
def test_a_column_of_instants_gives_back_what_was_put_in(at: datetime | None) -> None:
    table = Table("t", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(insert(table).values(at=at))
        assert connection.execute(select(table.c.at)).scalar_one() == at
        assert connection.execute(select(table.c.id).where(table.c.at == at)).first() is not None or at is None


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once_and_case_does_not_matter(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text.upper().lower()) == fold(text.lower().upper().lower())


def test_all_by_which_somebody_may_be_searched_is_folded() -> None:
    whole = admission(
        guest=Guest(name="Íñigo Núñez"), email="In@example.org", phone="+34 (600) 11-22",
        credentials=(Credential(value="ZQ4K"), Credential(scheme="rfid", value="04A2")),
    )  # fmt: skip
    assert folded(whole) == "inigo nunez in@example.org 346001122 zq4k 04a2"
