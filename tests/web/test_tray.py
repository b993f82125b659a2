"""The tray and the conflicts: what a person sees, and what a person may do."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.outbox import CallState
from app.domain.settle import Conflict, Done, Parked, Trouble
from app.ports import Notice
from app.web.wire.notices import spoken
from tests.web.venue import Door, Venue, ticket


def rows(door: Door, query: str = "") -> list[dict[str, Any]]:
    answer = door.get(f"/api/v1/outbox{query}")
    assert answer.status_code == 200
    return list(answer.json()["items"])


def test_what_is_owed_is_shown_without_the_whole_code(door: Door) -> None:
    door.scan(id="p1-1")
    [row] = rows(door)
    assert row | {"due_at": 0} == {
        "id": "1", "scan": "p1-1", "state": "due", "account": "fourvenues",
        "event": {"id": "65f1a0c2", "name": "Noche de Sábado"}, "kind": "ticket", "code": "ZQ4…",
        "guest": "Lucía Romero", "allowance": "entrance", "heads": 1,
        "at": "2025-11-22T23:41:07Z", "station": "Puerta 1", "attempts": 0,
        "due_at": 0, "why": "", "message": "", "words": "", "settled_at": None, "settled_by": "", "note": "",
        "resolved_at": None,
    }  # fmt: skip


def test_a_parked_call_shows_our_words_and_the_platforms(door: Door, venue: Venue) -> None:
    door.scan()
    venue.becomes(Parked(why=Trouble.UNEXPLAINED), words="ticket_state_invalid")
    [row] = rows(door, "?state=parked,conflict")
    assert (row["why"], row["words"]) == ("unexplained", "ticket_state_invalid")
    assert row["message"].startswith("The platform does not take this entry")


def test_what_is_settled_is_shown_only_when_asked_for(door: Door, venue: Venue) -> None:
    door.scan()
    venue.becomes(Done())
    assert rows(door) == []
    assert [row["state"] for row in rows(door, "?state=done")] == ["done"]


def test_the_tray_is_read_in_pages(door: Door, venue: Venue) -> None:
    venue.holds(*(ticket(f"PG{n}00000", f"Ana {n}") for n in range(3)))
    for n in range(3):
        door.scan(f"PG{n}00000")
    first = rows(door, "?limit=2")
    second = rows(door, f"?limit=2&after={first[-1]['id']}")
    assert [row["guest"] for row in first + second] == ["Ana 0", "Ana 1", "Ana 2"]


def test_a_person_sends_a_parked_call_again(door: Door, venue: Venue) -> None:
    door.scan()
    call = venue.becomes(Parked(why=Trouble.UNEXPLAINED))
    assert door.post(f"/api/v1/outbox/{call}/retry").json()["state"] == "due"
    assert venue.nudges


@pytest.mark.parametrize(("word", "state"), [("accept", "done"), ("discard", "discarded")])
def test_a_person_decides_with_a_reason_and_a_name(door: Door, venue: Venue, word: str, state: str) -> None:
    door.scan()
    call = venue.becomes(Conflict(why=Trouble.GONE))
    row = door.post(f"/api/v1/outbox/{call}/{word}", json={"reason": "asked\nthe box office"}).json()
    assert (row["state"], row["settled_by"], row["note"]) == (state, "Puerta 1", "asked the box office")


@pytest.mark.parametrize("word", ["accept", "discard"])
@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 501}, None])
def test_nobody_decides_without_a_reason(door: Door, venue: Venue, word: str, body: Any) -> None:
    door.scan()
    assert door.post(f"/api/v1/outbox/1/{word}", json=body).status_code == 422
    assert venue.store.views.outbox().due == 1


@pytest.mark.parametrize("word", ["retry", "accept", "discard"])
def test_what_is_done_stays_done(door: Door, venue: Venue, word: str) -> None:
    door.scan()
    call = venue.becomes(Done())
    answer = door.post(f"/api/v1/outbox/{call}/{word}", json={"reason": "changed my mind"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "This call is done now, which does not allow it.")


def test_a_call_that_is_being_sent_comes_back_first(door: Door, venue: Venue) -> None:
    door.scan()
    venue.store.run(lambda tx: tx.calls.claim(venue.line.account, "sender", venue.clock(), 1))
    assert door.post("/api/v1/outbox/1/discard", json={"reason": "never mind"}).status_code == 409
    assert rows(door)[0]["state"] == CallState.SENDING


def test_a_conflict_is_resolved_once_with_a_note(door: Door, venue: Venue) -> None:
    door.scan()
    call = venue.becomes(Conflict(why=Trouble.ENTERED_ELSEWHERE), words="already checked in")
    [shown] = door.get("/api/v1/conflicts").json()["items"]
    assert (shown["state"], shown["why"], shown["resolved_at"]) == ("conflict", "entered_elsewhere", None)
    seen = door.post(f"/api/v1/conflicts/{call}/resolve", json={"note": "twins, both paid"}).json()
    assert (seen["note"], seen["resolved_at"]) == ("twins, both paid", "2025-11-22T23:41:07Z")
    assert door.get("/api/v1/conflicts").json()["items"] == []
    assert [one["note"] for one in door.get("/api/v1/conflicts?resolved=true").json()["items"]] == ["twins, both paid"]
    again = door.post(f"/api/v1/conflicts/{call}/resolve", json={"note": "somebody else"})
    assert (again.status_code, again.json()["note"]) == (200, "twins, both paid")


def test_only_a_conflict_can_be_resolved(door: Door) -> None:
    door.scan()
    assert door.post("/api/v1/conflicts/1/resolve", json={"note": "hm"}).status_code == 409
    assert door.post("/api/v1/conflicts/99/resolve", json={"note": "hm"}).status_code == 404


@pytest.mark.parametrize(
    ("language", "begins"), [("en", "Somebody has already"), ("es", "Alguien ya ha"), ("fr", "Some")]
)
def test_a_conflict_is_told_to_the_doors_in_their_language(
    door: Door, venue: Venue, language: str, begins: str
) -> None:
    door.scan(id="p1-1")
    venue.becomes(Conflict(why=Trouble.ENTERED_ELSEWHERE), words="already checked in")
    [row] = venue.store.views.conflicts(resolved=False, limit=10)
    told = spoken(Notice(topic="conflict", body={"row": row}), language, venue.parts.zone).decode()
    assert f'"message":"{begins}' in told
    assert '"call":"1","scan":"p1-1","station":"Puerta 1","why":"entered_elsewhere"' in told
    assert "ZQ4K81MD7" not in told
    assert "already checked in" not in told
