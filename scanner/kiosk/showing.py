"""A verdict as the screen shows it: look, words, what may be touched, and for how long. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from app.domain.messages import Message, phrase
from app.domain.model import ENTRANCE, Answer, Direction, Outcome, Reason, short_name
from scanner.kiosk.frame import ChoiceOffer, Look, PartyOffer, Shown, State, UndoOffer
from scanner.kiosk.words import to_guests, words
from scanner.station import Verdict

ADMIT_S, OTHER_S, PARTY_S, CHOICE_S = 4.0, 8.0, 15.0, 30.0
"""Seconds a verdict stays: admissions, others, a party that is being counted, admissions to choose from."""
MOST_TICKS = 3

NOT_ABOUT_THE_GUEST = frozenset({Reason.NOT_ALLOWED_OFFLINE, Reason.UNREADABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a station's screen speaks. `names`: what of a guest's name is shown to the queue."""

    layout: Literal["self", "staffed"]
    language: str
    names: Literal["short", "full", "none"]
    zone: tzinfo

    @property
    def staffed(self) -> bool:
        return self.layout == "staffed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A verdict on the screen, until `stays_s` have passed or somebody else comes."""

    state: State
    shown: Shown
    stays_s: float
    sound: str
    ticks: int = 0
    party: PartyOffer | None = None
    choices: tuple[ChoiceOffer, ...] = ()
    undo: UndoOffer | None = None


def look_of(verdict: Verdict) -> Look:
    """The same table as the scanner page's (docs/kiosk.md): what could not be found out is not the guest's fault."""
    answer = verdict.answer
    if answer is None:
        return Look.ASK if verdict.rivals else Look.TROUBLE
    if answer.undoes is not None:
        return Look.UNDO
    if answer.outcome is Outcome.ADMIT:
        return Look.ADMIT
    if answer.outcome is Outcome.ASK:
        return Look.TROUBLE if answer.reason is Reason.UNREADABLE else Look.ASK
    if answer.reason in NOT_ABOUT_THE_GUEST:
        return Look.TROUBLE
    return Look.ALREADY if answer.reason is Reason.ALREADY_IN else Look.REFUSE


def showing(verdict: Verdict, manner: Manner) -> Showing:
    look, answer = look_of(verdict), verdict.answer
    party = _party(answer) if answer is not None and look is Look.ADMIT else None
    choices = _choices(answer) if answer is not None and manner.staffed else ()
    stays = _stays(look, party, choices)
    return Showing(
        state=_state(look, answer, party, manner),
        shown=_shown(verdict, look, manner, stays),
        stays_s=stays,
        sound="party" if party else look.value,
        ticks=min(party.left, MOST_TICKS) if party else 0,
        party=party,
        choices=choices,
        undo=_undo(answer, manner) if answer is not None and manner.staffed else None,
    )


def _state(look: Look, answer: Answer | None, party: PartyOffer | None, manner: Manner) -> State:
    if party is not None:
        return State.PARTY
    to_staff = answer is not None and look is Look.ASK and not manner.staffed
    return State.STAFF if to_staff else State.VERDICT


def _stays(look: Look, party: PartyOffer | None, choices: tuple[ChoiceOffer, ...]) -> float:
    if choices:
        return CHOICE_S
    if party is not None:
        return PARTY_S
    return ADMIT_S if look in {Look.ADMIT, Look.UNDO} else OTHER_S


def _party(answer: Answer) -> PartyOffer | None:
    if answer.direction is not Direction.IN or answer.left <= 0 or answer.allowance != ENTRANCE:
        return None
    return PartyOffer(scan=answer.scan, left=answer.left, entered=answer.entered, limit=answer.limit)


def _choices(answer: Answer) -> tuple[ChoiceOffer, ...]:
    return tuple(
        ChoiceOffer(admission=str(one.admission), name=one.name, rate=one.rate, left=one.left) for one in answer.choices
    )


def _undo(answer: Answer, manner: Manner) -> UndoOffer | None:
    if answer.undo_until is None:
        return None
    name = _name(answer, manner)
    return UndoOffer(scan=answer.scan, name=name, heads=answer.heads, until=answer.undo_until, stays=answer.undo_stays)


def _shown(verdict: Verdict, look: Look, manner: Manner, stays_s: float) -> Shown:
    message, answer, stays_ms = _message(verdict, manner), verdict.answer, round(stays_s * 1000)
    if answer is None:
        return Shown(
            scan="", look=look, reason="rivals" if verdict.rivals else "trouble", word=message.word,
            detail=message.detail, again=verdict.again, stays_ms=stays_ms,
        )  # fmt: skip
    guest = answer.guest if manner.staffed else None
    return Shown(
        scan=answer.scan,
        look=look,
        reason=answer.reason.value,
        word=message.word,
        detail=message.detail,
        name=_name(answer, manner),
        rate=answer.rate,
        note=guest.note if guest else "",
        tags=guest.tags if guest else (),
        heads=answer.heads,
        left=answer.left,
        allowance=answer.allowance,
        rights=answer.rights if len(answer.rights) > 1 else (),
        again=verdict.again,
        stays_ms=stays_ms,
    )


def _message(verdict: Verdict, manner: Manner) -> Message:
    answer = verdict.answer
    if answer is None:
        return words("rivals" if verdict.rivals else "trouble", manner.language)
    said = phrase(answer, manner.language, manner.zone)
    if manner.staffed or answer.outcome is Outcome.ADMIT:
        return said
    if look_of(verdict) is Look.ASK:
        return words("staff", manner.language)
    return to_guests(answer.reason, manner.language) or said


def _name(answer: Answer, manner: Manner) -> str:
    name = answer.guest.name if answer.guest else ""
    if manner.staffed:
        return name
    return {"full": name, "short": short_name(name), "none": ""}[manner.names]
