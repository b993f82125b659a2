"""What was promised of a night with two platforms, held against the ledgers of both and the hub's own database."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.simulators import fourvenues, oveit

OWN = {"checkin", "turnstile"}
Key = tuple[str, str]
"""A ticket of Oveit, and the right of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Calls of one right of one admission."""

    account: str
    ref: str
    allowance: str
    calls: tuple[Mapping[str, Any], ...]

    def heads(self, state: str) -> int:
        return sum(call["heads"] for call in self.calls if call["state"] == state)

    @property
    def covered(self) -> int:
        """Entries that took the place of others that were taken back only here."""
        return sum(call["state"] == "withdrawn" and call["why"] == "only_here" for call in self.calls)

    @property
    def doubted(self) -> int:
        """Heads in a conflict or in the tray that may be at the platform."""
        return sum(
            call["heads"] for call in self.calls if call["state"] in {"conflict", "parked"} and call["heads"] > 0
        )

    @property
    def worded(self) -> int:
        """Calls that are done and were not simply accepted."""
        return sum(call["state"] == "done" and bool(call["words"]) for call in self.calls)

    def __str__(self) -> str:
        told = [(call["id"], call["heads"], call["state"], call["why"], call["words"]) for call in self.calls]
        return f"{self.account} {self.ref} {self.allowance}: {told}"


def everything_owed(database: Path) -> list[Owed]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM calls ORDER BY id")]
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["account"], row["ref"], row["allowance"]].append(row)
    return [
        Owed(account=account, ref=ref, allowance=allowance, calls=tuple(calls))
        for (account, ref, allowance), calls in found.items()
    ]


def settled(owed: list[Owed]) -> Iterator[str]:
    for one in owed:
        for call in one.calls:
            if call["state"] in {"due", "sending"}:
                yield f"not settled: {one}"
            if call["state"] in {"conflict", "parked"} and not call["why"]:
                yield f"in the tray without a reason: {one}"


def at_oveit(shows: oveit.World, owed: list[Owed], account: str) -> Iterator[str]:
    """Every entry, use and exit is there exactly once, or a person sees it; nothing is there that we don't know of.

    Who was let in at another gate in the very second in which our answer, or the hub, was lost can't be told from ours.
    """
    ours: Counter[Key] = Counter()
    theirs: Counter[Key] = Counter()
    for use in shows.ledger:
        right = "exit" if use.direction == "out" else "entrance" if use.addon_id is None else f"addon:{use.addon_id}"
        (ours if use.by in OWN else theirs)[use.code, right] += 1
    mine = {(one.ref, one.allowance): one for one in owed if one.account == account}
    for key in ours.keys() - mine.keys():
        yield f"oveit counts {key} by us, and nobody owed it"
    for key, one in mine.items():
        told = one.heads("done") - one.covered
        mistaken = theirs[key] if one.allowance == "entrance" else 0
        if one.allowance == "exit":  # told again after a lost answer, or of somebody who is not in by what they know
            mistaken = one.worded
        if not told - mistaken <= ours[key] <= told + one.doubted:
            yield f"oveit counts {ours[key]} by us and {theirs[key]} by others: {one}"
        if one.doubted and not theirs[key] and one.allowance != "exit" and not _by_phone(one):
            yield f"in the tray though nobody else had a hand in it: {one}"


def _by_phone(one: Owed) -> bool:
    """A phone that was cut off lets in whom others let in meanwhile."""
    return any(call["station"] == "Phone" for call in one.calls)


def at_fourvenues(nights: fourvenues.World, owed: list[Owed]) -> Iterator[str]:
    changed: Counter[str] = Counter()
    for entry in nights.ledger:
        if entry.source == "api":
            changed[entry.ref] += entry.enter_after - entry.enter_before
    mine = {one.ref: one for one in owed if one.account == "fourvenues"}
    for ref in changed.keys() - mine.keys():
        yield f"fourvenues counts {ref} by us, and nobody owed it"
    for ref, one in mine.items():
        told = one.heads("done")
        if not told <= changed[ref] <= told + one.doubted:
            yield f"fourvenues counts {changed[ref]} by us: {one}"


def nobody_twice(database: Path) -> Iterator[str]:
    """At no right more was let in than there was, but for what a phone that was cut off brought."""
    query = """SELECT a.account, a.ref, w.ref AS right, w.limit_, w.confirmed, w.owed FROM allowances w
        JOIN admissions a ON a.id = w.admission_id WHERE w.confirmed + w.owed > w.limit_"""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for account, ref, right, limit, confirmed, owed in connection.execute(query):
            listed = connection.execute(
                "SELECT count(*) FROM calls WHERE ref = ? AND allowance = ? AND state IN ('conflict', 'parked')",
                (ref, right),
            ).fetchone()[0]
            if not listed:
                yield f"{account} {ref} {right}: {confirmed} and {owed} for {limit}, and nobody is told"
