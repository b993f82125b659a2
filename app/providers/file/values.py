"""Cells as people fill them in -> what they meant. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from app.domain import codes
from app.domain.model import Kind, Standing
from app.providers.values import Unusable, text

MOST_PEOPLE = 10_000
LONGEST_NOTE = 500

_PUNCTUATION = re.compile(r"(?:[^\w+]|_)+")
_QUOTED_NUMBER = re.compile(r'="(.*)"')
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
_WHOLE = re.compile(
    r"(\d{1,6})(?:[.,]0{1,2})?(?:\s*(?:personas?|pax|plazas?|people|persons?|heads?|guests?|invitad[oa]s?))?"
)
_AND_MORE = re.compile(r"(?:\+\s*(\d{1,6})|(?:\+\s*)?(\d{1,6})\s*(?:acompa\w+|plus ?ones?|extras?|more|mas))")
_SUM = re.compile(r"(\d{1,6})\s*\+\s*(\d{1,6})")
_NAME_AND_MORE = re.compile(r"(.*\S)\s*\+\s*(\d{1,2})")
_BETWEEN = re.compile(r"[,;|/\n]+")

_YES = frozenset({"yes", "y", "si", "s", "x", "true", "verdadero"})
_NO = frozenset({"", "no", "n", "false", "falso", "none", "nobody", "ninguno", "ninguna", "nadie"})
_KINDS = {
    Kind.TICKET: "ticket tickets entrada entradas boleto boleta tique entry",
    Kind.LIST: "list lista guestlist guest invitado invitada invitation invitacion",
    Kind.PASS: "pass pase abono bono passes pases",
    Kind.BOOKING: "booking reserva reservation mesa table",
}
_KIND = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_KIND |= {"guest list": Kind.LIST, "lista de invitados": Kind.LIST, "season pass": Kind.PASS, "en lista": Kind.LIST}
_VOID = {
    "cancelled": "cancelled canceled cancelado cancelada anulado anulada void baja",
    "refunded": "refunded devuelto devuelta reembolsado reembolsada",
    "rejected": "rejected rechazado rechazada declined",
}
_STANDING = {word: (Standing.VOID, meant) for meant, words in _VOID.items() for word in words.split()}
_STANDING |= dict.fromkeys(("pending", "pendiente", "unpaid", "no pagado"), (Standing.PENDING, "pending"))
_GOOD = (
    "ok okay valid valida valido good confirmed confirmada confirmado paid pagada pagado active activa activo yes si x"
)
_STANDING |= dict.fromkeys(("", *_GOOD.split()), (Standing.GOOD, ""))


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds no value: `why` completes "the code ..."."""

    why: str


Cell = str | Broken


def fold(value: str) -> str:
    """Lower case without accents and punctuation, but with its plus signs."""
    if not value.isascii():
        apart = unicodedata.normalize("NFKD", value)
        value = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _PUNCTUATION.sub(" ", value.casefold()).strip()


def needed(cell: Cell, name: str) -> str:
    """The text of a cell that a row can't do without. Raises Unusable where it holds none."""
    if isinstance(cell, Broken):
        raise Unusable(f"the {name} {cell.why}")
    if not cell.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in cell):
        raise Unusable(f"the {name} has letters that can't be read")
    return cell


def line(cell: Cell, longest: int = 200) -> str:
    """A cell as one line that may be shown; empty for what holds no value."""
    return "" if isinstance(cell, Broken) else text(cell, longest)


def code(cell: Cell) -> str:
    """A code as the door will read it; empty where there is none."""
    if isinstance(cell, str) and cell.isalnum() and cell.isascii() and len(cell) <= codes.LONGEST:
        return cell  # nearly all of them, and nothing to clean
    written = _number_as_text(needed(cell, "code"))
    if not written:
        return ""
    if _SHORTENED.fullmatch(written):
        raise Unusable("the code was shortened by Excel to a number like 1.2E+15; its column must be text")
    if len(written) > codes.LONGEST:
        raise Unusable(f"the code is longer than {codes.LONGEST} characters")
    cleaned = codes.clean(written)
    if cleaned is None:
        raise Unusable("the code has neither letters nor digits")
    return cleaned


