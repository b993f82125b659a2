"""A raw reading becomes a scan: cleaned, guarded against a second reading of the same code, decided, told."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from app.domain.codes import clean
from app.domain.model import AdmissionId, Answer, Direction, Scan, ScanId
from app.domain.model import Station as Place
from app.flows.admit import Admit
from app.flows.undo import Undo
from app.ports import Clock, StoreError
from scanner.readers.contract import Reading

log = structlog.get_logger()

RECENT = 8
"""Answers that a touch may still refer to: a late one may have come in between."""
ONE_READING_S = 3.0
"""Two readings of one code within so many seconds at one station are one (docs/door.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a reading.

    Without an answer it is no verdict about the guest: `rivals` (several codes were shown at once) or `trouble` (a
    sentence: the scan could not be made). `again`: the same code within 3 s, nothing was scanned. `late`: somebody
    else was answered meanwhile. `seen_at` and `told_at` are monotonic seconds.
    """

    seen_at: float
    told_at: float
    answer: Answer | None = None
    rivals: int = 0
    trouble: str = ""
    again: bool = False
    late: bool = False


class Feedback(Protocol):
    """Screen, sound and light of a station. Called from any thread; must return at once and never raise."""

    def asking(self) -> None:
        """The platform is being asked about a code: the answer takes a moment."""
        ...

    def show(self, verdict: Verdict) -> None: ...


class Station:
    """Takes the readings of one place from any number of readers. Close it to let late answers end."""

    def __init__(
        self,
        place: Place,
        admit: Admit,
        undo: Undo,
        feedback: Feedback,
        clock: Clock,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.place = place
        self._admit = admit
        self._undo = undo
        self._feedback = feedback
        self._clock = clock
        self._seconds = seconds
        self._guard = _Guard(seconds)
        self._mutex = threading.Lock()
        self._turn = 0
        self._lookups = ThreadPoolExecutor(4, thread_name_prefix="lookup")

    def close(self) -> None:
        self._lookups.shutdown(wait=True, cancel_futures=True)

    def read(self, reading: Reading) -> None:
        """Scan a reading. Returns after the durable answer, or at once when the platform is asked first."""
        code = self._choose(reading)
        if code is None:
            self._tell(Verdict(seen_at=reading.seen_at, told_at=self._seconds(), rivals=1 + len(reading.rivals)))
            return
        entered, known = self._guard.enter(code)
        if entered:
            self._scan(self._new_scan(code, reading.scheme, 1), reading.seen_at)
        elif known is not None:
            self._feedback.show(replace(known, again=True, told_at=self._seconds()))

    def more(self, scan: str, heads: int) -> None:
        """Let more people of an admitted party in; once for each answer, and for the last few answers only."""
        known = self._guard.answered(scan)
        if known is not None and 0 < heads <= known.answer.left:
            self._guard.used(scan)
            again = self._new_scan(known.answer.code, known.scheme, heads, choice=known.answer.admission)
            self._scan(again, self._seconds())

    def choose(self, scan: str, admission: int) -> None:
        """Staff say which of several admissions of a code is meant."""
        known = self._guard.answered(scan)
        if known is not None and any(one.admission == admission for one in known.answer.choices):
            self._guard.used(scan)
            again = self._new_scan(known.answer.code, known.scheme, 1, choice=AdmissionId(admission))
            self._scan(again, self._seconds())

    def take_back(self, scan: str) -> None:
        """Undo an entry. What can't be taken back is told as trouble."""
        at = self._seconds()
        try:
            answer = self._undo(ScanId(scan), self.place, "")
        except StoreError as error:
            self._tell(self._failed(at, str(error)))
            return
        if isinstance(answer, Answer):
            self._guard.forget(answer.code)
            self._tell(Verdict(seen_at=at, told_at=self._seconds(), answer=answer))
        else:
            self._tell(self._failed(at, answer.value))

    def _choose(self, reading: Reading) -> str | None:
        """The cleaned code, empty when it can't be read; None when several that open something are equally near."""
        code = clean(reading.raw) or ""
        others = {other for raw in reading.rivals if (other := clean(raw)) and other != code}
        if not others:
            return code
        try:
            valid = [one for one in (code, *sorted(others)) if one and self._admit.knows(one)]
        except StoreError:
            return code
        return None if len(valid) > 1 else (valid or [code])[0]

    def _new_scan(self, code: str, scheme: str, heads: int, choice: AdmissionId | None = None) -> Scan:
        direction = self.place.direction
        heads = heads if direction is Direction.IN else 1
        return Scan(
            id=ScanId(secrets.token_hex(16)), code=code, scheme=scheme, at=self._clock(), heads=heads,
            direction=direction, choice=choice,
        )  # fmt: skip

    def _scan(self, scan: Scan, seen_at: float) -> None:
        turn = self._next_turn()
        try:
            answer = self._admit.at_once(scan, self.place)
        except Exception as error:
            self._give_up(scan, seen_at, error)
            return
        if answer is not None:
            self._answered(scan, seen_at, answer, turn)
            return
        self._feedback.asking()
        self._lookups.submit(self._look_up, scan, seen_at, turn)

    def _look_up(self, scan: Scan, seen_at: float, turn: int) -> None:
        try:
            answer = self._admit.finish(scan, self.place)
        except Exception as error:
            self._give_up(scan, seen_at, error)
        else:
            self._answered(scan, seen_at, answer, turn)

    def _answered(self, scan: Scan, seen_at: float, answer: Answer, turn: int) -> None:
        verdict = Verdict(seen_at=seen_at, told_at=self._seconds(), answer=answer, late=turn != self._turn)
        self._guard.keep(scan, answer, verdict)
        self._feedback.show(verdict)
        log.info("reading.answered", scan=scan.id, ms=round(1000 * (verdict.told_at - seen_at), 2), late=verdict.late)

    def _give_up(self, scan: Scan, seen_at: float, error: Exception) -> None:
        """Nothing was decided: the same code may be shown again at once."""
        self._guard.forget(scan.code)
        if isinstance(error, StoreError):
            log.error("scan.undecided", station=self.place.name, words=str(error))
        else:
            log.error("scan.failed", station=self.place.name, exc_info=error)
        self._tell(self._failed(seen_at, str(error) or type(error).__name__))

    def _failed(self, seen_at: float, words: str) -> Verdict:
        return Verdict(seen_at=seen_at, told_at=self._seconds(), trouble=words)

    def _tell(self, verdict: Verdict) -> None:
        self._next_turn()
        self._feedback.show(verdict)

    def _next_turn(self) -> int:
        with self._mutex:
            self._turn += 1
            return self._turn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """What a touch may refer to: the answer, and how its code was read."""

    answer: Answer
    scheme: str


class _Guard:
    """The codes of the last seconds, and what they were answered."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._mutex = threading.Lock()
        self._at: dict[str, float] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._recent: dict[str, _Answered] = {}

    def enter(self, code: str) -> tuple[bool, Verdict | None]:
        """Whether this is a new presentation; if not, the verdict of the first (None while it is being made)."""
        now = self._seconds()
        with self._mutex:
            self._sweep(now)
            new = code not in self._at
            self._at[code] = now
            return new, self._verdicts.get(code)

    def keep(self, scan: Scan, answer: Answer, verdict: Verdict) -> None:
        with self._mutex:
            self._recent[answer.scan] = _Answered(answer=answer, scheme=scan.scheme)
            while len(self._recent) > RECENT:
                del self._recent[next(iter(self._recent))]
            if scan.code in self._at:
                self._verdicts[scan.code] = verdict

    def forget(self, code: str) -> None:
        with self._mutex:
            self._at.pop(code, None)
            self._verdicts.pop(code, None)

    def answered(self, scan: str) -> _Answered | None:
        """The answer to one of the last scans, until something was made of it."""
        return self._recent.get(scan)

    def used(self, scan: str) -> None:
        with self._mutex:
            self._recent.pop(scan, None)

    def _sweep(self, now: float) -> None:
        for code in [code for code, at in self._at.items() if now - at >= ONE_READING_S]:
            del self._at[code]
            self._verdicts.pop(code, None)
