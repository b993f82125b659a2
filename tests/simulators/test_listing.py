"""Lists, pages, dates and the way rows are written."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.simulators.fourvenues import World
from tests.simulators.harness import Platform

WRITTEN = {
    "/tickets": "_id code event_id rate_id rate_name rate_slug channel_id referral_id payment_id status for enter "
    "entry_date activation_date created_at updated_at date name email phone gender address postal_code country "
    "language price total_paid total_fees total_extras total_warranty raised refunded discount_quantity_subtract "
    "sale_type price_info supplements supplements_service_charge_total surcharge_total surcharge invoice_reference "
    "corrective_invoice_references remarketing",
    "/lists": "_id code event_id channel_id rate_id rate_name rate_slug name observations_reception for enter options "
    "referral_id referral tags removed_at",
    "/passes": "_id channel_id code email name for enter raised rate_name rate_slug referral_id status",
    "/v2/passes": "_id organization_id code customer_id customer_fullname customer_email customer_phone type_id "
    "type_name purchase_date purchase_price state archived passes_usages",
}


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def sell(platform: Platform, amount: int) -> list[str]:
    return [platform.world.add_ticket(event_id=platform.night.id).id for _ in range(amount)]


def test_every_documented_field_is_there_and_no_other(platform: Platform) -> None:
    platform.world.add_ticket(event_id=platform.night.id)
    platform.world.add_list(event_id=platform.night.id)
    platform.world.add_pass(events=[platform.night.id])
    found = {path: set(platform.rows(path)[0]) for path in WRITTEN}
    assert found == {path: set(keys.split()) for path, keys in WRITTEN.items()}


def test_paths_answer_with_and_without_a_trailing_slash_and_never_redirect(platform: Platform) -> None:
    for path in ("/channels", "/tickets", "/lists", "/passes", "/v2/passes", "/tickets-rates", "/bookings"):
        query = {"event_id": platform.night.id, "date": "2030-01-01"}
        assert [platform.api.get(path + end, params=query).status_code for end in ("", "/")] == [200, 200], path


def test_misspelt_keys_stay_misspelt(platform: Platform) -> None:
    assert "organizaiton_id" in platform.rows("/passes-rates", event_id=platform.world.tonight.id)[0]


@pytest.mark.parametrize("path", ["/tickets", "/passes", "/v2/passes", "/tickets-rates"])
def test_event_id_is_required_where_it_is_documented_so(platform: Platform, path: str) -> None:
    assert platform.api.get(path).status_code == 400


def test_events_without_dates_are_refused_only_while_strict(platform: Platform) -> None:
    refused = platform.api.get("/events/")
    assert (refused.status_code, refused.json()) == (400, {"error": "Date is empty"})
    platform.turn(events_filter="lax")
    assert platform.api.get("/events/").status_code == 200


def test_events_are_those_that_start_in_the_window(platform: Platform) -> None:
    start = platform.night.start
    found = platform.rows("/events", start=iso(start - 1), end=iso(start + 1))
    assert platform.night.id in {event["_id"] for event in found}
    assert platform.rows("/events", start="2020-01-01", end="2020-02-01") == []


def test_without_a_limit_everything_comes(platform: Platform) -> None:
    sell(platform, 25)
    assert len(platform.rows()) == 25


def test_limit_and_offset_cut_pages(platform: Platform) -> None:
    sold = sell(platform, 7)
    pages = [[row["_id"] for row in platform.rows(limit=3, offset=offset)] for offset in (0, 3, 6, 9)]
    assert pages == [sold[:3], sold[3:6], sold[6:], []]


@pytest.mark.parametrize(
    ("switches", "rows"),
    [({"page_max": 2}, 2), ({"page_default": 3}, 5), ({"ignore_limit": True}, 9), ({"paged": ["lists"]}, 9)],
)
def test_the_platform_may_page_otherwise_than_asked(platform: Platform, switches: dict[str, Any], rows: int) -> None:
    sell(platform, 9)
    platform.turn(**switches)
    assert len(platform.rows(limit=5)) == rows


def test_the_default_page_is_used_when_no_limit_is_asked(platform: Platform) -> None:
    sell(platform, 9)
    platform.turn(page_default=4)
    assert len(platform.rows()) == 4


def test_an_ignored_offset_gives_the_first_page_for_ever(platform: Platform) -> None:
    sell(platform, 5)
    platform.turn(ignore_offset=True)
    assert platform.rows(limit=2, offset=4) == platform.rows(limit=2)


def test_a_shuffled_pass_is_complete_but_never_twice_in_the_same_order(platform: Platform) -> None:
    sold = sell(platform, 30)
    platform.turn(order="shuffled")
    passes = [[row["_id"] for offset in (0, 15) for row in platform.rows(limit=15, offset=offset)] for _ in range(2)]
    assert sorted(passes[0]) == sorted(passes[1]) == sorted(sold)
    assert passes[0] != passes[1]


def test_shifting_pages_repeat_rows_and_miss_others(platform: Platform) -> None:
    sell(platform, 30)
    platform.turn(order="shifting")
    assert len({row["_id"] for offset in (0, 15) for row in platform.rows(limit=15, offset=offset)}) < 30


@pytest.mark.parametrize(("bound", "rows"), [("inclusive", 1), ("exclusive", 0)])
@pytest.mark.parametrize("end", ["start", "end"])
def test_a_row_on_the_bound_belongs_or_not(platform: Platform, end: str, bound: str, rows: int) -> None:
    platform.world.add_ticket(event_id=platform.night.id, created=1_750_000_000.0)
    platform.turn(**{f"{end}_bound": bound})
    assert len(platform.rows(**{f"{end}_date": iso(1_750_000_000.0)})) == rows


def test_a_bare_date_is_midnight_utc(platform: Platform) -> None:
    platform.world.add_ticket(event_id=platform.night.id, created=datetime(2026, 5, 2, 0, 30, tzinfo=UTC).timestamp())
    assert len(platform.rows(start_date="2026-05-02")) == 1
    assert platform.rows(start_date="2026-05-03") == []


def test_only_updated_at_tells_of_changes_to_old_rows(platform: Platform) -> None:
    old = platform.world.add_ticket(event_id=platform.night.id, created=1_750_000_000.0)
    since = iso(platform.world.now() - 60)
    platform.control.post("/refund", json={"id": old.id})
    assert platform.rows(start_date=since) == []
    assert [row["_id"] for row in platform.rows(start_date=since, date_field="updated_at")] == [old.id]


@pytest.mark.parametrize(
    ("position", "written"),
    [("iso", "2025-06-15T15:06:40.000Z"), ("seconds", 1750000000), ("ms", 1750000000000), ("zero", 0), ("null", None)],
)
def test_stamps_are_written_as_the_switch_says(platform: Platform, position: str, written: Any) -> None:
    at = 1_750_000_000.0
    platform.world.add_ticket(event_id=platform.night.id, created=at, enter=1, entered_at=at)
    platform.rows()  # rows remember how they were written
    platform.turn(created_at=position, updated_at=position, entry_date=position)
    row = platform.rows()[0]
    assert [row["created_at"], row["updated_at"], row["entry_date"]] == [written] * 3


def test_stamps_can_be_absent(platform: Platform) -> None:
    sell(platform, 1)
    platform.turn(created_at="absent", updated_at="absent", no_entry_date="absent")
    assert not {"created_at", "updated_at", "entry_date"} & set(platform.rows()[0])


def test_before_an_entry_the_date_is_zero_or_null(platform: Platform) -> None:
    sell(platform, 1)
    zero = platform.rows()[0]["entry_date"]
    platform.turn(no_entry_date="null")
    assert (zero, platform.rows()[0]["entry_date"]) == (0, None)


def test_list_entries_carry_stamps_only_when_told(platform: Platform) -> None:
    platform.world.add_list(event_id=platform.night.id)
    assert "updated_at" not in platform.rows("/lists")[0]
    platform.turn(stamps_on_lists=True)
    assert "updated_at" in platform.rows("/lists")[0]


@pytest.mark.parametrize(
    ("position", "statuses"), [("by-code", (200, 404)), ("code", (404, 200)), ("both", (200, 200))]
)
def test_a_wrong_lookup_path_looks_like_a_missing_ticket(
    platform: Platform, position: str, statuses: tuple[int, int]
) -> None:
    code = platform.world.add_ticket(event_id=platform.night.id).code
    platform.turn(ticket_lookup=position)
    answers = [platform.api.get(f"/tickets/{path}/{code}") for path in ("by-code", "code")]
    assert tuple(answer.status_code for answer in answers) == statuses
    missing = platform.api.get(f"/tickets/{'code' if position == 'code' else 'by-code'}/NOSUCHONE")
    assert all(answer.content == missing.content for answer in answers if answer.status_code == 404)


def test_a_hidden_ticket_is_listed_once_its_code_was_asked(platform: Platform) -> None:
    ticket = platform.world.add_ticket(event_id=platform.night.id, hidden=True)
    before = platform.rows()
    platform.api.get(f"/tickets/by-code/{ticket.code}").raise_for_status()
    assert (before, len(platform.rows())) == ([], 1)


def test_tickets_vanish_between_polls(platform: Platform) -> None:
    sell(platform, 10)
    platform.turn(deleted_per_poll=2)
    assert [len(platform.rows()), len(platform.rows())] == [8, 6]


def test_tickets_are_sold_between_pages(platform: Platform) -> None:
    sell(platform, 2)
    platform.turn(sold_per_page=1)
    assert [len(platform.rows()), len(platform.rows())] == [3, 4]


def test_rows_can_be_odd(platform: Platform) -> None:
    add, night = platform.world.add_ticket, platform.night.id
    add(event_id=night, without=("code",), status="in_review")
    add(event_id=night, code="TWICE0001", surprise={"deep": [1]})
    add(event_id=night, code="TWICE0001", **{"for": 4})
    first, second, third = platform.rows()
    assert "code" not in first
    assert first["status"] == "in_review"
    assert second["surprise"] == {"deep": [1]}
    assert (third["code"], third["for"]) == (second["code"], 4)


def test_a_pass_has_usages_for_every_event_only_when_asked_by_code(platform: Platform) -> None:
    events = [platform.night.id, platform.world.tonight.id]
    owned = platform.world.add_pass(events=events)
    by_code = platform.api.get(f"/v2/passes/by-code/{owned.code}").json()["data"]
    assert [usage["event_id"] for usage in by_code["passes_usages"]] == events
    assert len(platform.rows("/v2/passes")[0]["passes_usages"]) == 1


def test_some_passes_are_only_in_the_new_model(platform: Platform) -> None:
    old = {row["_id"] for row in platform.rows("/passes", event_id=platform.world.tonight.id)}
    new = {row["_id"] for row in platform.rows("/v2/passes", event_id=platform.world.tonight.id)}
    assert old < new


def test_bookings_are_asked_by_the_local_day_and_found_under_code(platform: Platform) -> None:
    table = platform.world.add_booking(event_id=platform.night.id)
    row = platform.api.get(f"/bookings/code/{table.code}").json()["data"]
    same_day = platform.api.get("/bookings/", params={"date": row["local_date"][:10]}).json()["data"]
    assert table.id in {found["_id"] for found in same_day}
    assert platform.api.get("/bookings/").status_code == 400


def test_the_same_seed_makes_the_same_guests() -> None:
    def names(seed: int) -> list[str]:
        world = World.generate(guests=20, lists=3, passes=3, now=1_790_000_000.0, seed=seed)
        return [ticket.code + ticket.holder.name for ticket in world.tickets[world.tonight.id].values()]

    assert names(3) == names(3) != names(4)


def test_a_generated_night_has_all_kinds_of_guests() -> None:
    world = World.generate(guests=1500, now=datetime(2026, 11, 21, 1, 10, tzinfo=UTC))
    tickets = list(world.tickets[world.tonight.id].values())
    shares = [sum(map(test, tickets)) / len(tickets) for test in (lambda t: t.enter > 0, lambda t: t.for_ > 1)]
    assert 0.11 < shares[0] < 0.19
    assert 0.05 < shares[1] < 0.11
    assert {"activated", "cancelled"} < {ticket.status for ticket in tickets}
    assert all(ticket.created <= ticket.updated <= world.now() for ticket in tickets)
    assert len({ticket.code for ticket in tickets}) == len(tickets)


def test_big_lists_are_written_once(platform: Platform) -> None:
    sell(platform, 1)
    ticket = next(iter(platform.world.tickets[platform.night.id].values()))
    platform.rows()
    first = ticket.written
    platform.rows()
    assert ticket.written is first
    assert json.loads(first)["_id"] == ticket.id
