"""A clock that stands still until somebody moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EVENING = datetime(2025, 11, 28, 22, 30, tzinfo=UTC)
"""A Friday night, half past eleven in Madrid."""


class FakeClock:
    def __init__(self, now: datetime = EVENING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> datetime:
        """Let time pass, without waiting for it. Returns the new now."""
        self.now += timedelta(seconds=seconds, minutes=minutes, hours=hours)
        return self.now
