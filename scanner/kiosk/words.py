"""What the kiosk says by itself; the rest is said by `app.domain.messages`."""

from __future__ import annotations

from app.domain.messages import Message

_WORDS = {
    "en": {
        "rivals": Message(word="Which one?", detail="show one code at a time"),
        "trouble": Message(word="One moment", detail="it is not you; show it again"),
        "staff": Message(word="Ask our staff", detail="they will help you"),
        "not_allowed_offline": Message(word="Can't check right now", detail="our staff will help you"),
        "pending": Message(word="Not confirmed yet", detail="please go to the box office"),
    },
    "es": {
        "rivals": Message(word="¿Cuál es?", detail="muestra un solo código"),
        "trouble": Message(word="Un momento", detail="no es cosa tuya; muéstralo otra vez"),
        "staff": Message(word="Habla con el personal", detail="te ayudarán enseguida"),
        "not_allowed_offline": Message(word="No se puede comprobar", detail="nuestro personal te ayudará"),
        "pending": Message(word="Sin confirmar", detail="pasa por taquilla, por favor"),
    },
}


def words(key: str, language: str) -> Message:
    """`key`: rivals (several codes at once), trouble (nothing could be decided), staff (a person has to settle it)."""
    return _WORDS[language][key]


def to_guests(reason: str, language: str) -> Message | None:
    """What a guest is told where the usual words speak to staff."""
    return _WORDS[language].get(reason)
