"""What rows of a platform say, as words of the report; one that can't be used is told with its field. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.domain.money import Money, NoMoney, currency_of
from app.domain.takings import Asked, Movement, Night, Payment, Refund, Unread
from app.office.spool import id_of
from app.ports.office import Archive

Row = dict[str, Any]
AMOUNTS = ("total_amount", "amount")
"""Fields that hold the amount of a row, as the two documents of Fourvenues have it."""
TIMES = ("at", "created_at")
_MILLISECONDS_FROM = 1e11
_LONGEST = 200


class Unusable(Exception):
    """A field without which a row can't be used."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, why)
        self.field = field
        self.why = why


class Reader:
    """Rows of one account. None for a row that is not what was asked for; rows of a platform go by its own ids."""

    def __init__(self, asked: Asked, archive: Archive, names: Mapping[str, str]) -> None:
        self._asked = asked
        self._archive = archive
        self._account = archive.account
        self._names = names

    def read(self, resource: str, number: int, row: Row | None) -> Payment | Refund | Movement | Unread | None:
        """What the row says; `number` names one that has no id."""
        readers: dict[str, Callable[[Row, str], Payment | Refund | Movement | None]] = {
            "payments": self._payment, "refunds": self._refund, "wallet-movements": self._movement,
        }  # fmt: skip
        ref = id_of(row)
        try:
            if row is None:
                raise Unusable("row", "is no JSON object")
            return readers[resource](row, ref)
        except Unusable as error:
            named = ref or f"without id, number {number}"
            return Unread(account=self._account, resource=resource, ref=named, field=error.field, why=error.why)

    def convention(self, resource: str, row: Row) -> str:
        return self._archive.amounts(resource, row)

    def _payment(self, row: Row, ref: str) -> Payment | None:
        at = self._at(row)
        if at is None:
            return None
        event = _text(row.get("event_id"))
        return Payment(
            account=self._account, ref=ref, event=event, event_name=self._name(event, row), at=at,
            day=self._asked.day(at), method=_text(row.get("payment_method")), sale_type=_text(row.get("sale_type")),
            status=_text(row.get("status")), amount=self._amount("payments", row),
        )  # fmt: skip

    def _refund(self, row: Row, ref: str) -> Refund | None:
        at = self._at(row)
        if at is None:
            return None
        amount = self._amount("refunds", row)
        event = _text(row.get("event_id"))
        return Refund(
            account=self._account, ref=ref, payment=_text(row.get("payment_id")), event=event,
            event_name=self._name(event, row), at=at, day=self._asked.day(at), reason=_text(row.get("reason")),
            amount=Money(abs(amount.minor), amount.currency),
        )  # fmt: skip

    def _movement(self, row: Row, ref: str) -> Movement | None:
        at = self._at(row)
        if at is None:
            return None
        tells = row.get("final_amount") is not None
        return Movement(
            account=self._account, ref=ref, at=at, day=self._asked.day(at), kind=_text(row.get("type")),
            note=_text(row.get("description")), amount=self._amount("wallet-movements", row),
            balance=self._money("wallet-movements", row, "final_amount") if tells else None,
        )  # fmt: skip

    def _at(self, row: Row) -> datetime | None:
        """When it happened; None when that, or the event, is not what was asked for."""
        name = next((one for one in TIMES if row.get(one)), TIMES[-1])
        at = moment(row.get(name))
        if at is None:
            raise Unusable(name, "is no time" if row.get(name) else "is missing")
        event = _text(row.get("event_id"))
        other = self._asked.event and event and event != self._asked.event
        return None if other or not self._asked.start <= at < self._asked.end else at

    def _amount(self, resource: str, row: Row) -> Money:
        return self._money(resource, row, next((one for one in AMOUNTS if one in row), AMOUNTS[-1]))

    def _money(self, resource: str, row: Row, name: str) -> Money:
        try:
            return self._archive.money(resource, row, name)
        except NoMoney as error:
            raise Unusable("currency" if _wrong_currency(row) else name, str(error)) from None

    def _name(self, event: str, row: Row) -> str:
        return self._names.get(event) or _text(row.get("event_slug"))


def night(asked: Asked, archive: Archive, row: Row | None) -> Night | None:
    """An event as the platform tells it; its day is only told inside the range. None for what is no event."""
    if row is None or not id_of(row):
        return None
    at = moment(row.get("start", row.get("start_date")))
    inside = at is not None and asked.start <= at < asked.end
    return Night(
        account=archive.account, ref=id_of(row), name=_text(row.get("name")), at=at,
        day=asked.day(at) if at is not None and inside else None,
    )  # fmt: skip


def tickets(row: Row) -> list[str]:
    """Ids of what a payment or a refund is for, where the row tells."""
    found = row.get("resources_ids")
    return [one for one in found if isinstance(one, str) and one] if isinstance(found, list) else []


def moment(value: object) -> datetime | None:
    """A time as ISO 8601, in seconds, or (from 1e11 on) in milliseconds; 0, null and nonsense are none."""
    try:
        if isinstance(value, str) and value.strip():
            at = datetime.fromisoformat(value.strip())
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _wrong_currency(row: Row) -> bool:
    if row.get("currency") in (None, ""):
        return False
    try:
        currency_of(row["currency"])
    except NoMoney:
        return True
    return False


def _text(value: object) -> str:
    """One line that may be shown and written into any file; numbers as they are."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:40]
    if not isinstance(value, str):
        return ""
    line = " ".join(value[: _LONGEST * 4].split())
    return "".join(one for one in line if one.isprintable())[:_LONGEST]
