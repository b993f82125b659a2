"""Having the platform make the tickets that were sold here: each once, a look before any doubtful resend."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import structlog

from app.domain.backoff import due_again
from app.domain.outbox import AnswerKind, Receipt
from app.domain.sale import Sale, SaleState
from app.flows.lease import Lease
from app.flows.lines import Line
from app.ports import Clock, Notice, Notices, ProviderError, Store, Tx
from app.ports.selling import Seller

log = structlog.get_logger()

ROUND = 4
LOOK_WITHIN = timedelta(seconds=8)
FOR_EACH = timedelta(seconds=0.3)
"""More for each ticket: they are looked for one by one, at the platform's pace."""
LOOKS_BEFORE_RESEND = 2
"""A platform may show a new ticket a little late: one look that does not see it proves nothing."""
PARTS_TRIED = 3
DOUBTED_TRIES = 6
"""Refused after a send whose outcome is not known: they may be refused for being there already, and be shown late."""
BETWEEN_LOOKS = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one try came to: the answer, and the codes that the platform has been seen to have."""

    receipt: Receipt
    seen: frozenset[str] = frozenset()
    looked: bool = False
    sent: bool = False


class Issue:
    """Makes the due sales of one account at its platform, while this hub holds its lease."""

    def __init__(
        self,
        store: Store,
        seller: Seller,
        line: Line,
        lease: Lease,
        notices: Notices,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._store = store
        self._seller = seller
        self._line = line
        self._lease = lease
        self._notices = notices
        self._clock = clock
        self._jitter = jitter
        self._rounds = count(1)
        self._one = threading.Lock()

    def __call__(self) -> int:
        """Make what is due until nothing is, the line is down or the lease is gone; how many sales are there now."""
        made = 0
        with self._one:
            while self._lease.held() and self._line.usable():
                claim = f"{self._lease.name}:sale:{next(self._rounds)}"
                sales = self._claim(claim)
                if not sales:
                    break
                made += sum(self._deliver(sale, claim) for sale in sales)
        return made

    def hurry(self) -> int:
        return self._store.run(lambda tx: tx.sales.hurry(self._seller.account, self._clock()))

    def _claim(self, claim: str) -> list[Sale]:
        now = self._clock()
        return self._store.run(lambda tx: tx.sales.claim(self._seller.account, claim, now, ROUND))

    def _deliver(self, sale: Sale, claim: str) -> bool:
        told = self._tried(sale)
        self._hear(told)

        def work(tx: Tx) -> Sale | None:
            fresh = tx.sales.get(sale.id)  # somebody may have come in meanwhile
            if fresh is None:
                return None
            settled = self._settled(fresh, told)
            return settled if tx.sales.settle(settled, claim) else None

        settled = self._store.run(work)
        if settled is None:
            log.info("sale.lost", sale=sale.id)
            return False
        log.info("sale.settled", sale=sale.id, state=settled.state, answer=told.receipt.kind, attempts=settled.attempts)
        if settled.state is not SaleState.DUE:
            self._notices.tell(Notice(topic="sale", body={"sale": settled}))
        return settled.state is SaleState.ISSUED

    def _tried(self, sale: Sale) -> _Told:
        if not self._may_speak():
            return _Told(receipt=_WAITS)
        try:
            return self._told(sale)
        except Exception:  # ours: it must not keep other sales and entries from being told
            log.exception("sale.failed", sale=sale.id)
            return _Told(receipt=Receipt(kind=AnswerKind.DOUBTFUL), sent=True)

    def _may_speak(self) -> bool:
        return self._lease.held() and self._line.usable()

    def _told(self, sale: Sale) -> _Told:
        try:
            seen = self._seller.issued(sale, _long_enough(sale)) if sale.doubts else frozenset()
        except ProviderError as error:
            return _Told(receipt=_as_waiting(error))
        if sale.doubts and (_all(sale, seen) or sale.unseen + 1 < LOOKS_BEFORE_RESEND):
            return _Told(receipt=Receipt(kind=AnswerKind.DOUBTFUL), seen=seen, looked=True)
        if not self._may_speak():  # looking took long
            return _Told(receipt=_WAITS, seen=seen)
        receipt = self._seller.issue(sale, seen)
        if receipt.kind in {AnswerKind.ACCEPTED, AnswerKind.BUSY, AnswerKind.BARRED}:
            sent = receipt.kind is not AnswerKind.BARRED and not receipt.unreachable
            return _Told(receipt=receipt, seen=seen, sent=sent)
        try:
            return _Told(receipt=receipt, seen=self._seller.issued(sale, _long_enough(sale)), looked=True, sent=True)
        except ProviderError:
            return _Told(receipt=replace(receipt, kind=AnswerKind.DOUBTFUL), sent=True)

    def _settled(self, sale: Sale, told: _Told) -> Sale:
        """What becomes of the sale: there, refused for a person to see, or once more."""
        now, kind = self._clock(), told.receipt.kind
        if kind is AnswerKind.ACCEPTED or _all(sale, told.seen):
            return replace(sale, state=SaleState.ISSUED, due_at=None, settled_at=now, words="")
        refused = kind in {AnswerKind.REFUSED, AnswerKind.BROKEN} and told.looked
        if refused and told.seen and sale.attempts < PARTS_TRIED:  # some were made: the others are asked for alone
            return replace(sale, state=SaleState.DUE, due_at=now, attempts=sale.attempts + 1, doubts=1, unseen=1)
        if refused and not (sale.doubts and sale.attempts < DOUBTED_TRIES):
            words = told.receipt.words or "refused without a word"
            return replace(sale, state=SaleState.CONFLICT, due_at=None, settled_at=now, words=words[:300])
        free = told.receipt.unreachable or kind is AnswerKind.BARRED
        if kind is AnswerKind.BUSY and told.sent:  # it says that it did nothing; one look makes that sure
            sale = replace(sale, doubts=max(sale.doubts, 1), unseen=LOOKS_BEFORE_RESEND - 1)
        due = max(
            due_again(sale.attempts, told.receipt.retry_after, now, self._jitter()),
            now + (BETWEEN_LOOKS if kind is AnswerKind.DOUBTFUL else timedelta(0)),
        )
        return replace(
            sale, state=SaleState.DUE, due_at=due, attempts=sale.attempts + (not free),
            doubts=sale.doubts + (told.sent and kind is AnswerKind.DOUBTFUL),
            unseen=0 if told.sent and kind is AnswerKind.DOUBTFUL else sale.unseen + told.looked,
        )  # fmt: skip

    def _hear(self, told: _Told) -> None:
        receipt = told.receipt
        if receipt.kind in {AnswerKind.BUSY, AnswerKind.BARRED} and receipt is not _WAITS:
            self._line.failed(
                ProviderError(
                    receipt.kind, receipt.words, retry_after=receipt.retry_after, unreachable=receipt.unreachable
                )
            )
        elif receipt.kind in {AnswerKind.ACCEPTED, AnswerKind.REFUSED}:
            self._line.heard()


_WAITS = Receipt(kind=AnswerKind.BUSY, unreachable=True)
"""Nothing was asked: the line rests."""


def _long_enough(sale: Sale) -> timedelta:
    return LOOK_WITHIN + FOR_EACH * sale.quantity


def _all(sale: Sale, seen: frozenset[str]) -> bool:
    return {one.code for one in sale.tickets} <= seen


def _as_waiting(error: ProviderError) -> Receipt:
    """The platform would not show us: nothing was sent."""
    receipt = error.receipt()
    return receipt if receipt.kind is AnswerKind.BARRED else replace(receipt, kind=AnswerKind.BUSY)
