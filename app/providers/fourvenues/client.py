"""Fourvenues' Integrations API as it is spoken: paths, parameters, envelopes. Knows none of our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from app.domain.codes import shorten
from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.providers.pace import Priority
from app.providers.transport import Ask, Transport

_NO_SEGMENT = frozenset({".", "..", ""})


class Option(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Heads admitted at one price, as lists and passes take and tell them: a count, not an increment."""

    id: str = msgspec.field(name="_id")
    women: int
    men: int
    no_gender: int
    price: float | None = None
    """Only for the option `<special>`, whose price is no rate's."""


class _Envelope(msgspec.Struct, frozen=True):
    success: Any = None
    data: msgspec.Raw = msgspec.Raw(b"null")
    error: Any = None

    @property
    def failed(self) -> bool:
        return self.success is False or (self.success is None and bool(self.error))


class _Entered(msgspec.Struct, frozen=True):
    enter: int
    entry_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows of an answer, each as it was sent: one for an object, none for null."""

    rows: Sequence[bytes]
    asked_at: datetime
    platform_now: datetime | None


class Wire:
    """Requests to one of Fourvenues' APIs, and the envelopes of its answers. Every failure is a `ProviderError`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _read(
        self,
        path: str,
        priority: Priority,
        params: Mapping[str, str] | None = None,
        *,
        budget: timedelta | None = None,
        label: str | None = None,
    ) -> Answer:
        ask = Ask(path=path, label=label or _label(path), params=params or {}, priority=priority, budget=budget)
        return self._send(ask)

    def _write(self, path: str, params: Mapping[str, str], body: bytes, method: str = "PUT") -> Answer:
        label = _label(path)
        return self._send(Ask(method=method, path=path, label=label, params=params, body=body, priority=Priority.CALL))

    def _send(self, ask: Ask) -> Answer:
        reply = self._transport.send(ask)
        envelope, rows = self._opened(ask, reply.body)
        if envelope.failed:
            words = self._transport.words(reply.body) or "success: false"
            raise ProviderError(AnswerKind.REFUSED if ask.writes else AnswerKind.BROKEN, words, status=reply.status)
        if ask.writes and envelope.success is not True and not rows:
            raise ProviderError(AnswerKind.DOUBTFUL, "the platform's answer does not say whether it worked")
        return Answer(rows=rows, asked_at=reply.asked_at, platform_now=reply.platform_now)

    def _opened(self, ask: Ask, body: bytes) -> tuple[_Envelope, list[bytes]]:
        """The envelope and its rows; a bare array is taken as the data of one."""
        try:
            if body.lstrip()[:1] == b"[":
                return _Envelope(), _rows(body)
            envelope = _ENVELOPE.decode(body)
            return envelope, _rows(bytes(envelope.data))
        except msgspec.ValidationError:
            kind = AnswerKind.DOUBTFUL if ask.writes else AnswerKind.BROKEN
            raise ProviderError(kind, "the platform's answer has another form than documented") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._transport.unreadable(ask, body) from None


class Client(Wire):
    """The Integrations API: one method per endpoint that a door needs."""

    # Reading

    def channels(self) -> Answer:
        return self._read("/channels/", Priority.CALL)

    def events(self, start: datetime, end: datetime, offset: int, limit: int) -> Answer:
        """The live API wants `start` and `end`, its pages say `start_date` and `end_date`: both are sent."""
        span = {"start": iso(start), "end": iso(end), "start_date": iso(start), "end_date": iso(end)}
        return self._read("/events/", Priority.POLL, span | {"limit": str(limit), "offset": str(offset)})

    def event(self, ref: str) -> Answer:
        return self._read(f"/events/{segment(ref)}", Priority.CALL)

    def rows(
        self, resource: str, event_ref: str, offset: int, limit: int, since: tuple[str, datetime] | None
    ) -> Answer:
        """A page of `tickets`, `lists`, `passes` or `v2/passes`; `since` is a date field and its least value."""
        params = {"event_id": event_ref, "limit": str(limit), "offset": str(offset)}
        if since is not None:
            params |= {"date_field": since[0], "start_date": iso(since[1])}
        return self._read(f"/{resource}/", Priority.POLL, params)

    def peek(self, resource: str, event_ref: str) -> Answer:
        """The first row of a resource, to see whether it may be read."""
        return self._read(f"/{resource}/", Priority.CALL, {"event_id": event_ref, "limit": "1", "offset": "0"})

    def first(self, resource: str, event_ref: str, budget: timedelta) -> Answer:
        """The first row of a resource, or however many the platform sends, within a budget."""
        params = {"event_id": event_ref, "limit": "1", "offset": "0"}
        return self._read(f"/{resource}/", Priority.LOOKUP, params, budget=budget)

    def every(self, resource: str, event_ref: str, budget: timedelta) -> Answer:
        """A whole small resource at once, while a guest waits."""
        return self._read(f"/{resource}/", Priority.LOOKUP, {"event_id": event_ref}, budget=budget)

    def rates(self, resource: str, event_ref: str) -> Answer:
        """Rates of `tickets`, `lists` or `passes`."""
        return self._read(f"/{resource}-rates/", Priority.CALL, {"event_id": event_ref})

    def one(self, resource: str, ref: str, event_ref: str, budget: timedelta | None = None) -> Answer:
        """A ticket, list entry or pass by its id; a pass in the light of an event."""
        params = {"event_id": event_ref} if resource == "passes" else {}
        priority = Priority.CALL if budget is None else Priority.LOOKUP
        return self._read(f"/{resource}/{segment(ref)}", priority, params, budget=budget)

    def by_code(self, resource: str, code: str, path: str = "by-code", budget: timedelta | None = None) -> Answer:
        label = f"/{resource}/{path}/{shorten(code)}"
        priority = Priority.CALL if budget is None else Priority.LOOKUP
        return self._read(f"/{resource}/{path}/{segment(code)}", priority, budget=budget, label=label)

    # Writing

    def enter_ticket(self, ref: str, total: int, at: datetime) -> None:
        """Say that `total` people of the ticket are inside, the last of them since `at`; 0 reverts."""
        body = msgspec.json.encode(_Entered(enter=total, entry_date=iso(at)))
        self._write(f"/tickets/{segment(ref)}/checkin", {}, body)

    def enter_options(self, resource: str, ref: str, event_ref: str, options: Sequence[Option]) -> Answer:
        """Say how many people are inside at each price; answers the entry as it stands now."""
        params = {"event_id": event_ref} if resource == "passes" else {}
        return self._write(f"/{resource}/{segment(ref)}/checkin", params, msgspec.json.encode(list(options)))

    def issue_tickets(self, body: bytes) -> Answer:
        """Make tickets that were paid elsewhere (reference, post-tickets): what is answered may be one for many."""
        return self._write("/tickets/", {}, body, method="POST")


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


def _rows(data: bytes) -> list[bytes]:
    """Rows stay as they were sent: a damaged one breaks nothing but itself."""
    match data.lstrip()[:1]:
        case b"[":
            return [bytes(row) for row in _ROWS.decode(data)]
        case b"{":
            return [data]
        case _:
            return []


def iso(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z, as Fourvenues writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def segment(text: str) -> str:
    """An id or code as one part of a path: it must never reach another endpoint."""
    if text in _NO_SEGMENT:
        raise ProviderError(AnswerKind.BROKEN, "not an id that can be asked for")
    return quote(text, safe="")


def _label(path: str) -> str:
    """The path with ids shortened, for logs."""
    parts = path.split("/")
    return "/".join(f"{part[:6]}…" if any(letter.isdigit() for letter in part[2:]) else part for part in parts)
