"""The line to each account: up, down, paused. Remembers one truth for polls, lookups and the outbox."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from app.domain.model import AccountId
from app.domain.outbox import AnswerKind
from app.ports import Clock, Notice, Notices, ProviderError

log = structlog.get_logger()

PROBE = timedelta(seconds=2)
"""How long a line that is down rests before somebody may try it again."""
PAUSE = timedelta(minutes=5)
"""How long an account that may not speak rests before its credentials are tried again."""


class LineState(StrEnum):
    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"
    PAUSED = "paused"
    """The platform bars our credentials: a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatus:
    state: LineState = LineState.UNKNOWN
    since: datetime | None = None
    words: str = ""
    retry_at: datetime | None = None
    troubled: bool = False
    """It answers, but only to say that it is busy."""


class Line:
    """Health of one account, thread-safe. A change is logged and told once, not with each failure."""

    def __init__(self, account: AccountId, clock: Clock, notices: Notices) -> None:
        self.account = account
        self._clock = clock
        self._notices = notices
        self._status = LineStatus()
        self._mutex = threading.Lock()
        self.on_recovery: Callable[[], None] = lambda: None
        self.drift: timedelta | None = None
        """The platform's clock minus ours, as its last answer told; whole seconds, about."""

    @property
    def status(self) -> LineStatus:
        return self._status

    def usable(self) -> bool:
        """May something be sent now? A resting line is offered to one try per rest."""
        status = self._status
        return status.retry_at is None or self._clock() >= status.retry_at

    @property
    def up(self) -> bool:
        return self._status.state in {LineState.UP, LineState.UNKNOWN}

    def heard(self) -> None:
        """The platform answered us."""
        if self._status.state is LineState.UP and not self._status.troubled:
            return
        self._become(LineState.UP, "", None)
        self.on_recovery()

    def failed(self, error: ProviderError) -> None:
        now = self._clock()
        if error.kind is AnswerKind.BARRED:
            self._become(LineState.PAUSED, error.words, now + PAUSE)
        elif error.unreachable:
            self._become(LineState.DOWN, error.words, now + max(PROBE, error.retry_after or PROBE))
        elif error.kind is AnswerKind.BUSY:
            with self._mutex:
                self._status = replace(self._status, troubled=True, words=error.words)

    def _become(self, state: LineState, words: str, retry_at: datetime | None) -> None:
        with self._mutex:
            before = self._status
            since = before.since if before.state is state else self._clock()
            self._status = LineStatus(state=state, since=since, words=words, retry_at=retry_at)
        if before.state is not state:
            log.info("line.changed", account=self.account, state=state, words=words)
            body = {"account": self.account, "state": state, "since": since, "words": words}
            self._notices.tell(Notice(topic="connectivity", body=body))
