"""A wedding in a spreadsheet, and the person who keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from app.domain.model import AccountId, Kind
from app.providers.file.account import FileAccount
from app.providers.file.provider import FileProvider
from app.simulators.spreadsheet import Spreadsheet, Switches
from tests.conformance.houses import house as base
from tests.conformance.houses.house import Cable, Sold
from tests.conformance.houses.positions import Turned, every

ACCOUNT = AccountId("wedding")


class Sheet(Spreadsheet):
    """Under one name, whatever it is saved as."""

    @property
    def guests(self) -> Path:
        return self.folder / "guests.csv"

    def enter(self, ref: str, heads: int = 1) -> None:
        """By hand, with the hour."""
        super().enter(ref, heads)
        *lines, last = self._lines()
        last |= {"at": (base.now() - timedelta(minutes=5)).isoformat(timespec="seconds")}
        self._save_results([[*last], *([line[name] for name in last] for line in (*lines, last))])


class House(base.House[Sheet]):
    """Guests with codes or without, alone or with others. What is void is taken out."""

    platform: Platform

    def turn(self, **switches: object) -> None:
        super().turn(**switches)
        self.world.save()

    def clear(self, keeping: Mapping[str, object] | None = None) -> None:
        super().clear(keeping)
        self.world.save()

    def good(self, *, old: bool = False) -> Sold:
        return self.guest()

    def several(self, limit: int) -> Sold:
        return self.guest(heads=limit)

    def every_kind(self) -> list[Sold]:
        inside = self.guest(heads=3)
        self.enter_elsewhere(inside)
        named = self.guest(code="", name=f"Íñigo Sáenz {next(self.platform.serial)}", heads=2)
        return [inside, self.guest(), named, self.guest(rfid="04:A2:24:5B", kind="VIP", note='Mesa 4;\n"a la puerta"')]

    def for_another_event(self) -> Sold | None:
        return None

    def damage(self) -> None:
        self.world.add("Begoña", self.good().code)
        self.world.save()

    def enter_elsewhere(self, sold: Sold, heads: int = 1) -> None:
        self.world.enter(sold.row, heads)

    def void(self, sold: Sold) -> None:
        self.vanish(sold)

    def vanish(self, sold: Sold) -> None:
        self.world.remove(sold.row)
        self.world.save()

    def inside(self, sold: Sold) -> int:
        return self.world.inside(sold.row)

    def ours(self, sold: Sold) -> list[int]:
        return [int(line["heads"]) for line in self._lines(sold)]

    def times_told(self, sold: Sold) -> list[datetime]:
        return [_moment(line["at"]) for line in self._lines(sold)]

    def guest(self, *, code: str | None = None, name: str = "Begoña Muñoz", heads: int = 1, **cells: str) -> Sold:
        code = f"B0DA{next(self.platform.serial):04X}" if code is None else code
        row = self.world.add(name, code, heads, **cells)
        self.world.save()
        known = {one.name: ref for ref, one in self._known().items()} if not code else {}
        return Sold(
            row=row, ref=f"code:{code}" if code else known[name], code=code, resource="guests", limit=heads,
            kind=Kind.TICKET if code else Kind.LIST,
        )  # fmt: skip

    def _known(self) -> Mapping[str, Any]:
        return {ref: one.guest for ref, one in self.admissions().items()}

    def _lines(self, sold: Sold) -> list[dict[str, str]]:
        """What we wrote, and no person."""
        key = ("code", sold.code) if sold.code else ("name", sold.row)
        return [line for line in self.world._lines() if line.get(key[0]) == key[1] and line.get("scan")]


def _moment(written: str) -> datetime:
    """Ours, or what a spreadsheet made of it."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return datetime.strptime(written, "%d/%m/%Y %H:%M:%S").replace(tzinfo=UTC)


class Platform(base.Platform[Sheet]):
    """Files have no weather; what goes wrong with them is among the switches of the spreadsheet."""

    name = "file"
    positions = every(Switches)
    passing = frozenset({"missing", "empty", "torn", "locked"})
    listing = frozenset({"order", "empty_rows", "slow"})
    dumb = {"missing": {"on"}, "empty": {"on"}, "torn": {"on"}}  # noqa: RUF012
    several_events = False
    has_clock = False
    slow: Turned = {}  # noqa: RUF012
    flaky: Turned = {"torn": "on"}  # noqa: RUF012
    says = "FileProvider"

    def start(self) -> None:
        self.serial = count(1)

    def stop(self) -> None:
        return

    @property
    def switches(self) -> Switches:
        return self.world.switches

    def reset(self) -> None:
        if hasattr(self, "world"):
            self.switches.reset()
            self.world.close()

    @classmethod
    def allows(cls, turned: Turned) -> bool:
        return super().allows(turned) and "locked" not in turned

    def secrets(self, sent: list[httpx.Request]) -> set[str]:
        """Where the files are is nobody's business."""
        return {str(self.world.folder)}

    def open(self, cable: Cable, folder: Path, heard: list[str], **settings: Any) -> House:
        self.world = Sheet(folder, seed=3)
        self.world.save()
        account = FileAccount(account=ACCOUNT, path=str(self.world.guests), **{"name": "Boda", **settings})
        provider = base.overheard(FileProvider(account, base.now), heard)
        (event,) = provider.events(base.now(), base.now())
        return House(self, event, provider, cable)
