"""Sales on guests' phones until they are paid or not: by the platform's own message, else by asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from app.domain.model import AccountId, Answer, Station
from app.domain.sale import FOLLOWED, Sale, SaleId, SaleState
from app.flows.sell import Sell
from app.ports import Clock, Notice, Notices, ProviderError, Store, Tx
from app.ports.selling import Payment, Seller, Told

log = structlog.get_logger()

AT_ONCE = 8
EAGER = timedelta(minutes=2)
SOON, LATER, RARELY = timedelta(seconds=3), timedelta(seconds=10), timedelta(minutes=5)
GRACE = timedelta(seconds=30)
"""A payment that was begun in the last second may still arrive."""
FORGET = timedelta(hours=6)
"""How long a payment may come late."""
ASKED_WITHIN = timedelta(minutes=1)
"""No payment page takes longer to be asked for: a sale that still asks was cut off by a crash."""
SUCCESS = "payment.success"


class Heard(StrEnum):
    """What became of a platform's message."""

    FORGED = "forged"
    AGAIN = "again"
    PAID = "paid"
    NOT_OURS = "not_ours"


class Follow:
    """Follows the sales of all accounts that sell on phones."""

    def __init__(
        self,
        store: Store,
        sellers: Mapping[AccountId, Seller],
        sell: Sell,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sellers = sellers
        self._sell = sell
        self._notices = notices
        self._clock = clock

    def __call__(self, account: AccountId) -> None:
        """Ask how the payments of an account stand that are due to be asked for."""
        now = self._clock()
        for sale in self._store.views.sales.followed(account, now, AT_ONCE):
            try:
                payment = self._sellers[account].payment(sale)
            except ProviderError as error:
                log.info("payment.unseen", sale=sale.id, words=error.words)
                self._change(sale.id, self._later)
                continue
            except Exception:  # ours: the payments of others are asked for all the same
                log.exception("payment.failed", sale=sale.id)
                self._change(sale.id, self._later)
                continue
            self._stands(sale, payment)
        self._cut_off(now)

    def hear(self, account: AccountId, body: bytes, signature: str, message_id: str) -> Heard:
        """A message that came in by itself; what it says counts once, and only when the platform signed it."""
        seller = self._sellers.get(account)
        told = seller.listen(body, signature, message_id) if seller is not None else None
        if told is None:
            log.warning("message.forged", account=account)
            return Heard.FORGED
        if told.topic != SUCCESS:
            log.info("message.heard", account=account, topic=told.topic)
            return Heard.NOT_OURS
        return self._success(account, told)

    def _success(self, account: AccountId, told: Told) -> Heard:
        now, stations = self._clock(), self._stations()

        def work(tx: Tx) -> tuple[Heard, Sale | None, list[Answer]]:
            if told.id and not tx.sales.hears(account, told.id, now):
                return Heard.AGAIN, None, []
            sale = tx.sales.by_payment(account, told.payment_ref)
            sale = sale or (tx.sales.get(SaleId(told.sale)) if told.sale else None)
            if sale is None or sale.account != account or sale.state not in PAYABLE:
                return Heard.NOT_OURS, None, []
            paid, answers = self._sell.paid(tx, sale, stations.get(sale.station))
            return Heard.PAID, paid, answers

        heard, sale, answers = self._store.run(work)
        if sale is not None:
            self._sell.tell_paid(sale, answers)
        return heard

    def _stands(self, sale: Sale, payment: Payment) -> None:
        if payment is Payment.PAID:
            self._paid(sale.id)
        elif payment is Payment.FAILED and sale.state is SaleState.WAITING:
            self._change(sale.id, self._failed)
        else:
            self._change(sale.id, self._waits)

    def _paid(self, sale: SaleId) -> None:
        stations = self._stations()

        def work(tx: Tx) -> tuple[Sale, list[Answer]] | None:
            one = tx.sales.get(sale)
            if one is None or one.state not in PAYABLE:
                return None
            return self._sell.paid(tx, one, stations.get(one.station))

        done = self._store.run(work)
        if done is not None:
            self._sell.tell_paid(*done)

    def _failed(self, sale: Sale) -> Sale:
        now = self._clock()
        return replace(sale, state=SaleState.FAILED, settled_at=now, due_at=now + RARELY)

    def _later(self, sale: Sale) -> Sale:
        return replace(sale, due_at=self._clock() + LATER)

    def _waits(self, sale: Sale) -> Sale:
        """Not paid yet: asked again, ever more rarely, and for some hours after it has expired."""
        now = self._clock()
        over = sale.expires_at is not None and now > sale.expires_at + GRACE
        if sale.state is SaleState.WAITING and not over:
            return replace(sale, due_at=now + (SOON if now - sale.at < EAGER else LATER))
        late = now - sale.at > FORGET
        state = SaleState.EXPIRED if sale.state is SaleState.WAITING else sale.state
        return replace(sale, state=state, settled_at=sale.settled_at or now, due_at=None if late else now + RARELY)

    def _cut_off(self, now: datetime) -> None:
        """Whoever asked for these pages is gone: nobody was shown them."""
        for sale in self._store.views.sales.latest([SaleState.ASKED], None, AT_ONCE):
            if now - sale.at > ASKED_WITHIN:
                self._change(sale.id, self._failed, from_states=frozenset({SaleState.ASKED}))

    def _change(
        self, sale: SaleId, change: Callable[[Sale], Sale], from_states: frozenset[SaleState] = FOLLOWED
    ) -> None:
        def work(tx: Tx) -> tuple[Sale, Sale] | None:
            one = tx.sales.get(sale)
            if one is None or one.state not in from_states:
                return None
            after = change(one)
            tx.sales.write(after)
            return one, after

        done = self._store.run(work)
        if done is not None and done[0].state is not done[1].state:
            log.info("sale.changed", sale=sale, state=done[1].state)
            self._notices.tell(Notice(topic="sale", body={"sale": done[1]}))

    def _stations(self) -> dict[str, Station]:
        return {one.station.name: one.station for one in self._store.views.stations() if one.revoked_at is None}


PAYABLE = FOLLOWED | {SaleState.ASKED, SaleState.REPRICED}
"""Not paid as far as we know: a message that it was is believed."""
