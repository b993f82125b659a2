"""Every way an answer can fail, and the kind it is given."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
import structlog

from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.providers.pace import Pacer, Priority, TooLong
from app.providers.transport import Limits, Secret
from tests.providers.harness import KEY, read, transport_to, write

PAGE = "<!doctype html><title>Welcome</title>"


def failing(error: type[Exception]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error(f"failed at {request.url}")

    return answer


def answering(status: int, body: str = "{}", **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, text=body, headers=headers)


def failure(answer: Callable[[httpx.Request], httpx.Response], writes: bool = False) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        transport_to(answer).send(write() if writes else read())
    return caught.value


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
@pytest.mark.parametrize("writes", [False, True])
def test_what_never_left_is_busy_and_unreachable(error: type[Exception], writes: bool) -> None:
    caught = failure(failing(error), writes)
    assert (caught.kind, caught.unreachable) == (AnswerKind.BUSY, True)


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout, httpx.ReadError, httpx.WriteError, httpx.WriteTimeout, httpx.RemoteProtocolError]
)
def test_a_write_without_a_complete_answer_is_doubtful(error: type[Exception]) -> None:
    caught = failure(failing(error), writes=True)
    assert (caught.kind, caught.unreachable) == (AnswerKind.DOUBTFUL, False)


@pytest.mark.parametrize(
    ("error", "unreachable"), [(httpx.ReadTimeout, False), (httpx.ReadError, True), (httpx.RemoteProtocolError, True)]
)
def test_a_read_without_a_complete_answer_is_only_busy(error: type[Exception], unreachable: bool) -> None:
    caught = failure(failing(error))
    assert (caught.kind, caught.unreachable) == (AnswerKind.BUSY, unreachable)


@pytest.mark.parametrize(
    ("status", "of_a_read", "of_a_write"),
    [
        (302, "busy", "doubtful"), (400, "broken", "refused"), (401, "barred", "barred"), (403, "barred", "barred"),
        (404, "broken", "refused"), (408, "busy", "busy"), (409, "broken", "refused"), (429, "busy", "busy"),
        (500, "busy", "doubtful"), (502, "busy", "doubtful"), (503, "busy", "busy"), (504, "busy", "doubtful"),
    ],
)  # fmt: skip
def test_a_status_has_a_kind(status: int, of_a_read: str, of_a_write: str) -> None:
    caught = failure(answering(status)), failure(answering(status), writes=True)
    assert [(one.kind, one.status) for one in caught] == [(of_a_read, status), (of_a_write, status)]


def test_a_not_found_from_a_web_server_is_no_word_of_the_platform() -> None:
    assert failure(answering(404, PAGE)).kind is AnswerKind.BUSY
    assert failure(answering(404, PAGE), writes=True).kind is AnswerKind.DOUBTFUL


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("7", 7), ("0", 0), ("-3", 0), ("999999", 3600), ("soon", None), ("nan", None), ("", None),
        ("Sat, 02 May 2026 21:30:40 GMT", 40),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_and_never_more_than_an_hour(header: str, hint: int | None) -> None:
    caught = failure(answering(503, "{}", **{"retry-after": header}))
    assert caught.retry_after == (None if hint is None else timedelta(seconds=hint))


def test_the_platforms_words_are_kept_short_printable_and_without_our_key() -> None:
    body = json.dumps({"success": False, "error": f"bad key {KEY} \0 {'x' * 500}"})
    words = failure(answering(400, body)).words
    assert words.startswith("bad key ••• ")
    assert len(words) <= 200
    assert words.isprintable()


def test_an_empty_401_is_understood() -> None:
    assert failure(answering(401, "")).words == "status 401"


def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    transport = transport_to(answering(200, "x" * 5000), Limits(largest=1000))
    with pytest.raises(ProviderError, match="too large") as caught:
        transport.send(write())
    assert caught.value.kind is AnswerKind.DOUBTFUL


def test_redirects_are_not_followed_and_nothing_is_sent_twice() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"location": "https://portal.example/"})

    with pytest.raises(ProviderError):
        transport_to(answer).send(write())
    assert len(asked) == 1


def test_the_platforms_clock_is_read_from_its_date() -> None:
    transport = transport_to(answering(200, "{}", date="Sat, 02 May 2026 21:31:00 GMT"))
    reply = transport.send(read())
    assert reply.platform_now is not None
    assert transport.drift == timedelta(seconds=60.5)


def test_a_spent_budget_asks_nobody() -> None:
    transport = transport_to(answering(200))
    with pytest.raises(ProviderError) as caught:
        transport.send(read(budget=timedelta(0)))
    assert caught.value.kind is AnswerKind.BUSY


def test_the_key_and_the_codes_are_in_no_log_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    transport = transport_to(answering(400, '{"error":"no"}'))
    path = "/tickets/by-code/ZQ4K81MD7"
    with structlog.testing.capture_logs() as events, pytest.raises(ProviderError) as caught:
        transport.send(read(path=path, label="/tickets/by-code/ZQ4…", params={"code": "ZQ4K81MD7"}))
    assert [one["event"] for one in events] == ["platform.request"]
    shown = f"{events} {caplog.text} {transport!r} {Secret(KEY)!r} {caught.value!r} {caught.value.__context__!r}"
    assert KEY not in shown
    assert "ZQ4K81MD7" not in shown


# --- the pace ---------------------------------------------------------------------------------------------------------


class Clockwork:
    """A clock and a bell in one: waiting on the bell is what makes the time pass."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        pass

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.at += timeout
        return False

    def notify_all(self) -> None:
        pass


