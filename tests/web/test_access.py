"""Who may speak to the hub, and what happens when its disk or its own code fails."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.model import Station, StationId
from app.ports import StationRecord, StoreError
from app.web.access import Access, hash_of
from app.web.docs import operations
from app.web.front import API, OPEN
from tests.web.venue import START, TOKEN, Door, Venue

HASH = hashlib.sha256(TOKEN.encode()).digest()


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer  ", "Basic c3Q6", "Bearer st-wrong", f"Bearer {TOKEN}x", TOKEN]
)
def test_without_a_known_token_nothing_is_answered(venue: Venue, header: str) -> None:
    with Door(venue.app()) as door:
        answer = door.post("/api/v1/scans", json={"code": "ZQ4K81MD7"}, headers={"Authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert venue.store.views.outbox().due == 0


def test_every_call_of_the_interface_wants_a_token(venue: Venue) -> None:
    app = venue.app()
    with Door(app, token="st-wrong") as door:
        calls = [(path, method) for path, method, _ in operations(app.openapi()) if path.startswith(API)]
        answers = {
            (path, method): door.request(method, path.replace("{id}", "1")).status_code for path, method in calls
        }
    assert len(answers) > 10
    assert set(answers.values()) == {401}


@pytest.mark.parametrize("path", sorted({"/healthz", "/metrics", *OPEN} - {"/api/v1/readyz"}))
def test_monitors_need_no_token(venue: Venue, path: str) -> None:
    with Door(venue.app(), token="st-wrong") as door:
        assert door.get(path).status_code == 200


class Stations:
    def __init__(self) -> None:
        self.read = 0
        self.fails = False
        station = Station(id=StationId(1), name="Puerta 1")
        self.records = [StationRecord(station=station, token_hash=HASH, created_at=START)]

    def __call__(self) -> list[StationRecord]:
        self.read += 1
        if self.fails:
            raise StoreError("disk")
        return self.records

    def revoke(self) -> None:
        [record] = self.records
        self.records = [
            StationRecord(station=record.station, token_hash=HASH, created_at=START, revoked_at=START + timedelta(1))
        ]


def asked_at(stations: Stations, *moments: tuple[float, Callable[[], None]]) -> list[Station | None]:
    """Ask for the station at each moment, after something happened."""
    now = 0.0
    access = Access(stations, lambda: now)

    async def asked() -> list[Station | None]:
        nonlocal now
        answers = []
        for moment, happens in moments:
            happens()
            now = moment
            answers.append(await access.station(HASH))
        return answers

    return asyncio.run(asked())


def nothing() -> None:
    return


def test_stations_are_read_at_most_once_a_second() -> None:
    stations = Stations()
    assert all(asked_at(stations, *((n / 100, nothing) for n in range(100))))
    assert stations.read == 1


def test_a_revoked_token_stops_working_within_two_seconds() -> None:
    stations = Stations()
    first, second = asked_at(stations, (0, nothing), (2.1, stations.revoke))
    assert first is not None
    assert second is None


def test_a_failing_disk_does_not_lock_the_doors() -> None:
    stations = Stations()

    def fail() -> None:
        stations.fails = True

    assert all(asked_at(stations, (0, nothing), (5, fail), (10, nothing)))


@pytest.mark.parametrize("header", [None, b"", b"Bearer", b"bearer ", b"Basic abc"])
def test_a_header_without_a_bearer_token_has_no_hash(header: bytes | None) -> None:
    assert hash_of(header) is None


def test_a_token_is_known_by_its_hash() -> None:
    assert hash_of(b"Bearer " + TOKEN.encode()) == HASH


class FailingAdmit:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def begin(self, *_: Any) -> None:
        raise self._error


def test_a_disk_that_can_not_be_written_is_said_so(venue: Venue) -> None:
    with Door(venue.app(admit=FailingAdmit(StoreError("database or disk is full: hub.db")))) as door:
        answer = door.post("/api/v1/scans", json={"code": "ZQ4K81MD7"})
    assert (answer.status_code, answer.json()["detail"]) == (503, "The hub can't write to its disk.")
    assert answer.headers["retry-after"] == "2"
    assert "hub.db" not in answer.text


def test_what_nobody_expected_is_told_without_details(venue: Venue) -> None:
    failing = FailingAdmit(RuntimeError("Lucía Romero, +34600111222"))
    with Door(venue.app(admit=failing)) as door, capture_logs() as logs:
        answer = door.post("/api/v1/scans", json={"code": "ZQ4K81MD7"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "Romero" not in answer.text
    assert [one["event"] for one in logs] == ["web.failed"]


def test_answers_are_not_kept_by_anybody(door: Door) -> None:
    answer = door.get("/api/v1/events")
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
