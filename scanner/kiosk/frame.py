"""What a kiosk shows at one moment. The page and the lights draw it and decide nothing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from app.domain.model import Right


class State(StrEnum):
    """What the screen is about."""

    STARTING = "starting"
    READY = "ready"
    READING = "reading"
    """A code was read and takes a moment: the platform is being asked."""
    VERDICT = "verdict"
    PARTY = "party"
    """An admitted group that is not complete: how many more come in now?"""
    STAFF = "staff"
    """Self check-in only: something that a person has to settle."""
    OUT_OF_ORDER = "out_of_order"
    CLOSED = "closed"
    """No event is open at this station."""
    SAVER = "saver"


class Look(StrEnum):
    """How a verdict looks and sounds (docs/kiosk.md)."""

    ADMIT = "admit"
    ALREADY = "already"
    REFUSE = "refuse"
    ASK = "ask"
    TROUBLE = "trouble"
    UNDO = "undo"


class Sign(StrEnum):
    """Small signs beside whatever is shown; none of them is alarming for guests."""

    OFFLINE = "offline"
    """The platform can't be reached; people are let in all the same."""
    STALE = "stale"
    """What we know is old."""
    READER = "reader"
    """One of several readers does not work."""
    CLOCK = "clock"
    """The time is not certain."""
    DISK = "disk"
    POWER = "power"
    """Undervoltage, or too hot."""


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """What the station hands out instead of letting people in; `name` is the platform's own."""

    ref: str
    name: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict, in the words and the language of the kiosk."""

    scan: str
    look: Look
    reason: str
    word: str
    detail: str
    name: str = ""
    rate: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    heads: int = 0
    left: int = 0
    allowance: str = "entrance"
    rights: tuple[Right, ...] = ()
    """Every right of the guest, where there are several."""
    again: bool = False
    """The same code within 3 seconds: the same verdict, and no second sound."""
    stays_ms: int = 4000


class PartyOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A group of which some are in: `left` may still come."""

    scan: str
    left: int
    entered: int
    limit: int


class ChoiceOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Staffed only: one of several admissions that a code opens. Touched: {"action": "choose", "scan", "admission"}."""

    admission: str
    name: str
    rate: str
    left: int


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why the kiosk is out of order. `what` is a key the page has words for, `words` a line for whoever mends it."""

    what: str
    since: datetime
    contact: str = ""
    words: str = ""


class UndoOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Staffed only: the entry that can be taken back. `stays`: the platform can't take anything back."""

    scan: str
    name: str
    heads: int
    until: datetime
    stays: bool = False


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """Staffed only: what was answered before, newest first."""

    look: Look
    word: str
    name: str
    at: datetime


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Staffed only: people inside, check-ins that wait to be sent."""

    inside: int
    waiting: int


class Lamps(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn panel, on machines without GPIO: what a real one would do now."""

    green: bool = False
    amber: bool = False
    red: bool = False
    buzzer: bool = False
    relay: bool = False


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page draws. `seq` grows with each change; `sound` names what to play when `sound_seq` grew."""

    seq: int = 0
    station: str = ""
    extra: Extra | None = None
    event: str = ""
    layout: str = "self"
    language: str = "en"
    state: State = State.STARTING
    since: datetime | None = None
    signs: tuple[Sign, ...] = ()
    data_age_s: int | None = None
    arrow: str = "down"
    """Where the code goes, seen from the screen: up, down, left, right or none."""
    camera: bool = False
    """A picture of the camera can be had from /kiosk/preview."""
    gun: bool = False
    shown: Shown | None = None
    party: PartyOffer | None = None
    choices: tuple[ChoiceOffer, ...] = ()
    trouble: Trouble | None = None
    undo: UndoOffer | None = None
    last: tuple[Last, ...] = ()
    counts: Counts | None = None
    lamps: Lamps | None = None
    sound: str = ""
    """A look, or `party`; empty when the page is to keep silent."""
    sound_seq: int = 0
    ticks: int = 0
    """Ticks after the sound of `party`: one per head left, at most 3."""
    typed: bool = True
    """Whether codes that a keyboard types into the page are taken."""
