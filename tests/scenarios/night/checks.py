"""The promises of a night. Each check gives complaints: what is wrong, with the story of whom it concerns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.scenarios.night.evidence import OURS, Case, Evidence

WORDLESS = frozenset({"conflict", "parked"})
Complaints = Iterator[str]


def at_the_doors(case: Case) -> Complaints:
    """Nobody enters twice on what could be known, and nobody who is good is sent away."""
    guest = case.guest
    if case.admitted > guest.limit - guest.entered:
        yield f"{case.admitted} heads let in, for {guest.limit} with {guest.entered} in before"
    if case.admitted and not guest.good:
        yield "let in although it was not good before the night began"
    for one in case.told:
        if one.answer["reason"] == "unknown_code" and "deleted" not in one.card.story:
            yield f"scan {one.scan}: the guest was called unknown"
        if one.refused_undo:
            yield f"scan {one.scan}: the undo was refused: {one.refused_undo}"
        if one.admitted and one.answer["direction"] == "in" and one.heads != _asked(one.body):
            yield f"scan {one.scan}: asked for {_asked(one.body)}, let in {one.heads}"


def _asked(body: dict[str, object]) -> int:
    party = body.get("party")
    return sum(party.values()) if isinstance(party, dict) else int(str(body["heads"]))


def every_entry_is_owed_once(case: Case) -> Complaints:
    """One call for each entry; for each undo the call was withdrawn or a second one takes it back."""
    for one in case.told:
        mine = [call for call in case.calls if call["scan"] == one.scan]
        entered = [call for call in mine if call["heads"] > 0]
        back = [call for call in mine if call["heads"] < 0]
        if len(entered) != int(one.admitted):
            yield f"scan {one.scan} was told {one.answer['outcome']} and has {len(entered)} calls"
        if one.admitted and entered and entered[0]["heads"] != one.heads:
            yield f"scan {one.scan}: {one.heads} heads let in, a call for {entered[0]['heads']}"
        if entered and _moment(entered[0]["at"]) != _moment(one.at):
            yield f"scan {one.scan}: entered at {one.at}, the call says {entered[0]['at']}"
        if one.undo is None and back:
            yield f"scan {one.scan} was not undone, but a call takes it back"
        if one.undo is not None and not back and not any(call["state"] == "withdrawn" for call in entered):
            yield f"scan {one.scan} was undone, but nothing took it back"


def nothing_is_left(case: Case) -> Complaints:
    """Every call is settled; what a person must see has our words."""
    for call in case.calls:
        if call["state"] in {"due", "sending", "discarded"}:
            yield f"call {call['id']} is {call['state']}"
        if call["state"] in WORDLESS and not (call["why"] and call["message"]):
            yield f"call {call['id']} is {call['state']} without a reason"


def the_platform_heard_once(case: Case) -> Complaints:
    """The heads that we brought to the platform are those of the calls that are done."""
    done = case.heads("done")
    troubled = [int(call["heads"]) for call in case.calls if call["state"] in WORDLESS]
    lowest = done + sum(heads for heads in troubled if heads < 0)
    highest = done + sum(heads for heads in troubled if heads > 0)
    if not lowest <= case.ours <= highest:
        yield f"calls that are done say {done} heads (others {troubled}), the platform counts {case.ours} by us"


def nobody_is_in_the_tray_without_cause(case: Case) -> Complaints:
    """Where nobody else had a hand in it, bad weather alone makes no work for people."""
    if case.touched or any(_cannot_be_taken_back(call, case) for call in case.calls):
        return
    for call in case.calls:
        if call["state"] in WORDLESS:
            yield f"call {call['id']} is {call['state']} ({call['why']}), and nobody else touched this guest"


def _cannot_be_taken_back(call: Mapping[str, Any], case: Case) -> bool:
    """The platform refuses to lower the count of a ticket for several that is complete: a person must see that."""
    several = case.guest.kind == "ticket" and case.guest.limit > 1
    return several and call["heads"] < 0 and call["state"] == "parked"


def the_platform_has_the_door_time(case: Case) -> Complaints:
    """Each entry of a ticket is in the ledger once, under the time of the door."""
    if case.guest.kind != "ticket":
        return
    entered = [one for one in case.ledger if one["source"] == OURS and one["enter_after"] > one["enter_before"]]
    sent = Counter(_moment(one["entry_date"]) for one in entered)
    calls = [call for call in case.calls if call["heads"] > 0]
    done = Counter(_moment(call["at"]) for call in calls if call["state"] == "done")
    allowed = done + Counter(_moment(call["at"]) for call in calls if call["state"] in WORDLESS)
    if not done <= sent <= allowed:
        yield f"the ledger has entries at {_times(sent)}; calls that are done: {_times(done)}"
    if not case.touched and case.final and entered and case.final["enter"]:
        last = round(_moment(case.ledger[-1]["entry_date"]).timestamp())
        if case.final["entry_date"] != last:
            yield f"entry_date is {case.final['entry_date']}, the last entry was at {last}"


def _times(counted: Counter[datetime]) -> str:
    return ", ".join(f"{at:%H:%M:%S.%f} x{times}" for at, times in sorted(counted.items()))


def the_hub_counts_like_the_platform(case: Case) -> Complaints:
    """What the hub holds at the end is what the platform counts, and what a person has yet to see."""
    if case.held is None:
        if case.admitted:
            yield "the hub does not know whom it let in"
        return
    expected = case.counted + sum(int(call["heads"]) for call in case.calls if call["state"] in WORDLESS)
    if case.final is not None and case.held["entered"] != expected:
        yield f"the hub counts {case.held['entered']}, the platform {case.counted} (with open questions {expected})"
    if case.final is None and case.held["standing"] == "good":
        yield "the platform does not list it any more, the hub still calls it good"


def the_first_is_let_in(case: Case, plain: set[str]) -> Complaints:
    """A single guest who is good, and to whom nothing happened before, is let in at the first scan."""
    if case.guest.code in plain and case.told and not case.told[0].admitted:
        yield f"a good guest was told {case.told[0].answer['outcome']} {case.told[0].answer['reason']}"


EACH: tuple[Callable[[Case], Complaints], ...] = (
    at_the_doors,
    every_entry_is_owed_once,
    nothing_is_left,
    the_platform_heard_once,
    nobody_is_in_the_tray_without_cause,
    the_platform_has_the_door_time,
    the_hub_counts_like_the_platform,
)


def conflicts_are_shown(evidence: Evidence) -> Complaints:
    shown = {one["id"] for one in evidence.conflicts}
    kept = {one["id"] for one in evidence.calls if one["state"] == "conflict"}
    if shown != kept:
        yield f"GET /conflicts shows {sorted(shown)}, the tray has {sorted(kept)}"


def calls_belong_to_scans(evidence: Evidence) -> Complaints:
    known = {one.scan for one in evidence.told}
    for call in evidence.calls:
        if call["scan"] not in known:
            yield f"call {call['id']} belongs to scan {call['scan']}, which no door made"


def rows_belong_to_readings(rows: list[str], evidence: Evidence) -> Complaints:
    """The hub's own list of scans: each reading once, each undo once, and nothing else."""
    expected = {one.scan for one in evidence.told} | {f"undo:{one.scan}" for one in evidence.told if one.undo}
    twice = [scan for scan, times in Counter(rows).items() if times > 1]
    if twice:
        yield f"scans that are kept more than once: {twice}"
    if set(rows) != expected:
        yield f"scans that no door made: {sorted(set(rows) - expected)}; lost: {sorted(expected - set(rows))}"


def logs_give_nothing_away(said: str, secrets: list[str], evidence: Evidence) -> Complaints:
    for number, secret in enumerate(secrets):
        if secret in said:
            yield f"secret number {number} stands in the log"
    for guest in evidence.guests.values():
        if guest.code in said:
            yield f"the whole code {guest.code} stands in the log: {_line_with(guest.code, said)}"
        if " " in guest.name and guest.name in said:
            yield f"the name {guest.name} stands in the log: {_line_with(guest.name, said)}"


def logs_hold_no_failure(said: str) -> Complaints:
    """No traceback and nothing of level error: what the network does is no failure of ours."""
    if "Traceback" in said:
        yield f"a traceback in the log: {said[said.index('Traceback') :][:3000]}"
    for line in said.splitlines():
        if not line.startswith("{"):
            continue
        told = json.loads(line)
        if told.get("level") in {"error", "critical"}:
            yield f"an error in the log: {line[:3000]}"


def _line_with(text: str, said: str) -> str:
    return next((line[:300] for line in said.splitlines() if text in line), "")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