def test_no_second_sees_more_requests_than_the_pace() -> None:
    clock = Clockwork()
    pacer = Pacer(10, now=clock, bell=clock)
    sent = []
    for _ in range(60):
        pacer.turn(Priority.CALL, 60)
        sent.append(clock.at)
    assert all(sum(at <= one < at + 1 for one in sent) <= 10 for at in sent)
    assert sent[-1] - sent[0] < 7


def test_without_a_pace_nobody_waits() -> None:
    clock = Clockwork()
    pacer = Pacer(0, now=clock, bell=clock)
    for _ in range(100):
        pacer.turn(Priority.POLL, 0)
    assert clock.at == 100.0


def test_a_turn_that_would_come_too_late_is_refused_at_once() -> None:
    clock = Clockwork()
    pacer = Pacer(10, now=clock, bell=clock)
    pacer.pause(30)
    with pytest.raises(TooLong) as late:
        pacer.turn(Priority.LOOKUP, 0.8)
    assert late.value.seconds == pytest.approx(30)
    assert (clock.at, pacer.waiting) == (100.0, 0)


def test_a_429_with_a_hint_silences_the_whole_account() -> None:
    clock = Clockwork()
    pacer = Pacer(10, now=clock, bell=clock)
    with pytest.raises(ProviderError):
        transport_to(answering(429, "{}", **{"retry-after": "9"}), pacer=pacer).send(read())
    pacer.turn(Priority.CALL, 60)
    assert clock.at == pytest.approx(109)


@pytest.fixture
def held() -> Iterator[tuple[Pacer, list[str], list[float]]]:
    """A paused pacer with nine requests waiting, polls first; and a clock that stands until somebody moves it."""
    at = [0.0]
    pacer = Pacer(1, burst=1, now=lambda: at[0])
    pacer.pause(5)
    order: list[str] = []
    threads = []

    def send(priority: Priority) -> None:
        pacer.turn(priority, 1000)
        order.append(priority.name)

    for priority in (Priority.POLL, Priority.CALL, Priority.LOOKUP) * 3:
        threads.append(threading.Thread(target=send, args=(priority,)))
        threads[-1].start()
    while pacer.waiting < 9:
        threading.Event().wait(0.001)
    yield pacer, order, at
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)


def test_lookups_go_before_calls_and_calls_before_polls(held: tuple[Pacer, list[str], list[float]]) -> None:
    pacer, order, at = held
    for sent in range(1, 10):
        at[0] += 6
        pacer.pause(0)
        while len(order) < sent:
            threading.Event().wait(0.001)
    assert order == ["LOOKUP"] * 3 + ["CALL"] * 3 + ["POLL"] * 3


def test_closing_lets_everybody_go() -> None:
    pacer = Pacer(1)
    pacer.pause(20)
    refused = threading.Event()

    def wait() -> None:
        with pytest.raises(TooLong):
            pacer.turn(Priority.POLL, 30)
        refused.set()

    threading.Thread(target=wait).start()
    while not pacer.waiting:
        threading.Event().wait(0.001)
    pacer.close()
    assert refused.wait(5)
