"""What the web layer needs of whoever makes reports for a hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.model import AccountId
from app.domain.takings import Asked, Progress, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Another report is being made: one at a time."""

    asked: Asked
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It can't be made. `field` is the part of the question that is wrong; `damaged`: rows can't be read, and it can be
    had with those rows listed instead."""

    words: str
    field: str = ""
    damaged: bool = False


class Reports(Protocol):
    """Payments reports, one at a time. Thread-safe; asks the platforms in a thread of its own."""

    @property
    def accounts(self) -> Sequence[AccountId]:
        """Those that have a back office."""
        ...

    def ask(
        self, asked: Asked, *, list_damaged: bool = False, again: bool = False
    ) -> Summary | Progress | Busy | Failed:
        """The report when it is made, how far it is, or why there is none; begins it. `again`: not one made before."""
        ...

    def write(self, asked: Asked, form: str, *, list_damaged: bool = False) -> Path | None:
        """A file of the report that is made, for the caller to remove; None when this report isn't made (any more).

        Raises ValueError for a `form` that is none.
        """
        ...

    def close(self) -> None:
        """Give up what is being made."""
        ...
