"""Reading an event: its whole list, unless each row is byte for byte as we hold it, and the names from its form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from app.domain.model import Event
from app.domain.outbox import AnswerKind
from app.ports import Clock, Cursor, Damaged, Page, ProviderError, Row
from app.providers.oveit import translate
from app.providers.oveit.catalogue import Listed, TicketType
from app.providers.oveit.client import Answer, Client, Said, decoded
from app.providers.oveit.shelf import Shelf

log = structlog.get_logger()

NO_FORMS_FOR = timedelta(hours=1)
"""An account without forms answers with an error: it is not asked for names with each poll."""
MOST_PAGES = 10_000


class _Tickets(msgspec.Struct, frozen=True):
    tickets: list[msgspec.Raw]


class _Attendees(msgspec.Struct, frozen=True):
    attendees: list[msgspec.Raw]
    fields: Any = None
    total: Any = None


_TICKETS = msgspec.json.Decoder(_Tickets)
_ATTENDEES = msgspec.json.Decoder(_Attendees)


def rows_of(answer: Answer) -> list[bytes]:
    """The tickets of a list, each as it was sent: a damaged one breaks nothing but itself."""
    return [bytes(raw) for raw in decoded(_TICKETS, answer).tickets]


class Puller:
    """Pulls the resources of one account."""

    def __init__(self, client: Client, shelf: Shelf, clock: Clock) -> None:
        self._client = client
        self._shelf = shelf
        self._clock = clock
        self._no_forms: dict[str, datetime] = {}

    def tickets(self, event: Event, cursor: Cursor | None) -> Iterator[Page]:
        """The whole list, or one page without rows when nothing in it changed since the cursor's mark."""
        listed = self._shelf.fresh().get(event.ref)
        answer = self._client.tickets(event.ref)
        held = cursor.mark if cursor else ""
        whole = _digest([answer.body, _types(listed)])
        if held.startswith(whole):
            yield Page(rows=(), asked_at=answer.asked_at, platform_now=answer.platform_now, mark=held)
            return
        told = rows_of(answer)
        in_any_order = _digest([*sorted(told), _types(listed)])
        mark = f"{whole} {in_any_order}"
        if held.endswith(in_any_order):
            yield Page(rows=(), asked_at=answer.asked_at, platform_now=answer.platform_now, mark=mark)
            return
        types = listed.types if listed else {}
        rows: list[Row] = []
        damaged: list[Damaged] = []
        for raw in told:
            one = _ticket(raw, types)
            if isinstance(one, Row):
                rows.append(one)
            else:
                damaged.append(one)
        yield Page(
            rows=rows, damaged=damaged, asked_at=answer.asked_at, platform_now=answer.platform_now, complete=True,
            mark=mark,
        )  # fmt: skip

    def attendees(self, event: Event, cursor: Cursor | None) -> Iterator[Page]:
        """Names page by page, from the ticket on where the last pull ended; none where the account has no forms."""
        held = _Since.of(cursor.mark if cursor else "")
        since, seen = held.code, set[str]()
        for _ in range(MOST_PAGES):
            page, total = self._names(event, since)
            told = {row.ref for row in page.rows}
            if since and since == held.code and not told and total not in {held.total, None}:
                # Either others have vanished, or the ticket that we go by: then nothing would ever come again.
                since, held = "", _Since()
                continue
            ended = not told - seen
            since = page.mark
            yield replace(page, mark=_Since(since, held.total if total is None else total).mark)
            if ended:
                return
            seen |= told
        raise ProviderError(AnswerKind.BROKEN, "the platform's pages of attendees do not end")

    def _names(self, event: Event, since: str) -> tuple[Page, int | None]:
        """A page whose mark is its last ticket, and how many there are in all."""
        now = self._clock()
        rests = self._no_forms.get(event.ref)
        if rests is not None and rests <= now < rests + NO_FORMS_FOR:
            return Page(rows=(), asked_at=now, mark=since), None
        try:
            answer = self._client.attendees(event.ref, since)
        except ProviderError as error:
            if not isinstance(error, Said) and error.status != 404:
                raise
            if since:  # perhaps the ticket that we go by has vanished
                return self._names(event, "")
            self._no_forms[event.ref] = now
            log.info("oveit.no_names", event_id=event.id, words=error.words)
            return Page(rows=(), asked_at=now, mark=since), None
        told = decoded(_ATTENDEES, answer)
        people = [translate.form(bytes(raw), told.fields) for raw in told.attendees]
        rows = [one for one in people if isinstance(one, Row)]
        page = Page(
            rows=rows,
            damaged=[one for one in people if isinstance(one, Damaged)],
            asked_at=answer.asked_at,
            platform_now=answer.platform_now,
            mark=rows[-1].ref if rows else since,
        )
        return page, told.total if isinstance(told.total, int) else None


@dataclass(frozen=True, slots=True)
class _Since:
    """Where the names ended: behind which ticket, and of how many."""

    code: str = ""
    total: int | None = None

    @classmethod
    def of(cls, mark: str) -> _Since:
        total, _, code = mark.partition(" ")
        return cls(code, int(total) if total.isdecimal() else None)

    @property
    def mark(self) -> str:
        return f"{'' if self.total is None else self.total} {self.code}" if self.code else ""


def _ticket(raw: bytes, types: dict[str, TicketType]) -> Row | Damaged:
    ref = translate.type_ref(raw)
    return translate.row(raw, types.get(ref) or TicketType(id=ref))


def _types(listed: Listed | None) -> bytes:
    """What is behind a row: an event that sells other addons is another list."""
    return msgspec.json.encode(sorted(listed.types.values(), key=lambda one: one.id)) if listed else b""


def _digest(parts: list[bytes]) -> str:
    return hashlib.blake2b(b"\n".join(parts), digest_size=16).hexdigest()
