"""Writing down an entry, and seeing how the file counts one. The file itself guards: no room, no line."""

from __future__ import annotations

from datetime import datetime

from app.domain.model import ENTRANCE, Event, Standing
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.ports import ProviderError
from app.providers.file import translate
from app.providers.file.account import FileAccount
from app.providers.file.client import Client, Now
from app.providers.file.guests import Guest, written
from app.providers.file.results import Entry


class CheckIn:
    """Pushes and looks for one account. Thread-safe."""

    def __init__(self, client: Client, settings: FileAccount, event: Event) -> None:
        self._client = client
        self._settings = settings
        self._event = event

    def push(self, call: Call) -> Receipt:
        """See the port. A call whose line is there already is accepted and not written again."""
        try:
            _check(call)
            with self._client.hands:
                return self._push(call, self._client.now())
        except ProviderError as error:
            return error.receipt()

    def look(self, call: Call) -> Sighting:
        """See the port. Whether our own line is there is known by its scan, not by the time somebody made of it."""
        _check(call)
        now = self._client.now()
        guest = _guest(now, call)
        if guest is None:
            return Sighting(found=False)
        count, (standing, word) = now.count(guest.ref), self._standing(now, guest)
        ours = (call.scan, call.heads < 0) in now.scans
        return Sighting(
            found=True, standing=standing, word=word, limit=guest.heads, count=count.inside,
            last_at=call.at if ours else count.last_at,
        )  # fmt: skip

    def _push(self, call: Call, now: Now) -> Receipt:
        guest = _guest(now, call)
        if guest is None:
            return Receipt(kind=AnswerKind.REFUSED, words=f"not in {now.guests.file}")
        inside = now.count(guest.ref).inside
        if (call.scan, call.heads < 0) in now.scans:
            return Receipt(kind=AnswerKind.ACCEPTED, count=inside)
        heads = max(call.heads, -inside)
        against = self._against(now, guest, inside, heads)
        if against:
            return Receipt(kind=AnswerKind.REFUSED, words=against, count=inside)
        if heads:
            self._client.enter(guest, self._entry(call, guest, heads, inside + heads))
        return Receipt(kind=AnswerKind.ACCEPTED, count=inside + heads)

    def _against(self, now: Now, guest: Guest, inside: int, heads: int) -> str:
        standing, word = self._standing(now, guest)
        if heads > 0 and standing is not Standing.GOOD:
            return word
        return f"{inside} of {guest.heads} are inside" if heads > 0 and inside + heads > guest.heads else ""

    def _standing(self, now: Now, guest: Guest) -> tuple[Standing, str]:
        seen = translate.of(self._event, now.told(guest))
        return seen.standing, seen.word

    def _entry(self, call: Call, guest: Guest, heads: int, inside: int) -> Entry:
        code, name = written(guest)
        at: datetime = call.at.astimezone(self._settings.zone)
        return Entry(
            code=code, name=name, heads=heads, at=at.isoformat(timespec="seconds"), station=call.station,
            scan=call.scan, inside=str(inside),
        )  # fmt: skip


def _check(call: Call) -> None:
    if call.allowance != ENTRANCE:
        raise ProviderError(AnswerKind.BROKEN, "a file counts nothing but entries")


def _guest(now: Now, call: Call) -> Guest | None:
    """Who the call is about; None for who is not in the file. A row that can't be used is no answer."""
    guest = now.guests.known.get(call.ref)
    if guest is None and call.ref in now.guests.spoiled:
        raise ProviderError(AnswerKind.BROKEN, now.guests.spoiled[call.ref])
    return guest
