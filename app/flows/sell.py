"""Selling at the door: paid here (the platform hears of it later), or on the guest's phone (the platform first)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from app.domain.model import ENTRANCE, AccountId, Answer, AnswerKind, Direction, Event, Outcome, Scan, ScanId, Station
from app.domain.money import Money, total
from app.domain.sale import (
    AT_THE_PLATFORM,
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
from app.ports import Clock, Notice, Notices, ProviderError, Store, Tx
from app.ports.selling import PaymentPage, Seller

log = structlog.get_logger()

PAY_WITHIN = timedelta(minutes=15)
"""How long a guest may take where the platform does not say."""
FIRST_LOOK = timedelta(seconds=3)
CANCEL_WITHIN = timedelta(minutes=10)
ADMITTED_STATES = AT_THE_PLATFORM | {SaleState.DUE, SaleState.SENDING, SaleState.CONFLICT}
"""The money is here: whoever was sold a ticket may come in."""
GIVEN_UP = frozenset({SaleState.EXPIRED, SaleState.CANCELLED})


class NoSale(StrEnum):
    """Why something can't be done about a sale; one sentence each for people."""

    NO_SUCH_SALE = "There is no such sale."
    ID_USED = "This id was used for another sale."
    NO_SUCH_EVENT = "This event is not on here."
    NOT_SOLD_HERE = "Nothing can be sold for this event here."
    NO_SUCH_RATE = "This rate is not known; look at the rates again."
    TILL_CLOSED = "The till is closed: open it first."
    WRONG_STATE = "The state of this sale does not allow it."
    TOO_LATE = "This sale can't be taken back any more: the platform has it, somebody is in, or it is too old."
    OTHER_TOTAL = "This is not the total that the platform asks for."


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


