"""The outbox inside one transaction: claims, settlements, and what a person decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, func, insert, literal_column, or_, select, text, update
from sqlalchemy.engine import Connection

from app.domain import sale
from app.domain.model import AccountId, Admission, CallId
from app.domain.outbox import AnswerKind, Call, CallState, Receipt
from app.domain.settle import (
    Again,
    Barred,
    Conflict,
    Covered,
    Done,
    Look,
    Parked,
    Settlement,
    Trouble,
    surely_not_there,
)
from app.store import schema
from app.store.rows import CALL, from_call, to_call
from app.store.sql import Statements

k, w = schema.calls, schema.allowances
so, sa = schema.sold, schema.sales
_earlier = k.alias("earlier")

AT_THE_PLATFORM: list[ColumnElement[str]] = [literal_column(f"'{one}'") for one in sorted(sale.AT_THE_PLATFORM)]

CLAIMABLE = (
    select(*CALL)
    .where(
        k.c.account == bindparam("account"),
        text(f"calls.{schema.OPEN}"),
        (k.c.state == literal_column("'sending'")) | (k.c.due_at <= bindparam("now", type_=k.c.due_at.type)),
        ~exists(
            select(literal_column("1"))
            .select_from(_earlier)
            .where(
                _earlier.c.admission_id == k.c.admission_id,
                _earlier.c.id < k.c.id,
                text(f"earlier.{schema.OPEN}"),
            )
        ),
        # The ticket of a sale is made there first.
        (k.c.kind != literal_column("'sold'"))
        | ~exists(
            select(literal_column("1"))
            .select_from(so.join(sa, sa.c.id == so.c.sale_id))
            .where(so.c.admission_id == k.c.admission_id, sa.c.state.not_in(AT_THE_PLATFORM))
        ),
    )
    .order_by(k.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=k, skip_locked=True)
)
CLAIM = (
    update(k)
    .where(k.c.id == bindparam("call"))
    .values(
        state=literal_column("'sending'"),
        claim=bindparam("claim"),
        doubts=k.c.doubts + case((k.c.state == literal_column("'sending'"), 1), else_=0),
        sent_at=func.coalesce(k.c.sent_at, bindparam("now", type_=k.c.sent_at.type)),
    )
)
MINE = (
    k.c.id == bindparam("call"),
    k.c.claim == bindparam("claim"),
    k.c.state == literal_column("'sending'"),
)
SET_BASE = update(k).where(*MINE).values(base=bindparam("base"))
RELEASE = (
    update(k)
    .where(*MINE)
    .values(
        state=literal_column("'due'"), claim=literal_column("''"),
        sent_at=case((k.c.doubts > 0, k.c.sent_at), else_=None),
    )
)  # fmt: skip
SETTLE = (
    update(k)
    .where(*MINE)
    .values(
        {
            name: bindparam(f"new_{name}", type_=k.c[name].type)
            for name in (
                "state", "attempts", "looks", "doubts", "due_at", "claim", "answered", "why", "words", "settled_at",
                "sent_at",
            )
        }
    )
)  # fmt: skip
CONFIRM = (
    update(w)
    .where(w.c.admission_id == bindparam("admission"), w.c.ref == bindparam("allowance"))
    .values(
        owed=w.c.owed - bindparam("heads"),
        confirmed=bindparam("count"),
        confirmed_at=bindparam("now", type_=w.c.confirmed_at.type),
    )
)
COUNTED = (
    select(w.c.confirmed)
    .where(w.c.admission_id == bindparam("admission"), w.c.ref == bindparam("allowance"))
    .with_for_update()
)
GIVE_BACK = (
    update(w)
    .where(w.c.admission_id == bindparam("admission"), w.c.ref == bindparam("allowance"))
    .values(owed=w.c.owed - bindparam("heads"))
)

IN_A_PERSONS_HANDS = frozenset({CallState.DUE, CallState.PARKED, CallState.CONFLICT})


@dataclass(frozen=True, slots=True)
class _New:
    """What a settlement writes into a call."""

    state: CallState
    due_at: datetime | None = None
    why: str = ""
    attempt: int = 1
    ended: bool = True


def _new(settlement: Settlement, call: Call, now: datetime) -> _New:
    match settlement:
        case Done() | Covered():
            return _New(CallState.DONE)
        case Again(at=at, free=free):
            return _New(CallState.DUE, due_at=at, attempt=0 if free else 1, ended=False)
        case Barred() | Look():
            return _New(CallState.DUE, due_at=call.due_at or now, attempt=0, ended=False)
        case Conflict(why=why):
            return _New(CallState.CONFLICT, why=why)
        case Parked(why=why):
            return _New(CallState.PARKED, why=why)


class SqlCalls:
    """`CallsTx` on one cursor."""

    def __init__(self, sql: Statements, cursor: Any, connection: Connection) -> None:
        self._sql = sql
        self._cursor = cursor
        self._connection = connection

    def claim(self, account: AccountId, claim: str, now: datetime, limit: int) -> list[Call]:
        rows = self._sql(CLAIMABLE).rows(self._cursor, account=account, now=now, most=limit)
        for row in rows:
            self._sql(CLAIM).run(self._cursor, call=row[0], claim=claim, now=now)
        return [_claimed(to_call(row), now) for row in rows]

    def set_base(self, call: CallId, claim: str, base: int) -> bool:
        return bool(self._sql(SET_BASE).run(self._cursor, call=call, claim=claim, base=base).rowcount)

    def release(self, call: CallId, claim: str) -> None:
        self._sql(RELEASE).run(self._cursor, call=call, claim=claim)

    def settle(self, call: Call, claim: str, settlement: Settlement, receipt: Receipt, now: datetime) -> bool:
        new = _new(settlement, call, now)
        doubts = call.doubts + (receipt.kind is AnswerKind.DOUBTFUL)
        looked = receipt.kind in {AnswerKind.REFUSED, AnswerKind.BROKEN}
        done = self._sql(SETTLE).run(
            self._cursor,
            call=call.id, claim=claim, new_state=new.state.value, new_attempts=call.attempts + new.attempt,
            new_looks=call.looks + looked, new_doubts=doubts, new_sent_at=call.sent_at if doubts else None,
            new_due_at=new.due_at or call.due_at or now, new_claim="", new_answered=_answered(receipt),
            new_why=new.why, new_words=receipt.words[:500], new_settled_at=now if new.ended else None,
        )  # fmt: skip
        if not done.rowcount:
            return False
        if isinstance(settlement, Done):
            self._confirm(call, settlement.count, now)
        if isinstance(settlement, Covered):
            self._decide(settlement.undo, state=CallState.WITHDRAWN.value, settled_at=now, resolved_at=now)
        if isinstance(settlement, Conflict) and call.heads > 0 and surely_not_there(call, settlement.why):
            self._forget_undone(call, now)
        return True

    def _forget_undone(self, call: Call, now: datetime) -> None:
        """Taken back here while it was on its way, and then refused there: there is nothing to take back there. Where
        it may be there after all, both stay: the undo is sent, and a person sees the entry."""
        values = {"state": CallState.WITHDRAWN.value, "settled_at": now}
        waiting = or_(k.c.state == CallState.DUE.value, k.c.why == Trouble.ONLY_HERE.value)
        undo = (k.c.scan_id == call.scan, k.c.heads < 0, waiting)
        if self._connection.execute(update(k).where(*undo).values(**values)).rowcount:
            self._decide(call.id, **values)

    def _confirm(self, call: Call, count: int | None, now: datetime) -> None:
        """Move the heads from owed to confirmed; what the platform says it counts is better than our sum."""
        key = {"admission": call.admission, "allowance": call.allowance}
        if count is None:
            row = self._sql(COUNTED).run(self._cursor, **key).fetchone()
            count = max((row[0] if row else 0) + call.heads, 0)
        self._sql(CONFIRM).run(self._cursor, **key, heads=call.heads, count=count, now=now)

    def hurry(self, account: AccountId, now: datetime) -> int:
        done = self._connection.execute(
            update(k)
            .where(
                k.c.account == account,
                k.c.state == CallState.DUE.value,
                k.c.answered.in_([AnswerKind.BUSY.value, AnswerKind.DOUBTFUL.value]),
                k.c.due_at > now,
            )
            .values(due_at=now)
        )
        return done.rowcount

    def adopt(self, call: CallId, claim: str, admission: Admission) -> Call | None:
        """After `save`, which moved it: the call as it stands now, if it is still ours and about that admission."""
        row = self._connection.execute(select(*CALL).where(k.c.id == call, k.c.claim == claim)).first()
        found = to_call(tuple(row)) if row else None
        return found if found is not None and found.ref == admission.ref else None

    def get(self, call: CallId) -> Call | None:
        row = self._connection.execute(select(*CALL).where(k.c.id == call).with_for_update()).first()
        return to_call(tuple(row)) if row else None

    def retry(self, call: CallId, now: datetime, by: str) -> None:
        """Due at once, from the beginning, with a look before it is sent."""
        found = self.get(call)
        if found is None or found.state not in IN_A_PERSONS_HANDS:
            return
        self._decide(
            call, state=CallState.DUE.value, due_at=now, attempts=0, looks=0, settled_by=by, settled_at=None, why="",
            doubts=case((k.c.doubts > 0, k.c.doubts), else_=1), resolved_at=None,
        )  # fmt: skip

    def accept(self, call: CallId, now: datetime, by: str, reason: str) -> None:
        found = self.get(call)
        if found is not None and found.state in IN_A_PERSONS_HANDS:
            self._decide(call, state=CallState.DONE.value, settled_at=now, settled_by=by, note=reason, resolved_at=now)
            self._confirm(found, None, now)

    def discard(self, call: CallId, now: datetime, by: str, reason: str) -> None:
        found = self.get(call)
        if found is not None and found.state in IN_A_PERSONS_HANDS:
            self._decide(
                call, state=CallState.DISCARDED.value, settled_at=now, settled_by=by, note=reason, resolved_at=now
            )
            self._sql(GIVE_BACK).run(
                self._cursor, admission=found.admission, allowance=found.allowance, heads=found.heads
            )

    def add_conflict(self, call: Call, why: str, now: datetime) -> None:
        self._add_ended(replace(call, state=CallState.CONFLICT), why, now)

    def add_parked(self, call: Call, why: str, now: datetime) -> None:
        self._add_ended(replace(call, state=CallState.PARKED), why, now)

    def _add_ended(self, call: Call, why: str, now: datetime) -> None:
        self._connection.execute(insert(k).values(**from_call(call), why=why, settled_at=now))

    def resolve(self, call: CallId, now: datetime, by: str, note: str) -> None:
        self._decide(call, resolved_at=now, settled_by=by, note=note)

    def _decide(self, call: CallId, **values: Any) -> None:
        self._connection.execute(update(k).where(k.c.id == call).values(**values))


def _claimed(call: Call, now: datetime) -> Call:
    orphaned = call.state is CallState.SENDING
    return replace(call, state=CallState.SENDING, doubts=call.doubts + orphaned, sent_at=call.sent_at or now)


def _answered(receipt: Receipt) -> str:
    """What kind of answer it was; a busy platform that named a time is not to be hurried."""
    return "told_when" if receipt.retry_after is not None else receipt.kind.value
