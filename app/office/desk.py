"""Reports for a hub: one at a time, made in a thread of its own, kept a while for those who ask again or want files."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from app.domain.model import AccountId
from app.domain.takings import Asked, DoorTakings, Progress, Summary
from app.office.making import make
from app.office.report import Report
from app.office.spool import Spool, sweep
from app.office.unmade import Unmade
from app.office.writing import WRITERS, Target
from app.ports.around import Clock
from app.ports.office import Archive
from app.ports.reports import Busy, Failed

log = structlog.get_logger()

FRESH = timedelta(minutes=10)
"""How long a report is given out before it is made anew."""
HELD_S = 3.0
"""How long it waits to be fetched before another question may take its place: two who ask in turn both get theirs."""
DRAFTS = "draft-*"

Door = Callable[[Asked], Iterable[DoorTakings]]


@dataclass(slots=True)
class _Job:
    asked: Asked
    progress: Progress = field(default_factory=lambda: Progress(what="events", step=0, steps=1))
    report: Report | None = None
    failed: Unmade | None = None
    made_at: datetime | None = None
    held_until: float = 0.0
    """By the clock that only goes on (seconds); 0 once somebody was told."""
    ended: threading.Event = field(default_factory=threading.Event)
    using: threading.Lock = field(default_factory=threading.Lock)
    """Held by whoever reads the report's rows."""


class ReportDesk:
    """Implements `Reports`. `door` gives the sales of our own door; None where none are kept."""

    def __init__(
        self,
        archives: Mapping[AccountId, Archive],
        folder: Path,
        clock: Clock,
        pause: Callable[[float], None],
        door: Door | None = None,
    ) -> None:
        self._archives = archives
        self._folder = folder
        self._clock = clock
        self._pause = pause
        self._door = door
        self._mutex = threading.Lock()
        self._job: _Job | None = None
        self._tidy()

    @property
    def accounts(self) -> Sequence[AccountId]:
        return tuple(self._archives)

    def ask(
        self, asked: Asked, *, list_damaged: bool = False, again: bool = False
    ) -> Summary | Progress | Busy | Failed:
        """See the port."""
        with self._mutex:
            job = self._job
            if job is not None and not job.ended.is_set():
                return job.progress if job.asked == asked else Busy(asked=job.asked, progress=job.progress)
            if job is not None and job.asked == asked and not again and self._is_fresh(job):
                return self._told(job, list_damaged)
            if job is not None and not (self._is_free(job, asked) and self._put_away(job)):
                return Busy(asked=job.asked, progress=Progress(what="writing", step=1, steps=1))
            return self._begin(asked, again)

    def write(self, asked: Asked, form: str, *, list_damaged: bool = False) -> Path | None:
        """See the port."""
        if form not in WRITERS:
            raise ValueError(form)
        with self._mutex:
            job = self._job
            ready = job is not None and job.asked == asked and job.ended.is_set()
            if job is None or not ready or not isinstance(self._told(job, list_damaged), Summary):
                return None
        with job.using:
            with self._mutex:
                report = job.report if self._job is job else None
            return self._written(report, form) if report is not None else None

    def close(self) -> None:
        """Give the report up; one that is being collected goes on where it is when it is asked for again."""
        with self._mutex:
            if self._job is not None and self._job.ended.is_set():
                self._put_away(self._job)

    def _is_free(self, job: _Job, asked: Asked) -> bool:
        return job.asked == asked or time.monotonic() >= job.held_until

    def _is_fresh(self, job: _Job) -> bool:
        return job.failed is not None or (job.made_at is not None and self._clock() - job.made_at < FRESH)

    def _told(self, job: _Job, list_damaged: bool) -> Summary | Failed:
        """What became of it. A failure is told once: who asks again has it tried again."""
        job.held_until = 0.0
        error = job.failed
        if job.report is None or (error is not None and not error.damaged):
            self._put_away(job)
            error = error or Unmade("the hub has a problem of its own; it is in its log")
            return Failed(words=error.words, field=error.field)
        if error is not None and not list_damaged:
            return Failed(words=error.words, damaged=True)
        return job.report.summary()

    def _put_away(self, job: _Job) -> bool:
        """Make room for another; not while a file of it is being written."""
        if not job.using.acquire(blocking=False):
            return False
        if job.report is not None:
            job.report.spool.remove()
        job.using.release()
        self._job = None
        return True

    def _begin(self, asked: Asked, again: bool) -> Progress:
        job = self._job = _Job(asked)
        threading.Thread(target=self._work, args=(job, again), name="report", daemon=True).start()
        return job.progress

    def _work(self, job: _Job, again: bool) -> None:
        def watch(progress: Progress) -> None:
            job.progress = progress

        try:
            if again:
                self._forget(job.asked)
            door = self._door(job.asked) if self._door is not None else None
            job.report = make(job.asked, self._archives, self._folder, self._clock, watch, self._pause, door)
            job.report.summary()
            job.report.check()
        except Unmade as error:
            job.failed = error
        except Exception as error:
            log.error("report.failed", error=type(error).__name__, exc_info=error)
        finally:
            job.made_at, job.held_until = self._clock(), time.monotonic() + HELD_S
            job.ended.set()

    def _forget(self, asked: Asked) -> None:
        Spool.open(self._folder, asked, self._clock()).remove()

    def _written(self, report: Report, form: str) -> Path:
        target = Target(self._folder / f"draft-{secrets.token_hex(8)}.{form}")
        try:
            target.write(report)
        finally:
            target.drop()
        return target.path

    def _tidy(self) -> None:
        """What an earlier hub has left: files that nobody fetched, and rows of long ago."""
        if not self._folder.is_dir():
            return
        sweep(self._folder, self._clock())
        for path in [*self._folder.glob(DRAFTS), *self._folder.glob(f".{DRAFTS}")]:
            path.unlink(missing_ok=True)
