"""A night at Oveit."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from app.domain.model import ENTRANCE, AccountId, Event
from app.providers.naming import event_id
from app.providers.oveit.account import OveitAccount
from app.providers.oveit.provider import OveitProvider
from app.simulators import oveit
from app.simulators.oveit import World
from app.simulators.oveit import rows as platform
from app.simulators.oveit.world import AROUND_CODE
from app.simulators.serving import start_in_thread
from tests.conformance.houses import house as base
from tests.conformance.houses.house import Cable, Sold, Unhurried
from tests.conformance.houses.positions import Turned, every

ACCOUNT = AccountId("oveit")
EMAIL, PASSWORD = "door.7Qk@example.org", "Xw4-Lr8Zc#2m"
MARKS = ("/tickets/checkin", "/turnstile/checkin", "/turnstile/checkout")


class Timer:
    """Seconds that pass, and those that a test lets pass."""

    def __init__(self) -> None:
        self.later = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.later


class House(base.House[World]):
    """Sells tickets for one person; those of a type may have addons, good for several uses."""

    timer: Timer
    night: platform.Event
    general: platform.TicketType
    vip: platform.TicketType

    def clear(self, keeping: Mapping[str, object] | None = None) -> None:
        """A minute later: nobody logs in twice within one."""
        super().clear(keeping)
        self.timer.later += 61

    def good(self, *, old: bool = False) -> Sold:
        return self.sold(self.ticket())

    def several(self, limit: int) -> Sold:
        drink = next((one for one in self.vip.addons if one.uses == limit), None)
        drink = drink or self.world.add_addon(self.vip, "Welcome drink", uses=limit)
        return self.sold(self.ticket(self.vip), addon=drink)

    def every_kind(self) -> list[Sold]:
        several = self.several(3)
        self.enter_elsewhere(several)
        inside, odd = self.good(), self.sold(self.ticket(rfid=["04A1B2C3D4E5F6"]))
        self.enter_elsewhere(inside)
        return [self.good(), inside, several, odd]

    def for_another_event(self) -> Sold:
        night = self.world.add_event("Friday Jazz Club", self.world.now() + 2 * 86400)
        self.platform.opened.append(night)
        self.other = event_of(night)
        return self.sold(self.world.add_ticket(night, self.world.add_type(night, "General")))

    def damage(self) -> None:
        self.ticket(code=" ")

    def enter_elsewhere(self, sold: Sold, heads: int = 1) -> None:
        """Somewhat earlier: the platform's times are its own."""
        for _ in range(heads):
            self.world.enter_elsewhere(sold.row, addon_of(sold))
        sold.row.uses[-heads:] = [replace(use, at=use.at - 300) for use in sold.row.uses[-heads:]]

    def void(self, sold: Sold) -> None:
        self.world.vanish(sold.row)

    def vanish(self, sold: Sold) -> None:
        self.world.vanish(sold.row)

    def inside(self, sold: Sold) -> int:
        return sum(use.addon_id == addon_of(sold) and use.direction == "in" for use in sold.row.uses)

    def ours(self, sold: Sold) -> list[int]:
        return [1 for use in self.ledger(sold.row) if use.addon_id == addon_of(sold) and use.direction == "in"]

    def retype(self, sold: Sold) -> str | None:
        self.world.retype(sold.row, self.vip if sold.row.type is self.general else self.general)
        return sold.row.type.name

    def printed(self, sold: Sold) -> str:
        return AROUND_CODE[self.world.switches.qr].format(sold.code)

    # what only Oveit has

    def ticket(self, type: platform.TicketType | None = None, **fields: Any) -> platform.Ticket:
        return self.world.add_ticket(self.night, type or self.general, **fields)

    def sold(self, ticket: platform.Ticket, addon: platform.Addon | None = None) -> Sold:
        return Sold(
            row=ticket, ref=ticket.code, code=ticket.code, resource="tickets", rate=ticket.type.name,
            allowance=f"addon:{addon.id}" if addon else ENTRANCE, limit=addon.uses if addon else 1,
        )  # fmt: skip

    def ledger(self, ticket: platform.Ticket | None = None) -> list[platform.Use]:
        """What we told the platform and it counted."""
        uses = [use for use in self.world.ledger if use.by in ("checkin", "turnstile")]
        return [use for use in uses if ticket is None or use.ticket_id == ticket.id]

    def logins(self) -> int:
        return sum(path.endswith("/seller/login") for path in self.cable.paths())

    def marks(self) -> list[str]:
        """Requests that could have marked something."""
        return [path for path in self.cable.paths() if path.endswith(MARKS)]


