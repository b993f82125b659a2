"""From rows as they were sent to tables that can be summed, joined and put in order: always anew, in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.domain.model import AccountId
from app.domain.takings import Asked, DoorTakings, Movement, Payment, Progress, Refund, Unread
from app.office.collecting import COLLECTED, Watch
from app.office.reading import Reader, night, tickets
from app.office.spool import Spool, decoded
from app.ports.office import Archive

AT_ONCE = 1000
TABLES = """
DROP TABLE IF EXISTS nights; DROP TABLE IF EXISTS payments; DROP TABLE IF EXISTS refunds; DROP TABLE IF EXISTS door;
DROP TABLE IF EXISTS covered; DROP TABLE IF EXISTS movements; DROP TABLE IF EXISTS unread;
DROP TABLE IF EXISTS conventions;
CREATE TABLE nights (account TEXT, ref TEXT, name TEXT, at REAL, day TEXT);
CREATE TABLE payments (
    n INTEGER PRIMARY KEY, account TEXT, ref TEXT, event TEXT, event_name TEXT, at REAL, day TEXT, method TEXT,
    sale_type TEXT, status TEXT, minor INTEGER, currency TEXT, counts INTEGER
);
CREATE TABLE refunds (
    n INTEGER PRIMARY KEY, account TEXT, ref TEXT, payment TEXT, event TEXT, event_name TEXT, at REAL, day TEXT,
    reason TEXT, minor INTEGER, currency TEXT, ticket TEXT, found INTEGER
);
CREATE TABLE covered (account TEXT, ticket TEXT, n INTEGER, PRIMARY KEY (account, ticket)) WITHOUT ROWID;
CREATE TABLE movements (
    n INTEGER PRIMARY KEY, account TEXT, ref TEXT, at REAL, day TEXT, kind TEXT, note TEXT, minor INTEGER,
    currency TEXT, balance INTEGER, balance_currency TEXT
);
CREATE TABLE unread (n INTEGER PRIMARY KEY, account TEXT, resource TEXT, ref TEXT, field TEXT, why TEXT);
CREATE TABLE conventions (account TEXT, resource TEXT, amounts TEXT, rows INTEGER);
CREATE TABLE door (
    n INTEGER PRIMARY KEY, account TEXT, event TEXT, event_name TEXT, tender TEXT, count INTEGER, minor INTEGER,
    currency TEXT, payment TEXT
);
"""
FINISHED = """
CREATE INDEX payments_ref ON payments (account, ref);
UPDATE refunds SET found = (SELECT n FROM payments p WHERE p.account = refunds.account AND p.ref = refunds.payment)
    WHERE payment != '';
UPDATE refunds SET found = (SELECT n FROM covered c WHERE c.account = refunds.account AND c.ticket = refunds.ticket)
    WHERE payment = '' AND ticket != '';
