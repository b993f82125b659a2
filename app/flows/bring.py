"""Scans that a page decided while it could not reach us: what happened at the door has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from app.domain.codes import shorten
from app.domain.decide import decide, overrule, tonight
from app.domain.model import (
    Admission,
    AdmissionId,
    Answer,
    Decision,
    Direction,
    Lookup,
    Outcome,
    Policy,
    Reason,
    Scan,
    Station,
    Unknown,
    Why,
)
from app.domain.settle import Trouble
from app.flows.admit import CLOCK_TOLERANCE, Admit, call_of, candidates_of
from app.ports import Clock, Notice, Notices, Store, Tx

log = structlog.get_logger()

_TROUBLES: Mapping[Reason, Trouble] = {
    Reason.ALREADY_IN: Trouble.ENTERED_ELSEWHERE,
    Reason.TOO_MANY: Trouble.ENTERED_ELSEWHERE,
    Reason.OK: Trouble.ENTERED_ELSEWHERE,
    Reason.VOID: Trouble.VOID,
    Reason.PENDING: Trouble.NOT_CONFIRMED,
    Reason.UNSURE: Trouble.GONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the page answered at the door. `heads` went through where it admitted."""

    outcome: Outcome
    reason: Reason
    heads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Our answer, which is final; `excess` people are inside for whom there was no room, and are a conflict now."""

    answer: Answer
    excess: int = 0


class Bring:
    """Takes scans in that a page decided by itself, each once; asked again it answers the same.

    Whom the page refused did not come in, whatever we would have said. Whom it admitted is inside: as many as there is
    room for are counted and owed to the platform, the others become a conflict that a person must see.
    """

    def __init__(self, store: Store, admit: Admit, notices: Notices, clock: Clock) -> None:
        self._store = store
        self._admit = admit
        self._notices = notices
        self._clock = clock

    def __call__(self, scan: Scan, said: Said, station: Station) -> Brought:
        scan = self._with_code(scan)
        brought = self._store.run(lambda tx: self._work(tx, scan, said, station))
        answer = brought.answer
        log.info(
            "scan.brought",
            scan=answer.scan, station=answer.station, code=shorten(answer.code), said=said.outcome,
            outcome=answer.outcome, reason=answer.reason, heads=answer.heads, excess=brought.excess,
            replayed=answer.replayed,
        )  # fmt: skip
        if not answer.replayed:
            self._notices.tell(Notice(topic="scan", body={"answer": answer}))
        return brought

    def _with_code(self, scan: Scan) -> Scan:
        """A row that somebody chose on a page that knows no codes; platforms want one."""
        chosen = self._store.views.admission(scan.choice) if not scan.code and scan.choice is not None else None
        codes = [one for one in chosen.credentials if one.scheme == scan.scheme] if chosen else []
        return replace(scan, code=codes[0].value) if codes else scan

    def _work(self, tx: Tx, scan: Scan, said: Said, station: Station) -> Brought:
        now = self._clock()
        if scan.at > now + CLOCK_TOLERANCE:
            scan = replace(scan, at=now, at_by_page=False)
        policy = self._admit.policy_for(station, Lookup.FAILED, certain=True)
        went_in = said.heads if said.outcome is Outcome.ADMIT and scan.direction is Direction.IN else 0
        candidates = candidates_of(tx, scan)
        known = tx.scans.replayed(scan.id)
        if known is not None:  # our answer was lost on its way; the page may have let in more than it said
            counted = sum(call.heads for call in tx.scans.calls_of(scan.id) if call.heads > 0)
            excess = self._list(tx, known.admission, known.reason, went_in - counted, scan, station, policy)
            return Brought(answer=replace(known, replayed=True), excess=excess)
        decision = _decided(candidates, scan, said, station, replace(policy, unknown_offline=Unknown.PROVISIONAL))
        if decision.admits:
            decision = self._admit.count(tx, decision, replace(scan, heads=decision.heads), station, policy)
        admission = decision.admission.id if decision.admission else None
        counted = decision.heads if decision.admits else 0
        excess = self._list(tx, admission, decision.reason, went_in - counted, scan, station, policy)
        answer = self._admit.answer(tx, decision, scan, station, policy, uncertain=False)
        tx.scans.record(answer, station, scan.override, now)
        return Brought(answer=answer, excess=excess)

    def _list(
        self,
        tx: Tx,
        admission_id: AdmissionId | None,
        reason: Reason,
        heads: int,
        scan: Scan,
        station: Station,
        policy: Policy,
    ) -> int:
        """Make a conflict of `heads` people who are inside and were not counted. They count now. Returns how many."""
        admission = tx.scans.lock(admission_id) if admission_id is not None else None
        if heads <= 0 or admission is None or admission.id is None:
            return 0
        call = call_of(admission, admission.id, scan, station, policy.events[admission.event])
        tx.scans.owe(admission.id, station.allowance, heads)
        trouble = _TROUBLES.get(reason, Trouble.NOT_FOR_HERE)
        for one in self._admit.parts(admission, replace(call, heads=heads, party=None)):
            tx.calls.add_conflict(one, trouble, self._clock())
        return heads


def _decided(candidates: Sequence[Admission], scan: Scan, said: Said, station: Station, policy: Policy) -> Decision:
    """What we make of it: as the page said where nobody came in or somebody left, else what there is room for."""
    scan = replace(scan, heads=max(said.heads, 1))
    decision = decide(candidates, scan, station, scan.at, policy)
    if said.outcome is not Outcome.ADMIT:
        return replace(
            decision, outcome=said.outcome, reason=said.reason, heads=0, provisional=False,
            why=decision.why if decision.reason is said.reason else Why(rule="page", value=said.reason),
        )  # fmt: skip
    if scan.direction is Direction.OUT:
        return replace(decision, outcome=Outcome.ADMIT, reason=Reason.OK, heads=scan.heads)
    decision = overrule(decision, scan, station, tonight(station, policy.events))
    if decision.reason is Reason.TOO_MANY and decision.admission is not None and decision.left > 0:
        return decide([decision.admission], replace(scan, heads=decision.left), station, scan.at, policy)
    return decision
