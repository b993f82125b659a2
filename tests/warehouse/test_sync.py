"""Filling a warehouse: everything once, then what changed, and nothing else is ever written."""

from __future__ import annotations

from datetime import timedelta

import httpx

from app.domain.model import AccountId
from tests.warehouse.back_office import EVENT, BackOffice, payment, ticket
from tests.warehouse.conftest import House

TICKET = "t00003"


def test_a_first_run_brings_everything(house: House, office: BackOffice) -> None:
    office.tickets(250)
    office.put("lists", {"_id": "l1", "name": "Ana", "for": 4, "enter": 1}, event=EVENT)
    office.put("payments", payment(1), payment(2))
    told = house.sync()
    assert {name: one.written for name, one in told.items() if one.written} == {
        "events": 1, "tickets": 250, "lists": 1, "payments": 2,
    }  # fmt: skip
    assert house.look.count("tickets") == 250


def test_a_second_run_without_changes_writes_nothing(house: House, office: BackOffice) -> None:
    office.tickets(250)
    office.put("payments", payment(1))
    house.sync()
    before = [house.look.rows(f"SELECT * FROM {name}") for name in ("tickets", "payments", "doorcheck_cursors")]
    office.later(hours=1)
    assert house.written() == 0
    assert [house.look.rows(f"SELECT * FROM {one}") for one in ("tickets", "payments", "doorcheck_cursors")] == before


def test_only_rows_that_changed_are_written(house: House, office: BackOffice) -> None:
    office.tickets(250)
    house.sync()
    office.later(hours=1)
    office.change("tickets", TICKET, EVENT, enter=1)
    office.put("tickets", ticket(900, updated_at="2026-05-02T22:00:00.000Z"), event=EVENT)
    assert house.sync()["tickets"].written == 2
    assert (house.look.one("tickets", TICKET)["entered"], house.look.count("tickets")) == (1, 251)


def test_a_later_run_asks_for_what_changed_with_an_overlap(lite: House, office: BackOffice) -> None:
    office.put("tickets", ticket(1, updated_at="2026-05-02T20:00:00.000Z"), event=EVENT)
    lite.sync()
    office.asked.clear()
    lite.sync(overlap=timedelta(minutes=2))
    params = next(params for resource, params in office.asked if resource == "tickets")
    assert (params["date_field"], params["start_date"]) == ("updated_at", "2026-05-02T19:58:00.000Z")


def test_a_stamp_from_the_future_does_not_move_the_cursor_ahead(lite: House, office: BackOffice) -> None:
    office.put("tickets", ticket(1, updated_at="2031-01-01T00:00:00.000Z"), event=EVENT)
    lite.sync()
    office.later(hours=1)
    office.put("tickets", ticket(2, updated_at="2026-05-02T22:00:00.000Z"), event=EVENT)
    assert lite.sync()["tickets"].written == 1


def test_a_row_that_changes_while_others_are_read_is_seen_by_the_next_run(lite: House, office: BackOffice) -> None:
    office.tickets(250)

    def meanwhile(resource: str, params: dict[str, str]) -> None:
        if resource == "tickets" and params["offset"] == "200":
            office.later(hours=2)
            office.change("tickets", TICKET, EVENT, enter=1)
            office.later(hours=1)
            office.change("tickets", "t00240", EVENT, enter=1)

    office.answers = meanwhile
    lite.sync()
    office.answers = lambda _resource, _params: None
    lite.sync()
    assert lite.look.one("tickets", TICKET)["entered"] == 1


def test_a_complete_pass_marks_what_is_gone_and_removes_nothing(house: House, office: BackOffice) -> None:
    office.tickets(250)
    house.sync()
    del office.rows["tickets", EVENT][TICKET]
    assert house.sync()["tickets"].deleted == 0
    assert house.sync(full=True)["tickets"].deleted == 1
    gone = house.look.table("tickets", "deleted_at IS NOT NULL")
    assert [(row["id"], row["code"]) for row in gone] == [(TICKET, "C00000003")]
    assert house.sync(full=True)["tickets"].deleted == 0


def test_a_row_that_comes_back_is_no_longer_marked(house: House, office: BackOffice) -> None:
    office.tickets(5)
    house.sync()
    kept = office.rows["tickets", EVENT].pop(TICKET)
    house.sync(full=True)
    office.put("tickets", kept, event=EVENT)
    assert house.sync(full=True)["tickets"].written == 1
    assert house.look.count("tickets", "deleted_at IS NOT NULL") == 0


def test_a_row_that_only_moved_between_two_pages_is_not_taken_for_gone(lite: House, office: BackOffice) -> None:
    office.tickets(250)
    lite.sync()
    moved = office.rows["tickets", EVENT]["t00100"]
    once = []

    def shifts(resource: str, params: dict[str, str]) -> httpx.Response | None:
        if resource != "tickets" or once:
            return None
        rows = office.rows["tickets", EVENT]
        if params["offset"] == "0":
            rows.pop("t00100", None)
        if params["offset"] == "200":
            rows["t00100"] = moved
            once.append(True)
            return httpx.Response(200, json={"success": True, "data": []})
        return None

    office.answers = shifts
    assert lite.sync(full=True)["tickets"].deleted == 0


