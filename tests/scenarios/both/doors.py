"""Six stations: two gates, a bar, a reader of wristbands, an exit, and a phone that is cut off now and then."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx

BREATH_S = 0.05
PATIENCE_S = 60
Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One reading and its answer. `platform` is where its code is from; `phase` is what the night was like."""

    station: str
    platform: str
    phase: str
    body: Body
    answer: Body
    sent: float
    took: float
    undone: bool = False

    @property
    def admitted(self) -> bool:
        return bool(self.answer["outcome"] == "admit")


@dataclass(slots=True)
class Book:
    """What every door did, in the order in which it ended."""

    told: list[Told] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    inside: deque[tuple[str, str]] = field(default_factory=deque)
    """Platform and code of who came in, for the exit."""
    phase: str = "quiet"

    def of(self, *stations: str) -> list[Told]:
        return [one for one in self.told if one.station in stations]


class Door:
    """One station with its hand of readings; stops when the night is over."""

    def __init__(self, name: str, token: str, url: str, book: Book, seed: int) -> None:
        self.name = name
        self.book = book
        self.chance = Random(f"{seed}:{name}")
        self._made = 0
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=5
        )

    def work(self, hand: Callable[[], tuple[str, Body] | None], pause_s: float, over: threading.Event) -> None:
        """Read what `hand` gives, until it gives nothing for good or the night is over."""
        try:
            while not over.is_set():
                time.sleep(min(self.chance.expovariate(1 / pause_s), 4 * pause_s))
                card = hand()
                if card is not None:
                    self.read(*card)
        except Exception as error:
            self.book.troubles.append(f"{self.name}: {error!r}")
        finally:
            self._http.close()

    def read(self, platform: str, body: Body) -> None:
        body = {"id": self._id(), "at": now_text(), **body}
        sent, phase = time.time(), self.book.phase
        begun = time.monotonic()
        answer = self._until_told("/api/v1/scans", body).json()
        took = time.monotonic() - begun
        undone = False
        if answer["outcome"] == "admit" and answer["direction"] == "in":
            undone = self.chance.random() < 0.06
            if undone:
                time.sleep(self.chance.choice((0, 0.3, 1)))
                self._until_told(f"/api/v1/scans/{answer['id']}/undo", {"reason": "wrong guest"})
            elif body["code"]:
                self.book.inside.append((platform, body["code"]))
        self.book.told.append(
            Told(
                station=self.name, platform=platform, phase=phase, body=body, answer=answer, sent=sent, took=took,
                undone=undone,
            )
        )  # fmt: skip

    def bring(self, platform: str, codes: Sequence[str]) -> None:
        """What the phone decided by itself: it let all of them in, one head each."""
        said = {"outcome": "admit", "reason": "ok", "heads": 1}
        scans = [{"id": self._id(), "code": code, "at": now_text(), "said": said} for code in codes]
        phase, sent = self.book.phase, time.time()
        items = self._until_told("/api/v1/scans:batch", {"scans": scans}).json()["items"]
        for body, item in zip(scans, items, strict=True):
            assert item["answer"] is not None, item
            self.book.told.append(
                Told(
                    station=self.name, platform=platform, phase=phase, body=body, answer=item["answer"], sent=sent,
                    took=0.0,
                )
            )  # fmt: skip

    def _id(self) -> str:
        self._made += 1
        return f"{self.name.replace(' ', '')}-{self._made}-{self.chance.getrandbits(40):010x}"

    def _until_told(self, path: str, body: Body) -> httpx.Response:
        """Again and again, as a page does, while the hub is killed and comes back."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                answer = self._http.post(path, json=body)
            except httpx.TransportError:
                time.sleep(BREATH_S)
                continue
            if answer.status_code < 500:
                assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
                return answer
            time.sleep(BREATH_S)
        raise AssertionError(f"no answer to {path} in {PATIENCE_S} s")


def now_text() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
