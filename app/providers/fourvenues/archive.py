"""Fourvenues' back office behind the port `Archive`: every collection, page after page, as it was sent."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from app.domain.money import Money, NoMoney, currency_of, from_minor, from_units
from app.domain.outbox import AnswerKind
from app.ports import Clock, ProviderError
from app.ports.office import RESOURCES, Sheaf, Slice
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.client import Answer, Wire, iso
from app.providers.pace import Priority
from app.providers.transport import Ask, Transport
from app.providers.values import UNREADABLE

DATED = ("tickets", "lists")
"""Collections whose pages say that they can be asked by `date_field`; others are asked so and then without."""
OF_AN_EVENT = ("tickets", "lists", "passes")
"""Collections that are only told event by event."""
FIRST = datetime(2010, 1, 1, tzinfo=UTC)
"""Before anything: where a window begins that has to be given and was not."""
AHEAD = timedelta(days=730)
"""How far ahead such a window ends: bookings and events are of nights to come."""
MOST_PAGES = 100_000
"""Pages of one question before we believe that they never end."""
WITHOUT_SECOND_MODEL = timedelta(hours=1)
_DATA = re.compile(r'\s*(\{.*?"data"\s*:\s*)?\[', re.DOTALL)
_GAP = re.compile(r"[\s,]*")
_ANY = json.JSONDecoder()
UNITS_IN = "total_amount"
"""Rows in the reference's shape have it, and are in units; those of the use cases have `amount`, in minor units."""


class BackOffice(Wire):
    """Collections of the Integrations API. What is no JSON inside an answer costs one value, not the page."""

    def collection(self, resource: str, params: Mapping[str, str]) -> Answer:
        """A page of any collection; the door's requests go first."""
        return self._read(f"/{resource}/", Priority.POLL, params)

    def _opened(self, ask: Ask, body: bytes) -> Any:
        try:
            return super()._opened(ask, body)
        except ProviderError:
            mended = _mended(body)
            if mended is None:
                raise
            return super()._opened(ask, mended)


class FourvenuesArchive:
    """The back office of one account. Shares the transport, and so the pace, of the door."""

    def __init__(self, settings: FourvenuesAccount, transport: Transport, clock: Clock) -> None:
        self.account = settings.account
        self._office = BackOffice(transport)
        self._clock = clock
        self._page_size = settings.page_size
        self._amounts = settings.amounts
        self._currency = settings.currency
        self._one_model_until: datetime | None = None

    def __repr__(self) -> str:
        return f"FourvenuesArchive({self.account!r})"

    def pages(self, wanted: Slice) -> Iterator[Sheaf]:
        """See the port. A pull of passes can't be gone on with: it always begins at its first row."""
        if wanted.resource not in RESOURCES:
            raise ProviderError(AnswerKind.BROKEN, f"there is no collection {wanted.resource!r}")
        if wanted.resource == "passes":
            return self._passes(replace(wanted, offset=0))
        return self._asked(wanted)

    def amounts(self, resource: str, row: dict[str, Any]) -> str:
        """See the port. What is no payment, refund or movement is always in units."""
        if resource not in {"payments", "refunds", "wallet-movements"}:
            return "units"
        if self._amounts != "auto":
            return self._amounts
        return "minor" if "amount" in row and UNITS_IN not in row else "units"

    def money(self, resource: str, row: dict[str, Any], name: str) -> Money:
        """See the port. A row without a currency is in the account's."""
        told = row.get("currency")
        currency = self._currency if told is None or told == "" else currency_of(told)
        value = row.get(name)
        if value is None or value == "":
            raise NoMoney("is missing")
        return (from_minor if self.amounts(resource, row) == "minor" else from_units)(value, currency)

    def _asked(self, wanted: Slice) -> Iterator[Sheaf]:
        """By the date field that is wanted; where the platform knows none for this collection, without."""
        pages = self._paged(wanted.resource, wanted)
        try:
            first = next(pages, None)
        except ProviderError as error:
            if error.status != 400 or not wanted.date_field or wanted.resource in DATED:
                raise
            pages = self._paged(wanted.resource, replace(wanted, date_field=""))
            first = next(pages, None)
        if first is not None:
            yield first
            yield from pages

    def _passes(self, wanted: Slice) -> Iterator[Sheaf]:
        """The first model, which knows the event, then those that only the second one has."""
        first: set[str] = set()
        for sheaf in self._paged("passes", wanted):
            first.update(filter(None, map(_ref, sheaf.rows)))
            yield replace(sheaf, next_offset=0)
        if self._one_model_until is not None and self._clock() < self._one_model_until:
            return
        try:
            for sheaf in self._paged("v2/passes", wanted):
                rows = [raw for raw in sheaf.rows if _ref(raw) not in first]
                yield replace(sheaf, rows=rows, next_offset=0)
        except ProviderError as error:
            if error.status not in {403, 404}:
                raise
            self._one_model_until = self._clock() + WITHOUT_SECOND_MODEL

    def _paged(self, resource: str, wanted: Slice) -> Iterator[Sheaf]:
        """Pages until an empty one, or one that brings nothing new."""
        params, offset, seen = self._params(resource, wanted), wanted.offset, _Seen()
        for _ in range(MOST_PAGES):
            page = {"limit": str(self._page_size), "offset": str(offset)}
            answer = self._office.collection(resource, params | page)
            fresh = seen.anything_new(answer.rows)
            offset += len(answer.rows)
            if fresh or offset == wanted.offset:
                yield Sheaf(
                    rows=answer.rows, next_offset=offset, asked_at=answer.asked_at, platform_now=answer.platform_now
                )
            if not fresh:
                return
        raise ProviderError(AnswerKind.BROKEN, "the platform's pages do not end")

    def _params(self, resource: str, wanted: Slice) -> dict[str, str]:
        """The window: events are asked with both spellings; collections of an event without any by default."""
        params = {"event_id": wanted.event_ref} if wanted.event_ref else {}
        start, end = wanted.start, wanted.end
        if resource == "events" or not wanted.event_ref:
            start, end = start or FIRST, end or self._clock() + AHEAD
        names = (("start_date", start), ("end_date", end))
        params |= {name: iso(at) for name, at in names if at is not None}
        if resource == "events":
            params |= {name.removesuffix("_date"): value for name, value in params.items() if name.endswith("_date")}
        return params | ({"date_field": wanted.date_field} if wanted.date_field and start is not None else {})


