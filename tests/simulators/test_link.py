"""The cable between the hub and a platform."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from app.simulators.link import Link
from tests.simulators.harness import Platform

KEY = {"X-Api-Key": "ik_1"}


@pytest.fixture
def link(platform: Platform) -> Iterator[Link]:
    cable = Link.start(target_port=platform.server.port)
    yield cable
    cable.stop()


@pytest.fixture
def caller(link: Link) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{link.url}/integrations", headers=KEY, timeout=2) as client:
        yield client


def test_everything_passes_while_up(caller: httpx.Client) -> None:
    assert [caller.get("/channels").status_code for _ in range(3)] == [200] * 3


def test_a_pulled_plug_refuses_and_a_plugged_one_answers_on_the_same_port(link: Link, caller: httpx.Client) -> None:
    port = link.port
    for _ in range(3):
        caller.get("/channels")
        link.pull()
        with pytest.raises(httpx.TransportError):
            caller.get("/channels")
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{link.url}/integrations/channels", headers=KEY)
        link.plug()
        assert caller.get("/channels").status_code == 200
    assert link.port == port


def test_a_pulled_plug_ends_a_request_under_way(platform: Platform, link: Link, caller: httpx.Client) -> None:
    platform.turn(slow=1500)
    begun = time.monotonic()
    pulling = threading.Timer(0.1, link.pull)
    pulling.start()
    with pytest.raises(httpx.TransportError):
        caller.get("/channels")
    assert time.monotonic() - begun < 1
    pulling.join()


def test_reset_ends_each_connection(link: Link, caller: httpx.Client) -> None:
    link.mode("reset")
    with pytest.raises(httpx.TransportError):
        caller.get("/channels")


def test_a_black_hole_never_answers_and_nothing_arrives(platform: Platform, link: Link, caller: httpx.Client) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    link.mode("blackhole")
    with pytest.raises(httpx.ReadTimeout):
        caller.put(f"/tickets/{sold.id}/checkin", json={"enter": 1}, timeout=0.2)
    assert sold.enter == 0


def test_delay_makes_answers_late(link: Link, caller: httpx.Client) -> None:
    link.mode("delay", ms=150)
    begun = time.monotonic()
    assert caller.get("/channels").status_code == 200
    assert time.monotonic() - begun >= 0.15


def test_cut_ends_the_answer_after_some_bytes(link: Link, caller: httpx.Client) -> None:
    link.mode("cut", after=180)
    with pytest.raises(httpx.RemoteProtocolError):
        caller.get("/channels")


def test_a_lost_answer_is_a_commit_that_nobody_hears_of(platform: Platform, link: Link, caller: httpx.Client) -> None:
    sold = platform.world.add_ticket(event_id=platform.night.id)
    link.mode("lose_answers")
    with pytest.raises(httpx.TransportError):
        caller.put(f"/tickets/{sold.id}/checkin", json={"enter": 1})
    link.plug()
    assert caller.get(f"/tickets/{sold.id}").json()["data"]["enter"] == 1


def test_a_mode_that_does_not_exist_is_named(link: Link) -> None:
    with pytest.raises(ValueError, match="no mode 'sideways'"):
        link.mode("sideways")


def test_stopping_twice_is_harmless(link: Link) -> None:
    link.stop()
    link.stop()
