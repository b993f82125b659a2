"""A kiosk that hands out an extra, guests with several rights, several platforms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap import Hub, make_hub
from app.domain.model import AccountId, Allowance, Event, EventId, Right, Station, StationId
from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.settings import Settings
from app.web.allowances import Allowances
from scanner.kiosk.conditions import look_around
from scanner.kiosk.frame import Extra, Sign, State
from scanner.kiosk.showing import showing
from tests.fakes.night import admission, row
from tests.scanner.kiosk.test_screen import manner, verdict

DRINK = Right(ref="addon:5", name="Welcome drink", left=1, limit=2)
ENTRANCE = Right(ref="entrance", name="", left=0, limit=1)
BAR = Station(id=StationId(1), name="Bar", allowance="addon:5")


@pytest.mark.parametrize("layout", ["self", "staffed"])
def test_several_rights_are_shown_and_one_alone_is_not(layout: str) -> None:
    how = manner(layout)  # type: ignore[arg-type]
    shown = showing(verdict(rights=(DRINK, ENTRANCE)), how).shown
    assert [(one.ref, one.left, one.limit) for one in shown.rights] == [("addon:5", 1, 2), ("entrance", 0, 1)]
    assert showing(verdict(allowance="addon:5", rights=(DRINK,)), how).shown.rights == ()


def test_a_drink_is_no_party() -> None:
    made = showing(verdict(allowance="addon:5", rights=(DRINK, ENTRANCE), left=1, limit=2), manner())
    assert (made.state, made.party, made.sound) == (State.VERDICT, None, "admit")
    assert (made.shown.word, made.shown.detail, made.shown.allowance) == ("1 × Welcome drink", "1 left", "addon:5")


def test_an_undo_that_stays_here_says_so_beforehand() -> None:
    told = [showing(verdict(undo_stays=stays), manner("staffed")).undo for stays in (True, False)]
    assert [one is not None and one.stays for one in told] == [True, False]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    accounts = {
        name: {"provider": "fourvenues", "api_key": "ik_test_51c0", "base_url": "http://127.0.0.1:9/integrations"}
        for name in ("north", "south")
    }
    made = make_hub(Settings(data_dir=tmp_path, accounts=accounts), hub=True, clock=lambda: datetime.now(UTC))
    now = made.clock()
    for name in ("north", "south"):
        night = Event(
            id=EventId(name), account=AccountId(name), ref=name, name=f"{name.title()} Night",
            starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=4),
        )  # fmt: skip
        made.store.run(lambda tx, night=night: tx.cache.save_events([night], {night.id}))
    yield made
    made.close()


def look(hub: Hub, place: Station) -> tuple[Extra | None, bool]:
    seen = look_around(hub, place, [], "", Allowances(hub.store))
    return seen.extra, Sign.OFFLINE in seen.signs


def test_a_bar_says_what_it_hands_out(hub: Hub) -> None:
    assert look(hub, BAR)[0] == Extra(ref="addon:5", name="")
    drinks = Allowance(ref="addon:5", limit=2, name="Welcome drink")
    guest = admission(account=AccountId("north"), event=EventId("north"), allowances=(Allowance(limit=1), drinks))
    hub.store.run(lambda tx: tx.cache.save([(guest, row(guest))]))
    assert look(hub, BAR)[0] == Extra(ref="addon:5", name="Welcome drink")
    assert look(hub, Station(id=StationId(2), name="Gate"))[0] is None


def test_a_kiosk_is_cut_off_when_the_platform_of_one_of_its_events_is(hub: Hub) -> None:
    gate = Station(id=StationId(2), name="Gate")
    north = Station(id=StationId(3), name="North", events=(EventId("north"),))
    hub.lines[AccountId("north")].heard()
    hub.lines[AccountId("south")].failed(ProviderError(AnswerKind.BUSY, "no route to host", unreachable=True))
    assert [look(hub, one)[1] for one in (gate, north)] == [True, False]