def like_a_number(written: str) -> bool:
    """Would a spreadsheet take it for a number, and save it as it sees fit?"""
    return written.isdecimal() or _SHORTENED.fullmatch(written) is not None


def tags(cells: Iterable[Cell]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Wristbands and cards in the one form of their id, and words that are none."""
    known: dict[str, None] = {}
    words: dict[str, None] = {}
    for cell in cells:
        for part in _BETWEEN.split(needed(cell, "rfid")):
            written = _number_as_text(part.strip())
            if _SHORTENED.fullmatch(written):
                raise Unusable("the rfid was shortened by Excel to a number like 1.2E+15; its column must be text")
            tag = codes.tag(written)
            (words if tag is None else known).setdefault(line(written, 60) if tag is None else tag)
    words.pop("", None)
    return tuple(known), tuple(words)


def heads(cell: Cell) -> int | None:
    """How many people come in; None for an empty cell. `3`, `3 pax` are 3; `+2`, `1+2`, `2 acompañantes` are 3."""
    written = needed(cell, "number of heads").strip().lower()
    if not written:
        return None
    total = _total(written)
    if total is None or not 1 <= total <= MOST_PEOPLE:
        raise Unusable(f"{line(written, 20)!r} is no number of heads from 1 to {MOST_PEOPLE:,}")
    return total


def heads_with(cell: Cell) -> int | None:
    """How many come in where a column counts who comes with the guest: `2`, `+2` are 3, yes is 2, no is 1."""
    written = needed(cell, "number of plus ones").strip().lower()
    word = fold(written)
    if not written:
        return None
    if word in _YES or word in _NO:
        return 2 if word in _YES else 1
    total = _total(written.lstrip("+ "))
    if total is None:
        raise Unusable(f"{line(written, 20)!r} is no number of plus ones")
    more = total if _WHOLE.fullmatch(written.lstrip("+ ")) else total - 1
    if not more < MOST_PEOPLE:
        raise Unusable(f"{line(written, 20)!r} is no number of plus ones below {MOST_PEOPLE:,}")
    return 1 + more


def name_and_more(name: str) -> tuple[str, int | None]:
    """`Ana Ruiz +2` is Ana Ruiz, who comes with two more: three heads."""
    found = _NAME_AND_MORE.fullmatch(name) if "+" in name else None
    return (found[1], 1 + int(found[2])) if found else (name, None)


def kind(word: str) -> Kind | None:
    """What lets the guest in; None for a word that says something else."""
    return _KIND.get(fold(word))


def standing(word: str) -> tuple[Standing, str]:
    """What a word means; one that nobody knows is asked about."""
    return _STANDING.get(fold(word), (Standing.UNKNOWN, word))


def words(cell: Cell) -> Sequence[str]:
    """Labels in one cell, between commas or the like."""
    return [told for told in (line(part, 60) for part in _BETWEEN.split(line(cell))) if told]


_ORDERS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%y %H:%M", "%d/%m/%y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
    "%m/%d/%y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",
)  # fmt: skip
"""How spreadsheets write a time over ours; the day first, unless that is no day."""


def moment(written: str, zone: tzinfo) -> datetime | None:
    """A time as we wrote it, or as a spreadsheet made of it, by the venue's clock; None for what is none."""
    written = written.strip()
    for order in ("", *_ORDERS) if written else ():
        try:
            at = datetime.strptime(written, order) if order else datetime.fromisoformat(written)  # noqa: DTZ007
            return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _number_as_text(written: str) -> str:
    """Without what spreadsheets put around a number that is to stay text: `'007` and `="007"`."""
    written = written.strip()
    if written[:1] in {"'", "="}:
        found = _QUOTED_NUMBER.fullmatch(written)
        return found[1].strip() if found else written.lstrip("'").strip()
    return written


@lru_cache(1000)
def _total(written: str) -> int | None:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", written) if not unicodedata.combining(letter))
    if found := _WHOLE.fullmatch(plain):
        return int(found[1])
    if found := _AND_MORE.fullmatch(plain):
        return 1 + int(found[1] or found[2])
    if found := _SUM.fullmatch(plain):
        return int(found[1]) + int(found[2])
    return None
