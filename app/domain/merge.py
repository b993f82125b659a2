"""What a page of the platform changes in what we know."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.domain.model import Admission, Allowance


def merge(known: Admission | None, incoming: Admission, asked_at: datetime) -> Admission:
    """What we know of an admission after a page that was asked at `asked_at` told us `incoming`.

    Idempotent. Never touches `owed`. A page asked before an allowance's `confirmed_at` cannot lower `confirmed`.
    Standing changes at once, unless the page is older than the one we already took.
    """
    if known is None:
        return replace(incoming, fetched_at=asked_at)
    if _older(known, incoming, asked_at):
        return replace(known, allowances=_raised(known, incoming))
    return replace(
        incoming,
        id=known.id,
        fetched_at=asked_at,
        credentials=incoming.credentials or known.credentials,
        allowances=_counted(known, incoming, asked_at),
    )


def _older(known: Admission, incoming: Admission, asked_at: datetime) -> bool:
    """Is the page from before the one we hold? The platform's own stamp wins over our clock, which may jump."""
    if known.fetched_at is None or asked_at >= known.fetched_at:
        return False
    if known.changed_at is None or incoming.changed_at is None:
        return True
    return incoming.changed_at <= known.changed_at


def _counted(known: Admission, incoming: Admission, asked_at: datetime) -> tuple[Allowance, ...]:
    told = {one.ref for one in incoming.allowances}
    kept = tuple(one for one in known.allowances if one.ref not in told)
    return tuple(_count(known.allowance(one.ref), one, asked_at) for one in incoming.allowances) + kept


def _count(known: Allowance | None, incoming: Allowance, asked_at: datetime) -> Allowance:
    if known is None:
        return replace(incoming, owed=0, confirmed_at=None)
    asked_before = known.confirmed_at is not None and asked_at < known.confirmed_at
    confirmed = max(known.confirmed, incoming.confirmed) if asked_before else incoming.confirmed
    return replace(known, limit=incoming.limit, confirmed=confirmed)


def _raised(known: Admission, incoming: Admission) -> tuple[Allowance, ...]:
    """Counts of an old page can only raise ours: too high refuses or asks, too low lets somebody in twice."""

    def raised(one: Allowance) -> Allowance:
        told = incoming.allowance(one.ref)
        return one if told is None else replace(one, confirmed=max(one.confirmed, told.confirmed))

    return tuple(raised(one) for one in known.allowances)
