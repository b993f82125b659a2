"""Another `--privacy` for a warehouse that is filled already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from app.warehouse import values
from app.warehouse.privacy import Privacy, Scrub, scrubber
from app.warehouse.rows import opened
from app.warehouse.schema import TABLES, Column, Table
from app.warehouse.target import Target, TargetError


def settled_privacy(target: Target, wanted: Privacy | None, full: bool) -> Privacy:
    """What the target keeps of guests from now on. Another than before takes a complete pass: raises TargetError.

    Rows that the platform may not tell again (deleted, of an event that is gone) are rewritten here, so that nothing
    personal is left behind; what was left out or hashed comes back only with the rows that are read again.
    """
    kept = Privacy(target.meta().get("privacy", Privacy.KEEP))
    if wanted is None or wanted is kept:
        return kept
    if not full:
        raise TargetError(f"{target.name} was filled with {kept}: say {kept}, or add --full to rewrite it", "--privacy")
    with target.transaction():
        if kept is Privacy.KEEP or wanted is Privacy.DROP:
            _rewrite(target, scrubber(wanted, target.meta()["salt"]))
        target.set_meta("privacy", str(wanted))
    return wanted


def _rewrite(target: Target, scrub: Scrub) -> None:
    for table in TABLES:
        personal = [one for one in table.own if one.personal]
        for batch in target.stored(table):
            rows = [(*key, *_without(scrub, table, personal, raw)) for *key, raw in batch]
            target.rewrite(table, ("raw", "digest", *(one.name for one in personal)), rows)


def _without(scrub: Scrub, table: Table, personal: Sequence[Column], raw: str) -> Iterator[Any]:
    """The row's new `raw`, an empty digest, and its personal columns."""
    row = opened(raw.encode("utf-8", "replace"))
    kept = {} if row is None else scrub(table.resource, row)
    yield "" if row is None else msgspec.json.encode(kept).decode()
    yield ""
    for column in personal:
        told = next((kept[name] for name in column.fields if kept.get(name) is not None), None)
        yield values.text(told) if isinstance(told, str) else None
