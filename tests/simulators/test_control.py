"""The back door and the sheet."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from app.simulators.sheets import write_sheet
from tests.simulators.harness import Platform

Row = dict[str, Any]


def by_ref(platform: Platform, ref: str) -> Row:
    row: Row = platform.api.get(f"/tickets/{ref}").json()["data"]
    return row


def test_switches_are_listed_with_what_they_take(platform: Platform) -> None:
    rows = {row["name"]: row for row in platform.control.get("/switches").json()}
    assert rows["auth"]["allowed"] == "both | key | pair"
    assert rows["down"]["value"] is False


def test_a_bad_switch_is_refused_with_the_reason(platform: Platform) -> None:
    answer = platform.control.put("/switches", json={"auth": "password"})
    assert answer.status_code == 400
    assert "it takes" in answer.json()["error"]


def test_a_sold_ticket_is_listed_at_once(platform: Platform) -> None:
    sold = platform.control.post("/sell", json={"event_id": platform.night.id, "name": "Ana Gil", "for": 3}).json()
    row = platform.rows()[0]
    assert (row["_id"], row["name"], row["for"]) == (sold["_id"], "Ana Gil", 3)


def test_a_sale_needs_no_body_and_is_for_tonight(platform: Platform) -> None:
    assert platform.control.post("/sell").json()["event_id"] == platform.world.tonight.id


@pytest.mark.parametrize(
    ("change", "more", "key", "value"),
    [
        ("refund", {}, "refunded", 20),
        ("refund", {"amount": 4.5}, "refunded", 4.5),
        ("cancel", {}, "status", "cancelled"),
        ("status", {"status": "on_hold"}, "status", "on_hold"),
        ("rename", {"name": "Vera Puig"}, "name", "Vera Puig"),
        ("enter", {"heads": 2}, "enter", 2),
        ("recode", {"new_code": "NEWCODE99"}, "code", "NEWCODE99"),
    ],
)
def test_changes_show_and_move_updated_at_but_never_created_at(
    platform: Platform, change: str, more: Row, key: str, value: Any
) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id, created=1_750_000_000.0, price=20, for_=4)
    before = by_ref(platform, sold.id)
    platform.control.post(f"/{change}", json={"code": sold.code, **more}).raise_for_status()
    after = by_ref(platform, sold.id)
    assert after[key] == value
    assert after["created_at"] == before["created_at"]
    assert after["updated_at"] > before["updated_at"]


def test_a_deleted_ticket_is_nowhere(platform: Platform) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    platform.control.post("/delete", json={"code": sold.code}).raise_for_status()
    paths = (f"/tickets/{sold.id}", f"/tickets/by-code/{sold.code}")
    assert [platform.api.get(path).status_code for path in paths] == [404, 404]
    assert platform.rows() == []


def test_another_gate_lets_heads_of_lists_and_passes_in(platform: Platform) -> None:
    night = platform.night.id
    entry = platform.world.add_list(event_id=night, for_=4)
    owned = platform.world.add_pass(events=[night])
    for code in (entry.code, owned.code):
        platform.control.post("/enter", json={"code": code, "heads": 1, "event_id": night}).raise_for_status()
    assert (platform.rows("/lists")[0]["enter"], platform.rows("/passes")[0]["enter"]) == (1, 1)


def test_a_change_to_nobody_is_404(platform: Platform) -> None:
    assert platform.control.post("/cancel", json={"code": "NOSUCHONE"}).status_code == 404


def test_the_state_counts_what_there_is(platform: Platform) -> None:
    platform.world.add_ticket(event_id=platform.night.id, enter=1, refunded=2)
    night = next(row for row in platform.control.get("/state").json()["events"] if row["id"] == platform.night.id)
    assert (night["tickets"], night["refunded"], night["entered"]["tickets"]) == (1, 1, 1)


def test_the_sheet_has_one_code_per_verdict(platform: Platform) -> None:
    rows = platform.control.get("/sheet.json").json()
    assert [(row["label"], *row["expect"]) for row in rows] == [
        ("good", "admit", "ok"),
        ("group of 4", "admit", "ok"),
        ("already in", "refuse", "already_in"),
        ("cancelled", "refuse", "void"),
        ("refunded", "refuse", "void"),
        ("pending pass", "refuse", "pending"),
        ("removed list entry", "refuse", "void"),
        ("other night", "refuse", "other_event"),
        ("not yet polled", "admit", "ok"),
        ("unknown", "refuse", "unknown_code"),
    ]


def test_the_guests_of_the_sheet_are_what_they_are_said_to_be(platform: Platform) -> None:
    world, tonight = platform.world, platform.world.tonight.id
    codes = {row.label: row.code for row in world.sheet()}
    listed = {row["code"]: row for row in platform.rows(event_id=tonight)}
    good, group = listed[codes["good"]], listed[codes["group of 4"]]
    assert (good["for"], good["enter"], group["for"], group["enter"]) == (1, 0, 4, 0)
    assert listed[codes["already in"]]["enter"] == 1
    assert listed[codes["cancelled"]]["status"] == "cancelled"
    assert listed[codes["refunded"]]["refunded"] > 0
    assert not {codes["other night"], codes["not yet polled"], codes["unknown"]} & set(listed)
    assert platform.api.get(f"/tickets/by-code/{codes['unknown']}").status_code == 404
    assert platform.api.get(f"/tickets/by-code/{codes['other night']}").json()["data"]["event_id"] != tonight


def test_the_page_shows_every_code(platform: Platform) -> None:
    page = httpx.get(f"{platform.server.url}/sheet").text
    assert len(re.findall("<svg", page)) == 10
    assert all(row.code in page for row in platform.world.sheet())


def test_pictures_of_the_sheet_can_be_read(platform: Platform, tmp_path: Path) -> None:
    rows = platform.world.sheet()
    write_sheet(tmp_path, rows)
    whole = zxingcpp.read_barcodes(Image.open(tmp_path / "sheet.png"))
    assert {found.text for found in whole} == {row.code for row in rows}
    served = httpx.get(f"{platform.server.url}/sheet/group-of-4.png")
    (tmp_path / "served.png").write_bytes(served.content)
    single = zxingcpp.read_barcodes(Image.open(tmp_path / "served.png"))
    assert [found.text for found in single] == [row.code for row in rows if row.label == "group of 4"]
    assert (tmp_path / "sheet.html").exists()
