"""How the hub is: status, health, figures; which events it keeps; search."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.domain.model import AccountId, Allowance, Direction, Standing
from app.domain.outbox import AnswerKind
from app.ports import (
    AccountRow,
    Damaged,
    Freshness,
    MachineHealth,
    OutboxCount,
    ProviderError,
    Room,
    ScanCounts,
    StoreError,
)
from app.web.board import accounts, freshest, resource
from app.web.wire.status import FreshnessOut, StatusOut
from tests.web.venue import ACCOUNT, NEXT_NIGHT, NIGHT, OTHER_TOKEN, START, Door, Venue, ticket


def test_the_status_tells_the_whole_story(door: Door, venue: Venue) -> None:
    venue.pulled()
    venue.line.heard()
    door.scan()
    door.scan()
    status = door.get("/api/v1/status").json()
    StatusOut.model_validate(status)
    [event] = status.pop("events")
    owed = {"due": 1, "sending": 0, "parked": 0, "conflict": 0, "done": 0, "oldest_at": "2025-11-22T23:41:07Z"}
    assert status == {
        "now": "2025-11-22T23:41:07Z", "timezone": "Europe/Madrid", "version": "0.1.0",
        "station": {
            "name": "Puerta 1", "direction": "in", "allowance": "entrance", "allowance_name": "", "events": [],
            "kinds": [], "rates": [], "pin_needed": False,
        },
        "accounts": [{
            "name": "fourvenues", "provider": "fourvenues", "state": "up", "since": "2025-11-22T23:41:07Z",
            "words": "", "retry_at": None, "lease": None, "clock_drift_seconds": None, "outbox": owed,
            "freshness": {"state": "fresh", "as_of": "2025-11-22T23:41:07Z", "age_seconds": 0},
        }],
        "outbox": owed,
        "counts": {"admitted": 1, "refused": 1, "asked": 0, "inside": 1},
        "machine": None,
        "sells": [],
        "sales_conflicts": 0,
    }  # fmt: skip
    assert (event["id"], event["open"], event["admissions"], event["entered"], event["limit"]) == (NIGHT, True, 1, 1, 1)
    assert event["account"] == ACCOUNT
    assert event["resources"] == [
        {"resource": "tickets", "state": "fresh", "as_of": "2025-11-22T23:41:07Z", "age_seconds": 0, "words": ""}
    ]


def test_each_station_sees_itself(door: Door, venue: Venue) -> None:
    venue.station("Salida", OTHER_TOKEN, direction=Direction.OUT)
    other = Door(venue.app(), token=OTHER_TOKEN)
    assert [one.get("/api/v1/status").json()["station"]["name"] for one in (door, other)] == ["Puerta 1", "Salida"]


def test_many_pages_that_ask_at_once_cost_one_reading(venue: Venue, monkeypatch: pytest.MonkeyPatch) -> None:
    app = venue.app()
    door = Door(app)
    monkeypatch.setattr(app.state.house.board._fresh, "_seconds", lambda: 0.0)  # all of them at one moment
    views, read = venue.store.views, []
    counted = views.scan_counts

    def read_now() -> ScanCounts:
        read.append(1)
        return counted()

    monkeypatch.setattr(views, "scan_counts", read_now)
    with ThreadPoolExecutor(20) as pages:
        answers = list(pages.map(lambda _: door.get("/api/v1/status").status_code, range(20)))
    assert (answers, len(read)) == ([200] * 20, 1)


def freshness(pulled: timedelta | None = None, failed: timedelta | None = None) -> Freshness:
    return Freshness(
        account=ACCOUNT, event=NIGHT, resource="tickets", full_at=None, words="",
        pulled_at=None if pulled is None else START - pulled, failed_at=None if failed is None else START - failed,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "state", "age"),
    [
        (freshness(), "never", None),
        (freshness(failed=timedelta(0)), "failed", None),
        (freshness(pulled=timedelta(minutes=2)), "fresh", 120),
        (freshness(pulled=timedelta(minutes=16)), "stale", 960),
        (freshness(pulled=timedelta(minutes=2), failed=timedelta(minutes=1)), "failed", 120),
        (freshness(pulled=timedelta(minutes=2), failed=timedelta(minutes=7)), "fresh", 120),
    ],
)
def test_what_we_know_has_an_age(known: Freshness, state: str, age: int | None) -> None:
    told = resource(known, START, timedelta(minutes=15))
    assert (told.state, told.age_seconds) == (state, age)


def test_an_account_that_another_process_serves_is_as_it_wrote_down() -> None:
    oveit = AccountId("oveit")
    row = AccountRow(
        account=oveit, provider="oveit", state="paused", since=START, words="401", drift=timedelta(seconds=3),
        holder="hub-2", lease_until=START + timedelta(seconds=30),
    )  # fmt: skip
    [told] = accounts({}, [row], {oveit: OutboxCount(due=4)}, {})
    assert (told.state, told.words, told.clock_drift_seconds) == ("paused", "401", 3.0)
    assert (told.outbox.due, told.freshness) == (4, None)
    assert told.lease is not None
    assert (told.lease.holder, told.lease.until) == ("hub-2", START + timedelta(seconds=30))


def test_a_line_in_memory_is_newer_than_what_is_written_down(venue: Venue) -> None:
    venue.line.failed(ProviderError(AnswerKind.BUSY, "no route to host", unreachable=True))
    [told] = accounts(venue.parts.lines, venue.store.views.accounts(), {}, {})
    assert (told.provider, told.state, told.words) == ("fourvenues", "down", "no route to host")
    assert told.retry_at == START + timedelta(seconds=2)


def aged(state: str, age: int | None) -> FreshnessOut:
    as_of = None if age is None else START - timedelta(seconds=age)
    return FreshnessOut.model_validate({"state": state, "as_of": as_of, "age_seconds": age})


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ([], None),
        ([aged("fresh", 30), aged("fresh", 200)], aged("fresh", 200)),
        ([aged("stale", 900), aged("failed", 60), aged("fresh", 5)], aged("failed", 900)),
        ([aged("never", None), aged("fresh", 5)], aged("never", 5)),
    ],
)
def test_an_account_is_as_fresh_as_the_oldest_of_its_events(
    known: list[FreshnessOut], told: FreshnessOut | None
) -> None:
    assert freshest(known) == told


def test_two_accounts_are_told_apart(door: Door, venue: Venue) -> None:
    oveit = AccountId("oveit")
    venue.store.run(lambda tx: tx.house.keep_account(oveit, "oveit"))
    venue.pulled()
    door.scan()
    told = {one["name"]: one for one in door.get("/api/v1/status").json()["accounts"]}
    assert [told[one]["outbox"]["due"] for one in (ACCOUNT, oveit)] == [1, 0]
    assert [told[one]["freshness"] is None for one in (ACCOUNT, oveit)] == [False, True]
    figures = door.get("/metrics").text
    assert 'doorcheck_outbox{account="fourvenues",state="due"} 1.0' in figures
    assert 'doorcheck_outbox{account="oveit",state="due"} 0.0' in figures


def test_a_bar_says_what_it_counts_as_soon_as_somebody_has_it(venue: Venue) -> None:
    venue.station("Bar", OTHER_TOKEN, allowance="addon:5")
    drinks = Allowance(ref="addon:5", limit=2, name="Welcome drink")
    waited = [0.0]
    app = venue.app()
    app.state.house.allowances._seconds = lambda: waited[0]
    bar = Door(app, token=OTHER_TOKEN)

    def name() -> str:
        return str(bar.get("/api/v1/status").json()["station"]["allowance_name"])

    assert name() == ""
    venue.holds(ticket("DRNK5001", "Irene Vidal", allowances=(Allowance(limit=1), drinks)))
    assert name() == "", "a while ago nobody had it"
    waited[0] = 60
    assert name() == "Welcome drink"
    [row] = bar.get("/api/v1/admissions?q=irene").json()["items"]
    assert (row["allowance"], row["left"], [one["ref"] for one in row["allowances"]]) == (
        "addon:5",
        2,
        ["addon:5", "entrance"],
    )
    [other] = bar.get("/api/v1/admissions?q=luc").json()["items"]
    assert (other["left"], [one["ref"] for one in other["allowances"]]) == (0, ["entrance"])


def test_events_are_listed_with_what_is_open(door: Door) -> None:
    items = door.get("/api/v1/events").json()["items"]
    assert [(one["id"], one["open"]) for one in items] == [(NIGHT, True), (NEXT_NIGHT, False)]
    assert items[0]["starts_at"] == "2025-11-22T22:41:07Z"


@pytest.mark.parametrize("id", [NEXT_NIGHT, "dom-23"])
def test_an_event_is_opened_by_our_id_or_the_platforms(door: Door, venue: Venue, id: str) -> None:
    answer = door.put(f"/api/v1/events/{id}", json={"open": True})
    assert (answer.status_code, answer.json()["id"], answer.json()["open"]) == (200, NEXT_NIGHT, True)
    assert venue.refreshed == [NEXT_NIGHT]


def test_an_event_that_is_closed_is_not_fetched(door: Door, venue: Venue) -> None:
    assert not door.put(f"/api/v1/events/{NIGHT}", json={"open": False}).json()["open"]
    assert venue.refreshed == []


def found(door: Door, query: str) -> list[str]:
    return [one["name"] for one in door.get(f"/api/v1/admissions?{query}").json()["items"]]


def test_a_guest_is_found_by_name(door: Door, venue: Venue) -> None:
    venue.holds(ticket("LST90001", "Álvaro Gómez", limit=4, standing=Standing.PENDING))
    [item] = door.get("/api/v1/admissions?q=gomez").json()["items"]
    assert item | {"admission": ""} == {
        "admission": "", "name": "Álvaro Gómez", "note": "", "kind": "ticket", "rate": "Early bird",
        "standing": "pending", "left": 4, "limit": 4, "entered": 0, "code": "LST90001",
        "event": {"id": NIGHT, "name": "Noche de Sábado"}, "allowance": "entrance", "allowances": [],
    }  # fmt: skip


@pytest.mark.parametrize("query", ["", "q=", "q=l", "q=%20l%20", "q=nobody", f"q=lucía&event={NEXT_NIGHT}"])
def test_a_search_may_find_nobody(door: Door, query: str) -> None:
    assert found(door, query) == []


def test_a_search_may_be_about_one_event(door: Door, venue: Venue) -> None:
    assert found(door, f"q=luc&event={NIGHT}") == ["Lucía Romero"]


def test_a_station_searches_its_own_events(venue: Venue) -> None:
    venue.station("Domingo", OTHER_TOKEN, events=(NEXT_NIGHT,))
    assert found(Door(venue.app(), token=OTHER_TOKEN), "q=luc") == []


def test_a_hub_that_has_fetched_nothing_is_up_but_not_ready(door: Door, venue: Venue) -> None:
    assert door.get("/healthz").json() == {"status": "ok"}
    unready = door.get("/readyz")
    assert (unready.status_code, unready.json()["detail"]) == (
        503,
        "The guests of the open events have not been fetched yet.",
    )
    venue.pulled()
    assert door.get("/readyz").status_code == 200


def test_a_hub_without_an_open_event_is_not_ready(door: Door, venue: Venue) -> None:
    venue.store.run(lambda tx: tx.cache.open_event(NIGHT, False))
    wait = door.get("/readyz")
    assert (wait.status_code, wait.json()["detail"]) == (503, "No event is open.")


class DeafViews:
    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any) -> None:
            raise StoreError("disk I/O error")

        return fail


class DeafStore:
    views = DeafViews()

    def open_events(self) -> None:
        raise StoreError("disk I/O error")


def test_a_hub_whose_database_is_silent_says_so(venue: Venue) -> None:
    with Door(venue.app(store=DeafStore())) as door:
        assert door.get("/healthz").status_code == 200
        assert door.get("/readyz").status_code == 503
        assert "doorcheck_store_up 0.0" in door.get("/metrics").text
        assert door.get("/api/v1/status").status_code == 503


def test_the_figures_count_scans_and_name_nobody(door: Door, venue: Venue) -> None:
    venue.pulled()
    venue.line.heard()
    venue.store.run(lambda tx: tx.house.account_state(ACCOUNT, "up", "", START, timedelta(seconds=3)))
    door.scan(id="p1-1")
    door.scan(id="p1-1")
    door.scan()
    text = door.get("/metrics").text
    for line in (
        'doorcheck_scans_total{outcome="admit",reason="ok"} 1.0',
        'doorcheck_scans_total{outcome="refuse",reason="already_in"} 1.0',
        "doorcheck_scan_seconds_count 3.0",
        'doorcheck_outbox{account="fourvenues",state="due"} 1.0',
        'doorcheck_clock_drift_seconds{account="fourvenues"} 3.0',
        'doorcheck_freshness_seconds{account="fourvenues",event="65f1a0c2",resource="tickets"} 0.0',
        'doorcheck_line_up{account="fourvenues"} 1.0',
        "doorcheck_store_up 1.0",
    ):
        assert line in text
    assert "Romero" not in text
    assert "ZQ4" not in text


class HotPi:
    """A machine that is in trouble."""

    def look(self) -> MachineHealth:
        return MachineHealth(
            model="Raspberry Pi 5", temperature_c=84.5, undervoltage=True, undervoltage_seen=True, throttled=True,
            disk=Room.RESERVE, disk_free=12_000_000,
        )  # fmt: skip


def test_a_machine_in_trouble_is_told_to_people_and_monitors(venue: Venue) -> None:
    with Door(venue.app(machine=HotPi())) as door:
        assert door.get("/api/v1/status").json()["machine"] == {
            "model": "Raspberry Pi 5", "temperature_celsius": 84.5, "undervoltage": True, "undervoltage_seen": True,
            "throttled": True, "disk": "reserve", "disk_free_bytes": 12_000_000, "time_certain": True,
        }  # fmt: skip
        figures = door.get("/metrics").text
    assert "doorcheck_temperature_celsius 84.5" in figures
    assert "doorcheck_undervoltage 1.0" in figures
    assert "doorcheck_disk_free_bytes 1.2e+07" in figures


def test_rows_that_can_not_be_used_are_listed_with_their_reason(door: Door, venue: Venue) -> None:
    broken = [Damaged(ref="line 17", raw=b"x;y", why="line 17: the heads are no number")]
    venue.store.run(lambda tx: tx.cache.save_damaged(ACCOUNT, NIGHT, "guests", broken, START))
    told = door.get(f"/api/v1/events/{NIGHT}/damaged").json()
    assert told == {"items": [{"resource": "guests", "ref": "line 17", "why": "line 17: the heads are no number"}]}
    assert door.get(f"/api/v1/events/{NEXT_NIGHT}/damaged").json() == {"items": []}
    assert door.get("/api/v1/events/nothing/damaged").status_code == 404
