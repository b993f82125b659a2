"""Telling Oveit of an entry, a use of an addon or an exit, and seeing how it counts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from app.domain.model import ENTRANCE, EXIT
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.ports import ProviderError
from app.providers.oveit import translate, view
from app.providers.oveit.client import Answer, Client, Said
from app.providers.oveit.pull import rows_of
from app.providers.oveit.shelf import Shelf
from app.providers.oveit.view import ADDON, addon_of
from app.providers.transport import Transport
from app.providers.values import UNREADABLE, Unusable, text


class _Checked(msgspec.Struct, frozen=True):
    event: Any = None
    checkins: Any = None


_CHECKED = msgspec.json.Decoder(_Checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Pushes and looks for one account. Thread-safe."""

    client: Client
    shelf: Shelf
    transport: Transport
    turnstile: bool

    def push(self, call: Call) -> Receipt:
        """See the port. One call is one head: the platform knows no number of people."""
        if call.heads != 1 or not (call.allowance in {ENTRANCE, EXIT} or call.allowance.startswith(ADDON)):
            return Receipt(kind=AnswerKind.BROKEN, words="Oveit takes one entry or one use at a time, and no undo")
        try:
            answer = self._send(call)
        except Said as error:
            # Who is out already, by a call whose answer was lost or by another gate, is where the call wants them.
            return Receipt(kind=AnswerKind.ACCEPTED, words=error.words) if call.allowance == EXIT else error.receipt()
        except ProviderError as error:
            if error.status == 503 and call.allowance != EXIT:
                # Nearly always nothing was done; but if it was, a resend would use up an addon twice, and a guest who
                # came in would look like one who came in elsewhere.
                return Receipt(kind=AnswerKind.DOUBTFUL, words=error.words, retry_after=error.retry_after)
            return error.receipt()
        return Receipt(kind=AnswerKind.ACCEPTED) if call.allowance == EXIT else _told(call, answer)

    def look(self, call: Call) -> Sighting:
        """See the port. An exit is shown nowhere: after a lost answer it is told again, which lets nobody in."""
        if call.allowance == EXIT:
            return Sighting(found=True, limit=call.heads, our_times=False)
        try:
            seen = view.seen(self.client.scan(call.ref))
        except Said:
            return self._listed(call)
        if seen.event_ref and seen.event_ref != call.event_ref:
            return Sighting(found=False)
        at = seen.last(call.allowance)
        drift = self.transport.drift or timedelta(0)
        return Sighting(
            found=True, limit=self._limit(call, seen.type_ref), count=seen.count(call.allowance),
            last_at=at - drift if at is not None else None, our_times=False,
        )  # fmt: skip

    def _send(self, call: Call) -> Answer:
        if call.allowance == EXIT:
            return self.client.turn("checkout", call.ref)
        if call.allowance == ENTRANCE and self.turnstile:
            return self.client.turn("checkin", call.ref)
        return self.client.check_in(call.ref, self._type(call), addon_of(call.allowance))

    def _type(self, call: Call) -> str:
        """The type that the gate insists on: by its name, or where that does not mean exactly one, by the ticket."""
        if not call.rate:
            return ""
        listed = self.shelf.event(call.event_ref)
        refs = listed.refs_of(call.rate) if listed else []
        if len(refs) == 1:
            return refs[0]
        seen = view.seen(self.client.scan(call.ref))
        if seen.type_ref in refs or (seen.type_ref and seen.type_name == call.rate):
            return seen.type_ref
        raise ProviderError(AnswerKind.REFUSED, f"the ticket is of the type {seen.type_name or seen.type_ref}")

    def _limit(self, call: Call, type_ref: str) -> int:
        """Uses that the ticket has; what we knew of where the event is no longer listed."""
        if call.allowance == ENTRANCE:
            return 1
        self.shelf.event(call.event_ref)
        addons = self.shelf.type(call.event_ref, type_ref).addons
        return next((uses for ref, _, uses in addons if ref == addon_of(call.allowance)), call.limit)

    def _listed(self, call: Call) -> Sighting:
        """A sentence instead of the ticket: whether it is gone, the list of its event tells without one."""
        listed = rows_of(self.client.tickets(call.event_ref))
        if not any(translate.code(raw) == call.ref for raw in listed):
            return Sighting(found=False)
        raise ProviderError(AnswerKind.BROKEN, "the platform lists the ticket and does not show it")


def _told(call: Call, answer: Answer) -> Receipt:
    """What a success says: it must be about our event, and its check-ins are the count, ours included."""
    try:
        told = _CHECKED.decode(answer.body)
        event = told.event if isinstance(told.event, dict) else {}
        other = text(event.get("id"))
        if other and other != call.event_ref:
            return Receipt(kind=AnswerKind.BROKEN, words=f"checked in at another event ({other})")
        counted = translate.count(translate.checkins(told.checkins), addon_of(call.allowance))
    except (Unusable, *UNREADABLE):
        return Receipt(kind=AnswerKind.ACCEPTED)
    if call.allowance == ENTRANCE and counted > 1:
        # A platform that lets people in again does not guard the entrance: somebody was here before.
        return Receipt(kind=AnswerKind.REFUSED, words=f"the platform counts {counted} entrances", count=counted)
    return Receipt(kind=AnswerKind.ACCEPTED, count=counted or None)
