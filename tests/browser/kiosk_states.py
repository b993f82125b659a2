"""Every state of the kiosk's screen, with guests who look real, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.domain.model import Answer, Choice, Direction, FirstEntry, Guest, Outcome, Reason, Right, ScanId, Why
from scanner.kiosk.frame import Counts, Extra, Frame, Lamps, Last, Look, Sign, State, Trouble
from scanner.kiosk.showing import Manner, showing
from scanner.station import Verdict

AT = datetime(2026, 11, 21, 22, 41, 7, tzinfo=UTC)
WHY = Why(rule="left", value="1 of 1 left")


def answer(**changes: Any) -> Answer:
    values: dict[str, Any] = {
        "scan": ScanId("s1"), "code": "ZQ4K81MD7", "station": "Kiosk", "at": AT, "direction": Direction.IN,
        "outcome": Outcome.ADMIT, "reason": Reason.OK, "heads": 1, "limit": 1, "entered": 1, "rate": "Early bird",
        "guest": Guest(name="Lucía Romero Vidal", note="birthday", tags=("VIP",)), "why": WHY,
        "event_name": "Noche de Sábado",
    }  # fmt: skip
    return Answer(**values | changes)


def refused(reason: Reason, **changes: Any) -> Answer:
    return answer(**{"outcome": Outcome.REFUSE, "reason": reason, "heads": 0, **changes})


def asked(reason: Reason, **changes: Any) -> Answer:
    return answer(**{"outcome": Outcome.ASK, "reason": reason, "heads": 0, **changes})


FIRST = FirstEntry(at=AT, station="Puerta 2")
CHOICES = tuple(
    Choice(admission=at, name=name, rate="Mesa VIP", kind=None, left=2)  # type: ignore[arg-type]
    for at, name in ((7, "Nerea Ortiz"), (8, "Iker Muñoz"))
)
DRINK = Right(ref="addon:5", name="Welcome drink", left=1, limit=2)
CLOAKROOM = Right(ref="addon:7", name="Cloakroom", left=1, limit=1)
ENTRANCE = Right(ref="entrance", name="", left=0, limit=1)
RIGHTS = (DRINK, CLOAKROOM, ENTRANCE)
AT_THE_BAR: dict[str, Any] = {"allowance": "addon:5", "rights": RIGHTS, "limit": 2, "guest": Guest(name="Nora Campos")}
BAR = Extra(ref="addon:5", name="Welcome drink")
VERDICTS: dict[str, Answer | None] = {
    "admit": answer(),
    "party": answer(heads=1, left=3, limit=4),
    "large-party": answer(heads=1, left=47, limit=48, entered=1),
    "already": refused(Reason.ALREADY_IN, first_entry=FIRST),
    "void": refused(Reason.VOID, word="refunded", word_at=AT),
    "unknown": refused(Reason.UNKNOWN_CODE, guest=None, rate=""),
    "other-event": refused(Reason.OTHER_EVENT, event_label="2026-11-28"),
    "cannot-check": refused(Reason.NOT_ALLOWED_OFFLINE, guest=None, rate=""),
    "staff": asked(Reason.UNSURE, word="quarantined"),
    "offline-ask": asked(Reason.NOT_ALLOWED_OFFLINE, guest=None, rate=""),
    "unreadable": asked(Reason.UNREADABLE, guest=None, rate=""),
    "undo": answer(undoes=ScanId("s0"), direction=Direction.OUT, why=Why(rule="undo", value="withdrawn")),
    "trouble": None,
    "rights": answer(rights=RIGHTS),
    "bar-served": answer(left=1, **AT_THE_BAR),
    "bar-none-left": refused(
        Reason.ALREADY_IN, first_entry=FIRST, **AT_THE_BAR | {"rights": (replace(DRINK, left=0), CLOAKROOM, ENTRANCE)}
    ),
    "bar-not-included": refused(
        Reason.WRONG_GATE, allowance="addon:5", rights=(ENTRANCE,), why=Why(rule="allowance", value="addon:5")
    ),
}
OTHERS: dict[str, dict[str, Any]] = {
    "starting": {"state": State.STARTING},
    "ready": {"state": State.READY, "gun": True},
    "ready-camera": {"state": State.READY, "camera": True},
    "ready-offline": {"state": State.READY, "gun": True, "signs": (Sign.OFFLINE,)},
    "ready-stale": {"state": State.READY, "gun": True, "signs": (Sign.STALE, Sign.CLOCK), "data_age_s": 1380},
    "bar-ready": {"state": State.READY, "gun": True, "extra": BAR},
    "bar-ready-camera": {"state": State.READY, "camera": True, "extra": BAR},
    "reading": {"state": State.READING},
    "out-of-order": {
        "state": State.OUT_OF_ORDER,
        "trouble": Trouble(what="camera_missing", since=AT, contact="Marta, 600 123 456"),
    },
    "closed": {"state": State.CLOSED, "event": ""},
    "saver": {"state": State.SAVER},
}
STATES = (*VERDICTS, *OTHERS)
STAFFED = ("admit", "party", "already", "staff", "ready-offline", "choices", "rights", "bar-served", "bar-ready")
LAST = (
    Last(look=Look.ADMIT, word="Come in", name="Lucía Romero Vidal", at=AT),
    Last(look=Look.REFUSE, word="Refunded", name="Bruno Salas", at=AT),
    Last(look=Look.ADMIT, word="Come in", name="Nerea Ortiz", at=AT),
)


def frame(name: str, language: str = "en", layout: str = "self", **changes: Any) -> Frame:
    """The frame of a state by its name, as the kiosk itself would make it."""
    common: dict[str, Any] = {
        "seq": 1, "station": "Puerta 1", "event": "Noche de Sábado", "language": language, "layout": layout,
        "since": AT,
    }  # fmt: skip
    if layout == "staffed":
        common |= {"counts": Counts(inside=312, waiting=4), "last": LAST}
    if name in OTHERS:
        return Frame(**common | OTHERS[name] | changes)
    return Frame(**common | _verdict(name, language, layout) | changes)


def _verdict(name: str, language: str, layout: str) -> dict[str, Any]:
    given = asked(Reason.AMBIGUOUS, choices=CHOICES) if name == "choices" else VERDICTS[name]
    manner = Manner(
        layout="staffed" if layout == "staffed" else "self", language=language, names="short",
        zone=ZoneInfo("Europe/Madrid"),
    )  # fmt: skip
    made = showing(Verdict(seen_at=0, told_at=0, answer=given, trouble="" if given else "the disk is slow"), manner)
    lamps = Lamps(green=made.shown.look is Look.ADMIT, relay=made.shown.look is Look.ADMIT)
    return {
        "state": made.state, "shown": made.shown, "party": made.party, "choices": made.choices, "undo": made.undo,
        "sound": made.sound, "sound_seq": 1, "ticks": made.ticks, "lamps": lamps if name == "admit" else None,
        "extra": BAR if name.startswith("bar") else None,
    }  # fmt: skip


def encoded(one: Frame) -> bytes:
    return msgspec.json.encode(one)
