"""One at a time and in order; those who wait together go together; nobody starves and nobody is forgotten."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from app.store.turnstile import MOST, PATIENCE, Pass, Turnstile


class Floor:
    """Serves batches and remembers them; held up for as long as `held`."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.inside = 0
        self.crowded = False
        self.open = threading.Event()
        self.open.set()
        self.turnstile = Turnstile(self.serve)

    def serve(self, batch: Sequence[Pass]) -> Callable[[], None]:
        self.inside += 1
        self.crowded = self.crowded or self.inside > 1
        for one in batch:
            try:
                one.value = one.work(None)
            except Exception as error:
                one.error = error
        return lambda: self.commit(batch)

    def commit(self, batch: Sequence[Pass]) -> None:
        self.open.wait(5)
        self.batches.append(len(batch))
        self.inside -= 1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Somebody is inside; those who come now queue."""
        self.open.clear()
        first = threading.Thread(target=lambda: self.turnstile.run(lambda _: "first"))
        first.start()
        until(lambda: self.turnstile._busy)
        yield
        self.open.set()
        first.join(5)


def until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert true()


def queued(floor: Floor, n: int, bulk: int = 0) -> None:
    until(lambda: len(floor.turnstile._scans) == n and len(floor.turnstile._bulk) == bulk)


def noting(order: list[Any], what: Any, _tx: object) -> Any:
    order.append(what)
    return what


def in_thread(run: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_whoever_comes_to_a_free_turnstile_goes_through_on_its_own_thread() -> None:
    floor = Floor()
    assert floor.turnstile.run(lambda _: threading.current_thread()) is threading.current_thread()
    assert floor.batches == [1]


def test_those_who_wait_go_through_together_and_in_the_order_they_came() -> None:
    floor, order = Floor(), list[int]()
    with floor.held():
        futures = [floor.turnstile.submit(partial(noting, order, n)) for n in range(10)]
        queued(floor, 10)
    assert [future.result(5) for future in futures] == list(range(10)) == order
    assert floor.batches == [1, 10]


def test_a_batch_is_never_larger_than_its_limit() -> None:
    floor = Floor()
    with floor.held():
        futures = [floor.turnstile.submit(lambda _: None) for _ in range(MOST + 5)]
    for future in futures:
        future.result(5)
    assert floor.batches == [1, MOST, 5]


def test_each_one_gets_its_own_value_or_error() -> None:
    floor = Floor()

    def work(n: int, _: object) -> int:
        if n % 2:
            raise LookupError(n)
        return n

    with floor.held():
        futures = [floor.turnstile.submit(partial(work, n)) for n in range(6)]
    told: list[Any] = [future.exception(5) or future.result() for future in futures]
    assert [str(one) for one in told] == [str(n) for n in range(6)]
    assert [isinstance(one, LookupError) for one in told] == [False, True] * 3


def test_an_error_is_raised_where_the_work_was_brought() -> None:
    floor = Floor()
    with pytest.raises(ZeroDivisionError):
        floor.turnstile.run(lambda _: 1 // 0)
    assert floor.turnstile.run(lambda _: "next") == "next"


def test_scans_go_before_bulk_work() -> None:
    floor, order = Floor(), []
    with floor.held():
        bulk = in_thread(lambda: floor.turnstile.run(lambda _: order.append("bulk"), bulk=True))
        queued(floor, 0, bulk=1)
        futures = [floor.turnstile.submit(lambda _: order.append("scan")) for _ in range(3)]
    bulk.join(5)
    assert [future.done() for future in futures] == [True] * 3
    assert order == ["scan"] * 3 + ["bulk"]


def test_bulk_work_is_not_starved_by_scans_that_never_end() -> None:
    floor, order = Floor(), list[str]()

    def scan(_: object) -> None:
        """While it is served, the next guest is already there."""
        order.append("scan")
        if len(order) < 100:
            floor.turnstile.submit(scan)

    with floor.held():
        bulk = in_thread(lambda: floor.turnstile.run(partial(noting, order, "bulk"), bulk=True))
        queued(floor, 0, bulk=1)
        floor.turnstile.submit(scan)
    bulk.join(5)
    until(lambda: len(order) >= 100)
    assert order.index("bulk") <= PATIENCE + 1


def test_bulk_work_that_just_came_lets_the_scans_go_first_however_long_there_was_none() -> None:
    floor, order = Floor(), []
    for _ in range(PATIENCE + 1):
        with floor.held():
            alone = floor.turnstile.submit(lambda _: None)
        alone.result(5)
    with floor.held():
        bulk = in_thread(lambda: floor.turnstile.run(lambda _: order.append("bulk"), bulk=True))
        queued(floor, 0, bulk=1)
        floor.turnstile.submit(lambda _: order.append("scan"))
    bulk.join(5)
    assert order == ["scan", "bulk"]


def test_many_threads_never_meet_inside_and_nobody_is_forgotten() -> None:
    floor, done = Floor(), list[tuple[int, int]]()

    def door(n: int) -> None:
        for at in range(40):
            if n % 3 == 0:
                floor.turnstile.submit(partial(noting, done, (n, at))).result(10)
            else:
                floor.turnstile.run(partial(noting, done, (n, at)), bulk=n % 3 == 1)

    doors = [in_thread(partial(door, n)) for n in range(9)]
    for one in doors:
        one.join(20)
    assert sorted(done) == [(n, at) for n in range(9) for at in range(40)]
    assert not floor.crowded


def test_somebody_who_stops_waiting_leaves_the_others_their_turn() -> None:
    floor = Floor()
    with floor.held():
        gone = floor.turnstile.submit(lambda _: "gone")
        stays = floor.turnstile.submit(lambda _: "stays")
        gone.cancel()
    assert stays.result(5) == "stays"
    assert floor.turnstile.run(lambda _: "next") == "next"


def test_who_can_be_called_back_does_the_work_on_the_thread_that_calls() -> None:
    floor, loop = Floor(), Loop()
    future: Future[Any] = floor.turnstile.submit(lambda _: threading.current_thread(), loop.call_soon)
    assert future.result(5) is loop.thread
    loop.stop()


def test_a_call_back_whose_loop_is_closed_is_led_by_somebody_else() -> None:
    def closed(_: Callable[[], None]) -> None:
        raise RuntimeError("Event loop is closed")

    floor = Floor()
    assert floor.turnstile.submit(lambda _: "served", closed).result(5) == "served"
    assert floor.turnstile.run(lambda _: "next") == "next"


class Loop:
    """As much of an event loop as the turnstile needs."""

    def __init__(self) -> None:
        self._steps: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.thread = in_thread(self._run)

    def call_soon(self, step: Callable[[], None]) -> None:
        self._steps.put(step)

    def stop(self) -> None:
        self._steps.put(None)
        self.thread.join(5)

    def _run(self) -> None:
        while (step := self._steps.get()) is not None:
            step()


def test_closing_waits_for_whoever_is_inside() -> None:
    floor = Floor()
    with floor.held():
        future = floor.turnstile.submit(lambda _: "waited")
        closing = in_thread(floor.turnstile.close)
        closing.join(0.05)
        assert closing.is_alive()
    closing.join(5)
    assert not closing.is_alive()
    assert future.result(0) == "waited"
    assert floor.inside == 0


def test_nobody_comes_in_after_closing() -> None:
    floor = Floor()
    floor.turnstile.close()
    for bring in (floor.turnstile.run, floor.turnstile.submit):
        with pytest.raises(RuntimeError, match="closed"):
            bring(lambda _: None)
