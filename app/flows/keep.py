"""Merging rows of a platform into what we know: shared by the poll and the lookup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.domain.merge import merge
from app.domain.model import Admission, Event, Tells
from app.ports import Damaged, Provider, Row, Saved, Tx

Translated = tuple[Row, Admission | Damaged]


def translate_all(provider: Provider, event: Event, resource: str, rows: Sequence[Row]) -> list[Translated]:
    return [(row, provider.translate(event, resource, row)) for row in rows]


def keep(tx: Tx, event: Event, resource: str, rows: Sequence[Translated], asked_at: datetime) -> Saved:
    """Merge translated rows of one page into the cache, inside the caller's transaction."""
    good = {row.ref: (row, one) for row, one in rows if isinstance(one, Admission) and one.tells is not Tells.NAMES}
    damaged = [one for _, one in rows if isinstance(one, Damaged)]
    known = tx.cache.known(event.account, event.id, resource, good.keys()) if good else {}
    merged = [(merge(known.get(ref), incoming, asked_at), row) for ref, (row, incoming) in good.items()]
    if merged:
        tx.cache.save(merged)
    if damaged:
        tx.cache.save_damaged(event.account, event.id, resource, damaged, asked_at)
    people = [one for _, one in rows if isinstance(one, Admission) and one.tells is Tells.NAMES]
    _introduce(tx, event, people, asked_at)
    return Saved(new=len(good) - len(known), changed=len(known) + len(people), damaged=len(damaged))


def _introduce(tx: Tx, event: Event, people: Sequence[Admission], asked_at: datetime) -> None:
    """Keep who people are. Somebody whose admission no page has told yet waits for it under the same id."""
    for resource in {one.resource for one in people}:
        named = {one.ref: one for one in people if one.resource == resource}
        known = tx.cache.known(event.account, event.id, resource, named.keys())
        tx.cache.introduce([merge(held, named[ref], asked_at) for ref, held in known.items()])
        fresh = [merge(None, one, asked_at) for ref, one in named.items() if ref not in known]
        tx.cache.save([(one, Row(ref=one.ref, raw=b"", digest=0)) for one in fresh])
