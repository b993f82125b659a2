"""Speaking with Oveit where no simulator goes: odd logins, answers of any kind, words that repeat our secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.model import EXIT, RFID, AccountId, AdmissionId, CallId, Credential, Event, EventId, Kind, ScanId
from app.domain.outbox import AnswerKind, Call, Receipt, Sighting
from app.ports import Page, ProviderError
from app.providers.oveit.account import OveitAccount
from app.providers.oveit.provider import OveitProvider
from app.providers.pace import Pacer
from app.providers.registry import AccountConfig, build
from app.providers.transport import Ask, Secret

NOW = datetime(2026, 6, 1, 21, 0, tzinfo=UTC)
EMAIL, PASSWORD, TOKEN = "door@example.org", "Xw4-Lr8Zc#2m", "9f2b7c41d08e5a6637aa"
ACCOUNT = AccountId("oveit")
NIGHT = Event(id=EventId("12"), account=ACCOUNT, ref="12", name="Noaptea Electronică")
GIVEN = {"token": TOKEN, "expires_in": 172800}
TICKET = {
    "ok": True, "ticket": {"code": "a19c02fe"}, "ticket_type": {"id": 31, "name": "General"}, "event": {"id": 12},
    "order": {"name": "Ana Pop"}, "checkins": [], "attendee": {"fields": [], "values": []}, "rfid_codes": [],
}  # fmt: skip

Answering = Callable[[str, dict[str, Any]], httpx.Response]


class Unhurried(Pacer):
    def pause(self, seconds: float) -> None:
        pass


class Timer:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A platform that answers by a function of path and body."""

    def __init__(self, answering: Answering, login: object = GIVEN, **options: Any) -> None:
        self.asked: list[httpx.Request] = []
        self.login = login
        self._answering = answering
        self.timer = Timer()
        account = OveitAccount(
            account=ACCOUNT, base_url="https://l.example/api",
            **{"email": EMAIL, "password": PASSWORD, "requests_per_second": 0, **options},
        )  # fmt: skip
        self.provider = OveitProvider(
            account, lambda: NOW, pacer=Unhurried(None), http=httpx.MockTransport(self._answer), timer=self.timer
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path.removeprefix("/api")
        if path == "/seller/login":
            return self.login if isinstance(self.login, httpx.Response) else httpx.Response(200, json=self.login)
        return self._answering(path, json.loads(request.content))

    def logins(self) -> int:
        return sum(one.url.path.endswith("/seller/login") for one in self.asked)

    def find(self, code: str = "a19c02fe", scheme: str = "qr") -> Any:
        return self.provider.find(Credential(value=code, scheme=scheme), NIGHT, timedelta(seconds=2), None)


def saying(payload: object, status: int = 200) -> Answering:
    """The same to every call; of tickets that are good, nothing but them."""
    none = {"events": []}
    return lambda path, body: httpx.Response(
        status, json=none if payload is TICKET and path == "/seller/events" else payload
    )


def call(**fields: Any) -> Call:
    made: dict[str, Any] = {
        "id": CallId(1), "scan": ScanId("s"), "account": ACCOUNT, "event": NIGHT.id, "event_ref": "12",
        "admission": AdmissionId(1), "kind": Kind.TICKET, "ref": "a19c02fe", "code": "a19c02fe", "heads": 1, "limit": 1,
        "at": NOW,
    }  # fmt: skip
    return Call(**made | fields)


def failure(asked: Callable[[], object]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        asked()
    return caught.value


# --- logging in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "kind"),
    [
        ({"error": "no"}, AnswerKind.BARRED), ({}, AnswerKind.BARRED), ({"token": ""}, AnswerKind.BARRED),
        ({"token": 7}, AnswerKind.BARRED), ({"token": TOKEN, "error": "no"}, AnswerKind.BARRED),
        (httpx.Response(403, json={"error": "no"}), AnswerKind.BARRED), (httpx.Response(401), AnswerKind.BARRED),
        (httpx.Response(200, text="<html>Free Wi-Fi</html>"), AnswerKind.BUSY), ([1], AnswerKind.BUSY),
        (httpx.Response(200, text='{"tok'), AnswerKind.BUSY), (httpx.Response(500), AnswerKind.BUSY),
        (httpx.Response(429, headers={"retry-after": "7"}), AnswerKind.BUSY),
        (httpx.Response(302, headers={"location": "http://portal"}), AnswerKind.BUSY),
    ],
    ids=str,
)  # fmt: skip
def test_a_login_that_gives_no_token_bars_only_where_the_platform_says_no(login: object, kind: AnswerKind) -> None:
    desk = Desk(saying(TICKET), login)
    assert failure(desk.find).kind is kind
    assert desk.provider.push(call()).kind is kind
    assert desk.logins() == (1 if kind is AnswerKind.BARRED else 2)
    desk.login = GIVEN
    desk.timer.now += 61
    assert desk.provider.push(call()).kind is AnswerKind.ACCEPTED


@pytest.mark.parametrize("expires_in", [None, 0, -1, "soon", True, 172800, 1e9, {"s": 1}])
def test_the_life_of_a_token_may_be_told_anyhow(expires_in: object) -> None:
    desk = Desk(saying(TICKET), {"token": TOKEN, "expires_in": expires_in, "expires_at": "2026-06-03 20:31:07"})
    for _ in range(3):
        assert desk.find()
    assert desk.logins() == 1


def test_a_device_that_was_idle_for_two_days_logs_in_again() -> None:
    desk = Desk(saying(TICKET))
    desk.find()
    desk.timer.now += 172_700
    desk.find()
    assert desk.logins() == 1
    desk.timer.now += 172_801
    desk.find()
    assert desk.logins() == 2


def test_a_fresh_token_that_is_refused_rests_for_a_minute() -> None:
    desk = Desk(saying({"error": "no"}, 403))
    for _ in range(4):
        assert desk.provider.push(call()).kind is AnswerKind.BARRED
    assert desk.logins() == 1
    desk.timer.now += 61
    assert desk.provider.push(call()).kind is AnswerKind.BARRED
    assert desk.logins() == 2


# --- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 403, 500])
@pytest.mark.parametrize("secret", [PASSWORD, TOKEN])
def test_a_platform_that_repeats_our_secrets_gives_none_away(secret: str, status: int) -> None:
    words = {"error": f"{secret} is not what I expected of {secret}!"}
    desk = Desk(saying(words, status))
    receipt = desk.provider.push(call())
    errors = [failure(desk.find), failure(lambda: list(desk.provider.pull(NIGHT, "tickets", None)))]
    told = f"{receipt!r} {[repr(one) for one in errors]} {[str(one) for one in errors]} {desk.provider.allowed()}"
    assert secret not in told
    login = Desk(saying(TICKET), httpx.Response(status, json={"error": f"not {PASSWORD}"}))
    assert PASSWORD not in repr(login.provider.push(call()))


def test_no_repr_shows_a_secret() -> None:
    account = OveitAccount(account=ACCOUNT, email=EMAIL, password=PASSWORD)
    config = AccountConfig(
        account=ACCOUNT, provider="oveit", enabled=True, options={"email": EMAIL, "password": PASSWORD}
    )
    (built,) = build([config], lambda: NOW)
    body = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
    headers = {"Authorization": Secret(f"Bearer {TOKEN}")}
    ask = Ask(method="POST", path="/x", label="/x", params={}, body=body, headers=headers)
    shown = f"{account!r} {config!r} {built!r} {built.provider!r} {ask!r}"
    assert not [word for word in (EMAIL, PASSWORD, TOKEN) if word in shown]
    assert built.provider is not None
    built.provider.close()


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"email": ""}, "email"), ({"email": "door"}, "email"), ({"password": ""}, "password"),
        ({"base_url": "ftp://x"}, "base_url"), ({"requests_per_second": -1}, "requests_per_second"),
        ({"timeout": "0"}, "timeout"), ({"timezone": "Europe/Nowhere"}, "timezone"), ({"pasword": PASSWORD}, "pasword"),
        ({"turnstile": "perhaps"}, "turnstile"),
    ],
)  # fmt: skip
def test_an_unusable_setting_is_named_and_its_value_is_not_quoted(options: dict[str, object], setting: str) -> None:
    whole = {"email": EMAIL, "password": PASSWORD, **options}
    (built,) = build([AccountConfig(account=ACCOUNT, provider="oveit", enabled=True, options=whole)], lambda: NOW)
    assert built.status == "config error"
    assert built.problem.startswith(f"{setting}: ")
    assert PASSWORD not in built.problem


