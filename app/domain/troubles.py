"""Why a person must see a call: one sentence per trouble and language. Never a platform's text, never a code name."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.settle import Trouble

_EN: Mapping[str, str] = {
    Trouble.ENTERED_ELSEWHERE: "Somebody has already come in with this at another door.",
    Trouble.VOID: "This is no longer valid at the platform, and the guest is inside.",
    Trouble.NOT_CONFIRMED: "This is not confirmed at the platform yet, and the guest is inside.",
    Trouble.GONE: "The platform no longer shows this, and the guest is inside.",
    Trouble.UNCLEAR: "The platform counts more people than came in here.",
    Trouble.UNEXPLAINED: "The platform does not take this entry, and nothing it shows says why.",
    Trouble.NOT_KNOWN: "Let in without a check: the platform does not know this code.",
    Trouble.NOT_FOR_HERE: "Let in by a phone without connection: this is for another night, door or hour.",
    Trouble.ONLY_HERE: "Taken back at the door, but this platform can't take anything back: tell the organizer.",
}
_ES: Mapping[str, str] = {
    Trouble.ENTERED_ELSEWHERE: "Alguien ya ha entrado con esto por otra puerta.",
    Trouble.VOID: "Ya no es válida en la plataforma, y la persona está dentro.",
    Trouble.NOT_CONFIRMED: "Aún no está confirmada en la plataforma, y la persona está dentro.",
    Trouble.GONE: "La plataforma ya no la muestra, y la persona está dentro.",
    Trouble.UNCLEAR: "La plataforma cuenta más personas de las que han entrado aquí.",
    Trouble.UNEXPLAINED: "La plataforma no acepta esta entrada, y nada de lo que muestra dice por qué.",
    Trouble.NOT_KNOWN: "Ha pasado sin comprobar: la plataforma no conoce este código.",
    Trouble.NOT_FOR_HERE: "Ha pasado por un móvil sin conexión: es para otra noche, puerta u hora.",
    Trouble.ONLY_HERE: "Anulada en la puerta, pero esta plataforma no permite anular: avisa al organizador.",
}
_SENTENCES = {"en": _EN, "es": _ES}
_OTHER = {"en": "Please look at this entry.", "es": "Revisa esta entrada."}


def explain(why: str, language: str) -> str:
    """The sentence of a trouble (an unknown language: English); nothing where there is no trouble."""
    if not why:
        return ""
    known = language if language in _SENTENCES else "en"
    return _SENTENCES[known].get(why, _OTHER[known])
