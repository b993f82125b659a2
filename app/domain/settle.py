"""What becomes of a call: the one place that decides whether the platform has heard of an entry.

Total over the kinds of answer. A person who entered never disappears: done, conflict, parked or still owed. Doubt is
always followed by a look before a resend.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.backoff import due_again
from app.domain.model import CallId, Standing
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting

LOOKS_BEFORE_PARKING = 3
SAME_MOMENT = timedelta(seconds=1)
"""Platforms keep whole seconds: an entry time this close to ours is ours."""
CLOCKS_APART = timedelta(seconds=5)
"""How far a platform's clock, as we know it, may be from the true one."""


class Trouble(StrEnum):
    """Why a person must see a call."""

    ENTERED_ELSEWHERE = "entered_elsewhere"
    VOID = "void"
    NOT_CONFIRMED = "not_confirmed"
    GONE = "gone"
    UNCLEAR = "unclear"
    """The platform counts more than we can explain by our own entry."""
    UNEXPLAINED = "unexplained"
    """The platform refuses although nothing it shows speaks against it."""
    NOT_KNOWN = "not_known"
    """Let in on trust; the platform does not know the code."""
    NOT_FOR_HERE = "not_for_here"
    """Let in by a page that was cut off; by what we know it was for another night, door or hour."""
    ONLY_HERE = "only_here"
    """Taken back at the door after the platform heard of it, and this platform can't take anything back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The platform has it. `count`: what it counts now, where known."""

    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Still owed: send at `at`. `free` tries cost no attempt; `doubtful` ones may have landed."""

    at: datetime
    free: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Find out first: ask the platform what it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """The account may not speak to the platform: pause it; the call keeps its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    why: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    why: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """The platform counts it already: it takes the place of an entry that was taken back only here, by `undo`."""

    undo: CallId


Settlement = Done | Again | Look | Barred | Conflict | Parked | Covered


def settle(call: Call, answer: Receipt, sighting: Sighting | None, now: datetime, jitter: float) -> Settlement:
    """What becomes of `call` after `answer` and, when it asked for a look, the `sighting`."""
    match answer.kind:
        case AnswerKind.ACCEPTED:
            return Done(count=answer.count)
        case AnswerKind.BUSY:
            at = now if answer.unreachable else due_again(call.attempts, answer.retry_after, now, jitter)
            return Again(at=at, free=answer.unreachable)
        case AnswerKind.BARRED:
            return Barred()
        case AnswerKind.REFUSED | AnswerKind.DOUBTFUL | AnswerKind.BROKEN:
            if sighting is None:
                return Look()
    if call.heads < 0:
        return _settle_undo(call, answer, sighting, now, jitter)
    return _settle_entry(call, answer, sighting, now, jitter)


def stands_against(call: Call, sighting: Sighting) -> Conflict | None:
    """What the platform shows against an entry before we even send it."""
    if not sighting.found:
        return Conflict(why=Trouble.GONE)
    if sighting.standing is Standing.VOID:
        return Conflict(why=Trouble.VOID)
    if sighting.standing is Standing.PENDING:
        return Conflict(why=Trouble.NOT_CONFIRMED)
    if sighting.limit - sighting.count < call.heads:
        return Conflict(why=Trouble.ENTERED_ELSEWHERE)
    return None


def landed(call: Call, answer: Receipt, sighting: Sighting) -> bool:
    """Is our entry among what the platform counts? By its time where it keeps ours, else by the count.

    A platform that keeps its own time can't have taken from us what it counted before we sent.
    """
    if not sighting.found:
        return False
    base = call.base or 0
    if sighting.last_at is not None and not sighting.our_times:
        if sighting.last_at < (call.sent_at or call.at) - CLOCKS_APART:
            return False
    elif sighting.last_at is not None:
        return abs(sighting.last_at - call.at) <= SAME_MOMENT and sighting.count >= base + call.heads
    may_have_landed = answer.kind is not AnswerKind.REFUSED or call.doubts > 0
    return may_have_landed and sighting.count == base + call.heads


def surely_not_there(call: Call, why: Trouble) -> bool:
    """Does this conflict mean that none of the call's heads are counted at the platform?"""
    if why is Trouble.ENTERED_ELSEWHERE:
        return call.doubts == 0
    return why in {Trouble.VOID, Trouble.NOT_CONFIRMED, Trouble.GONE, Trouble.NOT_KNOWN}


def _settle_entry(call: Call, answer: Receipt, sighting: Sighting, now: datetime, jitter: float) -> Settlement:
    if landed(call, answer, sighting):
        return Done(count=sighting.count)
    against = stands_against(call, sighting)
    if against is not None:
        return against
    if answer.kind is AnswerKind.DOUBTFUL or call.doubts:
        if sighting.count >= (call.base or 0) + call.heads:
            return Conflict(why=Trouble.UNCLEAR)
        if answer.kind is AnswerKind.DOUBTFUL:
            return _resend(call, now, jitter)
    return _unexplained(call, answer, now, jitter)


def _settle_undo(call: Call, answer: Receipt, sighting: Sighting, now: datetime, jitter: float) -> Settlement:
    """An undo has landed when the platform counts no more than it should, or has nothing left to take back."""
    target = max((call.base if call.base is not None else -call.heads) + call.heads, 0)
    if not sighting.found or sighting.count <= target:
        return Done(count=sighting.count if sighting.found else None)
    if answer.kind is AnswerKind.DOUBTFUL:
        return _resend(call, now, jitter)
    return _unexplained(call, answer, now, jitter)


def _resend(call: Call, now: datetime, jitter: float) -> Settlement:
    """It did not land: sent again at once the first time, later and later where each answer is lost."""
    return Again(at=due_again(call.doubts, None, now, jitter) if call.doubts else now)


def _unexplained(call: Call, answer: Receipt, now: datetime, jitter: float) -> Settlement:
    if call.looks + 1 >= LOOKS_BEFORE_PARKING:
        return Parked(why=Trouble.UNEXPLAINED)
    return Again(at=due_again(call.looks, answer.retry_after, now, jitter))
