"""Listing an event's rows: pages until nothing new comes, whatever the server does with limit and offset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.domain.model import Event
from app.domain.outbox import AnswerKind
from app.ports import Clock, Cursor, Damaged, Page, ProviderError, Row
from app.providers.fourvenues import translate
from app.providers.fourvenues.client import Answer, Client

DATED = ("tickets", "lists")
"""Resources that can be asked for what changed since."""
FROM_THE_FUTURE = timedelta(hours=1)
"""How far a stamp may be ahead of the platform's own clock."""
WITHOUT_SECOND_MODEL = timedelta(hours=1)
"""How long we believe a platform that it has no second model of passes for us."""
MOST_PAGES = 20_000
"""Pages of one question before we believe that they never end."""

Since = tuple[str, datetime] | None


class Puller:
    """Pulls one account's rows."""

    def __init__(self, client: Client, clock: Clock, page_size: int, overlap: timedelta) -> None:
        self._client = client
        self._clock = clock
        self._page_size = page_size
        self._overlap = overlap
        self._one_model_until: datetime | None = None

    def __call__(self, event: Event, resource: str, cursor: Cursor | None) -> Iterator[Page]:
        """Pages of a resource; see the port."""
        told: set[tuple[str, int]] = set()
        if resource == "passes":
            yield from self._passes(event, told)
            return
        for since in self._questions(resource, cursor):
            yield from self._pages(event, resource, since, told, set())

    def _questions(self, resource: str, cursor: Cursor | None) -> tuple[Since, ...]:
        """What to ask: everything, or the new rows and the changed ones. One stamp alone would miss the others."""
        if cursor is None or cursor.created_to is None or cursor.updated_to is None or resource not in DATED:
            return (None,)
        return (
            ("created_at", cursor.created_to - self._overlap),
            ("updated_at", cursor.updated_to - self._overlap),
        )

    def _passes(self, event: Event, told: set[tuple[str, int]]) -> Iterator[Page]:
        """The first model, which knows the event, then those that only the second one has."""
        first: set[str] = set()
        yield from self._pages(event, "passes", None, told, first)
        if self._one_model_until is not None and self._clock() < self._one_model_until:
            return
        try:
            for page in self._pages(event, "v2/passes", None, told, set()):
                yield _without(page, first)
        except ProviderError as error:
            if error.status not in {403, 404}:
                raise
            self._one_model_until = self._clock() + WITHOUT_SECOND_MODEL

    def _pages(
        self, event: Event, resource: str, since: Since, told: set[tuple[str, int]], seen: set[str]
    ) -> Iterator[Page]:
        """Pages until one brings no row that this question has not brought yet; `seen` collects their ids."""
        offset = longest = 0
        began: datetime | None = None
        for _ in range(MOST_PAGES):
            answer = self._client.rows(resource, event.ref, offset, self._page_size, since)
            began = began or answer.platform_now or answer.asked_at
            before = len(seen)
            page = _page(answer, told, seen)
            if page.rows or page.damaged or offset == 0:
                yield page
            if len(seen) == before or (len(answer.rows) < longest and _born_after(page, began)):
                return
            offset += len(answer.rows)
            longest = max(longest, len(answer.rows))
        raise ProviderError(AnswerKind.BROKEN, "the platform's pages do not end")


def _page(answer: Answer, told: set[tuple[str, int]], seen: set[str]) -> Page:
    """The rows of an answer that this pull has not told yet, in the form they have now."""
    latest = (answer.platform_now or answer.asked_at) + FROM_THE_FUTURE
    rows: list[Row] = []
    damaged: list[Damaged] = []
    for raw in answer.rows:
        one = translate.row(raw, latest)
        digest = one.digest if isinstance(one, Row) else hash(one.raw)
        ref = one.ref or f"?{digest}"
        seen.add(ref)
        if (ref, digest) in told:
            continue
        told.add((ref, digest))
        if isinstance(one, Row):
            rows.append(one)
        else:
            damaged.append(one)
    return Page(rows=rows, damaged=damaged, asked_at=answer.asked_at, platform_now=answer.platform_now)


def _born_after(page: Page, began: datetime) -> bool:
    """A last, short page of nothing but rows sold since we began: the next delta has them, and there may be no end."""
    return not page.damaged and all(row.created is not None and row.created > began for row in page.rows)


def _without(page: Page, refs: set[str]) -> Page:
    rows = [row for row in page.rows if row.ref not in refs]
    return Page(rows=rows, damaged=page.damaged, asked_at=page.asked_at, platform_now=page.platform_now)
