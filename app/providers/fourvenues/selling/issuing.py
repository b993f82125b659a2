"""Having tickets made at Fourvenues that were paid at the door, and seeing which of them are there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from app.domain.model import AccountId, Event
from app.domain.outbox import AnswerKind, Receipt
from app.domain.sale import Sale
from app.ports import ProviderError
from app.providers.fourvenues import translate
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.client import Client
from app.providers.fourvenues.find import Finder, Left, may_exist
from app.providers.fourvenues.selling import bodies, payments

OTHER_CODES = "the platform gave its tickets other codes than the guests have"


class TicketFinder(Finder):
    """Finds tickets only, and gets itself the witness that a "not found" needs."""

    def __init__(self, client: Client, ticket_path: str, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(client, ticket_path, now)
        self._reader = client

    def there(self, codes: Collection[str], event: Event, budget: timedelta) -> frozenset[str]:
        """Those of the codes that have a ticket at the platform, asked for within the budget in total.

        Raises ProviderError where one can neither be found nor said to be absent.
        """
        left = self.clock(budget)
        return frozenset(code for code in codes if may_exist(code) and self._is_there(code, event, left))

    def rows(self, code: str, event: Event, budget: timedelta) -> Sequence[bytes]:
        """The ticket of a code as the platform shows it; none when no path finds it."""
        left = self.clock(budget)
        for path in (self._proved,) if self._proved else self._paths:
            seen = self._asked("tickets", code, event, left, path) if may_exist(code) else None
            if seen is not None:
                self._proved = path
                return (seen.raw,)
        return ()

    def clock(self, budget: timedelta) -> Left:
        """What is left of a budget that begins now."""
        deadline = self._now() + budget.total_seconds()
        return lambda: timedelta(seconds=max(deadline - self._now(), 0.0))

    def _is_there(self, code: str, event: Event, left: Left) -> bool:
        found = self.rows(code, event, left())
        if found:
            return self._of_the_event(found[0], event)
        if self._proved is None:
            self._prove_by_any(event, left)
        return False

    def _of_the_event(self, raw: bytes, event: Event) -> bool:
        if translate.event_ref(raw) in {"", event.ref}:
            return True
        raise ProviderError(AnswerKind.BROKEN, "a ticket of another event has this code")

    def _prove_by_any(self, event: Event, left: Left) -> None:
        """Any ticket of the event proves a path. An event without tickets has none of ours either."""
        listed = self._reader.first("tickets", event.ref, left()).rows
        if listed:
            self._prove(next((code for raw in listed if (code := translate.code(raw))), None), event, left)


class Issuing:
    """Makes tickets for one account. Thread-safe."""

    def __init__(self, client: Client, settings: FourvenuesAccount) -> None:
        self._client = client
        self._channel = settings.sell_channel_id.strip()
        self._referral = settings.sell_referral_id.strip()
        self._first_channel: str | None = None
        self._mutex = threading.Lock()

    def __call__(self, sale: Sale, without: Collection[str]) -> Receipt:
        """See the port. Sent once; a 2xx is believed, whatever its data looks like."""
        tickets = [sold for sold in sale.tickets if sold.code not in without]
        if not tickets:
            return Receipt(kind=AnswerKind.ACCEPTED, words="every ticket is there already")
        try:
            body = bodies.issue(sale, tickets, self._seller(sale))
            rows = list(self._client.issue_tickets(body).rows)
        except ProviderError as error:
            return error.receipt()
        except Exception as error:
            return Receipt(kind=AnswerKind.BROKEN, words=f"the sale can't be put into words ({type(error).__name__})")
        strange = payments.other_codes(rows, frozenset(sold.code for sold in tickets))
        return Receipt(kind=AnswerKind.ACCEPTED, words=OTHER_CODES if strange else "")

    def _seller(self, sale: Sale) -> dict[str, str]:
        """Who sells: a channel or a referral, never both (reference, post-tickets). The order's, else the settings',
        else the account's first channel; none where that can't be had, and the platform may say that it wants one."""
        channel, referral = sale.order.channel.strip(), sale.order.referral.strip()
        if not channel and not referral:
            channel, referral = self._channel, self._referral
        if not channel and not referral:
            channel = self._of_the_account()
        told = {"channel_id": channel} if channel else {"referral_id": referral}
        return {name: ref for name, ref in told.items() if ref}

    def _of_the_account(self) -> str:
        with self._mutex:
            if self._first_channel is None:
                self._first_channel = self._asked()
            return self._first_channel

    def _asked(self) -> str:
        try:
            rows = self._client.channels().rows
        except ProviderError as error:
            if error.status not in {403, 404}:
                raise
            return ""
        return next((ref for raw in rows if (ref := translate.ref(raw))), "")


def event_of(sale: Sale) -> Event:
    """The event of a sale, as far as asking about its tickets needs it."""
    return Event(id=sale.event, account=AccountId(sale.account), ref=sale.event_ref, name=sale.event_name)
