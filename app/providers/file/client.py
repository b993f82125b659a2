"""The two files of an account: who is in them now, and one entry more."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from app.domain.outbox import AnswerKind
from app.ports import Clock, Damaged, ProviderError
from app.providers.file import disk, excel, guests, headers, results, text
from app.providers.file.account import FileAccount
from app.providers.file.guests import Guest, Guests
from app.providers.file.results import Book, Entry
from app.providers.file.translate import Told
from app.providers.file.watched import Held, Watched, digest_of

log = structlog.get_logger()

GONE_FOR = timedelta(seconds=10)
"""Entries that were there and are not: somebody is saving them, unless that lasts so long."""


@dataclass(frozen=True, slots=True)
class Count:
    """Heads inside on one guest's row, and when the last of them came."""

    inside: int = 0
    last_at: datetime | None = None


NOBODY = Count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Both files at one moment. `mark` stays the same as long as nobody but us changes one of them."""

    guests: Guests
    mark: str
    digests: tuple[str, str] = ("", "")
    counts: Mapping[str, Count] = field(default_factory=dict)
    scans: frozenset[tuple[str, bool]] = frozenset()
    damaged: Sequence[Damaged] = ()

    def count(self, ref: str) -> Count:
        return self.counts.get(ref, NOBODY)

    def told(self, guest: Guest) -> Told:
        count = self.count(guest.ref)
        return Told(guest=guest, inside=count.inside, last_at=count.last_at)


class Client:
    """Reads and writes the files of one account. Thread-safe; every failure is a `ProviderError`."""

    def __init__(self, settings: FileAccount, clock: Clock, timer: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._timer = timer
        self._one = threading.RLock()
        self._guests = Watched(settings.guests_file, self._read_guests)
        self._results = Watched(settings.results_file, lambda data, _: results.read(data, settings.results_file.name))
        self._foreign = ""
        """The entries as another hand left them last; our own do not change it."""
        self._gone_at: float | None = None
        self._now: Now | None = None

    @property
    def hands(self) -> threading.RLock:
        """Held while something is decided on what the files say."""
        return self._one

    def check_there(self) -> None:
        """Is there a file of guests? Reads nothing."""
        if disk.state(self._settings.guests_file) is None:
            raise disk.busy(self._settings.guests_file, "is not there")

    def check_writable(self) -> None:
        """Could an entry be written?"""
        path = self._settings.results_file
        disk.check_unlocked(path)
        disk.check_folder(path)

    def now(self) -> Now:
        """Both files as they are now."""
        with self._one:
            book = self._entries()
            seen = self._guests.now()
            digests = (seen.digest, book.digest)
            if self._now is None or self._now.digests != digests:
                self._now = _tallied(seen.value, book.value, self._settings)
            self._now = replace(self._now, digests=digests, mark=f"{seen.digest}.{self._foreign}")
            return self._now

    def enter(self, guest: Guest, entry: Entry) -> None:
        """Write one entry more. When this returns, a power cut takes it away no more."""
        with self._one:
            now, held = self.now(), self._entries()
            path = self._settings.results_file
            disk.check_unlocked(path)
            try:
                book = self._with(held.value, entry)
                if held.state != disk.state(path):
                    raise disk.busy(path, "is just being written")
                disk.replace(path, book.data)
            except OSError as error:
                raise disk.trouble(path, error) from None
            digest = digest_of(book.data)
            self._results.held = Held(value=book, digest=digest, state=disk.state(path))
            whole = len(book.entries) == len(held.value.entries) + 1  # else a line that was torn off is one again
            self._now = _with(now, guest, entry, self._settings, digest) if whole else None

    def _with(self, book: Book, entry: Entry) -> Book:
        if book.sound:
            return results.appended(book, entry)
        if book.data:
            self._keep_aside(book)
        return results.afresh([*book.entries, entry], self._guests.now().value.delimiter)

    def _entries(self) -> Held[Book]:
        """The entries as they are now. A file that has only just gone is being saved by somebody."""
        path, before = self._settings.results_file, self._results.held
        state = disk.state(path)
        if state is None or state.size == 0:
            now = self._none(before, state)
        else:
            self._gone_at = None
            now = self._results.now()
        if before is None or before.digest != now.digest:
            self._foreign = now.digest
            now = replace(now, value=self._mended(before.value, now.value)) if before else now
        self._results.held = now
        return now

    def _none(self, before: Held[Book] | None, state: disk.State | None) -> Held[Book]:
        if before is not None and before.value.entries:
            self._gone_at = self._timer() if self._gone_at is None else self._gone_at
            if self._timer() - self._gone_at < GONE_FOR.total_seconds():
                raise disk.busy(self._settings.results_file, "was there and is gone (is it being saved?)")
        return Held(value=Book(), digest="", state=state)

    def _mended(self, before: Book, book: Book) -> Book:
        """What another hand left, with a line that it tore off made whole again from what we knew.

        Lines that it took away, on purpose or with an old copy that it had open, are kept aside.
        """
        lost = results.lost(before, book)
        whole = results.whole(book.torn, lost) if book.torn else None
        if [one for one in lost if one is not whole]:
            log.warning("file.entries_gone", account=self._settings.account, lines=len(lost))
            with contextlib.suppress(OSError):
                self._keep_aside(before)
        if whole is None:
            return book
        return replace(book, entries=[whole if one is book.torn else one for one in book.entries], sound=False)

    def _keep_aside(self, book: Book) -> None:
        stamp = self._clock().astimezone(self._settings.zone).strftime("%Y%m%dT%H%M%S")
        disk.keep_aside(self._settings.results_file, book.data, stamp)

    def _read_guests(self, data: bytes, young: bool) -> Guests:
        path = self._settings.guests_file
        if not data.strip():
            raise disk.busy(path, "is empty (is it being saved?)")
        if data.startswith(excel.MAGIC):
            return guests.read(excel.records(data, path.name, self._settings.sheet, headers.score), path.name)
        if data.startswith(excel.OLD_MAGIC) or path.suffix.lower() == ".xlsx":
            words = f"{path.name} is no .xlsx file, or has a password; save it again as .xlsx without one"
            raise ProviderError(AnswerKind.BROKEN, words)
        rows = text.lines(text.decoded(data).text)
        delimiter, start = text.separator(rows, headers.score)
        if young and text.torn(rows, delimiter):
            raise disk.busy(path, "is only half there (is it being saved?)")
        made = guests.read(text.records(rows, delimiter, start), path.name)
        made.delimiter = "," if delimiter == text.NO_DELIMITER else delimiter
        return made


def _tallied(known: Guests, book: Book, settings: FileAccount) -> Now:
    """Who is inside, by every line there is."""
    inside: dict[str, int] = {}
    last: dict[str, datetime | None] = {}
    scans: set[tuple[str, bool]] = set()
    for entry in book.entries:
        at = entry.when(settings.zone)
        if entry.scan:
            scans.add(entry.key)
        ref = known.of(entry.code, entry.name)
        if ref is not None:
            inside[ref] = inside.get(ref, 0) + entry.heads
            last[ref] = _later(last.get(ref), at if entry.heads > 0 else None)
    counts = {ref: Count(heads, last[ref]) for ref, heads in inside.items() if heads > 0}
    return Now(guests=known, mark="", counts=counts, scans=frozenset(scans), damaged=book.damaged)


def _with(now: Now, guest: Guest, entry: Entry, settings: FileAccount, digest: str) -> Now:
    """The same, with one entry more."""
    before, at = now.count(guest.ref), entry.when(settings.zone)
    count = Count(before.inside + entry.heads, _later(before.last_at, at if entry.heads > 0 else None))
    return replace(
        now,
        counts={**now.counts, guest.ref: count},
        scans=now.scans | {entry.key},
        digests=(now.digests[0], digest),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)
