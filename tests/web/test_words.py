"""Languages: which one somebody reads, and a sentence for every trouble in each."""

from __future__ import annotations

import pytest

from app.domain.messages import LANGUAGES
from app.domain.settle import Trouble
from app.domain.troubles import explain
from app.web.languages import choose


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        (b"", "en"),
        (b"es", "es"),
        (b"es-MX,es;q=0.9,en;q=0.8", "es"),
        (b"en-GB, es;q=0.9", "en"),
        (b"fr-FR, fr;q=0.9, es;q=0.4", "es"),
        (b"en;q=0.1, es;q=0.2", "es"),
        (b"es;q=0", "en"),
        (b"es;q=nan", "en"),
        (b"es;q=high", "en"),
        (b"*", "en"),
        (b"\xff;;;,,,q=", "en"),
        (b"es," * 1000, "en"),
    ],
)
def test_a_language_is_chosen_by_what_somebody_reads(header: bytes | None, language: str) -> None:
    assert choose(header) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_has_a_sentence_of_its_own(language: str) -> None:
    sentences = {explain(trouble, language) for trouble in Trouble}
    assert len(sentences) == len(Trouble)
    assert explain("something new", language) not in sentences


def test_no_trouble_has_no_sentence() -> None:
    assert explain("", "en") == ""


def test_an_unknown_language_gets_english() -> None:
    assert explain(Trouble.GONE, "de") == explain(Trouble.GONE, "en")
