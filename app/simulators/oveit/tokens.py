"""Tokens: handed out by login, good until nobody has called with them for a while."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from app.simulators.oveit.switches import Switches


@dataclass(slots=True)
class Grant:
    """A token that works, or did."""

    last: float
    calls: int = 0


class Tokens:
    """Every token that was handed out and not ended."""

    def __init__(self, chance: Random, switches: Switches, now: Callable[[], float]) -> None:
        self._chance = chance
        self._switches = switches
        self._now = now
        self._grants: dict[str, Grant] = {}
        self.ever: set[str] = set()
        """Every token there was: for whoever looks where one was left lying about."""

    def hand_out(self) -> str:
        """A new token."""
        if not self._switches.several_tokens:
            self.revoke()
        token = f"{self._chance.getrandbits(160):040x}"
        self._grants[token] = Grant(self._now())
        self.ever.add(token)
        return token

    def admits(self, token: str) -> bool:
        """Whether a call with this token may go on; that it was made keeps the token alive."""
        grant, switches, now = self._grants.get(token), self._switches, self._now()
        if grant is None or switches.token_revoked:
            return False
        worn_out = switches.tokens_die_after and grant.calls >= switches.tokens_die_after
        if worn_out or now - grant.last >= switches.token_life:
            del self._grants[token]
            return False
        grant.calls += 1
        grant.last = now
        return True

    def revoke(self) -> None:
        """End every token; login hands out new ones that work."""
        self._grants.clear()
