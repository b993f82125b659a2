"""A house: one event at a platform, and the provider that is held to its promises there."""

from __future__ import annotations

import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import httpx

from app.domain.codes import clean
from app.domain.model import ENTRANCE, QR, Admission, AdmissionId, CallId, Credential, Event, Kind, ScanId
from app.domain.outbox import Call
from app.ports import Cursor, Damaged, Found, Page, Provider
from app.providers.pace import Pacer
from app.simulators.switchboard import Switchboard
from app.simulators.weather import Weather
from tests.conformance.houses.positions import Turned

BUDGET = timedelta(seconds=5)
HURRIED = timedelta(milliseconds=300)
"""The budget of a lookup where the platform only says that it is busy."""
UNKNOWN = "0a7c41b9"
"""A code that nobody has."""
WEATHER = frozenset(Weather.kinds())


def now() -> datetime:
    return datetime.now(UTC)


class Unhurried(Pacer):
    """No pace, and no rest after a 429 either."""

    def __init__(self) -> None:
        super().__init__(None)

    def pause(self, seconds: float) -> None:
        pass


class Cable(httpx.BaseTransport):
    """One pool of connections for all providers of these tests, which hears what is sent; closing a provider leaves
    it open."""

    def __init__(self) -> None:
        self._pool = httpx.HTTPTransport()
        self._mutex = threading.Lock()
        self.sent: list[httpx.Request] = []
        self.leads_elsewhere: dict[str, str] = {}
        """Paths that are led to another one: an endpoint that is not there."""
        self.before: Callable[[httpx.Request], None] = lambda request: None
        self.spoils: Callable[[httpx.Request], bytes | None] = lambda request: None
        """What arrives instead of an answer, after the platform has done what was asked."""

    def fresh(self) -> None:
        self.sent, self.leads_elsewhere = [], {}
        self.before = self.spoils = lambda request: None

    def paths(self) -> list[str]:
        return [request.url.path for request in self.sent]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        with self._mutex:
            self.sent.append(request)
        self.before(request)
        for path, other in self.leads_elsewhere.items():
            if request.url.path.endswith(path):
                request.url = request.url.copy_with(path=request.url.path.removesuffix(path) + other)
        response = self._pool.handle_request(request)
        spoilt = self.spoils(request)
        if spoilt is None:
            return response
        response.read()
        response.close()
        return httpx.Response(200, content=spoilt)


class Overheard:
    """A provider, and everything it says: no word of it may give a secret away."""

    def __init__(self, provider: Provider, heard: list[str]) -> None:
        self._provider = provider
        self._heard = heard
        heard.append(repr(provider))

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._provider, name)
        return self._overheard(value) if callable(value) and name != "close" else value

    def _overheard(self, asked: Callable[..., Any]) -> Callable[..., Any]:
        def listening(*args: Any, **kwargs: Any) -> Any:
            try:
                told = asked(*args, **kwargs)
            except Exception as error:
                self._keep(error)
                raise
            if isinstance(told, Iterator):
                return self._pages(told)
            if not isinstance(told, Admission | Damaged):
                self._heard.append(repr(told))
            return told

        return listening

    def _pages(self, pages: Iterator[Page]) -> Iterator[Page]:
        try:
            yield from pages
        except Exception as error:
            self._keep(error)
            raise

    def _keep(self, error: Exception) -> None:
        self._heard.append(f"{error!r} {''.join(traceback.format_exception(error))}")


@dataclass(frozen=True, kw_only=True)
class Sold:
    """Something that lets people in. `allowance` is the right that the test is about, good for `limit` heads."""

    row: Any
    ref: str
    code: str
    resource: str
    kind: Kind = Kind.TICKET
    allowance: str = ENTRANCE
    limit: int = 1
    rate: str = ""


W = TypeVar("W")


