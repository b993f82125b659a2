"""Looking a code or a wristband up: an error sentence is a "not found" only from a platform that finds what exists."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from app.domain.codes import bare, tag
from app.domain.model import RFID, AnswerKind, Credential, Event
from app.ports import Found, ProviderError
from app.providers.oveit import translate, view
from app.providers.oveit.client import Client, Said
from app.providers.oveit.shelf import Shelf
from app.providers.oveit.view import Seen
from app.providers.pace import Priority

PROVED_FOR = 60.0
"""Seconds for which a ticket that was found proves that others would be."""
MOST_TICKETS = 6
"""Tickets of one wristband that are looked at while its holder waits."""

_CODE = re.compile(r"[A-Za-z0-9_-]{4,64}")

Left = Callable[[], timedelta]


class Finder:
    """Finds tickets of one account, whichever event they are for."""

    def __init__(self, client: Client, shelf: Shelf, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._shelf = shelf
        self._now = now
        self._proved_until = 0.0
        self._has_wallets = False
        """Has the look at a wristband's wallet ever answered? Older accounts may not have it."""

    def __call__(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        """See the port."""
        deadline = self._now() + budget.total_seconds()

        def left() -> timedelta:
            return timedelta(seconds=max(deadline - self._now(), 0.0))

        code, is_tag = credential.value, credential.scheme == RFID
        seen = self._tag(code, event, left) if is_tag else self._code(code, left)
        if not seen:
            self._prove(witness, left)
        return [self._found(one, (tag(code) or "") if is_tag else "") for one in seen]

    def _code(self, code: str, left: Left) -> list[Seen]:
        code = bare(code)
        if not _CODE.fullmatch(code):
            return []
        return self._scan(code, left)

    def _tag(self, code: str, event: Event, left: Left) -> list[Seen]:
        """Every ticket on a wristband; tonight's where its holder has more than can be looked at."""
        for spelling in _spellings(code):
            codes = self._wallet(spelling, left)
            if codes:
                tonight = [one for one, name in codes if name == event.name]
                every = [*tonight, *(one for one, _ in codes if one not in tonight)]
                return [seen for one in every[:MOST_TICKETS] for seen in self._scan(one, left)]
        return [] if self._has_wallets else self._scan(code.upper(), left, rfid=True)

    def _wallet(self, code: str, left: Left) -> list[tuple[str, str]]:
        try:
            answer = self._client.wallet(code, left())
        except Said:
            return []
        self._has_wallets = True
        return view.wallet(answer)

    def _scan(self, code: str, left: Left, *, rfid: bool = False) -> list[Seen]:
        """The ticket, if the platform shows one."""
        try:
            seen = view.seen(self._client.scan(code, left(), rfid=rfid))
        except Said:
            return []
        self._proved_until = self._now() + PROVED_FOR
        return [seen]

    def _prove(self, witness: str | None, left: Left) -> None:
        """Errors have no codes: one that comes for a ticket that exists would say nothing about this one."""
        if self._now() < self._proved_until:
            return
        if witness is None or not self._scan(witness, left):
            raise ProviderError(AnswerKind.BUSY, "cannot tell whether the code exists: no ticket is found at all")

    def _found(self, seen: Seen, known_as: str) -> Found:
        if not seen.event_ref:
            raise ProviderError(AnswerKind.BROKEN, "the platform's ticket has no event")
        listed = self._shelf.event(seen.event_ref, Priority.LOOKUP)
        told = listed.event if listed else self._shelf.named(seen.event_ref, seen.event_name, seen.starts_at)
        kind = self._shelf.type(seen.event_ref, seen.type_ref)
        return Found(
            event_ref=seen.event_ref, resource=translate.TICKETS, row=seen.row(kind, known_as), asked_at=seen.asked_at,
            event=told,
        )  # fmt: skip


def _spellings(code: str) -> Iterator[str]:
    """As it was read; in upper case, as the platform's pages write them; and without the zeros of some readers."""
    yield from dict.fromkeys((code, code.upper(), tag(code) or code))
