"""A scan becomes an answer: one transaction that decides, counts, and owes the check-in."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from app.domain.codes import readings, shorten
from app.domain.decide import OVERRIDABLE, decide, overrule, tonight
from app.domain.model import (
    ENTRANCE,
    EXIT,
    PLACEHOLDER,
    QR,
    AccountId,
    Admission,
    AdmissionId,
    Allowance,
    Answer,
    CallId,
    Choice,
    Decision,
    Direction,
    Event,
    FirstEntry,
    Kind,
    Lookup,
    Outcome,
    Policy,
    Reason,
    Right,
    Scan,
    Standing,
    Station,
    Unknown,
)
from app.domain.outbox import Call
from app.flows.lookup import LookUp
from app.ports import CallSoon, Capabilities, Clock, Doubt, Notice, Notices, Store, Timekeeper, Tx

log = structlog.get_logger()

UNDO_WITHIN = timedelta(minutes=10)
WORTH_A_LOOKUP = frozenset({Reason.NOT_ALLOWED_OFFLINE, Reason.UNSURE})
CLOCK_TOLERANCE = timedelta(minutes=2)
USUAL = Capabilities(undo=True)
"""Of an account that is no longer set up."""


class Admit:
    """Answers scans against the cache; asks the platform only about a code that the cache can't judge.

    `begin` and `at_once` never wait for the network and give None when a lookup is worth its time; then `finish`
    makes it.
    """

    def __init__(
        self,
        store: Store,
        lookup: LookUp,
        notices: Notices,
        clock: Clock,
        policy: Policy,
        timekeeper: Timekeeper | None = None,
        capabilities: Mapping[AccountId, Capabilities] | None = None,
    ) -> None:
        self._capabilities = capabilities or {}
        self._store = store
        self._lookup = lookup
        self._notices = notices
        self._clock = clock
        self._policy = policy
        self._timekeeper = timekeeper
        self._policies: dict[tuple[Unknown | None, Lookup, bool], Policy] = {}

    def __call__(self, scan: Scan, station: Station) -> Answer:
        """The durable answer to a scan; waits for a lookup within its budget where the cache can't judge."""
        answer = self.at_once(scan, station)
        return self.finish(scan, station) if answer is None else answer

    def at_once(self, scan: Scan, station: Station) -> Answer | None:
        """The first half on the caller's thread, told when there is an answer."""
        may_look = self._lookup.possible(station)
        answer = self._store.run(lambda tx: self._work(tx, scan, station, Lookup.NOT_MADE, may_look))
        return None if answer is None else self._told(answer)

    def begin(self, scan: Scan, station: Station, call_soon: CallSoon | None = None) -> Future[Answer | None]:
        """The first half, without waiting; `call_soon` as in `Store.submit`."""
        may_look = self._lookup.possible(station)
        return self._store.submit(lambda tx: self._work(tx, scan, station, Lookup.NOT_MADE, may_look), call_soon)

    def finish(self, scan: Scan, station: Station) -> Answer:
        """The answer after a live lookup."""
        lookup = self._lookup(scan, station)
        answer = self._store.run(lambda tx: self._work(tx, scan, station, lookup, False))
        if answer is None:
            raise AssertionError("a scan without an answer")
        return self._told(answer)

    def within(self, tx: Tx, scan: Scan, station: Station) -> Answer:
        """The answer to a scan of what the cache holds, inside the caller's transaction; `told` is the caller's."""
        answer = self._work(tx, scan, station, Lookup.NOT_MADE, False)
        if answer is None:
            raise AssertionError("a scan without an answer")
        return answer

    def knows(self, code: str) -> bool:
        """Does the cache hold an admission of this code?"""
        return bool(self._store.run(lambda tx: opened_by(tx, QR, code)))

    def told(self, answer: Answer) -> Answer:
        """Log a durable answer and tell whoever listens. For callers of `begin`."""
        return self._told(answer)

    def _work(self, tx: Tx, scan: Scan, station: Station, lookup: Lookup, may_look: bool) -> Answer | None:
        now = self._clock()
        candidates = candidates_of(tx, scan)
        replayed = tx.scans.replayed(scan.id)
        if replayed is not None:
            return replace(replayed, replayed=True)
        if scan.at > now + CLOCK_TOLERANCE:
            scan = replace(scan, at=now, at_by_page=False)
        doubt = self._doubt(scan)
        policy = self.policy_for(station, lookup, doubt is None)
        decision = decide(candidates, scan, station, scan.at, policy)
        if may_look and lookup is Lookup.NOT_MADE and _worth_a_lookup(decision, candidates):
            return None
        if scan.override:
            decision = overrule(decision, scan, station, tonight(station, policy.events))
        if decision.admits:
            decision = self.count(tx, decision, scan, station, policy)
        answer = self.answer(tx, decision, scan, station, policy, doubt is not None)
        tx.scans.record(answer, station, scan.override, now, doubt)
        return answer

    def _doubt(self, scan: Scan) -> Doubt | None:
        """When it was, where our clock made the scan's time and may be wrong."""
        if self._timekeeper is None or self._timekeeper.certain or scan.at_by_page:
            return None
        return self._timekeeper.doubt()

    def policy_for(self, station: Station, lookup: Lookup, certain: bool) -> Policy:
        """The venue's policy with what is on now, and the station's own word on unknown codes."""
        events, key = self._store.open_events(), (station.unknown_offline, lookup, certain)
        made = self._policies.get(key)
        if made is None or made.events is not events:
            unknown = station.unknown_offline or self._policy.unknown_offline
            made = replace(self._policy, events=events, lookup=lookup, unknown_offline=unknown, time_is_certain=certain)
            self._policies[key] = made
        return made

    def count(self, tx: Tx, decision: Decision, scan: Scan, station: Station, policy: Policy) -> Decision:
        """Count the heads of a decision that admits, and owe them to the platform; on trust with a place-holder."""
        admission = decision.admission
        if scan.direction is Direction.OUT:
            if admission is not None and self._able(admission).exits:
                self._owe_exit(tx, admission, scan, station, policy)
            return decision
        if admission is None:
            admission = _on_trust(scan, station, policy)
            admission = replace(admission, id=tx.scans.provisional(admission))
            decision = replace(decision, admission=admission, event=admission.event)
        if admission.id is None:
            raise AssertionError("a candidate without an id")
        tx.scans.owe(admission.id, station.allowance, scan.heads)
        call = call_of(admission, admission.id, scan, station, policy.events[admission.event])
        for one in self.parts(admission, call):
            tx.scans.add_call(one)
        return decision

    def _owe_exit(self, tx: Tx, admission: Admission, scan: Scan, station: Station, policy: Policy) -> None:
        if admission.id is not None:
            call = call_of(admission, admission.id, scan, station, policy.events[admission.event])
            for one in self.parts(admission, replace(call, allowance=EXIT, limit=1, rate="")):
                tx.scans.add_call(one)

    def parts(self, admission: Admission, call: Call) -> list[Call]:
        """The call, or one for each head where the platform takes them one at a time."""
        if call.heads == 1 or not self._able(admission).one_at_a_time:
            return [call]
        return [replace(call, heads=1)] * call.heads

    def _able(self, admission: Admission) -> Capabilities:
        return self._capabilities.get(admission.account, USUAL)

    def answer(
        self, tx: Tx, decision: Decision, scan: Scan, station: Station, policy: Policy, uncertain: bool
    ) -> Answer:
        """The decision as it is kept and shown."""
        undo_stays = decision.admission is not None and not self._able(decision.admission).undo
        return answer_of(tx, decision, scan, station, policy, uncertain, undo_stays)

    def _told(self, answer: Answer) -> Answer:
        log.info(
            "scan.decided",
            scan=answer.scan, station=answer.station, code=shorten(answer.code), outcome=answer.outcome,
            reason=answer.reason, heads=answer.heads, left=answer.left, replayed=answer.replayed,
        )  # fmt: skip
        if not answer.replayed:
            self._notices.tell(Notice(topic="scan", body={"answer": answer}))
        return answer


