"""What `scan` shows of one ticket: the same structure as a check-in's answer, in which nothing was marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from app.domain.model import ENTRANCE
from app.domain.outbox import AnswerKind
from app.ports import Damaged, ProviderError, Row
from app.providers.oveit import translate
from app.providers.oveit.catalogue import TicketType
from app.providers.oveit.client import Answer, decoded
from app.providers.oveit.translate import Uses
from app.providers.values import Unusable, items, objects, text

ADDON = "addon:"


class _Shown(msgspec.Struct, frozen=True):
    ticket: Any = None
    ticket_type: Any = None
    event: Any = None
    order: Any = None
    checkins: Any = msgspec.UNSET
    attendee: Any = None
    rfid_codes: Any = None


class _Wallet(msgspec.Struct, frozen=True):
    data: Any = None


_SHOWN = msgspec.json.Decoder(_Shown)
_WALLET = msgspec.json.Decoder(_Wallet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One ticket as the platform shows it. Texts are empty where it does not say; times are by its clock."""

    code: str
    type_ref: str
    type_name: str
    event_ref: str
    event_name: str
    starts_at: object
    uses: Uses
    tags: list[str]
    holder: translate.Holder
    asked_at: datetime

    def count(self, allowance: str) -> int:
        return translate.count(self.uses, addon_of(allowance))

    def last(self, allowance: str) -> datetime | None:
        return translate.last(self.uses, addon_of(allowance))

    def row(self, kind: TicketType, tag: str = "") -> Row:
        """As a row of the list would be, with the wristband it was found by."""
        tags = dict.fromkeys([*self.tags, *([tag] if tag else [])])
        uses = [{"addon_id": ref or None, "date": at.isoformat() if at is not None else None} for ref, at in self.uses]
        raw = msgspec.json.encode({"code": self.code, "checkins": uses, "rfid_codes": list(tags)})
        named = TicketType(id=self.type_ref, name=kind.name or self.type_name, addons=kind.addons)
        row = translate.row(raw, named, self.holder)
        if isinstance(row, Damaged):
            raise ProviderError(AnswerKind.BROKEN, row.why)
        return row


def addon_of(allowance: str) -> str:
    """The platform's id of an addon; empty for the entrance."""
    return "" if allowance == ENTRANCE else allowance.removeprefix(ADDON)


def seen(answer: Answer) -> Seen:
    """A ticket out of an answer. Raises `ProviderError` for what is none."""
    shown = decoded(_SHOWN, answer)
    parts = (shown.ticket, shown.ticket_type, shown.event)
    ticket, kind, event = (one if isinstance(one, dict) else {} for one in parts)
    code = text(ticket.get("code"))
    if not code:
        raise ProviderError(AnswerKind.BROKEN, "the platform's answer shows no ticket")
    if shown.checkins is msgspec.UNSET:
        raise ProviderError(AnswerKind.BROKEN, "the platform's answer does not show what was used")
    try:
        uses = translate.checkins(shown.checkins)
    except Unusable as error:
        raise ProviderError(AnswerKind.BROKEN, str(error)) from None
    form = shown.attendee if isinstance(shown.attendee, dict) else {}
    buyer = text(shown.order.get("name")) if isinstance(shown.order, dict) else ""
    return Seen(
        code=code, type_ref=text(kind.get("id")), type_name=text(kind.get("name")), event_ref=text(event.get("id")),
        event_name=text(event.get("name")), starts_at=event.get("starts_at"), uses=uses,
        tags=[told for one in items(shown.rfid_codes) if (told := translate.tag_text(one))],
        holder=translate.holder_of(form.get("fields"), form.get("values"), buyer), asked_at=answer.asked_at,
    )  # fmt: skip


def wallet(answer: Answer) -> list[tuple[str, str]]:
    """Code and event name of each ticket on a wristband. The times in this answer are for people."""
    data = decoded(_WALLET, answer).data
    tickets = objects(data.get("tickets")) if isinstance(data, dict) else []
    return [(code, text(one.get("event"))) for one in tickets if (code := text(one.get("code")))]