class House(ABC, Generic[W]):
    """What the suite says and does at each platform. `world` is the platform's inside."""

    platform: Platform[W]
    world: W
    event: Event
    provider: Provider
    other: Event | None = None
    """Another event of the same account."""

    def __init__(self, platform: Platform[W], event: Event, provider: Provider, cable: Cable) -> None:
        self.platform = platform
        self.world = platform.world
        self.event = event
        self.provider = provider
        self.cable = cable
        self._scans = count(1)

    # the platform

    def turn(self, **switches: object) -> None:
        self.platform.switches.update(switches)

    def clear(self, keeping: Mapping[str, object] | None = None) -> None:
        """Good weather and good credentials, however bad they were; what else the platform is like stays."""
        self.platform.reset()
        passing = WEATHER | self.platform.passing
        self.turn(**{name: value for name, value in (keeping or {}).items() if name not in passing})

    @abstractmethod
    def good(self, *, old: bool = False) -> Sold:
        """Sell what one head may come in on; `old`: long before the last pull."""

    @abstractmethod
    def several(self, limit: int) -> Sold:
        """Sell what several heads may come in on, or what is good for several uses."""

    @abstractmethod
    def every_kind(self) -> list[Sold]:
        """Sell one of each kind that a pull brings."""

    @abstractmethod
    def for_another_event(self) -> Sold | None:
        """Sell something for another event of the account; None where an account is one event."""

    @abstractmethod
    def damage(self) -> None:
        """Let a pull bring a row that can't be used."""

    @abstractmethod
    def enter_elsewhere(self, sold: Sold, heads: int = 1) -> None: ...

    @abstractmethod
    def void(self, sold: Sold) -> None: ...

    @abstractmethod
    def vanish(self, sold: Sold) -> None: ...

    @abstractmethod
    def inside(self, sold: Sold) -> int:
        """What the platform counts on the right."""

    @abstractmethod
    def ours(self, sold: Sold) -> list[int]:
        """What we told and the platform counted, in heads, one by one."""

    def times_told(self, sold: Sold) -> list[datetime]:
        """When each of ours was, where the platform takes our times."""
        raise NotImplementedError

    def retype(self, sold: Sold) -> str | None:
        """The platform makes it one of another type. None where it has no such thing."""
        return None

    def printed(self, sold: Sold) -> str:
        """What stands on it."""
        return sold.code

    # the provider

    @property
    def resource(self) -> str:
        return self.provider.resources[0]

    def pull(self, resource: str | None = None, cursor: Cursor | None = None) -> list[Page]:
        return list(self.provider.pull(self.event, resource or self.resource, cursor))

    def told(self, pages: list[Page], resource: str | None = None) -> dict[str, Admission]:
        """What pages bring, by ref; the last that is told of a row counts."""
        rows = [row for page in pages for row in page.rows]
        seen = {row.ref: self.provider.translate(self.event, resource or self.resource, row) for row in rows}
        assert not [one for one in seen.values() if isinstance(one, Damaged)]
        return {ref: one for ref, one in seen.items() if isinstance(one, Admission)}

    def admissions(self, resource: str | None = None, cursor: Cursor | None = None) -> dict[str, Admission]:
        return self.told(self.pull(resource, cursor), resource)

    def call(self, sold: Sold, heads: int = 1, **fields: Any) -> Call:
        scan = ScanId(f"5c4a9e01{next(self._scans):08x}")
        made = Call(
            id=CallId(1), scan=scan, account=self.event.account, event=self.event.id, event_ref=self.event.ref,
            admission=AdmissionId(1), kind=sold.kind, ref=sold.ref, code=sold.code, allowance=sold.allowance,
            heads=heads, limit=sold.limit, at=now(),
        )  # fmt: skip
        return replace(made, **fields)

    def calls(self, sold: Sold, heads: int) -> list[Call]:
        """Heads of one scan as they are owed: as one call, or as one for each."""
        if self.provider.capabilities.one_at_a_time:
            return [self.call(sold)] * heads
        return [self.call(sold, heads)]

    def find(
        self, printed: str, witness: str | None, *, scheme: str = QR, budget: timedelta = BUDGET
    ) -> list[tuple[str, str]]:
        """Event and ref of what a lookup finds."""
        return [(one.event_ref, one.row.ref) for one in self.look_up(printed, witness, scheme=scheme, budget=budget)]

    def look_up(
        self, printed: str, witness: str | None = None, *, scheme: str = QR, budget: timedelta = BUDGET
    ) -> list[Found]:
        credential = Credential(scheme=scheme, value=clean(printed) or printed)
        return list(self.provider.find(credential, self.event, budget, witness))

    def row_of(self, found: Found, event: Event | None = None) -> Admission:
        seen = self.provider.translate(event or self.event, found.resource, found.row)
        assert isinstance(seen, Admission)
        return seen