def addon_of(sold: Sold) -> int | None:
    return None if sold.allowance == ENTRANCE else int(sold.allowance.removeprefix("addon:"))


def event_of(night: platform.Event) -> Event:
    begins = None if night.start is None else datetime.fromtimestamp(int(night.start), UTC)
    ref = str(night.id)
    return Event(id=event_id("oveit", ACCOUNT, ref), account=ACCOUNT, ref=ref, name=night.name, starts_at=begins)


def tokens_in(requests: Iterable[httpx.Request]) -> set[str]:
    given = (request.headers.get("authorization", "") for request in requests)
    return {one.removeprefix("Bearer ") for one in given} - {""}


class Platform(base.Platform[World]):
    name = "oveit"
    positions = every(oveit.Switches)
    passing = frozenset({"bodies", "token_revoked", "api_permission"})
    listing = frozenset({
        "bad_login", "seller_id_key", "event_counts", "order", "list_rfid", "turnstile", "turnstile_shows",
        "after_checkout", "attendee_page", "lost_cursor",
    })  # fmt: skip
    dumb = {  # noqa: RUF012
        "bodies": {"form"}, "token_revoked": {"on"}, "api_permission": {"no-login", "no-calls"},
    }  # fmt: skip
    odd = {  # noqa: RUF012
        "gate_between": {1, 0.4}, "gate_between_next": {1, 3}, "multi_access": {"off"}, "addons_exhausted": {"on"},
        "addons_disabled": {"on"}, "api_permission": {"no-calls"}, "bodies": {"form"},
    }  # fmt: skip
    retypes = True
    opened: list[platform.Event]

    @classmethod
    def marks(cls, request: httpx.Request) -> bool:
        return request.url.path.endswith(MARKS)

    @classmethod
    def still_shows(cls, turned: Turned) -> bool:
        return turned.get("cancelled") == "stay"

    def start(self) -> None:
        self.world = World(seed=11, email=EMAIL, password=PASSWORD)
        self.opened = []
        self._server = start_in_thread(oveit.create_app(self.world))

    def stop(self) -> None:
        self._server.stop()

    @property
    def switches(self) -> oveit.Switches:
        return self.world.switches

    def secrets(self, sent: list[httpx.Request]) -> set[str]:
        return {PASSWORD, *tokens_in(sent)}

    def open(self, cable: Cable, folder: Path, heard: list[str], **settings: Any) -> House:
        """A night on which the earlier tests' are over, and nobody wears their wristbands."""
        world = self.world
        world.ledger.clear()
        world.tokens.revoke()
        world._by_rfid.clear()
        for night in self.opened:
            night.active = False
        perpetual = settings.pop("perpetual", False)
        night = world.add_event("Rehearsal", None if perpetual else world.now() - 3600)
        self.opened = [night]
        general, vip = world.add_type(night, "General", "60 RON"), world.add_type(night, "VIP", "35 EUR")
        pacer = settings.pop("pacer", None) or Unhurried()
        clock = settings.pop("clock", base.now)
        account = OveitAccount(
            account=ACCOUNT, base_url=f"{self._server.url}/api",
            **{"email": EMAIL, "password": PASSWORD, **settings},
        )  # fmt: skip
        timer = Timer()
        provider = OveitProvider(account, clock, pacer=pacer, http=cable, timer=timer)
        house = House(self, event_of(night), base.overheard(provider, heard), cable)
        house.night, house.general, house.vip, house.timer = night, general, vip, timer
        return house
