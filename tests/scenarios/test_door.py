"""The golden table of the door (`door.json`), case by case."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.codes import readings
from app.domain.decide import decide, overrule, tonight
from app.domain.model import (
    Admission,
    AdmissionId,
    Allowance,
    Decision,
    Direction,
    Event,
    EventId,
    Guest,
    Kind,
    Lookup,
    Policy,
    Reason,
    Scan,
    Standing,
    Station,
    Unknown,
)
from tests.fakes.night import admission, event, scan, station

TABLE = json.loads(Path(__file__).with_name("door.json").read_text(encoding="utf-8"))
USUAL = TABLE["usual"]
CASES = TABLE["cases"]
NAMED_BY_A_CASE = {"rule", "name", "events", "admissions", "station", "policy", "scan", "now", "then"}


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _minutes(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(minutes=value)


def _usually(part: str, given: dict[str, Any]) -> dict[str, Any]:
    unknown = given.keys() - USUAL[part].keys() - {"id"}
    assert not unknown, f"the table does not know {unknown}"
    usual: dict[str, Any] = USUAL[part]
    return usual | given


def _event(given: dict[str, Any]) -> Event:
    it = _usually("event", given)
    return event(
        EventId(it["id"]), open=it["open"], starts_at=_instant(it["starts_at"]), ends_at=_instant(it["ends_at"])
    )


def _admission(it: dict[str, Any]) -> Admission:
    return admission(
        id=AdmissionId(it["id"]), event=EventId(it["event"]), kind=Kind(it["kind"]), standing=Standing(it["standing"]),
        word=it["word"], rate=it["rate"], guest=Guest(name=it["guest"]),
        allowances=tuple(
            Allowance(
                ref=one["allowance"], limit=one["limit"], confirmed=one.get("confirmed", 0), owed=one.get("owed", 0)
            )
            for one in (it, *it["others"])
        ),
        opens_at=_instant(it["opens_at"]), closes_at=_instant(it["closes_at"]),
    )  # fmt: skip


def _opened(given: list[dict[str, Any]], asked: Scan) -> list[Admission]:
    """Those that the reading opens: as a code, else as the wristband that it may be."""
    rows = [_usually("admission", one) for one in given]
    for read in readings(asked.scheme, asked.code):
        name = f"{read.scheme}:{read.value}"
        found = [one for one in rows if not asked.code or name in (one["credentials"] or [f"qr:{asked.code}"])]
        if found:
            return [_admission(one) for one in found]
    return []


def _station(given: dict[str, Any]) -> Station:
    it = _usually("station", given)
    return station(
        events=tuple(it["events"]), kinds=tuple(it["kinds"]), rates=tuple(it["rates"]), allowance=it["allowance"]
    )


def _scan(given: dict[str, Any], now: datetime) -> Scan:
    it = _usually("scan", given)
    return scan(
        code=it["code"], scheme=it["scheme"], at=now, heads=it["heads"], direction=Direction(it["direction"]),
        override=it["override"], choice=it["choice"],
    )  # fmt: skip


def _policy(given: dict[str, Any], events: list[Event]) -> Policy:
    it = _usually("policy", given)
    return Policy(
        events={one.id: one for one in events}, unknown_offline=Unknown(it["unknown_offline"]),
        lookup=Lookup(it["lookup"]), early=_minutes(it["early_minutes"]), late=_minutes(it["late_minutes"]),
    )  # fmt: skip


def answered(case: dict[str, Any]) -> Decision:
    now = datetime.fromisoformat(case.get("now", USUAL["now"]))
    asked, here = _scan(case.get("scan", {}), now), _station(case.get("station", {}))
    rules = _policy(case.get("policy", {}), [_event(one) for one in case.get("events", USUAL["events"])])
    decision = decide(_opened(case["admissions"], asked), asked, here, now, rules)
    return overrule(decision, asked, here, tonight(here, rules.events))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_door_answers_as_the_table_says(case: dict[str, Any]) -> None:
    decision = answered(case)
    seen: dict[str, Any] = {name: getattr(decision, name) for name in case["then"]}
    if "choices" in seen:
        seen["choices"] = [one.id for one in decision.choices]
    assert seen == case["then"]


def test_the_table_names_each_case_once_and_spells_its_parts_right() -> None:
    twice = [name for name, n in Counter(case["name"] for case in CASES).items() if n > 1]
    assert not twice
    assert not [case["name"] for case in CASES if case.keys() - NAMED_BY_A_CASE]
    assert all({"outcome", "reason", "heads", "left"} <= case["then"].keys() for case in CASES)


def test_the_table_has_every_reason_of_the_door() -> None:
    assert {case["then"]["reason"] for case in CASES} == {reason.value for reason in Reason}
