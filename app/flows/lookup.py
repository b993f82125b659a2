"""Asking the platforms for one code, within the time a guest can wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from enum import Enum, auto

from app.domain.codes import schemes
from app.domain.decide import tonight
from app.domain.model import AccountId, Credential, Event, EventId, Lookup, Scan, Station
from app.domain.outbox import AnswerKind
from app.flows.keep import keep, translate_all
from app.flows.lines import Line
from app.ports import Clock, Found, Provider, ProviderError, Store, Tx

WITNESSES = ("tickets",)
"""Resources whose codes can prove a look-up path."""
AT_ONCE = 8
"""Guests whose codes are asked for in one account at the same time."""


class _Told(Enum):
    """What one account said of a code."""

    HERE = auto()
    """It has it, for an event of the station."""
    ELSEWHERE = auto()
    """It has it, for another event."""
    ABSENT = auto()
    UNCLEAR = auto()


class LookUp:
    """Looks a code up live in the accounts of the station's events and keeps what it finds.

    Accounts are asked side by side, each on threads of its own: one that does not answer costs the others nothing.
    """

    def __init__(
        self,
        store: Store,
        providers: Mapping[AccountId, Provider],
        lines: Mapping[AccountId, Line],
        clock: Clock,
        budget: timedelta,
    ) -> None:
        self._store = store
        self._providers = providers
        self._lines = lines
        self._clock = clock
        self._budget = budget
        self._witnesses: dict[EventId, str] = {}
        self._askers = {account: ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"ask-{account}") for account in lines}

    def close(self) -> None:
        for asker in self._askers.values():
            asker.shutdown(wait=False, cancel_futures=True)

    def possible(self, station: Station) -> bool:
        """Is there a platform that could be asked now? A line known to be down is not waited for."""
        return any(self._lines[event.account].up for event in self._events(station))

    def __call__(self, scan: Scan, station: Station) -> Lookup:
        """ABSENT when every platform surely does not know the code; NOT_MADE when it is in the cache now."""
        deadline = self._clock() + (station.lookup_budget or self._budget)
        events = self._events(station)
        accounts = {event.account: [one for one in events if one.account == event.account] for event in events}
        told = set(self._told(scan, accounts, deadline)) if accounts else {_Told.UNCLEAR}
        if told & {_Told.HERE, _Told.ELSEWHERE}:
            return Lookup.NOT_MADE
        return Lookup.FAILED if _Told.UNCLEAR in told else Lookup.ABSENT

    def _told(self, scan: Scan, accounts: Mapping[AccountId, Sequence[Event]], deadline: datetime) -> Iterator[_Told]:
        """What each account says, until one has it for here or the time is up."""
        if len(accounts) == 1:
            yield self._in_account(scan, next(iter(accounts.values())), deadline)
            return
        waiting: set[Future[_Told]] = {
            self._askers[account].submit(self._in_account, scan, events, deadline)
            for account, events in accounts.items()
        }
        while waiting:
            done, waiting = wait(waiting, max((deadline - self._clock()).total_seconds(), 0), FIRST_COMPLETED)
            yield from (one.result() for one in done)
            if not done or any(one.result() is _Told.HERE for one in done):
                break
        for one in waiting:  # what they still bring is kept, for the next scan
            one.cancel()
            yield _Told.UNCLEAR

    def _in_account(self, scan: Scan, events: Sequence[Event], deadline: datetime) -> _Told:
        provider, line = self._providers[events[0].account], self._lines[events[0].account]
        asked = events[:1] if provider.capabilities.finds_any_event else events
        told = _Told.ABSENT
        for event in asked:
            for scheme in schemes(scan.scheme, scan.code):
                if scheme not in provider.capabilities.schemes:
                    continue
                try:
                    found = self._ask(Credential(scheme=scheme, value=scan.code), event, deadline - self._clock())
                except ProviderError as error:
                    line.failed(error)
                    told = _Told.UNCLEAR
                    continue
                line.heard()
                if found:
                    self._keep(event, found)
                    ours = {one.ref for one in events}
                    return _Told.HERE if any(one.event_ref in ours for one in found) else _Told.ELSEWHERE
        return told

    def _ask(self, credential: Credential, event: Event, left: timedelta) -> Sequence[Found]:
        if not self._lines[event.account].up or left <= timedelta(0):
            raise LookupSkipped
        return self._providers[event.account].find(credential, event, left, self._witness(event))

    def _witness(self, event: Event) -> str | None:
        if event.id not in self._witnesses:
            for resource in WITNESSES:
                code = self._store.views.witness(event.id, resource)
                if code:
                    self._witnesses[event.id] = code
        return self._witnesses.get(event.id)

    def _keep(self, asked: Event, found: Sequence[Found]) -> None:
        provider = self._providers[asked.account]
        rows = []
        for one in found:
            event = asked if one.event_ref == asked.ref else self._other(asked, one)
            rows.append((event, one, translate_all(provider, event, one.resource, [one.row])))

        def work(tx: Tx) -> None:
            for event, one, translated in rows:
                if event.id not in self._store.open_events():
                    tx.cache.save_events([event], frozenset())
                keep(tx, event, one.resource, translated, one.asked_at)

        self._store.run(work)

    def _other(self, asked: Event, found: Found) -> Event:
        key = asked.account, found.event_ref
        known = [one for one in self._store.open_events().values() if (one.account, one.ref) == key]
        if known:
            return known[0]
        prefix = asked.id.removesuffix(asked.ref)
        return found.event or Event(id=EventId(prefix + key[1]), account=asked.account, ref=key[1], name="")

    def _events(self, station: Station) -> Sequence[Event]:
        known = self._store.open_events()
        return [known[one] for one in sorted(tonight(station, known)) if known[one].account in self._providers]


class LookupSkipped(ProviderError):
    """No time or no line to ask: says nothing about the line."""

    def __init__(self) -> None:
        super().__init__(AnswerKind.DOUBTFUL, "not asked")
