"""The scheduler goes by the system's clock; nothing may sleep on because that was set back."""

from __future__ import annotations

import threading
from datetime import timedelta

from app.flows.put_right import PutRight
from app.flows.watch import Watch
from app.jobs import Jobs
from app.machine.clock import HouseClock
from tests.flows.venue import Venue


class Moved(HouseClock):
    """A clock whose system clock is set back at some moment."""

    def __init__(self) -> None:
        super().__init__(True)
        self.moved = threading.Event()

    def check(self) -> bool:
        if self.moved.is_set():
            self.moved.clear()
            return True
        return False


def test_what_waits_for_a_moment_of_the_old_clock_runs_again_at_once(venue: Venue) -> None:
    keeper, ran = Moved(), threading.Event()
    watch = Watch(venue.store, {}, {}, venue.notices, keeper)
    jobs = Jobs({}, watch, keeper, timedelta(minutes=5), keeper, PutRight(venue.store, keeper, keeper), int)
    jobs.start()
    try:
        jobs._add("far", ran.set, 7 * 86_400)  # as if it had been planned before the clock went back a week
        assert not ran.wait(0.3)
        keeper.moved.set()
        assert ran.wait(10)
    finally:
        jobs.stop()
