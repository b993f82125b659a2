"""Who speaks to an account: one hub at a time, with a fence that grows with each change of hands."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from app.domain.model import AccountId
from app.ports import Clock, Store

log = structlog.get_logger()

LEASE = timedelta(seconds=20)
MARGIN = timedelta(seconds=13)
"""Nothing is sent in the last seconds of a lease: more than the longest time one request may take."""


class Lease:
    """One account's lease, renewed from time to time by whoever holds it."""

    def __init__(self, store: Store, account: AccountId, holder: str, clock: Clock) -> None:
        self._store = store
        self._account = account
        self._holder = holder
        self._clock = clock
        self._fence: int | None = None
        self._until: datetime | None = None

    @property
    def name(self) -> str:
        """Names this holding of the lease: what a claim is written under."""
        return f"{self._holder}:{self._fence}"

    def held(self) -> bool:
        return self._until is not None and self._clock() < self._until - MARGIN

    def renew(self) -> bool:
        """Take or keep the lease. A hub that is alone with its database takes it from whoever had it."""
        now = self._clock()
        fence = self._store.run(
            lambda tx: tx.house.take_lease(self._account, self._holder, now, now + LEASE, self._store.alone)
        )
        if fence != self._fence:
            log.info("lease.changed", account=self._account, holder=self._holder if fence else "another hub")
        self._fence = fence
        self._until = now + LEASE if fence is not None else None
        return fence is not None

    def drop(self) -> None:
        if self._until is not None:
            self._until = None
            self._store.run(lambda tx: tx.house.drop_lease(self._account, self._holder))
