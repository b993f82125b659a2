"""Failures that every adapter tells alike."""

from __future__ import annotations

from datetime import timedelta

from app.domain.outbox import AnswerKind, Receipt


class StoreError(Exception):
    """The database could not keep or find something: disk full, locked, gone."""


class ProviderError(Exception):
    """A platform could not tell us; `words` are its own, redacted. `kind`: busy, barred, doubtful or broken."""

    def __init__(
        self,
        kind: AnswerKind,
        words: str = "",
        *,
        retry_after: timedelta | None = None,
        unreachable: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{kind}: {words}" if words else str(kind))
        self.kind = kind
        self.words = words
        self.retry_after = retry_after
        self.unreachable = unreachable
        self.status = status

    def receipt(self) -> Receipt:
        return Receipt(kind=self.kind, words=self.words, retry_after=self.retry_after, unreachable=self.unreachable)