def test_settings_may_come_as_text() -> None:
    options = {"email": EMAIL, "password": PASSWORD, "turnstile": "yes", "names": "off", "requests_per_second": "1.5"}
    account = OveitAccount.from_options(ACCOUNT, options)
    assert (account.turnstile, account.names, account.requests_per_second) == (True, False, 1.5)


# --- answers of any kind ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (TICKET, AnswerKind.ACCEPTED), ({"ok": True}, AnswerKind.ACCEPTED),
        ({"ok": True, "error": ""}, AnswerKind.ACCEPTED), ({"ok": True, "error": None}, AnswerKind.ACCEPTED),
        ({"ok": True, "error": "x"}, AnswerKind.REFUSED), ({"ok": False}, AnswerKind.REFUSED),
        ({"error": "This ticket was used before"}, AnswerKind.REFUSED),
        ({"error": {"message": "x"}}, AnswerKind.REFUSED), ({"ok": "true"}, AnswerKind.DOUBTFUL),
        ({"ok": 1}, AnswerKind.DOUBTFUL), ({}, AnswerKind.DOUBTFUL), ([], AnswerKind.DOUBTFUL),
        (None, AnswerKind.DOUBTFUL), ("ok", AnswerKind.DOUBTFUL),
        ({**TICKET, "event": {"id": 13}}, AnswerKind.BROKEN),
        ({**TICKET, "event": {"id": "12"}}, AnswerKind.ACCEPTED), ({**TICKET, "event": None}, AnswerKind.ACCEPTED),
    ],
)  # fmt: skip
def test_only_ok_without_an_error_is_a_success(payload: object, kind: AnswerKind) -> None:
    """Failures come with status 200: it says nothing."""
    assert Desk(saying(payload)).provider.push(call()).kind is kind


