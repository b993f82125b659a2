"""Versions of a target's schema. A target is brought forward when it is opened, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.warehouse.schema import CURSOR_COLUMNS, CURSORS, TABLES, Column, Table
from app.warehouse.target import TargetError


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A step forward: columns (table, column) that are added. Their rows are read again from the platform."""

    version: int
    about: str
    adds: tuple[tuple[str, str], ...]


MIGRATIONS = (
    Migration(
        version=2,
        about="the day of a night and of a booking, in the venue's zone",
        adds=(("events", "day"), ("bookings", "day")),
    ),
    Migration(
        version=3,
        about="complete passes come round; which model a pass is of",
        adds=((CURSORS, "complete_at"), ("passes", "model")),
    ),
)
"""What came after version 1, oldest first."""

VERSION = MIGRATIONS[-1].version


def columns_at(name: str, columns: tuple[Column, ...], version: int) -> tuple[Column, ...]:
    """The columns that a table had in a version."""
    later = {added for step in MIGRATIONS if step.version > version for added in step.adds}
    return tuple(one for one in columns if (name, one.name) not in later)


def steps_from(version: str) -> tuple[Migration, ...]:
    """What is still to be done. Raises TargetError for a version that is not known yet."""
    if not version.isdigit() or not 1 <= int(version) <= VERSION:
        raise TargetError(f"was written by a newer doorcheck (its schema is version {version[:8]}, ours {VERSION})")
    return tuple(step for step in MIGRATIONS if step.version > int(version))


def added(step: Migration) -> list[tuple[str, Column]]:
    """The columns of a step, each with its table."""
    known: Mapping[str, tuple[Column, ...]] = {one.name: one.columns for one in TABLES} | {CURSORS: CURSOR_COLUMNS}
    return [(table, next(one for one in known[table] if one.name == name)) for table, name in step.adds]


def widened(step: Migration) -> list[Table]:
    """Tables of rows that a step adds to: they have to be read again."""
    names = {table for table, _ in step.adds}
    return [one for one in TABLES if one.name in names]
