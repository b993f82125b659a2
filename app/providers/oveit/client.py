"""Oveit's API as it is spoken: everything is POST, and failures come with status 200. Knows none of our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from app.domain.codes import shorten
from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.providers.oveit.session import Session
from app.providers.pace import Priority
from app.providers.transport import Ask, Reply, Secret, Transport
from app.providers.values import UNREADABLE


class Said(ProviderError):
    """The platform answered, and its answer is an `error` sentence: what it means has to be found out."""

    def __init__(self, kind: AnswerKind, words: str, status: int) -> None:
        super().__init__(kind, words, status=status)


class _Whole(msgspec.Struct, frozen=True):
    """What tells a success from a failure in any answer."""

    ok: Any = None
    error: Any = None
    message: Any = None


_WHOLE = msgspec.json.Decoder(_Whole)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that is no failure, as it was sent."""

    body: bytes
    asked_at: datetime
    platform_now: datetime | None


def decoded(decoder: msgspec.json.Decoder[T], answer: Answer) -> T:
    """What an answer says. Raises `ProviderError` where that is not what was asked for."""
    try:
        return decoder.decode(answer.body)
    except UNREADABLE:
        raise ProviderError(AnswerKind.BROKEN, "the platform's answer has another form than documented") from None


class Client:
    """One method per endpoint that a door needs. Every failure is a `ProviderError`, an `error` sentence a `Said`."""

    def __init__(self, transport: Transport, session: Session) -> None:
        self._transport = transport
        self._session = session

    # Reading

    def events(self, priority: Priority = Priority.POLL) -> Answer:
        """Active events with their ticket types and addons."""
        return self._ask("/seller/events", {}, priority)

    def tickets(self, event_ref: str) -> Answer:
        """Every ticket of an event: there is no part of it."""
        return self._ask("/events/tickets", {"id": _number(event_ref)}, Priority.POLL)

    def attendees(self, event_ref: str, since: str) -> Answer:
        """A page of what people wrote into forms, behind the ticket `since`."""
        more = {"since": since} if since else {}
        return self._ask("/events/attendees", {"id": _number(event_ref), **more}, Priority.POLL)

    def scan(self, code: str, budget: timedelta | None = None, *, rfid: bool = False) -> Answer:
        """One ticket as it stands; marks nothing."""
        priority = Priority.CALL if budget is None else Priority.LOOKUP
        asked = {"rfid_code" if rfid else "ticket_code": code}
        return self._ask("/tickets/scan", asked, priority, budget=budget, label=f"/tickets/scan {shorten(code)}")

    def wallet(self, rfid_code: str, budget: timedelta | None = None) -> Answer:
        """All tickets of a wristband's holder: codes, and words for people."""
        priority = Priority.CALL if budget is None else Priority.LOOKUP
        label = f"/tickets/scan_v2 {shorten(rfid_code)}"
        return self._ask("/tickets/scan_v2", {"rfid_code": rfid_code}, priority, budget=budget, label=label)

    # Writing

    def check_in(self, code: str, type_ref: str = "", addon_ref: str = "") -> Answer:
        """Use the entrance of a ticket, or one use of an addon; `type_ref`: only a ticket of this type.

        Never by wristband: of several tickets on one the platform takes any, also another night's, and for good.
        """
        body: dict[str, object] = {"ticket_code": code}
        if type_ref:
            body["ticket_type_id"] = _number(type_ref)
        if addon_ref:
            body["addon_id"] = _number(addon_ref)
        return self._mark("/tickets/checkin", body, code)

    def turn(self, way: str, code: str) -> Answer:
        """Through the turnstile: `checkin` or `checkout`."""
        return self._mark(f"/turnstile/{way}", {"ticket_code": code}, code)

    # Both

    def _ask(
        self,
        path: str,
        body: Mapping[str, object],
        priority: Priority,
        *,
        budget: timedelta | None = None,
        label: str = "",
    ) -> Answer:
        return self._send(path, body, label or path, priority, budget, marks=False)

    def _mark(self, path: str, body: Mapping[str, object], code: str) -> Answer:
        return self._send(path, body, f"{path} {shorten(code)}", Priority.CALL, None, marks=True)

    def _send(
        self,
        path: str,
        body: Mapping[str, object],
        label: str,
        priority: Priority,
        budget: timedelta | None,
        marks: bool,
    ) -> Answer:
        def make(headers: Mapping[str, Secret], fields: Mapping[str, object]) -> Ask:
            written = msgspec.json.encode({**body, **fields})
            return Ask(
                method="POST", path=path, label=label, params={}, body=written, headers=headers, priority=priority,
                budget=budget, marks=marks,
            )  # fmt: skip

        reply = self._session.send(make)
        return self._judged(make({}, {}), reply)

    def _judged(self, ask: Ask, reply: Reply) -> Answer:
        """Success is what says `ok`, or tells something without saying that it failed; never the status."""
        try:
            whole = _WHOLE.decode(reply.body)
        except msgspec.ValidationError:
            kind = AnswerKind.DOUBTFUL if ask.writes else AnswerKind.BROKEN
            raise ProviderError(kind, "the platform's answer has another form than documented") from None
        except UNREADABLE:
            raise self._transport.unreadable(ask, reply.body) from None
        if whole.error or whole.ok is False:
            words = self._transport.words(reply.body) or "ok: false"
            raise Said(AnswerKind.REFUSED if ask.writes else AnswerKind.BROKEN, words, reply.status)
        if ask.writes and whole.ok is not True:
            raise ProviderError(AnswerKind.DOUBTFUL, "the platform's answer does not say whether it worked")
        return Answer(body=reply.body, asked_at=reply.asked_at, platform_now=reply.platform_now)


def _number(ref: str) -> object:
    """Ids are numbers on the wire."""
    return int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 19 else ref
