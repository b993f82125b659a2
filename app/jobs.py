"""Which flow runs when: APScheduler for what comes round, a thread per account for what is owed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from app.domain.model import AccountId, Event, EventId
from app.flows.drain import Drain
from app.flows.issue import Issue
from app.flows.lease import Lease
from app.flows.lines import Line
from app.flows.poll import Poll
from app.flows.put_right import PutRight
from app.flows.watch import Watch
from app.ports import Clock, ProviderError, Timekeeper

log = structlog.get_logger()

WATCH_EVERY_S = 1
LEASE_EVERY_S = 2
TIDY_EVERY_S = 600
CLOCK_EVERY_S = 1.0
DRAIN_EVERY_S = 2
FOLLOW_EVERY_S = 1
OFFER_EVERY_S = 5
"""How often it is looked whether rates are old; how old they may be is the poll's business."""
HURRY_EVERY_S = 5.0
"""A line that comes and goes must not undo every wait between two tries."""
GATHER_S = 0.02
"""A sender that was woken waits a moment for the scans behind the first: waking it for each costs them time."""
EVENTS_EVERY = timedelta(minutes=10)
EVENTS_RETRY_S = 5
AT_ONCE = 6
"""Threads of an account: polls, its events, the probe of its line."""
LEASES = "leases"
DAILY = "daily"
DAILY_EVERY_S = 30
"""How often it is looked whether it is time for the daily run."""
AT_MOST_EVERY = timedelta(seconds=60)
"""The platforms ask for no more than one poll a minute per endpoint; a line that comes back does not break that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SellingDesk:
    """What an account runs that sells: tickets that are owed to it, payments on phones, its rates."""

    issue: Issue
    follow: Callable[[], None]
    offer: Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What one account runs."""

    lease: Lease
    line: Line
    poll: Poll
    drain: Drain
    resources: tuple[str, ...]
    poll_every: timedelta | None = None
    """Where it is not the house's own."""
    selling: SellingDesk | None = None


