"""What a synchronisation needs of the database that it fills."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from app.warehouse.schema import Table


class TargetError(Exception):
    """A target that can't be used; the message is one line, without a password in it. `option`: what to change."""

    def __init__(self, words: str, option: str = "--to") -> None:
        super().__init__(words)
        self.option = option


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The rows of one question: a whole collection, or that of one event."""

    account: str
    table: Table
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a scope has been read. Instants as they are kept (text that sorts); see the table `doorcheck_cursors`."""

    updated_to: str | None = None
    began_at: str | None = None
    offset_rows: int = 0
    complete_at: str | None = None


@contextmanager
def all_or_nothing(run: Callable[[str], object], begin: str) -> Iterator[None]:
    """A transaction of a target whose statements `run` runs."""
    run(begin)
    try:
        yield
        run("COMMIT")
    except BaseException:
        with suppress(TargetError):
            run("ROLLBACK")
        raise


class Target(Protocol):
    """A warehouse. Not thread-safe: one synchronisation has it for itself, and other processes are kept out.

    Whatever fails is a `TargetError`. Nothing is visible to others, or survives a crash, before its transaction ended.
    """

    name: str
    """As people may read it: no password in it."""

    def meta(self) -> Mapping[str, str]: ...

    def marks(self, account: str) -> Mapping[tuple[str, str], Mark]:
        """(resource, event) -> how far it has been read."""
        ...

    def digests(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, str]:
        """Digests of those of the rows that are there and not marked as deleted."""
        ...

    def live(self, scope: Scope) -> Iterator[str]:
        """Ids of the scope that are not marked as deleted."""
        ...

    def damaged(self) -> Iterator[tuple[str, str, str, str]]:
        """(account, table, id, why) of every damaged row that is not marked as deleted."""
        ...

    def stored(self, table: Table) -> Iterator[Sequence[tuple[str, str, str, str]]]:
        """(account, id, event or "", raw) of every row, in batches. Rows may be rewritten meanwhile."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what follows."""
        ...

    def upsert(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows as `table.columns` says; no two of them have the same key."""
        ...

    def mark_deleted(self, scope: Scope, ids: Sequence[str], at: str) -> None: ...

    def save_mark(self, scope: Scope, mark: Mark) -> None: ...

    def set_meta(self, name: str, value: str) -> None: ...

    def rewrite(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Set columns of rows that are there; a row begins with account, id, event (or "")."""
        ...

    def finish(self) -> None:
        """A run ended well: files beside the database are made as it is now."""
        ...

    def close(self) -> None: ...
