"""Who comes in: the rules of the door, in their order (docs/door.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.model import (
    Admission,
    Allowance,
    Decision,
    Direction,
    Event,
    EventId,
    Lookup,
    Outcome,
    Policy,
    Reason,
    Scan,
    Standing,
    Station,
    Unknown,
    Why,
)

OVERRIDABLE = frozenset(
    {
        Reason.NOT_ALLOWED_OFFLINE,
        Reason.PENDING,
        Reason.TOO_EARLY,
        Reason.TOO_LATE,
        Reason.UNSURE,
        Reason.WRONG_GATE,
    }
)
"""What a supervisor may overrule. Never a count, never another night, never what the platform took back."""


def decide(admissions: Sequence[Admission], scan: Scan, station: Station, now: datetime, policy: Policy) -> Decision:
    """The answer to `scan` at `station` on what we know.

    Never admits with nothing left; never unless the standing is good and the event is on here (a code we can't check
    may come in on trust where the policy says `provisional`); never more heads than asked. Same inputs, same answer.
    """
    if not scan.code and (scan.choice is None or not admissions):
        return Decision(outcome=Outcome.ASK, reason=Reason.UNREADABLE, why=Why(rule="reading", value="empty"))
    on_here = tonight(station, policy.events)
    if not admissions:
        return _unknown(scan, policy, on_here)
    here = _narrow(admissions, scan, station, on_here)
    if len(here) > 1:
        return _ambiguous(here, station)
    return _judge(here[0], scan, station, now, policy, on_here)


def tonight(station: Station, events: Mapping[EventId, Event]) -> frozenset[EventId]:
    """The known events that `station` lets people in to: its own, else every open one."""
    if station.events:
        return frozenset(one for one in station.events if one in events)
    return frozenset(event.id for event in events.values() if event.open)


def overrule(decision: Decision, scan: Scan, station: Station, on_here: frozenset[EventId]) -> Decision:
    """The same decision after a supervisor said yes: admits where that is theirs to say and there is room."""
    if not scan.override or decision.reason not in OVERRIDABLE:
        return decision
    why = Why(rule="override", value=decision.reason)
    if decision.admission is None:
        if not on_here:
            return decision
        return replace(
            decision,
            outcome=Outcome.ADMIT, reason=Reason.OK, heads=scan.heads, limit=scan.heads, entered=scan.heads,
            provisional=True, overridden=True, why=why,
        )  # fmt: skip
    allowance = decision.admission.allowance(station.allowance)
    if scan.direction is Direction.OUT:
        return replace(_leave(decision.admission, allowance, scan), overridden=True, why=why)
    if allowance is None or allowance.left < scan.heads:
        return decision
    return replace(_admit(decision.admission, allowance, scan), overridden=True, why=why)


def _unknown(scan: Scan, policy: Policy, on_here: frozenset[EventId]) -> Decision:
    why = Why(rule="cache and platform", value=policy.lookup)
    if policy.lookup is Lookup.ABSENT:
        return Decision(outcome=Outcome.REFUSE, reason=Reason.UNKNOWN_CODE, why=why)
    if policy.unknown_offline is Unknown.PROVISIONAL and on_here:
        return Decision(
            outcome=Outcome.ADMIT, reason=Reason.OK, heads=scan.heads, limit=scan.heads, entered=scan.heads,
            provisional=True, why=why,
        )  # fmt: skip
    outcome = Outcome.REFUSE if policy.unknown_offline is Unknown.REFUSE else Outcome.ASK
    return Decision(outcome=outcome, reason=Reason.NOT_ALLOWED_OFFLINE, why=why)


def _narrow(
    admissions: Sequence[Admission], scan: Scan, station: Station, on_here: frozenset[EventId]
) -> Sequence[Admission]:
    """Those a person would mean: the chosen one; else tonight's before others, what stands before what was void, and
    what has the right that is asked for before what has not."""
    if len(admissions) == 1:
        return admissions
    chosen = [one for one in admissions if one.id == scan.choice]
    if chosen:
        return chosen
    here = [one for one in admissions if one.event in on_here] or list(admissions)[:1]
    here = [one for one in here if one.standing is not Standing.VOID] or here[:1]
    return [one for one in here if one.allowance(station.allowance) is not None] or here[:1]


def _ambiguous(here: Sequence[Admission], station: Station) -> Decision:
    left = sum(max(_left(one, station), 0) for one in here)
    why = Why(rule="one admission per code", value=str(len(here)))
    return Decision(
        outcome=Outcome.ASK, reason=Reason.AMBIGUOUS, left=left, choices=tuple(here), event=here[0].event, why=why
    )


def _left(admission: Admission, station: Station) -> int:
    allowance = admission.allowance(station.allowance)
    return allowance.left if allowance else 0


def _judge(
    admission: Admission, scan: Scan, station: Station, now: datetime, policy: Policy, on_here: frozenset[EventId]
) -> Decision:
    allowance = admission.allowance(station.allowance)
    verdict = _stands(admission, on_here)
    if verdict is None and scan.direction is Direction.OUT:
        return _leave(admission, allowance, scan)
    verdict = (
        verdict or _window(admission, policy.events.get(admission.event), now, policy) or _gate(admission, station)
    )
    if verdict is None and allowance is None:
        verdict = Outcome.REFUSE, Reason.WRONG_GATE, Why(rule="allowance", value=station.allowance)
    if verdict is None and allowance is not None:
        verdict = _room(allowance, scan)
    if verdict is None and allowance is not None:
        return _admit(admission, allowance, scan)
    return _no(admission, allowance, verdict)


Verdict = tuple[Outcome, Reason, Why]


def _no(admission: Admission, allowance: Allowance | None, verdict: Verdict | None) -> Decision:
    if verdict is None:
        raise AssertionError("a scan without a verdict")
    outcome, reason, why = verdict
    count = allowance or Allowance(limit=0)
    return Decision(
        outcome=outcome, reason=reason, left=max(count.left, 0), limit=count.limit, entered=count.entered,
        admission=admission, event=admission.event, why=why,
    )  # fmt: skip


def _stands(admission: Admission, on_here: frozenset[EventId]) -> Verdict | None:
    if admission.event not in on_here:
        return Outcome.REFUSE, Reason.OTHER_EVENT, Why(rule="event", value=admission.event)
    why = Why(rule="standing", value=admission.word or admission.standing)
    match admission.standing:
        case Standing.GOOD:
            return None
        case Standing.VOID:
            return Outcome.REFUSE, Reason.VOID, why
        case Standing.PENDING:
            return Outcome.REFUSE, Reason.PENDING, why
        case Standing.UNKNOWN:
            return Outcome.ASK, Reason.UNSURE, why


def _window(admission: Admission, event: Event | None, now: datetime, policy: Policy) -> Verdict | None:
    opens = [admission.opens_at] if admission.opens_at else []
    closes = [admission.closes_at] if admission.closes_at else []
    if event and event.starts_at and policy.early is not None:
        opens.append(event.starts_at - policy.early)
    if event and event.ends_at and policy.late is not None:
        closes.append(event.ends_at + policy.late)
    outcome = Outcome.REFUSE if policy.time_is_certain else Outcome.ASK
    if opens and now < max(opens):
        return outcome, Reason.TOO_EARLY, Why(rule="from", value=max(opens).isoformat())
    if closes and now > min(closes):
        return outcome, Reason.TOO_LATE, Why(rule="until", value=min(closes).isoformat())
    return None


def _gate(admission: Admission, station: Station) -> Verdict | None:
    if station.kinds and admission.kind not in station.kinds:
        return Outcome.REFUSE, Reason.WRONG_GATE, Why(rule="kind", value=admission.kind)
    if station.rates and admission.rate not in station.rates:
        return Outcome.REFUSE, Reason.WRONG_GATE, Why(rule="rate", value=admission.rate)
    return None


def _room(allowance: Allowance, scan: Scan) -> Verdict | None:
    """A party too large for what is left is a question, since a count may be high for seconds while a call flies."""
    value = f"{allowance.left} of {allowance.limit} left"
    if allowance.left <= 0:
        return Outcome.REFUSE, Reason.ALREADY_IN, Why(rule="left", value=value)
    if allowance.left < scan.heads:
        return Outcome.ASK, Reason.TOO_MANY, Why(rule="left", value=value)
    return None


def _admit(admission: Admission, allowance: Allowance, scan: Scan) -> Decision:
    return Decision(
        outcome=Outcome.ADMIT, reason=Reason.OK, heads=scan.heads, left=allowance.left - scan.heads,
        limit=allowance.limit, entered=allowance.entered + scan.heads, admission=admission, event=admission.event,
        why=Why(rule="left", value=f"{allowance.left} of {allowance.limit} left"),
    )  # fmt: skip


def _leave(admission: Admission, allowance: Allowance | None, scan: Scan) -> Decision:
    count = allowance or Allowance(limit=0)
    warning = "" if count.entered > 0 else "no_entry"
    return Decision(
        outcome=Outcome.ADMIT, reason=Reason.OK, heads=scan.heads, left=count.left, limit=count.limit,
        entered=count.entered, admission=admission, event=admission.event, warning=warning,
        why=Why(rule="exit", value=f"{count.entered} entered"),
    )  # fmt: skip