CREATE INDEX payments_at ON payments (at, n);
CREATE INDEX refunds_at ON refunds (at, n);
CREATE INDEX movements_at ON movements (at, n);
"""

Values = tuple[object, ...]


class Filler:
    def __init__(self, spool: Spool, asked: Asked, archives: Mapping[AccountId, Archive], watch: Watch) -> None:
        self._spool = spool
        self._asked = asked
        self._archives = archives
        self._watch = watch
        self._conventions: Counter[tuple[str, str, str]] = Counter()

    def __call__(self, door: Iterable[DoorTakings]) -> None:
        """Reads every row that was collected. What an earlier, unfinished reading left is dropped."""
        self._conventions.clear()
        with self._spool.changing():
            _each(self._spool, TABLES)
            for account in self._asked.accounts:
                self._account(account)
            self._put("conventions", ((*key, rows) for key, rows in self._conventions.items()))
            self._put("door", ((None, *_door(one)) for one in door))
            _each(self._spool, FINISHED)

    def _account(self, account: AccountId) -> None:
        names = {self._asked.event: self._asked.event_name} if self._asked.event_name else {}
        for _, row in self._rows(account, "events"):
            found = night(self._asked, self._archives[account], row)
            if found is not None:
                names.setdefault(found.ref, found.name)
                at = found.at.timestamp() if found.at else None
                wanted = found.day is not None and self._asked.event in ("", found.ref)
                values = (account, found.ref, found.name, at, found.day.isoformat() if found.day else None)
                self._put("nights", [values] if wanted else [])
        reader = Reader(self._asked, self._archives[account], names)
        for resource in COLLECTED[1:]:
            self._resource(account, resource, reader)

    def _resource(self, account: AccountId, resource: str, reader: Reader) -> None:
        batches: dict[str, list[Values]] = {}
        for number, row in self._rows(account, resource):
            said = reader.read(resource, number, row)
            if said is None:
                continue
            for table, values in _values(number, said, tickets(row or {})):
                batches.setdefault(table, []).append(values)
            if row is not None and not isinstance(said, Unread):
                self._conventions[account, resource, reader.convention(resource, row)] += 1
            if number % AT_ONCE == 0:
                self._flush(batches)
        self._flush(batches)

    def _flush(self, batches: dict[str, list[Values]]) -> None:
        for table, rows in batches.items():
            self._put(table, rows)
        batches.clear()

    def _put(self, table: str, rows: Iterable[Values]) -> None:
        for values in rows:
            marks = ", ".join("?" * len(values))
            verb = "INSERT OR IGNORE INTO" if table == "covered" else "INSERT INTO"
            self._spool.base.execute(f"{verb} {table} VALUES ({marks})", values)  # names of ours

    def _rows(self, account: AccountId, resource: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
        wanted = "SELECT n, body FROM raw WHERE account = ? AND resource = ? AND n > ? ORDER BY n LIMIT ?"
        last, of, done = 0, self._spool.count(), 0
        while rows := self._spool.base.execute(wanted, (account, resource, last, AT_ONCE)).fetchall():
            for last, body in rows:
                yield last, decoded(body)
            done = int(self._spool.base.execute("SELECT count(*) FROM raw WHERE n <= ?", (last,)).fetchone()[0])
            steps = len(self._asked.accounts) * len(COLLECTED) + 2
            self._watch(Progress(what="reading", step=steps - 1, steps=steps, done=done, of=of))


def _each(spool: Spool, statements: str) -> None:
    """Without the commit that `executescript` makes."""
    for one in statements.split(";"):
        spool.base.execute(one)


def _values(n: int, said: Payment | Refund | Movement | Unread, covers: list[str]) -> Iterator[tuple[str, Values]]:
    match said:
        case Payment():
            yield "payments", (
                n, said.account, said.ref, said.event, said.event_name, said.at.timestamp(), said.day.isoformat(),
                said.method, said.sale_type, said.status, said.amount.minor, said.amount.currency, said.counts,
            )  # fmt: skip
            for ticket in covers:
                yield "covered", (said.account, ticket, n)
        case Refund():
            yield "refunds", (
                n, said.account, said.ref, said.payment, said.event, said.event_name, said.at.timestamp(),
                said.day.isoformat(), said.reason, said.amount.minor, said.amount.currency,
                covers[0] if covers else "", None,
            )  # fmt: skip
        case Movement():
            balance = said.balance
            yield "movements", (
                n, said.account, said.ref, said.at.timestamp(), said.day.isoformat(), said.kind, said.note,
                said.amount.minor, said.amount.currency, balance.minor if balance else None,
                balance.currency if balance else None,
            )  # fmt: skip
        case Unread():
            yield "unread", (n, said.account, said.resource, said.ref, said.field, said.why)


def _door(one: DoorTakings) -> Values:
    return (
        one.account, one.event, one.event_name, one.tender, one.count, one.amount.minor, one.amount.currency,
        one.payment_ref,
    )  # fmt: skip
