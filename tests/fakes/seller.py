"""A platform in memory that sells: it makes tickets that `FakeProvider` then knows, and does as it is told."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from app.domain.model import Event
from app.domain.money import Money
from app.domain.outbox import AnswerKind, Receipt
from app.domain.sale import Price, Rate, Sale, Supplement, Tender
from app.ports import ProviderError
from app.ports.selling import Payment, PaymentPage, Told
from tests.fakes.clock import FakeClock
from tests.fakes.night import ACCOUNT, SATURDAY
from tests.fakes.provider import ACCEPTED, FakeProvider

ALL = frozenset(Tender)
SIGNED = "right"
LOST = "lost"
"""The tickets are made, and the answer is lost."""
Script = Receipt | str | ProviderError


def euros(amount: str) -> Money:
    return Money(round(Decimal(amount) * 100), "EUR")


def price(ref: str = "p1", amount: str = "15.00", **changes: object) -> Price:
    made = Price(ref=ref, name="At the door", amount=euros(amount), fee=euros("0"))
    return replace(made, **changes)  # type: ignore[arg-type]


def rate(ref: str = "r1", **changes: object) -> Rate:
    made = Rate(
        ref=ref, account=ACCOUNT, event=SATURDAY, name="General", prices=(price(),), current="p1",
        supplements=(Supplement(ref="s1", name="Drink", amount=euros("5.00")),), maximum=60, tenders=ALL,
        warranty=Decimal(10),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class FakeSeller:
    clock: FakeClock
    provider: FakeProvider
    account = ACCOUNT
    tenders: frozenset[Tender] = ALL
    offers: Sequence[Rate] = field(default_factory=lambda: [rate()])
    down: ProviderError | None = None
    issue_script: deque[Script] = field(default_factory=deque)
    after_commit: Callable[[], None] = lambda: None
    shows_after: int = 0
    """Looks that do not see new tickets yet."""
    costs: Money | None = None
    """What the payment page takes, where it is another total than was asked."""
    payments: dict[str, Payment] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    """Codes of tickets, in the order in which they were made."""
    asked: list[str] = field(default_factory=list)

    def rates(self, event: Event) -> Sequence[Rate]:
        self._speak("rates")
        return list(self.offers)

    def page(self, sale: Sale, back: str) -> PaymentPage:
        self._speak(f"page {back}")
        self.payments[sale.id] = Payment.WAITING
        costs = self.costs or sale.total
        return PaymentPage(
            ref=f"pay-{sale.id}", url=f"https://pay.example/{sale.id}", total=costs, changed=costs != sale.total,
            expires_at=self.clock.now + timedelta(minutes=10),
        )  # fmt: skip

    def pays(self, sale: Sale) -> None:
        """The guest pays: the platform has the tickets."""
        self.payments[sale.id] = Payment.PAID
        self._make(one.code for one in sale.tickets)

    def payment(self, sale: Sale) -> Payment:
        self._speak("payment")
        return self.payments.get(sale.id, Payment.UNKNOWN)

    def issue(self, sale: Sale, without: Collection[str]) -> Receipt:
        self.asked.append("issue")
        script = self.issue_script.popleft() if self.issue_script else ACCEPTED
        if isinstance(script, ProviderError):
            return script.receipt()
        codes = [one.code for one in sale.tickets if one.code not in without]
        if isinstance(script, Receipt) and script.kind is not AnswerKind.ACCEPTED:
            return script
        if set(codes) & set(self.made):
            return Receipt(kind=AnswerKind.REFUSED, words="qr_code exists")
        self._make(codes)
        self.after_commit()
        return Receipt(kind=AnswerKind.DOUBTFUL) if script == LOST else ACCEPTED

    def issued(self, sale: Sale, budget: timedelta) -> frozenset[str]:
        self._speak("issued")
        if self.shows_after:
            self.shows_after -= 1
            return frozenset()
        return frozenset(one.code for one in sale.tickets if one.code in self.made)

    def listen(self, body: bytes, signature: str, message_id: str) -> Told | None:
        if signature != SIGNED:
            return None
        said = json.loads(body)
        return Told(id=message_id, topic=said["event"], payment_ref=said.get("payment", ""), sale=said.get("sale", ""))

    def register_webhook(self, url: str) -> str:
        self._speak(f"register {url}")
        return "whsec"

    def close(self) -> None:
        return

    def _speak(self, what: str) -> None:
        self.asked.append(what)
        if self.down is not None:
            raise self.down

    def _make(self, codes: object) -> None:
        for code in codes:  # type: ignore[attr-defined]
            self.made.append(code)
            self.provider.sells(code)
