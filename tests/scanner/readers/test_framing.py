"""Characters -> codes: chunks don't matter, pauses do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.readers.contract import LONGEST
from scanner.readers.framing import PATIENT_S, PAUSE_S, Framer

CODE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\t"), min_size=1, max_size=30)


@given(st.lists(st.tuples(CODE, st.sampled_from(["\n", "\r", "\r\n", "\t", "\n\n"]))), st.data())
def test_however_it_is_cut_the_same_codes_come_out(sent: list[tuple[str, str]], data: st.DataObject) -> None:
    text = "".join(code + end for code, end in sent)
    framer, codes, at = Framer(), list[str](), 0
    while at < len(text):
        size = data.draw(st.integers(1, 8))
        codes += framer.feed(text[at : at + size], 1.0)
        at += size
    assert codes == [code for code, _ in sent]
    assert framer.due is None


def test_a_pause_ends_a_code_and_less_does_not() -> None:
    framer = a_gun_without_enter()
    assert framer.feed("ZQ4K", 10.0) == []
    assert framer.wait(10.0 + PAUSE_S * 0.9) == []
    assert framer.feed("81MD7", 10.0 + PAUSE_S * 0.9) == []
    assert framer.wait(10.0 + PAUSE_S * 2) == ["ZQ4K81MD7"]
    assert framer.wait(99) == []


def a_gun_without_enter() -> Framer:
    framer = Framer()
    framer.feed("FIRST", 1.0)
    assert framer.wait(1.0 + PATIENT_S) == ["FIRST"]
    return framer


def test_a_gun_that_was_not_heard_yet_is_given_more_time() -> None:
    framer = Framer()
    framer.feed("HIC", 1.0)
    assert framer.wait(1.0 + PATIENT_S * 0.9) == []
    assert framer.feed("CUP\n", 1.0 + PATIENT_S * 0.9) == ["HICCUP"]


def test_a_gun_that_is_set_to_send_enter_again_is_believed_at_once() -> None:
    framer = a_gun_without_enter()
    assert framer.feed("ONE1\n", 3.0) == ["ONE1"]
    framer.feed("HIC", 4.0)
    assert framer.wait(4.0 + PAUSE_S * 2) == []


def test_a_pause_that_was_missed_is_seen_with_the_next_letter() -> None:
    framer = Framer()
    framer.feed("FIRST", 1.0)
    assert framer.feed("SECOND\n", 5.0) == ["FIRST", "SECOND"]


def test_a_gun_that_sends_enter_is_given_more_time() -> None:
    framer = Framer()
    framer.feed("ONE1\n", 1.0)
    framer.feed("HIC", 2.0)
    assert framer.feed("CUP\n", 2.0 + PATIENT_S * 0.9) == ["HICCUP"]


def test_a_key_that_somebody_touched_is_no_code() -> None:
    framer = Framer()
    framer.feed("a", 1.0)
    assert framer.wait(2.0) == []
    assert framer.feed("b\n", 3.0) == ["b"], "with Enter somebody meant it"


def test_an_endless_code_takes_no_more_room() -> None:
    framer = Framer()
    for at in range(100):
        assert framer.feed("x" * 1000, at * 0.01) == []
    (code,) = framer.feed("\n", 1.0)
    assert len(code) == LONGEST


def test_a_half_code_can_be_dropped() -> None:
    framer = Framer()
    framer.feed("HALF", 1.0)
    framer.drop()
    assert (framer.due, framer.feed("WHOLE\n", 1.01)) == (None, ["WHOLE"])