def candidates_of(tx: Tx, scan: Scan) -> list[Admission]:
    """What the code opens; for one that came without a code, the row that somebody chose from the search."""
    if scan.code:
        return opened_by(tx, scan.scheme, scan.code)
    chosen = tx.scans.lock(scan.choice) if scan.choice is not None else None
    return [chosen] if chosen is not None else []


def opened_by(tx: Tx, scheme: str, code: str) -> list[Admission]:
    """The admissions of a reading, by the first credential it may be that opens any."""
    for one in readings(scheme, code):
        found = tx.scans.candidates(one.scheme, one.value)
        if found:
            return found
    return []


def _worth_a_lookup(decision: Decision, candidates: list[Admission]) -> bool:
    return decision.reason in WORTH_A_LOOKUP or (decision.provisional and not candidates)


def _on_trust(scan: Scan, station: Station, policy: Policy) -> Admission:
    """A place-holder for a code that could not be checked: it opens as often as it was let in, and no more."""
    events = [policy.events[one] for one in tonight(station, policy.events)]
    event = min(events, key=lambda one: (one.starts_at is None, one.starts_at, one.id))
    return Admission(
        account=event.account,
        event=event.id,
        resource=PLACEHOLDER,
        kind=Kind.PROVISIONAL,
        ref=f"{scan.scheme}:{scan.code}",
        standing=Standing.GOOD,
        credentials=tuple(readings(scan.scheme, scan.code)),
        allowances=(Allowance(ref=station.allowance, limit=scan.heads),),
    )


