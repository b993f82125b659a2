"""The warehouse's daily run, by the hub that speaks to the platforms."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path

import structlog

from app.domain.model import AccountId
from app.ports.office import Archive
from app.warehouse import values
from app.warehouse.running import Warehouse
from app.warehouse.sync import Plan, Tally
from app.warehouse.target import TargetError

log = structlog.get_logger()

AGAIN_AFTER = timedelta(hours=1)
"""When a run that failed is tried again."""


class Stopped(Exception):
    """The hub is ending: the run goes on tomorrow where it stood."""


class Daily:
    """Asked now and then; runs once a day, at `at` in the venue's zone or as soon after as the hub is up.

    `note` is a file that remembers the last run, so that a hub that was off at the time makes up for it, and one that
    is started again does not run twice. `held` says whether this hub holds an account's lease.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        archives: Mapping[AccountId, Archive],
        held: Callable[[AccountId], bool],
        plan: Plan,
        at: time,
        note: Path,
    ) -> None:
        self._warehouse = warehouse
        self._archives = archives
        self._held = held
        self._plan = plan
        self._at = at
        self._note = note
        self._not_before: datetime | None = None
        self._ran: datetime | None = None

    def __call__(self, stopping: threading.Event) -> None:
        """Run if it is time. Never raises for what is wrong outside of us: that is logged, and tried again later."""
        now = self._warehouse.clock()
        archives = [one for account, one in self._archives.items() if self._held(account)]
        if not archives or not self._due(now):
            return
        self._not_before = now + AGAIN_AFTER
        try:
            tallies = self._warehouse.sync(
                archives, self._plan, progress=lambda _table, _rows: _unless(stopping), sleep=stopping.wait
            )
        except TargetError as error:
            log.error("warehouse.failed", words=str(error))
        except Stopped:
            log.info("warehouse.stopped")
        else:
            self._told(tallies, now)

    def _due(self, now: datetime) -> bool:
        if self._not_before is not None and now < self._not_before:
            return False
        local = now.astimezone(self._warehouse.zone)
        due = local.replace(hour=self._at.hour, minute=self._at.minute, second=0, microsecond=0)
        due = due if due <= local else due - timedelta(days=1)
        return self._last(now) < due

    def _last(self, now: datetime) -> datetime:
        """When it ran last; a hub that never did waits for the next time."""
        if self._ran is None:
            try:
                self._ran = values.moment(self._note.read_text(encoding="ascii").strip())
            except (OSError, ValueError):
                self._ran = None
        if self._ran is None:
            self._remember(now)
        return self._ran or now

    def _remember(self, now: datetime) -> None:
        self._ran = now
        try:
            self._note.write_text(values.stamp(now), encoding="ascii")
        except OSError as error:
            log.error("warehouse.unnoted", words=error.strerror)

    def _told(self, tallies: list[Tally], now: datetime) -> None:
        failed = [one for one in tallies if one.failed]
        if not failed:
            self._remember(now)
        log.info(
            "warehouse.synced", read=sum(one.read for one in tallies), written=sum(one.written for one in tallies),
            deleted=sum(one.deleted for one in tallies), damaged=sum(one.damaged for one in tallies),
            failed=[one.table for one in failed], skipped=[one.table for one in tallies if one.skipped],
        )  # fmt: skip


def _unless(stopping: threading.Event) -> None:
    if stopping.is_set():
        raise Stopped
