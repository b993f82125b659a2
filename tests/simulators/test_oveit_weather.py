"""What goes wrong between the caller and Oveit: reads are POST too, and only the calls that count are writes."""

import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from app.simulators.oveit.rows import Ticket
from tests.simulators.oveit_harness import Oveit


def send(house: Oveit, ticket: Ticket, path: str = "/tickets/checkin", **more: Any) -> httpx.Response:
    return house.api.post(path, json={"ticket_code": ticket.code}, **more)


@pytest.mark.parametrize(
    ("switch", "uses"), [("lose_next", 1), ("lose_answers", 1), ("lose_next_requests", 0), ("lose_requests", 0)]
)
@pytest.mark.parametrize("path", ["/tickets/checkin", "/turnstile/checkin"])
def test_check_ins_get_lost_before_or_after_they_are_counted(house: Oveit, switch: str, uses: int, path: str) -> None:
    sold = house.ticket()
    house.turn(**{switch: 1})
    assert house.scan(sold)["checkins"] == []
    with pytest.raises(httpx.TransportError):
        send(house, sold, path)
    assert len(sold.uses) == uses


def test_a_lost_answer_counts_down(house: Oveit) -> None:
    sold = house.ticket()
    house.turn(lose_next=1)
    with pytest.raises(httpx.TransportError):
        send(house, sold)
    assert "error" in send(house, sold).json()
    assert (house.world.switches.lose_next, len(sold.uses)) == (0, 1)


@pytest.mark.parametrize(("after", "uses"), [(False, 0), (True, 1)])
def test_a_5xx_comes_before_or_after_the_commit(house: Oveit, after: bool, uses: int) -> None:
    sold = house.ticket()
    house.turn(errors_5xx=1, error_status=502, error_after_commit=after)
    answer = send(house, sold)
    assert (answer.status_code, answer.text[:6], len(sold.uses)) == (502, "<html>", uses)


@pytest.mark.parametrize(
    ("position", "check_in", "scan"), [("all", 503, 503), ("reads", 200, 503), ("writes", 503, 200)]
)
def test_faults_can_be_kept_to_reads_or_to_writes(house: Oveit, position: str, check_in: int, scan: int) -> None:
    sold = house.ticket()
    house.turn(errors_5xx=1, faults_on=position)
    assert send(house, sold).status_code == check_in
    assert send(house, sold, "/tickets/scan").status_code == scan


def test_a_captive_portal_answers_200_with_a_page_and_does_nothing(house: Oveit) -> None:
    sold = house.ticket()
    house.turn(html=1)
    answer = send(house, sold)
    assert (answer.status_code, answer.headers["content-type"][:9], sold.uses) == (200, "text/html", [])


def test_a_platform_that_is_down_cuts_every_connection_but_the_back_door(house: Oveit) -> None:
    house.turn(down=True)
    with pytest.raises(httpx.TransportError):
        house.ask("/seller/events")
    house.turn(down=False)
    assert "events" in house.ask("/seller/events")


def test_a_cut_body_stops_before_its_promised_length(house: Oveit) -> None:
    house.turn(cut_bodies=1)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        house.ask("/seller/events")


@pytest.mark.parametrize(("switch", "uses"), [("slow", 0), ("slow_answer", 1)])
def test_a_slow_platform_counts_even_when_the_caller_has_given_up(house: Oveit, switch: str, uses: int) -> None:
    sold = house.ticket()
    house.turn(**{switch: 400})
    with pytest.raises(httpx.ReadTimeout):
        send(house, sold, timeout=0.15)
    assert len(sold.uses) == uses
    time.sleep(0.4)
    assert len(sold.uses) == 1


def test_too_many_requests_are_429_and_may_say_how_long_to_wait(house: Oveit) -> None:
    house.turn(rate_limit=2)
    statuses = [house.api.post("/seller/events").status_code for _ in range(3)]
    house.turn(rate_limit=0, answers_429=1, retry_after=7)
    answer = house.api.post("/seller/events")
    assert statuses == [200, 200, 429]
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


def test_the_same_seed_gives_the_same_faults(house: Oveit) -> None:
    def weather(seed: int) -> list[int]:
        house.turn(seed=0)
        house.api.post("/seller/events")
        house.turn(seed=seed)
        return [house.api.post("/seller/events").status_code for _ in range(20)]

    house.turn(errors_5xx=0.5)
    first = weather(5)
    assert first == weather(5)
    assert set(first) == {200, 503}


def test_a_wrong_clock_shows_in_the_date_header_and_in_the_stamps(house: Oveit) -> None:
    house.turn(clock_skew=3600)
    sold = house.ticket()
    date = parsedate_to_datetime(send(house, sold).headers["date"]).timestamp()
    assert date - time.time() == pytest.approx(3600, abs=3)
    assert sold.uses[0].at - time.time() == pytest.approx(3600, abs=3)
