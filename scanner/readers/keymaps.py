"""Key positions -> characters, as six countries label them.

A gun types like a keyboard of the country it is set to; what arrives are key codes, that is positions (linux/
input-event-codes.h). The rows below are those of xkeyboard-config's layouts us, es, fr, de, it and pt, which were
compared key by key; `--` is a key without a character on that level, `+acute` an accent that waits for a letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

_KEYS = (
    (41, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13),
    (16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27),
    (30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 43),
    (86, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53),
)
SPACE = 57
KEYPAD_DIGITS: Mapping[int, int] = {82: 0, 79: 1, 80: 2, 81: 3, 75: 4, 76: 5, 77: 6, 71: 7, 72: 8, 73: 9}
_KEYPAD_SIGNS: Mapping[int, str] = {55: "*", 74: "-", 78: "+", 98: "/"}
_KEYPAD_DOT = 83

_ACCENTS: Mapping[str, tuple[str, str]] = {
    "+acute": ("´", "\u0301"),
    "+grave": ("`", "\u0300"),
    "+circumflex": ("^", "\u0302"),
    "+diaeresis": ("¨", "\u0308"),
    "+tilde": ("~", "\u0303"),
}
"""Each by itself, and as Unicode combines it."""

# Three levels of four rows each: plain, Shift, AltGr.
_ROWS: Mapping[str, str] = {
    "us": r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =
        q w e r t y u i o p [ ]
        a s d f g h j k l ; ' \
        < z x c v b n m , . /

        ~ ! @ # $ % ^ & * ( ) _ +
        Q W E R T Y U I O P { }
        A S D F G H J K L : " |
        > Z X C V B N M < > ?

        -- -- -- -- -- -- -- -- -- -- -- -- --
        -- -- -- -- -- -- -- -- -- -- -- --
        -- -- -- -- -- -- -- -- -- -- -- --
        | -- -- -- -- -- -- -- -- -- --
    """,
    "es": r"""
        º 1 2 3 4 5 6 7 8 9 0 ' ¡
        q w e r t y u i o p +grave +
        a s d f g h j k l ñ +acute ç
        < z x c v b n m , . -

        ª ! " · $ % & / ( ) = ? ¿
        Q W E R T Y U I O P +circumflex *
        A S D F G H J K L Ñ +diaeresis Ç
        > Z X C V B N M ; : _

        \ | @ # ~ -- -- { [ ] } \ --
        @ -- € -- -- -- -- -- -- -- [ ]
        -- -- -- -- -- -- -- -- -- +tilde { }
        | -- -- -- -- -- -- µ -- -- --
    """,
    "fr": r"""
        ² & é " ' ( - è _ ç à ) =
        a z e r t y u i o p +circumflex $
        q s d f g h j k l m ù *
        < w x c v b n , ; : !

        ~ 1 2 3 4 5 6 7 8 9 0 ° +
        A Z E R T Y U I O P +diaeresis £
        Q S D F G H J K L M % µ
        > W X C V B N ? . / §

        -- -- ~ # { [ | ` \ ^ @ ] }
        -- -- € -- -- -- -- -- -- -- +diaeresis --
        @ -- -- -- -- -- -- -- -- µ +circumflex +grave
        | -- -- -- -- -- -- +acute -- -- --
    """,
    "de": r"""
        +circumflex 1 2 3 4 5 6 7 8 9 0 ß +acute
        q w e r t z u i o p ü +
        a s d f g h j k l ö ä #
        < y x c v b n m , . -

        ° ! " § $ % & / ( ) = ? +grave
        Q W E R T Z U I O P Ü *
        A S D F G H J K L Ö Ä '
        > Y X C V B N M ; : _

        -- -- -- -- -- -- -- { [ ] } \ --
        @ -- € -- -- -- -- -- -- -- +diaeresis ~
        -- -- -- -- -- -- -- -- -- -- +circumflex --
        | -- -- -- -- -- -- µ -- -- --
    """,
    "it": r"""
        \ 1 2 3 4 5 6 7 8 9 0 ' ì
        q w e r t y u i o p è +
        a s d f g h j k l ò à ù
        < z x c v b n m , . -

        | ! " £ $ % & / ( ) = ? ^
        Q W E R T Y U I O P é *
        A S D F G H J K L ç ° §
        > Z X C V B N M ; : _

        -- -- -- -- -- -- -- { [ ] } ` ~
        @ -- € -- -- -- -- -- -- -- [ ]
        -- -- -- -- -- -- -- -- -- @ # +grave
        -- -- -- -- -- -- ñ µ +acute -- --
    """,
    "pt": r"""
        \ 1 2 3 4 5 6 7 8 9 0 ' «
        q w e r t y u i o p + +acute
        a s d f g h j k l ç º +tilde
        < z x c v b n m , . -

        | ! " # $ % & / ( ) = ? »
        Q W E R T Y U I O P * +grave
        A S D F G H J K L Ç ª +circumflex
        > Z X C V B N M ; : _

        -- -- @ £ § -- -- { [ ] } \ --
        @ -- € -- -- -- -- -- -- -- +diaeresis +tilde
        -- -- -- -- -- -- -- -- -- +acute +circumflex +grave
        \ -- -- -- -- -- -- µ -- -- --
    """,
}
LAYOUTS = tuple(_ROWS)


@dataclass(frozen=True, slots=True)
class Keymap:
    """One country's characters, by key code, on three levels."""

    plain: Mapping[int, str]
    shift: Mapping[int, str]
    altgr: Mapping[int, str]
    dot: str

    def at(self, key: int, *, shift: bool, caps: bool, altgr: bool) -> str:
        """A character, an accent (`+acute`) or nothing. Caps Lock turns letters only, as Linux and most guns do it."""
        if key == SPACE:
            return " "
        if key in KEYPAD_DIGITS:
            return str(KEYPAD_DIGITS[key])
        if key == _KEYPAD_DOT:
            return self.dot
        if key in _KEYPAD_SIGNS:
            return _KEYPAD_SIGNS[key]
        if altgr:
            return self.altgr.get(key, "")
        if caps and _is_letter(self.plain.get(key, ""), self.shift.get(key, "")):
            shift = not shift
        return (self.shift if shift else self.plain).get(key, "")


def _is_letter(plain: str, shift: str) -> bool:
    return len(plain) == 1 and plain != shift and plain.upper() == shift


@dataclass(slots=True)
class Accents:
    """An accent that waits for its letter."""

    waiting: str = field(default="")

    def take(self, character: str) -> str:
        """What these make together; nothing while an accent waits."""
        if character in _ACCENTS:
            before, self.waiting = self.waiting, character
            return _ACCENTS[before][0] if before else ""
        if not self.waiting or not character:
            return character
        alone, combining = _ACCENTS[self.waiting]
        self.waiting = ""
        if character == " ":
            return alone
        together = unicodedata.normalize("NFC", character + combining)
        return together if len(together) == 1 else alone + character

    def drop(self) -> None:
        self.waiting = ""


def keymap(layout: str) -> Keymap:
    """The map of a layout of `LAYOUTS`. Raises `KeyError` for another."""
    rows = [line.split() for line in _ROWS[layout].splitlines() if line.strip()]
    plain, shift, altgr = (dict(_level(rows[at : at + 4])) for at in (0, 4, 8))
    return Keymap(plain, shift, altgr, dot="," if layout == "de" else ".")


def _level(rows: list[list[str]]) -> list[tuple[int, str]]:
    return [
        (key, character)
        for keys, characters in zip(_KEYS, rows, strict=True)
        for key, character in zip(keys, characters, strict=True)
        if character != "--"
    ]
