"""A scan as it comes in, and its answer as it goes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.domain.codes import clean
from app.domain.messages import phrase
from app.domain.model import (
    AdmissionId,
    Answer,
    Choice,
    Direction,
    EventId,
    Kind,
    Outcome,
    Party,
    Right,
    Scan,
    ScanId,
    Station,
)
from app.domain.model import Reason as DoorReason
from app.web.wire.common import EventName, Given, Instant, Reason, Taken, tidy, utc

MOST_HEADS = 500
LONGEST_CODE = 16 * 1024
UNDO_PREFIX = "undo:"
"""What ids of undos begin with; no scan may."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


def _written_date(value: object) -> object:
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError("a date and time with its zone, such as 2025-11-22T23:41:07Z")
    return value


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("this is not a time of ours") from None


def _own_id(text: str) -> str:
    if text.startswith(UNDO_PREFIX):
        raise ValueError(f"the ids of scans don't begin with {UNDO_PREFIX}")
    return text


SCAN_ID = r"^[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,63}$"
Heads = Annotated[int, Field(strict=True, ge=0, le=MOST_HEADS)]
At = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_written_date)]


class PartyIn(Taken):
    """Heads by gender, where the platform counts them; `option` is the platform's id of the price option."""

    women: Heads = 0
    men: Heads = 0
    no_gender: Heads = 0
    option: Annotated[str, StringConstraints(min_length=1, max_length=100), BeforeValidator(tidy)] | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not 1 <= self.heads <= MOST_HEADS:
            raise ValueError(f"a party is 1 to {MOST_HEADS} people")
        return self

    @property
    def heads(self) -> int:
        return self.women + self.men + self.no_gender

    def party(self) -> Party:
        return Party(women=self.women, men=self.men, no_gender=self.no_gender, option=self.option)


class OverrideIn(Taken):
    """A supervisor says yes."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=200), BeforeValidator(tidy)]
    pin: Annotated[str, StringConstraints(max_length=32)] | None = Field(
        None, description="The supervisor's, where the house has one."
    )


class ScanIn(Taken):
    """One reading at the station. `id` makes it safe to send again: the same id is answered the same."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": "p1-7f3a9c", "code": "ZQ4K81MD7"},
                {"id": "p1-7f3a9d", "code": "GRP40021", "party": {"women": 2, "men": 1}},
                {"id": "p1-7f3a9e", "code": "PND10001", "override": {"reason": "paid at the box office"}},
                {"id": "p1-7f3a9f", "code": "04:A2:3B:1C", "scheme": "rfid"},
            ]
        }
    )

    id: Annotated[str, StringConstraints(pattern=SCAN_ID), AfterValidator(_own_id)] | None = Field(
        None, description="Made at the door; by the hub when missing.", examples=["p1-7f3a9c"]
    )
    code: Annotated[str, StringConstraints(max_length=LONGEST_CODE)] = Field(
        description="What the reader read, as it is.", examples=["ZQ4K81MD7"]
    )
    scheme: Literal["qr", "rfid"] = Field(
        "qr", description="`rfid`: the id of a wristband or card. With `qr` it may be one where the code is not known."
    )
    heads: Annotated[int, Field(strict=True, ge=1, le=MOST_HEADS)] | None = Field(
        None, description="How many people; 1 when missing, the party's sum when there is one."
    )
    direction: Literal["in", "out"] | None = Field(None, description="The station's own when missing.")
    party: PartyIn | None = None
    at: At | None = Field(
        None, description="When it was read, by the clock of the door; now when missing.",
        examples=["2025-11-22T23:41:07Z"],
    )  # fmt: skip
    override: OverrideIn | None = None
    admission: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")] | None = Field(
        None, description="The chosen one, where an earlier answer offered `choices`."
    )
    event: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="The one that the page was told to let in to; every event of the station when missing."
    )

    @field_validator("party")
    @classmethod
    def _adds_up(cls, party: PartyIn | None, info: ValidationInfo) -> PartyIn | None:
        heads = info.data.get("heads")
        if party is not None and heads is not None and heads != party.heads:
            raise ValueError(f"the party is {party.heads} people, but heads says {heads}")
        return party

    def at_station(self, station: Station) -> Station:
        """The station, for this event only where the page says one that is the station's."""
        if self.event is None or (station.events and self.event not in station.events):
            return station
        return replace(station, events=(EventId(self.event),))

    def scan(self, station: Station, now: datetime, new_id: Callable[[], str]) -> Scan:
        return Scan(
            id=ScanId(self.id or new_id()),
            code=clean(self.code) or "",
            scheme=self.scheme,
            at=self.at or now,
            at_by_page=self.at is not None,
            heads=self.party.heads if self.party else self.heads or 1,
            direction=Direction(self.direction) if self.direction else station.direction,
            party=self.party.party() if self.party else None,
            override=self.override.reason if self.override else None,
            choice=AdmissionId(int(self.admission)) if self.admission else None,
        )


class UndoIn(Taken):
    reason: Reason | None = None
    at: At | None = Field(None, description="When it was taken back at a page that was cut off; now when missing.")


