"""Pulling what the platform knows into the cache, page by page, without ever holding up a scan."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from app.domain.model import Event, EventId
from app.domain.outbox import AnswerKind
from app.flows.keep import Translated, keep, translate_all
from app.flows.lines import Line
from app.ports import Clock, Cursor, Notice, Notices, Page, Provider, ProviderError, Row, Saved, Store, StoreError, Tx

log = structlog.get_logger()

CHUNK = 250
"""Rows a transaction: a scan that comes during a poll waits for one chunk at most."""
PAST = timedelta(days=7)
AHEAD = timedelta(days=30)
BEFORE = timedelta(hours=12)
AFTER = timedelta(hours=3)
"""With `auto`, an event is open from so long before its start to so long after its end: last night's must not be open
when tonight's people come."""
A_NIGHT = timedelta(hours=12)
"""How long an event lasts that does not say when it ends."""

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events this hub keeps open by itself: named ones (platform ids or ours), or those around now."""

    auto: bool = True
    ids: frozenset[str] = frozenset()

    def wants(self, event: Event, now: datetime, always_on: bool = False) -> bool:
        """`always_on`: an event that does not say when it begins is on now."""
        if event.id in self.ids or event.ref in self.ids:
            return True
        if not self.auto or not event.active:
            return False
        if event.starts_at is None:
            return always_on
        ends = event.ends_at or event.starts_at + A_NIGHT
        return event.starts_at - BEFORE <= now <= ends + AFTER


@dataclass(slots=True, kw_only=True)
class PollReport:
    """What one pull of one resource brought."""

    event: EventId
    resource: str
    full: bool
    rows: int = 0
    saved: Saved = field(default_factory=Saved)
    unseen: int = 0
    failed: str = ""


class Poll:
    """Polls one account. One pull per event and resource at a time."""

    def __init__(
        self,
        store: Store,
        provider: Provider,
        line: Line,
        notices: Notices,
        clock: Clock,
        wanted: Wanted,
        full_every: timedelta = timedelta(hours=1),
    ) -> None:
        self._store = store
        self._provider = provider
        self._line = line
        self._notices = notices
        self._clock = clock
        self._wanted = wanted
        self._full_every = full_every
        self._busy: dict[tuple[EventId, str], threading.Lock] = {}

    def events(self) -> Sequence[Event]:
        """Ask which events there are, open those that are wanted now, and give those that are open."""
        now = self._clock()
        try:
            events = self._provider.events(now - PAST, now + AHEAD)
        except ProviderError as error:
            self._line.failed(error)
            raise
        self._line.heard()
        self._keep_events(events, now)
        return self.open()

    def reconsider(self) -> None:
        """Open and close what time has changed, on what we know: also while nobody answers."""
        now = self._clock()
        known = [one for one in self._store.open_events().values() if one.account == self._provider.account]
        if any(one.wanted != self._wants(one, now) for one in known):
            self._keep_events(known, now)

    def _keep_events(self, events: Sequence[Event], now: datetime) -> None:
        wanted = {one.id for one in events if self._wants(one, now)}
        self._store.run(lambda tx: tx.cache.save_events(events, wanted))

    def _wants(self, event: Event, now: datetime) -> bool:
        return self._wanted.wants(event, now, self._provider.capabilities.always_on)

    def open(self) -> Sequence[Event]:
        mine = [one for one in self._store.open_events().values() if one.account == self._provider.account]
        return sorted((one for one in mine if one.open), key=lambda one: one.id)

    def all(self, full: bool = False, progress: Progress | None = None) -> list[PollReport]:
        """Pull every resource of every open event."""
        return [
            self(event, resource, full=full, progress=progress)
            for event in self.open()
            for resource in self._provider.resources
        ]

    def __call__(self, event: Event, resource: str, full: bool = False, progress: Progress | None = None) -> PollReport:
        """Pull one resource of one event. A failure is in the report and in the cache's freshness, not raised."""
        with self._busy.setdefault((event.id, resource), threading.Lock()):
            started = self._clock()
            cursor = self._store.run(lambda tx: tx.cache.cursor(event.account, event.id, resource))
            full = full or self._due_full(resource, cursor, started)
            report = PollReport(event=event.id, resource=resource, full=full)
            pull = _Pull(event, resource, None if full else cursor, cursor, started)
            try:
                self._pull(pull, report, progress)
            except ProviderError as error:
                self._failed(event, resource, error, report)
            except StoreError as error:
                self._not_kept(event, resource, str(error), report)
            else:
                self._line.heard()
            self._tell(report)
            return report

    def _due_full(self, resource: str, cursor: Cursor | None, now: datetime) -> bool:
        if cursor is None or cursor.full_at is None:
            return True
        if cursor.created_to is None and cursor.updated_to is None and not cursor.mark:
            return True
        if resource in self._provider.capabilities.steady:
            return False
        return now - cursor.full_at >= self._full_every or now < cursor.full_at

    def _pull(self, pull: _Pull, report: PollReport, progress: Progress | None) -> None:
        pages = self._provider.pull(pull.event, pull.resource, pull.cursor)
        for chunk in _chunks(self._changed(pages, pull, report, progress)):
            saved = self._save(pull, chunk, last=chunk.last)
            report.full = pull.whole
            report.saved = _add(report.saved, saved[0])
            report.unseen += saved[1]

    def _changed(
        self, pages: Iterator[Page], pull: _Pull, report: PollReport, progress: Progress | None
    ) -> Iterator[_Chunk]:
        """Pages cut into chunks of rows that say something new."""
        for page in pages:
            pull.see(page)
            if page.platform_now is not None:
                self._line.drift = page.platform_now - page.asked_at
            report.rows += len(page.rows)
            if progress:
                progress(pull.resource, len(page.rows))
            refs = [row.ref for row in page.rows]
            held = self._store.views.digests(pull.event.account, pull.event.id, pull.resource, refs)
            fresh = [row for row in page.rows if held.get(row.ref) != row.digest]
            report.saved = _add(report.saved, Saved(unchanged=len(page.rows) - len(fresh)))
            if page.damaged:
                yield _Chunk(rows=[(_no_row(one.ref), one) for one in page.damaged], asked_at=page.asked_at)
            translated = translate_all(self._provider, pull.event, pull.resource, fresh)
            for at in range(0, len(translated), CHUNK):
                yield _Chunk(rows=translated[at : at + CHUNK], asked_at=page.asked_at)

    def _save(self, pull: _Pull, chunk: _Chunk, last: bool) -> tuple[Saved, int]:
        """One transaction: the chunk, and with the last one the cursor and the rows nobody saw."""
        event, resource = pull.event, pull.resource

        def work(tx: Tx) -> tuple[Saved, int]:
            saved = keep(tx, event, resource, chunk.rows, chunk.asked_at) if chunk.rows else Saved()
            unseen = 0
            if last:
                if pull.whole:
                    unseen = tx.cache.unseen(event.account, event.id, resource, pull.seen, pull.started)
                tx.cache.move_cursor(event.account, event.id, resource, pull.moved())
            return saved, unseen

        return self._store.bulk(work)

    def _failed(self, event: Event, resource: str, error: ProviderError, report: PollReport) -> None:
        report.failed = error.words or error.kind
        only_this = error.kind is AnswerKind.BARRED and error.status == 403
        if not only_this:  # a key may be refused on one endpoint and welcome on the others
            self._line.failed(error)
        now = self._clock()
        self._store.run(lambda tx: tx.cache.pull_failed(event.account, event.id, resource, report.failed, now))

    def _not_kept(self, event: Event, resource: str, words: str, report: PollReport) -> None:
        """The platform answered and the disk did not take it: that is no trouble of the line."""
        report.failed, now = words, self._clock()
        try:
            self._store.run(lambda tx: tx.cache.pull_failed(event.account, event.id, resource, words, now))
        except StoreError:
            log.error("poll.not_kept", resource=resource, words=words)

    def _tell(self, report: PollReport) -> None:
        log.info(
            "poll.done" if not report.failed else "poll.failed",
            event_id=report.event, resource=report.resource, full=report.full, rows=report.rows,
            changed=report.saved.new + report.saved.changed, damaged=report.saved.damaged, unseen=report.unseen,
            words=report.failed,
        )  # fmt: skip
        body = {"event": report.event, "resource": report.resource, "failed": bool(report.failed)}
        self._notices.tell(Notice(topic="freshness", body=body))


