"""What goes wrong between the caller and the platform."""

import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.simulators.harness import Platform

PAIR = {"integration_id": "int_1", "secret": "s"}


@pytest.mark.parametrize(("mode", "key", "pair"), [("both", 200, 200), ("key", 200, 401), ("pair", 401, 200)])
def test_keys_are_judged_by_the_mode(platform: Platform, mode: str, key: int, pair: int) -> None:
    platform.turn(auth=mode)
    answers = [
        httpx.get(f"{platform.server.url}/integrations/channels/", headers=headers)
        for headers in ({"x-api-key": "ik_live_1"}, PAIR)
    ]
    assert [answer.status_code for answer in answers] == [key, pair]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ik_1"}, {"X-Api-Key": "pk_1"}, {"secret": "s"}])
def test_a_caller_without_a_good_key_gets_401_and_nothing_else(platform: Platform, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{platform.server.url}/integrations/channels", headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_revoked_key_gets_401_and_nothing_else(platform: Platform) -> None:
    platform.turn(key_revoked=True)
    answer = platform.api.get("/channels")
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_key_may_be_forbidden_some_resources_only(platform: Platform) -> None:
    platform.turn(forbidden=["lists", "v2/passes"])
    paths = ("/lists", "/v2/passes", "/passes", "/tickets", "/lists-rates")
    answers = [platform.api.get(path, params={"event_id": platform.night.id}) for path in paths]
    assert [answer.status_code for answer in answers] == [403, 403, 200, 200, 200]


def test_a_key_may_read_but_not_check_in(platform: Platform) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    platform.turn(forbidden="checkin")
    assert platform.enter(sold.id).status_code == 403
    assert len(platform.rows()) == 1


def test_the_rate_is_counted_per_key(platform: Platform) -> None:
    platform.turn(rate_limit=5)
    statuses = [platform.api.get("/channels").status_code for _ in range(8)]
    other = platform.api.get("/channels", headers={"X-Api-Key": "ik_another"}).status_code
    assert (statuses, other) == ([200] * 5 + [429] * 3, 200)


@pytest.mark.parametrize(("seconds", "header"), [(0, None), (7, "7")])
def test_429_says_when_to_come_back_only_when_told(platform: Platform, seconds: int, header: str | None) -> None:
    platform.turn(answers_429=1, retry_after=seconds)
    answer = platform.api.get("/channels")
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, header)


def test_while_down_every_connection_ends_without_an_answer(platform: Platform) -> None:
    platform.turn(down=True)
    with pytest.raises(httpx.RemoteProtocolError):
        platform.api.get("/channels")
    assert platform.control.get("/state").status_code == 200
    platform.turn(down=False)
    assert platform.api.get("/channels").status_code == 200


def test_an_answer_lost_after_the_commit_leaves_the_guest_inside(platform: Platform) -> None:
    first, second = (platform.world.add_ticket(event_id=platform.night.id) for _ in range(2))
    platform.turn(lose_next=1)
    with pytest.raises(httpx.TransportError):
        platform.enter(first.id)
    assert first.enter == 1
    assert platform.enter(second.id).status_code == 200


def test_a_request_lost_before_the_commit_leaves_the_guest_outside(platform: Platform) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    platform.turn(lose_next_requests=1)
    with pytest.raises(httpx.TransportError):
        platform.enter(sold.id)
    assert sold.enter == 0
    assert platform.enter(sold.id).status_code == 200


@pytest.mark.parametrize(("switch", "inside"), [("lose_answers", 1), ("lose_requests", 0)])
def test_losing_concerns_check_ins_and_no_reading(platform: Platform, switch: str, inside: int) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    platform.turn(**{switch: 1})
    with pytest.raises(httpx.TransportError):
        platform.enter(sold.id)
    assert platform.rows()[0]["enter"] == inside


@pytest.mark.parametrize(("after", "inside"), [(False, 0), (True, 1)])
def test_a_5xx_comes_before_or_after_the_commit(platform: Platform, after: bool, inside: int) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    platform.turn(errors_5xx=1, error_status=502, error_after_commit=after)
    answer = platform.enter(sold.id)
    assert (answer.status_code, sold.enter) == (502, inside)
    assert answer.text.startswith("<html>")


def test_a_cut_body_stops_before_its_promised_length(platform: Platform) -> None:
    platform.turn(cut_bodies=1)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        platform.api.get("/channels")


def test_a_captive_portal_answers_200_with_a_page_and_does_nothing(platform: Platform) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    platform.turn(html="on")
    answer = platform.enter(sold.id)
    assert (answer.status_code, answer.headers["content-type"][:9], sold.enter) == (200, "text/html", 0)


@pytest.mark.parametrize(("switch", "inside"), [("slow", 0), ("slow_answer", 1)])
def test_a_slow_platform_commits_even_when_the_caller_has_given_up(
    platform: Platform, switch: str, inside: int
) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    platform.turn(**{switch: 400})
    with pytest.raises(httpx.ReadTimeout):
        platform.api.put(f"/tickets/{sold.id}/checkin", json={"enter": 1}, timeout=0.15)
    assert sold.enter == inside
    time.sleep(0.4)
    assert sold.enter == 1


def test_faults_can_be_kept_to_reads_or_to_writes(platform: Platform) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    platform.turn(errors_5xx=1, faults_on="reads")
    assert (platform.enter(sold.id).status_code, platform.api.get("/channels").status_code) == (200, 503)
    platform.turn(faults_on="writes")
    assert (platform.enter(sold.id, 0).status_code, platform.api.get("/channels").status_code) == (503, 200)


def test_the_same_seed_gives_the_same_faults(platform: Platform) -> None:
    def weather(seed: int) -> list[Any]:
        platform.turn(seed=0)
        platform.api.get("/channels")
        platform.turn(seed=seed)
        return [platform.api.get("/channels").status_code for _ in range(20)]

    platform.turn(errors_5xx=0.5)
    first = weather(5)
    assert first == weather(5)
    assert set(first) == {200, 503}


def test_a_wrong_clock_shows_in_the_date_header_and_in_the_stamps(platform: Platform) -> None:
    platform.turn(clock_skew=3600, updated_at="seconds")
    date = parsedate_to_datetime(platform.api.get("/channels").headers["date"]).timestamp()
    sold = platform.control.post("/sell", json={"event_id": platform.night.id}).json()
    assert date - time.time() == pytest.approx(3600, abs=3)
    assert sold["updated_at"] - time.time() == pytest.approx(3600, abs=3)


def test_there_is_one_date_header(platform: Platform) -> None:
    assert len(platform.api.get("/channels").headers.get_list("date")) == 1
