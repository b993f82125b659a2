"""When to try again."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST = timedelta(seconds=1)
CAP = timedelta(minutes=5)


def due_again(attempts: int, hint: timedelta | None, now: datetime, jitter: float) -> datetime:
    """The instant of the next try after `attempts` failed ones.

    Grows twofold, is capped at about 5 minutes, and is never before the platform's `hint` (Retry-After). `jitter` is
    a random number in [0, 1): it spreads the tries over the upper half of the wait.
    """
    wait = min(FIRST * (1 << min(max(attempts, 0), 16)), CAP)
    wait = wait * (0.5 + jitter / 2)
    return now + max(wait, hint or timedelta(0))
