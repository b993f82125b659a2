"""Whatever is sent, a person gets a clear answer and the hub keeps its feet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.venue import Door, Venue


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One hub for the whole table: it has to stand all of it."""
    venue = Venue(tmp_path_factory.mktemp("hub"))
    with Door(venue.app()) as client:
        yield client
    venue.store.close()


ASKED = ["", "   ", "A" * 10_000, "\x00\x01\x02", "\u200b\ufeff", "%%%/../..\\", "]Q3"]
KNOWN_TO_NOBODY = [
    "😀🎟️A1", "../../etc/passwd1", "100%25OFF", "a'; DROP TABLE scans;--", "ñandú-0001", "\x00ZQ\x7f99", "A" * 500,
    "https://", "http://[broken/ticket?code=ZZ", "\u202eabc123", '{"code":1}',
]  # fmt: skip


@pytest.mark.parametrize("code", ASKED, ids=lambda code: repr(code[:12]))
def test_a_reading_that_is_no_code_is_asked_again(door: Door, code: str) -> None:
    answer = door.scan(code)
    assert (answer["outcome"], answer["reason"]) == ("ask", "unreadable")


@pytest.mark.parametrize("code", KNOWN_TO_NOBODY, ids=lambda code: repr(code[:12]))
def test_a_strange_code_is_simply_not_on_the_list(door: Door, code: str) -> None:
    assert door.scan(code)["reason"] == "unknown_code"


BAD_SCANS: list[tuple[dict[str, Any], str]] = [
    ({}, "code"),
    ({"code": None}, "code"),
    ({"code": 12345}, "code"),
    ({"code": "A" * 17_000}, "code"),
    ({"code": "A1B2C3", "heads": 0}, "heads"),
    ({"code": "A1B2C3", "heads": -1}, "heads"),
    ({"code": "A1B2C3", "heads": 10**9}, "heads"),
    ({"code": "A1B2C3", "heads": 1.5}, "heads"),
    ({"code": "A1B2C3", "heads": True}, "heads"),
    ({"code": "A1B2C3", "direction": "sideways"}, "direction"),
    ({"code": "A1B2C3", "id": ""}, "id"),
    ({"code": "A1B2C3", "id": "a b"}, "id"),
    ({"code": "A1B2C3", "id": "a" * 65}, "id"),
    ({"code": "A1B2C3", "id": "p1\n"}, "id"),
    ({"code": "A1B2C3", "id": "undo:p1-1"}, "id"),
    ({"code": "A1B2C3", "party": {}}, "party"),
    ({"code": "A1B2C3", "party": {"women": -1}}, "party.women"),
    ({"code": "A1B2C3", "party": {"women": 501}}, "party.women"),
    ({"code": "A1B2C3", "party": {"women": 400, "men": 400}}, "party"),
    ({"code": "A1B2C3", "party": {"women": 1}, "heads": 2}, "party"),
    ({"code": "A1B2C3", "party": {"dogs": 1}}, "party.dogs"),
    ({"code": "A1B2C3", "at": "yesterday"}, "at"),
    ({"code": "A1B2C3", "at": 1763854867}, "at"),
    ({"code": "A1B2C3", "at": "1763854867"}, "at"),
    ({"code": "A1B2C3", "at": "2025-11-22T23:41:07"}, "at"),
    ({"code": "A1B2C3", "at": "2025-11-20T20:00:00Z"}, "at"),
    ({"code": "A1B2C3", "at": "0001-01-01T00:00:00+14:00"}, "at"),
    ({"code": "A1B2C3", "at": "9999-12-31T23:59:59-14:00"}, "at"),
    ({"code": "A1B2C3", "override": {}}, "override.reason"),
    ({"code": "A1B2C3", "override": {"reason": " \x00 "}}, "override.reason"),
    ({"code": "A1B2C3", "override": {"reason": "x" * 201}}, "override.reason"),
    ({"code": "A1B2C3", "admission": 7}, "admission"),
    ({"code": "A1B2C3", "admission": "seven"}, "admission"),
    ({"code": "A1B2C3", "admission": "9" * 30}, "admission"),
    ({"code": "A1B2C3", "gate": "vip"}, "gate"),
]


