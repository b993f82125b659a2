"""The composition root: settings in, a hub out. The only file that names concrete classes."""

from __future__ import annotations

import hashlib
import os
import random
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.model import AccountId, EventId, Policy
from app.flows.admit import Admit
from app.flows.bring import Bring
from app.flows.drain import Drain
from app.flows.follow import Follow
from app.flows.issue import Issue
from app.flows.lease import Lease
from app.flows.lines import Line
from app.flows.lookup import LookUp
from app.flows.poll import Poll, Wanted
from app.flows.put_right import PutRight
from app.flows.rates import Rates
from app.flows.sell import Codes, Sell
from app.flows.snapshot import Snapshots, forget_changes
from app.flows.takings import door_takings
from app.flows.till import Tills
from app.flows.undo import Undo
from app.flows.watch import Watch
from app.jobs import Desk, Jobs, SellingDesk
from app.machine.board import Board
from app.machine.clock import HouseClock
from app.paper.desk import PaperDesk
from app.paper.escpos import EscposPrinter
from app.paper.places import place_of
from app.paper.queue import PrintQueue
from app.paper.receipt import Head
from app.ports import Clock, Decoder, Kiosk, Machine, Notice, Notices, Provider, Store, Timekeeper
from app.ports.selling import Seller
from app.providers.registry import BuiltAccount, build
from app.settings import Settings
from app.store import open_store
from app.store.checks import DatabaseHealth, look_at
from app.warehouse.daily import Daily
from app.warehouse.privacy import Privacy
from app.warehouse.running import Warehouse
from app.warehouse.sync import Plan

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.ports.reports import Reports
    from app.web.live import Live
    from app.web.pin import Pin
    from app.web.selling import Selling

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of the tickets we make: none that people or guns take for another."""
CODE_LENGTH = 12
REPORTS = "reports"
"""In the data folder: where rows wait until a report is written."""
WAREHOUSE_RAN = "warehouse-ran"
"""In the data folder: when the warehouse was synchronised last."""

__all__ = ["Desk", "Hub", "database_health", "make_hub", "make_web"]


class Silent:
    """Notices that nobody hears: for commands that run beside a hub."""

    def tell(self, notice: Notice) -> None:
        return


class Waking:
    """Notices passed on; a scan or a sale wakes the senders as well."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self.wake: Callable[[], None] = lambda: None

    def tell(self, notice: Notice) -> None:
        if notice.topic in {"scan", "sale"}:
            self.wake()
        self._notices.tell(notice)


@dataclass(frozen=True, slots=True, kw_only=True)
class SellingFlows:
    """What sells, through the accounts in `sellers`."""

    sellers: Mapping[AccountId, Seller]
    sell: Sell
    follow: Follow
    rates: Rates
    tills: Tills

    def close(self) -> None:
        self.rates.close()
        for seller in self.sellers.values():
            seller.close()


@dataclass(slots=True, kw_only=True)
class Hub:
    """A wired hub. `accounts` holds also those that can't be used, with the reason."""

    settings: Settings
    clock: Clock
    timekeeper: Timekeeper
    machine: Machine
    store: Store
    accounts: list[BuiltAccount]
    providers: dict[AccountId, Provider]
    lines: dict[AccountId, Line]
    desks: dict[AccountId, Desk]
    admit: Admit
    lookup: LookUp
    undo: Undo
    bring: Bring
    selling: SellingFlows
    paper: PaperDesk
    jobs: Jobs
    live: Live | None = None
    reports: Reports | None = None

    def close(self) -> None:
        self.jobs.stop()
        if self.reports is not None:
            self.reports.close()
        self.paper.close()
        self.selling.close()
        self.lookup.close()
        for provider in self.providers.values():
            provider.close()
        self.store.close()