@pytest.mark.parametrize("body", [b"<html>Free Wi-Fi</html>", b'{"ok":tr', b"", b"\xff"])
def test_an_answer_that_is_none_leaves_a_doubt(body: bytes) -> None:
    desk = Desk(lambda path, sent: httpx.Response(200, content=body))
    assert desk.provider.push(call()).kind is AnswerKind.DOUBTFUL
    assert failure(desk.find).kind is AnswerKind.BUSY


@pytest.mark.parametrize(
    ("status", "entrance", "exit"),
    [
        (503, AnswerKind.DOUBTFUL, AnswerKind.BUSY), (500, AnswerKind.DOUBTFUL, AnswerKind.DOUBTFUL),
        (502, AnswerKind.DOUBTFUL, AnswerKind.DOUBTFUL), (429, AnswerKind.BUSY, AnswerKind.BUSY),
        (302, AnswerKind.DOUBTFUL, AnswerKind.DOUBTFUL), (400, AnswerKind.REFUSED, AnswerKind.REFUSED),
        (401, AnswerKind.BARRED, AnswerKind.BARRED), (403, AnswerKind.BARRED, AnswerKind.BARRED),
    ],
)  # fmt: skip
def test_statuses_that_nobody_documented_have_a_meaning_too(status: int, entrance: str, exit: str) -> None:
    desk = Desk(saying({"error": "x"}, status), turnstile=True)
    assert desk.provider.push(call()).kind == entrance
    assert desk.provider.push(call(allowance="addon:7", limit=3)).kind == entrance
    assert desk.provider.push(call(allowance=EXIT)).kind == exit


