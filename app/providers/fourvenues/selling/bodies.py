"""A sale -> what Fourvenues is asked for: the bodies of both POSTs. Pure.

Amounts leave as JSON numbers in currency units with all their digits (12.50), never through a binary fraction.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import msgspec

from app.domain.money import Money
from app.domain.outbox import AnswerKind
from app.domain.sale import METADATA_LIMIT, Holder, Sale, Sold, Tender
from app.ports import ProviderError
from app.providers.fourvenues.selling.prices import BOTH

HOLDER = {
    "name": "full_name",
    "email": "email",
    "phone": "phone",
    "gender": "gender",
    "birthday": "birthday",
    "address": "address",
    "country_code": "country_code",
    "postal_code": "postal_code",
    "document_type": "personal_document_type",
    "document_number": "personal_document_number",
}
"""Fourvenues' names of what a ticket tells of its holder (references, post-tickets and checkout-tickets)."""
SALE_TYPE = {Tender.CASH: "online", Tender.CARD: "online", Tender.PHONE: "online"}
"""The only word that the reference takes for a new ticket (post-tickets, "available options"). Sold tickets have been
seen with others, but a word that is refused would leave every guest of the door without a ticket."""
_GENDERS = {"female": "0", "male": "1"}
"""The Channel Manager's words (reference, checkout-tickets); the Integrations API takes ours."""
_JSON = msgspec.json.Encoder(decimal_format="number")


def integrations_ref(ref: str) -> str:
    """The id of a rate or price in the Integrations API."""
    return ref.partition(BOTH)[0]


def channels_ref(ref: str) -> str:
    """The id of a rate or price in the Channel Manager."""
    return ref.rpartition(BOTH)[2]


def checkout(sale: Sale, back: str) -> bytes:
    """The body that opens a payment page; the guest's phone goes `back` afterwards, paid or not.

    Raises ProviderError (broken) where the payment's metadata would be longer than the platform takes.
    """
    reachable = any(one.wanted.holder.email or one.wanted.holder.phone for one in sale.tickets)
    return _JSON.encode({
        "ticket_rate_id": channels_ref(sale.order.rate),
        "tickets": [_asked(sale, sold) for sold in sale.tickets],
        "redirect_url": back,
        "error_url": back,
        "metadata": _metadata(sale),
        "send_resources": reachable,
        "send_resourcers": reachable,
    })  # fmt: skip


def issue(sale: Sale, tickets: Collection[Sold], seller: dict[str, str]) -> bytes:
    """The body that makes tickets which were paid at the door; `seller` has the channel's or the referral's id."""
    return _JSON.encode({
        "quantity": len(tickets),
        "ticket_rate_id": integrations_ref(sale.order.rate),
        "sale_type": SALE_TYPE[sale.order.tender],
        "tickets": [_paid(sale, sold) for sold in tickets],
        **seller,
    })  # fmt: skip


def _asked(sale: Sale, sold: Sold) -> dict[str, Any]:
    """A ticket of a checkout: the platform itself knows what everything costs."""
    holder = sold.wanted.holder
    return {
        "price_id": channels_ref(sale.order.price),
        "qr_code": sold.code,
        **_holder(holder, {"gender": _GENDERS.get(holder.gender, "")}),
        "answers": [{"question_id": ref, "answer": said} for ref, said in holder.answers.items() if said.strip()],
        "supplements": [{"supplement_id": ref} for ref in sold.wanted.supplements],
        "warranty": sale.order.warranty,
    }


def _paid(sale: Sale, sold: Sold) -> dict[str, Any]:
    """A ticket that is paid: what it cost is told, in units. `total_price` is all that was paid for it."""
    return {
        "price_id": integrations_ref(sale.order.price),
        "total_price": _units(sold.total),
        "qr_code": sold.code,
        "fee": _units(sale.fee),
        **_holder(sold.wanted.holder),
        "supplements": [_supplement(sale, ref) for ref in sold.wanted.supplements],
    }


def _supplement(sale: Sale, ref: str) -> dict[str, Any]:
    known = sale.supplements.get(ref)
    price = {} if known is None else {"price": _units(known.amount)}
    return {"supplement_id": ref, **price}


def _holder(holder: Holder, other: dict[str, str] | None = None) -> dict[str, str]:
    """What is known of a holder, in Fourvenues' names; what is empty is left out."""
    told = {name: str(getattr(holder, name)).strip() for name in HOLDER} | (other or {})
    return {HOLDER[name]: said for name, said in told.items() if said}


def _metadata(sale: Sale) -> dict[str, str]:
    """What comes back with the platform's message: which sale it is about."""
    told = {"sale": str(sale.id), "station": sale.station}
    size = len(_JSON.encode(told))
    if size > METADATA_LIMIT:
        words = f"metadata: is {size} bytes long, the platform takes {METADATA_LIMIT}; nothing was sent"
        raise ProviderError(AnswerKind.BROKEN, words)
    return told


def _units(amount: Money) -> Decimal:
    return Decimal(amount.units)