class Sell:
    """Sells, once for each id; lets in who was sold a ticket; takes back what can be."""

    def __init__(
        self,
        store: Store,
        sellers: Mapping[AccountId, Seller],
        admit: Admit,
        notices: Notices,
        clock: Clock,
        codes: Codes,
    ) -> None:
        self._store = store
        self._sellers = sellers
        self._admit = admit
        self._notices = notices
        self._clock = clock
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
            return self._entered(tx, tx.sales.place(made), station, sale.order.admit)

        sold, answers = self._store.run(work)
        if isinstance(sold, Sale):
            self._tell(sold, answers)
        return sold

    def _entered(
        self, tx: Tx, sale: Sale, station: Station, wanted: bool
    ) -> tuple[Sale | Wrong | NoSale, list[Answer]]:
        """Let in who is not in yet, by the rules of the door; only at a station that lets in."""
        if not wanted or station.allowance != ENTRANCE or station.direction is not Direction.IN:
            return sale, []
        tickets, answers = [], []
        for at, one in enumerate(sale.tickets, 1):
            if not one.scan:
                again = (
                    f":{int(self._clock().timestamp())}" if one.refused else ""
                )  # a refusal would be answered the same for ever
                scan = Scan(id=ScanId(f"sale:{sale.id}:{at}{again}"), code=one.code, at=self._clock())
                answer = self._admit.within(tx, scan, station)
                answers.append(answer)
                admits = answer.outcome is Outcome.ADMIT
                scan_id, why = (answer.scan, "") if admits else ("", answer.reason.value)
                tickets.append(replace(one, scan=scan_id, refused=why))
            else:
                tickets.append(one)
        entered = replace(sale, tickets=tuple(tickets))
        tx.sales.write(entered)
        return entered, answers

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

    def paid(self, tx: Tx, sale: Sale, station: Station | None) -> tuple[Sale, list[Answer]]:
        """The platform has the money: the tickets are in the cache at once, and their guests are in where that was
        asked. Not of a sale that was given up: they may be gone from the door."""
        now = self._clock()
        done = replace(sale, state=SaleState.PAID, due_at=None, settled_at=now, words="")
        placed = tx.sales.place(done)
        if station is None or sale.state in GIVEN_UP:
            return placed, []
        entered, answers = self._entered(tx, placed, station, sale.order.admit)
        return (entered if isinstance(entered, Sale) else placed), answers

    def tell_paid(self, sale: Sale, answers: list[Answer]) -> None:
        log.info("sale.paid", sale=sale.id, station=sale.station, tickets=sale.quantity)
        self._tell(sale, answers)

    # Both

    def admit(self, sale: SaleId, station: Station) -> Sale | NoSale:
        """Let in everybody of a sale who is not in yet."""

        def work(tx: Tx) -> tuple[Sale | Wrong | NoSale, list[Answer]]:
            one = tx.sales.get(sale)
            if one is None:
                return NoSale.NO_SUCH_SALE, []
            if one.state not in ADMITTED_STATES:
                return NoSale.WRONG_STATE, []
            return self._entered(tx, one, station, True)

        done, answers = self._store.run(work)
        if isinstance(done, Wrong):
            raise AssertionError("a kept sale is not wrong")
        if isinstance(done, Sale):
            self._tell(done, answers)
        return done

    def cancel(self, sale: SaleId, by: str) -> Sale | NoSale:
        """Take a sale back: one by phone that nobody has paid, or one paid here that the platform never heard of."""
        now = self._clock()

        def work(tx: Tx) -> Sale | NoSale:
            one = tx.sales.get(sale)
            if one is None:
                return NoSale.NO_SUCH_SALE
            gone = replace(one, state=SaleState.CANCELLED, settled_at=now, settled_by=by)
            if not cancellable(one, now) or not self._can_give_back(tx, one):
                return NoSale.TOO_LATE if one.state in ADMITTED_STATES else NoSale.WRONG_STATE
            by_phone = one.order.tender is Tender.PHONE
            # On a phone somebody may be paying at this moment: it is followed all the same.
            gone = replace(gone, due_at=now + FIRST_LOOK if by_phone else None)
            tx.sales.void(one, "cancelled")
            tx.sales.write(gone)
            return gone

        done = self._store.run(work)
        if isinstance(done, Sale):
            log.info("sale.cancelled", sale=done.id, station=done.station)
            self._tell(done, [])
        return done

    def _can_give_back(self, tx: Tx, sale: Sale) -> bool:
        """Nobody came in by a code of it, and the till that took its money has not been counted."""
        if sale.order.tender is Tender.PHONE:
            return True
        shift = tx.sales.shift_of(sale.station)
        return shift is not None and shift.id == sale.shift and not tx.sales.calls(sale)

    def retry(self, sale: SaleId, by: str) -> Sale | NoSale:
        """Ask the platform once more to make the tickets; what it already has is looked for first."""

        def again(one: Sale) -> Sale | NoSale:
            if one.state is not SaleState.CONFLICT:
                return NoSale.WRONG_STATE
            return replace(
                one, state=SaleState.DUE, due_at=self._clock(), attempts=0, unseen=0, doubts=max(one.doubts, 1),
                settled_at=None, settled_by=by,
            )  # fmt: skip

        return self._became(sale, again)

    def accept(self, sale: SaleId, by: str, reason: str) -> Sale | NoSale:
        """A person says that the platform has the tickets, made there by hand under the codes of the sale."""

        def accepted(one: Sale) -> Sale | NoSale:
            if one.state is not SaleState.CONFLICT:
                return NoSale.WRONG_STATE
            return replace(one, state=SaleState.ISSUED, settled_at=self._clock(), settled_by=by, note=reason)

        return self._became(sale, accepted)

    def discard(self, sale: SaleId, by: str, reason: str) -> Sale | NoSale:
        """A person says that the platform is not to be told: neither of the sale nor of its entries. The money stays
        in the till's count."""
        now = self._clock()

        def work(tx: Tx) -> Sale | NoSale:
            one = tx.sales.get(sale)
            if one is None or one.state is not SaleState.CONFLICT:
                return NoSale.NO_SUCH_SALE if one is None else NoSale.WRONG_STATE
            gone = replace(
                one, state=SaleState.DISCARDED, due_at=None, settled_at=now, settled_by=by, note=reason
            )  # fmt: skip
            for call in tx.sales.calls(one):
                tx.calls.discard(call, now, by, reason)
            tx.sales.void(one, "cancelled")
            tx.sales.write(gone)
            return gone

        done = self._store.run(work)
        if isinstance(done, Sale):
            self._tell(done, [])
        return done

    def _became(self, sale: SaleId, change: Callable[[Sale], Sale | NoSale]) -> Sale | NoSale:
        def work(tx: Tx) -> Sale | NoSale:
            one = tx.sales.get(sale)
            if one is None:
                return NoSale.NO_SUCH_SALE
            after = change(one)
            if isinstance(after, Sale) and after != one:
                tx.sales.write(after)
            return after

        done = self._store.run(work)
        if isinstance(done, Sale):
            self._tell(done, [])
        return done

    def _tell(self, sale: Sale, answers: list[Answer]) -> None:
        log.info(
            "sale.changed", sale=sale.id, station=sale.station, state=sale.state, tickets=sale.quantity,
            tender=sale.order.tender, entered=len(answers),
        )  # fmt: skip
        for answer in answers:
            self._admit.told(answer)
        self._notices.tell(Notice(topic="sale", body={"sale": sale}))


def cancellable(sale: Sale, now: datetime) -> bool:
    """Can it be taken back?"""
    unpaid = sale.state in {SaleState.WAITING, SaleState.REPRICED, SaleState.ASKED}
    return unpaid or (_never_told(sale) and now - sale.at <= CANCEL_WITHIN)


def _never_told(sale: Sale) -> bool:
    """Nobody is in, and nothing was ever sent to the platform."""
    unsent = sale.state is SaleState.DUE and sale.attempts == 0 and sale.doubts == 0
    return unsent and not any(one.scan for one in sale.tickets)


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
