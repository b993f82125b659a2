"""Oveit's rows in our words: golden payloads with what they must become, and anything else a platform may send."""

from __future__ import annotations

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

from app.domain.model import AccountId, Admission, Event, EventId, Kind, Standing, Tells
from app.ports import Damaged, ProviderError, Row
from app.providers.oveit import catalogue, translate, view
from app.providers.oveit.catalogue import TicketType
from app.providers.oveit.client import Answer

GOLDEN = Path(__file__).parent / "golden" / "oveit"
ACCOUNT = AccountId("oveit")
NIGHT = Event(id=EventId("12"), account=ACCOUNT, ref="12", name="Noaptea Electronică")
VIP = TicketType(id="32", name="VIP", addons=(("7", "Welcome drink", 2), ("8", "Cloakroom", 1)))
NOW = datetime(2026, 6, 1, 21, 0, tzinfo=UTC)


def cases(name: str) -> list[Any]:
    made: list[dict[str, Any]] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["rule"]) for case in made]


def shown(seen: Admission) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(msgspec.json.encode(seen))
    told["allowances"] = [{name: one[name] for name in ("ref", "limit", "confirmed")} for one in told["allowances"]]
    return told


def holds(seen: Admission | Damaged, expected: dict[str, Any]) -> None:
    if isinstance(seen, Damaged):
        assert {"damaged": seen.why, "ref": seen.ref} == expected
        return
    assert "damaged" not in expected
    assert (seen.resource, seen.kind, seen.event) == ("tickets", Kind.TICKET, NIGHT.id)
    told = shown(seen)
    assert {name: told[name] for name in expected} == expected


def ticket(payload: object, kind: TicketType) -> Admission | Damaged:
    row = translate.row(json.dumps(payload).encode(), kind)
    return row if isinstance(row, Damaged) else translate.admission(NIGHT, translate.TICKETS, row)


def attendee(payload: object, fields: object) -> Admission | Damaged:
    row = translate.form(json.dumps(payload).encode(), fields)
    return row if isinstance(row, Damaged) else translate.admission(NIGHT, translate.ATTENDEES, row)


def answered(payload: object) -> Answer:
    return Answer(body=json.dumps(payload).encode(), asked_at=NOW, platform_now=NOW)


@pytest.mark.parametrize("case", cases("tickets"))
def test_a_ticket_becomes_what_the_golden_file_says(case: dict[str, Any]) -> None:
    holds(ticket(case["payload"], msgspec.convert(case["type"], TicketType)), case["expected"])


@pytest.mark.parametrize("case", cases("attendees"))
def test_a_form_becomes_what_the_golden_file_says(case: dict[str, Any]) -> None:
    holds(attendee(case["payload"], case["fields"]), case["expected"])


@pytest.mark.parametrize("case", cases("scans"))
def test_a_scan_becomes_what_the_golden_file_says(case: dict[str, Any]) -> None:
    expected = dict(case["expected"])
    if "broken" in expected:
        with pytest.raises(ProviderError) as caught:
            view.seen(answered(case["payload"]))
        assert caught.value.words == expected["broken"]
        return
    seen = view.seen(answered(case["payload"]))
    assert seen.event_ref == expected.pop("event_ref", "12")
    holds(translate.admission(NIGHT, translate.TICKETS, seen.row(VIP)), expected)


@pytest.mark.parametrize("case", cases("events"))
def test_an_event_becomes_what_the_golden_file_says(case: dict[str, Any]) -> None:
    body = json.dumps({"events": [case["payload"]]}).encode()
    told = list(catalogue.listed(body, ACCOUNT, ZoneInfo("Europe/Bucharest"), optional=True).values())
    if case["expected"] is None:
        assert told == []
        return
    (one,) = told
    event = json.loads(msgspec.json.encode(one.event))
    assert {name: event[name] for name in case["expected"]} == case["expected"]
    if "types" in case:
        types = {ref: [kind.name, [list(addon) for addon in kind.addons]] for ref, kind in one.types.items()}
        assert types == case["types"]


def test_addons_that_are_only_offered_may_be_left_out() -> None:
    offered = {"id": 7, "name": "Parking", "is_bundled": False}
    body = json.dumps({"events": [{"id": 12, "ticket_types": [{"id": 31, "addons": [offered]}]}]}).encode()
    assert catalogue.listed(body, ACCOUNT, None, optional=False)["12"].types["31"].addons == ()


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2026-06-01T23:31:07+03:00", 20), ("2026-06-01T23:31:07+0300", 20), ("2026-06-01T20:31:07Z", 20),
        (" 2026-06-01T20:31:07+00:00 ", 20), ("2026-06-01 23:31:07+03:00", 20), ("2026-06-01 23:31:07", None),
        ("June 1, 2026 at 11:31 PM", None), ("", None), (None, None), (0, None), ("2026-13-01T00:00:00Z", None),
    ],
)  # fmt: skip
def test_times_are_read_in_every_spelling_and_none_without_a_zone(written: object, hour: int | None) -> None:
    at = translate.dated(written)
    assert (at.hour if at else None) == hour