class Platform(ABC, Generic[W]):
    """A platform's simulator with what the suite has to know of its switches; it runs as long as the tests do."""

    name: str
    positions: list[Turned]
    passing: frozenset[str] = frozenset()
    """Switches besides the weather that are no lasting property of the platform: put back, everything works again."""
    listing: frozenset[str] = frozenset()
    """Switches that concern lists of rows only: nothing is delivered or looked up differently."""
    dumb: Mapping[str, Collection[object]] = {}
    """Positions in which the platform can't be read, and whoever asks must be told so."""
    odd: Mapping[str, Collection[object]] = {}
    """Positions in which the platform judges against a guest, or otherwise than documented: a person must see it."""
    moving: frozenset[str] = frozenset()
    """Switches with which the list changes by itself."""

    world: W

    @abstractmethod
    def open(self, cable: Cable, folder: Path, heard: list[str], **settings: Any) -> House[W]:
        """A house with an event of its own."""

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    @property
    @abstractmethod
    def switches(self) -> Switchboard: ...

    def reset(self) -> None:
        """Good weather, and no limit of the rate: the tests are in a hurry."""
        self.switches.reset()
        self.switches.update({"rate_limit": 0})

    def secrets(self, sent: list[httpx.Request]) -> set[str]:
        """What nobody may ever read."""
        return set()

    retypes = False
    """May something that was sold become one of another rate?"""
    several_events = True
    has_clock = True
    slow: Turned = {"slow": 1500}  # noqa: RUF012
    flaky: Turned = {"cut_bodies": 0.4}  # noqa: RUF012
    says = "platform.request"
    """A line of the log that tells what was asked."""

    @classmethod
    def marks(cls, request: httpx.Request) -> bool:
        """Can the request change something?"""
        return request.method not in {"GET", "HEAD"}

    @classmethod
    def may_fail(cls, turned: Turned) -> bool:
        """May a pull fail, and then has to say so?"""
        return _among(turned, {**DUMB_WEATHER, **cls.dumb})

    @classmethod
    def may_not_find(cls, turned: Turned) -> bool:
        """May a lookup or a look fail, and then has to say so?"""
        return cls.may_fail(turned)

    @classmethod
    def allows(cls, turned: Turned) -> bool:
        """May the account do everything, and must not say otherwise?"""
        return not cls.may_not_find(turned)

    @classmethod
    def is_odd(cls, turned: Turned) -> bool:
        return _among(turned, cls.odd)

    @classmethod
    def miscounts(cls, turned: Turned) -> bool:
        """Does it count otherwise than it was told, whatever anybody does?"""
        return False

    @classmethod
    def tells_entries(cls, turned: Turned) -> bool:
        """Does a pull tell of entries made elsewhere?"""
        return True

    @classmethod
    def still_shows(cls, turned: Turned) -> bool:
        """Does it show what is gone as if nothing had happened?"""
        return False

    def pulled(self, sold: list[Sold], turned: Turned) -> list[Sold]:
        """Of what was sold, what a whole pull must have brought just now."""
        return sold

    def known(self, turned: Turned) -> Turned:
        """Those of the switches that it has."""
        return {name: value for name, value in turned.items() if name in self.switches.kinds()}

    def budget(self, turned: Turned) -> timedelta:
        return HURRIED if turned.keys() & {"answers_429", "rate_limit"} else BUDGET


DUMB_WEATHER: dict[str, Collection[object]] = {
    "down": {"on"}, "html": {1, 0.4}, "errors_5xx": {1, 0.4}, "cut_bodies": {1, 0.4}, "answers_429": {1, 0.4},
    "rate_limit": {1, 3},
}  # fmt: skip


def _among(turned: Turned, positions: Mapping[str, Collection[object]]) -> bool:
    return any(value in positions.get(name, ()) for name, value in turned.items())


def cursor_of(pages: list[Page], before: Cursor | None = None) -> Cursor:
    """Where the poll's cursor would be: the platform's latest stamps, or its clock where rows have none; its mark."""
    rows = [row for page in pages for row in page.rows]
    created = max((row.created for row in rows if row.created), default=None)
    updated = max((row.updated for row in rows if row.updated), default=None)
    fallback = pages[0].platform_now
    marks = [page.mark for page in pages if page.mark]
    return Cursor(
        created_to=created or updated or fallback, updated_to=updated or created or fallback,
        mark=marks[-1] if marks else before.mark if before else "",
    )  # fmt: skip


def overheard(provider: Provider, heard: list[str]) -> Provider:
    return cast(Provider, Overheard(provider, heard))
