"""What a check-in does, under the switches that say what is not documented."""

from typing import Any

import httpx
import pytest

from app.simulators.fourvenues.rows import ListEntry, Ticket
from tests.simulators.harness import Platform

AT = "2026-05-02T23:41:07.600Z"


def ticket(platform: Platform, **fields: Any) -> Ticket:
    return platform.world.add_ticket(event_id=platform.night.id, **fields)


def entry(platform: Platform, people: int = 4) -> ListEntry:
    return platform.world.add_list(event_id=platform.night.id, for_=people)


def put_options(platform: Platform, row: ListEntry, *heads: int) -> httpx.Response:
    option = row.rate.options[0]["_id"]
    body = [{"_id": option, "women": women, "men": 0, "no_gender": 0} for women in heads]
    return platform.api.put(f"/lists/{row.id}/checkin", json=body)


def test_a_check_in_keeps_the_time_it_was_sent_with_to_the_second(platform: Platform) -> None:
    sold = ticket(platform)
    answer = platform.enter(sold.id, entry_date=AT, quality=5)
    assert answer.json() == {"success": True}
    row = platform.api.get(f"/tickets/{sold.id}").json()["data"]
    assert (row["enter"], row["entry_date"]) == (1, 1777765268)


def test_the_ledger_keeps_every_commit_and_no_refusal(platform: Platform) -> None:
    sold = ticket(platform)
    platform.enter(sold.id, entry_date=AT)
    platform.enter(sold.id, entry_date=AT)
    platform.control.post("/enter", json={"code": sold.code, "heads": 1})
    first, second = platform.control.get("/ledger").json()
    assert {
        key: first[key] for key in ("kind", "ref", "code", "enter_before", "enter_after", "entry_date", "source")
    } == {
        "kind": "ticket",
        "ref": sold.id,
        "code": sold.code,
        "enter_before": 0,
        "enter_after": 1,
        "entry_date": AT,
        "source": "api",
    }
    assert (second["source"], second["enter_after"], second["seq"]) == ("control", 2, first["seq"] + 1)


def test_a_ticket_can_be_checked_in_by_code(platform: Platform) -> None:
    sold = ticket(platform)
    assert platform.api.put(f"/tickets/by-code/{sold.code}/checkin", json={"enter": 1}).json() == {"success": True}
    assert sold.enter == 1


@pytest.mark.parametrize("position", ["400", "403", "409", "200"])
def test_a_ticket_already_in_is_refused_with_the_chosen_status(platform: Platform, position: str) -> None:
    sold = ticket(platform, enter=1)
    platform.turn(already_in=position)
    answer = platform.enter(sold.id)
    assert (answer.status_code, answer.json()["success"]) == (int(position), False)


@pytest.mark.parametrize("fields", [{"status": "cancelled"}, {"refunded": 3.5}, {"status": "in_review"}])
@pytest.mark.parametrize("position", ["400", "200"])
def test_a_ticket_that_is_not_valid_is_refused(platform: Platform, fields: dict[str, Any], position: str) -> None:
    sold = ticket(platform, **fields)
    platform.turn(not_valid=position)
    assert platform.enter(sold.id).status_code == int(position)
    assert sold.enter == 0


def test_zero_takes_the_guest_out_again(platform: Platform) -> None:
    sold = ticket(platform)
    platform.enter(sold.id)
    assert platform.enter(sold.id, 0).json() == {"success": True}
    assert (sold.enter, sold.entered_at) == (0, None)
    assert platform.enter(sold.id, 0).status_code == 200


def test_absolute_counts_are_totals(platform: Platform) -> None:
    group = ticket(platform, for_=4)
    statuses = [platform.enter(group.id, heads).status_code for heads in (1, 3, 3, 5, 4, 2)]
    assert statuses == [200, 200, 400, 400, 200, 400]
    assert group.enter == 4


def test_increments_add(platform: Platform) -> None:
    group = ticket(platform, for_=4)
    platform.turn(enter_means="increment")
    assert [platform.enter(group.id, heads).status_code for heads in (1, 1, 3, 2, 1)] == [200, 200, 400, 200, 400]
    assert group.enter == 4


def test_partial_entry_can_be_refused(platform: Platform) -> None:
    group = ticket(platform, for_=4)
    platform.turn(partial_entry="refused")
    assert [platform.enter(group.id, heads).status_code for heads in (1, 4)] == [400, 200]


@pytest.mark.parametrize("moves", [True, False])
def test_an_entry_moves_updated_at_or_not(platform: Platform, moves: bool) -> None:
    sold = ticket(platform, created=1_750_000_000.0)
    platform.turn(entry_moves_updated_at=moves)
    platform.enter(sold.id)
    assert (sold.updated > sold.created) is moves
    assert platform.rows()[0]["enter"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"enter": "1"},
        {"enter": True},
        {"enter": -1},
        {"enter": 1, "quality": 6},
        {"enter": 1, "entry_date": "x"},
    ],
)
def test_a_bad_body_is_refused_and_changes_nothing(platform: Platform, body: Any) -> None:
    sold = ticket(platform)
    assert platform.api.put(f"/tickets/{sold.id}/checkin", json=body).status_code == 400
    assert platform.control.get("/ledger").json() == []


