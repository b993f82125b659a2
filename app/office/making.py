"""From a question to a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from app.domain.model import AccountId
from app.domain.takings import Asked, DoorTakings
from app.office.collecting import Collector, Pause, Watch
from app.office.filling import Filler
from app.office.report import Report
from app.office.spool import Spool
from app.office.unmade import Unmade
from app.ports.around import Clock
from app.ports.office import Archive


def make(
    asked: Asked,
    archives: Mapping[AccountId, Archive],
    folder: Path,
    clock: Clock,
    watch: Watch,
    pause: Pause,
    door: Iterable[DoorTakings] | None = None,
) -> Report:
    """Ask the platforms and read what they sent; `door` are the sales of our own door, None where none are kept.

    Raises Unmade; what was collected until then stays in `folder`. Who is given the report removes its spool.
    """
    spool = Spool.open(folder, asked, clock())
    try:
        Collector(spool, asked, archives, watch, pause)()
        Filler(spool, asked, archives, watch)(door or ())
        return Report(spool, asked, door is not None)
    except BaseException as error:
        if isinstance(error, Unmade) and error.field:
            spool.remove()  # the question was wrong: nobody goes on with it
        else:
            spool.close()
        raise
