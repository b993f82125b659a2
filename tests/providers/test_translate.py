"""Fourvenues' rows in our words: golden payloads with what they must become, and anything else a platform may send."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.model import AccountId, Admission, Event, EventId, Standing
from app.ports import Damaged, Row
from app.providers.fourvenues import nights, translate
from app.providers.naming import event_id

GOLDEN = Path(__file__).parent / "golden" / "fourvenues"
NIGHT = Event(
    id=EventId("b1946ac92492d2347c6235b4d2611184"),
    account=AccountId("fourvenues"),
    ref="b1946ac92492d2347c6235b4d2611184",
    name="Nocturna",
)
CASES = [
    (resource, case)
    for resource in translate.RESOURCES
    for case in json.loads((GOLDEN / f"{resource}.json").read_text(encoding="utf-8"))
]


def told(resource: str, payload: object) -> Admission | Damaged:
    row = translate.row(json.dumps(payload).encode())
    return row if isinstance(row, Damaged) else translate.admission(NIGHT, resource, row)


@pytest.mark.parametrize(("resource", "case"), CASES, ids=[f"{one[0]}: {one[1]['rule']}" for one in CASES])
def test_a_payload_becomes_what_the_golden_file_says(resource: str, case: dict[str, Any]) -> None:
    seen = told(resource, case["payload"])
    expected = case["expected"]
    if isinstance(seen, Damaged):
        assert {"damaged": seen.why, "ref": seen.ref} == expected
        return
    assert "damaged" not in expected
    assert (seen.resource, seen.kind, seen.event) == (resource, translate.KINDS[resource], NIGHT.id)
    shown = json.loads(msgspec.json.encode(seen))
    shown["allowances"] = [{name: one[name] for name in ("ref", "limit", "confirmed")} for one in shown["allowances"]]
    assert {name: shown[name] for name in expected} == expected


anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=30)
    | st.sampled_from(["activated", "valid", "cancelled", "0", 0, 1, "<special>", NIGHT.ref, 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A golden payload with some of its values replaced, at any depth, or taken out."""
    resource, case = draw(st.sampled_from(CASES))
    payload: dict[str, Any] = copy.deepcopy(case["payload"])
    for _ in range(draw(st.integers(1, 4))):
        place: Any = payload
        while isinstance(place, dict) and place:
            name = draw(st.sampled_from(sorted(place)))
            inner = place[name][0] if isinstance(place[name], list) and place[name] else place[name]
            if isinstance(inner, dict) and inner and draw(st.booleans()):
                place = inner
                continue
            if draw(st.booleans()):
                place[name] = draw(anything)
            else:
                del place[name]
            break
    return resource, payload


@given(mutated())
def test_no_payload_upsets_the_translator_nor_becomes_good_by_accident(drawn: tuple[str, dict[str, Any]]) -> None:
    resource, payload = drawn
    seen = told(resource, payload)
    if isinstance(seen, Damaged) or seen.standing is not Standing.GOOD:
        return
    assert all(one.limit >= 0 and one.confirmed >= 0 for one in seen.allowances)
    match resource:
        case "tickets":
            assert payload["status"] == "activated"
            refunded = payload.get("refunded")
            assert not refunded or float(refunded) == 0
        case "lists":
            removed = payload.get("removed_at")
            assert (
                not removed or str(removed).strip().lower() in {"0", "0.0", "false", "null", ""} or not float(removed)
            )
        case "passes" if payload.get("passes_usages") is not None:
            assert "activated" in (payload.get("state"), payload.get("status"))
        case _:
            assert "valid" in (payload.get("state"), payload.get("status"))


@given(st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_upset_the_translator(raw: bytes) -> None:
    row = translate.row(raw)
    ref = row.ref or "x"
    for resource in translate.RESOURCES:
        translate.admission(NIGHT, resource, Row(ref=ref, raw=raw, digest=1))
    nights.night(raw, NIGHT.account, None)
    translate.event_ref(raw), translate.usage_events(raw), translate.entered_at(raw)


def test_a_deep_row_is_damaged_not_a_crash() -> None:
    assert isinstance(translate.row(b'{"_id":"a","supplements":' + b"[" * 100_000), Damaged)


def test_a_row_keeps_its_bytes_and_the_platforms_stamps() -> None:
    raw = b'{"_id":"t1","created_at":"2026-05-02T18:04:11.000Z","updated_at":1777745051000}'
    row = translate.row(raw)
    at = datetime(2026, 5, 2, 18, 4, 11, tzinfo=UTC)
    assert isinstance(row, Row)
    assert (row.ref, row.raw, row.created, row.updated) == ("t1", raw, at, at)
    assert row.digest != 0


def test_without_created_at_the_activation_counts() -> None:
    row = translate.row(b'{"_id":"t1","activation_date":"2026-05-02T18:04:11.000Z"}')
    assert isinstance(row, Row)
    assert row.created == datetime(2026, 5, 2, 18, 4, 11, tzinfo=UTC)


def test_a_stamp_from_the_future_is_no_stamp() -> None:
    latest = datetime(2026, 5, 2, tzinfo=UTC)
    row = translate.row(b'{"_id":"t1","created_at":"2026-05-01","updated_at":"2099-01-01"}', latest)
    assert isinstance(row, Row)
    assert (row.created, row.updated) == (datetime(2026, 5, 1, tzinfo=UTC), None)


def test_the_default_account_keeps_the_platforms_event_ids() -> None:
    assert event_id("fourvenues", AccountId("fourvenues"), "e1") == "e1"
    assert event_id("fourvenues", AccountId("annex"), "e1") == "annex:e1"


START = datetime(2026, 5, 2, 23, 0, tzinfo=UTC)  # 01:00 of the 3rd at the venue
MIDNIGHT = datetime(2026, 5, 1, 22, 0, tzinfo=UTC)  # of the 2nd at the venue


@pytest.mark.parametrize("zone", [None, ZoneInfo("Europe/Madrid")])
@pytest.mark.parametrize("date", [MIDNIGHT, START])
def test_a_night_is_called_by_the_day_it_belongs_to(date: datetime, zone: ZoneInfo | None) -> None:
    payload = {"_id": "e1", "name": "Nocturna", "start": START.timestamp(), "end": 0, "date": date.timestamp()}
    event = nights.night(json.dumps(payload).encode(), NIGHT.account, zone)
    assert event is not None
    assert (event.label, event.starts_at, event.ends_at) == ("2026-05-02", START, None)


@pytest.mark.parametrize(("fields", "active"), [({}, True), ({"active": False}, False), ({"visible": False}, False)])
def test_a_hidden_event_is_not_active(fields: dict[str, bool], active: bool) -> None:
    event = nights.night(json.dumps({"_id": "e1", **fields}).encode(), NIGHT.account, None)
    assert event is not None
    assert event.active is active
    assert event.starts_at is None
