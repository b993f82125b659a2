"""Who we are at Oveit: a token that lives on while it is used, kept in memory only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from app.domain.outbox import AnswerKind
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


Making = Callable[[Mapping[str, Secret], Mapping[str, object]], Ask]
"""Makes a request of our headers and of what we add to the fields of its body."""


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
        self._in_body = False
        """Has the token been taken there, and not in the header?"""
        self._refused: tuple[float, ProviderError] | None = None
        transport.hide(password)

    def send(self, make: Making) -> Reply:
        """Send what `make` gives for our token; after a 403 once more with a new one, as nothing was done."""
        token, fresh = self._current()
        while True:
            try:
                return self._used(self._transport.send(make(*_signed(token, self._in_body))), token)
            except ProviderError as error:
                if error.kind is not AnswerKind.BARRED:
                    raise
                if fresh:
                    return self._elsewhere(make, token, error)
            token, fresh = self._renewed(token)

    def _elsewhere(self, make: Making, token: Secret, refused: ProviderError) -> Reply:
        """A token that was given just now and is refused in its place may be wanted in the other one."""
        other = not self._in_body
        try:
            reply = self._transport.send(make(*_signed(token, other)))
        except ProviderError as error:
            if error.kind is AnswerKind.BARRED:
                self._refused = self._now() + REFUSED_FOR, refused
                raise refused from None
            raise
        self._in_body = other
        return self._used(reply, token)

    def _used(self, reply: Reply, token: Secret) -> Reply:
        if token is self._token:
            self._good_until = self._now() + _spent(self._life)
        return reply

    def _current(self) -> tuple[Secret, bool]:
        token = self._token
        return (token, False) if token and self._now() < self._good_until else self._renewed(token)

    def _renewed(self, old: Secret) -> tuple[Secret, bool]:
        """A token other than `old`, and whether it was given to us just now."""
        with self._mutex:
            if self._token is not old and self._token:
                return self._token, False
            if self._refused is not None and self._now() < self._refused[0]:
                error = self._refused[1]
                raise ProviderError(error.kind, error.words, status=error.status)
            try:
                self._token = self._log_in()
            except ProviderError as error:
                if error.kind is AnswerKind.BARRED:
                    self._token = Secret("")
                    self._refused = self._now() + REFUSED_FOR, error
                raise
            self._refused = None
            return self._token, True

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
        life = told.expires_in
        self._life = float(life) if isinstance(life, int | float) and life > 0 else LIFE
        self._good_until = self._now() + _spent(self._life)
        return token


def _signed(token: Secret, in_body: bool) -> tuple[dict[str, Secret], dict[str, object]]:
    """Headers and fields that carry the token: it is in a body only where no header will do."""
    if in_body:
        return {}, {"token": token.reveal()}
    return {"Authorization": Secret(f"Bearer {token.reveal()}")}, {}


def _spent(life: float) -> float:
    """Seconds after which a token is not relied on any more."""
    return life - min(_MARGIN, life / 2)
