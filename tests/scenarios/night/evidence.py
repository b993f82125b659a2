"""What can be known after the night, and one admission's story in lines that a person can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.scenarios.night.door import Told
from tests.scenarios.night.guests import Guest

OURS = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything as it was told: by the doors, by the hub's own tray, by the platform's ledger."""

    guests: Mapping[str, Guest]
    """By code: as the platform listed or sold them."""
    told: Sequence[Told]
    calls: Sequence[Mapping[str, Any]]
    conflicts: Sequence[Mapping[str, Any]]
    ledger: Sequence[Mapping[str, Any]]
    final: Mapping[str, Mapping[str, Any]]
    """Platform's rows by id, at the end."""
    held: Mapping[str, Mapping[str, Any]]
    """By code: what the hub shows of the admission at the end."""
    touched: frozenset[str]
    """Codes that somebody else changed during the night."""


@dataclass(slots=True, kw_only=True)
class Case:
    """One admission: everything that is known about it."""

    guest: Guest
    told: list[Told]
    calls: list[Mapping[str, Any]]
    ledger: list[Mapping[str, Any]]
    held: Mapping[str, Any] | None
    final: Mapping[str, Any] | None
    touched: bool

    @property
    def admitted(self) -> int:
        """Heads that our doors let in and did not take back."""
        return sum(one.heads for one in self.told if one.admitted and one.undo is None)

    @property
    def ours(self) -> int:
        """Heads that the platform counts by our calls."""
        return sum(one["enter_after"] - one["enter_before"] for one in self.ledger if one["source"] == OURS)

    @property
    def elsewhere(self) -> int:
        return sum(one["enter_after"] - one["enter_before"] for one in self.ledger if one["source"] != OURS)

    @property
    def counted(self) -> int:
        """What the platform counts at the end."""
        return self.guest.entered + self.ours + self.elsewhere

    def heads(self, *states: str) -> int:
        return sum(int(one["heads"]) for one in self.calls if one["state"] in states)

    def story(self, began: float) -> str:
        guest = self.guest
        lines = [
            f"{guest.kind} {guest.code} ({guest.ref}) for {guest.limit}, {guest.entered} in before the night; "
            f"let in here {self.admitted}, at the platform by us {self.ours}, by others {self.elsewhere}; "
            f"the hub says entered {self.held['entered'] if self.held else '?'}"
        ]
        for one in self.told:
            answer = one.answer
            line = (
                f"  {one.at} {one.station} scan {one.scan} [{one.card.story}] "
                f"for {one.body.get('heads', one.card.party)} -> {answer['outcome']} {answer['reason']} "
                f"heads {answer['heads']} left {answer['left']} "
                f"(heard {one.heard - began:.1f} s into the night, {one.tries} tries)"
            )
            line += f", undone: {one.undo['why'][0]['value']}" if one.undo else ""
            lines.append(line + (f", undo refused: {one.refused_undo}" if one.refused_undo else ""))
        lines += [
            f"  call {one['id']} of {one['scan']}: {one['state']}, heads {one['heads']:+d}, at {one['at']}, "
            f"{one['attempts']} tries, why {one['why'] or '-'}, words {one['words'] or '-'}, "
            f"settled {one['settled_at']}"
            for one in self.calls
        ]
        lines += [
            f"  ledger {one['seq']} {one['source']}: {one['enter_before']} -> {one['enter_after']}, "
            f"entry_date {one['entry_date']}, options {one['options']}, received {one['received_at']:.3f}"
            for one in self.ledger
        ]
        return "\n".join(lines)


def cases(evidence: Evidence) -> list[Case]:
    """One for each admission that anybody scanned."""
    told: dict[str, list[Told]] = defaultdict(list)
    calls: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    ledger: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    codes = {one.scan: one.code for one in evidence.told}
    for one in evidence.told:
        told[one.code].append(one)
    for call in evidence.calls:
        calls[codes.get(call["scan"], "?")].append(call)
    for entry in evidence.ledger:
        ledger[entry["code"]].append(entry)
    known = [guest for code, guest in evidence.guests.items() if code in told or code in ledger]
    return [
        Case(
            guest=guest, told=sorted(told[guest.code], key=lambda one: one.heard), calls=calls[guest.code],
            ledger=ledger[guest.code], held=evidence.held.get(guest.code), final=evidence.final.get(guest.ref),
            touched=guest.code in evidence.touched,
        )
        for guest in known
    ]  # fmt: skip
