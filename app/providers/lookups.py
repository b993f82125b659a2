"""Look-ups within the time that a guest can wait, whatever the system below is waiting for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from app.domain.model import AccountId
from app.domain.outbox import AnswerKind
from app.ports import ProviderError

AT_ONCE = 4
T = TypeVar("T")


class Lookups:
    """Those of one account, on threads of their own: a name look-up or a file on a share may not answer for long."""

    def __init__(self, account: AccountId) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"lookup-{account}")

    def within(self, budget: timedelta, ask: Callable[[], T]) -> T:
        """What `ask` gives; a `ProviderError` (busy) when that takes longer, or the account is closed."""
        try:
            asked = self._threads.submit(ask)
        except RuntimeError:
            raise ProviderError(AnswerKind.BUSY, "the account is closed") from None
        try:
            return asked.result(timeout=budget.total_seconds())
        except TimeoutError:
            asked.cancel()
            raise ProviderError(AnswerKind.BUSY, "no answer in time") from None

    def close(self) -> None:
        """Whoever looks something up from now on is told that there is nobody to ask."""
        self._threads.shutdown(wait=False, cancel_futures=True)
