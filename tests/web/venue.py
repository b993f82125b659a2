"""A hub on a real database with one night on, one station, and a platform that a test may script."""

from __future__ import annotations

import hashlib
import itertools
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from app.domain.model import (
    AccountId,
    Admission,
    Allowance,
    Answer,
    CallId,
    Credential,
    Event,
    EventId,
    Guest,
    Kind,
    Policy,
    Standing,
    Station,
    StationId,
)
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.domain.settle import Settlement
from app.flows.admit import Admit
from app.flows.bring import Bring
from app.flows.lines import Line
from app.flows.lookup import LookUp
from app.flows.snapshot import Snapshots
from app.flows.undo import Undo
from app.ports import (
    Capabilities,
    Cursor,
    Damaged,
    Found,
    Notice,
    Page,
    ReadCode,
    Row,
    StationRecord,
    Store,
    Tx,
    UnreadableImage,
)
from app.store import open_store
from app.web.live import Live
from app.web.server import Parts, create_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the client of the tests would rather have httpx2
    from fastapi.testclient import TestClient

ACCOUNT = AccountId("fourvenues")
NIGHT = EventId("65f1a0c2")
NEXT_NIGHT = EventId("65f1a0c9")
TOKEN = "st-4mXq9Lw2"
OTHER_TOKEN = "st-Zr81kPde"
START = datetime(2025, 11, 22, 23, 41, 7, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that a test moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class Platform:
    """Implements `Provider`: knows the codes in `absent_until`, answers lookups, is never sent anything here."""

    account = ACCOUNT
    name = "fourvenues"
    capabilities = Capabilities()
    resources: tuple[str, ...] = ("tickets",)

    def __init__(self) -> None:
        self.known: dict[str, Admission] = {}

    def ping(self) -> timedelta | None:
        return None

    def allowed(self) -> Mapping[str, str]:
        return {"tickets": ""}

    def events(self, start: datetime, end: datetime) -> Sequence[Event]:
        return []

    def pull(self, event: Event, resource: str, cursor: Cursor | None) -> Iterator[Page]:
        yield from ()

    def translate(self, event: Event, resource: str, row: Row) -> Admission | Damaged:
        return self.known[row.raw.decode()]

    def find(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        code = credential.value
        if code not in self.known:
            return []
        row = Row(ref=self.known[code].ref, raw=code.encode(), digest=hash(code))
        return [Found(event_ref=event.ref, resource="tickets", row=row, asked_at=START)]

    def push(self, call: Call) -> Receipt:
        return Receipt(kind=AnswerKind.ACCEPTED)

    def look(self, call: Call) -> Sighting:
        return Sighting(found=True)

    def close(self) -> None:
        return


class Eyes:
    """Implements `Decoder`: reads what stands after `IMG:`, and can't open anything else."""

    def decode_bytes(self, data: bytes) -> Sequence[ReadCode]:
        if not data.startswith(b"IMG:"):
            raise UnreadableImage("This image can't be opened.")
        return [ReadCode(value=data[4:].decode(), format="QRCode")]


def event(id: EventId = NIGHT, name: str = "Noche de Sábado", ref: str = "", **more: Any) -> Event:
    times: dict[str, Any] = {
        "starts_at": START - timedelta(hours=1),
        "ends_at": START + timedelta(hours=6),
        "label": "2025-11-22",
    }
    return Event(id=id, account=ACCOUNT, ref=ref or id, name=name, **(times | more))


def ticket(code: str, name: str, limit: int = 1, **more: Any) -> Admission:
    standard: dict[str, Any] = {
        "account": ACCOUNT, "event": NIGHT, "resource": "tickets", "kind": Kind.TICKET, "ref": f"ref-{code}-{name[:3]}",
        "standing": Standing.GOOD, "rate": "Early bird", "guest": Guest(name=name),
        "credentials": (Credential(value=code),), "allowances": (Allowance(limit=limit),), "fetched_at": START,
    }  # fmt: skip
    return Admission(**(standard | more))


@dataclass
class Venue:
    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    platform: Platform = field(default_factory=Platform)
    live: Live = field(default_factory=Live)
    refreshed: list[EventId] = field(default_factory=list)
    nudges: list[datetime] = field(default_factory=list)
    store: Store = field(init=False)
    line: Line = field(init=False)
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_store(f"sqlite:///{self.folder / 'hub.db'}", self.clock)
        self.line = Line(ACCOUNT, self.clock, self.live)
        lines = {ACCOUNT: self.line}
        lookup = LookUp(self.store, {ACCOUNT: self.platform}, lines, self.clock, timedelta(seconds=0.8))
        ids = (f"hub-{n}" for n in itertools.count(1))
        admit = Admit(self.store, lookup, self.live, self.clock, Policy(events={}))
        self.parts = Parts(
            store=self.store,
            admit=admit,
            undo=Undo(self.store, self.live, self.clock),
            bring=Bring(self.store, admit, self.live, self.clock),
            snapshots=Snapshots(self.store, "hub1"),
            live=self.live,
            lines=lines,
            clock=self.clock,
            zone=ZoneInfo("Europe/Madrid"),
            decoder=Eyes(),
            page=None,
            version="0.1.0",
            new_id=lambda: next(ids),
            refresh=self.refreshed.append,
            nudge=lambda: self.nudges.append(self.clock()),
            stale_after=timedelta(minutes=15),
        )
        self._furnish()

    def _furnish(self) -> None:
        self.store.run(lambda tx: tx.house.keep_account(ACCOUNT, "fourvenues"))
        later = event(NEXT_NIGHT, "Domingo Lento", ref="dom-23", starts_at=START + timedelta(hours=20), ends_at=None)
        self.store.run(lambda tx: tx.cache.save_events([event(), later], {NIGHT}))
        self.station("Puerta 1", TOKEN)

    def app(self, **changed: Any) -> FastAPI:
        return create_app(replace(self.parts, **changed))

    def station(self, name: str, token: str, **rule: Any) -> StationRecord:
        station = Station(id=StationId(0), name=name, **rule)
        token_hash = hashlib.sha256(token.encode()).digest()
        return self.store.run(lambda tx: tx.house.add_station(station, token_hash, self.clock()))

    def holds(self, *admissions: Admission) -> None:
        rows = [(one, Row(ref=one.ref, raw=b"{}", digest=n)) for n, one in enumerate(admissions)]
        self.store.run(lambda tx: tx.cache.save(rows))

    def pulled(self, at: datetime | None = None) -> None:
        """The platform was asked for everything, completely."""
        cursor = Cursor(full_at=at or START, pulled_at=at or START)
        self.store.run(lambda tx: tx.cache.move_cursor(ACCOUNT, NIGHT, "tickets", cursor))

    def becomes(self, settlement: Settlement, words: str = "") -> CallId:
        """What the platform makes of the one call that is owed."""

        def work(tx: Tx) -> CallId:
            [call] = tx.calls.claim(ACCOUNT, "sender", self.clock(), 1)
            receipt = Receipt(kind=AnswerKind.REFUSED, words=words)
            assert tx.calls.settle(call, "sender", settlement, receipt, self.clock())
            return call.id

        return self.store.run(work)

    def tell(self, answer: Answer) -> None:
        self.live.tell(Notice(topic="scan", body={"answer": answer}))


class Door(TestClient):
    """A client with a station's token."""

    def __init__(self, app: FastAPI, token: str = TOKEN, language: str = "en") -> None:
        super().__init__(app, headers={"Authorization": f"Bearer {token}", "Accept-Language": language})

    def scan(self, code: str = "ZQ4K81MD7", **more: Any) -> dict[str, Any]:
        answer = self.post("/api/v1/scans", json={"code": code, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def wait_until(true: Any, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