def _owed_as(admission: Admission) -> Kind:
    """What the outbox takes it for: the ticket of a sale is to be found at the platform first."""
    sold = admission.resource == PLACEHOLDER and admission.kind is not Kind.PROVISIONAL
    return Kind.SOLD if sold else admission.kind


def _own_code(admission: Admission) -> str:
    """Of a place-holder that somebody chose from the search: its real ticket is found by its code."""
    return admission.ref.partition(":")[2] if admission.resource == PLACEHOLDER else ""


def call_of(admission: Admission, admission_id: AdmissionId, scan: Scan, station: Station, event: Event) -> Call:
    allowance = admission.allowance(station.allowance)
    return Call(
        id=CallId(0),
        scan=scan.id,
        account=admission.account,
        event=admission.event,
        event_ref=event.ref,
        admission=admission_id,
        kind=_owed_as(admission),
        ref=admission.ref,
        code=scan.code or _own_code(admission),
        allowance=station.allowance,
        heads=scan.heads,
        limit=allowance.limit if allowance else scan.heads,
        party=scan.party,
        rate=admission.rate if station.rates else "",
        at=scan.at,
        station=station.name,
    )


def answer_of(
    tx: Tx, decision: Decision, scan: Scan, station: Station, policy: Policy, uncertain: bool, undo_stays: bool
) -> Answer:
    """In one go: this is on the path of every guest."""
    admission = decision.admission
    event = policy.events.get(decision.event) if decision.event else None
    admits = decision.outcome is Outcome.ADMIT
    already = decision.reason is Reason.ALREADY_IN
    return Answer(
        scan=scan.id, code=scan.code, station=station.name, at=scan.at, direction=scan.direction,
        outcome=decision.outcome, reason=decision.reason, heads=decision.heads, left=decision.left,
        limit=decision.limit, entered=decision.entered, event=decision.event,
        event_name=event.name if event else "", event_label=event.label if event else "",
        provisional=decision.provisional, overridden=decision.overridden,
        overridable=not admits and decision.reason in OVERRIDABLE and decision.why.rule != "allowance",
        undo_until=scan.at + UNDO_WITHIN if admits and scan.direction is Direction.IN else None,
        warning=decision.warning, why=decision.why, uncertain=uncertain,
        choices=_choices(decision, station) if decision.choices else (),
        first_entry=_first_entry(tx, admission, station.allowance) if already and admission else None,
        allowance=station.allowance, undo_stays=undo_stays,
        rights=rights_of(admission, station.allowance, decision.left) if admission else (),
        kind=admission.kind if admission else None, rate=admission.rate if admission else "",
        word=admission.word if admission else "", word_at=admission.voided_at if admission else None,
        guest=admission.guest if admission else None, admission=admission.id if admission else None,
        as_of=admission.fetched_at if admission else None,
        opens_at=_opens(admission, event, policy) if decision.reason is Reason.TOO_EARLY else None,
        closes_at=_closes(admission, event, policy) if decision.reason is Reason.TOO_LATE else None,
    )  # fmt: skip


def _first_entry(tx: Tx, admission: Admission, allowance: str) -> FirstEntry | None:
    """Who was first: here, else as the platform tells it, of the entrance."""
    here = tx.scans.first_entry(admission.id, allowance) if admission.id is not None else None
    return here or FirstEntry(at=admission.entered_at if allowance == ENTRANCE else None, station="")


def rights_of(admission: Admission, asked: str, left: int) -> tuple[Right, ...]:
    """What is left of each right, where there are others than the one that was asked for, of which `left` is left."""
    every = admission.allowances
    if len(every) < 2 and asked == ENTRANCE:
        return ()
    return tuple(
        Right(ref=one.ref, name=one.name, limit=one.limit, left=max(left if one.ref == asked else one.left, 0))
        for one in every
    )


def _opens(admission: Admission | None, event: Event | None, policy: Policy) -> datetime | None:
    """From when it lets in: the later of its own window and the event's."""
    wide = event.starts_at - policy.early if event and event.starts_at and policy.early is not None else None
    return max((one for one in (admission and admission.opens_at, wide) if one), default=None)


def _closes(admission: Admission | None, event: Event | None, policy: Policy) -> datetime | None:
    wide = event.ends_at + policy.late if event and event.ends_at and policy.late is not None else None
    return min((one for one in (admission and admission.closes_at, wide) if one), default=None)


def _choices(decision: Decision, station: Station) -> tuple[Choice, ...]:
    def left(one: Admission) -> int:
        allowance = one.allowance(station.allowance)
        return max(allowance.left, 0) if allowance else 0

    return tuple(
        Choice(admission=one.id, name=one.guest.name, rate=one.rate, kind=one.kind, left=left(one))
        for one in decision.choices
        if one.id is not None
    )
