"""Raw reading -> the code to look up. Readers add prefixes and web addresses; platforms know the bare code."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from app.domain.model import RFID, Credential

LONGEST = 512
"""Characters of a cleaned code; what is longer is no code of a ticketing platform."""

_LONGEST_RAW = 8_192  # a QR code holds 7,089 digits at most
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, zero width and byte order mark, surrogates, separators
_SCANNER_PREFIX = re.compile(r"\][A-Za-z][0-9A-Za-z]|\\[0-9]{6}")  # AIM symbology (`]Q3`), ECI (`\000026`)
_WEB_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9_-]{4,64}")
_NAMED = re.compile(r"[A-Za-z][A-Za-z0-9]{1,15}:([A-Za-z0-9_-]{4,64})")
_TAG_SEPARATORS = re.compile(r"[\s:-]")
_TAG = re.compile(r"[0-9A-F]{4,32}")
_CODE_PARAMETERS = ("code", "ticket", "c", "qr")


def clean(raw: str) -> str | None:
    """The code in a raw reading, in its own case; None when the reading is empty or unreadable."""
    if raw.isalnum() and raw.isascii() and len(raw) <= LONGEST:
        return raw  # nearly all of them, and nothing to clean
    if len(raw) > _LONGEST_RAW:
        return None
    code = _unwrap(_peel(_visible(raw)))
    if len(code) > LONGEST or not any(character.isalnum() for character in code):
        return None
    return code


def tag(raw: str) -> str | None:
    """The one form of a wristband's or card's id, however a reader writes it: upper case, without separators or zeros
    before it; None for what can't be one."""
    value = _TAG_SEPARATORS.sub("", raw).upper()
    return value.lstrip("0") or None if _TAG.fullmatch(value) else None


def readings(scheme: str, code: str) -> Iterator[Credential]:
    """The credentials that a reading may be, likeliest first, in the form in which they are kept: a gun that reads
    wristbands types like any other. Nearly always the first one is it, and the others are not worked out."""
    if scheme != RFID:
        yield Credential(scheme=scheme, value=code)
        inner = bare(code)
        if inner != code:
            yield Credential(scheme=scheme, value=inner)
    found = tag(code)
    if found is not None or scheme == RFID:
        yield Credential(scheme=RFID, value=found or code)


def schemes(scheme: str, code: str) -> tuple[str, ...]:
    """What a reading may be, likeliest first."""
    return tuple(dict.fromkeys(one.scheme for one in readings(scheme, code)))


def bare(code: str) -> str:
    """The code behind a platform's name, as in `OVEIT:a19c02fe`; the code itself where there is none."""
    named = _NAMED.fullmatch(code)
    return named[1] if named else code


def shorten(code: str) -> str:
    """The code as logs may show it: its first three characters, and never all of it."""
    return code[: min(3, max(0, len(code) - 1))] + "…"


def _visible(raw: str) -> str:
    kept = "".join(character for character in raw if unicodedata.category(character) not in _UNSEEN)
    return unicodedata.normalize("NFC", kept)


def _peel(text: str) -> str:
    """Without white space around it and without what the scanner put before it, however often."""
    text = text.strip()
    while prefix := _SCANNER_PREFIX.match(text):
        text = text[prefix.end() :].strip()
    return text


def _unwrap(text: str) -> str:
    """The code inside a web address; the text itself when it is none, or when nothing in it looks like a code."""
    if not _WEB_ADDRESS.match(text):
        return text
    return next((part for part in _parts(text) if _CODE.fullmatch(part)), text)


def _parts(address: str) -> Iterator[str]:
    """Where an address may carry the code, likeliest first: the known parameters, then the last part of the path."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    query = [(name.lower(), value) for name, value in parse_qsl(parts.query)]
    for wanted in _CODE_PARAMETERS:
        yield from (value for name, value in query if name == wanted)
    yield unquote(parts.path.rstrip("/").rpartition("/")[2])
