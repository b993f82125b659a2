"""A gun that types: characters -> input events, from what is printed on six countries' keyboards.

Written down by hand from pictures of the keyboards, and on purpose not the inverse of `scanner.readers.keymaps`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner.readers.keys import EVENT

SHIFT, ALT, ALTGR, CAPS, CTRL, ENTER, TAB, SPACE = 42, 56, 100, 58, 29, 28, 15, 57
_NUMBERS = (41, *range(2, 14))
_UPPER, _HOME, _LOWER = tuple(range(16, 28)), tuple(range(30, 41)), tuple(range(44, 54))

# Number row from the key left of 1; letters of the three rows; then single keys as (key, plain, shift, AltGr).
_QWERTY = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LETTERS = {
    "us": _QWERTY,
    "es": _QWERTY,
    "it": _QWERTY,
    "pt": _QWERTY,
    "de": ("qwertzuiop", "asdfghjkl", "yxcvbnm"),
    "fr": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
}
_DIGIT_SIGNS = {  # above 1 2 3 4 5 6 7 8 9 0
    "us": "!@#$%^&*()",
    "es": '!"·$%&/()=',
    "de": '!"§$%&/()=',
    "it": '!"£$%&/()=',
    "pt": '!"#$%&/()=',
}
_SIGNS: dict[str, tuple[tuple[int, str, str, str], ...]] = {
    "us": (
        (41, "`", "~", ""), (12, "-", "_", ""), (13, "=", "+", ""), (26, "[", "{", ""), (27, "]", "}", ""),
        (39, ";", ":", ""), (40, "'", '"', ""), (43, "\\", "|", ""), (51, ",", "<", ""), (52, ".", ">", ""),
        (53, "/", "?", ""),
    ),
    "es": (
        (41, "º", "ª", "\\"), (2, "", "", "|"), (3, "", "", "@"), (4, "", "", "#"), (12, "'", "?", ""),
        (13, "¡", "¿", ""), (26, "", "", "["), (27, "+", "*", "]"), (39, "ñ", "Ñ", ""), (40, "", "", "{"),
        (43, "ç", "Ç", "}"), (86, "<", ">", ""), (51, ",", ";", ""), (52, ".", ":", ""), (53, "-", "_", ""),
        (18, "", "", "€"),
    ),
    "de": (
        (12, "ß", "?", "\\"), (8, "", "", "{"), (9, "", "", "["), (10, "", "", "]"), (11, "", "", "}"),
        (16, "", "", "@"), (26, "ü", "Ü", ""), (27, "+", "*", "~"), (39, "ö", "Ö", ""), (40, "ä", "Ä", ""),
        (43, "#", "'", ""), (86, "<", ">", "|"), (51, ",", ";", ""), (52, ".", ":", ""), (53, "-", "_", ""),
        (18, "", "", "€"),
    ),
    "it": (
        (41, "\\", "|", ""), (12, "'", "?", ""), (13, "ì", "^", ""), (26, "è", "é", "["), (27, "+", "*", "]"),
        (39, "ò", "ç", "@"), (40, "à", "°", "#"), (43, "ù", "§", ""), (86, "<", ">", ""), (51, ",", ";", ""),
        (52, ".", ":", ""), (53, "-", "_", ""), (18, "", "", "€"),
    ),
    "pt": (
        (41, "\\", "|", ""), (3, "", "", "@"), (8, "", "", "{"), (9, "", "", "["), (10, "", "", "]"),
        (11, "", "", "}"), (12, "'", "?", ""), (13, "«", "»", ""), (26, "+", "*", ""), (39, "ç", "Ç", ""),
        (40, "º", "ª", ""), (86, "<", ">", ""), (51, ",", ";", ""), (52, ".", ":", ""), (53, "-", "_", ""),
        (18, "", "", "€"),
    ),
    "fr": (
        (2, "&", "1", ""), (3, "é", "2", "~"), (4, '"', "3", "#"), (5, "'", "4", "{"), (6, "(", "5", "["),
        (7, "-", "6", "|"), (8, "è", "7", ""), (9, "_", "8", "\\"), (10, "ç", "9", "^"), (11, "à", "0", "@"),
        (12, ")", "°", "]"), (13, "=", "+", "}"), (27, "$", "£", ""), (40, "ù", "%", ""), (43, "*", "µ", ""),
        (86, "<", ">", ""), (50, ",", "?", ""), (51, ";", ".", ""), (52, ":", "/", ""), (53, "!", "§", ""),
        (18, "", "", "€"),
    ),
}  # fmt: skip
# Accents that wait for their letter: (key, with Shift).
_DEAD: dict[str, dict[str, tuple[int, bool]]] = {
    "us": {},
    "it": {},
    "es": {"`": (26, False), "^": (26, True), "´": (40, False), "¨": (40, True)},
    "de": {"^": (41, False), "´": (13, False), "`": (13, True)},
    "fr": {"^": (26, False), "¨": (26, True)},
    "pt": {"´": (27, False), "`": (27, True), "~": (43, False), "^": (43, True)},
}
_ACCENTED = {
    "á": ("´", "a"), "é": ("´", "e"), "í": ("´", "i"), "ó": ("´", "o"), "ú": ("´", "u"), "à": ("`", "a"),
    "è": ("`", "e"), "â": ("^", "a"), "ê": ("^", "e"), "ô": ("^", "o"), "ü": ("¨", "u"), "ï": ("¨", "i"),
    "ã": ("~", "a"), "õ": ("~", "o"), "É": ("´", "E"), "Ó": ("´", "O"),
}  # fmt: skip

Stroke = tuple[int, tuple[int, ...]]
"""A key, and what is held while it is pressed."""


class Gun:
    """Types what it reads as a keyboard of one country; `caps`: with Caps Lock on; `alt`: every character by number."""

    def __init__(self, layout: str, *, caps: bool = False, alt: bool = False) -> None:
        self._caps = caps
        self._alt = alt
        self._keys = dict(_single(layout))
        self._dead = _DEAD[layout]

    @property
    def characters(self) -> str:
        """What can be typed."""
        accented = [letter for letter, (accent, _) in _ACCENTED.items() if accent in self._dead]
        return "".join(sorted({*self._keys, *self._dead, *accented}))

    def types(self, code: str, end: int | None = ENTER) -> bytes:
        events = [*_pressed(CAPS, ())] if self._caps else []
        for letter in code:
            events += self._by_number(letter) if self._alt else self._by_key(letter)
        if self._caps:
            events += _pressed(CAPS, ())
        if end is not None:
            events += _pressed(end, ())
        return b"".join(events)

    def _by_key(self, letter: str) -> list[bytes]:
        if letter in self._keys:
            key, held = self._keys[letter]
            if self._caps and letter.isalpha() and letter.lower() != letter.upper() and _is_pair(self._keys, letter):
                held = () if SHIFT in held else (SHIFT,)
            return list(_pressed(key, held))
        accent, base = (letter, " ") if letter in self._dead else _ACCENTED[letter]
        key, shifted = self._dead[accent]
        after = [*_pressed(SPACE, ())] if base == " " else self._by_key(base)
        return [*_pressed(key, (SHIFT,) if shifted else ()), *after]

    def _by_number(self, letter: str) -> list[bytes]:
        keypad = {0: 82, 1: 79, 2: 80, 3: 81, 4: 75, 5: 76, 6: 77, 7: 71, 8: 72, 9: 73}
        number = letter.encode("cp1252")[0]
        events = [_event(ALT, 1)]
        for digit in f"0{number}":
            events += _pressed(keypad[int(digit)], ())
        return [*events, _event(ALT, 0)]


def _is_pair(keys: dict[str, Stroke], letter: str) -> bool:
    """Do the small and the large letter share a key? Caps Lock changes only those."""
    other = letter.swapcase()
    return other in keys and keys[other][0] == keys[letter][0]


def _single(layout: str) -> Iterator[tuple[str, Stroke]]:
    yield " ", (SPACE, ())
    for keys, letters in zip((_UPPER, _HOME, _LOWER), _LETTERS[layout], strict=True):
        for key, letter in zip(keys, letters, strict=False):
            yield letter, (key, ())
            yield letter.upper(), (key, (SHIFT,))
    if layout in _DIGIT_SIGNS:
        for key, digit, sign in zip(_NUMBERS[1:11], "1234567890", _DIGIT_SIGNS[layout], strict=True):
            yield digit, (key, ())
            yield sign, (key, (SHIFT,))
    for key, plain, shift, altgr in _SIGNS[layout]:
        for letter, held in ((altgr, (ALTGR,)), (shift, (SHIFT,)), (plain, ())):
            if letter:
                yield letter, (key, held)


def _pressed(key: int, held: tuple[int, ...]) -> Iterator[bytes]:
    yield from (_event(one, 1) for one in held)
    yield _event(key, 1)
    yield _event(key, 0)
    yield from (_event(one, 0) for one in held)


def _event(key: int, value: int) -> bytes:
    """A key's event, its scan code before and the report after it, as a kernel writes them."""
    return EVENT.pack(0, 0, 4, 4, 0x70000 + key) + EVENT.pack(0, 0, 1, key, value) + EVENT.pack(0, 0, 0, 0, 0)


class Port:
    """A USB port: a FIFO in the place of /dev/input/eventN."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1
        self.plug()

    def plug(self) -> None:
        os.mkfifo(self.path)
        self._fd = os.open(self.path, os.O_RDWR)

    def unplug(self) -> None:
        self.path.unlink()
        os.close(self._fd)

    def send(self, data: bytes, sizes: Iterable[int] = ()) -> None:
        """The bytes in pieces of these sizes, then the rest."""
        for size in sizes:
            os.write(self._fd, data[:size])
            data = data[size:]
        while data:
            data = data[os.write(self._fd, data[:4096]) :]
