"""What a page of the platform changes in what we know."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.domain.model import Admission, Allowance, Standing, Tells


def merge(known: Admission | None, incoming: Admission, asked_at: datetime) -> Admission:
    """What we know of an admission after a page that was asked at `asked_at` told us `incoming`.

    Idempotent. Never touches `owed`. A page asked before an allowance's `confirmed_at` cannot lower `confirmed`.
    Standing changes at once, unless the page is older than the one we already took. What a row does not tell stays.
    """
    if incoming.tells is Tells.NAMES:
        return _named(known, incoming)
    if known is None:
        return replace(incoming, fetched_at=asked_at, tells=Tells.ALL)
    if incoming.tells is Tells.COUNTS:
        incoming = _as_named(known, incoming)
    if _older(known, incoming, asked_at):
        return replace(known, allowances=_raised(known, incoming))
    return replace(
        incoming,
        id=known.id,
        fetched_at=asked_at,
        credentials=incoming.credentials or known.credentials,
        allowances=_counted(known, incoming, asked_at),
    )


def _named(known: Admission | None, incoming: Admission) -> Admission:
    """Somebody of whom we know nothing but the name can't come in: nothing yet says that the admission stands."""
    if known is None:
        return replace(incoming, standing=Standing.UNKNOWN, allowances=(), tells=Tells.ALL)
    return replace(known, guest=incoming.guest, email=incoming.email, phone=incoming.phone)


def _as_named(known: Admission, incoming: Admission) -> Admission:
    more = tuple(one for one in known.credentials if one not in incoming.credentials)
    return replace(
        incoming, guest=known.guest, email=known.email, phone=known.phone, tells=Tells.ALL,
        credentials=(*incoming.credentials, *more) if incoming.credentials else (),
    )  # fmt: skip


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
    return replace(known, limit=incoming.limit, confirmed=confirmed, name=incoming.name)


def _raised(known: Admission, incoming: Admission) -> tuple[Allowance, ...]:
    """Counts of an old page can only raise ours: too high refuses or asks, too low lets somebody in twice."""

    def raised(one: Allowance) -> Allowance:
        told = incoming.allowance(one.ref)
        return one if told is None else replace(one, confirmed=max(one.confirmed, told.confirmed))

    return tuple(raised(one) for one in known.allowances)
