"""What the door says: one message per reason and language. Never a platform's text, never a code name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from app.domain.model import ENTRANCE, Answer, Reason

LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The word, largest on the screen, and the line under it."""

    word: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speech:
    """How one language says what takes more than a fixed sentence."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    words: Mapping[str, tuple[str, str]]
    voids: Mapping[str, str]
    texts: Mapping[str, str]


_EN = _Speech(
    days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    words={
        Reason.UNKNOWN_CODE: ("Not on the list", "checked just now"),
        Reason.NOT_ALLOWED_OFFLINE: ("Can't check right now", "no connection; ask your supervisor"),
        Reason.AMBIGUOUS: ("Which one?", "choose below"),
        Reason.PENDING: ("Not confirmed yet", "send to the box office"),
        Reason.UNREADABLE: ("Again, please", "hold it flat"),
        Reason.WRONG_GATE: ("Other entrance", "{rate}"),
    },
    voids={"cancelled": "Cancelled", "refunded": "Refunded", "removed": "Removed", "rejected": "Rejected"},
    texts={
        "void": "Not valid", "on": "on {day}", "in": "Come in", "now": "{n} now", "left": "{n} left",
        "trust": "not checked yet", "out": "Goodbye", "no_entry": "no entry on record", "undone": "Taken back",
        "withdrawn": "it was never sent", "sent": "it will be taken back at the platform too",
        "here": "only here; the organizer has to be told", "extra": "Extra", "none": "None left",
        "without": "Not included", "last": "last at {at}",
        "already": "Already in", "elsewhere": "at another door", "only": "Only {n} left", "some": "admit {n}?",
        "night": "Another night", "from": "From {at}", "until": "Until {at}", "look": "Please look",
        "says": "the platform says “{word}”", "unsaid": "the platform no longer shows it",
    },
)  # fmt: skip
_ES = _Speech(
    days=("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    words={
        Reason.UNKNOWN_CODE: ("No está en la lista", "comprobado ahora"),
        Reason.NOT_ALLOWED_OFFLINE: ("No se puede comprobar", "sin conexión; avisa al responsable"),
        Reason.AMBIGUOUS: ("¿Cuál es?", "elige abajo"),
        Reason.PENDING: ("Sin confirmar", "enviar a taquilla"),
        Reason.UNREADABLE: ("Otra vez", "ponlo plano"),
        Reason.WRONG_GATE: ("Otra entrada", "{rate}"),
    },
    voids={"cancelled": "Anulada", "refunded": "Reembolsada", "removed": "Retirada", "rejected": "Rechazada"},
    texts={
        "void": "No válida", "on": "el {day}", "in": "Adelante", "now": "{n} ahora", "left": "{left} {n}",
        "trust": "sin comprobar todavía", "out": "Hasta luego", "no_entry": "no consta su entrada",
        "undone": "Anulado", "withdrawn": "no se había enviado", "sent": "también se anulará en la plataforma",
        "here": "solo aquí; hay que avisar al organizador", "extra": "Extra", "none": "Agotado",
        "without": "No incluido", "last": "última a la{s} {at}",
        "already": "Ya ha entrado", "elsewhere": "en otra puerta", "only": "Solo {left} {n}",
        "some": "¿dejar pasar {n}?", "night": "Otra noche", "from": "Desde la{s} {at}", "until": "Hasta la{s} {at}",
        "look": "Revisar", "says": "la plataforma dice «{word}»", "unsaid": "la plataforma ya no la muestra",
    },
)  # fmt: skip
_SPEECH = {"en": _EN, "es": _ES}


def phrase(answer: Answer, language: str, zone: tzinfo) -> Message:
    """The message of an answer in a language (an unknown one: English), its times in the venue's zone."""
    speech = _SPEECH.get(language, _EN)
    if answer.undoes is not None:
        return Message(word=speech.texts["undone"], detail=speech.texts[answer.why.value])
    special = (_OF_AN_EXTRA if answer.allowance != ENTRANCE else {}).get(answer.reason) or _SPECIAL.get(answer.reason)
    if special is not None:
        return special(answer, speech, zone)
    return _fixed(answer, speech)


def _fixed(answer: Answer, speech: _Speech) -> Message:
    word, detail = speech.words[answer.reason]
    return Message(word=word, detail=detail.format(rate=answer.rate or answer.kind or ""))


def _ok(answer: Answer, speech: _Speech, _zone: tzinfo) -> Message:
    if answer.direction == "out":
        detail = speech.texts[answer.warning] if answer.warning else ""
        return Message(word=speech.texts["out"], detail=detail)
    if answer.provisional:
        return Message(word=speech.texts["in"], detail=speech.texts["trust"])
    counts = [_n(speech, "now", answer.heads), _n(speech, "left", answer.left)] if answer.limit > 1 else []
    return Message(word=speech.texts["in"], detail=", ".join(counts))


