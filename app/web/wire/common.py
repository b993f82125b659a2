"""Habits of everything on the wire: unknown fields are refused, instants are UTC with `Z`, texts are one clean line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from app.domain.model import Event


def utc(at: datetime) -> datetime:
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def tidy(text: object) -> object:
    """One line without what can't be seen: a database or a screen may stumble over it."""
    if not isinstance(text, str):
        return text
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


Instant = Annotated[AwareDatetime, AfterValidator(utc)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500), BeforeValidator(tidy)]


class Taken(BaseModel):
    """What we are sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """What we send."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EventName(Given):
    id: str
    name: str


class Problem(Given):
    """RFC 9457: what went wrong with a request. `type` is for programs, `detail` for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:doorcheck:unusable-value",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "heads: Input should be greater than or equal to 1",
                    "errors": [{"field": "heads", "message": "Input should be greater than or equal to 1"}],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class FieldProblem(Given):
    field: str
    message: str


class EventOut(Given):
    id: str
    name: str
    starts_at: Instant | None
    ends_at: Instant | None
    open: bool
    account: str

    @classmethod
    def of(cls, event: Event) -> EventOut:
        return cls(
            id=event.id, name=event.name, starts_at=event.starts_at, ends_at=event.ends_at, open=event.open,
            account=event.account,
        )  # fmt: skip


class EventsOut(Given):
    items: list[EventOut]


class DamagedRow(Given):
    """`ref` is the platform's id or a line; empty where the row has neither."""

    resource: str
    ref: str
    why: str


class DamagedOut(Given):
    items: list[DamagedRow]


class EventIn(Taken):
    """`open` true: this hub keeps the event and lets its guests in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"open": True}]})

    open: bool
