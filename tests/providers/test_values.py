"""One parser for every way in which Fourvenues writes a time, and one for numbers of people."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.providers.values import Unusable, moment, nothing, people, text

AT = datetime(2026, 5, 2, 18, 4, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (0, None), (None, None), ("", None), ("  ", None), ("0", None), (0.0, None), (-5, None), (False, None),
        (True, None), ([], None), ({}, None), ("soon", None), ("nan", None), (float("inf"), None), (10**30, None),
        ("2026-13-40", None), (1777745051, AT), (1777745051.0, AT), (1777745051000, AT), ("1777745051", AT),
        ("1777745051000", AT), ("2026-05-02T18:04:11.000Z", AT), ("2026-05-02T18:04:11Z", AT),
        ("2026-05-02T20:04:11+02:00", AT), ("2026-05-02T18:04:11", AT), ("2026-05-02 18:04:11", AT),
        (" 2026-05-02T18:04:11.000Z ", AT), ("2026-05-02", datetime(2026, 5, 2, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None), ("9999-12-31T23:59:59-14:00", None),
    ],
)  # fmt: skip
def test_a_time_is_read_however_it_is_written(written: object, meant: datetime | None) -> None:
    assert moment(written) == meant


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_no_value_upsets_the_parsers(value: object) -> None:
    at = moment(value)
    assert at is None or at.tzinfo is UTC
    assert text(value, 40).isprintable()
    nothing(value)
    with contextlib.suppress(Unusable):
        assert 0 <= people(value, "for", 1) <= 100_000


@pytest.mark.parametrize(
    ("written", "meant"), [(None, 1), ("", 1), (0, 0), (3, 3), (2.0, 2), ("4", 4), (True, 1), (False, 0)]
)
def test_a_number_of_people_is_read_however_it_is_written(written: object, meant: int) -> None:
    assert people(written, "for", 1) == meant


@pytest.mark.parametrize("written", [-1, 1.5, "two", [], {}, float("nan"), float("inf"), 100_001, "1e9", 10**400])
def test_what_is_no_number_of_people_is_not_guessed(written: object) -> None:
    with pytest.raises(Unusable, match="for"):
        people(written, "for", 1)


@pytest.mark.parametrize("written", [0, "0", "", None, False, "false", " 0 ", 0.0, "0.0", [], "null"])
def test_a_removal_that_never_happened_is_nothing(written: object) -> None:
    assert nothing(written)


@pytest.mark.parametrize("written", [1, "1", True, "yes", 1777745051, "2026-05-02", "true"])
def test_anything_else_is_a_removal(written: object) -> None:
    assert not nothing(written)


def test_text_is_one_printable_line_of_bounded_length() -> None:
    assert text(" Ana\n\tRuiz\x00 \u202e") == "Ana Ruiz"
    assert text("x" * 900, 40) == "x" * 40
    assert text(42) == "42"
    assert text(True) == text([]) == text(None) == ""
