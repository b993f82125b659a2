"""A night at Fourvenues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from app.domain.model import AccountId, Credential, Event, EventId, Kind
from app.domain.outbox import Call
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.provider import FourvenuesProvider
from app.simulators import fourvenues
from app.simulators.fourvenues import World, trade
from app.simulators.fourvenues.checkin import enter_elsewhere
from app.simulators.fourvenues.rows import ListEntry, Pass, Ticket
from app.simulators.serving import start_in_thread
from tests.conformance.houses import house as base
from tests.conformance.houses.house import Cable, Sold, Unhurried
from tests.conformance.houses.positions import Turned, every

KEY, PAIR, SECRET = "ik_live_3tQv8Zk1Wm", "int_4Rb7Yx", "s3cr3t-Lp9"
KINDS = {Ticket: (Kind.TICKET, "tickets"), ListEntry: (Kind.LIST, "lists"), Pass: (Kind.PASS, "passes")}
AGO = 5 * 86400


class House(base.House[World]):
    """Sells tickets, guest lists and passes; tickets may be for a group."""

    def good(self, *, old: bool = False) -> Sold:
        return self.sold(self.ticket(created=self.world.now() - AGO) if old else self.ticket())

    def several(self, limit: int) -> Sold:
        return self.sold(self.ticket(for_=limit))

    def every_kind(self) -> list[Sold]:
        entered = self.ticket(for_=3, enter=1)
        rows = [self.ticket(), entered, self.ticket(status="cancelled"), self.entry(for_=4), self.entry()]
        passes = [self.owned(for_=2), self.owned(in_v2=False), self.owned(in_v1=False)]
        return [self.sold(row) for row in (*rows, *passes)]

    def for_another_event(self) -> Sold:
        at = self.world.now()
        night = self.world.add_event(name="Next week", start=at + 7 * 86400, end=at + 7 * 86400 + 3600)
        self.other = self.platform.event(night)
        return self.sold(self.world.add_ticket(event_id=night.id))

    def damage(self) -> None:
        self.ticket(without=("_id",))

    def enter_elsewhere(self, sold: Sold, heads: int = 1) -> None:
        enter_elsewhere(self.world, sold.row, heads, self.event.ref)
        if isinstance(sold.row, Ticket):
            sold.row.entered_at = self.world.now() - 300

    def void(self, sold: Sold) -> None:
        trade.cancel(self.world, sold.row)

    def vanish(self, sold: Sold) -> None:
        self.world.delete(sold.row)

    def inside(self, sold: Sold) -> int:
        row = sold.row
        return int(row.usages[self.event.ref].enter if isinstance(row, Pass) else row.enter)

    def ours(self, sold: Sold) -> list[int]:
        changes = [entry for entry in self.world.ledger if entry.ref == sold.ref and entry.source == "api"]
        return [change for one in changes if (change := one.enter_after - one.enter_before)]

    def times_told(self, sold: Sold) -> list[datetime]:
        told = [one.entry_date for one in self.world.ledger if one.ref == sold.ref and one.source == "api"]
        return [datetime.fromisoformat(at) for at in told if at]

    # what only Fourvenues sells

    def ticket(self, **fields: Any) -> Ticket:
        return self.world.add_ticket(event_id=self.event.ref, **fields)

    def entry(self, **fields: Any) -> ListEntry:
        return self.world.add_list(event_id=self.event.ref, **fields)

    def owned(self, **fields: Any) -> Pass:
        return self.world.add_pass(events=[self.event.ref], **fields)

    def sold(self, row: Ticket | ListEntry | Pass) -> Sold:
        kind, resource = KINDS[type(row)]
        return Sold(row=row, ref=row.id, code=row.code, resource=resource, kind=kind, limit=row.for_)

    def entered(self, row: Ticket | ListEntry | Pass) -> int:
        return self.inside(self.sold(row))

    def call_for(self, row: Ticket | ListEntry | Pass, heads: int = 1, **fields: Any) -> Call:
        return self.call(self.sold(row), heads, **fields)

    def ref_of(self, code: str, witness: str | None, budget: timedelta = base.BUDGET) -> str | None:
        found = self.provider.find(Credential(value=code), self.event, budget, witness)
        return found[0].row.ref if found else None


class Platform(base.Platform[World]):
    name = "fourvenues"
    positions = every(fourvenues.DoorSwitches, same_as_others={"forbidden": {"bookings"}, "paged": {"bookings"}})
    passing = frozenset({"key_revoked", "forbidden"})
    listing = frozenset({
        "page_default", "page_max", "paged", "ignore_limit", "ignore_offset", "order", "start_bound", "end_bound",
        "deleted_per_poll", "sold_per_page", "created_at", "stamps_on_lists", "events_filter", "auth",
    })  # fmt: skip
    dumb = {"key_revoked": {"on"}, "forbidden": {"tickets", "lists", "passes", "all"}}  # noqa: RUF012
    odd = {  # noqa: RUF012
        "enter_means": {"increment"}, "partial_entry": {"refused"}, "list_put": {"add"}, "v2_checkin": {"off"},
    }  # fmt: skip
    moving = frozenset({"deleted_per_poll"})

    def start(self) -> None:
        self.world = World.generate(guests=3, lists=1, passes=1, seed=11)
        self._server = start_in_thread(fourvenues.create_app(self.world))

    def stop(self) -> None:
        self._server.stop()

    @property
    def switches(self) -> fourvenues.Switches:
        return self.world.switches

    @classmethod
    def may_not_find(cls, turned: Turned) -> bool:
        return cls.may_fail(turned) or "forbidden" in turned

    @classmethod
    def miscounts(cls, turned: Turned) -> bool:
        return "enter_means" in turned or "list_put" in turned

    @classmethod
    def tells_entries(cls, turned: Turned) -> bool:
        return "entry_moves_updated_at" not in turned

    def pulled(self, sold: list[Sold], turned: Turned) -> list[Sold]:
        here = [one for one in sold if self.world.by_id(one.ref)]
        if turned.get("forbidden") == "v2/passes":
            here = [one for one in here if not (isinstance(one.row, Pass) and not one.row.in_v1)]
        return here

    def secrets(self, sent: list[httpx.Request]) -> set[str]:
        return {KEY, PAIR, SECRET}

    def open(self, cable: Cable, folder: Path, heard: list[str], **settings: Any) -> House:
        self.world.ledger.clear()
        at = self.world.now()
        pacer = settings.pop("pacer", None) or Unhurried()
        account = FourvenuesAccount(
            account=AccountId("fourvenues"), base_url=f"{self._server.url}/integrations",
            **{"api_key": KEY, "integration_id": PAIR, "secret": SECRET, **settings},
        )  # fmt: skip
        event = self.event(self.world.add_event(name="Rehearsal", start=at - 3600, end=at + 3600))
        provider = FourvenuesProvider(account, base.now, pacer=pacer, http=cable)
        return House(self, event, base.overheard(provider, heard), cable)

    def event(self, night: Any) -> Event:
        begin, end = (datetime.fromtimestamp(one, UTC) for one in (night.start, night.end))
        return Event(
            id=EventId(night.id), account=AccountId("fourvenues"), ref=night.id, name=night.name, starts_at=begin,
            ends_at=end,
        )  # fmt: skip
