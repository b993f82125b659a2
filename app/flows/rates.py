"""What can be bought tonight: asked for now and then, and kept for when nobody can be asked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from app.domain.model import AccountId, Event, EventId
from app.domain.sale import Rate
from app.flows.lines import Line
from app.ports import Clock, ProviderError, Store, Tx
from app.ports.sales import KeptRates
from app.ports.selling import Seller

log = structlog.get_logger()

FRESH = timedelta(minutes=1)
"""The platforms ask for no more than one poll a minute per endpoint."""
PATIENCE = timedelta(seconds=2.5)
"""How long staff wait for newer prices before they are shown the old ones."""


class Rates:
    """The rates of events whose accounts sell."""

    def __init__(
        self, store: Store, sellers: Mapping[AccountId, Seller], lines: Mapping[AccountId, Line], clock: Clock
    ) -> None:
        self._store = store
        self._sellers = sellers
        self._lines = lines
        self._clock = clock
        self._asking: dict[EventId, Future[None]] = {}
        self._mutex = threading.Lock()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="rates")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def __call__(self, event: Event) -> KeptRates:
        """What is known, after newer ones were asked for where that is worth it and possible within `PATIENCE`; less
        what was sold here meanwhile."""
        kept = self._asked(event)
        return self._store.run(
            lambda tx: replace(kept, rates=[less_pending(tx, one, kept.as_of) for one in kept.rates])
        )

    def _asked(self, event: Event) -> KeptRates:
        kept = self._store.views.sales.rates(event.id)
        if event.account not in self._sellers or self._is_fresh(kept) or not self._lines[event.account].usable():
            return kept
        try:
            self._ask(event).result(PATIENCE.total_seconds())
        except TimeoutError:
            log.info("rates.slow", event_id=event.id)
        return self._store.views.sales.rates(event.id)

    def refresh(self, event: Event) -> None:
        """Ask for those of an event; what fails is kept as such and told to nobody else."""
        seller, now = self._sellers[event.account], self._clock()
        try:
            rates = seller.rates(event)
        except ProviderError as error:
            log.info("rates.failed", event_id=event.id, words=error.words)
            words = error.words
            self._store.run(lambda tx: tx.sales.rates_failed(event.account, event.id, words))
            return
        self._store.run(lambda tx: tx.sales.keep_rates(event.account, event.id, rates, now))

    def keep(self, event: Event, within: timedelta) -> None:
        """Ask for those of an event that are older than that."""
        kept = self._store.views.sales.rates(event.id)
        if kept.as_of is None or kept.failed or self._clock() - kept.as_of >= within:
            self.refresh(event)

    def _is_fresh(self, kept: KeptRates) -> bool:
        return kept.as_of is not None and not kept.failed and self._clock() - kept.as_of < FRESH

    def _ask(self, event: Event) -> Future[None]:
        with self._mutex:
            asked = self._asking.get(event.id)
            if asked is None or asked.done():
                asked = self._asking[event.id] = self._threads.submit(self.refresh, event)
            return asked


def less_pending(tx: Tx, rate: Rate, as_of: datetime | None) -> Rate:
    """The rate as it will be once the platform has heard of what was sold here."""
    return rate.less(tx.sales.pending(rate.event, rate.ref, as_of))