def make_hub(settings: Settings, *, hub: bool, listeners: Notices | None = None, clock: Clock | None = None) -> Hub:
    """Everything wired, nothing started. With `hub`, this process takes the database for itself (SQLite).

    A `clock` that is given is right; without one the house looks after its own.
    """
    timekeeper = HouseClock(trust=clock is not None or settings.clock == "system")
    clock = clock or timekeeper
    notices = Waking(listeners or Silent())
    accounts = build(settings.account_configs(), clock)
    providers = {one.account: one.provider for one in accounts if one.provider is not None}
    store = open_store(settings.url, clock, hub=hub)
    timekeeper.not_before(store.views.newest())
    for account, provider in providers.items():
        _introduce(store, account, provider.name)
    lines = {account: Line(account, clock, notices) for account in providers}
    lookup = LookUp(store, providers, lines, clock, settings.lookup_budget)
    able = {account: provider.capabilities for account, provider in providers.items()}
    admit = Admit(store, lookup, notices, clock, _policy(settings), timekeeper, able)
    sellers = {one.account: one.seller for one in accounts if one.seller is not None}
    selling = _selling(store, sellers, lines, admit, notices, clock)
    desks = _desks(settings, store, providers, lines, notices, clock, lookup if len(providers) > 1 else None)
    desks = _let_sell(desks, selling, store, notices, clock, timedelta(seconds=settings.poll_seconds))
    watch = Watch(store, providers, lines, notices, clock, timekeeper)
    put_right = PutRight(store, timekeeper, clock)
    tidy = partial(forget_changes, store)
    jobs = Jobs(desks, watch, clock, timedelta(seconds=settings.poll_seconds), timekeeper, put_right, tidy)
    jobs.daily = _warehouse(settings, accounts, desks, clock)
    notices.wake = jobs.nudge
    return Hub(
        settings=settings, clock=clock, timekeeper=timekeeper, machine=Board(settings.data_dir, lambda: store.room),
        store=store, accounts=accounts, providers=providers, lines=lines, desks=desks,
        admit=admit, lookup=lookup, bring=Bring(store, admit, notices, clock), selling=selling, paper=_paper(settings),
        undo=Undo(store, notices, clock, timekeeper=timekeeper, capabilities=able), jobs=jobs,
    )  # fmt: skip


def _warehouse(
    settings: Settings, accounts: Iterable[BuiltAccount], desks: Mapping[AccountId, Desk], clock: Clock
) -> Daily | None:
    """The daily run of the warehouse, where the settings have one."""
    wanted = settings.warehouse
    archives = {one.account: one.archive for one in accounts if one.archive is not None}
    if not wanted.to or not archives:
        return None
    house = Warehouse(
        to=wanted.to, privacy=Privacy(wanted.privacy) if wanted.privacy else None, zone=settings.zone, clock=clock,
        new_salt=lambda: secrets.token_hex(32),
    )  # fmt: skip
    plan = Plan(full_every=timedelta(days=wanted.full_days) or None)
    return Daily(
        house, archives, lambda account: desks[account].lease.held(), plan, wanted.at, settings.data_dir / WAREHOUSE_RAN
    )


def _introduce(store: Store, account: AccountId, name: str) -> None:
    store.run(lambda tx: tx.house.keep_account(account, name))


def _policy(settings: Settings) -> Policy:
    def minutes(value: int | None) -> timedelta | None:
        return None if value is None else timedelta(minutes=value)

    return Policy(
        events={},
        unknown_offline=settings.unknown_offline,
        early=minutes(settings.early_minutes),
        late=minutes(settings.late_minutes),
    )


def _desks(
    settings: Settings,
    store: Store,
    providers: dict[AccountId, Provider],
    lines: dict[AccountId, Line],
    notices: Notices,
    clock: Clock,
    lookup: LookUp | None,
) -> dict[AccountId, Desk]:
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    wanted = Wanted(auto="auto" in settings.events, ids=frozenset(settings.events) - {"auto"})
    full_every = timedelta(seconds=settings.full_poll_seconds)
    desks = {}
    for account, provider in providers.items():
        line, lease = lines[account], Lease(store, account, holder, clock)
        desks[account] = Desk(
            lease=lease,
            line=line,
            poll=Poll(store, provider, line, notices, clock, wanted, full_every),
            drain=Drain(store, provider, line, lease, clock, random.random, lookup),
            resources=provider.resources,
            poll_every=provider.capabilities.poll_every,
        )
    return desks


