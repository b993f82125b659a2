"""Asking the platforms for everything a report is about, page by page, into the spool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from app.domain.model import AccountId
from app.domain.outbox import AnswerKind
from app.domain.takings import Asked, Progress
from app.office.spool import Spool
from app.office.unmade import Unmade
from app.ports.errors import ProviderError
from app.ports.office import Archive, Slice

COLLECTED = ("events", "payments", "refunds", "wallet-movements")
WORTH_GOING_WITHOUT = frozenset({"events", "wallet-movements"})
"""A key may not be shown these; a report without payments or refunds would be wrong."""
MARGIN = timedelta(minutes=1)
"""Asked for on both sides: whether a platform takes the ends of a range to be inside is not documented."""
EVENTS_BEFORE, EVENTS_BEHIND = timedelta(days=7), timedelta(days=366)
"""Events are asked for beyond the range: what is paid in it may be for a night that is far ahead."""
TRIES = 4
FIRST_PAUSE_S = 1.0

Watch = Callable[[Progress], None]
Pause = Callable[[float], None]


class Collector:
    """Fills a spool. Goes on where an earlier run was cut off, and asks for no page that is there."""

    def __init__(self, spool: Spool, asked: Asked, archives: Mapping[AccountId, Archive], watch: Watch, pause: Pause):
        self._spool = spool
        self._asked = asked
        self._archives = archives
        self._watch = watch
        self._pause = pause

    def __call__(self) -> None:
        """Raises Unmade for an event that no account knows, and for a platform that does not answer."""
        for account in self._asked.accounts:
            self._resource(account, "events")
        for account in self._with_the_event():
            for resource in COLLECTED[1:]:
                self._resource(account, resource)

    def _with_the_event(self) -> list[AccountId]:
        asked = self._asked
        if not asked.event or asked.event_name:
            return list(asked.accounts)
        knowing = [one for one in asked.accounts if self._spool.has(one, "events", asked.event)]
        if not knowing:
            raise Unmade(f"there is no event {asked.event[:60]!r} at {' or '.join(asked.accounts)}", "event")
        return knowing

    def _resource(self, account: AccountId, resource: str) -> None:
        tries = 0
        while not self._spool.pull(account, resource).done:
            before = self._spool.pull(account, resource).next_offset
            try:
                self._pages(account, resource)
            except ProviderError as error:
                moved = self._spool.pull(account, resource).next_offset > before
                tries = 1 if moved else tries + 1
                self._bear(account, resource, error, tries)

    def _pages(self, account: AccountId, resource: str) -> None:
        wanted = self._slice(resource, self._spool.pull(account, resource).next_offset)
        self._tell(account, resource)
        asked_at = None
        for sheaf in self._archives[account].pages(wanted):
            asked_at = asked_at or sheaf.asked_at
            self._spool.keep(account, resource, sheaf)
            self._tell(account, resource)
        self._spool.end(account, resource, at=asked_at)

    def _slice(self, resource: str, offset: int) -> Slice:
        asked = self._asked
        if resource == "events":
            start, end = asked.start - EVENTS_BEFORE, asked.end + EVENTS_BEHIND
            return Slice(resource=resource, start=start, end=end, offset=offset)
        start, end = asked.start - MARGIN, asked.end + MARGIN
        return Slice(resource=resource, event_ref=asked.event, start=start, end=end, offset=offset)

    def _bear(self, account: AccountId, resource: str, error: ProviderError, tries: int) -> None:
        """Go without, or wait for another try; else Unmade."""
        words = error.words or str(error.kind)
        if error.kind is AnswerKind.BARRED and error.status != 401 and resource in WORTH_GOING_WITHOUT:
            self._spool.end(account, resource, words)
            return
        if error.kind in (AnswerKind.BARRED, AnswerKind.REFUSED) or tries >= TRIES:
            raise Unmade(f"{account} can't be asked for its {resource}: {words}; what came so far is kept for a day")
        pause = error.retry_after.total_seconds() if error.retry_after else FIRST_PAUSE_S * 2 ** (tries - 1)
        self._pause(min(pause, 60.0))

    def _tell(self, account: AccountId, resource: str) -> None:
        step = self._asked.accounts.index(account) * len(COLLECTED) + COLLECTED.index(resource) + 1
        done = self._spool.count(account, resource)
        steps = len(self._asked.accounts) * len(COLLECTED) + 2
        self._watch(Progress(what=resource, account=account, step=step, steps=steps, done=done))
