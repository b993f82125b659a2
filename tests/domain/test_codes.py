"""Whatever a reader delivers, the door looks up the bare code, and nothing that is none."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.codes import LONGEST, clean, shorten

CODE = "ZQ4K81MD7"


@pytest.mark.parametrize(
    "raw",
    [
        CODE,
        f"  {CODE}\r\n",
        f"\t{CODE}\t",
        f"\ufeff{CODE}",
        f"\u200b{CODE[:4]}\u200d{CODE[4:]}\u2060",
        f"\x1d{CODE}\x1d",
        f"\x02{CODE}\x03",
        f"{CODE[:3]}\x00{CODE[3:]}",
        f"\u00a0{CODE}\u2028",
        f"\ud800{CODE}",
    ],
)
def test_white_space_and_unseen_characters_are_taken_off(raw: str) -> None:
    assert clean(raw) == CODE


@pytest.mark.parametrize(
    "prefix", ["]Q3", "]C1", "]d2", "]Q1\\000026", "\\000026", "]Q3 ", "\\000026\\000003", "\x1d]C1"]
)
def test_what_a_gun_puts_before_the_code_is_taken_off(prefix: str) -> None:
    assert clean(prefix + CODE) == CODE


@pytest.mark.parametrize("raw", ["[Q3ZQ4K", "Q3]ZQ4K", "]3QZQ4K", "]Q-ZQ4K", "\\00002ZQ4K", "ZQ4K\\000026"])
def test_what_only_resembles_a_prefix_belongs_to_the_code(raw: str) -> None:
    assert clean(raw) == raw


@pytest.mark.parametrize(
    "address",
    [
        "https://tickets.example.com/e/ZQ4K81MD7",
        "https://tickets.example.com/e/ZQ4K81MD7/",
        "https://tickets.example.com/e/ZQ4K81MD7?lang=es",
        "HTTPS://TICKETS.EXAMPLE.COM/E/ZQ4K81MD7",
        "http://example.com:8080/ZQ4K81MD7#top",
        "https://example.com/checkin?code=ZQ4K81MD7",
        "https://example.com/checkin?lang=es&ticket=ZQ4K81MD7",
        "https://example.com/?c=ZQ4K81MD7",
        "https://example.com/x/?QR=ZQ4K81MD7&x=y",
        "https://example.com/event?c=summer&code=ZQ4K81MD7",
        "https://example.com/t/ZQ4K81MD7?c=1",
        "https://example.com/t/ZQ4K81MD7?code=",
        "https://example.com/t/%5AQ4K81MD7",
        "]Q3https://example.com/t/ZQ4K81MD7\r\n",
        "https://example.com/" + "long/" * 200 + "ZQ4K81MD7",
    ],
)
def test_a_web_address_gives_the_code_it_carries(address: str) -> None:
    assert clean(address) == CODE


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "https://example.com/",
        "https://example.com/abc",
        "https://example.com/a.pdf",
        "https://example.com/some%20words",
        "https://example.com/" + "x" * 65,
        "https://[broken/ZQ4K81MD7",
    ],
)
def test_an_address_without_a_code_stays_as_it_is(address: str) -> None:
    assert clean(address) == address


@pytest.mark.parametrize(
    "raw",
    ["list/42/7", "100%25", "🎫 7", "ftp://host/ZQ4K81MD7", "www.example.com/ZQ4K81MD7", "ABCD 1234", "a=b&code=1234"],
)
def test_what_is_no_address_stays_as_it_is(raw: str) -> None:
    assert clean(raw) == raw


def test_the_case_is_kept() -> None:
    assert clean("zq4K81md7") == "zq4K81md7"


def test_an_accent_is_one_character_however_it_was_written() -> None:
    assert clean("Jose\u0301") == "Jos\u00e9"


@pytest.mark.parametrize("raw", ["", " ", "\r\n", "\ufeff", "]Q3", "\\000026", "---", "🎫", "?/%", "\x00" * 50])
def test_without_a_letter_or_digit_there_is_no_code(raw: str) -> None:
    assert clean(raw) is None


def test_a_code_of_512_characters_is_the_longest() -> None:
    assert clean("x" * LONGEST) == "x" * LONGEST
    assert clean("x" * (LONGEST + 1)) is None
    assert clean("x" + " " * 10_000_000) is None


anything = st.text(max_size=60) | st.text(alphabet="]QC13d\\026 \x1d\ufeff\u200b\u0301aéZ/?=:%-_&", max_size=40)
addresses = st.builds("https://example.com/{}?code={}".format, anything, anything)


@given(anything | addresses)
@example("]Q3 \u0301a")
@example("]Q\u200b3]C1x")
@example("\\000\ufeff026\u0301e")
@example("https://example.com/t/]Q3x?code=----")
def test_cleaning_twice_is_cleaning_once_and_nothing_unseen_is_left(raw: str) -> None:
    code = clean(raw)
    if code is None:
        return
    assert clean(code) == code
    assert code == code.strip() == unicodedata.normalize("NFC", code)
    assert not {unicodedata.category(character) for character in code} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert 0 < len(code) <= LONGEST


@given(st.text(alphabet="ABCZabcz0189_-", min_size=4, max_size=64).filter(lambda text: any(map(str.isalnum, text))))
def test_a_plain_code_comes_through_every_wrapping(code: str) -> None:
    wrapped = [code, f"]Q3{code}\r\n", f"https://example.com/t/{code}?lang=de", f"https://example.com/?qr={code}"]
    assert [clean(raw) for raw in wrapped] == [code] * 4


@given(st.text())
def test_a_log_never_shows_the_whole_code(code: str) -> None:
    short = shorten(code)
    assert short.endswith("…")
    assert len(short) <= 4
    assert code == "" or code not in short or code in "…"


def test_a_shortened_code_starts_as_the_code_does() -> None:
    assert [shorten(code) for code in (CODE, "AB12", "AB1", "A", "")] == ["ZQ4…", "AB1…", "AB…", "…", "…"]


TABLE = json.loads((Path(__file__).parents[1] / "scenarios" / "codes.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])
def test_the_table_that_the_page_reads_too(row: dict[str, Any]) -> None:
    assert clean(row["raw"] * row.get("times", 1)) == row["code"]
