"""Who may speak to the hub: stations, by the token they were given. Only hashes of tokens are kept."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping, Sequence

import structlog

from app.domain.model import Station
from app.ports import StationRecord, StoreError
from app.web.fresh import Fresh

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two readings of the stations: how soon a new or revoked token is noticed on a busy hub."""
UNTIL = 2.0
"""Seconds after which a request waits for the reading rather than trust an older one."""

_BEARER = b"bearer "


class Access:
    """Knows stations by the hash of their token, without a database read per request."""

    def __init__(
        self, stations: Callable[[], Sequence[StationRecord]], seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._stations = stations
        self._known: Mapping[bytes, StationRecord] | None = None
        self._fresh = Fresh(self._read, EVERY, UNTIL, seconds)

    async def station(self, token_hash: bytes) -> Station | None:
        """The station a token belongs to; None when nobody was given it or when it was revoked."""
        record = (await self._fresh.get()).get(token_hash)
        if record is None or not hmac.compare_digest(record.token_hash, token_hash):
            return None
        return record.station

    def _read(self) -> Mapping[bytes, StationRecord]:
        """The stations whose token counts. A database that can't be read now doesn't lock the doors."""
        try:
            self._known = {one.token_hash: one for one in self._stations() if one.revoked_at is None}
        except StoreError:
            if self._known is None:
                raise
            log.warning("stations.unread")
        return self._known


def hash_of(authorization: bytes | None) -> bytes | None:
    """The hash of the token in an `Authorization` header; None when there is none."""
    if authorization is None or authorization[:7].lower() != _BEARER:
        return None
    token = authorization[7:].strip()
    return hashlib.sha256(token).digest() if token else None
