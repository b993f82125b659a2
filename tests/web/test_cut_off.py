"""Pages that may be cut off: what they keep, and what they bring back."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.domain.model import Allowance, Credential, Kind, Standing
from app.domain.settle import Done
from app.web.pin import Pin
from tests.web.venue import NEXT_NIGHT, NIGHT, OTHER_TOKEN, START, Door, Venue, ticket

AT = "2025-11-22T23:30:00Z"


@pytest.fixture
def other(venue: Venue) -> Iterator[Door]:
    venue.station("Puerta 2", OTHER_TOKEN)
    with Door(venue.app(), OTHER_TOKEN) as client:
        yield client


def snapshot(door: Door, since: str = "", event: str = NIGHT) -> dict[str, Any]:
    answer = door.get("/api/v1/cache", params={"event": event, "since": since})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def rows(known: dict[str, Any]) -> dict[str, list[Any]]:
    return {row[6]: row for row in known["rows"]}


def scanned(
    id: str, code: str = "ZQ4K81MD7", said: str = "admit", reason: str = "ok", heads: int = 1, **more: Any
) -> dict[str, Any]:
    told = {"outcome": said, "reason": reason, "heads": heads if said == "admit" else 0}
    return {"id": id, "code": code, "at": AT, "heads": heads, "said": told, **more}


def bring(door: Door, *scans: dict[str, Any]) -> list[dict[str, Any]]:
    answer = door.post("/api/v1/scans:batch", json={"scans": list(scans)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def conflicts(door: Door) -> list[dict[str, Any]]:
    return list(door.get("/api/v1/conflicts").json()["items"])


# What a page keeps


def test_a_snapshot_names_codes_by_their_salted_digest_and_people_by_their_first_name(door: Door, venue: Venue) -> None:
    venue.holds(ticket("GRP40021", "Ana María Ruiz", limit=4, email="ana@example.org", phone="+34600111222"))
    known = snapshot(door)
    row = rows(known)["Ana M."]
    digest = hashlib.sha256(bytes.fromhex(known["salt"]) + b"qr:GRP40021").digest()
    assert row[1] == [urlsafe_b64encode(digest[:12]).decode()]
    assert row[2:6] + row[7:9] == ["ticket", "good", "", "Early bird", 4, 0]
    whole = json.dumps(known)
    assert not any(secret in whole for secret in ("GRP40021", "Ruiz", "ana@example.org", "600111222"))


def test_asked_again_a_snapshot_brings_only_what_changed(door: Door, venue: Venue) -> None:
    venue.holds(ticket("B200", "Bea Gil"), ticket("C300", "Carlos Mas"))
    first = snapshot(door)
    assert (first["whole"], len(first["rows"]), first["total"]) == (True, 3, 3)
    assert snapshot(door, first["version"])["rows"] == []
    door.scan("B200", id="p1-1")
    then = snapshot(door, first["version"])
    assert (then["whole"], list(rows(then))) == (False, ["Bea G."])
    assert rows(then)["Bea G."][8:] == [1, None, None, int(START.timestamp()), "Puerta 1"]


def test_an_undo_and_a_new_guest_are_changes_too(door: Door, venue: Venue) -> None:
    door.scan(id="p1-1")
    version = snapshot(door)["version"]
    door.post("/api/v1/scans/p1-1/undo")
    venue.holds(ticket("D400", "Dora Paz"))
    assert {name: row[8] for name, row in rows(snapshot(door, version)).items()} == {"Lucía R.": 0, "Dora P.": 0}


@pytest.mark.parametrize("since", ["", "hub0.1", "hub1.999", "hub1.x", "nonsense", "."])
def test_a_version_of_another_time_brings_everything(door: Door, since: str) -> None:
    assert snapshot(door, since)["whole"] is True


def test_settling_a_call_changes_nothing_for_a_page(door: Door, venue: Venue) -> None:
    door.scan(id="p1-1")
    version = snapshot(door)["version"]
    venue.becomes(Done())
    assert snapshot(door, version)["rows"] == []


def test_a_snapshot_is_packed_for_those_who_can_unpack_it(door: Door, venue: Venue) -> None:
    venue.holds(*(ticket(f"M{n:05}", f"Guest {n}") for n in range(500)))
    asked = door.get("/api/v1/cache", params={"event": NIGHT}, headers={"Accept-Encoding": "gzip"})
    assert asked.headers["content-encoding"] == "gzip"
    assert len(asked.json()["rows"]) == 501
    plain = door.get("/api/v1/cache", params={"event": NIGHT}, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_a_station_keeps_its_own_events_only(venue: Venue) -> None:
    venue.station("Sunday", OTHER_TOKEN, events=(NEXT_NIGHT,))
    with Door(venue.app(), OTHER_TOKEN) as sunday:
        assert sunday.get("/api/v1/cache", params={"event": NIGHT}).status_code == 403
        assert snapshot(sunday, event="dom-23")["event"]["id"] == NEXT_NIGHT
        assert sunday.get("/api/v1/cache", params={"event": "no-such"}).status_code == 404


def test_what_a_station_does_not_let_in_to_has_no_room(venue: Venue) -> None:
    venue.station("Bar", OTHER_TOKEN, allowance="addon:5")
    with Door(venue.app(), OTHER_TOKEN) as bar:
        assert rows(snapshot(bar))["Lucía R."][7] is None


DRINKS = Allowance(ref="addon:5", limit=2, name="Welcome drink")


def test_a_bars_snapshot_counts_its_extra_and_says_what_it_is_called(door: Door, venue: Venue) -> None:
    venue.holds(ticket("DRNK5001", "Irene Vidal", allowances=(Allowance(limit=1), DRINKS)))
    venue.station("Bar", OTHER_TOKEN, allowance="addon:5")
    door.scan("DRNK5001")
    with Door(venue.app(), OTHER_TOKEN) as bar:
        known = snapshot(bar)
    assert known["allowance"] == {"ref": "addon:5", "name": "Welcome drink"}
    assert rows(known)["Irene V."][7:9] == [2, 0]
    assert snapshot(door)["allowance"] == {"ref": "entrance", "name": ""}
    assert rows(snapshot(door))["Irene V."][7:9] == [1, 1]


def test_a_wristband_in_a_snapshot_has_the_name_of_its_tag(door: Door, venue: Venue) -> None:
    band = Credential(scheme="rfid", value="4A23B1C5D6080")
    venue.holds(ticket("BAND0001", "Iker Sanz", credentials=(band,)))
    known = snapshot(door)
    digest = hashlib.sha256(bytes.fromhex(known["salt"]) + b"rfid:4A23B1C5D6080").digest()
    assert rows(known)["Iker S."][1] == [urlsafe_b64encode(digest[:12]).decode()]


def test_a_wristband_that_a_page_let_in_is_taken_by_its_tag(door: Door, venue: Venue) -> None:
    band = Credential(scheme="rfid", value="4A23B1C5D6080")
    venue.holds(ticket("BAND0001", "Iker Sanz", credentials=(band,)))
    [item] = bring(door, scanned("p1-1", "04:a2:3b:1c:5d:60:80", scheme="rfid"))
    assert (item["answer"]["outcome"], item["answer"]["guest"]["name"], item["excess"]) == ("admit", "Iker Sanz", 0)


# What a page brings


def test_whom_a_page_let_in_is_counted_with_the_doors_time_and_owed(door: Door) -> None:
    [item] = bring(door, scanned("p1-1"))
    assert (item["answer"]["outcome"], item["answer"]["at"], item["excess"]) == ("admit", AT, 0)
    [call] = door.get("/api/v1/outbox").json()["items"]
    assert (call["scan"], call["at"], call["heads"]) == ("p1-1", AT, 1)


def test_brought_twice_it_counts_once(door: Door) -> None:
    bring(door, scanned("p1-1"))
    [again] = bring(door, scanned("p1-1"))
    assert (again["answer"]["replayed"], again["answer"]["entered"], again["excess"]) == (True, 1, 0)
    assert conflicts(door) == []


def test_two_doors_let_the_same_guest_in_and_both_hear_of_it(door: Door, other: Door) -> None:
    other.scan(id="p2-1")
    [item] = bring(door, scanned("p1-1"))
    assert (item["answer"]["outcome"], item["answer"]["reason"], item["excess"]) == ("refuse", "already_in", 1)
    assert item["answer"]["first_entry"]["station"] == "Puerta 2"
    [conflict] = conflicts(other)
    assert (conflict["scan"], conflict["why"], conflict["heads"], conflict["station"]) == (
        "p1-1",
        "entered_elsewhere",
        1,
        "Puerta 1",
    )
    bring(door, scanned("p1-1"))
    assert len(conflicts(door)) == 1


def test_of_a_party_that_is_too_large_those_with_room_are_counted(door: Door, other: Door, venue: Venue) -> None:
    venue.holds(ticket("GRP40021", "Ana Ruiz", limit=4))
    other.scan("GRP40021", heads=3)
    [item] = bring(door, scanned("p1-1", "GRP40021", heads=3))
    assert (item["answer"]["outcome"], item["answer"]["heads"], item["answer"]["left"], item["excess"]) == (
        "admit",
        1,
        0,
        2,
    )
    assert [(one["heads"], one["state"]) for one in conflicts(door)] == [(2, "conflict")]


def test_whom_a_page_sent_away_did_not_come_in(door: Door) -> None:
    [item] = bring(door, scanned("p1-1", said="refuse", reason="already_in"))
    assert (item["answer"]["outcome"], item["answer"]["reason"], item["answer"]["heads"]) == ("refuse", "already_in", 0)
    assert door.scan()["outcome"] == "admit"


def test_a_code_let_in_on_trust_is_owed_to_be_checked(door: Door) -> None:
    [item] = bring(door, scanned("p1-1", "NEW77"))
    assert (item["answer"]["outcome"], item["answer"]["provisional"]) == ("admit", True)
    assert len(door.get("/api/v1/outbox").json()["items"]) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"standing": Standing.VOID, "word": "refunded"}, "void"),
        ({"standing": Standing.PENDING}, "not_confirmed"),
        ({"standing": Standing.UNKNOWN}, "gone"),
        ({"event": NEXT_NIGHT}, "not_for_here"),
    ],
)
def test_who_should_not_have_come_in_is_a_conflict(door: Door, venue: Venue, changed: dict[str, Any], why: str) -> None:
    venue.holds(ticket("V900", "Vera Sanz", **changed))
    [item] = bring(door, scanned("p1-1", "V900"))
    assert (item["answer"]["outcome"] != "admit", item["excess"]) == (True, 1)
    assert [one["why"] for one in conflicts(door)] == [why]


def test_a_supervisors_word_at_the_door_counts(door: Door, venue: Venue) -> None:
    venue.holds(ticket("P900", "Pau Vidal", standing=Standing.PENDING))
    [item] = bring(door, scanned("p1-1", "P900", override={"reason": "paid at the box office"}))
    assert (item["answer"]["outcome"], item["answer"]["overridden"], item["excess"]) == ("admit", True, 0)


def test_an_answer_that_was_lost_on_its_way_is_no_second_entry(door: Door) -> None:
    door.scan(id="p1-1")
    [item] = bring(door, scanned("p1-1"))
    assert (item["answer"]["outcome"], item["answer"]["entered"], item["excess"]) == ("admit", 1, 0)
    assert conflicts(door) == []


def test_a_no_that_was_lost_on_its_way_is_a_conflict_once(door: Door, other: Door) -> None:
    other.scan(id="p2-1")
    door.scan(id="p1-1")
    for _ in range(2):
        bring(door, scanned("p1-1"))
    assert [(one["scan"], one["heads"]) for one in conflicts(door)] == [("p1-1", 1)]


def test_one_that_can_not_be_taken_stops_no_other(door: Door, venue: Venue) -> None:
    venue.holds(ticket("B200", "Bea Gil"))
    good = scanned("p1-4", "B200")
    old = scanned("p1-2") | {"at": (START - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")}
    items = bring(door, {"id": "p1-1"}, old, scanned("p1-3") | {"heads": -1}, {"id": 7}, good)
    assert [item["problem"]["status"] if item["problem"] else None for item in items] == [422, 422, 422, 422, None]
    assert [item["id"] for item in items] == ["p1-1", "p1-2", "p1-3", "", "p1-4"]


def test_somebody_who_left_has_left(door: Door) -> None:
    [item] = bring(door, scanned("p1-1", direction="out"))
    assert (item["answer"]["outcome"], item["answer"]["direction"], item["excess"]) == ("admit", "out", 0)


def test_an_id_of_another_code_is_told(door: Door, venue: Venue) -> None:
    venue.holds(ticket("B200", "Bea Gil"))
    door.scan(id="p1-1")
    [item] = bring(door, scanned("p1-1", "B200", said="refuse", reason="void"))
    assert item["problem"]["status"] == 409


def test_a_batch_has_a_beginning_and_an_end(door: Door) -> None:
    assert door.post("/api/v1/scans:batch", json={"scans": []}).status_code == 422
    many = {"scans": [scanned(f"p1-{n}") for n in range(201)]}
    assert door.post("/api/v1/scans:batch", json=many).status_code == 422


# What became of it, and the numbers of the night


def test_a_page_hears_what_became_of_its_scans(door: Door, venue: Venue) -> None:
    door.scan(id="p1-1")
    door.scan(id="p1-2")

    def states() -> dict[str, str]:
        items = door.get("/api/v1/scans", params={"ids": "p1-1,p1-2,p1-9"}).json()["items"]
        return {item["id"]: item["state"] for item in items}

    assert states() == {"p1-1": "sent", "p1-2": "confirmed"}  # the second was refused: nothing is owed for it
    venue.becomes(Done())
    assert states()["p1-1"] == "confirmed"


def test_the_numbers_of_the_night(door: Door, other: Door, venue: Venue) -> None:
    venue.holds(ticket("VIP1", "Vera Sanz", rate="VIP", limit=3), ticket("L1", "Leo Mas", rate="", kind=Kind.LIST))
    other.scan("VIP1", heads=2)
    door.scan()
    door.scan()
    told = door.get("/api/v1/numbers").json()
    [night] = told["events"]
    assert (night["entered"], night["limit"]) == (3, 5)
    assert [(one["rate"], one["entered"], one["limit"]) for one in night["rates"]] == [
        ("VIP", 2, 3),
        ("Early bird", 1, 1),
        ("", 0, 1),
    ]
    assert told["station"] == {"admitted": 1, "refused": 1, "asked": 0, "heads": 1}
    assert told["pace"] == [{"at": "2025-11-22T23:40:00Z", "heads": 3}]


def test_the_numbers_of_a_bar_are_of_its_extra(door: Door, venue: Venue) -> None:
    venue.holds(
        ticket("DRNK5001", "Irene Vidal", allowances=(Allowance(limit=1), DRINKS)),
        ticket("DRNK5002", "Jon Ruiz", allowances=(Allowance(limit=1), DRINKS), rate="VIP"),
        ticket("DRNK5003", "Kai Mas", allowances=(Allowance(limit=1), DRINKS), standing=Standing.VOID),
    )
    venue.station("Bar", OTHER_TOKEN, allowance="addon:5")
    door.scan("DRNK5001")
    with Door(venue.app(), OTHER_TOKEN) as bar:
        bar.scan("DRNK5002", heads=2)
        told = bar.get("/api/v1/numbers").json()
    [night] = told["events"]
    assert told["allowance"] == {"ref": "addon:5", "name": "Welcome drink"}
    assert (night["entered"], night["limit"]) == (2, 4)
    assert [(one["rate"], one["entered"], one["limit"]) for one in night["rates"]] == [
        ("VIP", 2, 2),
        ("Early bird", 0, 2),
    ]


def test_a_page_may_let_in_to_one_event_only(door: Door) -> None:
    assert door.scan(event=NEXT_NIGHT)["reason"] == "other_event"
    assert door.scan(event=NIGHT)["outcome"] == "admit"


def test_a_page_can_not_choose_an_event_that_is_not_its_stations(venue: Venue) -> None:
    venue.station("Sunday", OTHER_TOKEN, events=(NEXT_NIGHT,))
    with Door(venue.app(), OTHER_TOKEN) as sunday:
        assert sunday.scan(event=NIGHT)["reason"] == "other_event"


# A supervisor's PIN


@pytest.fixture
def guarded(venue: Venue) -> Iterator[Door]:
    venue.holds(ticket("P900", "Pau Vidal", standing=Standing.PENDING))

    def seconds() -> float:
        return venue.clock().timestamp()

    with Door(venue.app(pin=Pin("4821", bytes(16), seconds))) as client:
        yield client


def overrule(door: Door, pin: str | None) -> int:
    override = {"reason": "paid at the box office"} | ({"pin": pin} if pin else {})
    return door.post("/api/v1/scans", json={"code": "P900", "override": override}).status_code


def test_overruling_takes_the_pin(guarded: Door) -> None:
    assert guarded.get("/api/v1/status").json()["station"]["pin_needed"] is True
    assert [overrule(guarded, pin) for pin in (None, "0000", "4821")] == [403, 403, 200]


def test_guessing_is_slow(guarded: Door, venue: Venue) -> None:
    assert [overrule(guarded, "0000") for _ in range(6)] == [403] * 5 + [429]
    assert overrule(guarded, "4821") == 429
    venue.clock.move(timedelta(seconds=61))
    assert overrule(guarded, "4821") == 200


def test_a_page_can_tell_the_pin_without_the_hub_and_without_knowing_it(guarded: Door) -> None:
    proof = snapshot(guarded)["pin"]
    told = hashlib.pbkdf2_hmac("sha256", b"4821", bytes.fromhex(proof["salt"]), proof["rounds"])
    assert told.hex() == proof["digest"]
    assert "4821" not in json.dumps(proof)


def test_a_house_without_a_pin_asks_for_none(door: Door) -> None:
    assert snapshot(door)["pin"] is None
    assert door.get("/api/v1/status").json()["station"]["pin_needed"] is False


def test_an_entry_taken_back_in_time_by_a_page_that_was_cut_off_is_taken_back(door: Door, venue: Venue) -> None:
    bring(door, scanned("p1-1"))
    venue.clock.move(timedelta(minutes=30))
    assert door.post("/api/v1/scans/p1-1/undo", json={"at": "2025-11-22T23:35:00Z"}).status_code == 200
    assert door.scan()["outcome"] == "admit"
