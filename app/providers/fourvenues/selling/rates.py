"""Fourvenues' ticket rates -> `Rate`. Pure and total: a rate that can't be understood is `Damaged`, never half shown.

Two APIs tell of a rate. The Integrations API (`tickets-rates`) issues what was paid at the door; the Channel Manager
(`ticket-rates`) has payment pages, and knows more: fees, stock, questions, warranty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from app.domain.model import Event
from app.domain.money import NoMoney
from app.domain.sale import Rate, Tender
from app.ports import Damaged
from app.providers.fourvenues.selling import prices
from app.providers.fourvenues.selling.bodies import HOLDER
from app.providers.values import UNREADABLE, Unusable, moment, objects, text

AT_THE_DOOR = frozenset({Tender.CASH, Tender.CARD})
ISSUING_NEEDS = frozenset({"name", "email"})
"""What each ticket that is made outside of the platform's checkout must tell (reference, post-tickets)."""
_FIELDS = {theirs: ours for ours, theirs in HOLDER.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the platform's rates don't tell: whose they are, their currency, what the venue wants filled, the time."""

    event: Event
    currency: str
    needed: frozenset[str]
    now: datetime


def integrations(raw: bytes, terms: Terms) -> Rate | Damaged:
    """A row of `tickets-rates`: sold at the door. `max_quantity` is the most that one guest may buy, not a stock."""
    return _told(raw, lambda row: _integrations(row, terms))


def channels(raw: bytes, terms: Terms) -> Rate | Damaged:
    """A row of `ticket-rates`: sold by phone, on the platform's payment page."""
    return _told(raw, lambda row: _channels(row, terms))


def lacks_details(raw: bytes) -> bool:
    """Does a row of a list not tell its prices, so that the rate is to be asked for by itself?"""
    row = _row(raw)
    return not row.get("prices") and not isinstance(row.get("current_price"), dict)


def handles(raw: bytes) -> tuple[str, str]:
    """Id and slug of a row, empty where it has none."""
    row = _row(raw)
    return text(row.get("_id")), text(row.get("slug"))


def of_another_event(raw: bytes, event: Event) -> bool:
    """Does the row say that it belongs to another event than the one that was asked for?"""
    told = text(_row(raw).get("event_id"))
    return bool(told) and told != event.ref


def merged(ours: Sequence[Rate], theirs: Sequence[Rate], terms: Terms) -> list[Rate]:
    """Every rate once, in the order of the Integrations API: the same by id, else by slug."""
    left = list(theirs)
    found: list[Rate] = []
    for one in ours:
        other = _partner(one, left)
        if other is not None:
            left.remove(other)
        found.append(one if other is None else _joined(one, other, terms))
    taken = {one.ref for one in found}
    return found + [replace(one, ref=f"{prices.BOTH}{one.ref}") if one.ref in taken else one for one in left]


def _integrations(row: dict[str, Any], terms: Terms) -> Rate:
    known = prices.prices(row.get("options"), terms.event.starts_at, terms.currency)
    current, following = prices.phase(known, terms.now)
    return _rate(
        row, terms, prices=known, current=current, following=following, tenders=AT_THE_DOOR, needs=ISSUING_NEEDS,
        maximum=_most_of(row.get("options"), current),
    )  # fmt: skip


def _channels(row: dict[str, Any], terms: Terms) -> Rate:
    holds = row.get("current_price") if isinstance(row.get("current_price"), dict) else None
    known = prices.prices(row.get("prices") or ([holds] if holds else None), terms.event.starts_at, terms.currency)
    current, following = _phase(row, known, holds, terms)
    warranty = row["warranty"] if isinstance(row.get("warranty"), dict) else {}
    insured = warranty.get("enabled") is True and warranty.get("percentage") is not None
    return _rate(
        row, terms, prices=known, current=current, following=following, tenders=frozenset({Tender.PHONE}),
        needs=_asked_fields(row.get("fields")), maximum=prices.count(row.get("max"), "max") or None,
        minimum=prices.count(row.get("min"), "min") or 1, sold=_stock(row, "sold"), available=_available(row),
        warranty=prices.percent(warranty["percentage"], "warranty") if insured else None,
        warranty_hours=prices.count(warranty.get("hours"), "warranty.hours") if insured else None,
    )  # fmt: skip


def _rate(row: dict[str, Any], terms: Terms, *, needs: frozenset[str], **told: Any) -> Rate:
    if not told["prices"]:
        raise Unusable("it tells no prices")
    return Rate(
        ref=prices.ref(row),
        account=terms.event.account,
        event=terms.event.id,
        name=text(row.get("name")) or text(row.get("slug")),
        slug=text(row.get("slug")),
        supplements=prices.supplements(row.get("supplements"), terms.currency),
        questions=prices.questions(row.get("questions")),
        needs=needs | terms.needed,
        **told,
    )


def _phase(row: dict[str, Any], known: Any, holds: dict[str, Any] | None, terms: Terms) -> tuple[str, str]:
    """Before `valid_from` nothing holds yet: what comes is the first price."""
    current, following = prices.phase(known, terms.now, text(holds.get("_id")) if holds else "")
    begins = moment(row.get("valid_from"))
    return ("", current) if begins is not None and begins > terms.now else (current, following)


def _available(row: dict[str, Any]) -> int | None:
    """Tickets left. Marked as complete (full), or as not available, is none, whatever the count says."""
    closed = row.get("available") is False or (row.get("complete") is True and row.get("available") is not True)
    return 0 if closed else _stock(row, "available")


def _stock(row: dict[str, Any], name: str) -> int | None:
    stock = row.get("availability")
    return prices.count(stock.get(name), name) if isinstance(stock, dict) else None


def _asked_fields(value: object) -> frozenset[str]:
    """Fields of a `Holder` that the rate's `fields` require (recipe on checkouts). Where it tells none: a name and an
    address that the ticket can be sent to."""
    if value is None:
        return ISSUING_NEEDS
    wanted = [one for one in objects(value) if one.get("required") is True]
    names = (text(one.get("slug")) or text(one.get("name")) for one in wanted)
    return frozenset(_FIELDS[name] for name in names if name in _FIELDS)


def _most_of(options: object, current: str) -> int | None:
    """The most that one guest may buy at the price that holds now; 0 is no limit."""
    told = [one.get("max_quantity") for one in objects(options) if text(one.get("_id")) == current]
    return (prices.count(told[0], "max_quantity") or None) if told else None


def _partner(one: Rate, others: Sequence[Rate]) -> Rate | None:
    """The same rate as the Channel Manager tells it. Rates without a single price in common are two."""
    same = [other for other in others if other.ref == one.ref]
    same = same or [other for other in others if one.slug and other.slug == one.slug]
    return next((other for other in same if _pairs(one, other)), None)


def _pairs(one: Rate, other: Rate) -> dict[str, str]:
    """Refs of the Channel Manager's prices by those of the Integrations API."""
    pairs = {ours.ref: match.ref for ours in one.prices if (match := prices.matched(ours, other.prices))}
    return pairs if len(set(pairs.values())) == len(pairs) else {}


def _joined(one: Rate, other: Rate, terms: Terms) -> Rate:
    """One rate of both: the Channel Manager's, sold in every way, with refs that serve both APIs."""
    pairs = _pairs(one, other)
    ours = {pairs[price.ref]: price for price in one.prices if price.ref in pairs}
    known = prices.in_time([
        *(prices.joined(ours[price.ref], price) if price.ref in ours else price for price in other.prices),
        *(price for price in one.prices if price.ref not in pairs),
    ])  # fmt: skip
    named = {price.ref: prices.both(ours[price.ref].ref, price.ref) for price in other.prices if price.ref in ours}
    current, following = prices.phase(known, terms.now, named.get(other.current, other.current))
    begun = bool(other.current or not other.following)
    return replace(
        other, ref=prices.both(one.ref, other.ref), name=one.name or other.name, prices=known,
        current=current if begun else "", following=following if begun else current,
        supplements=other.supplements or one.supplements, questions=other.questions or one.questions,
        maximum=min((most for most in (one.maximum, other.maximum) if most), default=None),
        needs=one.needs | other.needs, tenders=one.tenders | other.tenders,
    )  # fmt: skip


def _told(raw: bytes, translate: Callable[[dict[str, Any]], Rate]) -> Rate | Damaged:
    row = _row(raw)
    try:
        return translate(row)
    except (Unusable, NoMoney) as error:
        return Damaged(ref=text(row.get("_id")), raw=raw, why=str(error))
    except Exception as error:
        return Damaged(ref=text(row.get("_id")), raw=raw, why=f"the rate can't be read ({type(error).__name__})")


def _row(raw: bytes) -> dict[str, Any]:
    try:
        row = msgspec.json.decode(raw)
    except UNREADABLE:
        return {}
    return row if isinstance(row, dict) else {}