def _selling(
    store: Store,
    sellers: Mapping[AccountId, Seller],
    lines: Mapping[AccountId, Line],
    admit: Admit,
    notices: Notices,
    clock: Clock,
) -> SellingFlows:
    codes = Codes(
        ticket=lambda: "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)),
        receipt=lambda: secrets.token_urlsafe(24),
    )
    sell = Sell(store, sellers, admit, notices, clock, codes)
    return SellingFlows(
        sellers=sellers, sell=sell, follow=Follow(store, sellers, sell, notices, clock),
        rates=Rates(store, sellers, lines, clock), tills=Tills(store, clock),
    )  # fmt: skip


def _paper(settings: Settings) -> PaperDesk:
    wanted = settings.printing
    printer = None
    if wanted.printer:
        place = place_of(wanted.printer)
        printer = PrintQueue(EscposPrinter(place, width=wanted.width, copies=wanted.copies, profile=wanted.profile))
    return PaperDesk(Head(venue=wanted.venue, vat=wanted.vat, zone=settings.zone), printer)


def _let_sell(
    desks: Mapping[AccountId, Desk],
    selling: SellingFlows,
    store: Store,
    notices: Notices,
    clock: Clock,
    rates_within: timedelta,
) -> dict[AccountId, Desk]:
    """The desks, those of accounts that sell with what selling needs."""

    def selling_desk(account: AccountId, seller: Seller, desk: Desk) -> Desk:
        sells = SellingDesk(
            issue=Issue(store, seller, desk.line, desk.lease, notices, clock, random.random),
            follow=partial(selling.follow, account),
            offer=partial(selling.rates.keep, within=rates_within),
        )
        return replace(desk, selling=sells)

    return {**desks, **{name: selling_desk(name, one, desks[name]) for name, one in selling.sellers.items()}}


def make_web(hub: Hub, live: Live, decoder: Decoder | None, page: Path | None, kiosk: Kiosk | None = None) -> FastAPI:
    """The hub's HTTP side."""
    from app.web.parts import Parts  # noqa: PLC0415 - the command line's other verbs need no web framework
    from app.web.server import create_app  # noqa: PLC0415

    def refresh(event: EventId) -> None:
        hub.jobs.refresh(event)

    return create_app(
        Parts(
            store=hub.store, admit=hub.admit, undo=hub.undo, bring=hub.bring,
            snapshots=Snapshots(hub.store, secrets.token_hex(6)), live=live, lines=hub.lines, clock=hub.clock,
            zone=hub.settings.zone, decoder=decoder, page=page, version=version("doorcheck"),
            new_id=lambda: secrets.token_hex(16), refresh=refresh, nudge=hub.jobs.nudge,
            stale_after=hub.settings.stale_after, pin=_pin(hub), kiosk=kiosk, machine=hub.machine,
            timekeeper=hub.timekeeper, selling=_web_selling(hub), reports=_reports(hub),
        )
    )  # fmt: skip


def _reports(hub: Hub) -> Reports:
    from app.office.desk import ReportDesk  # noqa: PLC0415

    archives = {one.account: one.archive for one in hub.accounts if one.archive is not None}
    door = partial(door_takings, hub.store)
    hub.reports = ReportDesk(archives, hub.settings.data_dir / REPORTS, hub.clock, time.sleep, door)
    return hub.reports


def _web_selling(hub: Hub) -> Selling:
    from app.web.selling import Selling  # noqa: PLC0415

    flows = hub.selling
    return Selling(
        sell=flows.sell, follow=flows.follow, rates=flows.rates, tills=flows.tills,
        tenders={account: seller.tenders for account, seller in flows.sellers.items()}, address=hub.settings.address,
        paper=hub.paper,
    )  # fmt: skip


def _pin(hub: Hub) -> Pin:
    from app.web.pin import Pin  # noqa: PLC0415

    pin = hub.settings.supervisor_pin
    salt = hashlib.sha256(hub.store.views.secret("snapshot") + b"pin").digest()[:16]
    return Pin(pin.get_secret_value() if pin else None, salt)


def database_health(settings: Settings) -> DatabaseHealth:
    return look_at(settings.url)
