"""Linux input events -> characters.

Facts from linux/input.h and linux/input-event-codes.h: an event is `struct input_event` (two longs of time, type and
code of 16 bits, value of 32); EV_KEY carries a key's code with 1 for pressed, 0 for released, 2 for held; SYN_DROPPED
says that the kernel threw events away, up to the next SYN_REPORT.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from scanner.readers.keymaps import KEYPAD_DIGITS, Accents, keymap

EVENT = struct.Struct("@llHHi")
EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
RELEASED, PRESSED = 0, 1

_SHIFTS, _CTRLS = frozenset({42, 54}), frozenset({29, 97})
_ALT, _ALTGR, _CAPS = 56, 100, 58
_ENTERS, _TAB = frozenset({28, 96}), 15
_MODIFIERS = _SHIFTS | _CTRLS | {_ALT, _ALTGR}
_CONTROL = {27: "\x1d", 26: "\x1b", 43: "\x1c", 7: "\x1e", 12: "\x1f"}  # Ctrl+] is what guns send for a GS

GARBLED = "\x00"
"""Told instead of a character when events were lost: what has begun is not to be trusted."""


class Keys:
    """One gun's keyboard: which modifiers are down, which accent waits, what Alt and digits are making."""

    def __init__(self, layout: str) -> None:
        self._map = keymap(layout)
        self._accents = Accents()
        self._down: set[int] = set()
        self._caps = False
        self._alt_digits = ""
        self._rest = b""
        self._lost = False

    def feed(self, data: bytes) -> str:
        """The characters that these bytes complete, in whatever pieces they come."""
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        return "".join(self._characters(data[:whole]))

    def _characters(self, data: bytes) -> Iterator[str]:
        for _, _, kind, code, value in EVENT.iter_unpack(data):
            if kind == EV_SYN and code == SYN_DROPPED:
                self._forget()
                self._lost = True
                yield GARBLED
            elif kind == EV_SYN and code == SYN_REPORT:
                self._lost = False
            elif kind == EV_KEY and not self._lost:
                yield self._key(code, value)

    def _forget(self) -> None:
        """Released keys may be among what was lost; Caps Lock stays as it was."""
        self._down.clear()
        self._accents.drop()
        self._alt_digits = ""

    def _key(self, code: int, value: int) -> str:
        if code in _MODIFIERS:
            return self._modifier(code, value)
        if value != PRESSED:  # released, or held down: a gun repeats nothing
            return ""
        if code == _CAPS:
            self._caps = not self._caps
            return ""
        if _ALT in self._down and code in KEYPAD_DIGITS:
            self._alt_digits = (self._alt_digits + str(KEYPAD_DIGITS[code]))[-6:]
            return ""
        if code in _ENTERS or code == _TAB:
            waiting = self._accents.take(" ") if self._accents.waiting else ""
            return waiting + ("\t" if code == _TAB else "\n")
        return self._accents.take(self._plain(code))

    def _plain(self, code: int) -> str:
        altgr = _ALTGR in self._down or (_ALT in self._down and bool(_CTRLS & self._down))
        if not altgr and _CTRLS & self._down:
            letter = self._map.plain.get(code, "")
            return chr(ord(letter) & 0x1F) if letter.isascii() and letter.isalpha() else _CONTROL.get(code, "")
        return self._map.at(code, shift=bool(_SHIFTS & self._down), caps=self._caps, altgr=altgr)

    def _modifier(self, code: int, value: int) -> str:
        if value == RELEASED:
            self._down.discard(code)
            return self._alt_character() if code == _ALT else ""
        self._down.add(code)
        return ""

    def _alt_character(self) -> str:
        digits, self._alt_digits = self._alt_digits, ""
        return alt_code(digits) if digits else ""


def alt_code(digits: str) -> str:
    """What Windows types for Alt and these digits of the keypad: with a leading zero in code page 1252, else in 437."""
    number = int(digits)
    if digits.startswith("0") and number > 255:
        return chr(number) if number < 0xD800 else ""
    page = "cp1252" if digits.startswith("0") else "cp437"
    byte = number & 0xFF
    return chr(byte) if byte < 0x20 else bytes([byte]).decode(page, "ignore")