@pytest.mark.parametrize(("body", "field"), BAD_SCANS, ids=lambda value: str(value)[:50])
def test_a_value_that_can_not_be_used_is_named(door: Door, body: dict[str, Any], field: str) -> None:
    answer = door.post("/api/v1/scans", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [one["field"] for one in answer.json()["errors"]] == [field]


NOT_JSON: list[tuple[bytes, str]] = [
    (b"", "application/json"),
    (b"not json", "application/json"),
    (b"\xff\xfe\x00", "application/json"),
    (b"[" * 60_000, "application/json"),
    (b'{"code": "\\ud800"}', "application/json"),
    (b'{"\\ud800": 1, "code": "A1B2C3"}', "application/json"),
    (b'{"code": "A1B2C3", "heads": ' + b"9" * 6000 + b"}", "application/json"),
    (b'{"code": "A1B2C3", "heads": NaN}', "application/json"),
    (b'"ZQ4K81MD7"', "application/json"),
    (b"null", "application/json"),
    (b"[]", "application/json"),
    (b'{"code": "A1B2C3"}', "text/plain"),
    (b"code=A1B2C3", "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize(("body", "kind"), NOT_JSON, ids=lambda value: repr(value[:30]))
def test_a_body_that_is_not_a_scan_is_a_problem(door: Door, body: bytes, kind: str) -> None:
    answer = door.post("/api/v1/scans", content=body, headers={"content-type": kind})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(door: Door, chunked: bool) -> None:
    body = b'{"code": "' + b"A" * 70_000 + b'"}'
    content = iter([body[:40_000], body[40_000:]]) if chunked else body
    answer = door.post("/api/v1/scans", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


ODD_QUESTIONS: list[tuple[str, str, int]] = [
    ("GET", "/api/v1/nothing", 404),
    ("GET", "/nothing", 404),
    ("GET", "/page/../server.py", 404),
    ("GET", "/api/v1/scans", 422),
    ("DELETE", "/api/v1/outbox", 405),
    ("POST", "/api/v1/scans/%00/undo", 422),
    ("POST", f"/api/v1/scans/{'a' * 200}/undo", 422),
    ("GET", "/api/v1/admissions?q=%00%00&event=%ff", 404),
    ("GET", "/api/v1/admissions?q=" + "a" * 300, 422),
    ("GET", "/api/v1/admissions?q=%25_%27%22%5C%00", 200),
    ("GET", "/api/v1/admissions?q=ab&limit=0", 422),
    ("GET", "/api/v1/admissions?q=ab&limit=ten", 422),
    ("GET", "/api/v1/admissions?q=ab&event=nowhere", 404),
    ("GET", "/api/v1/outbox?state=lost", 422),
    ("GET", "/api/v1/outbox?after=-1", 422),
    ("GET", f"/api/v1/outbox?after={10**30}", 422),
    ("GET", "/api/v1/conflicts?resolved=perhaps", 422),
    ("POST", "/api/v1/outbox/7/retry", 404),
    ("POST", f"/api/v1/outbox/{10**30}/retry", 422),
    ("POST", "/api/v1/outbox/seven/retry", 422),
]


@pytest.mark.parametrize(("method", "path", "status"), ODD_QUESTIONS)
def test_an_odd_question_gets_a_clear_answer(door: Door, method: str, path: str, status: int) -> None:
    answer = door.request(method, path)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


@pytest.mark.parametrize("id", ["nowhere", "a/b", "%00", "..", "x" * 150])
def test_an_event_that_is_not_known_can_not_be_opened(door: Door, id: str) -> None:
    assert door.put(f"/api/v1/events/{id}", json={"open": True}).status_code == 404


@pytest.mark.parametrize("body", [{}, {"open": "perhaps"}, {"open": True, "name": "x"}])
def test_an_event_is_opened_or_closed_and_nothing_else(door: Door, body: dict[str, Any]) -> None:
    assert door.put("/api/v1/events/65f1a0c2", json=body).status_code == 422
