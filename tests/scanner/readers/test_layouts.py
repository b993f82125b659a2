"""The page reads a gun's keys as the readers do: scanner/pwa/src/read/layouts.ts holds the same six countries."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scanner.readers.keymaps import LAYOUTS, keymap

SOURCE = Path(__file__).parents[3] / "scanner" / "pwa" / "src" / "read" / "layouts.ts"
TEXT = SOURCE.read_text(encoding="utf-8")
NUMBERS = (range(2, 14), range(16, 28), range(30, 41), range(44, 54))
"""Of Linux, by row; the key before the first one is another in each row."""
KEYS = [[41, *NUMBERS[0]], [*NUMBERS[1]], [*NUMBERS[2], 43], [86, *NUMBERS[3]]]


def _strings(block: str) -> list[str]:
    return [json.loads(line) for line in re.findall(r'^ +(".*"),$', block, re.MULTILINE)]


def _block(name: str) -> str:
    found = re.search(rf"^(?:const|  ) ?{name}\b.*?\[$(.*?)^ *\]", TEXT, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


def test_the_keys_are_named_in_the_same_order() -> None:
    named = [row.split() for row in _strings(_block("KEYS"))]
    assert [len(row) for row in named] == [len(row) for row in KEYS]
    american = keymap("us").plain
    for names, keys in zip(named, KEYS, strict=True):
        for name, key in zip(names, keys, strict=True):
            letter = re.fullmatch(r"(?:Key|Digit)(.)", name)
            assert letter is None or letter[1].lower() == american[key]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_key_has_the_same_characters(layout: str) -> None:
    rows = [row.split() for row in _strings(_block(layout))]
    keys = keymap(layout)
    expected = [[level.get(key, "--") for key in row] for level in (keys.plain, keys.shift) for row in KEYS]
    assert rows == expected


def test_there_are_the_same_countries() -> None:
    listed = TEXT[TEXT.index("const ROWS") :]
    assert tuple(re.findall(r"^  (\w+): \[$", listed, re.MULTILINE)) == LAYOUTS
