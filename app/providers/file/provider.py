"""A spreadsheet behind the port `Provider`. What people do to files is listed in README.md beside this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.codes import tag
from app.domain.model import QR, RFID, Admission, Credential, Event
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.ports import Capabilities, Clock, Cursor, Damaged, Found, Page, ProviderError, Row
from app.providers.file import translate
from app.providers.file.account import FileAccount
from app.providers.file.checkin import CheckIn
from app.providers.file.client import Client, Now
from app.providers.file.guests import by_code
from app.providers.lookups import Lookups
from app.providers.naming import event_id

PROVIDER = "file"
PAGE = 1000
"""Rows a page."""


class FileProvider:
    """One spreadsheet. Thread-safe; every failure is a `ProviderError`."""

    name = PROVIDER
    resources: tuple[str, ...] = (translate.RESOURCE,)
    capabilities = Capabilities(
        undo=True,
        partial_entry=True,
        client_time=True,
        schemes=frozenset({QR, RFID}),
        always_on=True,
        poll_every=timedelta(seconds=5),
    )

    def __init__(self, settings: FileAccount, clock: Clock) -> None:
        settings.validate()
        self.account = settings.account
        self._clock = clock
        self._event = _event(settings)
        self._client = Client(settings, clock)
        self._check_in = CheckIn(self._client, settings, self._event)
        self._lookups = Lookups(self.account)

    def __repr__(self) -> str:
        return f"FileProvider({self.account!r})"

    def ping(self) -> timedelta | None:
        """See the port. A file has no clock."""
        self._client.check_there()
        return None

    def allowed(self) -> Mapping[str, str]:
        """Resource -> "" or why not; `entries` is the file that is written."""
        return {translate.RESOURCE: _why(self._client.now), "entries": _why(self._client.check_writable)}

    def events(self, start: datetime, end: datetime) -> Sequence[Event]:
        """See the port. A file is one event."""
        began, ended = self._event.starts_at, self._event.ends_at or self._event.starts_at
        touches = began is None or ended is None or (began <= end and ended >= start)
        return [self._event] if touches else []

    def pull(self, event: Event, resource: str, cursor: Cursor | None) -> Iterator[Page]:
        """See the port. One page without rows where nobody but us changed the files since the cursor."""
        asked_at = self._clock()
        now = self._client.now()
        if cursor is not None and cursor.mark == now.mark:
            yield Page(rows=(), asked_at=asked_at, mark=now.mark)
            return
        yield from _pages(now, asked_at)

    def translate(self, event: Event, resource: str, row: Row) -> Admission | Damaged:
        """See the port."""
        return translate.admission(event, resource, row)

    def find(self, credential: Credential, event: Event, budget: timedelta, witness: str | None) -> Sequence[Found]:
        """See the port. The budget holds also where the file is on a share that does not answer."""
        return self._lookups.within(budget, lambda: self._find(credential))

    def push(self, call: Call) -> Receipt:
        """See the port."""
        return self._check_in.push(call)

    def look(self, call: Call) -> Sighting:
        """See the port."""
        return self._check_in.look(call)

    def close(self) -> None:
        """Whoever looks somebody up from now on is told that there is nobody to ask."""
        self._lookups.close()

    def _find(self, credential: Credential) -> Sequence[Found]:
        asked_at = self._clock()
        now = self._client.now()
        refs = _refs(now, credential)
        for ref in refs:
            if ref in now.guests.spoiled and ref not in now.guests.known:
                raise ProviderError(AnswerKind.BROKEN, now.guests.spoiled[ref])
        guests = [now.guests.known[ref] for ref in refs if ref in now.guests.known]
        return [
            Found(
                event_ref=self._event.ref,
                resource=translate.RESOURCE,
                row=translate.row(now.told(one)),
                asked_at=asked_at,
            )
            for one in guests
        ]


def _event(settings: FileAccount) -> Event:
    starts_at, ends_at = settings.hours
    return Event(
        id=event_id(PROVIDER, settings.account, settings.account),
        account=settings.account,
        ref=str(settings.account),
        name=settings.name or settings.guests_file.stem,
        starts_at=starts_at,
        ends_at=ends_at,
        label=settings.label,
    )


def _pages(now: Now, asked_at: datetime) -> Iterator[Page]:
    """All there is; the last page says so."""
    known = list(now.guests.known.values())
    damaged = (*now.guests.damaged, *now.damaged)
    last = max((len(known) - 1) // PAGE * PAGE, 0)
    for at in range(0, last + 1, PAGE):
        yield Page(
            rows=[translate.row(now.told(guest)) for guest in known[at : at + PAGE]],
            asked_at=asked_at,
            damaged=damaged if at == last else (),
            complete=at == last,
            mark=now.mark if at == last else "",
        )


def _refs(now: Now, credential: Credential) -> Sequence[str]:
    if credential.scheme == RFID:
        return now.guests.by_rfid.get(tag(credential.value) or "", ())
    return (by_code(credential.value),) if credential.scheme == QR else ()


def _why(check: Callable[[], object]) -> str:
    try:
        check()
    except ProviderError as error:
        return error.words or str(error.kind)
    return ""
