"""Text for searching: lower case, without accents, so that "munoz" finds Muñoz."""

from __future__ import annotations

import re
import unicodedata

from app.domain.model import Admission

_MARKS = dict.fromkeys(code for code in range(0x300, 0x3100) if unicodedata.combining(chr(code)))
"""Accents and the like that stand apart from their letter."""
_NOT_DIGITS = re.compile(r"\D+")


def fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text.casefold()).translate(_MARKS)


def folded(one: Admission) -> str:
    """All by which somebody may be searched: name, mail, phone (digits), codes."""
    digits = _NOT_DIGITS.sub("", one.phone)
    codes = " ".join(each.value for each in one.credentials)
    return fold(f"{one.guest.name} {one.email} {digits} {codes}")
