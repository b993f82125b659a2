"""A station with a phone in its hand: it scans, retries until it is told something, and remembers what it was told."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx

from tests.scenarios.night.guests import Card, Guest, ticket
from tests.scenarios.night.house import Platform

PATIENCE_S = 60
BREATH_S = 0.15


@dataclass(slots=True, kw_only=True)
class Told:
    """One reading and the one answer that its door got. Times: `at` as sent, `heard` and `begun` monotonic."""

    scan: str
    station: str
    card: Card
    code: str
    at: str
    body: dict[str, Any]
    answer: dict[str, Any]
    begun: float
    heard: float
    tries: int
    undo: dict[str, Any] | None = None
    refused_undo: str = ""

    @property
    def admitted(self) -> bool:
        return bool(self.answer["outcome"] == "admit")

    @property
    def heads(self) -> int:
        return int(self.answer["heads"])


@dataclass(slots=True)
class Book:
    """What all doors were told, and readings that anybody may take up."""

    told: list[Told] = field(default_factory=list)
    sold: dict[str, Guest] = field(default_factory=dict)
    late: deque[Card] = field(default_factory=deque)
    troubles: list[str] = field(default_factory=list)
    mutex: threading.Lock = field(default_factory=threading.Lock)

    def write(self, told: Told) -> None:
        with self.mutex:
            self.told.append(told)

    def complain(self, trouble: str) -> None:
        with self.mutex:
            self.troubles.append(trouble)

    def admitted(self) -> list[Told]:
        with self.mutex:
            return [one for one in self.told if one.admitted and not one.card.undo]


def now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Door:
    """One station. It speaks to its hub, and to the next one when that is silent."""

    def __init__(self, name: str, token: str, hubs: Sequence[str], first: int, book: Book, seed: str) -> None:
        self.name = name
        self._hubs = hubs
        self._hub = first % len(hubs)
        self._book = book
        self._chance = Random(f"{seed}:{name}")
        self._made = 0
        self._http = httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False)

    def work(self, hand: Sequence[Card], platform: Platform, pause_s: float, over: threading.Event) -> None:
        """Read every card of the hand, then what comes late, until the night is over."""
        try:
            for card in hand:
                time.sleep(min(self._chance.expovariate(1 / pause_s), 5 * pause_s))
                self._late()
                self.read(card, platform)
            while not over.wait(0.1) or self._book.late:
                self._late()
        except Exception as error:
            self._book.complain(f"{self.name}: {error!r}")
        finally:
            self._http.close()

    def _late(self) -> None:
        try:
            card = self._book.late.popleft()
        except IndexError:
            return
        self.read(card, None)

    def read(self, card: Card, platform: Platform | None) -> None:
        code = card.code
        if card.sell and platform is not None:
            sold = ticket(platform.act("sell", hidden=True))
            self._book.sold[sold.code] = sold
            code = sold.code
        if card.together is not None:
            _meet(card.together)
        told = self._scan(card, code)
        self._book.write(told)
        if card.undo and told.admitted:
            time.sleep(self._chance.choice((0, 0.02, 0.3, 1.5)))
            self._undo(told)

    def _scan(self, card: Card, code: str) -> Told:
        self._made += 1
        scan = f"{self.name.replace(' ', '')}-{self._made}-{self._chance.getrandbits(40):010x}"
        at = now_text()
        body: dict[str, Any] = {"id": scan, "code": code, "at": at}
        body |= {"party": card.party} if card.party else {"heads": card.heads}
        begun = time.monotonic()
        answer, tries = self._until_told("/api/v1/scans", body)
        if answer.status_code != 200:
            raise AssertionError(f"scan {scan} of {code}: {answer.status_code} {answer.text[:300]}")
        return Told(
            scan=scan, station=self.name, card=card, code=code, at=at, body=body, answer=answer.json(), begun=begun,
            heard=time.monotonic(), tries=tries,
        )  # fmt: skip

    def _undo(self, told: Told) -> None:
        answer, _ = self._until_told(f"/api/v1/scans/{told.scan}/undo", {"reason": "went out again"})
        if answer.status_code == 200:
            told.undo = answer.json()
        else:
            told.refused_undo = f"{answer.status_code} {answer.text[:200]}"

    def _until_told(self, path: str, body: dict[str, Any]) -> tuple[httpx.Response, int]:
        """The same request until there is an answer; some answers are lost on the way to the door."""
        until = time.monotonic() + PATIENCE_S
        tries = 0
        while time.monotonic() < until:
            tries += 1
            hasty = self._chance.random() < 0.04
            try:
                answer = self._http.post(self._hubs[self._hub] + path, json=body, timeout=0.004 if hasty else 5)
            except httpx.TransportError:
                if not hasty:
                    self._hub = (self._hub + 1) % len(self._hubs)
                    time.sleep(BREATH_S)
                continue
            if answer.status_code < 500:
                return answer, tries
            time.sleep(BREATH_S)
        raise AssertionError(f"no answer to {path} {body} in {PATIENCE_S} s and {tries} tries")


def _meet(together: threading.Barrier) -> None:
    try:
        together.wait(timeout=6)
    except threading.BrokenBarrierError:
        return
