"""What the doctor says of parts that can't be broken in a whole hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import doctor


@pytest.mark.parametrize(
    ("made", "light", "words"),
    [
        ('{"how": "whole"}', "green", "by itself"),
        ('{"how": "plain"}', "yellow", "the hub reads"),
        ("{}", "red", "missing"),
        ("half of a fi", "red", "missing"),
        (None, "red", "missing"),
    ],
)
def test_the_scanner_page_is_there_or_the_cure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: str | None, light: str, words: str
) -> None:
    if made is not None:
        (tmp_path / "made.json").write_text(made)
    monkeypatch.setattr(doctor, "page_folder", lambda: tmp_path)
    found = doctor._page()
    assert (found.light, words in found.words) == (light, True)
    assert bool(found.cure) == (light != "green")