class Jobs:
    """Everything that runs by itself while the hub is up.

    Each account works on threads of its own, and leases are renewed on others: one platform that hangs holds up
    nobody else.
    """

    def __init__(
        self,
        desks: Mapping[AccountId, Desk],
        watch: Watch,
        clock: Clock,
        poll_every: timedelta,
        timekeeper: Timekeeper,
        put_right: PutRight,
        tidy: Callable[[], object],
    ) -> None:
        self._tidy = tidy
        self.daily: Callable[[threading.Event], None] | None = None
        """A long run that ends soon once the event is set; it has a thread of its own."""
        self._desks = desks
        self._watch = watch
        self._clock = clock
        self._every = poll_every
        self._events_at: dict[AccountId, datetime] = {}
        self._timekeeper = timekeeper
        self._put_right = put_right
        self._stopping = threading.Event()
        self._running = 0
        self._idle = threading.Condition()
        self._clock_thread = threading.Thread(target=self._keep_time, name="clock", daemon=True)
        self._senders = {account: Sender(account, desk, timekeeper, put_right) for account, desk in desks.items()}
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": _threads(4), LEASES: _threads(2), DAILY: _threads(1)}
            | {_own(one): _threads(AT_ONCE) for one in desks},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        self._watch.nudge = self.nudge
        for account, desk in self._desks.items():
            desk.line.on_recovery = self._recovery(account)
            desk.lease.renew()
            self._add(f"lease:{account}", desk.lease.renew, LEASE_EVERY_S, on=LEASES)
            self._add(f"probe:{account}", partial(self._watch.probe, account), WATCH_EVERY_S, on=_own(account))
            self._add(f"events:{account}", partial(self._events, account), EVENTS_RETRY_S, on=_own(account), soon=True)
            self._sell(account, desk)
            self._senders[account].start()
        self._add("watch", self._watch, WATCH_EVERY_S)
        self._add("tidy", self._tidy, TIDY_EVERY_S)
        if self.daily is not None:
            self._add(DAILY, partial(self.daily, self._stopping), DAILY_EVERY_S, on=DAILY)
        self._scheduler.start()
        self._clock_thread.start()

    def _sell(self, account: AccountId, desk: Desk) -> None:
        selling = desk.selling
        if selling is None:
            return

        def follow() -> None:
            if desk.lease.held():
                selling.follow()

        def offer() -> None:
            for event in desk.poll.open():
                if desk.lease.held() and desk.line.usable():
                    selling.offer(event)

        self._add(f"follow:{account}", follow, FOLLOW_EVERY_S, on=_own(account))
        self._add(f"rates:{account}", offer, OFFER_EVERY_S, on=_own(account))

    def stop(self) -> None:
        """Stop taking up work, let what is in flight end, give the leases back."""
        self._stopping.set()
        if self._scheduler.running:
            self._clock_thread.join()
            self._scheduler.shutdown(wait=False)  # waiting, it would hold locks that running jobs need to end
            with self._idle:
                self._idle.wait_for(lambda: not self._running)
        for account, sender in self._senders.items():
            sender.stop()
            self._desks[account].lease.drop()

    def nudge(self) -> None:
        """Something may be owed."""
        for sender in self._senders.values():
            sender.wake()

    def refresh(self, event: EventId) -> None:
        """Poll an event that was just opened, as soon as may be."""
        for account, desk in self._desks.items():
            self._follow(account, desk)
            for resource in desk.resources:
                self._hurry(f"poll:{account}:{event}:{resource}")

    def _recovery(self, account: AccountId) -> Callable[[], None]:
        def recovered() -> None:
            self._senders[account].wake(hurry=True)
            for job in self._scheduler.get_jobs():
                if job.id.startswith(f"poll:{account}:") and self._every >= AT_MOST_EVERY:
                    self._hurry(job.id)

        return recovered

    def _events(self, account: AccountId) -> None:
        """Which events are on: asked now and then, and again soon while it fails."""
        desk, now = self._desks[account], self._clock()
        asked = self._events_at.get(account)
        due = asked is None or not asked <= now < asked + min(EVENTS_EVERY, max(self._every, AT_MOST_EVERY))
        if desk.lease.held() and due and desk.line.usable():
            try:
                desk.poll.events()
            except ProviderError as error:
                log.info("events.failed", account=account, words=error.words)
            else:
                self._events_at[account] = now
        if desk.lease.held() and self._timekeeper.certain:
            desk.poll.reconsider()
        self._follow(account, desk)

    def _follow(self, account: AccountId, desk: Desk) -> None:
        """One job for each resource of each open event; none for others."""
        wanted = {
            f"poll:{account}:{event.id}:{resource}": (event, resource)
            for event in desk.poll.open()
            for resource in desk.resources
        }
        running = {job.id for job in self._scheduler.get_jobs() if job.id.startswith(f"poll:{account}:")}
        for name in running - wanted.keys():
            self._scheduler.remove_job(name)
        for name in wanted.keys() - running:
            event, resource = wanted[name]
            seconds = (desk.poll_every or self._every).total_seconds()
            self._add(
                name, partial(self._poll, desk, event, resource), seconds, on=_own(account),
                soon=True, jitter=min(seconds / 10, 15),
            )  # fmt: skip

    def _keep_time(self) -> None:
        """On a thread of its own: the scheduler waits by the system's clock, and sleeps on when that is set back."""
        while not self._stopping.wait(CLOCK_EVERY_S):
            try:
                if self._timekeeper.check():
                    self.set_anew()
                self._put_right()
            except Exception:
                log.exception("clock.failed")

    def set_anew(self) -> None:
        """The system's clock was moved: nothing waits for a moment of the old one."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=_system_now())

    def _poll(self, desk: Desk, event: Event, resource: str) -> None:
        if desk.lease.held() and desk.line.usable():
            desk.poll(event, resource)

    def _add(
        self,
        name: str,
        run: Callable[[], object],
        seconds: float,
        on: str = "default",
        soon: bool = False,
        jitter: float = 0,
    ) -> None:
        self._scheduler.add_job(
            partial(self._unless_stopping, run), "interval", id=name, name=name, seconds=seconds,
            jitter=jitter or None, replace_existing=True, executor=on,
            **({"next_run_time": _system_now()} if soon else {}),
        )  # fmt: skip

    def _unless_stopping(self, run: Callable[[], object]) -> None:
        with self._idle:
            if self._stopping.is_set():
                return
            self._running += 1
        try:
            run()
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _hurry(self, name: str) -> None:
        job = self._scheduler.get_job(name)
        if job is not None:
            job.modify(next_run_time=_system_now())


def _own(account: AccountId) -> str:
    """What the threads of an account are called."""
    return f"account {account}"


def _threads(most: int) -> dict[str, object]:
    return {"type": "threadpool", "max_workers": most}


def _system_now() -> datetime:
    """The clock that the scheduler goes by, which need not be the house's."""
    return datetime.now(UTC)


class Sender:
    """Sends what one account is owed: woken by each commit, and every few seconds anyway."""

    def __init__(self, account: AccountId, desk: Desk, timekeeper: Timekeeper, put_right: PutRight) -> None:
        self._desk = desk
        self._timekeeper = timekeeper
        self._put_right = put_right
        self._wake = threading.Event()
        self._hurry = False
        self._hurried_at = -HURRY_EVERY_S
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"sender-{account}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self, hurry: bool = False) -> None:
        self._hurry = self._hurry or hurry
        if not self._wake.is_set():
            self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._stopping:
            if self._wake.wait(DRAIN_EVERY_S):
                time.sleep(GATHER_S)
            self._wake.clear()
            if self._stopping:
                return
            try:
                self._hurry_if_due()
                if self._timekeeper.settled:  # what is sent with a wrong time can't be put right any more
                    self._put_right()
                    if self._desk.selling is not None:
                        self._desk.selling.issue()
                    self._desk.drain()
            except Exception:
                log.exception("drain.failed")

    def _hurry_if_due(self) -> None:
        if self._hurry and time.monotonic() - self._hurried_at >= HURRY_EVERY_S:
            self._hurry = False
            self._hurried_at = time.monotonic()
            self._desk.drain.hurry()
            if self._desk.selling is not None:
                self._desk.selling.issue.hurry()
