"""The built page is light, and asks nobody but its hub."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

MADE = Path(__file__).parents[2] / "scanner" / "page"
FILES = [one for one in sorted(MADE.rglob("*")) if one.is_file()]
HEAVIEST = 350_000
"""Bytes, packed, for the first load; the reader of codes (wasm) comes with the first picture."""
OTHERS = re.compile(rb"""(?:src|href|url|fetch|import)\s*[=(:]\s*["'`(]*(https?:)?//[a-z]""")


def test_all_of_it_together_is_lighter_than_a_first_load_may_be() -> None:
    packed = {one.name: len(gzip.compress(one.read_bytes())) for one in FILES if one.suffix != ".wasm"}
    assert {"index.html", "service-worker.js", "manifest.webmanifest"} <= packed.keys()
    assert sum(packed.values()) < HEAVIEST, packed


def test_nothing_in_it_is_fetched_from_elsewhere() -> None:
    for one in FILES:
        if one.suffix in (".html", ".css", ".js", ".json", ".webmanifest"):
            assert not OTHERS.search(one.read_bytes()), one.name


def test_no_script_and_no_style_is_written_into_the_page() -> None:
    for one in (MADE / "index.html", MADE / "kiosk" / "index.html", MADE / "report" / "index.html"):
        text = one.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
