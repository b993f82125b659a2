"""What the kiosk says about readings that are no verdict about anybody; the rest is said by `app.domain.messages`."""

from __future__ import annotations

from app.domain.messages import Message

_WORDS = {
    "en": {
        "rivals": Message(word="Which one?", detail="show one code at a time"),
        "trouble": Message(word="One moment", detail="it is not you; show it again"),
        "staff": Message(word="Which one?", detail="our staff will help you"),
    },
    "es": {
        "rivals": Message(word="¿Cuál es?", detail="muestra un solo código"),
        "trouble": Message(word="Un momento", detail="no es cosa tuya; muéstralo otra vez"),
        "staff": Message(word="¿Cuál es?", detail="nuestro personal te ayudará"),
    },
}


def words(key: str, language: str) -> Message:
    """`key`: rivals (several codes at once), trouble (nothing could be decided), staff (a person has to choose)."""
    return _WORDS[language][key]


def short_name(name: str) -> str:
    """A first name and the initial of the surname: what the next guest in the queue may see."""
    first, *rest = name.split()[:2] or [""]
    return f"{first} {rest[0][0]}." if rest else first
