"""Fourvenues' Channel Manager API as it is spoken: it sells and takes payments. Knows none of our words."""

from __future__ import annotations

from typing import Any

import msgspec

from app.domain.codes import shorten
from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.providers.fourvenues.client import Answer, Wire, segment
from app.providers.pace import Priority
from app.providers.transport import Ask, Secret
from app.providers.values import UNREADABLE

_WEBHOOK_PATHS = ("/webhooks/endpoints", "/webhooks")
"""The recipe's, and the one of a summary of the reference."""


class _Endpoint(msgspec.Struct, frozen=True):
    """A registered webhook, bare as in the recipe or as the data of an envelope."""

    sign_secret: Any = None
    data: Any = None


class ChannelsClient(Wire):
    """One method per endpoint that selling needs."""

    def rates(self, event_ref: str) -> Answer:
        """Every ticket rate of an event (reference, get-all-ticket-rates)."""
        return self._read("/ticket-rates", Priority.CALL, {"event_id": event_ref})

    def rate(self, ref: str) -> Answer:
        """One ticket rate by its id."""
        return self._read(f"/ticket-rates/{segment(ref)}", Priority.CALL)

    def rate_by_slug(self, slug: str, event_ref: str) -> Answer:
        """One ticket rate by its slug, which is only unique within an event (reference, get-ticket-rate-by-slug)."""
        path = f"/ticket-rates/by-slug/{segment(slug)}"
        return self._read(path, Priority.CALL, {"event_id": event_ref}, label="/ticket-rates/by-slug/…")

    def checkout(self, body: bytes) -> Answer:
        """Open a hosted payment (reference, checkout-tickets): the answer has no `success`."""
        return self._write("/tickets/checkout", {}, body, method="POST")

    def by_code(self, code: str) -> Answer:
        """Tickets with this code: an array in the reference."""
        label = f"/tickets/by-code/{shorten(code)}"
        return self._read(f"/tickets/by-code/{segment(code)}", Priority.CALL, label=label)

    def register_webhook(self, name: str, url: str) -> Secret:
        """Have every message sent to `url` from now on; answers what they will be signed with, which is told once."""
        body = msgspec.json.encode({"name": name, "url": url})
        first, second = _WEBHOOK_PATHS
        try:
            return self._registered(first, body)
        except ProviderError as error:
            if error.status not in {404, 405}:
                raise
        return self._registered(second, body)

    def _registered(self, path: str, body: bytes) -> Secret:
        ask = Ask(method="POST", path=path, label=path, params={}, body=body, priority=Priority.CALL)
        answer = self._transport.send(ask).body
        secret = _sign_secret(answer)
        if not secret:
            words = self._transport.words(answer)
            kind = AnswerKind.REFUSED if words else AnswerKind.DOUBTFUL
            raise ProviderError(kind, words or "the platform's answer has no sign_secret")
        self._transport.hide(secret)
        return secret


def _sign_secret(body: bytes) -> Secret:
    """The secret in an answer, whatever is around it; empty when there is none."""
    try:
        told = msgspec.json.decode(body, type=_Endpoint)
    except UNREADABLE:
        return Secret("")
    inner = told.data if isinstance(told.data, dict) else {}
    secret = told.sign_secret or inner.get("sign_secret")
    return Secret(secret if isinstance(secret, str) else "")