def test_the_dry_run_answers_without_marking(platform: Platform) -> None:
    good, gone = ticket(platform), ticket(platform, status="cancelled")
    assert platform.api.get(f"/tickets/check-in/{good.code}").json() == {"success": True, "ticket_id": good.id}
    assert platform.api.get(f"/tickets/check-in/{gone.code}").status_code == 400
    assert good.enter == 0


def test_a_list_answers_with_the_whole_entry(platform: Platform) -> None:
    row = entry(platform)
    data = put_options(platform, row, 3).json()["data"]
    assert (data["enter"], data["options"][0]["women"], data["options"][0]["total"]) == (3, 3, 3)


@pytest.mark.parametrize(("position", "inside"), [("replace", 1), ("add", 3)])
def test_list_options_replace_or_add(platform: Platform, position: str, inside: int) -> None:
    row = entry(platform)
    platform.turn(list_put=position)
    put_options(platform, row, 2)
    assert put_options(platform, row, 1).json()["data"]["enter"] == inside


@pytest.mark.parametrize("position", ["replace", "add"])
@pytest.mark.parametrize("heads", [(), (0,)])
def test_nobody_in_the_options_resets_the_entry(platform: Platform, position: str, heads: tuple[int, ...]) -> None:
    row = entry(platform)
    platform.turn(list_put=position)
    put_options(platform, row, 2)
    assert put_options(platform, row, *heads).json()["data"]["enter"] == 0


def test_a_list_takes_a_special_price_but_no_foreign_option_no_object_and_no_crowd(platform: Platform) -> None:
    row = entry(platform, people=2)
    url = f"/lists/{row.id}/checkin"
    special = [{"_id": "<special>", "women": 1, "men": 0, "no_gender": 0, "price": 7}]
    assert platform.api.put(url, json=special).json()["data"]["options"][0]["price"] == 7
    assert platform.api.put(url, json=[{**special[0], "_id": "foreign"}]).status_code == 400
    assert platform.api.put(url, json={"enter": 1}).status_code == 400
    assert put_options(platform, row, 3).status_code == 400


def test_a_removed_list_is_refused_and_there_is_no_check_in_by_code(platform: Platform) -> None:
    row = entry(platform)
    assert platform.api.put(f"/lists/by-code/{row.code}/checkin", json=[]).status_code == 404
    platform.control.post("/remove-list", json={"code": row.code})
    assert put_options(platform, row, 1).status_code == 400


def test_a_pass_is_checked_in_for_one_event_and_needs_its_id(platform: Platform) -> None:
    owned = platform.world.add_pass(events=[platform.night.id, platform.world.tonight.id])
    body = [{"_id": owned.rate.options[0]["_id"], "women": 0, "men": 1, "no_gender": 0}]
    url = f"/passes/{owned.id}/checkin"
    assert platform.api.put(url, json=body).status_code == 400
    answer = platform.api.put(url, json=body, params={"event_id": platform.night.id}).json()
    assert answer["data"]["enter"] == 1
    usages = platform.api.get(f"/v2/passes/by-code/{owned.code}").json()["data"]["passes_usages"]
    assert [usage["checked_in"] for usage in usages] == [True, False]


@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_only_valid_passes_enter(platform: Platform, status: str) -> None:
    owned = platform.world.add_pass(events=[platform.night.id], status=status)
    query = {"event_id": platform.night.id}
    assert platform.api.put(f"/passes/{owned.id}/checkin", json=[], params=query).status_code == 400


@pytest.mark.parametrize(("works", "status"), [(True, 200), (False, 404)])
def test_a_pass_of_the_new_model_is_checked_in_on_the_old_path_or_not_at_all(
    platform: Platform, works: bool, status: int
) -> None:
    owned = platform.world.add_pass(events=[platform.night.id], in_v1=False)
    platform.turn(v2_checkin=works)
    query = {"event_id": platform.night.id}
    assert platform.api.get(f"/passes/{owned.id}", params=query).status_code == 404
    assert platform.api.put(f"/passes/{owned.id}/checkin", json=[], params=query).status_code == status


def test_the_arrival_of_a_table_is_a_status_and_a_count(platform: Platform) -> None:
    table = platform.world.add_booking(event_id=platform.night.id)
    assert platform.api.put(f"/bookings/{table.id}/status", json={"status": "arrival"}).json() == {"success": True}
    assert platform.api.put(f"/bookings/{table.id}/status", json={"status": "dancing"}).status_code == 400
    changed = platform.api.put(f"/bookings/{table.id}/update-fields", json={"enter": 4}).json()["data"]
    assert (changed["changes_count"], table.enter, table.status) == (1, 4, "arrival")