@pytest.mark.parametrize("heads", [-1, 0, 2])
def test_more_or_less_than_one_head_is_not_sent(heads: int) -> None:
    desk = Desk(saying(TICKET))
    assert desk.provider.push(call(heads=heads)).kind is AnswerKind.BROKEN
    assert desk.asked == []


def test_a_wristband_whose_tonights_ticket_is_not_shown_is_not_another_nights() -> None:
    def answer(path: str, body: dict[str, Any]) -> httpx.Response:
        if path == "/tickets/scan_v2":
            tickets = [{"code": "aaaa1111", "event": "Friday"}, {"code": "bbbb2222", "event": NIGHT.name}]
            return httpx.Response(200, json={"message": "", "data": {"tickets": tickets}})
        if body.get("ticket_code") == "bbbb2222":
            return httpx.Response(200, json={"error": "try again"})
        if path == "/tickets/scan":
            return httpx.Response(200, json={**TICKET, "ticket": {"code": "aaaa1111"}, "event": {"id": 13}})
        return httpx.Response(200, json={"events": []})

    assert failure(lambda: Desk(answer).find("04A1B2C3D4E5F6", RFID)).kind is AnswerKind.BUSY


KEYS = [
    "ok", "error", "ticket", "code", "event", "id", "name", "checkins", "addon_id", "date", "order", "attendee",
    "fields", "values", "rfid_codes", "data", "tickets", "events", "attendees", "ticket_types", "addons", "uses",
    "token", "total", "ticket_code", "ticket_type_id", "ticket_type",
]  # fmt: skip
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["a19c02fe", 12, "12", 31, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)
bodies = json_values.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40) | st.sampled_from([
    b'{"ok":true,"ticket":{"code":"\xff\xfe"},"event":{"id":12},"checkins":[]}', b'{"tickets":' + b"[" * 50_000,
    b'{"ok":true,"ticket":' + b'{"code":' * 20_000, b'{"data":{"tickets":[{"code":"\xff"}]}}',
    b'{"events":[{"id":"\xff"}]}', json.dumps(TICKET).encode(),
])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(["/tickets/scan", "/tickets/scan_v2", "/tickets/checkin", "/seller/events",
    "/events/tickets", "/events/attendees", "/turnstile/checkin"]), bodies), bodies, st.booleans())  # fmt: skip
def test_whatever_is_answered_every_failure_is_a_provider_error(
    answers: dict[str, bytes], other: bytes, turnstile: bool
) -> None:
    desk = Desk(lambda path, body: httpx.Response(200, content=answers.get(path, other)), turnstile=turnstile)
    provider = desk.provider
    asked: list[Callable[[], Any]] = [
        desk.find, lambda: desk.find("04A1B2C3D4E5F6", RFID), lambda: provider.look(call()), provider.ping,
        lambda: provider.look(call(allowance="addon:7", limit=2)), lambda: provider.events(NOW, NOW),
        lambda: list(provider.pull(NIGHT, "tickets", None)), lambda: next(provider.pull(NIGHT, "attendees", None)),
    ]  # fmt: skip
    for ask in asked:
        try:
            told = ask()
        except ProviderError:
            continue
        assert told is None or isinstance(told, Sighting | Page | timedelta | list | tuple)
    assert isinstance(provider.push(call()), Receipt)
    assert isinstance(provider.push(call(allowance="addon:7", limit=2)), Receipt)
    assert isinstance(provider.push(call(rate="General")), Receipt)
    provider.close()
