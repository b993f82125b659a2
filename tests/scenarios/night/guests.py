"""Who is expected tonight, as the platform lists them, and the cards that the doors will be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from threading import Barrier
from typing import Any

from tests.scenarios.night.house import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """An admission as the platform listed it before the doors opened. `entered` in heads."""

    ref: str
    code: str
    kind: str
    name: str
    limit: int = 1
    entered: int = 0
    good: bool = True

    @property
    def fresh(self) -> bool:
        return self.good and self.entered == 0


def everybody(platform: Platform) -> list[Guest]:
    found = [_ticket(row) for row in platform.rows("tickets")]
    found += [_list(row) for row in platform.rows("lists")]
    first = [_pass(row) for row in platform.rows("passes")]
    held = {one.ref for one in first}
    return found + first + [_second_pass(row) for row in platform.rows("v2/passes") if row["_id"] not in held]


def _ticket(row: dict[str, Any]) -> Guest:
    good = row["status"] == "activated" and not row["refunded"]
    return _guest(row, "ticket", row["for"], row["enter"], good)


def ticket(row: dict[str, Any]) -> Guest:
    """A ticket that was just sold."""
    return _ticket(row)


def _list(row: dict[str, Any]) -> Guest:
    return _guest(row, "list", row["for"], row["enter"], not row["removed_at"])


def _pass(row: dict[str, Any]) -> Guest:
    return _guest(row, "pass", row["for"], row["enter"], row["status"] == "valid")


def _second_pass(row: dict[str, Any]) -> Guest:
    usage = row["passes_usages"][0]
    named = {**row, "name": row["customer_fullname"]}
    return _guest(named, "pass", usage["beneficiaries"], int(usage["checked_in"]), row["state"] == "activated")


def _guest(row: dict[str, Any], kind: str, limit: int, entered: int, good: bool) -> Guest:
    return Guest(ref=row["_id"], code=row["code"], kind=kind, name=row["name"], limit=limit, entered=entered, good=good)


@dataclass(slots=True, kw_only=True)
class Card:
    """One reading that a door will make. `sell`: the ticket is bought on the way to the door."""

    story: str
    code: str = ""
    heads: int = 1
    party: dict[str, int] | None = None
    undo: bool = False
    sell: bool = False
    together: Barrier | None = None


@dataclass(slots=True, kw_only=True)
class Deck:
    """What each station is shown, and who is kept for what happens at the platform meanwhile."""

    hands: list[list[Card]]
    to_refund: list[Guest] = field(default_factory=list)
    to_delete: list[Guest] = field(default_factory=list)
    to_enter_elsewhere: list[Guest] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)
    """Codes of single tickets that nothing happens to: the first scan lets them in."""


class Dealer:
    """Deals the same night for the same seed."""

    def __init__(self, guests: list[Guest], stations: int, scans: int, seed: int) -> None:
        self._chance = Random(seed)
        self._stations = stations
        self._scans = scans
        pool = list(guests)
        self._chance.shuffle(pool)
        self._singles = [one for one in pool if one.kind == "ticket" and one.limit == 1 and one.fresh]
        self._groups = [one for one in pool if one.kind == "ticket" and one.limit > 1 and one.good]
        self._lists = [one for one in pool if one.kind == "list" and one.good]
        self._passes = [one for one in pool if one.kind == "pass" and one.fresh]
        self._bad = [one for one in pool if not one.good]
        self._inside = [one for one in pool if one.limit == 1 and one.entered]

    def deal(self) -> Deck:
        part = self._scans / 1000
        deck = Deck(hands=[[] for _ in range(self._stations)])
        deck.to_refund = self._take(self._singles, 16 * part)
        deck.to_delete = self._take(self._singles, 6 * part)
        deck.to_enter_elsewhere = [
            *self._take(self._singles, 8 * part),
            *self._take([one for one in self._groups if one.fresh], 5 * part),
            *self._take([one for one in self._lists if one.fresh and one.limit > 1], 5 * part),
        ]
        kept = {one.ref for one in deck.to_enter_elsewhere}
        self._groups = [one for one in self._groups if one.ref not in kept]
        self._lists = [one for one in self._lists if one.ref not in kept]
        cards = self._cards(part)
        filled = self._take(self._singles, self._scans - len(cards) - 8 * self._stations - 30 * part)
        deck.plain = {one.code for one in filled}
        cards += [Card(story="plain", code=one.code) for one in filled]
        self._chance.shuffle(cards)
        for at, card in enumerate(cards):
            deck.hands[at % self._stations].append(card)
        self._rush(deck)
        return deck

    def _cards(self, part: float) -> list[Card]:
        cards = [Card(story="twice", code=one.code) for one in self._take(self._singles, 50 * part) for _ in "12"]
        cards += [Card(story="undone", code=one.code, undo=True) for one in self._take(self._singles, 14 * part)]
        again = self._take(self._singles, 8 * part)
        cards += [Card(story="undone, back again", code=one.code, undo=True) for one in again for _ in "12"]
        cards += [self._some(one, "group") for one in self._take(self._groups, 40 * part) for _ in range(3)]
        cards += [self._some(one, "list") for one in self._take(self._lists, 70 * part) for _ in "12"]
        cards += [self._some(one, "pass") for one in self._take(self._passes, 36 * part) for _ in "1"]
        cards += [Card(story="bad", code=one.code) for one in self._take(self._bad, 25 * part)]
        cards += [Card(story="inside already", code=one.code) for one in self._take(self._inside, 12 * part)]
        cards += [Card(story="nobody's", code=self._nobodys()) for _ in range(round(25 * part))]
        return cards + [Card(story="just sold", sell=True) for _ in range(round(40 * part))]

    def _some(self, one: Guest, story: str) -> Card:
        """Some of a party, with genders where the platform counts them, and now and then taken back."""
        heads = self._chance.randint(1, min(3, one.limit))
        women = self._chance.randint(0, heads)
        gendered = one.kind != "ticket" and self._chance.random() < 0.6
        party = {"women": women, "men": heads - women} if gendered else None
        return Card(story=story, code=one.code, heads=heads, party=party, undo=self._chance.random() < 0.08)

    def _nobodys(self) -> str:
        return "XX" + "".join(self._chance.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=9))

    def _rush(self, deck: Deck) -> None:
        """Now and then all stations read the same code at the same moment."""
        shown = [*self._take(self._singles, 3), *self._take(self._groups, 2), *self._take(self._lists, 2)]
        shown += self._take(self._passes, 1)
        for number, one in enumerate(shown, 1):
            together = Barrier(self._stations)
            for hand in deck.hands:
                at = len(hand) * number // (len(shown) + 1)
                hand.insert(at, Card(story="rush", code=one.code, together=together))

    def _take(self, pool: list[Guest], amount: float) -> list[Guest]:
        taken, pool[:] = pool[: round(amount)], pool[round(amount) :]
        return taken
