"""From a sale to its receipt: who sold what, when and where, how it was paid, and a code for each guest. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from app.domain.money import Money, total
from app.domain.sale import Sale, SaleState
from app.domain.till import NOT_TAKEN
from app.paper.amounts import amount, moment, night_of, tidy
from app.paper.words import words
from app.ports.paper import Document, Heading, Line, Row, Rule, Text, Ticket

SHORT = 8
"""Characters of a sale's id on paper: its last ones, since the first ones of ids made in one minute are alike."""
_STILL_OPEN = frozenset({SaleState.ASKED, SaleState.REPRICED, SaleState.WAITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands at the top of every paper of a venue. `vat` is its tax number, empty where none is printed."""

    venue: str = ""
    vat: str = ""
    zone: tzinfo


def short(sale_id: str) -> str:
    """A sale's id as it is said aloud: `4F6A12BC`."""
    return "".join(one for one in sale_id if one.isalnum())[-SHORT:].upper()


def receipt(sale: Sale, head: Head, language: str, night: str = "") -> Document:
    """The receipt of a sale. One that nobody has paid says so, and carries no code.

    Of its guests it knows the names, never addresses, telephones or documents.
    """
    lines = (*_top(sale, head, language, night), *_sold(sale, language), *_bottom(sale, language))
    return Document(title=words(language)["receipt"], language=language, at=sale.at, lines=lines)


def letterhead(head: Head, language: str) -> Iterator[Line]:
    """The venue, where it has a name or a tax number to print."""
    if head.venue:
        yield Heading(text=tidy(head.venue), large=True)
    if head.vat:
        yield Text(text=f"{words(language)['vat']} {tidy(head.vat)}", centred=True)


def _top(sale: Sale, head: Head, language: str, night: str) -> Iterator[Line]:
    say = words(language)
    yield from letterhead(head, language)
    if sale.event_name:
        yield Heading(text=tidy(sale.event_name), large=not head.venue)
    if day := night_of(night, language):
        yield Text(text=day, centred=True)
    yield Rule()
    yield Row(label=say["date"], value=moment(sale.at, head.zone, language))
    yield Row(label=say["station"], value=tidy(sale.station))
    yield Row(label=say["receipt"], value=short(sale.id))
    yield Rule()


def _sold(sale: Sale, language: str) -> Iterator[Line]:
    for label, price in parts(sale, words(language)):
        yield Row(label=label, value=amount(price, language))
    yield Row(label=words(language)["total"], value=amount(sale.total, language), strong=True)


def parts(sale: Sale, say: Mapping[str, str]) -> list[tuple[str, Money]]:
    """What the total is made of: always all of it. What no part explains is a change of the price."""
    count = sale.quantity
    made = [(f"{count} × {rate_label(sale.rate_name, sale.price_name)}", sale.unit * count), *_extras(sale)]
    if sale.fee.minor:
        made.append((f"{count} × {say['fee']}", sale.fee * count))
    currency = sale.total.currency
    cover = total((one.total for one in sale.tickets), currency) - total((price for _, price in made), currency)
    if sale.order.warranty and cover.minor:
        made.append((say["warranty"], cover))
    change = sale.total - total((price for _, price in made), currency)
    return [*made, (say["change"], change)] if change.minor else made


def rate_label(rate: str, price: str) -> str:
    """`General, Early`; the price's name only where it says more."""
    return ", ".join(dict.fromkeys(one for one in (tidy(rate), tidy(price)) if one)) or "-"


def _extras(sale: Sale) -> Iterator[tuple[str, Money]]:
    bought = Counter(ref for ticket in sale.tickets for ref in ticket.wanted.supplements)
    for ref, count in bought.items():
        if (one := sale.supplements.get(ref)) is not None:
            yield f"{count} × {tidy(one.name) or '-'}", one.amount * count


def _bottom(sale: Sale, language: str) -> Iterator[Line]:
    say = words(language)
    if sale.state in NOT_TAKEN:
        yield Rule()
        yield Heading(text=say[sale.state])
        yield Text(text=say["unpaid" if sale.state in _STILL_OPEN else "void"], centred=True)
        return
    yield Text(text=say[f"paid_{sale.order.tender}"])
    yield Rule()
    for at, one in enumerate(sale.tickets, 1):
        title = say["of"].format(n=at, all=sale.quantity)
        yield Ticket(title=title, name=tidy(one.wanted.holder.name), code=one.code)
    yield Text(text=say["keep"], centred=True)
    yield Text(text=say["invoice"], centred=True)