class _Id(msgspec.Struct, frozen=True, gc=False):
    id: Any = msgspec.field(name="_id", default=None)


_ID = msgspec.json.Decoder(_Id)


def _ref(raw: bytes) -> str:
    """The id of a row; empty when it has none. Only to be compared with others."""
    try:
        told = _ID.decode(raw).id
    except UNREADABLE:
        return ""
    return told if isinstance(told, str) else "" if told is None else repr(told)


class _Seen:
    """Ids that a question has brought, as numbers: a hundred thousand take a few megabytes."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._before: list[bytes] = []

    def anything_new(self, rows: Any) -> bool:
        """Is there an id not seen yet; or, among rows without ids, not the page that came before?"""
        refs = [_ref(raw) for raw in rows]
        known = len(self._ids)
        self._ids.update(hash(ref) for ref in refs if ref)
        fresh = len(self._ids) > known or ("" in refs and list(rows) != self._before)
        self._before = list(rows) if "" in refs else []
        return fresh


def _mended(body: bytes) -> bytes | None:
    """The answer with the rows that are no JSON made into some; None when it can't be read at all.

    Sound rows stay as they were sent, to the letter: who compares them with those of yesterday finds them unchanged.
    """
    text = body.decode("utf-8", "surrogateescape")
    try:
        told = json.loads(text, parse_constant=str)
        rows = list(_split(text))
    except (ValueError, RecursionError, IndexError):
        return None
    head = {"success": told.get("success")} if isinstance(told, dict) else {}
    return json.dumps(head | {"data": []}).encode()[:-2] + b",".join(map(_mended_row, rows)) + b"]}"


def _split(text: str) -> Iterator[str]:
    """The rows of an answer as they stand in it. Raises ValueError or IndexError where there are none."""
    found = _DATA.match(text)
    at = _past(text, found.end() if found else len(text))
    while text[at] != "]":
        _, end = _ANY.raw_decode(text, at)
        yield text[at:end]
        at = _past(text, end)


def _past(text: str, at: int) -> int:
    """Behind spaces and commas."""
    found = _GAP.match(text, at)
    return found.end() if found else at


def _mended_row(row: str) -> bytes:
    """A row with NaN and the like as text, and broken letters replaced."""
    raw = row.encode("utf-8", "surrogateescape")
    try:
        msgspec.json.decode(raw)
    except UNREADABLE:
        told = json.loads(raw.decode("utf-8", "replace"), parse_constant=str, parse_float=_finite)
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return raw


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text