def test_a_wallet_tells_codes_and_nothing_that_is_for_people() -> None:
    tickets = [
        {"code": "a19c02fe", "event": "Night", "checkedInAt": "June 1, 2026 at 11:31 PM", "name": "Ana Pop"},
        {"code": None, "event": "Night"}, "x", {"event": "Night"}, {"code": "b2", "event": None, "checkedInAt": None},
    ]  # fmt: skip
    body = {"message": "Found", "data": {"tickets": tickets, "wearables": [{"code": "04A1", "date_formatted": "x"}]}}
    assert view.wallet(answered(body)) == [("a19c02fe", "Night"), ("b2", "")]
    for other in ({}, {"data": None}, {"data": {"tickets": {}}}, {"data": []}):
        assert view.wallet(answered(other)) == []


def test_a_ticket_found_by_its_wristband_is_known_by_it() -> None:
    payload = json.loads((GOLDEN / "scans.json").read_text(encoding="utf-8"))[1]["payload"]
    seen = translate.admission(NIGHT, translate.TICKETS, view.seen(answered(payload)).row(VIP, "4A1B2C3D4E5F6"))
    assert isinstance(seen, Admission)
    assert [one.value for one in seen.credentials] == ["a19c02fe", "4A1B2C3D4E5F6"]
    assert seen.tells is Tells.ALL


def test_a_row_that_says_the_same_has_the_same_digest_and_another_type_another() -> None:
    raw = b'{"code":"a19c02fe","ticket_type_id":32,"checkins":[]}'
    one, same, other = translate.row(raw, VIP), translate.row(raw, VIP), translate.row(raw, TicketType(id="32"))
    assert isinstance(one, Row)
    assert isinstance(same, Row)
    assert isinstance(other, Row)
    assert one.digest == same.digest != other.digest


anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=30)
    | st.sampled_from(["a19c02fe", "0", 0, 1, 7, "7", 10**400, "2026-06-01T23:31:07+0300", "full name"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
PAYLOADS = [
    (name, case)
    for name in ("tickets", "scans", "attendees", "events")
    for case in json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, dict[str, Any], Any]:
    """A golden payload with some of its values replaced, at any depth, or taken out."""
    name, case = draw(st.sampled_from(PAYLOADS))
    case = copy.deepcopy(case)
    for _ in range(draw(st.integers(1, 4))):
        place: Any = case["payload"]
        while isinstance(place, dict) and place:
            key = draw(st.sampled_from(sorted(place)))
            inner = place[key][0] if isinstance(place[key], list) and place[key] else place[key]
            if isinstance(inner, dict) and inner and draw(st.booleans()):
                place = inner
                continue
            if draw(st.booleans()):
                place[key] = draw(anything)
            else:
                del place[key]
            break
    return name, case, draw(anything)


@given(mutated())
def test_no_payload_upsets_the_translator_nor_frees_what_was_used(drawn: tuple[str, dict[str, Any], Any]) -> None:
    name, case, fields = drawn
    payload = case["payload"]
    match name:
        case "tickets":
            seen = ticket(payload, VIP)
        case "attendees":
            seen = attendee(payload, fields)
        case "scans":
            try:
                told = view.seen(answered(payload))
            except ProviderError:
                return
            seen = translate.admission(NIGHT, translate.TICKETS, told.row(VIP))
        case _:
            catalogue.listed(json.dumps({"events": [payload]}).encode(), ACCOUNT, None, optional=True)
            return
    if isinstance(seen, Damaged):
        return
    assert seen.standing is (Standing.UNKNOWN if name == "attendees" else Standing.GOOD)
    assert all(one.limit >= 0 and one.confirmed >= 0 for one in seen.allowances)
    used = payload.get("checkins")
    if isinstance(used, list) and name != "attendees":
        entrances = sum(one.get("addon_id") in (None, "") for one in used)
        assert seen.allowances[0].confirmed >= entrances


@given(st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_upset_the_translator(raw: bytes) -> None:
    for made in (translate.row(raw, VIP), translate.form(raw, [{"name": "Full name"}])):
        if isinstance(made, Row):
            for resource in (translate.TICKETS, translate.ATTENDEES):
                translate.admission(NIGHT, resource, made)
    for resource in (translate.TICKETS, translate.ATTENDEES):
        assert isinstance(translate.admission(NIGHT, resource, Row(ref="x", raw=raw, digest=1)), Admission | Damaged)
    translate.code(raw), translate.type_ref(raw)


def test_a_deep_row_is_damaged_not_a_crash() -> None:
    assert isinstance(translate.row(b'{"code":"a","checkins":' + b"[" * 100_000, VIP), Damaged)
    assert isinstance(translate.form(b'{"ticket_code":"a","values":' + b"[" * 100_000, []), Damaged)