def test_a_complete_pass_comes_round_by_itself(lite: House, office: BackOffice) -> None:
    office.tickets(5)
    lite.sync()
    del office.rows["tickets", EVENT][TICKET]
    office.later(days=6)
    assert lite.sync(full_every=timedelta(days=7))["tickets"].deleted == 0
    office.later(days=1)
    assert lite.sync(full_every=timedelta(days=7))["tickets"].deleted == 1


def test_a_collection_that_the_key_may_not_read_is_skipped_and_told(lite: House, office: BackOffice) -> None:
    office.tickets(5)
    office.forbidden = {"lists", "wallet-movements"}
    told = lite.sync()
    assert {name for name, one in told.items() if one.skipped} == {"lists", "wallet_movements"}
    assert (told["tickets"].written, told["lists"].failed) == (5, "")


def test_a_platform_that_is_busy_is_asked_again_where_it_was(lite: House, office: BackOffice) -> None:
    office.tickets(250)
    tries = []

    def busy(resource: str, params: dict[str, str]) -> httpx.Response | None:
        if resource == "tickets" and params["offset"] == "100" and len(tries) < 3:
            tries.append(True)
            return httpx.Response(503, headers={"Retry-After": "4"})
        return None

    office.answers = busy
    told = lite.sync()
    assert (told["tickets"].written, told["tickets"].failed, len(lite.slept)) == (250, "", 3)
    assert all(4 <= seconds <= 5 for seconds in lite.slept[:2])


def test_a_collection_that_fails_keeps_no_other_from_being_read(lite: House, office: BackOffice) -> None:
    office.tickets(5)
    office.put("payments", payment(1))
    office.answers = lambda resource, _params: httpx.Response(503) if resource == "tickets" else None
    told = lite.sync()
    assert (told["tickets"].failed, told["payments"].written) == ("status 503", 1)
    office.answers = lambda _resource, _params: None
    assert lite.sync()["tickets"].written == 5


def test_a_run_that_was_cut_short_goes_on_where_it_stood(lite: House, office: BackOffice) -> None:
    office.tickets(450)
    office.answers = lambda resource, params: (
        httpx.Response(400) if resource == "tickets" and params["offset"] == "300" else None
    )
    assert lite.sync()["tickets"].failed
    office.answers = lambda _resource, _params: None
    office.asked.clear()
    told = lite.sync()["tickets"]
    asked = [params["offset"] for resource, params in office.asked if resource == "tickets"]
    assert (asked[0], told.written, lite.look.count("tickets")) == ("200", 250, 450)
    assert lite.written() == 0


def test_a_pass_good_for_two_events_is_a_row_of_each(lite: House, office: BackOffice) -> None:
    office.put("events", {"_id": "f" * 32, "name": "Otra", "start": 1777845600, "end": 1777867200})
    for event, inside in ((EVENT, 1), ("f" * 32, 0)):
        office.put("passes", {"_id": "p1", "status": "valid", "for": 1, "enter": inside, "name": "Ana"}, event=event)
    office.put("v2/passes", {"_id": "p2", "state": "activated", "passes_usages": []}, event=EVENT)
    assert (lite.sync()["passes"].written, lite.sync()["passes"].written) == (3, 0)
    found = [(row["id"], row["entered"], row["model"]) for row in lite.look.table("passes", "1=1")]
    assert sorted(found, key=str) == [("p1", 0, None), ("p1", 1, None), ("p2", None, 2)]


def test_rows_without_an_id_are_one_row_each_and_stay_the_same(lite: House, office: BackOffice) -> None:
    rows = [
        {"at": "2026-04-01T10:00:00.000Z", "resources_ids": [f"t{number}"], "resource_type": "tickets",
         "total_amount": 14.5, "refunded": 0, "event_id": EVENT}
        for number in range(150)
    ]  # fmt: skip
    office.put("payments", *rows)
    assert lite.sync()["payments"].written == 150
    rows[3]["refunded"] = 14.5
    assert lite.sync()["payments"].written == 1
    assert lite.look.count("payments") == 150
    assert lite.look.count("payments", "refunded_minor = 1450") == 1


def test_two_accounts_share_a_target(lite: House, office: BackOffice) -> None:
    office.tickets(3)
    lite.sync()
    other = House(lite.to, office)
    archive = office.archive()
    archive.account = AccountId("annex")
    office.archive = lambda **_settings: archive  # type: ignore[method-assign]
    assert other.sync()["tickets"].written == 3
    assert lite.look.count("tickets") == 6


def test_while_a_platform_shuffles_its_rows_nothing_is_marked(lite: House, office: BackOffice) -> None:
    office.tickets(250)
    lite.sync()
    missing = iter(range(250))

    def shuffled(resource: str, params: dict[str, str]) -> httpx.Response | None:
        if resource != "tickets" or params["offset"] != "0":
            return None
        rows = list(office.rows["tickets", EVENT].values())
        first = next(missing)
        return httpx.Response(200, json={"success": True, "data": rows[first * 10 : first * 10 + 100]})

    office.answers = shuffled
    told = lite.sync(full=True)["tickets"]
    assert (told.deleted, told.failed) == (0, "")
