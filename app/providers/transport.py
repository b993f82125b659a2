"""HTTP to a platform: pace, timeouts, kinds of failure, and logs that give nothing away.

Knows no platform. A failure is a `ProviderError` whose kind says what may be done next; a request is sent at most once.
"""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import msgspec
import structlog

from app.domain.outbox import AnswerKind
from app.ports import Clock, ProviderError
from app.providers.pace import Pacer, Priority, TooLong

log = structlog.get_logger()

WEB_PAGE = "the platform answered with a web page"
NOT_JSON = "the platform's answer is cut off or not JSON"
_LONGEST_WORDS = 200
_LONGEST_HINT = 3600.0
_SECRETS = 8
_BREATH = 0.3
"""Seconds without requests after a 429 that does not say how long."""
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Secret:
    """A text that no log, repr or traceback shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        return self._text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request. `label` is the path as logs may show it. `budget` is for everything, the wait for a turn included."""

    method: str = "GET"
    path: str
    label: str
    params: Mapping[str, str]
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, Secret] = field(default_factory=dict)
    priority: Priority = Priority.POLL
    budget: timedelta | None = None
    marks: bool | None = None
    """Does it change anything at the platform? By the method where it is not said."""

    @property
    def writes(self) -> bool:
        return self.method not in {"GET", "HEAD"} if self.marks is None else self.marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of 2xx. `asked_at`: our clock just before it was sent; `platform_now`: the platform's Date header."""

    status: int
    body: bytes
    asked_at: datetime
    platform_now: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds to connect and to read, seconds to wait for a turn, and the largest answer in bytes."""

    connect: float = 3.0
    read: float = 10.0
    patience: float = 60.0
    largest: int = 64 * 1024 * 1024


class Transport:
    """One account's way to its platform. Thread-safe; connections are kept alive and shared."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, Secret | str],
        pacer: Pacer,
        clock: Clock,
        *,
        limits: Limits | None = None,
        http: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        _hush_libraries()
        self._secrets: list[str] = []
        self.hide(*(value for value in headers.values() if isinstance(value, Secret)))
        self._pacer = pacer
        self._clock = clock
        self._limits = limits or Limits()
        self._now = now
        self.drift: timedelta | None = None
        """The platform's clock minus ours, from its latest answer."""
        self._base_url = base_url.rstrip("/")
        self._http = httpx.Client(
            headers={"Accept": "application/json", "User-Agent": "doorcheck"}
            | {
                name: str(value) if isinstance(value, str) else value.reveal()
                for name, value in headers.items()
                if value
            },
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=15),
            transport=http,
        )

    def __repr__(self) -> str:
        return f"Transport({self._base_url!r})"

    def close(self) -> None:
        self._pacer.close()
        self._http.close()

    def hide(self, *secrets: Secret) -> None:
        """Keep these out of whatever the platform says. The latest are remembered: tokens come and go."""
        self._secrets = [*self._secrets, *(secret.reveal() for secret in secrets if secret)][-_SECRETS:]

    def send(self, ask: Ask) -> Reply:
        """Send once and answer what came back with 2xx; every failure is a `ProviderError`."""
        began = self._now()
        deadline = began + (ask.budget.total_seconds() if ask.budget is not None else self._limits.patience)
        self._await_turn(ask, deadline)
        spare = deadline - self._now() if ask.budget is not None else None
        if spare is not None and spare <= 0:
            raise ProviderError(AnswerKind.BUSY, "no time left to ask")
        sent = self._now()
        status: int | str = "error"
        try:
            asked_at = self._clock()
            with _failures(ask):
                response, body = self._exchange(ask, spare, sent)
            status = response.status_code
            return self._judge(ask, response, body, asked_at)
        except ProviderError as error:
            status = error.status or status
            raise
        finally:
            ms = round((self._now() - sent) * 1000, 1)
            log.debug("platform.request", method=ask.method, path=ask.label, status=status, ms=ms)

    def unreadable(self, ask: Ask, body: bytes) -> ProviderError:
        """What an answer means that was 2xx but is not JSON: a captive portal, or a connection cut half way."""
        words = WEB_PAGE if body.lstrip()[:1] == b"<" else NOT_JSON
        return ProviderError(AnswerKind.DOUBTFUL if ask.writes else AnswerKind.BUSY, words)

    def words(self, body: bytes) -> str:
        """What the platform says for itself in an error: one short line without our secrets."""
        try:
            told = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return WEB_PAGE if body.lstrip()[:1] == b"<" else ""
        for name in ("error", "message"):
            word = told.get(name) if isinstance(told, dict) else None
            word = word.get("message") if isinstance(word, dict) else word
            if isinstance(word, str) and word.strip():
                return self._redacted(word)
        return ""

    def _redacted(self, words: str) -> str:
        for secret in self._secrets:
            words = words.replace(secret, "•••")
        return "".join(letter for letter in words if letter.isprintable())[:_LONGEST_WORDS].strip()

    def _await_turn(self, ask: Ask, deadline: float) -> None:
        try:
            self._pacer.turn(ask.priority, deadline - self._now())
        except TooLong as late:
            hint = timedelta(seconds=late.seconds)
            raise ProviderError(AnswerKind.BUSY, "waiting for the platform's pace", retry_after=hint) from None

    def _exchange(self, ask: Ask, spare: float | None, sent: float) -> tuple[httpx.Response, bytes]:
        read, connect = (min(limit, spare or limit) for limit in (self._limits.read, self._limits.connect))
        headers = {"Content-Type": "application/json"} if ask.body is not None else {}
        headers |= {name: secret.reveal() for name, secret in ask.headers.items()}
        with self._http.stream(
            ask.method,
            self._base_url + ask.path,
            params=dict(ask.params) or None,
            content=ask.body,
            headers=headers,
            timeout=httpx.Timeout(read, connect=connect, pool=connect),
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._limits.largest:
                    kind = AnswerKind.DOUBTFUL if ask.writes else AnswerKind.BROKEN
                    raise ProviderError(kind, "the platform's answer is too large", status=response.status_code)
                if spare is not None and self._now() - sent > spare:
                    raise httpx.ReadTimeout("the budget is spent")
            return response, bytes(body)

    def _judge(self, ask: Ask, response: httpx.Response, body: bytes, asked_at: datetime) -> Reply:
        platform_now = _http_date(response.headers.get("date"))
        heard_at = self._clock()
        if platform_now is not None:
            self.drift = platform_now + timedelta(milliseconds=500) - (asked_at + (heard_at - asked_at) / 2)
        if response.is_success:
            return Reply(status=response.status_code, body=body, asked_at=asked_at, platform_now=platform_now)
        raise self._refusal(ask, response, body, platform_now or heard_at)

    def _refusal(self, ask: Ask, response: httpx.Response, body: bytes, now: datetime) -> ProviderError:
        status = response.status_code
        kind = kind_of(status, ask.writes)
        hint = _retry_after(response.headers.get("retry-after"), now) if kind is AnswerKind.BUSY else None
        if status == 429:
            self._pacer.pause(hint.total_seconds() if hint else _BREATH)
        words = self.words(body) or f"status {status}"
        if words == WEB_PAGE and kind in {AnswerKind.REFUSED, AnswerKind.BROKEN}:
            # A proxy or a portal on the way, not the platform: its 404 says nothing about a ticket.
            kind = AnswerKind.DOUBTFUL if ask.writes else AnswerKind.BUSY
        return ProviderError(kind, words, retry_after=hint, status=status)


def kind_of(status: int, writes: bool) -> AnswerKind:
    """What a status other than 2xx means.

    A 500, 502 or 504 on a write may have come after the commit: doubtful. A 429, 503 and the like say that nothing was
    done. A redirect is a captive portal: platforms' interfaces have none.
    """
    if status in {401, 403}:
        return AnswerKind.BARRED
    if status in {408, 425, 429, 503}:
        return AnswerKind.BUSY
    if status >= 500 or status < 400:
        return AnswerKind.DOUBTFUL if writes else AnswerKind.BUSY
    return AnswerKind.REFUSED if writes else AnswerKind.BROKEN


@contextmanager
def _failures(ask: Ask) -> Iterator[None]:
    """The library's failures as kinds. What never left, or only asked, may simply be done again."""
    try:
        yield
    except _NEVER_LEFT as error:
        raise ProviderError(AnswerKind.BUSY, f"cannot reach the platform ({_name(error)})", unreachable=True) from None
    except (httpx.HTTPError, httpx.StreamError) as error:
        words = f"no complete answer ({_name(error)})"
        if ask.writes:
            raise ProviderError(AnswerKind.DOUBTFUL, words) from None
        dropped = isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
        raise ProviderError(AnswerKind.BUSY, words, unreachable=dropped) from None
    except httpx.InvalidURL:
        raise ProviderError(AnswerKind.BROKEN, "not an address that can be asked") from None
    except RuntimeError:  # closed while we waited: nothing was sent
        raise ProviderError(AnswerKind.BUSY, "the connection is closed") from None


def _name(error: Exception) -> str:
    """`ConnectTimeout` -> `connect timeout`: never the library's message, which may quote the address."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()


def _http_date(text: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(text or "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Seconds or a date, between nothing and an hour."""
    if not text:
        return None
    at = _http_date(text)
    try:
        seconds = (at - now).total_seconds() if at is not None else float(text)
    except ValueError:
        return None
    return timedelta(seconds=min(max(seconds, 0.0), _LONGEST_HINT)) if not math.isnan(seconds) else None


def _hush_libraries() -> None:
    """httpx logs whole addresses, with codes in them, and httpcore headers: neither may reach any log."""
    for name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
        logger = logging.getLogger(name)
        if _loud_only not in logger.filters:
            logger.addFilter(_loud_only)


def _loud_only(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