def _already_in(answer: Answer, speech: _Speech, zone: tzinfo) -> Message:
    first = answer.first_entry
    parts = [_clock(first.at, zone)] if first and first.at else []
    parts.append(first.station if first and first.station else speech.texts["elsewhere"])
    return Message(word=speech.texts["already"], detail=", ".join(parts))


def _too_many(answer: Answer, speech: _Speech, _zone: tzinfo) -> Message:
    return Message(word=_n(speech, "only", answer.left), detail=_n(speech, "some", answer.left))


def _other_event(answer: Answer, speech: _Speech, _zone: tzinfo) -> Message:
    parts = [_night(answer.event_label, speech), answer.event_name]
    return Message(word=speech.texts["night"], detail=", ".join(part for part in parts if part))


def _too_early(answer: Answer, speech: _Speech, zone: tzinfo) -> Message:
    return Message(word=_at(speech, "from", answer.opens_at, zone))


def _too_late(answer: Answer, speech: _Speech, zone: tzinfo) -> Message:
    return Message(word=_at(speech, "until", answer.closes_at, zone))


def _void(answer: Answer, speech: _Speech, zone: tzinfo) -> Message:
    day = _day(answer.word_at.astimezone(zone).date(), speech) if answer.word_at else ""
    word = speech.voids.get(answer.word, speech.texts["void"])
    return Message(word=word, detail=speech.texts["on"].format(day=day) if day else "")


def _unsure(answer: Answer, speech: _Speech, _zone: tzinfo) -> Message:
    """The one place where a platform's word is shown, since nobody else knows what it means."""
    says = speech.texts["says"].format(word=answer.word) if answer.word else speech.texts["unsaid"]
    return Message(word=speech.texts["look"], detail=says)


_SPECIAL: Mapping[Reason, Callable[[Answer, _Speech, tzinfo], Message]] = {
    Reason.OK: _ok,
    Reason.ALREADY_IN: _already_in,
    Reason.TOO_MANY: _too_many,
    Reason.OTHER_EVENT: _other_event,
    Reason.TOO_EARLY: _too_early,
    Reason.TOO_LATE: _too_late,
    Reason.VOID: _void,
    Reason.UNSURE: _unsure,
}


def _served(answer: Answer, speech: _Speech, zone: tzinfo) -> Message:
    if answer.direction == "out" or answer.provisional:
        return _ok(answer, speech, zone)
    word = f"{answer.heads} × {_extra(answer, speech)}"
    return Message(word=word, detail=_n(speech, "left", answer.left) if answer.limit > 1 else "")


def _used_up(answer: Answer, speech: _Speech, zone: tzinfo) -> Message:
    first = answer.first_entry
    at = [_at(speech, "last", first.at, zone)] if first and first.at else []
    return Message(word=speech.texts["none"], detail=", ".join([_extra(answer, speech), *at]))


def _not_included(answer: Answer, speech: _Speech, _zone: tzinfo) -> Message:
    """Not of this kind or rate is another bar; without the right at all there is nothing to have anywhere."""
    if answer.why.rule != "allowance":
        return _fixed(answer, speech)
    return Message(word=speech.texts["without"], detail=answer.rate)


def _extra(answer: Answer, speech: _Speech) -> str:
    named = [one.name for one in answer.rights if one.ref == answer.allowance and one.name]
    return named[0] if named else speech.texts["extra"]


_OF_AN_EXTRA: Mapping[str, Callable[[Answer, _Speech, tzinfo], Message]] = {
    Reason.OK: _served,
    Reason.ALREADY_IN: _used_up,
    Reason.WRONG_GATE: _not_included,
}


def _n(speech: _Speech, text: str, n: int) -> str:
    return speech.texts[text].format(n=n, left="queda" if n == 1 else "quedan")


def _clock(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def _at(speech: _Speech, text: str, at: datetime | None, zone: tzinfo) -> str:
    if at is None:
        return speech.texts["void"]
    local = at.astimezone(zone)
    return speech.texts[text].format(at=local.strftime("%H:%M"), s="" if local.hour == 1 else "s")


def _night(label: str, speech: _Speech) -> str:
    try:
        return _day(date.fromisoformat(label), speech, weekday=True)
    except ValueError:
        return ""


def _day(day: date, speech: _Speech, weekday: bool = False) -> str:
    text = f"{day.day} {speech.months[day.month - 1]}"
    return f"{speech.days[day.weekday()]} {text}" if weekday else text
