"""A scan over HTTP: the answer, its idempotency, its languages, and taking it back."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.model import (
    Admission,
    Allowance,
    Answer,
    Choice,
    Credential,
    Direction,
    EventId,
    FirstEntry,
    Guest,
    Kind,
    Outcome,
    Reason,
    Right,
    ScanId,
    Standing,
    Why,
)
from app.domain.model import AdmissionId as Id
from app.web.wire.notices import encode
from app.web.wire.scans import AnswerOut, answered
from tests.web.venue import OTHER_TOKEN, Door, Venue, ticket

MADRID = ZoneInfo("Europe/Madrid")


def test_a_good_ticket_comes_in(door: Door) -> None:
    answer = door.scan(id="p1-1")
    assert answer | {"why": 0} == {
        "id": "p1-1", "outcome": "admit", "reason": "ok", "heads": 1, "left": 0, "limit": 1, "entered": 1,
        "kind": "ticket", "rate": "Early bird", "guest": {"name": "Lucía Romero", "note": "", "tags": []},
        "event": {"id": "65f1a0c2", "name": "Noche de Sábado"}, "first_entry": None, "provisional": False,
        "overridden": False, "message": "Come in", "detail": "", "why": 0, "as_of": "2025-11-22T23:41:07Z",
        "choices": [], "warning": None, "undo_until": "2025-11-22T23:51:07Z", "undoes": None, "overridable": False,
        "uncertain": False, "replayed": False, "at": "2025-11-22T23:41:07Z", "station": "Puerta 1", "direction": "in",
        "admission": "1", "allowance": "entrance", "allowances": [], "undo_reaches": "platform",
    }  # fmt: skip


def test_the_same_id_is_answered_the_same_and_counts_once(door: Door, venue: Venue) -> None:
    first = door.scan(id="p1-1")
    assert door.scan(id="p1-1") == first | {"replayed": True}
    assert venue.store.views.outbox().due == 1


def test_an_id_used_for_another_code_is_no_answer_for_this_one(door: Door, venue: Venue) -> None:
    venue.holds(ticket("HT55PW2Q", "Bruno Salas"))
    door.scan(id="p1-1")
    answer = door.post("/api/v1/scans", json={"id": "p1-1", "code": "HT55PW2Q"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:doorcheck:id-used")


def test_the_second_guest_with_a_ticket_hears_when_and_where_the_first_came_in(door: Door) -> None:
    door.scan()
    answer = door.scan()
    assert (answer["outcome"], answer["reason"], answer["detail"]) == ("refuse", "already_in", "00:41, Puerta 1")
    assert answer["first_entry"] == {"at": "2025-11-22T23:41:07Z", "station": "Puerta 1"}


def test_the_answer_comes_in_the_language_of_the_door(venue: Venue) -> None:
    with Door(venue.app(), language="es-ES,en;q=0.5") as door:
        assert door.scan()["message"] == "Adelante"


def test_heads_of_a_party_are_counted_together(door: Door, venue: Venue) -> None:
    venue.holds(ticket("GRP40021", "Carla Nieto", limit=5))
    answer = door.scan("GRP40021", party={"women": 2, "men": 1})
    assert (answer["heads"], answer["left"], answer["detail"]) == (3, 2, "3 now, 2 left")


def test_a_reading_is_cleaned_before_it_is_looked_up(door: Door) -> None:
    assert door.scan("]Q3 https://tickets.example/t?code=ZQ4K81MD7\r\n")["outcome"] == "admit"


def test_a_direction_may_be_said_and_is_the_stations_otherwise(door: Door, venue: Venue) -> None:
    venue.station("Salida", OTHER_TOKEN, direction=Direction.OUT)
    out = Door(venue.app(), token=OTHER_TOKEN)
    assert out.scan()["direction"] == "out"
    assert door.scan(direction="out")["direction"] == "out"


def test_a_supervisor_may_say_yes(door: Door, venue: Venue) -> None:
    venue.holds(ticket("PND10001", "Irene Vidal", standing=Standing.PENDING, word="pending"))
    assert door.scan("PND10001")["overridable"]
    answer = door.scan("PND10001", override={"reason": "paid at the box office"})
    assert (answer["outcome"], answer["overridden"]) == ("admit", True)


def test_one_of_several_admissions_may_be_chosen(door: Door, venue: Venue) -> None:
    venue.holds(ticket("WRIST777", "Nora Campos"), ticket("WRIST777", "Hugo Ferrer"))
    asked = door.scan("WRIST777")
    assert [one["name"] for one in asked["choices"]] == ["Nora Campos", "Hugo Ferrer"]
    chosen = asked["choices"][1]["admission"]
    assert door.scan("WRIST777", admission=chosen)["guest"]["name"] == "Hugo Ferrer"


def test_a_code_the_cache_does_not_hold_is_looked_up(door: Door, venue: Venue) -> None:
    venue.platform.known["NEW88ABC"] = ticket("NEW88ABC", "Sara Molina")
    assert door.scan("NEW88ABC")["guest"]["name"] == "Sara Molina"
    assert door.scan("GONE4444")["reason"] == "unknown_code"


def test_a_scan_brought_later_keeps_its_time(door: Door) -> None:
    assert door.scan(at="2025-11-23T00:12:00.250+01:00")["at"] == "2025-11-22T23:12:00.250000Z"


def test_twenty_doors_at_once_admit_one(door: Door) -> None:
    with ThreadPoolExecutor(20) as doors:
        answers = list(doors.map(lambda n: door.scan(id=f"p{n}"), range(20)))
    assert sorted(one["outcome"] for one in answers) == ["admit"] + ["refuse"] * 19


def test_an_entry_is_taken_back_once(door: Door, venue: Venue) -> None:
    door.scan(id="p1-1")
    undo = door.post("/api/v1/scans/p1-1/undo", json={"reason": "wrong guest"})
    assert undo.status_code == 200
    assert (undo.json()["undoes"], undo.json()["message"], undo.json()["entered"]) == ("p1-1", "Taken back", 0)
    again = door.post("/api/v1/scans/p1-1/undo").json()
    assert again == undo.json() | {"replayed": True}
    assert venue.nudges


def test_a_scan_that_nobody_made_can_not_be_taken_back(door: Door) -> None:
    answer = door.post("/api/v1/scans/nobody/undo", json={})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:doorcheck:no-such-scan")


def test_a_refusal_can_not_be_taken_back(door: Door) -> None:
    door.scan("GONE4444", id="p1-2")
    answer = door.post("/api/v1/scans/p1-2/undo", json={})
    assert (answer.status_code, answer.json()["detail"]) == (409, "Only an entry can be taken back.")


def test_an_old_entry_can_not_be_taken_back(door: Door, venue: Venue) -> None:
    door.scan(id="p1-1")
    venue.clock.move(timedelta(minutes=11))
    answer = door.post("/api/v1/scans/p1-1/undo", json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:doorcheck:too-old")


BARE = Answer(
    scan=ScanId("p1-1"), code="", station="Puerta 1", at=datetime(2025, 11, 22, 23, 41, 7, 90, tzinfo=UTC),
    direction=Direction.IN, outcome=Outcome.ASK, reason=Reason.UNREADABLE, why=Why(rule="reading", value="empty"),
)  # fmt: skip
FULL = dataclasses.replace(
    BARE, outcome=Outcome.REFUSE, reason=Reason.ALREADY_IN, heads=2, left=1, limit=3, entered=2, kind=Kind.LIST,
    rate="Lista Marta", word="", guest=Guest(name="Olga Prieto", note="birthday", tags=("vip",)), admission=Id(7),
    event=EventId("65f1a0c2"), event_name="Noche de Sábado",
    first_entry=FirstEntry(at=datetime(2025, 11, 23, 0, 4, tzinfo=MADRID), station=""),
    undo_until=datetime(2025, 11, 23, tzinfo=UTC), undoes=ScanId("p0"), overridable=True,
    why=Why(rule="undo", value="sent"), as_of=datetime(2025, 11, 22, 20, tzinfo=UTC), warning="no_entry",
    choices=(Choice(admission=Id(8), name="Olga Prieto", rate="", kind=Kind.PASS, left=1),), replayed=True,
    allowance="addon:5", undo_stays=True,
    rights=(Right(ref="entrance", name="", left=0, limit=1), Right(ref="addon:5", name="Drink", left=1, limit=2)),
)  # fmt: skip


@pytest.mark.parametrize("answer", [BARE, FULL], ids=["bare", "full"])
def test_what_is_sent_is_what_is_described(answer: Answer) -> None:
    sent = encode(answered(answer, "en", MADRID))
    described = AnswerOut.model_validate_json(sent)
    assert set(answered(answer, "en", MADRID)) == set(AnswerOut.model_fields)
    assert described.at == answer.at
    assert [one.left for one in described.allowances] == [one.left for one in answer.rights]


@pytest.mark.parametrize(
    ("answer", "reaches"),
    [
        (BARE, None),
        (dataclasses.replace(BARE, undo_stays=True), None),
        (dataclasses.replace(BARE, undo_until=BARE.at), "platform"),
        (dataclasses.replace(BARE, undo_until=BARE.at, undo_stays=True), "here"),
    ],
)
def test_an_answer_says_beforehand_how_far_an_undo_goes(answer: Answer, reaches: str | None) -> None:
    assert answered(answer, "en", MADRID)["undo_reaches"] == reaches


DRINKS = Allowance(ref="addon:5", limit=2, name="Welcome drink")


def test_a_bar_takes_a_drink_and_the_gate_the_entry_of_the_same_code(door: Door, venue: Venue) -> None:
    venue.holds(ticket("DRNK5001", "Irene Vidal", allowances=(Allowance(limit=1), DRINKS)))
    venue.station("Bar", OTHER_TOKEN, allowance="addon:5")
    bar = Door(venue.app(), token=OTHER_TOKEN)
    drink = bar.scan("DRNK5001")
    assert (drink["message"], drink["detail"], drink["allowance"]) == ("1 × Welcome drink", "1 left", "addon:5")
    entry = door.scan("DRNK5001")
    assert (entry["outcome"], entry["allowance"], entry["left"]) == ("admit", "entrance", 0)
    assert entry["allowances"] == [
        {"ref": "addon:5", "name": "Welcome drink", "left": 1, "limit": 2},
        {"ref": "entrance", "name": "", "left": 0, "limit": 1},
    ]
    bar.scan("DRNK5001")
    assert [bar.scan(code)["message"] for code in ("DRNK5001", "ZQ4K81MD7")] == ["None left", "Not included"]


BAND = Credential(scheme="rfid", value="4A23B1C5D6080")


@pytest.mark.parametrize(
    ("code", "scheme"),
    [("04:a2:3b:1c:5d:60:80", "rfid"), ("04A23B1C5D6080", "rfid"), ("04a23b1c5d6080", "qr"), ("4A-23B1C5D6080", "qr")],
)
def test_a_wristband_is_the_same_however_it_was_read(door: Door, venue: Venue, code: str, scheme: str) -> None:
    venue.holds(ticket("BAND0001", "Iker Sanz", credentials=(BAND,)))
    assert door.scan(code, scheme=scheme)["guest"]["name"] == "Iker Sanz"


def test_a_reader_of_wristbands_reads_no_codes(door: Door) -> None:
    assert door.scan("ZQ4K81MD7", scheme="rfid")["outcome"] != "admit"
    assert door.post("/api/v1/scans", json={"code": "ZQ4K81MD7", "scheme": "nfc"}).status_code == 422


def test_times_go_out_in_utc() -> None:
    sent = encode(answered(FULL, "en", MADRID))
    assert b'"first_entry":{"at":"2025-11-22T23:04:00Z"' in sent


def test_neither_mail_nor_phone_goes_out(door: Door, venue: Venue) -> None:
    guest: Admission = ticket("ML200345", "Pau Serra", email="pau.serra@example.com", phone="+34600111222")
    venue.holds(dataclasses.replace(guest, allowances=(Allowance(limit=1),)))
    sent = door.post("/api/v1/scans", json={"code": "ML200345"}).text
    assert "example.com" not in sent
    assert "600111222" not in sent


def test_a_ticket_without_a_code_is_let_in_from_the_row_that_the_search_found(door: Door, venue: Venue) -> None:
    venue.holds(ticket("", "Marta Sanz", ref="ref-marta", credentials=()))
    (row,) = door.get("/api/v1/admissions", params={"q": "marta sanz"}).json()["items"]
    assert row["code"] == ""
    first = door.scan("", admission=row["admission"])
    second = door.scan("", admission=row["admission"])
    assert [(one["outcome"], one["reason"]) for one in (first, second)] == [("admit", "ok"), ("refuse", "already_in")]


def test_a_choice_does_not_open_what_the_code_does_not(door: Door, venue: Venue) -> None:
    venue.holds(ticket("HT55PW2Q", "Bruno Salas"), ticket("GRP40021", "Carla Nieto"))
    (row,) = door.get("/api/v1/admissions", params={"q": "carla"}).json()["items"]
    answer = door.scan("HT55PW2Q", admission=row["admission"])
    assert (answer["outcome"], answer["guest"]["name"]) == ("admit", "Bruno Salas")
