"""Opening a target: looked at, locked, made or brought forward, and asked whether it is kept as we would keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.warehouse.address import Address, Engine, look_at, read_address, take
from app.warehouse.migrating import VERSION, Migration, added, steps_from
from app.warehouse.privacy import Privacy
from app.warehouse.schema import META, TABLES, Column
from app.warehouse.target import Target, TargetError


class Fresh(Target, Protocol):
    """A target as it is while it is opened."""

    alone: bool
    """Is every table in it ours?"""

    def tables(self) -> set[str]: ...

    def ours(self) -> None:
        """It is no other database: what is set for good may be."""
        ...

    def create(self, version: int) -> None: ...
    def add_column(self, table: str, column: Column) -> None: ...
    def read_again(self, step: Migration) -> None: ...


def open_target(
    to: str, privacy: Privacy, new_salt: Callable[[], str], version: int = VERSION, *, make: bool = True
) -> Target:
    """The warehouse at `to`; one that is new is made, with `privacy`. Raises TargetError and leaves nothing half done.

    `version` is for tests: that of the schema in which a new one is made. Without `make`, it has to be there.
    """
    address = read_address(to)
    if address.engine is not Engine.POSTGRES:
        look_at(address)
        if not make and not address.file.exists():
            raise TargetError(f"there is no warehouse in {address.folder or address.file}")
    made = _connected(address)
    try:
        _prepare(made, privacy, new_salt, version if make else 0)
    except BaseException:
        made.close()
        raise
    return made


def _connected(address: Address) -> Fresh:
    if address.engine is Engine.POSTGRES:
        from app.warehouse.sql import postgres_target  # noqa: PLC0415 - each only where it is used

        return postgres_target(address.url)
    new_folder = address.folder is not None and not address.folder.exists()
    if new_folder and address.folder is not None:
        address.folder.mkdir()
    release = take(address.file)
    try:
        if address.engine is Engine.SQLITE:
            from app.warehouse.sql import sqlite_target  # noqa: PLC0415

            return sqlite_target(address.file, release)
        from app.warehouse.duck import duck_target  # noqa: PLC0415

        return duck_target(address.file, address.folder, release)
    except BaseException:
        release()
        raise


def _prepare(target: Fresh, privacy: Privacy, new_salt: Callable[[], str], version: int) -> None:
    tables = target.tables()
    if META in tables:
        _bring_forward(target)
        return
    theirs = tables if target.alone else tables & {one.name for one in TABLES}
    if theirs:
        raise TargetError(
            f"{target.name} is another database: it has tables of its own ({', '.join(sorted(theirs)[:3])})"
        )
    if not version:
        raise TargetError(f"there is no warehouse in {target.name}")
    target.ours()
    with target.transaction():
        target.create(version)
        for name, value in (("version", str(version)), ("privacy", str(privacy)), ("salt", new_salt())):
            target.set_meta(name, value)


def _bring_forward(target: Fresh) -> None:
    steps = steps_from(target.meta().get("version", ""))
    if not steps:
        return
    with target.transaction():
        for step in steps:
            for table, column in added(step):
                target.add_column(table, column)
            target.read_again(step)
        target.set_meta("version", str(VERSION))
