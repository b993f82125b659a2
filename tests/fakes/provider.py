"""A platform in memory that speaks the port: it counts, refuses and forgets like a real one, and does as it is told."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.model import Admission, Allowance, Credential, Event, Kind, Standing
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.ports import Capabilities, Cursor, Damaged, Found, Page, ProviderError, Row
from tests.fakes.clock import FakeClock
from tests.fakes.night import ACCOUNT, admission, event

ACCEPTED = Receipt(kind=AnswerKind.ACCEPTED)
REFUSED = Receipt(kind=AnswerKind.REFUSED, words="not possible")
BUSY = Receipt(kind=AnswerKind.BUSY, words="try later")
NO_ROUTE = Receipt(kind=AnswerKind.BUSY, words="no route", unreachable=True)
BARRED = Receipt(kind=AnswerKind.BARRED, words="bad key")
BROKEN = Receipt(kind=AnswerKind.BROKEN, words="a teapot")
NO_LINE = ProviderError(AnswerKind.BUSY, "no route", unreachable=True)
FORBIDDEN = ProviderError(AnswerKind.BARRED, "not for this key", status=403)
BAD_KEY = ProviderError(AnswerKind.BARRED, "bad key", status=401)

GUARDING = Capabilities(delta=True, undo=True, self_guarding=frozenset({Kind.TICKET}))
"""A platform that refuses a repeated single entry itself."""

Script = Receipt | str | Exception | Callable[[], object]
"""An answer to give; `lost`: counted but the answer is lost; `cut`: neither; an exception; or something to do first."""


@dataclass(slots=True)
class Ticket:
    ref: str
    code: str
    limit: int = 1
    count: int = 0
    standing: Standing = Standing.GOOD
    last_at: datetime | None = None

    def row(self, stamp: datetime | None = None) -> Row:
        """As the platform sends it; with the stamp of its last change."""
        fields = {"code": self.code, "limit": self.limit, "count": self.count, "standing": self.standing}
        raw = json.dumps(fields).encode()
        return Row(ref=self.ref, raw=raw, digest=hash(raw), created=stamp, updated=stamp)


@dataclass
class FakeProvider:
    clock: FakeClock
    account = ACCOUNT
    name = "fake"
    resources: tuple[str, ...] = ("tickets",)
    capabilities: Capabilities = GUARDING
    tells_time: bool = True
    tickets: dict[str, Ticket] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    """What was asked, in order: ("push", ref), ("look", ref), ("find", code), ("pull", resource), ("ping", "")."""
    pushed: list[Call] = field(default_factory=list)
    cursors: list[Cursor | None] = field(default_factory=list)
    on: list[Event] = field(default_factory=lambda: [event()])
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Code -> platform's id of another event that it is for."""
    push_script: defaultdict[str, deque[Script]] = field(default_factory=lambda: defaultdict(deque))
    look_script: defaultdict[str, deque[Script]] = field(default_factory=lambda: defaultdict(deque))
    pages: Callable[[str, Cursor | None], Iterator[Page]] | None = None
    searches: list[tuple[timedelta, str | None]] = field(default_factory=list)
    """The budget and the witness of each lookup."""
    search_takes: timedelta = timedelta(0)
    unreadable: set[str] = field(default_factory=set)
    """Ids of rows that the translator can't read."""
    down: ProviderError | None = None
    """While set, nothing else is answered."""

    def sells(self, code: str, limit: int = 1, **changes: object) -> Admission:
        """A ticket exists at the platform. Returns it as a translator would make it."""
        self.tickets[f"tk-{code}"] = Ticket(f"tk-{code}", code, limit, **changes)  # type: ignore[arg-type]
        return admission(code, limit)

    def count(self, code: str) -> int:
        return self.tickets[f"tk-{code}"].count

    def asked(self, verb: str) -> int:
        return sum(one == verb for one, _ in self.log)

    # the port

    def ping(self) -> timedelta | None:
        self._ask("ping", "")
        return None

    def allowed(self) -> Mapping[str, str]:
        return dict.fromkeys(self.resources, "")

    def events(self, start: datetime, end: datetime) -> Sequence[Event]:
        self._ask("events", "")
        return self.on

    def pull(self, event: Event, resource: str, cursor: Cursor | None) -> Iterator[Page]:
        self._ask("pull", resource)
        self.cursors.append(cursor)
        if self.pages is not None:
            yield from self.pages(resource, cursor)
            return
        yield Page(rows=[one.row() for one in self.tickets.values()], asked_at=self.clock(), platform_now=self.clock())

    def translate(self, event: Event, resource: str, row: Row) -> Admission | Damaged:
        fields = json.loads(row.raw)
        if "code" not in fields or row.ref in self.unreadable:
            return Damaged(ref=row.ref, raw=row.raw, why="no code")
        return admission(
            fields["code"], account=event.account, event=event.id, resource=resource, ref=row.ref,
            standing=Standing(fields["standing"]),
            credentials=(Credential(value=fields["code"]),), changed_at=row.updated,
            allowances=(Allowance(limit=fields["limit"], confirmed=fields["count"]),),
        )  # fmt: skip

    def find(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        code = credential.value
        self.searches.append((budget, witness))
        self.clock.sleep(seconds=self.search_takes.total_seconds())
        self._ask("find", code)
        ticket = next((one for one in self.tickets.values() if one.code == code), None)
        if ticket is None:
            return ()
        ref = self.elsewhere.get(code, event.ref)
        return (Found(event_ref=ref, resource="tickets", row=ticket.row(), asked_at=self.clock()),)

    def push(self, call: Call) -> Receipt:
        self.log.append(("push", call.ref))
        self.pushed.append(call)
        script = self.push_script.get(call.ref)
        told = script.popleft() if script else None
        if callable(told):
            told()
            told = None
        if isinstance(told, Exception):
            raise told
        if isinstance(told, Receipt):
            return told
        if self.down is not None:
            return self.down.receipt()
        answer = self._count(call) if told != "cut" else None
        return answer if told is None and answer is not None else Receipt(kind=AnswerKind.DOUBTFUL, words="cut")

    def look(self, call: Call) -> Sighting:
        script = self.look_script.get(call.ref)
        told = script.popleft() if script else None
        if callable(told):
            told()
        self._ask("look", call.ref)
        if isinstance(told, Exception):
            raise told
        ticket = self.tickets.get(call.ref)
        if ticket is None:
            return Sighting(found=False)
        last_at = ticket.last_at if self.tells_time else None
        return Sighting(found=True, standing=ticket.standing, limit=ticket.limit, count=ticket.count, last_at=last_at)

    def close(self) -> None:
        return

    def _ask(self, verb: str, about: str) -> None:
        self.log.append((verb, about))
        if self.down is not None:
            raise self.down

    def _count(self, call: Call) -> Receipt:
        ticket = self.tickets.get(call.ref)
        if ticket is None or ticket.standing is not Standing.GOOD:
            return REFUSED
        if not 0 <= ticket.count + call.heads <= ticket.limit:
            return REFUSED
        ticket.count += call.heads
        ticket.last_at = call.at if call.heads > 0 else ticket.last_at
        return Receipt(kind=AnswerKind.ACCEPTED, count=ticket.count)
