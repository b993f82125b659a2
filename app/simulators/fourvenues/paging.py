"""Dates, bounds, order and pages of the list endpoints: everything there that is not documented."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import inf, nextafter
from random import Random
from typing import TypeVar

from starlette.datastructures import QueryParams

from app.simulators.answers import Refused
from app.simulators.fourvenues.rows import Row
from app.simulators.fourvenues.switches import Switches

R = TypeVar("R", bound=Row)
TAKINGS = ("payments", "refunds", "wallet-movements")
ALWAYS_DATED = frozenset({"tickets", "lists", *TAKINGS, "channels/payments", "channels/tickets"})


def moment(text: str) -> float:
    """Unix seconds of a date or date-time; a bare date is midnight UTC."""
    for written in (text, text.replace(" ", "+")):  # a plus that nobody escaped arrives as a space
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            continue
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    raise Refused(400, f"Invalid date {text}")


class Pager:
    """Cuts pages; remembers the order of the present pass for the switch `order`."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._passes = 0

    def page(self, resource: str, rows: Iterable[R], query: QueryParams, *, default: int = 0) -> Sequence[R]:
        """The rows of one answer: filtered by date, ordered and cut as the switches say.

        `default` is how many rows come when no limit is asked, where that is documented; 0 is everything.
        """
        offset, limit = self._cut(resource, query, default)
        found = self._ordered(self._dated(resource, rows, query), first=offset == 0)
        return found[offset:] if limit is None else found[offset : offset + limit]

    def _cut(self, resource: str, query: QueryParams, default: int) -> tuple[int, int | None]:
        switches = self._switches
        limit, offset = _whole(query, "limit"), _whole(query, "offset") or 0
        if not self._is_paged(resource):
            return 0, None
        if switches.ignore_offset:
            offset = 0
        if limit is None or limit == 0 or switches.ignore_limit:
            limit = switches.page_default or default or None
        if switches.page_max:
            limit = min(limit or switches.page_max, switches.page_max)
        return offset, limit

    def _is_paged(self, resource: str) -> bool:
        if resource.startswith("channels/"):
            return True
        return self._switches.takings_paged if resource in TAKINGS else resource in self._switches.paged

    def _is_dated(self, resource: str, query: QueryParams) -> bool:
        """Whether the dates of the request are those of the rows: for tables they are those of the night."""
        if resource == "bookings" and "date_field" not in query:
            return False
        return resource in ALWAYS_DATED or resource in self._switches.dated

    def _dated(self, resource: str, rows: Iterable[R], query: QueryParams) -> list[R]:
        start, end = query.get("start_date"), query.get("end_date")
        if not (start or end) or not self._is_dated(resource, query):
            return [row for row in rows if not row.hidden]
        by_update = query.get("date_field") == "updated_at"
        window = self.window(start, end)
        first, after = window.first, window.after  # a hundred thousand rows are looked at for each page
        if by_update:
            return [row for row in rows if first <= row.updated < after and not row.hidden]
        return [row for row in rows if first <= row.created < after and not row.hidden]

    def _bounds(self, start: float | None, end: float | None) -> "Bounds":
        return Bounds(
            start,
            end,
            open_start=self._switches.start_bound == "exclusive",
            open_end=self._switches.end_bound == "exclusive",
        )

    def window(self, start: str | None, end: str | None) -> "Bounds":
        """A stretch between two dates as they were asked, or without end."""
        return self._bounds(moment(start) if start else None, moment(end) if end else None)

    def _ordered(self, rows: list[R], *, first: bool) -> list[R]:
        order = self._switches.order
        if order == "stable":
            return rows
        if first or order == "shifting":
            self._passes += 1
        Random(self._passes).shuffle(rows)  # noqa: S311 - an order, not a secret
        return rows


class Bounds:
    """A stretch of time whose ends may or may not belong to it: from `first` on, and before `after`."""

    def __init__(self, start: float | None, end: float | None, *, open_start: bool, open_end: bool) -> None:
        first = -inf if start is None else start
        after = inf if end is None else end
        self.first = nextafter(first, inf) if open_start else first
        self.after = after if open_end else nextafter(after, inf)

    def __call__(self, at: float) -> bool:
        return self.first <= at < self.after


def _whole(query: QueryParams, name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    if not text.isdigit():
        raise Refused(400, f"{name} must be a number")
    return int(text)
