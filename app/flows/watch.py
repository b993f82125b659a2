"""Looking after the house, about once a second: lines that may be back, changes other processes made, conflicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from app.domain.model import AccountId
from app.flows.lines import Line, LineState
from app.ports import CallRow, Clock, Notice, Notices, OutboxCount, Provider, ProviderError, Store, Timekeeper

log = structlog.get_logger()

DRIFT_STEP = timedelta(seconds=2)
"""Clocks that differ by less don't matter: platforms tell whole seconds."""


PATIENCE_TICKS = 15
"""How long those who have told the time wait for the others."""


class Watch:
    """One tick sees what changed since the last, tells it, and has the senders woken (`nudge`)."""

    def __init__(
        self,
        store: Store,
        providers: Mapping[AccountId, Provider],
        lines: Mapping[AccountId, Line],
        notices: Notices,
        clock: Clock,
        timekeeper: Timekeeper | None = None,
    ) -> None:
        self._timekeeper = timekeeper
        self._store = store
        self._providers = providers
        self._lines = lines
        self._notices = notices
        self._clock = clock
        self.nudge: Callable[[], None] = lambda: None
        self._version = -1
        self._outbox = OutboxCount()
        self._seen = {row.call.id for row in store.views.conflicts(resolved=False, limit=1000)}
        self._told: dict[AccountId, timedelta | None] = {}
        self._ticks = 0
        self._written: dict[AccountId, tuple[str, str, timedelta | None]] = {}

    def __call__(self) -> None:
        self._tell_time()
        for account, line in self._lines.items():
            self._write(account, line)
        version = self._store.views.version()
        if version != self._version:
            self._version = version
            self.nudge()
            self._tell_conflicts()
            self._tell_outbox()

    def probe(self, account: AccountId) -> None:
        """A line that is not up is tried with the least the platform offers; once it answers, all goes on.

        So is one that is up, while nobody has told us the time. Each account by itself: some don't answer for long.
        """
        provider, line = self._providers[account], self._lines[account]
        telling = self._timekeeper if self._timekeeper is not None and not self._timekeeper.settled else None
        if (line.up and telling is None) or not line.usable():
            return
        try:
            drift = provider.ping()
        except ProviderError as error:
            line.failed(error)
            return
        line.drift = drift or line.drift
        if telling is not None:
            self._told[account] = drift
        line.heard()

    def _tell_time(self) -> None:
        """What the platforms say, together: one that is quicker than others must not be believed against them."""
        telling, told = self._timekeeper, dict(self._told)
        if telling is None or not told:
            return
        self._ticks += 1
        if self._ticks < PATIENCE_TICKS and any(line.up and one not in told for one, line in self._lines.items()):
            return
        self._ticks = 0
        for account in sorted(told):
            del self._told[account]
            telling.heard(told[account])

    def _write(self, account: AccountId, line: Line) -> None:
        """Keep what the line is like for other processes: when it changes, and only when we have news of it."""
        status = line.status
        if status.state is LineState.UNKNOWN:
            return
        drift = None if line.drift is None else round(line.drift / DRIFT_STEP) * DRIFT_STEP
        told = (status.state, status.words, drift)
        if self._written.get(account) == told:
            return
        self._written[account] = told
        since = status.since or self._clock()
        self._store.run(lambda tx: tx.house.account_state(account, status.state, status.words, since, drift))

    def _tell_conflicts(self) -> None:
        for row in self._new_conflicts():
            self._notices.tell(Notice(topic="conflict", body={"row": row}))

    def _new_conflicts(self) -> list[CallRow]:
        rows = self._store.views.conflicts(resolved=False, limit=1000)
        seen = self._seen
        self._seen = {row.call.id for row in rows}
        return [row for row in rows if row.call.id not in seen]

    def _tell_outbox(self) -> None:
        outbox = self._store.views.outbox()
        if outbox != self._outbox:
            self._outbox = outbox
            self._notices.tell(Notice(topic="outbox", body={"outbox": outbox}))
