"""What a page may keep to decide without us: an event cut down to verdicts, and afterwards only what changed."""

from __future__ import annotations

import hashlib
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from app.domain.model import AdmissionId, Credential, EventId, short_name
from app.ports import KnownRow, Store

MANY_CHANGES = 20_000
"""From so many changes on the event is read anew."""
AT_ONCE = 1_000
"""Changes forgotten in one transaction."""
NAME_BYTES = 12
SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows as JSON arrays (docs/api.md): all there are when `whole`, else those that changed since `since`.

    `version` is what to ask with the next time. `gone` are admissions that were taken over by others.
    """

    version: str
    whole: bool
    salt: str
    total: int
    rows: list[bytes]
    gone: list[AdmissionId]


@dataclass(slots=True)
class _Sheet:
    """One event for one allowance: its rows, each with the number of the reading that changed it last."""

    salt: bytes
    mutex: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    change: int = -1
    rows: dict[AdmissionId, tuple[int, bytes]] = field(default_factory=dict)
    gone: dict[AdmissionId, int] = field(default_factory=dict)


class Snapshots:
    """Keeps what pages asked for in memory, and reads again only what changed, however many pages ask."""

    def __init__(self, store: Store, mark: str) -> None:
        """`mark` is this process's own: what another handed out is not continued here."""
        self._store = store
        self._mark = mark
        self._sheets: dict[tuple[EventId, str], _Sheet] = {}
        self._mutex = threading.Lock()

    def part(self, event: EventId, allowance: str, since: str) -> Part:
        """What changed since the version `since`; everything when that is not one of ours."""
        sheet = self._sheet(event, allowance)
        with sheet.mutex:
            self._refresh(sheet, event, allowance)
            number = self._number(since, sheet)
            return Part(
                version=f"{self._mark}.{sheet.number}",
                whole=number is None,
                salt=sheet.salt.hex(),
                total=len(sheet.rows),
                rows=[row for at, row in sheet.rows.values() if number is None or at > number],
                gone=[one for one, at in sheet.gone.items() if number is not None and at > number],
            )

    def _sheet(self, event: EventId, allowance: str) -> _Sheet:
        with self._mutex:
            if (event, allowance) not in self._sheets:
                known = self._store.open_events()
                kept = {key: sheet for key, sheet in self._sheets.items() if key[0] in known and known[key[0]].open}
                salt = hashlib.sha256(self._store.views.secret("snapshot") + event.encode()).digest()[:SALT_BYTES]
                self._sheets = {**kept, (event, allowance): _Sheet(salt)}
            return self._sheets[event, allowance]

    def _number(self, since: str, sheet: _Sheet) -> int | None:
        mark, _, number = since.partition(".")
        if mark != self._mark or not number.isdigit() or int(number) > sheet.number:
            return None
        return int(number)

    def _refresh(self, sheet: _Sheet, event: EventId, allowance: str) -> None:
        views = self._store.views
        if sheet.change < 0:
            sheet.change = views.last_change()
            self._write(sheet, views.known_rows(event, allowance), None)
            return
        if views.last_change() == sheet.change:
            return
        is_gap = views.oldest_change() > sheet.change + 1
        changed = views.changed(sheet.change, MANY_CHANGES)
        if is_gap or len(changed) == MANY_CHANGES:
            sheet.change = views.last_change()
            self._write(sheet, views.known_rows(event, allowance), None)
            return
        ids = {admission for _, admission in changed}
        self._write(sheet, views.known_rows(event, allowance, ids), ids & sheet.rows.keys())
        sheet.change = max(sheet.change, changed[-1][0])

    def _write(self, sheet: _Sheet, rows: Iterable[KnownRow], expected: set[AdmissionId] | None) -> None:
        """Take rows over; those of `expected` (None: all we have) that did not come are gone."""
        number, seen = sheet.number + 1, set()
        news = False
        for row in rows:
            text = _encoded(row, sheet.salt)
            seen.add(row.id)
            if sheet.rows.get(row.id, (0, b""))[1] != text:
                sheet.rows[row.id] = (number, text)
                sheet.gone.pop(row.id, None)
                news = True
        for one in (set(sheet.rows) if expected is None else expected) - seen:
            del sheet.rows[one]
            sheet.gone[one] = number
            news = True
        if news or sheet.number == 0:
            sheet.number = number


def forget_changes(store: Store) -> int:
    """Forget changes that no page asks for any more, a little at a time so that scans go on. Returns how many."""
    forgotten = 0
    while some := store.run(lambda tx: tx.house.forget_changes(MANY_CHANGES, AT_ONCE)):
        forgotten += some
    return forgotten


def name_of_code(salt: bytes, credential: Credential) -> str:
    """What stands for a code outside the house: its salted digest (scanner/pwa/src/domain/sha256.ts)."""
    digest = hashlib.sha256(salt + f"{credential.scheme}:{credential.value}".encode()).digest()
    return urlsafe_b64encode(digest[:NAME_BYTES]).decode()


_encode: Callable[[object], bytes] = msgspec.json.Encoder().encode


def _encoded(row: KnownRow, salt: bytes) -> bytes:
    """The order is that of `Row` in scanner/pwa/src/keep/snapshot.ts."""
    first = row.first_entry
    return _encode(
        (
            row.id, tuple(name_of_code(salt, one) for one in row.credentials), row.kind, row.standing, row.word,
            row.rate, short_name(row.name), row.limit, row.entered, _seconds(row.opens_at), _seconds(row.closes_at),
            _seconds(first.at) if first else None, first.station if first else "",
        )
    )  # fmt: skip


def _seconds(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at is not None else None
