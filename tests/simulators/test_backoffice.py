"""Takings: payments, refunds and the wallet, in two shapes and two units; and loads that only ask for changes."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.simulators.fourvenues import World
from app.simulators.fourvenues.takings import Movement, Paid, Refund
from tests.simulators.harness import Platform

Row = dict[str, Any]
AT = 1_750_000_000.0
REFERENCE = (
    "venue_id venue_slug type_id type_slug event_id event_slug event_date channel_id channel_slug user_id artists day "
    "month year at resource_type n_resources resources_ids total_amount total_fees total_warranty total_discount "
    "refunded payment_method issuer_country shopper_country method_last4 method_alias sale_type client_name "
    "client_email client_phone invoice_references"
)
PATHS = ("/payments/", "/refunds/", "/wallet-movements/")


def pay(platform: Platform, cents: int = 1850, at: float = AT, **fields: Any) -> Paid:
    ref = platform.world.fresh_id()
    row = Paid(id=ref, created=at, updated=at, cents=cents, event_id=platform.night.id, tickets=(f"t{ref}",), **fields)
    return platform.world.takings.pay_in(row)


def refund(platform: Platform, paid: Paid, cents: int) -> Refund:
    row = Refund(
        id=platform.world.fresh_id(), created=AT, updated=AT, cents=cents, event_id=paid.event_id, payment_id=paid.id,
        tickets=paid.tickets,
    )  # fmt: skip
    return platform.world.takings.give_back(row)


def move(platform: Platform, cents: int, at: float = AT) -> None:
    row = Movement(
        id=platform.world.fresh_id(), created=at, updated=at, cents=cents, kind="payment", description="",
        event_id=platform.night.id,
    )  # fmt: skip
    platform.world.takings.move(row)


def test_a_payment_of_the_use_cases_has_an_id_and_cents(platform: Platform) -> None:
    paid = pay(platform, method="bizum")
    assert platform.rows("/payments/") == [
        {
            "_id": paid.id,
            "amount": 1850,
            "currency": "EUR",
            "payment_method": "bizum",
            "status": "paid",
            "created_at": "2025-06-15T15:06:40.000Z",
            "event_id": platform.night.id,
        }
    ]


def test_a_payment_of_the_reference_has_units_and_no_id(platform: Platform) -> None:
    paid = pay(platform, 1850, fees=137)
    platform.turn(payments_shape="reference")
    row = platform.rows("/payments/")[0]
    assert set(row) == set(REFERENCE.split())
    assert (row["total_amount"], row["total_fees"], row["resources_ids"]) == (18.5, 1.37, list(paid.tickets))
    assert (row["day"], row["month"], row["year"]) == (15, 6, 2025)


def test_a_refund_leads_to_its_payment(platform: Platform) -> None:
    paid = pay(platform)
    refund(platform, paid, 850)
    row = platform.rows("/refunds/")[0]
    assert set(row) == {"_id", "amount", "currency", "reason", "created_at", "payment_id", "event_id"}
    assert (row["amount"], row["payment_id"]) == (850, platform.rows("/payments/")[0]["_id"])


def test_in_the_reference_a_refund_has_the_tickets_of_its_payment(platform: Platform) -> None:
    refund(platform, pay(platform), 850)
    platform.turn(payments_shape="reference", refunds_shape="reference")
    paid, back = platform.rows("/payments/")[0], platform.rows("/refunds/")[0]
    assert (back["resources_ids"], back["total_amount"], paid["refunded"]) == (paid["resources_ids"], 8.5, 8.5)
    assert not {"_id", "payment_id"} & set(back)


def test_only_the_newest_movement_carries_the_balance(platform: Platform) -> None:
    for cents, at in ((1000, AT), (-250, AT + 5), (300, AT + 1)):
        move(platform, cents, at)
    rows = platform.rows("/wallet-movements/")
    assert [row["amount"] for row in rows] == [1000, -250, 300]
    assert [row.get("final_amount") for row in rows] == [None, 1050, None]
    assert set(rows[0]) == {"_id", "amount", "currency", "type", "description", "created_at"}


@pytest.mark.parametrize(("amounts", "told"), [("documented", 1850), ("cents", 1850), ("units", 18.5)])
@pytest.mark.parametrize("path", PATHS)
def test_amounts_are_in_the_unit_of_the_switch(platform: Platform, path: str, amounts: str, told: float) -> None:
    move(platform, 1850)
    refund(platform, pay(platform), 1850)
    platform.turn(amounts=amounts)
    assert platform.rows(path)[0]["amount"] == told


@pytest.mark.parametrize(("amounts", "told"), [("documented", 18.5), ("cents", 1850), ("units", 18.5)])
def test_so_are_those_of_the_reference(platform: Platform, amounts: str, told: float) -> None:
    pay(platform)
    platform.turn(amounts=amounts, payments_shape="reference")
    assert platform.rows("/payments/")[0]["total_amount"] == told


@pytest.mark.parametrize("path", PATHS)
def test_takings_are_asked_by_event_or_by_dates(platform: Platform, path: str) -> None:
    for at in (AT, AT + 86400):
        move(platform, 100, at)
        paid = pay(platform, 100, at)
        refund(platform, paid, 100).created = at
    day = {"start_date": "2025-06-15", "end_date": "2025-06-16"}
    assert len(platform.api.get(path, params=day).json()["data"]) == 1
    assert len(platform.rows(path)) == 2
    assert platform.rows(path, event_id="nobody") == []
    assert platform.api.get(path).status_code == 400
    platform.turn(takings_filter="lax")
    assert len(platform.api.get(path).json()["data"]) == 2


def test_takings_are_paged_unless_the_switch_says_otherwise(platform: Platform) -> None:
    refs = [pay(platform).id for _ in range(5)]
    pages = [[row["_id"] for row in platform.rows("/payments/", limit=2, offset=offset)] for offset in (0, 2, 4, 6)]
    assert pages == [refs[:2], refs[2:4], refs[4:], []]
    platform.turn(page_max=1)
    assert len(platform.rows("/payments/", limit=2)) == 1
    platform.turn(takings_paged=False)
    assert len(platform.rows("/payments/", limit=2)) == 5


@pytest.mark.parametrize("resource", ["payments", "refunds", "wallet-movements"])
def test_a_key_may_be_forbidden_the_back_office(platform: Platform, resource: str) -> None:
    platform.turn(sales_forbidden=[resource])
    assert platform.api.get(f"/{resource}", params={"event_id": platform.night.id}).status_code == 403


@pytest.mark.parametrize(
    ("position", "key", "test"),
    [
        ("nan", "amount", math.isnan),
        ("null", "amount", lambda told: told is None),
        ("text", "amount", lambda told: told == "1850 EUR"),
        ("decimals", "amount", lambda told: told == 1850.125),
        ("currency", "currency", lambda told: told == "ZZZ"),
    ],
)
def test_so_many_rows_are_odd_as_the_switch_says(platform: Platform, position: str, key: str, test: Any) -> None:
    pay(platform)
    pay(platform)
    platform.turn(odd_row=position, odd_rows=1)
    answer = platform.api.get("/payments/", params={"event_id": platform.night.id})
    odd, usual = json.loads(answer.text)["data"]
    assert test(odd[key])
    assert usual[key] in (1850, "EUR")
    assert platform.world.switches.odd_rows == 0


def test_a_month_is_made_up_the_same_from_the_same_seed() -> None:
    def made(seed: int) -> list[tuple[str, int]]:
        takings = World(clock=lambda: AT).generate_takings(payments=50, seed=seed, start=AT, days=10)
        return [(one.id, one.cents) for one in takings.payments]

    assert made(1) == made(1) != made(2)


def test_a_made_up_month_has_refunds_of_every_kind_and_a_balance_that_adds_up() -> None:
    world = World()
    takings = world.generate_takings(payments=3000, start=datetime(2026, 5, 1, tzinfo=UTC), days=31, events=6)
    known = {one.id: one for one in takings.payments}
    by_payment: dict[str, list[int]] = {}
    for one in takings.refunds:
        by_payment.setdefault(one.payment_id, []).append(one.cents)
    matched = {ref: parts for ref, parts in by_payment.items() if ref in known}
    assert len(by_payment) > len(matched)
    assert any(len(parts) > 1 for parts in matched.values())
    assert any(sum(parts) < known[ref].cents for ref, parts in matched.items())
    assert all(known[ref].refunded == sum(parts) <= known[ref].cents for ref, parts in matched.items())
    assert len({one.event_id for one in takings.payments}) == len(world.events) == 6
    assert {"card", "bizum"} < {one.method for one in takings.payments}
    assert {"online", "box_office"} < {one.sale_type for one in takings.payments}
    assert sum(one.currency == "EUR" for one in takings.payments) > 2800
    money = takings.totals()["GBP"]
    assert money["balance"] == money["paid"] - money["refunded"]


def test_tickets_of_a_made_up_month_lead_to_their_payments() -> None:
    world = World()
    takings = world.generate_takings(payments=20, events=2, tickets=True)
    rows = {row.id: row for table in world.tickets.values() for row in table.values()}
    assert {row.payment_id for row in rows.values()} == {one.id for one in takings.payments}
    assert all(rows[ref].payment_id == one.id for one in takings.payments for ref in one.tickets)
    one = takings.payments[0]
    assert sum(round((rows[ref].paid or 0) * 100) for ref in one.tickets) == one.cents


def test_a_made_up_night_was_paid_for() -> None:
    world = World.generate(guests=200)
    paid = {row.payment_id for row in world.tickets[world.tonight.id].values() if row.payment_id}
    assert {one.id for one in world.takings.payments if one.event_id == world.tonight.id} == paid
    assert any(one.refunded for one in world.takings.payments)
    assert world.takings.balance() == sum(one.cents - one.refunded for one in world.takings.payments)


def test_a_month_can_be_made_up_over_the_back_door(platform: Platform) -> None:
    told = platform.verb("takings", payments=40, seed=3, start="2026-05-01", days=5, events=1)
    assert told["payments"] == len(platform.world.takings.payments) == 40
    assert told["cents"] == platform.world.takings.totals() == platform.view("takings")["cents"]


# Loads that only ask for changes


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def test_many_tickets_are_made_and_some_of_them_changed_over_the_back_door(platform: Platform) -> None:
    night, since = platform.night.id, platform.world.now() - 1
    assert platform.verb("generate_tickets", amount=300, event_id=night) == {"tickets": 300}
    assert platform.rows(start_date=iso(since), date_field="updated_at") == []
    changed = platform.verb("change-tickets", amount=20, event_id=night)["changed"]
    rows = platform.rows(start_date=iso(since), date_field="updated_at")
    assert {row["_id"] for row in rows} == set(changed)
    assert len({(row["enter"], row["refunded"] > 0, row["status"], row["name"][-2:] == "Jr") for row in rows}) == 4
    assert len({row["code"] for row in platform.rows()}) == 300


@pytest.mark.parametrize("path", ["/lists", "/passes", "/v2/passes", "/bookings"])
def test_what_changed_since_is_told_of_every_resource(platform: Platform, path: str) -> None:
    world, night = platform.world, platform.night.id
    add: Callable[[], Any] = {
        "/lists": lambda: world.add_list(event_id=night, created=AT),
        "/passes": lambda: world.add_pass(events=[night], created=AT),
        "/v2/passes": lambda: world.add_pass(events=[night], created=AT),
        "/bookings": lambda: world.add_booking(event_id=night, created=AT),
    }[path]
    old, _ = add(), add()
    since = world.now() - 1
    world.touch(old)

    def told(**query: str) -> list[str]:
        return [row["_id"] for row in platform.rows(path, start_date=iso(since), **query)]

    assert told(date_field="updated_at") == [old.id]
    assert told(date_field="created_at") == []


def test_a_platform_may_not_honour_dates_where_they_are_not_documented(platform: Platform) -> None:
    platform.world.add_pass(events=[platform.night.id], created=AT)
    query = {"start_date": "2099-01-01", "date_field": "updated_at"}
    assert platform.rows("/passes", **query) == []
    platform.turn(dated=["bookings"])
    assert len(platform.rows("/passes", **query)) == 1
