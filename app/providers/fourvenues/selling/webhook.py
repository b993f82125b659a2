"""Messages that Fourvenues sends by itself, and the proof that they are its own. Pure and total."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec

from app.ports.selling import Told
from app.providers.transport import Secret
from app.providers.values import UNREADABLE, objects, text

_PAID = "payment.success"


def listen(secret: Secret, body: bytes, signature: str, message_id: str) -> Told | None:
    """What a message says; None when it is not proven: the hex HMAC-SHA256 of the whole raw body (webhooks,
    authentication).

    Its id is the body's own, which is signed; the header's only where the body has none, and then the body's digest.
    """
    if not secret or not _proven(secret, body, signature):
        return None
    message = _object(body)
    payload = _inner(message.get("payload"))
    topic = text(message.get("event"))
    return Told(
        id=text(message.get("id")) or text(message_id) or hashlib.sha256(body).hexdigest(),
        topic=topic,
        payment_ref=text(payload.get("payment_id")) if topic == _PAID else "",
        sale=text(_inner(payload.get("metadata")).get("sale")),
        codes=_codes(payload),
    )


def _proven(secret: Secret, body: bytes, signature: str) -> bool:
    right = hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), signature.strip().lower().encode("utf-8", "replace"))


def _codes(payload: dict[str, Any]) -> tuple[str, ...]:
    """Codes of the tickets that it is about, where it tells them."""
    about = [payload, *objects(payload.get("resources")), *objects(payload.get("tickets"))]
    return tuple(dict.fromkeys(code for one in about if (code := text(one.get("qr_code")))))


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body)
    except UNREADABLE:
        return {}
    return told if isinstance(told, dict) else {}


def _inner(value: object) -> dict[str, Any]:
    """An object, also one that was written as text."""
    if isinstance(value, str):
        return _object(value.encode("utf-8", "replace"))
    return value if isinstance(value, dict) else {}
