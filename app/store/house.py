"""Stations, accounts and their leases, inside one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.domain.model import AccountId, Station, StationId
from app.ports import StationRecord
from app.store import schema
from app.store.rows import rule_text

t, acc, ch = schema.stations, schema.accounts, schema.changes


class SqlHouse:
    """`HouseTx` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_station(self, station: Station, token_hash: bytes, at: datetime) -> StationRecord:
        """A station of that name gets the new rule and token, and counts as not revoked."""
        values = {"token_hash": token_hash, "rule": rule_text(station), "created_at": at, "revoked_at": None}
        done = self._connection.execute(update(t).where(t.c.name == station.name).values(**values))
        if done.rowcount == 0:
            self._connection.execute(insert(t).values(name=station.name, **values))
        id_ = self._connection.execute(select(t.c.id).where(t.c.name == station.name)).scalar_one()
        return StationRecord(station=replace(station, id=StationId(id_)), token_hash=token_hash, created_at=at)

    def revoke_station(self, name: str, at: datetime) -> bool:
        where = (t.c.name == name, t.c.revoked_at.is_(None))
        return self._connection.execute(update(t).where(*where).values(revoked_at=at)).rowcount > 0

    def keep_account(self, account: AccountId, provider: str) -> None:
        done = self._connection.execute(update(acc).where(acc.c.name == account).values(provider=provider))
        if done.rowcount == 0:
            self._connection.execute(insert(acc).values(name=account, provider=provider))

    def take_lease(self, account: AccountId, holder: str, now: datetime, until: datetime, force: bool) -> int | None:
        """One conditional update; the fence grows whenever the lease changes hands."""
        free = [acc.c.lease_until.is_(None), acc.c.lease_until <= now]
        kept = self._connection.execute(
            update(acc)
            .where(acc.c.name == account, acc.c.holder == holder, acc.c.lease_until > now)
            .values(lease_until=until)
            .returning(acc.c.fence)
        ).scalar()
        if kept is not None:
            return int(kept)
        taken = self._connection.execute(
            update(acc)
            .where(acc.c.name == account, *([] if force else [or_(*free)]))
            .values(holder=holder, lease_until=until, fence=acc.c.fence + 1)
            .returning(acc.c.fence)
        ).scalar()
        return None if taken is None else int(taken)

    def drop_lease(self, account: AccountId, holder: str) -> None:
        where = (acc.c.name == account, acc.c.holder == holder)
        self._connection.execute(update(acc).where(*where).values(lease_until=None))

    def account_state(
        self, account: AccountId, state: str, words: str, since: datetime, drift: timedelta | None
    ) -> None:
        micros = None if drift is None else drift // timedelta(microseconds=1)
        values = {"state": state, "words": words[:500], "since": since, "drift_us": micros}
        self._connection.execute(update(acc).where(acc.c.name == account).values(**values))

    def forget_changes(self, keep: int, at_most: int) -> int:
        oldest, last = self._connection.execute(select(func.min(ch.c.seq), func.max(ch.c.seq))).one()
        if oldest is None or last - keep < oldest:
            return 0
        until = min(last - keep, oldest + at_most - 1)
        return self._connection.execute(delete(ch).where(ch.c.seq <= until)).rowcount
