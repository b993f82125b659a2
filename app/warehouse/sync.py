"""Filling a warehouse: everything once, then what changed; only rows that differ are written."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from app.domain.outbox import AnswerKind
from app.ports import Clock, ProviderError
from app.ports.office import Archive, Sheaf, Slice
from app.warehouse import values
from app.warehouse.rows import Reader, Values, updated
from app.warehouse.schema import EVENTS, TABLES, Table
from app.warehouse.target import Mark, Scope, Target

log = structlog.get_logger()

WHOLE = ("events", "passes")
"""Collections that can't be asked for what changed: every run reads them from the first row to the last."""
LOOKBACK = {
    "bookings": timedelta(days=35), "payments": timedelta(days=14), "refunds": timedelta(days=14),
    "wallet-movements": timedelta(days=14),
}  # fmt: skip
"""Collections of which it is not documented what their dates are: read again so far back."""
CONFIRMATIONS = 3
"""Readings that may be spent on making sure that rows are gone, and did not only move between two pages."""
TRIES = 6
LONGEST_WAIT = timedelta(seconds=60)

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to go about it. `full_every`: how old a complete pass may be; None for never again."""

    full: bool = False
    overlap: timedelta = timedelta(minutes=2)
    full_every: timedelta | None = timedelta(days=7)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of one collection, in rows. `skipped`: the key may not read it; `failed`: it could not be read."""

    account: str
    table: str
    read: int = 0
    written: int = 0
    deleted: int = 0
    damaged: int = 0
    skipped: str = ""
    failed: str = ""


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One reading of a scope. `pending`: rows of its latest page, not written yet. `seen`: hashes of ids."""

    began: str | None = None
    newest: str | None = None
    pending: list[Values] = field(default_factory=list)
    written: int = 0
    seen: set[int] = field(default_factory=set)


class Sync:
    """Brings the rows of one account into a target. Run by one thread at a time."""

    def __init__(
        self,
        archive: Archive,
        target: Target,
        reader: Reader,
        clock: Clock,
        plan: Plan,
        *,
        progress: Progress = lambda _table, _rows: None,
        sleep: Callable[[float], object],
    ) -> None:
        self._archive = archive
        self._target = target
        self._reader = reader
        self._clock = clock
        self._plan = plan
        self._progress = progress
        self._sleep = sleep
        self._marks: Mapping[tuple[str, str], Mark] = {}

    def __call__(self) -> list[Tally]:
        """One run over every collection; a collection that fails keeps no other from being read."""
        self._marks = self._target.marks(self._archive.account)
        told: list[Tally] = []
        cut_off = ""
        for table in TABLES:
            tally = Tally(account=self._archive.account, table=table.name, failed=cut_off)
            told.append(tally)
            if not cut_off:
                cut_off = self._collection(table, tally)
        return told

    def one(self, scope: Scope) -> Tally:
        """One run over one scope alone."""
        self._marks = self._target.marks(scope.account)
        tally = Tally(account=scope.account, table=scope.table.name)
        self._scope(scope, tally)
        return tally

    def _collection(self, table: Table, tally: Tally) -> str:
        """Read one collection; returns why no other need be asked, or nothing."""
        try:
            for event in self._events(table):
                self._scope(Scope(account=self._archive.account, table=table, event=event), tally)
        except ProviderError as error:
            words = error.words or str(error.kind)
            if error.status in {403, 404}:
                tally.skipped = f"this key may not read it ({error.status})" if error.status == 403 else words
                return ""
            tally.failed = words
            log.info("warehouse.unread", account=tally.account, table=table.name, words=words)
            return words if error.unreachable or error.status == 401 else ""
        return ""

    def _events(self, table: Table) -> list[str]:
        if not table.per_event:
            return [""]
        return sorted(self._target.live(Scope(account=self._archive.account, table=EVENTS)))

    def _scope(self, scope: Scope, tally: Tally) -> None:
        mark = self._marks.get((scope.table.resource, scope.event), Mark())
        due = self._due(mark)
        if due or mark.updated_to is None or scope.table.resource in WHOLE:
            self._complete(scope, mark, due, tally)
        else:
            self._delta(scope, mark, tally)

    def _due(self, mark: Mark) -> bool:
        """Is a complete pass wanted: by whoever runs this, since none ended yet, or since the last is too old?"""
        last = values.moment(mark.complete_at) if mark.complete_at else None
        if self._plan.full or last is None or mark.offset_rows:
            return True
        return self._plan.full_every is not None and self._clock() - last >= self._plan.full_every

    def _delta(self, scope: Scope, mark: Mark, tally: Tally) -> None:
        """What changed since, and a little of what was before; the cursor moves with the rows of the last page."""
        since = values.moment(mark.updated_to)
        resource = scope.table.resource
        start = since - self._plan.overlap - LOOKBACK.get(resource, timedelta(0)) if since else None
        wanted = Slice(resource=resource, event_ref=scope.event, start=start, date_field="updated_at")
        reading = self._read(scope, wanted, tally, None)
        if reading.written:
            to = max(mark.updated_to or "", _up_to(reading, None))
            self._flush(scope, reading, replace(mark, updated_to=to))

    def _complete(self, scope: Scope, mark: Mark, due: bool, tally: Tally) -> None:
        """Every row; one that was cut short is gone on with where it stood. What no reading brings is marked."""
        wanted = Slice(resource=scope.table.resource, event_ref=scope.event, offset=mark.offset_rows)
        reading = self._read(scope, wanted, tally, mark)
        gone = self._missing(scope, reading)
        began = mark.began_at if mark.offset_rows else None
        if gone:
            self._flush(scope, reading, None)
            gone = self._confirmed(scope, gone, reading, tally)
        tally.deleted += len(gone)
        if due or gone or reading.written:
            complete = self._now() if due else mark.complete_at
            self._flush(scope, reading, Mark(updated_to=_up_to(reading, began), complete_at=complete), sorted(gone))

    def _missing(self, scope: Scope, reading: _Reading) -> set[str]:
        return {ref for ref in self._target.live(scope) if hash(ref) not in reading.seen}

    def _confirmed(self, scope: Scope, gone: set[str], reading: _Reading, tally: Tally) -> set[str]:
        """Of rows that a reading missed, those that the next one, from the first row on, misses as well."""
        for _ in range(CONFIRMATIONS):
            again = self._read(scope, Slice(resource=scope.table.resource, event_ref=scope.event), tally, None)
            self._flush(scope, again, None)
            reading.newest = max(filter(None, (reading.newest, again.newest)), default=None)
            still = {ref for ref in gone if hash(ref) not in again.seen}
            if len(still) == len(gone):
                return gone
            gone = still
        log.info("warehouse.restless", table=scope.table.name, night=scope.event, rows=len(gone))
        return set()

    def _read(self, scope: Scope, wanted: Slice, tally: Tally, mark: Mark | None) -> _Reading:
        """Page by page; each is written, with how far we are where there is a `mark`, when the next one is here."""
        reading = _Reading()
        offset = wanted.offset
        for sheaf in self._pages(wanted):
            began = values.stamp(sheaf.platform_now or sheaf.asked_at)
            reading.began = reading.began or began
            if reading.pending:
                cut = mark and replace(
                    mark, offset_rows=offset, began_at=mark.began_at if mark.offset_rows else reading.began
                )
                self._flush(scope, reading, cut if offset else None)
            self._page(scope, sheaf, reading, tally)
            offset = sheaf.next_offset
        return reading

    def _page(self, scope: Scope, sheaf: Sheaf, reading: _Reading, tally: Tally) -> None:
        """Those rows of a page that differ from what is there; of a row that came twice, the later."""
        sent = {one.id: one for one in (self._reader.sent(scope.table, raw) for raw in sheaf.rows)}
        known = self._target.digests(scope, list(sent))
        changed = [one for one in sent.values() if known.get(one.id) != one.digest]
        now = self._now()
        reading.pending = [self._reader.typed(scope.table, scope.event, one, now) for one in changed]
        reading.written += len(changed)
        reading.seen.update(map(hash, sent))
        stamps = updated([one.updated_at for one in sent.values()])
        reading.newest = max(filter(None, (reading.newest, stamps)), default=None)
        tally.read += len(sheaf.rows)
        tally.written += len(changed)
        tally.damaged += sum(1 for row in reading.pending if row[-3])
        self._progress(scope.table.name, len(sheaf.rows))

    def _flush(self, scope: Scope, reading: _Reading, mark: Mark | None, gone: list[str] | None = None) -> None:
        """Write the pending rows, marks of deletion and the cursor: all or nothing."""
        if not (reading.pending or gone or mark):
            return
        with self._target.transaction():
            self._target.upsert(scope.table, reading.pending)
            if gone:
                self._target.mark_deleted(scope, gone, self._now())
            if mark is not None:
                self._target.save_mark(scope, mark)
        reading.pending = []

    def _pages(self, wanted: Slice) -> Iterator[Sheaf]:
        """The archive's pages; while the platform is busy, asked again where they ended."""
        tries = 0
        while True:
            try:
                for sheaf in self._archive.pages(wanted):
                    yield sheaf
                    tries, wanted = 0, replace(wanted, offset=sheaf.next_offset)
                return
            except ProviderError as error:
                tries += 1
                if error.kind is not AnswerKind.BUSY or tries == TRIES:
                    raise
                self._sleep(_wait(tries, error))

    def _now(self) -> str:
        return values.stamp(self._clock())


def _wait(tries: int, error: ProviderError) -> float:
    """Seconds: what the platform asks for, or ever longer; never all clients at once."""
    asked = error.retry_after.total_seconds() if error.retry_after else 0.0
    longest = LONGEST_WAIT.total_seconds()
    return min(max(asked, 2.0 ** (tries - 1)), longest) * (1 + random.random() / 4)  # noqa: S311 - to part those who wait


def _up_to(reading: _Reading, began: str | None) -> str:
    """Up to when everything has been read: the newest stamp, but nothing after the first page was asked for."""
    begun = began or reading.began or ""
    return min(reading.newest or begun, begun)
