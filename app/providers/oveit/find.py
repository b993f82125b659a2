"""Looking a code or a wristband up: an error sentence is a "not found" only from a platform that finds what exists."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from app.domain.codes import bare, tag
from app.domain.model import RFID, Credential, Event
from app.domain.outbox import AnswerKind
from app.ports import Found, ProviderError
from app.providers.oveit import translate, view
from app.providers.oveit.client import Client, Said
from app.providers.oveit.shelf import Shelf
from app.providers.oveit.view import Seen
from app.providers.pace import Priority

PROVED_FOR = 5.0
"""Seconds for which it need not be proved again that this code would be found if it existed."""
NO_WALLETS_FOR = 3600.0
"""Seconds for which an endpoint that is not there is not asked again."""
MOST_TICKETS = 6
"""Tickets of one wristband that are looked at while its holder waits."""

_CODE = re.compile(r"[A-Za-z0-9_-]{4,64}")
_SEPARATORS = re.compile(r"[\s:-]")

Left = Callable[[], timedelta]
T = TypeVar("T")


class Finder:
    """Finds tickets of one account, whichever event they are for."""

    def __init__(self, client: Client, shelf: Shelf, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._shelf = shelf
        self._now = now
        self._proved: tuple[str, float] = "", 0.0
        """A code that would have been found, and until when that counts."""
        self._last = ""
        """The last ticket that was found."""
        self._has_wallets = False
        """Has the look at a wristband's wallet ever answered? Older accounts may not have it."""
        self._no_wallets_until = 0.0
        self._hands = ThreadPoolExecutor(MOST_TICKETS, thread_name_prefix="wallet")
        self._known_tag = ""
        """A wristband that is on a ticket, as the platform writes it."""

    def close(self) -> None:
        self._hands.shutdown(wait=False, cancel_futures=True)

    def __call__(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        """See the port."""
        deadline = self._now() + budget.total_seconds()

        def left() -> timedelta:
            return timedelta(seconds=max(deadline - self._now(), 0.0))

        is_tag = credential.scheme == RFID
        code = credential.value if is_tag else bare(credential.value)
        if (tag(code) if is_tag else _CODE.fullmatch(code)) is None:
            return ()
        seen = self._tag(code, event, left) if is_tag else self._scan(code, left)
        if not seen:
            self._prove(code, witness, left)
        return [self._found(one, (tag(code) or "") if is_tag else "") for one in seen]

    def _tag(self, code: str, event: Event, left: Left) -> list[Seen]:
        """Every ticket on a wristband; the one that the platform itself would take where it has no wallets."""
        first, *others = _spellings(code)
        wallets = [self._wallet(first, left)]
        if not wallets[0]:
            wallets = self._side_by_side(lambda one: self._wallet(one, left), others)
        codes = next((one for one in wallets if one), None)
        if codes:
            return self._opened(codes, event, left)
        if self._has_wallets or (self._known_tag and self._wallet(self._known_tag, left)):
            return []
        shown = self._side_by_side(lambda one: self._scan(one, left, rfid=True), [first, *others])
        found = next((seen for one in shown for seen in one), None)
        if (found is None and self._known_tag) or (found is not None and found.event_ref != event.ref):
            raise ProviderError(AnswerKind.BUSY, "cannot tell what the wristband opens: its wallet is not shown")
        return [] if found is None else [found]

    def _opened(self, codes: Sequence[tuple[str, str]], event: Event, left: Left) -> list[Seen]:
        """The tickets of a wallet, tonight's first where its holder has more than can be looked at."""
        tonight = [one for one, name in codes if name == event.name]
        every = list(dict.fromkeys([*tonight, *(one for one, _ in codes)]))
        shown = self._side_by_side(lambda one: self._scan(one, left), every[:MOST_TICKETS])
        seen = [found for one in shown for found in one]
        if len(seen) < len(every) and all(one.event_ref != event.ref for one in seen):
            raise ProviderError(AnswerKind.BUSY, "not every ticket of the wristband could be seen")
        return seen

    def _side_by_side(self, ask: Callable[[str], list[T]], codes: Sequence[str]) -> list[list[T]]:
        """All at once, in their order: a guest waits for one answer, not for the sum of them."""
        return list(self._hands.map(ask, codes)) if len(codes) > 1 else [ask(one) for one in codes]

    def _wallet(self, code: str, left: Left) -> list[tuple[str, str]]:
        if self._now() < self._no_wallets_until:
            return []
        try:
            answer = self._client.wallet(code, left())
        except ProviderError as error:
            if error.status == 404 and error.kind is AnswerKind.BROKEN:
                self._no_wallets_until = self._now() + NO_WALLETS_FOR
            elif not isinstance(error, Said):
                raise
            return []
        self._has_wallets = True
        return view.wallet(answer)

    def _scan(self, code: str, left: Left, *, rfid: bool = False) -> list[Seen]:
        """The ticket, if the platform shows one."""
        try:
            seen = view.seen(self._client.scan(code, left(), rfid=rfid))
        except Said:
            return []
        self._last = seen.code
        self._known_tag = next(iter(seen.tags), code if rfid else self._known_tag)
        return [seen]

    def _prove(self, code: str, witness: str | None, left: Left) -> None:
        """Errors have no codes: one that comes also for a ticket that exists says nothing about this one."""
        proved, until = self._proved
        if proved == code and self._now() < until:
            return
        known = dict.fromkeys(one for one in (witness, self._last) if one)
        if not any(self._scan(one, left) for one in known):
            raise ProviderError(AnswerKind.BUSY, "cannot tell whether the code exists: no ticket is found at all")
        self._proved = code, self._now() + PROVED_FOR

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


def _spellings(code: str) -> Sequence[str]:
    """As it was read; in upper case without separators, as the platform's pages write them; without the zeros that
    some readers write before it, and with those that others leave out."""
    known = tag(code) or code
    chip = known.zfill(8 if len(known) <= 8 else 14)
    number = [known.zfill(10)] if known.isdecimal() else []
    return list(dict.fromkeys((code, _SEPARATORS.sub("", code).upper(), known, chip, *number)))
