"""Bad weather: its switches, and the chance behind them."""

import time
from collections import deque
from dataclasses import dataclass, field
from random import Random

from app.simulators.switchboard import Switchboard, choice, count, number, on_off, share


@dataclass(slots=True, kw_only=True)
class Weather(Switchboard):
    """What can go wrong between a caller and any platform; the defaults are a good night."""

    rate_limit: int = count(0, "requests per second before 429; 0 is no limit")

    # Answers and requests that get lost (writes only)
    lose_answers: float = share(0.0, "check-ins that are committed and then cut off without an answer")
    lose_next: int = count(0, "the next N check-ins are committed and cut off without an answer; counts down")
    lose_requests: float = share(0.0, "check-ins that are cut off before anything is committed")
    lose_next_requests: int = count(0, "the next N check-ins are cut off before anything is committed; counts down")

    # Bad weather
    faults_on: str = choice("all", ("all", "reads", "writes"), "which requests the faults below concern")
    down: bool = on_off(False, "every connection is cut without an answer")
    slow: int = count(0, "milliseconds before a request is looked at")
    slow_answer: int = count(0, "milliseconds between the work being done (a check-in committed) and the answer")
    html: float = share(0.0, "requests answered 200 with a web page, as a captive portal does")
    errors_5xx: float = share(0.0, "requests answered with a 5xx and an HTML body")
    error_status: int = count(503, "the 5xx that is answered", lowest=500)
    error_after_commit: bool = on_off(False, "the 5xx comes after the work was done (a check-in committed)")
    cut_bodies: float = share(0.0, "answers that stop after half of the promised content-length")
    answers_429: float = share(0.0, "requests answered 429 whatever the rate")
    retry_after: int = count(0, "seconds in the Retry-After of a 429; 0 is no such header")
    clock_skew: float = number(0.0, "seconds by which the platform's clock (Date header and own stamps) is ahead")
    seed: int = count(1, "seed of the chance behind the probabilities; setting it starts the sequence again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will happen to one request, thrown before anything is done."""

    html: bool = False
    broken: bool = False
    busy: bool = False
    lost_before: bool = False
    lost_after: bool = False
    cut: bool = False


@dataclass(slots=True)
class Dice:
    """The chance behind the probabilities: the same seed and the same requests give the same faults."""

    switches: Weather
    _seed: int = -1
    _random: Random = field(default_factory=Random)

    def plan(self, write: bool) -> Plan:
        """Throw for one request."""
        switches = self.switches
        concerned = switches.faults_on == "all" or (switches.faults_on == "writes") == write
        return Plan(
            html=concerned and self.falls(switches.html),
            broken=concerned and self.falls(switches.errors_5xx),
            busy=concerned and self.falls(switches.answers_429),
            cut=concerned and self.falls(switches.cut_bodies),
            lost_before=write and (self.counts_down("lose_next_requests") or self.falls(switches.lose_requests)),
            lost_after=write and (self.counts_down("lose_next") or self.falls(switches.lose_answers)),
        )

    def falls(self, part: float) -> bool:
        """Throw once for something of this probability."""
        if self._seed != self.switches.seed:
            self._seed = self.switches.seed
            self._random = Random(self._seed)  # noqa: S311 - must repeat
        return part > 0 and self._random.random() < part

    def counts_down(self, name: str) -> bool:
        """Whether the switch of this name still says "the next N"; one less is left."""
        left = getattr(self.switches, name)
        if left:
            setattr(self.switches, name, left - 1)
        return bool(left)


class Limiter:
    """Counts the requests of each caller within the last second."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}

    def allows(self, caller: str, per_second: int) -> bool:
        """Whether one more request is within the rate; 0 is no limit."""
        if per_second <= 0:
            return True
        now, seen = time.monotonic(), self._seen.setdefault(caller, deque())
        while seen and seen[0] <= now - 1:
            seen.popleft()
        if len(seen) >= per_second:
            return False
        seen.append(now)
        return True
