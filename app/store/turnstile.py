"""One at a time, in the order they came: how work gets to SQLite's single writer.

Whoever comes to a free turnstile works on its own thread, without waiting for anybody. Those who come meanwhile queue;
the first of them is then woken to lead, and takes all that wait through in one transaction (group commit: one fsync
serves them all). Bulk work goes when no scan waits, and after a few rounds even then.

Work submitted without a thread of its own is led by whoever can be called back: an event loop runs the statements of
its scans itself and leaves only the commit to a helper thread (docs/adr/0004 says what that is worth), anybody else's
is led by the helper.
"""

from __future__ import annotations

import threading
import time
from _thread import LockType, allocate_lock
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import Any

from app.ports import CallSoon

MOST = 64
"""Scans taken through in one transaction."""
LEAVE_WITHIN_S = 10.0
"""How long `close` waits: an event loop that was stopped leads nobody through any more."""
PATIENCE = 8
"""Rounds of scans that a waiting bulk work lets pass."""


_NOBODY: Future[Any] = Future()


class Pass:
    """One piece of work on its way through. Ends with a value or an error."""

    __slots__ = ("between", "call_soon", "error", "future", "gate", "has_future", "served", "value", "work")

    def __init__(
        self,
        work: Callable[[Any], Any],
        future: Future[Any] | None = None,
        call_soon: CallSoon | None = None,
        between: bool = False,
    ) -> None:
        self.work = work
        self.between = between
        self.call_soon = call_soon
        self.has_future = future is not None
        self.future: Future[Any] = future or _NOBODY
        self.gate: LockType = allocate_lock()
        self.served = False
        self.value: Any = None
        self.error: BaseException | None = None

    def result(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


Serve = Callable[[Sequence[Pass]], Callable[[], None]]
"""Does the work of all passes and gives the step that makes it durable, which then sets `value` or `error` on each.
Neither may raise; the step may wait for the disk, and may run on another thread."""


class Turnstile:
    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._mutex = allocate_lock()
        self._busy = False
        self._closed = False
        self._scans: deque[Pass] = deque()
        self._bulk: deque[Pass] = deque()
        self._rounds = 0
        self._steps: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._helper: threading.Thread | None = None

    def run(self, work: Callable[[Any], Any], bulk: bool = False, between: bool = False) -> Any:
        """Take work through on the caller's thread and wait for the commit.

        `between` marks bulk work that wants to be alone and in no transaction.
        """
        mine = Pass(work, between=between)
        if self._enter(mine, bulk or between):
            self._through([mine])
        else:
            mine.gate.acquire()
            if mine.served:
                return mine.result()
            while not mine.served:
                self._through(self._take())
        self._hand_over()
        return mine.result()

    def submit(self, work: Callable[[Any], Any], call_soon: CallSoon | None = None) -> Future[Any]:
        """Take work through without a thread of its own; the future is done after the commit.

        With `call_soon`, the statements run on that thread, and so do the future's callbacks.
        """
        mine = Pass(work, Future(), call_soon)
        mine.future.set_running_or_notify_cancel()  # who stops waiting can't take it out of the queue
        with self._mutex:
            self._check_open()
            self._scans.append(mine)
            lead = not self._busy
            self._busy = True
        if lead:
            self._call(mine)
        return mine.future

    def close(self) -> None:
        """Let in nobody any more, and wait until everybody is through."""
        with self._mutex:
            self._closed = True
        until = time.monotonic() + LEAVE_WITHIN_S
        while self._busy and time.monotonic() < until:
            time.sleep(0.01)
        if self._helper is not None:
            self._steps.put(None)
            self._helper.join()

    def _enter(self, mine: Pass, bulk: bool) -> bool:
        """True when the turnstile was free: the caller leads."""
        with self._mutex:
            self._check_open()
            if not self._busy:
                self._busy = True
                return True
            mine.gate.acquire()
            (self._bulk if bulk else self._scans).append(mine)
            return False

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the store is closed")

    def _take(self, scans_only: bool = False) -> Sequence[Pass]:
        """Everybody's scans, or one bulk work when none waits or it has waited long enough."""
        with self._mutex:
            if not scans_only and self._bulk_is_next():
                self._rounds = 0
                return [self._bulk.popleft()]
            self._rounds = self._rounds + 1 if self._bulk else 0
            return [self._scans.popleft() for _ in range(min(len(self._scans), MOST))]

    def _bulk_is_next(self) -> bool:
        return bool(self._bulk) and (not self._scans or self._rounds >= PATIENCE)

    def _through(self, batch: Sequence[Pass]) -> None:
        self._serve(batch)()
        self._let_go(batch)

    def _let_go(self, batch: Sequence[Pass]) -> None:
        """Tell everybody that they are through; those who share a thread to call back are told together."""
        together: dict[CallSoon, list[Pass]] = {}
        for one in batch:
            one.served = True
            if one.call_soon is not None:
                together.setdefault(one.call_soon, []).append(one)
            elif one.has_future:
                _settle([one])
            elif one.gate.locked():
                one.gate.release()
        for call_soon, some in together.items():
            try:
                call_soon(partial(_settle, some))
            except RuntimeError:  # the loop is closed: nobody waits there any more
                _settle(some)

    def _hand_over(self) -> None:
        """Leave the lead to the first who waits, or leave the turnstile free."""
        with self._mutex:
            if not self._scans and not self._bulk:
                self._busy = False
                return
            heir = self._bulk[0] if self._bulk_is_next() else self._scans[0]
        self._call(heir)

    def _call(self, heir: Pass) -> None:
        """Have somebody lead on behalf of `heir`."""
        if not heir.has_future:
            heir.gate.release()
            return
        if heir.call_soon is not None:
            try:
                heir.call_soon(self._lead_called)
            except RuntimeError:  # the loop is closed
                self._help_with(self._lead_helped)
            return
        self._help_with(self._lead_helped)

    def _lead_called(self) -> None:
        """On the thread of those who wait: the statements here, the commit on the helper."""
        batch = self._take(scans_only=True)
        commit = self._serve(batch)
        self._help_with(partial(self._commit_for, batch, commit))

    def _commit_for(self, batch: Sequence[Pass], commit: Callable[[], None]) -> None:
        commit()
        self._let_go(batch)
        self._hand_over()

    def _lead_helped(self) -> None:
        self._through(self._take())
        self._hand_over()

    def _help_with(self, step: Callable[[], None]) -> None:
        if self._helper is None:
            self._helper = threading.Thread(target=self._help, name="turnstile", daemon=True)
            self._helper.start()
        self._steps.put(step)

    def _help(self) -> None:
        while (step := self._steps.get()) is not None:
            step()


def _settle(some: Sequence[Pass]) -> None:
    for one in some:
        if one.error is not None:
            one.future.set_exception(one.error)
        else:
            one.future.set_result(one.value)
