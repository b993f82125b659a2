"""One run: a target opened, every account's rows brought into it, files beside it made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import tzinfo

from app.ports import Clock
from app.ports.office import Archive
from app.warehouse.opening import open_target
from app.warehouse.privacy import Privacy
from app.warehouse.rewriting import settled_privacy
from app.warehouse.rows import Reader
from app.warehouse.sync import Plan, Progress, Sync, Tally
from app.warehouse.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """Where the rows go. `privacy` None: as the target keeps them, and everything in a new one."""

    to: str = field(repr=False)
    privacy: Privacy | None = None
    zone: tzinfo
    clock: Clock
    new_salt: Callable[[], str]

    def opened(self, *, make: bool = False) -> Target:
        """The target as it is; with `make`, a new one where there is none. Raises TargetError."""
        return open_target(self.to, self.privacy or Privacy.KEEP, self.new_salt, make=make)

    def sync(
        self,
        archives: Iterable[Archive],
        plan: Plan,
        *,
        progress: Progress = lambda _table, _rows: None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> list[Tally]:
        """Bring every account's rows in. Raises TargetError; what a platform refuses is in the tallies.

        `progress` hears of each page, and may end the run by raising: what was written stays, the next run goes on.
        """
        target = self.opened(make=True)
        try:
            privacy = settled_privacy(target, self.privacy, plan.full)
            told: list[Tally] = []
            for archive in archives:
                reader = Reader(archive, privacy, target.meta()["salt"], self.zone)
                told += Sync(archive, target, reader, self.clock, plan, progress=progress, sleep=sleep)()
            target.finish()
            return told
        finally:
            target.close()
