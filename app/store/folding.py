"""Text for searching: lower case, without accents, so that "munoz" finds Muñoz."""

from __future__ import annotations

import unicodedata

from app.domain.model import Admission


def fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))


def folded(one: Admission) -> str:
    """All by which somebody may be searched: name, mail, phone (digits), codes."""
    digits = "".join(digit for digit in one.phone if digit.isdigit()) if one.phone else ""
    codes = " ".join(each.value for each in one.credentials)
    return fold(f"{one.guest.name} {one.email} {digits} {codes}")
