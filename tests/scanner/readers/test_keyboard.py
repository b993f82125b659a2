"""Codes from standard input or a pipe."""

from __future__ import annotations

import io
import os

import pytest

from scanner.readers.contract import LONGEST, Condition
from scanner.readers.keyboard import Keyboard
from tests.scanner.readers.listening import Listen


@pytest.mark.parametrize("text", ["ZQ4K81MD7\nHT55PW2Q\n", "ZQ4K81MD7\r\n\r\n\nHT55PW2Q"])
def test_one_code_a_line(text: str, listen: Listen) -> None:
    for stream in (io.StringIO(text), io.BytesIO(text.encode())):
        keyboard = listen(Keyboard(stream))
        keyboard.becomes(Condition.ENDED)
        assert keyboard.wait_for(2) == ["ZQ4K81MD7", "HT55PW2Q"]


def test_a_pipe_is_read_as_it_is_written(listen: Listen) -> None:
    out, into = os.pipe()
    with open(out, "rb") as stream:
        keyboard = listen(Keyboard(stream))
        keyboard.becomes(Condition.READY)
        os.write(into, b"FIRST001\nSEC")
        assert keyboard.wait_for(1) == ["FIRST001"]
        os.write(into, b"OND02\n")
        assert keyboard.wait_for(2) == ["FIRST001", "SECOND02"]
        os.close(into)
        keyboard.becomes(Condition.ENDED)


def test_bytes_that_are_no_text_and_lines_without_end_do_no_harm(listen: Listen) -> None:
    keyboard = listen(Keyboard(io.BytesIO(b"\xff\xfe\x80\n" + b"X" * 1_000_000 + b"\nZQ4K81MD7\n")))
    keyboard.becomes(Condition.ENDED)
    first, long, last = keyboard.wait_for(3)
    assert (len(first), len(long), last) == (3, LONGEST, "ZQ4K81MD7")


def test_a_stream_that_is_closed_is_told(listen: Listen) -> None:
    stream = io.BytesIO(b"X\n")
    stream.close()
    listen(Keyboard(stream)).becomes(Condition.MISSING)


def test_closing_ends_a_read_that_waits(listen: Listen) -> None:
    out, into = os.pipe()
    with open(out, "rb") as stream:
        keyboard = listen(Keyboard(stream))
        keyboard.becomes(Condition.READY)
        keyboard.close()
        assert not keyboard.reader._thread.is_alive()  # type: ignore[attr-defined]
    os.close(into)
