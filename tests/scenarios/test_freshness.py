"""What changes at the platform reaches the door with the next poll, or with the scan itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.simulators.fourvenues import Switches, World, create_app
from app.simulators.fourvenues.checkin import enter_elsewhere
from app.simulators.fourvenues.rows import Ticket
from app.simulators.fourvenues.trade import cancel, refund, sell
from app.simulators.serving import start_in_thread
from tests.scenarios.night.house import KEY, Hub, Teller, add_stations, environment, wait_for

pytestmark = pytest.mark.xdist_group("freshness")

HOUR_S = 3600
SOON_S = 12
"""A poll comes every second; this is for machines that are busy."""


@dataclass(frozen=True)
class House:
    """A hub that polls every second and makes one full pass only, and its three platforms."""

    world: World
    ahead: World
    behind: World
    door: Teller

    def entered(self, ticket: Ticket) -> int | None:
        one = self.shown(ticket.code)
        return None if one is None else int(one["entered"])

    def shown(self, code: str) -> dict[str, Any] | None:
        found: list[dict[str, Any]] = self.door.get("/admissions", q=code)["items"]
        return found[0] if found else None

    def standing(self, ticket: Ticket) -> str:
        one = self.shown(ticket.code)
        return str(one["standing"]) if one else ""

    def old_ticket(self, world: World | None = None, **fields: Any) -> Ticket:
        """A ticket sold days ago that the hub has not seen: no delta by `created_at` will ever bring it."""
        world = world or self.world
        ticket = world.add_ticket(created=world.now() - 3 * 24 * HOUR_S, **fields)
        world.touch(ticket)
        return ticket

    def polls(self, count: int) -> None:
        """Wait until so many polls of tickets have begun and ended."""
        for _ in range(count):
            before = self.pulled()
            wait_for("a poll", partial(self._pulled_after, before), SOON_S)

    def _pulled_after(self, before: list[str]) -> bool:
        return all(now > then for now, then in zip(self.pulled(), before, strict=True))

    def pulled(self) -> list[str]:
        nights = self.door.get("/status")["events"]
        return sorted(
            one["as_of"] or "" for night in nights for one in night["resources"] if one["resource"] == "tickets"
        )


def _night(things: ExitStack, seed: int, *switches: str) -> tuple[World, str]:
    world = World.generate(
        guests=12, lists=2, passes=2, seed=seed, switches=Switches.parse(["rate_limit=0", *switches])
    )
    server = start_in_thread(create_app(world))
    things.callback(server.stop)
    return world, f"{server.url}/integrations"


def _hub(things: ExitStack, folder: Path, **settings: object) -> Teller:
    env = environment(DATA_DIR=folder / "data", POLL_SECONDS=1, LOG_FORMAT="json", **settings)
    token = add_stations(env, ["Gate 1"])["Gate 1"]
    hub = Hub(env, folder)
    hub.start()
    things.callback(hub.stop)
    hub.wait()
    return Teller(hub.url, token)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as things:
        world, url = _night(things, 5)
        ahead, ahead_url = _night(things, 6, f"clock_skew={HOUR_S}")
        behind, behind_url = _night(things, 7, f"clock_skew=-{HOUR_S}")
        accounts = {"FOURVENUES__API_KEY": KEY, "FOURVENUES__BASE_URL": url, "FOURVENUES__REQUESTS_PER_SECOND": 0}
        for name, address in (("AHEAD", ahead_url), ("BEHIND", behind_url)):
            accounts |= {f"ACCOUNTS__{name}__PROVIDER": "fourvenues", f"ACCOUNTS__{name}__API_KEY": KEY}
            accounts |= {f"ACCOUNTS__{name}__BASE_URL": address, f"ACCOUNTS__{name}__REQUESTS_PER_SECOND": 0}
        door = _hub(things, tmp_path_factory.mktemp("fresh"), FULL_POLL_SECONDS=HOUR_S, **accounts)
        house = House(world, ahead, behind, door)
        wait_for("the first polls", lambda: len(house.pulled()) == 3 and all(house.pulled()))
        yield house


def _soon(what: str, found: Callable[[], Any]) -> None:
    wait_for(what, found, SOON_S)


def _known(house: House, world: World) -> Ticket:
    """A good ticket that the first full pass brought, days old."""
    pinned = {row.code for row in world.sheet()}
    return next(
        one
        for one in world.tickets[world.tonight.id].values()
        if one.status == "activated" and not one.refunded and not one.enter and one.for_ == 1 and one.code not in pinned
    )


def test_a_refund_reaches_the_door_with_the_next_poll(house: House) -> None:
    ticket = _known(house, house.world)
    refund(house.world, ticket, None)
    _soon("the refund", lambda: house.standing(ticket) == "void")
    assert house.door.scan(ticket.code)["reason"] == "void"


def test_a_cancellation_reaches_the_door_with_the_next_poll(house: House) -> None:
    ticket = _known(house, house.world)
    cancel(house.world, ticket)
    _soon("the cancellation", lambda: house.standing(ticket) == "void")
    assert house.door.scan(ticket.code)["message"] == "Cancelled"


def test_an_entry_at_another_gate_reaches_the_door_with_the_next_poll(house: House) -> None:
    ticket = _known(house, house.world)
    enter_elsewhere(house.world, ticket, 1, ticket.event_id)
    _soon("the entry", lambda: house.entered(ticket) == 1)
    told = house.door.scan(ticket.code)
    assert (told["outcome"], told["reason"]) == ("refuse", "already_in")


def test_new_rows_alone_would_never_show_an_entry_at_another_gate(house: House) -> None:
    """With a platform whose `updated_at` does not follow entries, deltas stay silent about this one."""
    house.world.switches.set("entry_moves_updated_at", "off")
    try:
        ticket = _known(house, house.world)
        enter_elsewhere(house.world, ticket, 1, ticket.event_id)
        house.polls(3)
        assert house.entered(ticket) == 0
    finally:
        house.world.switches.set("entry_moves_updated_at", "on")


def test_a_full_pass_brings_what_no_delta_tells(tmp_path: Path) -> None:
    with ExitStack() as things:
        world, url = _night(things, 8, "entry_moves_updated_at=off")
        account = {"FOURVENUES__API_KEY": KEY, "FOURVENUES__BASE_URL": url, "FOURVENUES__REQUESTS_PER_SECOND": 0}
        door = _hub(things, tmp_path, FULL_POLL_SECONDS=2, **account)
        house = House(world, world, world, door)
        wait_for("the first poll", lambda: all(house.pulled()) and house.pulled())
        ticket = _known(house, world)
        enter_elsewhere(world, ticket, 1, ticket.event_id)
        gone = next(one for one in world.tickets[world.tonight.id].values() if one is not ticket and not one.enter)
        world.delete(gone)
        _soon("the entry", lambda: house.entered(ticket) == 1)
        _soon("the deletion", lambda: house.standing(gone) == "unknown")


def test_a_ticket_bought_a_minute_ago_is_let_in_though_no_poll_has_brought_it(house: House) -> None:
    ticket = sell(house.world, hidden=True)
    assert house.shown(ticket.code) is None
    told = house.door.scan(ticket.code)
    assert (told["outcome"], told["left"], told["guest"]["name"]) == ("admit", 0, ticket.holder.name)


def test_a_ticket_sold_now_is_in_the_cache_with_the_next_poll(house: House) -> None:
    ticket = sell(house.world)
    _soon("the new ticket", lambda: house.standing(ticket) == "good")


def test_two_tickets_with_one_code_are_a_question_and_the_chosen_one_is_let_in(house: House) -> None:
    one = house.old_ticket(code="TWINCODE1")
    other = house.old_ticket(code="TWINCODE1")
    _soon("both", lambda: len(house.door.get("/admissions", q="TWINCODE1")["items"]) == 2)
    told = house.door.scan("TWINCODE1")
    assert (told["outcome"], told["reason"]) == ("ask", "ambiguous")
    assert {choice["name"] for choice in told["choices"]} == {one.holder.name, other.holder.name}
    chosen = house.door.scan("TWINCODE1", admission=told["choices"][1]["admission"])
    assert (chosen["outcome"], chosen["admission"]) == ("admit", told["choices"][1]["admission"])


def test_a_ticket_without_a_code_is_found_by_name_and_opens_for_no_code(house: House) -> None:
    house.old_ticket(without=("code",), name="Ainhoa Belmonte Rius", code="NOBODYSEES1")
    _soon("the ticket", lambda: house.door.get("/admissions", q="belmonte rius")["items"])
    shown = house.door.get("/admissions", q="belmonte rius")["items"][0]
    assert (shown["standing"], shown["code"]) == ("good", "")


def test_a_word_that_nobody_knows_is_a_question_and_never_an_entry(house: House) -> None:
    ticket = house.old_ticket(status="quarantined")
    _soon("the ticket", lambda: house.standing(ticket) == "unknown")
    told = house.door.scan(ticket.code)
    assert (told["outcome"], told["reason"], told["why"][0]["value"]) == ("ask", "unsure", "quarantined")


@pytest.mark.parametrize("side", ["ahead", "behind"])
def test_an_hour_between_the_clocks_changes_nothing(house: House, side: str) -> None:
    """New rows and changed ones arrive, and an entry gets there under our time."""
    world: World = getattr(house, side)
    ticket, changed = sell(world), _known(house, world)
    refund(world, changed, None)
    _soon("the new ticket", lambda: house.standing(ticket) == "good")
    _soon("the refund", lambda: house.standing(changed) == "void")
    told = house.door.scan(ticket.code)
    assert told["outcome"] == "admit"
    _soon("the entry at the platform", lambda: ticket.enter == 1)
    assert ticket.entered_at is not None
    assert abs(ticket.entered_at - time.time()) < 60
    house.polls(2)
    assert house.entered(ticket) == 1
