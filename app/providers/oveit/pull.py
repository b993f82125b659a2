"""Reading an event: its whole ticket list, unless it is byte for byte the one we hold, and who wrote into its form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
import structlog

from app.domain.model import AnswerKind, Event
from app.ports import Clock, Cursor, Damaged, Page, ProviderError, Row
from app.providers.oveit import translate
from app.providers.oveit.catalogue import Listed, TicketType
from app.providers.oveit.client import Answer, Client, Said
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


T = TypeVar("T")

_TICKETS = msgspec.json.Decoder(_Tickets)
_ATTENDEES = msgspec.json.Decoder(_Attendees)


def rows_of(answer: Answer) -> list[bytes]:
    """The tickets of a list, each as it was sent: a damaged one breaks nothing but itself."""
    return [bytes(raw) for raw in _decoded(_TICKETS, answer).tickets]


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
        mark = _mark(answer.body, listed)
        if cursor is not None and cursor.mark == mark:
            yield Page(rows=(), asked_at=answer.asked_at, platform_now=answer.platform_now, mark=mark)
            return
        types = listed.types if listed else {}
        rows: list[Row] = []
        damaged: list[Damaged] = []
        for raw in rows_of(answer):
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
        since = cursor.mark if cursor else ""
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = self._names(event, since)
            told = {row.ref for row in page.rows}
            yield page
            if not told - seen:
                return
            seen |= told
            since = page.mark
        raise ProviderError(AnswerKind.BROKEN, "the platform's pages of attendees do not end")

    def _names(self, event: Event, since: str) -> Page:
        now = self._clock()
        rests = self._no_forms.get(event.ref)
        if rests is not None and rests <= now < rests + NO_FORMS_FOR:
            return Page(rows=(), asked_at=now, mark=since)
        try:
            answer = self._client.attendees(event.ref, since)
        except Said as error:
            self._no_forms[event.ref] = now
            log.info("oveit.no_names", event_id=event.id, words=error.words)
            return Page(rows=(), asked_at=now, mark=since)
        told = _decoded(_ATTENDEES, answer)
        people = [translate.form(bytes(raw), told.fields) for raw in told.attendees]
        rows = [one for one in people if isinstance(one, Row)]
        return Page(
            rows=rows,
            damaged=[one for one in people if isinstance(one, Damaged)],
            asked_at=answer.asked_at,
            platform_now=answer.platform_now,
            mark=rows[-1].ref if rows else since,
        )


def _ticket(raw: bytes, types: dict[str, TicketType]) -> Row | Damaged:
    ref = translate.type_ref(raw)
    return translate.row(raw, types.get(ref) or TicketType(id=ref))


def _mark(body: bytes, listed: Listed | None) -> str:
    """What the list and the types behind it look like."""
    types = msgspec.json.encode(sorted(listed.types.values(), key=lambda one: one.id)) if listed else b""
    return hashlib.blake2b(body + types, digest_size=16).hexdigest()


def _decoded(decoder: msgspec.json.Decoder[T], answer: Answer) -> T:
    try:
        return decoder.decode(answer.body)
    except msgspec.ValidationError:
        raise ProviderError(AnswerKind.BROKEN, "the platform's list has another form than documented") from None
