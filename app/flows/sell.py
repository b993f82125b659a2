"""Selling at the door: paid here (the platform hears of it later), or on the guest's phone (the platform first)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.domain.model import AccountId, Answer, Event, Station
from app.domain.money import Money, total
from app.domain.outbox import AnswerKind
from app.domain.sale import (
    Order,
    Price,
    Rate,
    Sale,
    SaleId,
    SaleState,
    Sold,
    Tender,
    Wrong,
    check,
    total_problem,
    totals,
)
from app.flows.admit import Admit
from app.flows.rates import less_pending
from app.flows.sale_desk import FIRST_LOOK, NoSale, SaleDesk
from app.ports import Clock, Notices, ProviderError, Store, Tx
from app.ports.selling import PaymentPage, Seller

log = structlog.get_logger()

PAY_WITHIN = timedelta(minutes=15)
"""How long a guest may take where the platform does not say."""


@dataclass(frozen=True, slots=True)
class Codes:
    """What is made up for a sale: codes of tickets, and the secret word of a receipt."""

    ticket: Callable[[], str]
    receipt: Callable[[], str]


@dataclass(frozen=True, slots=True)
class _Offer:
    """An order that can be sold: at this rate, as it was told `as_of`, and price; each ticket for so much."""

    event: Event
    rate: Rate
    as_of: datetime | None
    price: Price
    each: tuple[Money, ...]


class Sell(SaleDesk):
    """Sells, once for each id, and looks after what was sold."""

    def __init__(
        self,
        store: Store,
        sellers: Mapping[AccountId, Seller],
        admit: Admit,
        notices: Notices,
        clock: Clock,
        codes: Codes,
    ) -> None:
        super().__init__(store, admit, notices, clock)
        self._sellers = sellers
        self._codes = codes

    def __call__(self, order: Order, station: Station, back: str) -> Sale | Wrong | NoSale:
        """The durable sale. `back`: the address of this hub for phones, that receipts are found under."""
        known = self._store.views.sales.sale(order.id)
        if known is not None:
            return known if known.order == order else NoSale.ID_USED
        offer = self._offered(order)
        if not isinstance(offer, _Offer):
            return offer
        sale = self._drafted(order, offer, station)
        if order.tender is Tender.PHONE:
            return self._by_phone(sale, back)
        return self._here(sale, offer, station)

    def _offered(self, order: Order) -> _Offer | Wrong | NoSale:
        event = self._store.open_events().get(order.event)
        if event is None or not event.open:
            return NoSale.NO_SUCH_EVENT
        if event.account not in self._sellers:
            return NoSale.NOT_SOLD_HERE
        kept = self._store.views.sales.rates(order.event)
        rate = next((one for one in kept.rates if one.ref == order.rate), None)
        if rate is None:
            return NoSale.NO_SUCH_RATE
        wrong = self._store.run(lambda tx: self._unsellable(tx, order, rate, kept.as_of))
        price = rate.price(order.price)
        if wrong is not None or price is None:
            return wrong or NoSale.NO_SUCH_RATE
        each = tuple(totals(order, rate, price))
        costs = total(each, price.amount.currency)
        return total_problem(order, costs) or _Offer(event, rate, kept.as_of, price, each)

    def _unsellable(self, tx: Tx, order: Order, rate: Rate, as_of: datetime | None) -> Wrong | None:
        return check(order, less_pending(tx, rate, as_of), self._clock())

    def _drafted(self, order: Order, offer: _Offer, station: Station) -> Sale:
        """Not kept yet."""
        price, rate, now = offer.price, offer.rate, self._clock()
        wanted = {ref for one in order.tickets for ref in one.supplements}
        by_phone = order.tender is Tender.PHONE
        return Sale(
            id=order.id, account=offer.event.account, event=offer.event.id, event_ref=offer.event.ref,
            event_name=offer.event.name, order=order, rate_name=rate.name, price_name=price.name, unit=price.amount,
            fee=price.fee * by_phone, total=total(offer.each, price.amount.currency),
            tickets=tuple(
                Sold(code=self._codes.ticket(), wanted=one, total=cost)
                for one, cost in zip(order.tickets, offer.each, strict=True)
            ),
            supplements={one.ref: one for one in rate.supplements if one.ref in wanted},
            state=SaleState.ASKED if by_phone else SaleState.DUE, at=now, station=station.name,
            receipt=self._codes.receipt(), due_at=None if by_phone else now,
        )  # fmt: skip

    # Paid here

    def _here(self, sale: Sale, offer: _Offer, station: Station) -> Sale | Wrong | NoSale:
        """One transaction: the sale, its tickets in the cache, and the entries of those who go in at once."""

        def work(tx: Tx) -> tuple[Sale | Wrong | NoSale, list[Answer]]:
            shift = tx.sales.shift_of(station.name)
            if shift is None:
                return NoSale.TILL_CLOSED, []
            if shift.opening.currency != sale.total.currency:
                return Wrong(field="currency", words=f"must be {shift.opening.currency}, as the till's"), []
            known = tx.sales.get(sale.id)
            if known is not None:
                return (known if known.order == sale.order else NoSale.ID_USED), []
            wrong = self._unsellable(tx, sale.order, offer.rate, offer.as_of)  # another till was quicker
            if wrong is not None:
                return wrong, []
            made = replace(sale, shift=shift.id, by=shift.opened_by)
            tx.sales.add(made)
            placed = tx.sales.place(made)
            return self._entered(tx, placed, station) if sale.order.admit else (placed, [])

        sold, answers = self._store.run(work)
        if isinstance(sold, Sale):
            self._tell(sold, answers)
        return sold

    # On the guest's phone

    def _by_phone(self, sale: Sale, back: str) -> Sale | NoSale:
        def work(tx: Tx) -> Sale | None:
            known = tx.sales.get(sale.id)
            if known is None:
                shift = tx.sales.shift_of(sale.station)
                if shift is not None and shift.opening.currency != sale.total.currency:
                    shift = None  # no report adds up two currencies
                tx.sales.add(replace(sale, shift=shift.id if shift else None, by=shift.opened_by if shift else ""))
            return known

        known = self._store.run(work)
        if known is not None:
            return known if known.order == sale.order else NoSale.ID_USED
        try:
            page = self._sellers[sale.account].page(sale, f"{back}/receipt/{sale.receipt}")
        except ProviderError as error:
            return self._became(sale.id, _not_asked(error, self._clock()))
        if page.changed:  # whoever looks at the rates next is to see the new ones
            self._store.run(lambda tx: tx.sales.rates_failed(sale.account, sale.event, "the price has changed"))
        return self._became(sale.id, _asked(page, self._clock()))

    def confirm(self, sale: SaleId, costs: int) -> Sale | NoSale:
        """The guest agrees to the new price, in minor units."""

        def agreed(one: Sale) -> Sale | NoSale:
            if one.state is SaleState.WAITING and one.total.minor == costs:
                return one
            if one.state is not SaleState.REPRICED:
                return NoSale.WRONG_STATE
            if one.total.minor != costs:
                return NoSale.OTHER_TOTAL
            return replace(one, state=SaleState.WAITING, due_at=self._clock() + FIRST_LOOK)

        return self._became(sale, agreed)


def _asked(page: PaymentPage, now: datetime) -> Callable[[Sale], Sale | NoSale]:
    def become(sale: Sale) -> Sale | NoSale:
        told = replace(
            sale, payment_ref=page.ref, payment_url=page.url, total=page.total,
            expires_at=page.expires_at or now + PAY_WITHIN,
        )  # fmt: skip
        if sale.state is not SaleState.ASKED:  # cancelled meanwhile: followed all the same
            return replace(told, total=sale.total)
        if page.total.currency != sale.total.currency:
            log.warning("sale.other_currency", sale=sale.id, currency=page.total.currency)
            words = f"the payment page is in {page.total.currency}"
            return replace(told, state=SaleState.FAILED, total=sale.total, words=words, settled_at=now)
        if page.changed or page.total != sale.total:
            return replace(told, state=SaleState.REPRICED)
        return replace(told, state=SaleState.WAITING, due_at=now + FIRST_LOOK)

    return become


def _not_asked(error: ProviderError, now: datetime) -> Callable[[Sale], Sale | NoSale]:
    """Nobody was shown a page, so nobody can pay: also where the platform may have made one."""
    log.info("sale.unasked", kind=error.kind, words=error.words)
    doubtful = error.kind is AnswerKind.DOUBTFUL

    def become(sale: Sale) -> Sale | NoSale:
        if sale.state is not SaleState.ASKED:  # paid or cancelled meanwhile
            return sale
        return replace(
            sale, state=SaleState.FAILED, words=error.words, doubts=sale.doubts + doubtful, settled_at=now, due_at=None
        )

    return become
