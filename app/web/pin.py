"""A supervisor's PIN: whoever overrules the door says it. Guessing is slow, here and on a phone that is cut off."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property

from app.web.problems import Problem

ROUNDS = 200_000
"""Of PBKDF2: what one guess costs whoever holds a snapshot."""
TRIES = 5
LOCKED_S = 60.0
"""Seconds a station waits after so many wrong PINs in a row."""


class Pin:
    """The house's PIN; none: nobody is asked for one."""

    def __init__(self, pin: str | None, salt: bytes, seconds: Callable[[], float] = time.monotonic) -> None:
        self._pin = pin
        self._salt = salt
        self._seconds = seconds
        self._wrong: dict[str, int] = defaultdict(int)
        self._locked: dict[str, float] = {}

    @property
    def needed(self) -> bool:
        return self._pin is not None

    @cached_property
    def proof(self) -> Mapping[str, str | int] | None:
        """What a page without its hub tells the PIN by (scanner/pwa/src/door/pin.ts)."""
        if self._pin is None:
            return None
        digest = hashlib.pbkdf2_hmac("sha256", self._pin.encode(), self._salt, ROUNDS)
        return {"salt": self._salt.hex(), "rounds": ROUNDS, "digest": digest.hex()}

    def check(self, station: str, said: str | None) -> None:
        """Raise a `Problem` unless it is the PIN, or none is needed."""
        if self._pin is None:
            return
        left = self._locked.get(station, 0.0) - self._seconds()
        if left > 0:
            headers = {"Retry-After": str(int(left) + 1)}
            raise Problem(429, "Too many wrong PINs; wait a minute.", slug="pin", headers=headers)
        if said is not None and hmac.compare_digest(said.encode(), self._pin.encode()):
            self._wrong.pop(station, None)
            return
        self._wrong[station] += 1
        if self._wrong[station] >= TRIES:
            self._wrong.pop(station)
            self._locked[station] = self._seconds() + LOCKED_S
        raise Problem(403, "This is not the supervisor's PIN.", slug="pin")
