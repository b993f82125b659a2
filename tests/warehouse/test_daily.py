"""The daily run: once a day at the venue's time, by the hub that holds the lease."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.bootstrap import make_hub
from app.domain.model import AccountId
from app.settings import Settings, UnusableSetting, load_settings
from app.warehouse.daily import AGAIN_AFTER, Daily
from app.warehouse.running import Warehouse
from app.warehouse.sync import Plan
from tests.warehouse.back_office import BackOffice
from tests.warehouse.looking import look_into

MADRID = ZoneInfo("Europe/Madrid")


class Venue:
    """A hub's daily run, with a clock to turn."""

    def __init__(self, folder: Path, office: BackOffice) -> None:
        self.office = office
        self.folder = folder
        self.to = f"sqlite:///{folder / 'w.db'}"
        self.held = True
        self.stopping = threading.Event()
        self.at("2026-05-01T22:00")
        self.start()

    def at(self, local: str) -> None:
        self.office.now = datetime.fromisoformat(local).replace(tzinfo=MADRID)

    def start(self) -> None:
        house = Warehouse(to=self.to, zone=MADRID, clock=lambda: self.office.now, new_salt=lambda: "pepper")
        archives = {AccountId("fourvenues"): self.office.archive()}
        self._daily = Daily(house, archives, lambda _one: self.held, Plan(), time(5, 30), self.folder / "ran")

    def ran(self) -> bool:
        """Ask it; did it ask the platform?"""
        self.office.asked.clear()
        self._daily(self.stopping)
        return bool(self.office.asked)


@pytest.fixture
def venue(tmp_path: Path, office: BackOffice) -> Venue:
    office.tickets(3)
    return Venue(tmp_path, office)


def test_it_runs_once_at_the_venues_time(venue: Venue) -> None:
    asked = []
    for moment in ("2026-05-01T22:00", "2026-05-02T05:29", "2026-05-02T05:30", "2026-05-02T05:31", "2026-05-03T05:29"):
        venue.at(moment)
        asked.append(venue.ran())
    assert asked == [False, False, True, False, False]
    assert look_into(venue.to).count("tickets") == 3


def test_a_hub_that_was_off_at_the_time_makes_up_for_it(venue: Venue) -> None:
    venue.ran()
    venue.at("2026-05-02T21:00")
    venue.start()
    assert venue.ran()


def test_a_hub_that_is_started_again_does_not_run_twice(venue: Venue) -> None:
    venue.ran()
    venue.at("2026-05-02T05:30")
    assert venue.ran()
    venue.start()
    assert not venue.ran()


def test_only_the_hub_that_holds_the_lease_runs_it(venue: Venue) -> None:
    venue.ran()
    venue.held = False
    venue.at("2026-05-02T05:30")
    assert not venue.ran()
    venue.held = True
    assert venue.ran()


def test_a_run_that_failed_is_tried_again_an_hour_later(venue: Venue) -> None:
    venue.ran()
    venue.at("2026-05-02T05:30")
    venue.office.answers = lambda resource, _params: httpx.Response(400) if resource == "tickets" else None
    assert venue.ran()
    assert not venue.ran()
    venue.office.answers = lambda _resource, _params: None
    venue.office.now += AGAIN_AFTER
    assert venue.ran()
    venue.office.now += timedelta(hours=2)
    assert not venue.ran()


def test_a_target_that_can_not_be_used_ends_nothing(venue: Venue) -> None:
    venue.ran()
    venue.to = "sqlite:///missing/w.db"
    venue.start()
    venue.at("2026-05-02T05:30")
    assert not venue.ran()


def test_a_hub_that_ends_ends_it_at_the_next_page(venue: Venue) -> None:
    venue.ran()
    venue.office.tickets(500)
    venue.at("2026-05-02T05:30")
    venue.stopping.set()
    assert venue.ran()
    assert [resource for resource, _ in venue.office.asked] == ["events"]


def test_a_hub_has_a_daily_run_where_the_settings_say_so(tmp_path: Path) -> None:
    account = {"api_key": "ik_live_x", "base_url": "http://127.0.0.1:9"}
    for to, wanted in ((f"sqlite:///{tmp_path / 'w.db'}", True), ("", False)):
        hub = make_hub(Settings(data_dir=tmp_path, fourvenues=account, warehouse={"to": to}), hub=False)
        assert (hub.jobs.daily is not None) is wanted
        hub.close()
    assert not (tmp_path / "w.db").exists()


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"at": "25:30"}, "AT"),
        ({"privacy": "some"}, "PRIVACY"),
        ({"full_days": -1}, "FULL_DAYS"),
        ({"too": "x"}, "TOO"),
    ],
)
def test_an_unusable_setting_is_named(wrong: dict[str, object], name: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting, match=f"DOORCHECK_WAREHOUSE__{name}: "):
        load_settings(data_dir=tmp_path, warehouse=wrong)