@dataclass(slots=True, kw_only=True)
class _Chunk:
    rows: Sequence[Translated]
    asked_at: datetime
    last: bool = False


class _Pull:
    """One pull under way: what it has seen so far. Stamps are the platform's, never ours."""

    def __init__(
        self, event: Event, resource: str, cursor: Cursor | None, before: Cursor | None, started: datetime
    ) -> None:
        self.event = event
        self.resource = resource
        self.cursor = cursor
        self.started = started
        self.seen: set[str] = set()
        self._before = before or Cursor()
        self._created = self._before.created_to
        self._updated = self._before.updated_to
        self._platform_now: datetime | None = None
        self._mark = self._before.mark
        self.whole = cursor is None
        """Has it brought everything there is?"""

    def see(self, page: Page) -> None:
        self._mark = page.mark or self._mark
        self.whole = self.whole or page.complete
        self._platform_now = self._platform_now or page.platform_now
        for row in page.rows:
            self.seen.add(row.ref)
            self._created = _later(self._created, row.created)
            self._updated = _later(self._updated, row.updated)

    def moved(self) -> Cursor:
        """Where the next delta starts; without any stamp from a row, the platform's own clock at the first page."""
        created, updated = self._created, self._updated
        fallback = self._platform_now if created is None and updated is None else None
        return replace(
            self._before,
            created_to=created or updated or fallback,
            updated_to=updated or created or fallback,
            full_at=self.started if self.whole else self._before.full_at,
            pulled_at=self.started,
            mark=self._mark,
        )


def _chunks(chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """The same chunks, the last one marked; an empty last one when there was none."""
    held: _Chunk | None = None
    for chunk in chunks:
        if held is not None:
            yield held
        held = chunk
    held = held or _Chunk(rows=(), asked_at=datetime.min)  # noqa: DTZ901 - no rows, so never compared
    held.last = True
    yield held


def _no_row(ref: str) -> Row:
    return Row(ref=ref, raw=b"", digest=0)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _add(one: Saved, other: Saved) -> Saved:
    return Saved(
        new=one.new + other.new,
        changed=one.changed + other.changed,
        unchanged=one.unchanged + other.unchanged,
        damaged=one.damaged + other.damaged,
    )
