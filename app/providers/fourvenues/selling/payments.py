"""What Fourvenues tells of payments and of sold tickets -> our words. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from app.domain.money import NoMoney, currency_of, from_units
from app.domain.outbox import AnswerKind
from app.domain.sale import Sale
from app.ports import ProviderError
from app.ports.selling import Payment, PaymentPage
from app.providers.values import UNREADABLE, moment, objects, text

_ADDRESS = re.compile(r"https?://[!-~]+")
_CHANNELS = {"active": Payment.PAID, "voided": Payment.FAILED}
_INTEGRATIONS = {"activated": Payment.PAID, "cancelled": Payment.FAILED, "canceled": Payment.FAILED}


class _Session(msgspec.Struct, frozen=True):
    """A payment that waits for its guest. Types are lenient: each value is judged where it is used."""

    payment_id: Any = None
    payment_url: Any = None
    total_amount: Any = None
    conditions_changed: Any = None
    expires_at: Any = None
    tickets: Any = None


class _Ticket(msgspec.Struct, frozen=True):
    code: Any = None
    qr_code: Any = None
    status: Any = None


def page(raw: bytes, sale: Sale) -> PaymentPage:
    """The payment page in the answer of a checkout; `total_amount` is in units. It counts as changed when the platform
    says so or takes another total.

    Raises ProviderError (doubtful) where the answer does not tell address and total: the payment may be open.
    """
    try:
        told = msgspec.json.decode(raw, type=_Session)
        total = from_units(told.total_amount, _currency(told, sale))
    except (NoMoney, *UNREADABLE):
        raise ProviderError(AnswerKind.DOUBTFUL, "the answer does not tell what the payment page takes") from None
    url = text(told.payment_url, 2000)
    if not _ADDRESS.fullmatch(url):
        raise ProviderError(AnswerKind.DOUBTFUL, "the answer has no address of a payment page")
    changed = (told.conditions_changed is not None and told.conditions_changed is not False) or total != sale.total
    return PaymentPage(
        ref=text(told.payment_id), url=url, total=total, changed=changed, expires_at=moment(told.expires_at)
    )


def by_channels(rows: list[bytes], code: str) -> Payment:
    """How a ticket's payment stands by the Channel Manager: a word that nobody knows is waited for, never believed."""
    return _stands(rows, code, _CHANNELS)


def by_integrations(rows: list[bytes], code: str) -> Payment:
    """How it stands by the Integrations API, whose words are others."""
    return _stands(rows, code, _INTEGRATIONS)


def other_codes(rows: list[bytes], ours: frozenset[str]) -> bool:
    """Does an answer tell of tickets, and of none with a code of ours?"""
    told = {code for raw in rows if (code := _code(_ticket(raw)))}
    return bool(told) and not told & {code.casefold() for code in ours}


def _stands(rows: list[bytes], code: str, words: dict[str, Payment]) -> Payment:
    found = [one for one in map(_ticket, rows) if _code(one) in {code.casefold(), ""}]
    if not found:
        return Payment.UNKNOWN
    status = found[0].status
    return words.get(status, Payment.WAITING) if isinstance(status, str) else Payment.WAITING


def _ticket(raw: bytes) -> _Ticket:
    try:
        return msgspec.json.decode(raw, type=_Ticket)
    except UNREADABLE:
        return _Ticket()


def _code(one: _Ticket) -> str:
    return text(one.qr_code or one.code).casefold()


def _currency(told: _Session, sale: Sale) -> str:
    """That of the tickets, where they tell one; else the sale's. Raises NoMoney."""
    named = [one["payment_currency"] for one in objects(told.tickets) if one.get("payment_currency")]
    return currency_of(named[0]) if named else sale.total.currency
