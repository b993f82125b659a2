"""Webhooks: who wants to be told, what was told, and how it was taken. Only the Channel Manager has them."""

import hmac
import http.client
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from app.simulators.fourvenues.channels.postman import Postman, post
from app.simulators.fourvenues.switches import Switches

LONGEST_BACKOFF = 3600
"""How many times the first backoff the longest one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Somebody who wants to be told."""

    id: str
    name: str
    url: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One event on its way to one endpoint."""

    id: str
    event: str
    body: bytes
    endpoint: Endpoint
    signature: str | None
    kind: str = "sent"
    """sent, forged or replayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A line of the log: one attempt."""

    at: float
    webhook_id: str
    event: str
    kind: str
    endpoint_id: str
    url: str
    attempt: int
    status: int | None
    """What the receiver answered; null when it did not."""
    error: str
    ms: int
    signature: str | None
    body: str

    @property
    def taken(self) -> bool:
        """Whether the receiver said 2xx."""
        return self.status is not None and 200 <= self.status < 300


def sign(secret: str, body: bytes) -> str:
    """What the signature header carries: lower-case hex HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), body, "sha256").hexdigest()


@dataclass(slots=True)
class Webhooks:
    """The endpoints and the log of what was delivered to them."""

    switches: Switches
    now: Callable[[], float]
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    log: list[Delivery] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    """Everything that was ever sent, once for each endpoint."""
    given_up: list[str] = field(default_factory=list)
    """Ids of events that nobody took in as many attempts as there are."""
    _postman: Postman = field(default_factory=Postman)
    _chance: Random = field(default_factory=lambda: Random(1))  # noqa: S311 - jitter

    def register(self, endpoint: Endpoint) -> None:
        """Tell this one too from now on."""
        self.endpoints[endpoint.id] = endpoint

    def emit(self, event: str, payload: dict[str, Any]) -> None:
        """Tell every endpoint of an event, in the way the switch `webhooks` says."""
        switches = self.switches
        if switches.webhooks == "off":
            return
        seconds = switches.webhooks_delay / 1000 if switches.webhooks == "late" else 0.0
        for letter in self._written(event, payload):
            for _ in range(2 if switches.webhooks == "twice" else 1):
                self._send(letter, 1, seconds)

    def _written(self, event: str, payload: dict[str, Any]) -> list[Letter]:
        ref = str(uuid.uuid4())
        body = json.dumps({"id": ref, "event": event, "payload": payload}, ensure_ascii=False).encode()
        letters = [
            Letter(id=ref, event=event, body=body, endpoint=one, signature=sign(one.secret, body))
            for one in self.endpoints.values()
        ]
        self.letters += letters
        return letters

    def _send(self, letter: Letter, attempt: int, seconds: float) -> None:
        def deliver() -> None:
            gone = letter.endpoint.id not in self.endpoints
            if gone or self.deliver(letter, attempt).taken:
                return
            if attempt >= self.switches.webhook_attempts:
                self.given_up.append(letter.id)
                return
            self._send(letter, attempt + 1, self._backoff(attempt))

        self._postman.at(seconds, deliver)

    def _backoff(self, attempt: int) -> float:
        unit = self.switches.webhook_backoff / 1000
        return float(min(unit * 2 ** (attempt - 1), unit * LONGEST_BACKOFF) * self._chance.uniform(0.5, 1.5))

    def deliver(self, letter: Letter, attempt: int = 1) -> Delivery:
        """One attempt, now and in this thread; it is logged whatever becomes of it."""
        headers = {"X-Webhook-Id": letter.id}
        if letter.signature is not None:
            headers["X-Webhook-Signature"] = letter.signature
        began, status, error = time.monotonic(), None, ""
        seconds = self.switches.webhook_timeout / 1000
        try:
            status = post(letter.endpoint.url, letter.body, headers, seconds)
        except (OSError, http.client.HTTPException) as trouble:
            error = f"{type(trouble).__name__}: {trouble}"
        return self._logged(letter, attempt, status, error, time.monotonic() - began)

    def _logged(self, letter: Letter, attempt: int, status: int | None, error: str, seconds: float) -> Delivery:
        delivery = Delivery(
            at=self.now(),
            webhook_id=letter.id,
            event=letter.event,
            kind=letter.kind,
            endpoint_id=letter.endpoint.id,
            url=letter.endpoint.url,
            attempt=attempt,
            status=status,
            error=error,
            ms=round(seconds * 1000),
            signature=letter.signature,
            body=letter.body.decode(),
        )
        self.log.append(delivery)
        return delivery
