"""Guests' names and addresses: kept, left out, or made into words that tell nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.warehouse.privacy import Privacy, personal, scrubber
from app.warehouse.target import TargetError
from tests.warehouse.back_office import EVENT, BackOffice, ticket
from tests.warehouse.conftest import House

GUEST = {"name": "Lucía Vidal", "email": "Lucia@Example.com", "phone": "+34 600 111 222"}
TRACES = ("Vidal", "example.com", "600111222", "600 111 222", "Calle", "Promoter Paz")


def told(house: House) -> str:
    """Everything in the target, as one text."""
    return json.dumps([house.look.rows(f"SELECT * FROM {name}") for name in ("tickets", "bookings")], default=str)


def guests(office: BackOffice) -> None:
    nested = {"address": "Calle Mayor 26", "surcharge": {"user_name": "x", "name": "Vidal"}}
    office.put(
        "tickets", ticket(1, **GUEST, **nested), ticket(2, **GUEST | {"email": " lucia@example.com"}), event=EVENT
    )
    office.put("bookings", {"_id": "b1", "date": "2026-05-02T21:30:00.000Z", "client_phone": "600111222", **GUEST})


@pytest.mark.parametrize("privacy", [Privacy.DROP, Privacy.HASH])
def test_nothing_personal_is_in_a_target_that_keeps_none(house: House, office: BackOffice, privacy: Privacy) -> None:
    guests(office)
    house.sync(privacy)
    assert [trace for trace in TRACES if trace in told(house)] == []
    assert house.look.one("tickets", "t00001")["code"] == "C00000001"
    assert house.sync(privacy)["tickets"].written == 0


def test_hashed_columns_can_be_joined(house: House, office: BackOffice) -> None:
    guests(office)
    house.sync(Privacy.HASH)
    emails = {row["email"] for row in house.look.rows("SELECT email FROM tickets UNION SELECT email FROM bookings")}
    assert len(emails) == 1
    raw = json.loads(house.look.one("tickets", "t00001")["raw"])
    assert (raw["email"], raw["event_id"]) == (emails.pop(), EVENT)


def test_an_events_name_is_not_a_guests(lite: House) -> None:
    lite.sync(Privacy.DROP)
    assert lite.look.one("events", EVENT)["name"] == "Noche"


def test_a_target_keeps_its_privacy_where_none_is_asked_for(lite: House, office: BackOffice) -> None:
    guests(office)
    lite.sync(Privacy.DROP)
    office.later(hours=1)
    office.change("tickets", "t00001", EVENT, enter=1)
    lite.sync()
    assert [trace for trace in TRACES if trace in told(lite)] == []


def test_another_privacy_wants_a_complete_pass(house: House, office: BackOffice) -> None:
    guests(office)
    house.sync()
    with pytest.raises(TargetError, match="was filled with keep: say keep, or add --full") as refused:
        house.sync(Privacy.DROP)
    assert refused.value.option == "--privacy"
    assert "Vidal" in told(house)


@pytest.mark.parametrize("privacy", [Privacy.DROP, Privacy.HASH])
def test_a_stricter_privacy_reaches_rows_that_the_platform_no_longer_tells(
    house: House, office: BackOffice, privacy: Privacy
) -> None:
    guests(office)
    house.sync()
    del office.rows["tickets", EVENT]["t00001"]
    house.sync(full=True)
    office.forbidden = {"bookings"}
    house.sync(privacy, full=True)
    assert [trace for trace in TRACES if trace in told(house)] == []
    assert house.look.count("tickets", "deleted_at IS NOT NULL") == 1
    assert (house.look.one("tickets", "t00001")["email"] is None) == (privacy is Privacy.DROP)


def test_a_looser_privacy_comes_with_the_rows_that_are_read_again(lite: House, office: BackOffice) -> None:
    guests(office)
    lite.sync(Privacy.HASH)
    lite.sync(Privacy.KEEP, full=True)
    assert lite.look.one("tickets", "t00001")["name"] == "Lucía Vidal"


def test_a_row_that_can_not_be_read_is_not_kept_where_it_can_not_be_scrubbed(lite: House, office: BackOffice) -> None:
    office.rows["tickets", EVENT] = {"x": ["Lucía Vidal"]}  # type: ignore[dict-item]
    lite.sync(Privacy.DROP)
    (row,) = lite.look.table("tickets")
    assert (row["raw"], row["damage"]) == ("", "the row can't be read")


@pytest.mark.parametrize(
    ("field", "is_personal"),
    [
        ("email", True), ("client_phone", True), ("Customer_FullName", True), ("billing_info", True),
        ("client_id", False), ("event_name", False), ("rate_name", False), ("shopper_country", False),
        ("code", False), ("answers", True),
    ],
)  # fmt: skip
def test_what_is_personal_is_told_by_the_fields_name(field: str, is_personal: bool) -> None:
    assert personal(field) is is_personal


def test_a_salt_makes_the_same_guest_another_word_in_another_target() -> None:
    row: dict[str, Any] = {"email": "a@b.c", "billing_info": {"x": 1}, "for": 2}
    one, other = (scrubber(Privacy.HASH, salt)("tickets", row) for salt in ("a", "b"))
    assert one["email"] != other["email"]
    assert (len(one["email"]), one["billing_info"], one["for"]) == (64, None, 2)
