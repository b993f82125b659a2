"""Looking one code up: a "not found" counts only from a path that is known to find."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.model import Event
from app.domain.outbox import AnswerKind
from app.ports import Damaged, Found, ProviderError
from app.providers.fourvenues import translate
from app.providers.fourvenues.client import Answer, Client

_CODE = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{1,64}")

Left = Callable[[], timedelta]


def may_exist(code: str) -> bool:
    """Could this be a code of Fourvenues at all? They are letters and digits; anything else is not even asked."""
    return _CODE.fullmatch(code) is not None


class Finder:
    """Finds tickets, list entries and passes by code."""

    def __init__(self, client: Client, ticket_path: str, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._paths = ("by-code", "code") if ticket_path == "auto" else (ticket_path,)
        self._proved: str | None = None
        self._now = now

    def __call__(self, code: str, event: Event, budget: timedelta, witness: str | None) -> Found | None:
        """See the port. A resource that can't be asked does not hide what another one finds."""
        if not may_exist(code):
            return None
        deadline = self._now() + budget.total_seconds()

        def left() -> timedelta:
            return timedelta(seconds=max(deadline - self._now(), 0.0))

        trouble: ProviderError | None = None
        for ask in (self._ticket, self._list, self._pass):
            try:
                found = ask(code, event, left, witness)
            except ProviderError as error:
                if error.status != 403 and error.kind is not AnswerKind.BROKEN:
                    raise
                trouble = trouble or error
                continue
            if found is not None:
                return found
        if trouble is not None:
            words = f"cannot tell whether the code exists: {trouble.words}"
            raise ProviderError(AnswerKind.BUSY, words, status=trouble.status)
        return None

    def _ticket(self, code: str, event: Event, left: Left, witness: str | None) -> Found | None:
        for path in (self._proved,) if self._proved else self._paths:
            seen = self._asked("tickets", code, event, left, path)
            if seen is not None:
                self._proved = path
                return _found("tickets", seen, translate.event_ref(seen.raw))
        if self._proved is None:
            self._prove(witness, event, left)
        return None

    def _prove(self, witness: str | None, event: Event, left: Left) -> None:
        """A wrong path answers 404 like an unknown ticket: one that finds a ticket we hold is right."""
        if witness and may_exist(witness):
            for path in self._paths:
                if self._asked("tickets", witness, event, left, path) is not None:
                    self._proved = path
                    return
        raise ProviderError(AnswerKind.BROKEN, "no path is known to find tickets by code")

    def _list(self, code: str, event: Event, left: Left, witness: str | None) -> Found | None:
        seen = self._asked("lists", code, event, left)
        return None if seen is None else _found("lists", seen, translate.event_ref(seen.raw))

    def _pass(self, code: str, event: Event, left: Left, witness: str | None) -> Found | None:
        """The second model finds by code for any event; the first one then tells how it stands in this one."""
        try:
            seen = self._asked("v2/passes", code, event, left)
        except ProviderError as error:
            if error.status != 403:
                raise
            return self._pass_listed(code, event, left)
        if seen is None:
            return None
        events = translate.usage_events(seen.raw)
        if events and event.ref not in events:
            return _found("passes", seen, events[0])
        try:
            answer = self._client.one("passes", translate.ref(seen.raw), event.ref, left())
        except ProviderError as error:
            if error.status not in {403, 404}:
                raise
            return _found("passes", seen, event.ref)
        first = _matching(answer, code, event)
        return _found("passes", first or seen, event.ref)

    def _pass_listed(self, code: str, event: Event, left: Left) -> Found | None:
        """Without the second model: the event's passes are few enough to be read while a guest waits."""
        answer = self._client.every("passes", event.ref, left())
        found = [raw for raw in answer.rows if translate.code(raw).casefold() == code.casefold()]
        return _found("passes", _Seen(raw=found[0], asked_at=answer.asked_at), event.ref) if found else None

    def _asked(self, resource: str, code: str, event: Event, left: Left, path: str = "by-code") -> _Seen | None:
        """The row with this code; None when the platform answers that there is none."""
        try:
            answer = self._patiently(resource, code, left, path)
        except ProviderError as error:
            wrong_path = resource == "tickets" and self._proved is None
            if error.status == 404 and (error.kind is AnswerKind.BROKEN or wrong_path):
                return None
            raise
        return _matching(answer, code, event)

    def _patiently(self, resource: str, code: str, left: Left, path: str) -> Answer:
        """Asked again after a "too many requests" (others may share the key), as long as the guest can wait: the pace
        makes each try wait for its turn, and says so when that would be too late."""
        while True:
            try:
                return self._client.by_code(resource, code, path, left())
            except ProviderError as error:
                if error.status != 429 or left() <= timedelta(0):
                    raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    raw: bytes
    asked_at: datetime


def _matching(answer: Answer, code: str, event: Event) -> _Seen | None:
    """The row of this code in an answer that may be an object or an array, this event's before others."""
    if not answer.rows:
        return None
    rows = [raw for raw in answer.rows if translate.code(raw).casefold() == code.casefold()]
    if not rows:
        raise ProviderError(AnswerKind.BROKEN, "the platform answered with another code")
    ours = [raw for raw in rows if translate.event_ref(raw) == event.ref]
    return _Seen(raw=(ours or rows)[0], asked_at=answer.asked_at)


def _found(resource: str, seen: _Seen, event_ref: str) -> Found:
    row = translate.row(seen.raw)
    if isinstance(row, Damaged) or not event_ref:
        raise ProviderError(AnswerKind.BROKEN, "the platform's row has no id or no event")
    return Found(event_ref=event_ref, resource=resource, row=row, asked_at=seen.asked_at)