class GuestOut(Given):
    name: str
    note: str
    tags: list[str]


class FirstEntryOut(Given):
    """`station` is empty for an entry made elsewhere."""

    at: Instant | None
    station: str


class WhyOut(Given):
    rule: str
    value: str


class RightOut(Given):
    """What is left of one right; `name` is the platform's own, empty for the entrance."""

    ref: str
    name: str
    left: int
    limit: int

    @classmethod
    def of(cls, right: Right) -> RightOut:
        return cls(ref=right.ref, name=right.name, left=right.left, limit=right.limit)


class ChoiceOut(Given):
    admission: str
    name: str
    rate: str
    kind: Kind
    left: int


EXAMPLE: dict[str, Any] = {
    "id": "p1-7f3a9c", "outcome": "refuse", "reason": "already_in", "heads": 0, "left": 0, "limit": 1, "entered": 1,
    "kind": "ticket", "rate": "Early bird", "guest": {"name": "Lucía Romero", "note": "", "tags": []},
    "event": {"id": "65f1a0c2", "name": "Noche de Sábado"},
    "first_entry": {"at": "2025-11-22T22:41:07Z", "station": "Puerta 2"}, "provisional": False, "overridden": False,
    "message": "Already in", "detail": "23:41, Puerta 2", "why": [{"rule": "left", "value": "0 of 1 left"}],
    "as_of": "2025-11-22T22:38:00Z", "choices": [], "warning": None, "undo_until": None, "undoes": None,
    "uncertain": False, "overridable": False, "replayed": False, "at": "2025-11-22T22:55:30Z", "station": "Puerta 1",
    "direction": "in", "admission": "4711", "allowance": "entrance", "allowances": [], "undo_reaches": None,
}  # fmt: skip


class AnswerOut(Given):
    """The answer to a scan, whole. `left`, `limit` and `entered` are of the right that the station counts, after it;
    `message` and `detail` are for people."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: str
    outcome: Outcome
    reason: DoorReason
    heads: int
    left: int
    limit: int
    entered: int
    kind: Kind | None
    rate: str
    guest: GuestOut | None
    event: EventName | None
    first_entry: FirstEntryOut | None
    provisional: bool
    overridden: bool
    message: str
    detail: str
    why: list[WhyOut]
    as_of: Instant | None
    choices: list[ChoiceOut]
    warning: str | None
    uncertain: bool = Field(description="`at` was told by a clock that may be wrong; it is put right later.")
    undo_until: Instant | None
    undoes: str | None
    overridable: bool
    replayed: bool
    at: Instant
    station: str
    direction: Direction
    admission: str | None
    allowance: str = Field(description="The right that the station counts: `entrance`, or an extra such as `addon:5`.")
    allowances: list[RightOut] = Field(description="Every right of the guest, where there is more than the entrance.")
    undo_reaches: Literal["platform", "here"] | None = Field(
        description="How far an undo goes: `here` where the platform can't take anything back."
    )


def answered(answer: Answer, language: str, zone: tzinfo) -> dict[str, Any]:
    """An `AnswerOut`, without pydantic's work: this is the hot path. A test holds the two together."""
    message = phrase(answer, language, zone)
    guest, first = answer.guest, answer.first_entry
    return {
        "id": answer.scan,
        "outcome": answer.outcome,
        "reason": answer.reason,
        "heads": answer.heads,
        "left": answer.left,
        "limit": answer.limit,
        "entered": answer.entered,
        "kind": answer.kind,
        "rate": answer.rate,
        "guest": {"name": guest.name, "note": guest.note, "tags": guest.tags} if guest else None,
        "event": {"id": answer.event, "name": answer.event_name} if answer.event else None,
        "first_entry": {"at": _maybe(first.at), "station": first.station} if first else None,
        "provisional": answer.provisional,
        "overridden": answer.overridden,
        "message": message.word,
        "detail": message.detail,
        "why": ({"rule": answer.why.rule, "value": answer.why.value},),
        "as_of": _maybe(answer.as_of),
        "choices": [_choice(one) for one in answer.choices],
        "warning": answer.warning or None,
        "uncertain": answer.uncertain,
        "undo_until": _maybe(answer.undo_until),
        "undoes": answer.undoes,
        "overridable": answer.overridable,
        "replayed": answer.replayed,
        "at": utc(answer.at),
        "station": answer.station,
        "direction": answer.direction,
        "admission": str(answer.admission) if answer.admission is not None else None,
        "allowance": answer.allowance,
        "allowances": [_right(one) for one in answer.rights],
        "undo_reaches": None if answer.undo_until is None else "here" if answer.undo_stays else "platform",
    }


def _right(one: Right) -> dict[str, Any]:
    return {"ref": one.ref, "name": one.name, "left": one.left, "limit": one.limit}


def _choice(one: Choice) -> dict[str, Any]:
    return {
        "admission": str(one.admission),
        "name": one.name,
        "rate": one.rate,
        "kind": one.kind,
        "left": one.left,
    }


def _maybe(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at)
