"""What becomes of a sale after it was made: its guests come in, it is paid, taken back, or judged by a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from app.domain.model import ENTRANCE, Answer, Direction, Outcome, Scan, ScanId, Station
from app.domain.sale import AT_THE_PLATFORM, Sale, SaleId, SaleState, Tender
from app.flows.admit import Admit
from app.ports import Clock, Notice, Notices, Store, Tx

log = structlog.get_logger()

FIRST_LOOK = timedelta(seconds=3)
"""When a payment that was just made possible is asked for."""
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


class SaleDesk:
    """Looks after sales that were made. Each verb answers the sale as it is then."""

    def __init__(self, store: Store, admit: Admit, notices: Notices, clock: Clock) -> None:
        self._store = store
        self._admit = admit
        self._notices = notices
        self._clock = clock

    def admit(self, sale: SaleId, station: Station) -> Sale | NoSale:
        """Let in everybody of a sale who is not in yet."""

        def work(tx: Tx) -> tuple[Sale | NoSale, list[Answer]]:
            one = tx.sales.get(sale)
            if one is None:
                return NoSale.NO_SUCH_SALE, []
            if one.state not in ADMITTED_STATES:
                return NoSale.WRONG_STATE, []
            return self._entered(tx, one, station)

        done, answers = self._store.run(work)
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

    def paid(self, tx: Tx, sale: Sale, station: Station | None) -> tuple[Sale, list[Answer]]:
        """The platform has the money: the tickets are in the cache at once, and their guests are in where that was
        asked. Not of a sale that was given up: they may be gone from the door."""
        now = self._clock()
        done = replace(sale, state=SaleState.PAID, due_at=None, settled_at=now, words="")
        placed = tx.sales.place(done)
        if station is None or sale.state in GIVEN_UP or not sale.order.admit:
            return placed, []
        return self._entered(tx, placed, station)

    def tell_paid(self, sale: Sale, answers: list[Answer]) -> None:
        log.info("sale.paid", sale=sale.id, station=sale.station, tickets=sale.quantity)
        self._tell(sale, answers)

    def _entered(self, tx: Tx, sale: Sale, station: Station) -> tuple[Sale, list[Answer]]:
        """Let in who is not in yet, by the rules of the door; only at a station that lets in."""
        if station.allowance != ENTRANCE or station.direction is not Direction.IN:
            return sale, []
        tickets, answers = list(sale.tickets), list[Answer]()
        for at, one in enumerate(sale.tickets):
            if not one.scan:
                answer = self._admit.within(tx, self._scan(sale, at), station)
                answers.append(answer)
                admits = answer.outcome is Outcome.ADMIT
                scan, why = (answer.scan, "") if admits else ("", answer.reason.value)
                tickets[at] = replace(one, scan=scan, refused=why)
        entered = replace(sale, tickets=tuple(tickets))
        tx.sales.write(entered)
        return entered, answers

    def _scan(self, sale: Sale, at: int) -> Scan:
        """The reading of one of its tickets. After a refusal another one: the same would be answered the same."""
        now, one = self._clock(), sale.tickets[at]
        again = f":{int(now.timestamp())}" if one.refused else ""
        return Scan(id=ScanId(f"sale:{sale.id}:{at + 1}{again}"), code=one.code, at=now)

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
