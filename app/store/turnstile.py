"""One at a time, in the order they came: how work gets to SQLite's single writer.

Whoever comes to a free turnstile works on its own thread, without waiting for anybody. Those who come meanwhile queue;
the first of them is then woken to lead, and takes all that wait through in one transaction (group commit: one fsync
serves them all). Work submitted without a thread of its own is led by a helper thread. Bulk work goes when no scan
waits, and after a few rounds even then.
"""

from __future__ import annotations

import threading
from _thread import LockType, allocate_lock
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

MOST = 64
"""Scans taken through in one transaction."""
PATIENCE = 8
"""Rounds of scans that a waiting bulk work lets pass."""


_NOBODY: Future[Any] = Future()


class Pass:
    """One piece of work on its way through. Ends with a value or an error."""

    __slots__ = ("error", "future", "gate", "has_future", "served", "value", "work")

    def __init__(self, work: Callable[[Any], Any], future: Future[Any] | None = None) -> None:
        self.work = work
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


Serve = Callable[[Sequence[Pass]], None]
"""Does the work of all passes durably and sets `value` or `error` on each. MUST NOT raise."""


class Turnstile:
    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._mutex = allocate_lock()
        self._busy = False
        self._closed = False
        self._scans: deque[Pass] = deque()
        self._bulk: deque[Pass] = deque()
        self._rounds = 0
        self._wake = threading.Semaphore(0)
        self._helper: threading.Thread | None = None

    def run(self, work: Callable[[Any], Any], bulk: bool = False) -> Any:
        """Take work through on the caller's thread and wait for the commit."""
        mine = Pass(work)
        if self._enter(mine, bulk):
            self._through([mine])
        else:
            mine.gate.acquire()
            if mine.served:
                return mine.result()
            while not mine.served:
                self._through(self._take())
        self._hand_over()
        return mine.result()

    def submit(self, work: Callable[[Any], Any]) -> Future[Any]:
        """Take work through without a thread of its own; the future is done after the commit."""
        mine = Pass(work, Future())
        with self._mutex:
            self._check_open()
            self._scans.append(mine)
            lead = not self._busy
            self._busy = True
        if lead:
            self._call_helper()
        return mine.future

    def close(self) -> None:
        """Let in nobody any more, and wait until everybody is through."""
        with self._mutex:
            self._closed = True
        if self._helper is not None:
            self._wake.release()
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

    def _take(self) -> Sequence[Pass]:
        """Everybody's scans, or one bulk work when none waits or it has waited long enough."""
        with self._mutex:
            if self._bulk and (not self._scans or self._rounds >= PATIENCE):
                self._rounds = 0
                return [self._bulk.popleft()]
            self._rounds += 1
            return [self._scans.popleft() for _ in range(min(len(self._scans), MOST))]

    def _through(self, batch: Sequence[Pass]) -> None:
        self._serve(batch)
        for one in batch:
            one.served = True
            if one.has_future:
                _settle(one)
            elif one.gate.locked():
                one.gate.release()

    def _hand_over(self) -> None:
        """Leave the lead to the first who waits, or leave the turnstile free."""
        with self._mutex:
            heir = self._scans[0] if self._scans else self._bulk[0] if self._bulk else None
            if heir is None:
                self._busy = False
                return
        if heir.has_future:
            self._call_helper()
        else:
            heir.gate.release()

    def _call_helper(self) -> None:
        if self._helper is None:
            self._helper = threading.Thread(target=self._help, name="turnstile", daemon=True)
            self._helper.start()
        self._wake.release()

    def _help(self) -> None:
        while True:
            self._wake.acquire()
            with self._mutex:
                idle = not self._scans and not self._bulk
                if idle and self._closed:
                    return
                if idle:
                    continue
            self._through(self._take())
            self._hand_over()


def _settle(one: Pass) -> None:
    if one.error is not None:
        one.future.set_exception(one.error)
    else:
        one.future.set_result(one.value)
