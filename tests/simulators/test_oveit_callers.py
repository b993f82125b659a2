"""Who may call Oveit, how it is called, and in which language it answers."""

from typing import Any

import httpx
import pytest

from app.simulators.oveit.sentences import LANGUAGES, SENTENCES
from tests.simulators.oveit_harness import Oveit


def url(house: Oveit, path: str = "/seller/events") -> str:
    return f"{house.server.url}/api{path}"


def token(house: Oveit) -> str:
    return str(house.login().json()["token"])


def events_with(house: Oveit, given: str) -> httpx.Response:
    return httpx.post(url(house), headers={"Authorization": f"Bearer {given}"})


@pytest.mark.parametrize(("position", "status"), [("200", 200), ("403", 403)])
def test_a_wrong_password_is_refused_with_the_chosen_status(house: Oveit, position: str, status: int) -> None:
    house.turn(bad_login=position)
    for wrong in ({"password": "guess"}, {"email": "somebody@example.org"}, {"password": None}):
        answer = house.login(**wrong)
        assert (answer.status_code, set(answer.json())) == (status, {"error"})


def test_without_the_api_permission_login_or_every_call_is_refused_with_200(house: Oveit) -> None:
    house.turn(api_permission="no-login")
    assert (house.login().status_code, set(house.login().json())) == (200, {"error"})
    house.turn(api_permission="no-calls")
    assert house.login().json()["user"]["permissions"] == ["rfid_pairing"]
    assert set(house.ask("/seller/events")) == {"error"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer 0123"}, {"Authorization": "Basic QTpC"}])
def test_a_call_without_a_good_token_is_403_with_a_sentence(house: Oveit, headers: dict[str, str]) -> None:
    answer = httpx.post(url(house), headers=headers)
    assert (answer.status_code, set(answer.json())) == (403, {"error"})


@pytest.mark.parametrize(("place", "header", "body"), [("both", 200, 200), ("header", 200, 403), ("body", 403, 200)])
def test_the_token_is_in_the_header_or_in_the_body(house: Oveit, place: str, header: int, body: int) -> None:
    good = token(house)
    house.turn(token_in=place)
    assert events_with(house, good).status_code == header
    assert httpx.post(url(house), json={"token": good}).status_code == body
    assert httpx.post(url(house), data={"token": good}).status_code == body


@pytest.mark.parametrize(("position", "json", "form"), [("both", 1, 1), ("json", 1, 0), ("form", 0, 1)])
def test_bodies_are_json_or_forms(house: Oveit, position: str, json: int, form: int) -> None:
    house.turn(bodies=position)
    asked = {"ticket_code": house.ticket().code}
    answers = [house.api.post("/tickets/scan", json=asked).json(), house.api.post("/tickets/scan", data=asked).json()]
    assert ["ok" in answer for answer in answers] == [bool(json), bool(form)]


def test_a_form_checks_in_like_json(house: Oveit) -> None:
    sold = house.ticket(house.vip)
    form = {"ticket_code": sold.code, "addon_id": "", "ticket_type_id": str(house.vip.id)}
    assert house.api.post("/tickets/checkin", data=form).json()["checkins"][0]["addon_id"] is None
    drink = house.api.post("/tickets/checkin", data={**form, "addon_id": str(house.drink.id)}).json()
    assert drink["checkins"][1]["addon_id"] == house.drink.id


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"--x", "multipart/form-data"),
        (b'{"ticket_code": {"a": 1}, "addon_id": [2]}', "application/json"),
    ],
)
def test_a_body_that_can_not_be_read_is_refused_like_no_code_or_an_unknown_one(
    house: Oveit, content: bytes, kind: str
) -> None:
    answer = house.api.post("/tickets/checkin", content=content, headers={"content-type": kind})
    assert (answer.status_code, set(answer.json())) == (200, {"error"})


def test_several_tokens_work_at_once_or_only_the_last(house: Oveit) -> None:
    first, second = token(house), token(house)
    assert [events_with(house, one).status_code for one in (first, second)] == [200, 200]
    house.turn(several_tokens=False)
    third = token(house)
    assert [events_with(house, one).status_code for one in (first, second, third)] == [403, 403, 200]


def test_a_token_lives_on_from_its_last_call(house: Oveit) -> None:
    good = token(house)
    for hours in (40, 80, 120):
        house.world.switches.clock_skew = hours * 3600
        assert events_with(house, good).status_code == 200
    house.world.switches.clock_skew = (120 + 48) * 3600 + 1
    assert events_with(house, good).status_code == 403
    assert events_with(house, token(house)).status_code == 200


def test_the_life_of_a_token_can_be_short(house: Oveit) -> None:
    house.turn(token_life=60)
    answer = house.login().json()
    assert answer["expires_in"] == 60
    house.world.switches.clock_skew = 61
    assert events_with(house, answer["token"]).status_code == 403


def test_a_token_can_die_in_the_middle_of_the_work(house: Oveit) -> None:
    house.turn(tokens_die_after=3)
    good = token(house)
    assert [events_with(house, good).status_code for _ in range(4)] == [200, 200, 200, 403]
    assert events_with(house, token(house)).status_code == 200


def test_revoked_tokens_need_a_new_login(house: Oveit) -> None:
    old = token(house)
    house.control.post("/revoke-tokens").raise_for_status()
    assert [events_with(house, one).status_code for one in (old, token(house))] == [403, 200]


def test_a_revoked_account_gets_403_with_fresh_tokens_too(house: Oveit) -> None:
    house.turn(token_revoked=True)
    assert events_with(house, token(house)).status_code == 403


@pytest.mark.parametrize(("position", "keys"), [("bare", {"error"}), ("ok-false", {"ok", "error"})])
def test_errors_come_with_or_without_ok(house: Oveit, position: str, keys: set[str]) -> None:
    house.turn(errors=position)
    for path in ("/tickets/checkin", "/tickets/scan", "/tickets/scan_v2"):
        answer = house.ask(path, ticket_code="00c0ffee", rfid_code="0000000000")
        assert set(answer) == keys
        assert not answer.get("ok")


def said(house: Oveit, accept: str) -> str:
    answer = house.api.post("/tickets/scan", json={"ticket_code": "x"}, headers={"Accept-Language": accept})
    return str(answer.json()["error"])


def test_the_same_refusal_reads_differently_in_each_language(house: Oveit) -> None:
    assert [said(house, name) for name in LANGUAGES] == list(SENTENCES["unknown_ticket"])
    assert len({said(house, name) for name in LANGUAGES}) == 6


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("ro,fr;q=0.5,es;q=0.7", "es"),
        ("ja;q=0, nl", "nl"),
        ("ro", "en"),
        ("*", "en"),
        ("", "en"),
        ("fr;q=much", "en"),
    ],
)
def test_the_language_is_the_most_wanted_that_is_spoken(house: Oveit, accept: str, name: str) -> None:
    assert said(house, accept) == SENTENCES["unknown_ticket"][LANGUAGES.index(name)]


@pytest.mark.parametrize("key", SENTENCES)
def test_no_sentence_is_the_same_in_two_languages(key: str) -> None:
    assert len(set(SENTENCES[key])) == len(LANGUAGES)


def test_403_is_said_in_the_callers_language_too(house: Oveit) -> None:
    headers: dict[str, Any] = {"Authorization": "Bearer 0", "Accept-Language": "nl"}
    assert httpx.post(url(house), headers=headers).json() == {"error": SENTENCES["bad_token"][5]}
