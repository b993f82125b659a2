"""Telling Fourvenues of an entry, and seeing how it counts one. What is sent is always the total inside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.model import ENTRANCE, Admission, Event, Kind, Party, Standing
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.ports import Clock, Damaged, ProviderError
from app.providers.fourvenues import nights, options, translate
from app.providers.fourvenues.client import Client, Option
from app.providers.fourvenues.find import may_exist
from app.providers.values import UNREADABLE

RESOURCE = {Kind.TICKET: "tickets", Kind.LIST: "lists", Kind.PASS: "passes"}
BY_CODE = {"lists": "lists", "passes": "v2/passes"}
RATES_KEPT = timedelta(minutes=10)
RATES_MISSED = timedelta(minutes=1)


class CheckIn:
    """Pushes and looks for one account. Thread-safe: what it remembers may be asked twice, never wrongly."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._starts: dict[str, datetime | None] = {}
        self._rates: dict[tuple[str, str], tuple[datetime, tuple[options.Rate, ...]]] = {}

    def remember(self, event: Event) -> None:
        """Keep when an event starts: prices of lists depend on it."""
        self._starts[event.ref] = event.starts_at

    def push(self, call: Call) -> Receipt:
        """See the port."""
        if call.kind not in RESOURCE or call.allowance != ENTRANCE:
            return Receipt(kind=AnswerKind.BROKEN, words="Fourvenues takes no check-in of this kind from us")
        try:
            return self._ticket(call) if call.kind is Kind.TICKET else self._party(call)
        except ProviderError as error:
            if error.status == 503 and not _guarded(call):
                # Nearly always nothing was done; but if it was, a resend would count these people twice.
                return Receipt(kind=AnswerKind.DOUBTFUL, words=error.words, retry_after=error.retry_after)
            return error.receipt()

    def look(self, call: Call) -> Sighting:
        """See the port."""
        if call.kind not in RESOURCE:
            raise ProviderError(AnswerKind.BROKEN, "Fourvenues shows no admission of this kind")
        raw = self._raw(call)
        if raw is None:
            return Sighting(found=False)
        seen = _view(call, raw)
        counted = seen.allowance(call.allowance)
        count = counted.confirmed if counted else 0
        return Sighting(
            found=True,
            standing=seen.standing,
            word=seen.word,
            limit=counted.limit if counted else 0,
            count=count,
            last_at=translate.entered_at(raw) if call.kind is Kind.TICKET and count else None,
        )

    # Tickets

    def _ticket(self, call: Call) -> Receipt:
        """A single entry is told without a question: the platform itself refuses a second one."""
        base = call.base
        if base is None:
            base = max(-call.heads, 0) if _guarded(call) else self.look(call).count
        total = max(base + call.heads, 0)
        try:
            self._client.enter_ticket(call.ref, total, call.at)
        except ProviderError as error:
            if error.status == 403:
                return self._forbidden(call, error)
            raise
        return Receipt(kind=AnswerKind.ACCEPTED, count=1) if (base, total) == (0, 1) else self._verified(call, total)

    def _verified(self, call: Call, total: int) -> Receipt:
        """Look what a ticket counts now: its answer does not say, and whether it adds or sets is not documented."""
        try:
            seen = self.look(call)
        except ProviderError as error:
            return Receipt(kind=AnswerKind.DOUBTFUL, words=f"accepted, but not seen: {error.words}")
        return _counted(seen.count, total)

    def _forbidden(self, call: Call, error: ProviderError) -> Receipt:
        """A 403 may judge the guest or our key: what the admission shows tells which."""
        seen = self.look(call)
        against_guest = (
            not seen.found or seen.standing is not Standing.GOOD or not 0 <= seen.count + call.heads <= seen.limit
        )
        kind = AnswerKind.REFUSED if against_guest else AnswerKind.BARRED
        return Receipt(kind=kind, words=error.words)

    # Lists and passes

    def _party(self, call: Call) -> Receipt:
        """Nothing but the count guards these: we send only on top of what was seen, and doubt every failure."""
        raw = self._raw(call)
        if raw is None:
            return Receipt(kind=AnswerKind.REFUSED, words="not found")
        count = _entered(_view(call, raw))
        if call.base not in {None, count}:
            return Receipt(kind=AnswerKind.REFUSED, words=f"the platform counts {count}, not {call.base}", count=count)
        total = max(count + call.heads, 0)
        sent = self._options(call, raw, count)
        try:
            answer = self._client.enter_options(RESOURCE[call.kind], call.ref, call.event_ref, sent)
        except ProviderError as error:
            if error.status == 403:
                return self._forbidden(call, error)
            raise
        return self._told(call, answer.rows, total)

    def _options(self, call: Call, raw: bytes, count: int) -> Sequence[Option]:
        """Everything that is to be counted on the entry, by price option."""
        try:
            held = options.entry(raw)
        except UNREADABLE:
            raise ProviderError(AnswerKind.BROKEN, "the options of the entry can't be read") from None
        asked = call.party.option if call.party else None
        rates = () if asked else self._rates_of(call)
        chosen = options.choose(held, call.party, rates, self._starts_at(call.event_ref) if rates else None, call.at)
        party: Party = options.party_of(call.party, abs(call.heads))
        change = options.add if call.heads > 0 else options.take
        return change(options.level(held, count, chosen), chosen, party)

    def _told(self, call: Call, rows: Sequence[bytes], total: int) -> Receipt:
        """The answer carries the entry as it stands now; where it does not, we look."""
        if not rows:
            return self._verified(call, total)
        try:
            told = options.entry(rows[0])
            count = _entered(_view(call, rows[0]))
        except (ProviderError, *UNREADABLE):
            return Receipt(kind=AnswerKind.DOUBTFUL, words="the platform's answer can't be read")
        if told.options and told.heads != count:
            return Receipt(kind=AnswerKind.DOUBTFUL, words=f"the platform counts {count} and {told.heads} by option")
        return _counted(count, total)

    def _rates_of(self, call: Call) -> tuple[options.Rate, ...]:
        """Rates of the event; none when they can't be had: an entry must not wait for a price."""
        key = (RESOURCE[call.kind], call.event_ref)
        until, rates = self._rates.get(key, (None, ()))
        now = self._clock()
        if until is not None and now < until:
            return rates
        try:
            answer = self._client.rates(*key)
            rates = tuple(rate for rate in map(options.rate, answer.rows) if rate is not None)
            until = now + RATES_KEPT
        except ProviderError as error:
            if error.unreachable:
                raise
            until = now + RATES_MISSED
        self._rates[key] = (until, rates)
        return rates

    def _starts_at(self, event_ref: str) -> datetime | None:
        if event_ref not in self._starts:
            try:
                rows = self._client.event(event_ref).rows
            except ProviderError as error:
                if error.unreachable:
                    raise
                return None
            night = nights.night(rows[0], nights.NOBODY, None) if rows else None
            self._starts[event_ref] = night.starts_at if night else None
        return self._starts[event_ref]

    # Both

    def _raw(self, call: Call) -> bytes | None:
        """The admission as the platform shows it now; None when it does not exist."""
        resource = RESOURCE[call.kind]
        try:
            rows = self._client.one(resource, call.ref, call.event_ref).rows
        except ProviderError as error:
            if not _absent(error):
                raise
            rows = self._by_code(call, resource)
        return next((raw for raw in rows if translate.ref(raw) == call.ref), None)

    def _by_code(self, call: Call, resource: str) -> Sequence[bytes]:
        """Entries whose path by id is only assumed, and passes that only the second model knows."""
        if resource not in BY_CODE or not may_exist(call.code):
            return ()
        try:
            return self._client.by_code(BY_CODE[resource], call.code).rows
        except ProviderError as error:
            if _absent(error):
                return ()
            if error.status == 403:  # our key may not see where it would be: that does not make it gone
                raise ProviderError(AnswerKind.BROKEN, f"cannot be seen: {error.words}", status=403) from None
            raise


def _guarded(call: Call) -> bool:
    """Does the platform itself see to it that this is counted once? Only for one person on a ticket for one."""
    return call.kind is Kind.TICKET and call.limit == 1 and abs(call.heads) == 1


def _absent(error: ProviderError) -> bool:
    """Is it the platform that says that there is no such thing?"""
    return error.status == 404 and error.kind is AnswerKind.BROKEN


def _view(call: Call, raw: bytes) -> Admission:
    """The admission that the platform shows, in our words."""
    event = Event(id=call.event, account=call.account, ref=call.event_ref, name="")
    row = translate.row(raw)
    seen = row if isinstance(row, Damaged) else translate.admission(event, RESOURCE[call.kind], row)
    if isinstance(seen, Damaged):
        raise ProviderError(AnswerKind.BROKEN, seen.why)
    return seen


def _entered(seen: Admission) -> int:
    return sum(one.confirmed for one in seen.allowances if one.ref == ENTRANCE)


def _counted(count: int, total: int) -> Receipt:
    if count == total:
        return Receipt(kind=AnswerKind.ACCEPTED, count=count)
    return Receipt(kind=AnswerKind.DOUBTFUL, words=f"the platform counts {count} after {total} were sent")
