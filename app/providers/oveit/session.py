"""Who we are at Oveit: a token that lives on while it is used, kept in memory only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from app.domain.model import AnswerKind
from app.ports import ProviderError
from app.providers.pace import Priority
from app.providers.transport import Ask, Reply, Secret, Transport

REFUSED_FOR = 60.0
"""Seconds for which a login that was refused is not tried again: a wrong password does not get better."""
LIFE = 172_800.0
"""Seconds a token lives after its last use where the platform does not say."""
_MARGIN = 60.0


class _Login(msgspec.Struct, frozen=True):
    token: Any = None
    expires_in: Any = None
    error: Any = None


_LOGIN = msgspec.json.Decoder(_Login)


class Session:
    """Sends with a token, and logs in where there is none, it is too old, or the platform no longer takes it.

    Thread-safe: whoever finds the token dead first gets a new one, the others wait for it.
    """

    def __init__(
        self, transport: Transport, email: str, password: Secret, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport = transport
        self._email = email
        self._password = password
        self._now = now
        self._mutex = threading.Lock()
        self._token = Secret("")
        self._good_until = 0.0
        self._life = LIFE
        self._refused: tuple[float, ProviderError] | None = None
        transport.hide(password)

    def send(self, make: Callable[[Mapping[str, Secret]], Ask]) -> Reply:
        """Send what `make` gives for our headers; after a 403 once more with a new token, as nothing was done."""
        token = self._current()
        try:
            return self._used(self._transport.send(make(_headers(token))))
        except ProviderError as error:
            if error.kind is not AnswerKind.BARRED:
                raise
        return self._used(self._transport.send(make(_headers(self._renewed(token)))))

    def _used(self, reply: Reply) -> Reply:
        self._good_until = self._now() + self._life - _MARGIN
        return reply

    def _current(self) -> Secret:
        token = self._token
        return token if token and self._now() < self._good_until else self._renewed(token)

    def _renewed(self, old: Secret) -> Secret:
        with self._mutex:
            if self._token is not old and self._token:
                return self._token
            if self._refused is not None and self._now() < self._refused[0]:
                raise self._refused[1]
            try:
                self._token = self._log_in()
            except ProviderError as error:
                if error.kind is AnswerKind.BARRED:
                    self._token = Secret("")
                    self._refused = self._now() + REFUSED_FOR, error
                raise
            self._refused = None
            return self._token

    def _log_in(self) -> Secret:
        body = msgspec.json.encode({"email": self._email, "password": self._password.reveal()})
        ask = Ask(
            method="POST", path="/seller/login", label="/seller/login", params={}, body=body, marks=False,
            priority=Priority.LOOKUP, budget=timedelta(seconds=10),
        )  # fmt: skip
        reply = self._transport.send(ask)
        try:
            told = _LOGIN.decode(reply.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._transport.unreadable(ask, reply.body) from None
        if told.error or not isinstance(told.token, str) or not told.token.strip():
            words = self._transport.words(reply.body) or "no token"
            raise ProviderError(AnswerKind.BARRED, f"login refused: {words}", status=reply.status)
        token = Secret(told.token.strip())
        self._transport.hide(token)
        self._life = float(told.expires_in) if isinstance(told.expires_in, int | float) else LIFE
        self._good_until = self._now() + self._life - min(_MARGIN, self._life / 2)
        return token


def _headers(token: Secret) -> dict[str, Secret]:
    return {"Authorization": Secret(f"Bearer {token.reveal()}")}
