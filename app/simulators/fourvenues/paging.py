"""Dates, bounds, order and pages of the list endpoints: everything there that is not documented."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from starlette.datastructures import QueryParams

from app.simulators.answers import Refused
from app.simulators.fourvenues.rows import Row
from app.simulators.fourvenues.switches import Switches

R = TypeVar("R", bound=Row)


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

    def page(self, resource: str, rows: Iterable[R], query: QueryParams) -> Sequence[R]:
        """The rows of one answer: filtered by date, ordered and cut as the switches say."""
        offset, limit = self._cut(resource, query)
        found = self._ordered(self._dated(resource, rows, query), first=offset == 0)
        return found[offset:] if limit is None else found[offset : offset + limit]

    def _cut(self, resource: str, query: QueryParams) -> tuple[int, int | None]:
        switches = self._switches
        limit, offset = _whole(query, "limit"), _whole(query, "offset") or 0
        if resource not in switches.paged:
            return 0, None
        if switches.ignore_offset:
            offset = 0
        if limit is None or limit == 0 or switches.ignore_limit:
            limit = switches.page_default or None
        if switches.page_max:
            limit = min(limit or switches.page_max, switches.page_max)
        return offset, limit

    def _dated(self, resource: str, rows: Iterable[R], query: QueryParams) -> list[R]:
        start, end = query.get("start_date"), query.get("end_date")
        if resource not in ("tickets", "lists") or not (start or end):
            return [row for row in rows if not row.hidden]
        by_update = query.get("date_field") == "updated_at"
        inside = self._bounds(moment(start) if start else None, moment(end) if end else None)
        return [row for row in rows if not row.hidden and inside(row.updated if by_update else row.created)]

    def _bounds(self, start: float | None, end: float | None) -> "Bounds":
        return Bounds(
            start,
            end,
            open_start=self._switches.start_bound == "exclusive",
            open_end=self._switches.end_bound == "exclusive",
        )

    def within(self, start: str, end: str) -> "Bounds":
        """The window of an events request."""
        return self._bounds(moment(start), moment(end))

    def _ordered(self, rows: list[R], *, first: bool) -> list[R]:
        order = self._switches.order
        if order == "stable":
            return rows
        if first or order == "shifting":
            self._passes += 1
        Random(self._passes).shuffle(rows)  # noqa: S311 - an order, not a secret
        return rows


class Bounds:
    """A stretch of time whose ends may or may not belong to it."""

    def __init__(self, start: float | None, end: float | None, *, open_start: bool, open_end: bool) -> None:
        self._start, self._end = start, end
        self._open_start, self._open_end = open_start, open_end

    def __call__(self, at: float) -> bool:
        if self._start is not None and (at < self._start or (self._open_start and at == self._start)):
            return False
        return self._end is None or at < self._end or (not self._open_end and at == self._end)


def _whole(query: QueryParams, name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    if not text.isdigit():
        raise Refused(400, f"{name} must be a number")
    return int(text)
