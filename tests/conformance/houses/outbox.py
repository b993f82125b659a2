"""Delivering a call by the outbox itself, without a database and without the waiting."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from app.domain.outbox import AnswerKind, Call, CallState, Receipt
from app.domain.settle import Again, Barred, Conflict, Covered, Done, Look, Parked, Settlement
from app.flows.drain import Drain
from app.ports import Provider, ProviderError
from tests.conformance.houses.house import House, now
from tests.conformance.houses.positions import Turned

ENDED = (Done, Conflict, Parked, Covered)


@dataclass
class Outbox:
    """One call and what becomes of it: the line, the lease and the store of a `Drain`, which is the real one."""

    call: Call
    rounds: int = 6
    settlement: Settlement | None = None
    receipts: list[Receipt] = field(default_factory=list)
    failures: list[ProviderError] = field(default_factory=list)
    name: str = "hub"

    def send(self, provider: Provider, rounds: int = 6) -> Settlement | None:
        """Until it is settled, the account is barred, or so many rounds have passed."""
        self.rounds, self.settlement = rounds, None
        parts: Any = self
        Drain(parts, provider, parts, parts, now, lambda: 0.5)()
        return self.settlement

    def crash(self, provider: Provider) -> Outbox:
        """The hub dies while the answer is on its way; another one finds the call in flight."""
        with suppress(_Died):
            self.send(cast(Provider, _Dying(provider)))
        assert self.call.state is CallState.SENDING
        return replace(self, settlement=None)

    @property
    def ended(self) -> bool:
        return isinstance(self.settlement, ENDED)

    @property
    def words(self) -> str:
        """What a person would read in the tray."""
        return " ".join(receipt.words for receipt in self.receipts)

    # the store, as its `SqlCalls` keeps a call

    def run(self, work: Any) -> Any:
        return work(self)

    @property
    def calls(self) -> Outbox:
        return self

    def claim(self, account: str, claim: str, at: datetime, limit: int) -> list[Call]:
        if self.ended or isinstance(self.settlement, Barred) or not self.rounds:
            return []
        self.rounds -= 1
        orphaned = self.call.state is CallState.SENDING
        self.call = replace(
            self.call, state=CallState.SENDING, doubts=self.call.doubts + orphaned, sent_at=self.call.sent_at or at
        )
        return [self.call]

    def set_base(self, call: int, claim: str, base: int) -> bool:
        self.call = replace(self.call, base=base)
        return True

    @property
    def views(self) -> Outbox:
        return self

    def undone_here(self, entry: Call) -> None:
        return None

    def settle(self, call: Call, claim: str, settlement: Settlement, receipt: Receipt, at: datetime) -> bool:
        self.settlement = settlement
        self.receipts.append(receipt)
        doubts = call.doubts + (receipt.kind is AnswerKind.DOUBTFUL)
        self.call = replace(
            self.call, state=CallState.DUE, doubts=doubts, sent_at=call.sent_at if doubts else None,
            looks=call.looks + (receipt.kind in {AnswerKind.REFUSED, AnswerKind.BROKEN}),
            attempts=call.attempts + (not isinstance(settlement, Barred | Look)),
        )  # fmt: skip
        return True

    # the line and the lease

    def held(self) -> bool:
        return True

    def usable(self) -> bool:
        return True

    def heard(self) -> None:
        return None

    def failed(self, error: ProviderError) -> None:
        self.failures.append(error)


class _Died(BaseException):
    pass


class _Dying:
    """A provider whose hub does not live to hear the answer to a check-in."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def push(self, call: Call) -> Receipt:
        self._provider.push(call)
        raise _Died


def deliver(house: House[Any], call: Call, rounds: int = 6) -> Settlement | None:
    return Outbox(call).send(house.provider, rounds)


def weather_then_clear(house: House[Any], call: Call, turned: Turned) -> Outbox:
    """Deliver under a switch and, if that did not settle it or barred us, go on in good weather."""
    house.turn(**turned)
    outbox = Outbox(call)
    outbox.send(house.provider)
    if not outbox.ended:
        assert isinstance(outbox.settlement, Again | Barred), outbox.settlement
        house.clear(keeping=turned)
        outbox.send(house.provider)
    return outbox
