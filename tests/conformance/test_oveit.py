"""What is only Oveit's: a token that dies, sentences that mean nothing, check-ins without an event, addons, names that
come by themselves, wristbands, turnstiles.

What every provider must keep is in `test_every_provider.py`; which test holds which of the platform's traps tells
`app/providers/oveit/README.md`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.model import EXIT, RFID, Credential, Direction, Outcome, Reason, Standing, Unknown
from app.domain.outbox import AnswerKind, CallState
from app.domain.settle import Again, Barred, Conflict, Done, Parked, Trouble
from app.ports import ProviderError
from app.simulators.oveit.sentences import LANGUAGES
from tests.conformance.houses.house import BUDGET, UNKNOWN, Sold, cursor_of, now
from tests.conformance.houses.hub import Hub, Moved
from tests.conformance.houses.outbox import Outbox, deliver
from tests.conformance.houses.oveit import PASSWORD, House, addon_of, tokens_in
from tests.fakes.night import station

Opened = Callable[..., House]


@pytest.fixture
def opened(opening: Callable[..., Any]) -> Opened:
    return partial(opening, "oveit")


@pytest.fixture
def house(opened: Opened) -> House:
    return opened()


@contextmanager
def hub_at(house: House, folder: Path, **more: Any) -> Iterator[Hub]:
    hub = Hub(house, folder, **more)
    try:
        hub.learns()
        yield hub
    finally:
        hub.close()


def kind_of(asked: Callable[[], object]) -> AnswerKind | None:
    """What kind of failure it is; None for none."""
    try:
        asked()
    except ProviderError as error:
        return error.kind
    return None


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_many_at_once_log_in_once(house: House) -> None:
    sold = [house.good() for _ in range(8)]
    with ThreadPoolExecutor(8) as doors:
        receipts = list(doors.map(lambda one: house.provider.push(house.call(one)), sold))
    assert {one.kind for one in receipts} == {AnswerKind.ACCEPTED}
    assert house.logins() == 1


def test_a_token_that_is_refused_is_replaced_once_and_then_the_account_is_barred(house: House) -> None:
    sold = house.good()
    house.provider.ping()
    house.turn(token_revoked=True)
    assert house.provider.push(house.call(sold)).kind is AnswerKind.BARRED
    assert house.logins() == 2
    for _ in range(5):
        assert isinstance(deliver(house, house.call(sold)), Barred)
        assert kind_of(lambda: house.find(sold.code, None)) is AnswerKind.BARRED
    assert house.logins() == 2
    house.clear()
    assert isinstance(deliver(house, house.call(sold)), Done)
    assert house.ours(sold) == [1]


def test_a_token_that_dies_in_the_middle_of_many_calls_loses_and_doubles_none(house: House, tmp_path: Path) -> None:
    sold = [house.good() for _ in range(30)]

    def revoke(request: httpx.Request) -> None:
        if request.url.path.endswith("/tickets/checkin") and len(house.marks()) == 12:
            house.world.tokens.revoke()

    with hub_at(house, tmp_path) as hub:
        for one in sold:
            assert hub.scans(one.code).outcome is Outcome.ADMIT
        house.cable.before = revoke
        before = house.logins()
        assert hub.sends().done == 30
        assert house.logins() == before + 1
        assert hub.tray() == []
    assert [house.ours(one) for one in sold] == [[1]] * 30


def test_tokens_that_live_for_a_few_calls_only_are_replaced_as_often(house: House, tmp_path: Path) -> None:
    """Also while several threads use the same one."""
    sold = [house.good() for _ in range(24)]
    with hub_at(house, tmp_path) as hub:
        for one in sold:
            hub.scans(one.code)
        house.turn(tokens_die_after=8)
        assert hub.sends().done == 24
    assert [house.ours(one) for one in sold] == [[1]] * 24


def test_another_hub_that_logs_in_ends_our_token_and_nothing_else(opened: Opened) -> None:
    ours, theirs = opened(), opened()
    ours.turn(several_tokens=False)
    for house in (ours, theirs, ours, theirs):
        sold = house.good()
        assert isinstance(deliver(house, house.call(sold)), Done)
        assert house.ours(sold) == [1]


@pytest.mark.parametrize("status", ["200", "403"])
def test_a_wrong_password_bars_the_account_and_is_not_tried_again_within_a_minute(opened: Opened, status: str) -> None:
    house = opened(password="Old-pa55word")
    house.turn(bad_login=status)
    sold = house.good()
    for _ in range(5):
        assert house.provider.push(house.call(sold)).kind is AnswerKind.BARRED
        assert kind_of(lambda: house.find(sold.code, None)) is AnswerKind.BARRED
        assert kind_of(house.pull) is AnswerKind.BARRED
    assert house.logins() == 1
    house.timer.later += 61
    assert kind_of(house.provider.ping) is AnswerKind.BARRED
    assert house.logins() == 2
    assert all("not correct" in why for why in house.provider.allowed().values())


def test_an_account_without_the_right_to_the_api_is_told_in_its_words(house: House) -> None:
    house.turn(api_permission="no-login")
    with pytest.raises(ProviderError) as caught:
        house.provider.ping()
    assert (caught.value.kind, caught.value.words) == (
        AnswerKind.BARRED,
        "login refused: You do not have permission to do this",
    )


def test_a_token_lives_on_while_it_is_used_and_is_not_tried_when_it_must_be_dead(house: House) -> None:
    """By `expires_in` from its last use: `expires_at` has no zone."""

    def later(seconds: float) -> int:
        house.timer.later += seconds
        house.turn(clock_skew=house.timer.later)
        before = house.logins()
        house.provider.ping()
        return house.logins() - before

    house.turn(token_life=1000)
    assert later(0) == 1
    assert [later(900), later(900), later(900)] == [0, 0, 0]
    asked = len(house.cable.sent)
    assert later(1001) == 1
    assert len(house.cable.sent) == asked + 2  # nothing was asked with the dead one


@pytest.mark.parametrize("life", [1, 3])
def test_a_token_of_seconds_is_used_for_as_long(house: House, life: int) -> None:
    house.turn(token_life=life)
    for _ in range(4):
        house.provider.ping()
    assert house.logins() == 1


def test_the_token_is_in_the_header_and_the_password_only_where_somebody_logs_in(house: House) -> None:
    sold, drinks = house.good(), house.several(2)
    house.pull()
    house.pull("attendees")
    for call in (house.call(sold), *house.calls(drinks, 2)):
        assert isinstance(deliver(house, call), Done)
    house.find(UNKNOWN, sold.code)
    assert len(house.cable.paths()) > 8
    (token,) = tokens_in(house.cable.sent)
    for request in house.cable.sent:
        login = request.url.path.endswith("/seller/login")
        assert (PASSWORD.encode() in request.content) == login
        assert token.encode() not in request.content
        assert not request.url.query
        assert request.method == "POST"


def test_a_token_that_no_header_may_carry_goes_into_the_body(house: House) -> None:
    house.turn(token_in="body")
    sold = house.good()
    assert isinstance(deliver(house, house.call(sold)), Done)
    asked = len(house.cable.sent)
    house.pull()
    assert house.ours(sold) == [1]
    assert house.logins() == 1
    for request in house.cable.sent[asked:]:
        assert "authorization" not in request.headers
        assert json.loads(request.content)["token"]


# --- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("errors", ["bare", "ok-false"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_decides_anything(house: House, language: str, errors: str) -> None:
    """Whatever language the platform answers in, whatever it was asked in: the verdicts are the same."""

    def speak(request: httpx.Request) -> None:
        request.headers["accept-language"] = language

    house.cable.before = speak
    inside, gone, other, drinks = house.good(), house.good(), house.good(), house.several(1)
    off = house.sold(house.ticket(house.vip), house.world.add_addon(house.vip, "Aftershow", enabled=False))
    retyped = house.call(other, rate=other.rate)
    for one in (inside, drinks):
        house.enter_elsewhere(one)
    house.vanish(gone)
    house.retype(other)
    house.turn(errors=errors)
    sent = [Outbox(call) for call in (*map(house.call, (inside, gone, drinks, off)), retyped)]
    assert [one.send(house.provider) for one in sent] == [
        Conflict(why=Trouble.ENTERED_ELSEWHERE), Conflict(why=Trouble.GONE), Conflict(why=Trouble.ENTERED_ELSEWHERE),
        Parked(why=Trouble.UNEXPLAINED), Parked(why=Trouble.UNEXPLAINED),
    ]  # fmt: skip
    assert all(one.words for one in sent[3:])
    assert house.find(UNKNOWN, inside.code) == []
    assert house.find(inside.code, None) == [(house.event.ref, inside.code)]
    assert house.ledger() == []


def test_sentences_are_asked_for_in_english(house: House) -> None:
    house.provider.ping()
    assert {request.headers["accept-language"] for request in house.cable.sent} == {"en"}


@pytest.mark.parametrize("scan_ok", [True, False])
def test_a_scan_that_says_ok_admits_nobody(house: House, scan_ok: bool) -> None:
    house.turn(scan_ok=scan_ok)
    sold = house.good()
    (found,) = house.look_up(sold.code)
    assert house.row_of(found).allowances[0].left == 1
    assert house.provider.look(house.call(sold)).count == 0
    assert house.marks() == []


# --- no event, no undo ------------------------------------------------------------------------------------------------


def test_a_ticket_that_turns_out_to_be_for_another_event_is_a_conflict_with_words(house: House) -> None:
    """Should our memory ever be wrong: it is used up there, and a person must know."""
    sold = house.for_another_event()
    outbox = Outbox(house.call(sold))
    assert outbox.send(house.provider) == Conflict(why=Trouble.GONE)
    assert house.other is not None
    assert outbox.words == f"checked in at another event ({house.other.ref})"


def test_an_addon_of_another_events_ticket_is_not_used(house: House) -> None:
    other, drinks = house.for_another_event(), house.several(2)
    call = replace(house.call(drinks), ref=other.ref, code=other.code)
    assert deliver(house, call) == Conflict(why=Trouble.GONE)
    assert house.ledger() == []


def test_who_came_in_on_trust_with_another_events_ticket_is_found_out_and_it_is_not_used(
    house: House, tmp_path: Path
) -> None:
    sold, good = house.for_another_event(), house.good()
    with hub_at(house, tmp_path) as hub:
        trusting = replace(hub.gate, unknown_offline=Unknown.PROVISIONAL)
        late = house.good()
        house.turn(down=True)
        for code in (sold.code, late.code, UNKNOWN):
            answer = hub.scans(code, at=trusting)
            assert (answer.outcome, answer.provisional) == (Outcome.ADMIT, True)
        assert hub.scans(good.code).outcome is Outcome.ADMIT
        house.clear()
        hub.line.heard()
        report = hub.sends()
        assert (report.done, report.conflict) == (2, 2)
        assert house.ours(sold) == []
        assert (house.ours(late), house.ours(good)) == ([1], [1])
        assert sorted(hub.tray()) == ["not_known", "void"]


def test_an_undo_stays_here_and_the_next_entry_takes_its_place(house: House, tmp_path: Path) -> None:
    sold = house.good()
    with hub_at(house, tmp_path) as hub:
        answer = hub.scans(sold.code)
        assert answer.undo_stays
        hub.sends()
        hub.takes_back(answer)
        assert hub.tray() == ["only_here"]
        assert hub.scans(sold.code).outcome is Outcome.ADMIT
        sent = len(house.marks())
        assert hub.sends().done == 1
        assert len(house.marks()) == sent
        assert hub.tray() == []
    assert house.ours(sold) == [1]


def test_an_undo_of_what_was_never_sent_is_only_forgotten(house: House, tmp_path: Path) -> None:
    sold = house.good()
    with hub_at(house, tmp_path) as hub:
        hub.takes_back(hub.scans(sold.code))
        hub.sends()
        assert {call.state for call in hub.calls()} == {CallState.WITHDRAWN}
    assert house.marks() == []


def test_a_platform_that_lets_people_in_again_is_not_trusted_to_guard_the_entrance(house: House) -> None:
    """The second entrance is accepted there; here it is somebody else who came in before."""
    house.turn(reentry="all")
    sold = house.good()
    house.enter_elsewhere(sold)
    outbox = Outbox(house.call(sold))
    assert outbox.send(house.provider) == Conflict(why=Trouble.ENTERED_ELSEWHERE)
    assert outbox.words == "the platform counts 2 entrances"


@pytest.mark.parametrize("reentry", ["refused", "all"])
@pytest.mark.parametrize("weather", [{"lose_next": 1}, {"error_after_commit": True, "errors_5xx": 1}])
def test_an_entry_whose_answer_is_lost_is_ours_whoever_guards(house: House, weather: Any, reentry: str) -> None:
    house.turn(reentry=reentry, faults_on="writes", **weather)
    sold = house.good()
    assert deliver(house, house.call(sold)) == Done(count=1)
    assert house.ours(sold) == [1]


@pytest.mark.parametrize("gates", [1, 2])
def test_a_gate_that_was_just_before_us_is_a_conflict_and_not_our_entry(house: House, gates: int) -> None:
    sold = house.good()
    house.turn(gate_between_next=gates)
    assert deliver(house, house.call(sold)) == Conflict(why=Trouble.ENTERED_ELSEWHERE)
    assert (house.ours(sold), house.inside(sold)) == ([], 1)


def test_a_bar_that_was_just_before_us_leaves_the_rest_to_us(house: House) -> None:
    drinks = house.several(3)
    house.turn(gate_between_next=1)
    first, second, third = (deliver(house, call) for call in house.calls(drinks, 3))
    assert (first, second, third) == (Done(count=2), Done(count=3), Conflict(why=Trouble.ENTERED_ELSEWHERE))
    assert house.ours(drinks) == [1, 1]


def read_again(house: House) -> None:
    """As a minute later: which events there are, and what is sold for them."""
    house.provider.ping()


# --- types and addons -------------------------------------------------------------------------------------------------


def test_a_gate_that_insists_on_a_type_says_so_by_its_id(house: House) -> None:
    sold = house.good()
    assert deliver(house, house.call(sold, rate=sold.rate)) == Done(count=1)
    assert json.loads(house.cable.sent[-1].content)["ticket_type_id"] == house.general.id


def test_two_types_of_one_name_are_told_apart_by_the_ticket(house: House) -> None:
    twin = house.world.add_type(house.night, "General", "70 RON")
    one, other, vip = house.good(), house.sold(house.ticket(twin)), house.sold(house.ticket(house.vip))
    for sold in (one, other):
        assert deliver(house, house.call(sold, rate="General")) == Done(count=1)
    outbox = Outbox(house.call(vip, rate="General"))
    assert isinstance(outbox.send(house.provider), Parked)
    assert "the ticket is of the type VIP" in outbox.words
    assert house.ours(vip) == []


def test_a_type_of_an_event_that_is_listed_no_more_is_told_by_the_ticket(opened: Opened) -> None:
    house = opened()
    house.night.active = False
    sold, vip = house.good(), house.sold(house.ticket(house.vip))
    assert deliver(house, house.call(sold, rate="General")) == Done(count=1)
    assert isinstance(deliver(house, house.call(vip, rate="General")), Parked)
    assert house.ours(vip) == []


def test_an_event_that_is_listed_no_more_keeps_its_types_and_addons(house: House) -> None:
    drinks = house.several(2)
    house.pull()
    house.night.active = False
    read_again(house)
    seen = house.admissions()[drinks.ref]
    assert (seen.rate, seen.allowances[1].limit) == ("VIP", 2)
    assert house.provider.events(now() - timedelta(days=1), now()) == []


@pytest.mark.parametrize(
    ("turned", "limits"),
    [
        ({}, {"Drink": 2, "Parking": 1}),
        ({"addon_fields": "old"}, {"Drink": 2, "Parking": 1, "Aftershow": 1}),
        ({"multi_access": False}, {}),
        ({"addons_disabled": True}, {}),
        ({"addons_exhausted": True}, {"Drink": 2, "Parking": 1}),
    ],
)
def test_addons_are_told_as_far_as_the_answers_go(house: House, turned: Any, limits: dict[str, int]) -> None:
    vip = house.vip
    house.world.add_addon(vip, "Drink", uses=2)
    house.world.add_addon(vip, "Parking", is_bundled=False)
    house.world.add_addon(vip, "Aftershow", enabled=False)
    house.turn(**turned)
    ticket = house.ticket(vip)
    seen = house.admissions()[ticket.code]
    assert {one.name: one.limit for one in seen.allowances[1:]} == limits
    assert seen.allowances[0].limit == 1


@pytest.mark.parametrize("turned", [{"multi_access": False}, {"addons_exhausted": True}, {"addons_disabled": True}])
def test_an_addon_that_is_refused_for_no_visible_reason_goes_to_a_person(house: House, turned: Any) -> None:
    drinks = house.several(2)
    house.turn(**turned)
    outbox = Outbox(house.call(drinks))
    assert outbox.send(house.provider) == Parked(why=Trouble.UNEXPLAINED)
    assert outbox.words
    assert house.ledger() == []


@pytest.mark.parametrize(("bought", "ours"), [("accepted", [1]), ("refused", [])])
def test_an_addon_that_is_not_in_the_ticket_is_the_platforms_to_judge(
    house: House, bought: str, ours: list[int]
) -> None:
    house.turn(optional_addons=bought)
    parking = house.sold(house.ticket(house.vip), house.world.add_addon(house.vip, "Parking", is_bundled=False))
    deliver(house, house.call(parking))
    assert house.ours(parking) == ours


def test_an_account_may_say_that_optional_addons_are_nobodys(opened: Opened) -> None:
    house = opened(optional_addons=False)
    house.world.add_addon(house.vip, "Parking", is_bundled=False)
    ticket = house.ticket(house.vip)
    assert len(house.admissions()[ticket.code].allowances) == 1


@pytest.mark.parametrize("checked_in", ["entrance", "any"])
def test_a_drink_is_not_an_entrance_nor_an_entrance_a_drink(house: House, checked_in: str) -> None:
    house.turn(checked_in=checked_in)
    drinks = house.several(2)
    entrance = replace(drinks, allowance="entrance", limit=1)
    assert isinstance(deliver(house, house.call(drinks)), Done)
    seen = house.admissions()[drinks.ref]
    assert [one.confirmed for one in seen.allowances] == [0, 1]
    assert deliver(house, house.call(entrance)) == Done(count=1)
    assert deliver(house, house.call(drinks)) == Done(count=2)
    assert deliver(house, house.call(drinks)) == Conflict(why=Trouble.ENTERED_ELSEWHERE)


def test_drinks_at_the_bar_are_sent_one_by_one(house: House, tmp_path: Path) -> None:
    drinks = house.several(3)
    with hub_at(house, tmp_path) as hub:
        bar = station("Bar", allowance=drinks.allowance)
        answer = hub.scans(drinks.code, heads=2, at=bar)
        assert (answer.outcome, answer.heads, answer.left) == (Outcome.ADMIT, 2, 1)
        assert hub.scans(house.good().code, at=bar).reason is Reason.WRONG_GATE
        assert hub.sends().done == 2
        hub.pulls()
        held = hub.held(drinks.ref)
        assert held is not None
        told = {one.ref: (one.confirmed, one.owed) for one in held.allowances}
        assert told == {"entrance": (0, 0), drinks.allowance: (2, 0)}
    assert house.ours(drinks) == [1, 1]
    assert {json.loads(one.content).get("addon_id") for one in house.cable.sent if "checkin" in one.url.path} == {
        addon_of(drinks)
    }


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["stable", "shuffled"])
def test_a_list_in_which_nothing_changed_is_one_page_without_rows(house: House, order: str) -> None:
    for _ in range(5):
        house.good()
    house.turn(order=order)
    cursor = cursor_of(house.pull())
    (page,) = house.pull(cursor=cursor)
    assert (page.rows, page.complete) == ((), False)
    house.world.add_addon(house.general, "Cloakroom")
    read_again(house)
    (page,) = house.pull(cursor=cursor)
    assert len(page.rows) == 5


def test_twenty_thousand_tickets_in_which_nothing_changed_are_not_written_again(opened: Opened, tmp_path: Path) -> None:
    house = opened(names=False)
    for _ in range(20_000):
        house.ticket(code=house.world.new_code())
    with hub_at(house, tmp_path) as hub:
        before = written(hub)
        assert before["admissions"][0] == 20_000
        house.turn(order="shuffled")
        (tickets, *_) = hub.pulls()
        assert (tickets.rows, tickets.saved.changed, tickets.saved.new, tickets.unseen) == (0, 0, 0, 0)
        assert written(hub) == before


def written(hub: Hub) -> dict[str, tuple[int, object]]:
    """What every table of guests and changes holds: how many rows, and their sum."""
    with sqlite3.connect(hub.folder / "hub.db") as base:
        told = {}
        for table in ("admissions", "allowances", "changes", "payloads", "credentials"):
            rows = base.execute(f"SELECT * FROM {table}").fetchall()
            told[table] = len(rows), hash(tuple(rows))
    return told


def test_a_ticket_that_vanishes_is_asked_about_and_comes_back(house: House, tmp_path: Path) -> None:
    sold = house.good()
    with hub_at(house, tmp_path) as hub:
        house.vanish(sold)
        hub.pulls()
        held = hub.held(sold.ref)
        assert held is not None
        assert held.standing is Standing.UNKNOWN
        assert hub.scans(sold.code).outcome is not Outcome.ADMIT
        sold.row.cancelled = False
        hub.pulls()
        assert hub.scans(sold.code).outcome is Outcome.ADMIT
        hub.sends()
    assert house.ours(sold) == [1]


@pytest.mark.parametrize("offsets", ["utc", "venue"])
def test_times_are_told_in_any_zone_and_by_our_clock(house: House, offsets: str) -> None:
    sold = house.good()
    house.turn(offsets=offsets, clock_skew=90)
    assert house.provider.push(house.call(sold)).kind is AnswerKind.ACCEPTED
    seen = house.provider.look(house.call(sold))
    assert seen.last_at is not None
    assert abs(seen.last_at - now()) < timedelta(seconds=3)
    assert not seen.our_times
    told = house.admissions()[sold.ref].entered_at
    assert told is not None
    assert abs(told - now() - timedelta(seconds=90)) < timedelta(seconds=3)


def test_a_perpetual_event_is_an_event_like_another(opened: Opened) -> None:
    house = opened(perpetual=True)
    sold = house.good()
    (event,) = house.provider.events(now(), now())
    assert (event.ref, event.starts_at, event.label) == (house.event.ref, None, "")
    assert house.admissions()[sold.ref].allowances[0].left == 1
    assert deliver(house, house.call(sold)) == Done(count=1)


@pytest.mark.parametrize("counts", ["both", "tickets", "tickets_sold"])
def test_how_many_were_sold_is_not_read_and_may_be_told_anyhow(house: House, counts: str) -> None:
    house.turn(event_counts=counts)
    assert house.event.ref in {one.ref for one in house.provider.events(now(), now())}


# --- names ------------------------------------------------------------------------------------------------------------


def names(house: House, hub: Hub) -> dict[str, str]:
    held = {one.code: hub.held(one.code, "tickets") for one in house.world.tickets[house.night.id].values()}
    return {code: one.guest.name for code, one in held.items() if one is not None}


@pytest.mark.parametrize("size", [1, 2, 50])
def test_names_come_page_by_page_and_then_only_the_new_ones(house: House, tmp_path: Path, size: int) -> None:
    for n in range(5):
        house.ticket(name=f"Guest {n}", email=f"g{n}@example.org")
    house.turn(attendee_page=size)
    with hub_at(house, tmp_path) as hub:
        assert sorted(names(house, hub).values()) == [f"Guest {n}" for n in range(5)]
        asked = house.world.requests["events/attendees"]
        hub.pulls()
        assert house.world.requests["events/attendees"] == asked + 1
        late = house.ticket(name="Late One")
        (_, people) = hub.pulls()
        assert people.rows == 1
        assert names(house, hub)[late.code] == "Late One"
        hub.pulls(full=True)
        assert names(house, hub)[late.code] == "Late One"


@pytest.mark.parametrize("first", ["tickets", "attendees"])
def test_a_name_may_come_before_its_ticket_or_after_it(house: House, tmp_path: Path, first: str) -> None:
    ticket = house.ticket(name="Ana Pop", email="ana@example.org", phone="+40 7000")
    hub = Hub(house, tmp_path)
    hub.poll.events()
    (event,) = hub.poll.open()
    resources = sorted(house.provider.resources, key=lambda one: one != first)
    hub.poll(event, resources[0])
    hub.poll(event, resources[1])
    held = hub.held(ticket.code, "tickets")
    assert held is not None
    assert (held.guest.name, held.email, held.phone) == ("Ana Pop", "ana@example.org", "+40 7000")
    assert held.standing is Standing.GOOD
    assert hub.scans(ticket.code).outcome is Outcome.ADMIT
    hub.close()


def test_somebody_of_whom_only_the_name_is_known_is_looked_up(house: House, tmp_path: Path) -> None:
    ticket = house.ticket(name="Ana Pop")
    hub = Hub(house, tmp_path)
    hub.poll.events()
    (event,) = hub.poll.open()
    hub.poll(event, "attendees")
    answer = hub.scans(ticket.code)
    assert (answer.outcome, answer.guest and answer.guest.name) == (Outcome.ADMIT, "Ana Pop")
    hub.close()


def test_an_account_without_forms_has_tickets_without_names_and_asks_no_more(house: House, tmp_path: Path) -> None:
    house.turn(forms=False)
    sold = house.good()
    with hub_at(house, tmp_path) as hub:
        for _ in range(3):
            hub.pulls()
        assert house.cable.paths().count("/api/events/attendees") == 1
        answer = hub.scans(sold.code)
        assert (answer.outcome, answer.guest and answer.guest.name) == (Outcome.ADMIT, "")
    (found,) = house.look_up(sold.code)
    assert house.row_of(found).guest.name == sold.row.order.name


def test_forms_may_be_left_alone(opened: Opened) -> None:
    house = opened(names=False)
    assert house.provider.resources == ("tickets",)


@pytest.mark.parametrize("lost", ["start", "empty", "error"])
def test_names_go_on_when_the_ticket_they_go_by_has_vanished(house: House, tmp_path: Path, lost: str) -> None:
    tickets = [house.ticket(name=f"Guest {n}") for n in range(3)]
    house.turn(lost_cursor=lost)
    with hub_at(house, tmp_path) as hub:
        house.world.vanish(tickets[-1])
        hub.pulls()
        late = house.ticket(name="Late One")
        hub.pulls()
        assert names(house, hub)[late.code] == "Late One"


# --- wristbands -------------------------------------------------------------------------------------------------------

CHIP, CARD = "04A1B2C3D4E5F6", "0012345678"


def opens(house: House, reading: str, witness: str | None = None) -> list[str]:
    return [ref for _, ref in house.find(reading, witness, scheme=RFID)]


@pytest.mark.parametrize("case", ["exact", "any"])
@pytest.mark.parametrize("reading", [CHIP, CHIP.lower(), "04:a1:b2:c3:d4:e5:f6", "04 A1 B2 C3 D4 E5 F6", CHIP[1:]])
def test_a_wristband_is_found_however_the_reader_writes_it(house: House, reading: str, case: str) -> None:
    house.turn(rfid_case=case)
    sold = house.sold(house.ticket(rfid=[CHIP]))
    assert opens(house, reading) == [sold.ref]


@pytest.mark.parametrize("wallets", [True, False])
@pytest.mark.parametrize(("paired", "reading"), [(CARD, CARD), (CARD, CARD.lstrip("0")), (CARD.lstrip("0"), CARD)])
def test_zeros_before_a_number_are_the_readers(house: House, paired: str, reading: str, wallets: bool) -> None:
    without_wallets(house, wallets)
    sold = house.sold(house.ticket(rfid=[paired]))
    assert opens(house, reading) == [sold.ref]


def test_a_wristband_scanned_again_is_known(house: House, tmp_path: Path) -> None:
    with hub_at(house, tmp_path) as hub:
        sold = house.sold(house.ticket(rfid=[CHIP]))
        assert hub.scans(CHIP.lower(), scheme=RFID).outcome is Outcome.ADMIT
        assert hub.scans("04:A1:B2:C3:D4:E5:F6", scheme=RFID).reason is Reason.ALREADY_IN
        hub.sends()
        hub.pulls(full=True)
        assert hub.scans(CHIP, scheme=RFID).reason is Reason.ALREADY_IN
    assert house.ours(sold) == [1]


@pytest.mark.parametrize("shared", ["first", "error"])
def test_a_wristband_with_two_tickets_asks_which(house: House, tmp_path: Path, shared: str) -> None:
    house.turn(shared_wristband=shared)
    with hub_at(house, tmp_path) as hub:
        pair = [house.sold(house.ticket(rfid=[CHIP])) for _ in range(2)]
        answer = hub.scans(CHIP, scheme=RFID)
        assert (answer.reason, len(answer.choices)) == (Reason.AMBIGUOUS, 2)
        chosen = answer.choices[1].admission
        assert hub.scans(CHIP, scheme=RFID, choice=chosen).outcome is Outcome.ADMIT
        hub.sends()
    assert sorted(house.ours(one) for one in pair) == [[], [1]]


@pytest.mark.parametrize("shared", ["first", "error"])
def test_a_wristband_of_two_nights_opens_tonight_and_leaves_the_other_alone(
    house: House, tmp_path: Path, shared: str
) -> None:
    """The other night's ticket was paired first: a check-in by the wristband would use that one up."""
    house.turn(shared_wristband=shared)
    with hub_at(house, tmp_path) as hub:
        other = house.for_another_event()
        house.world.pair(other.row, CHIP)
        tonight = house.sold(house.ticket(rfid=[CHIP]))
        assert hub.scans(CHIP, scheme=RFID).outcome is Outcome.ADMIT
        assert hub.sends().done == 1
    assert (house.ours(tonight), house.ours(other)) == ([1], [])
    assert all(b"rfid_code" not in one.content for one in house.cable.sent if one.url.path.endswith("/checkin"))


def test_a_wristband_of_another_night_only_is_told_so(house: House, tmp_path: Path) -> None:
    with hub_at(house, tmp_path) as hub:
        other = house.for_another_event()
        house.world.pair(other.row, CHIP)
        assert hub.scans(CHIP, scheme=RFID).reason is Reason.OTHER_EVENT
        hub.sends()
    assert house.marks() == []


def test_a_wristband_that_is_on_no_ticket_is_unknown(house: House, tmp_path: Path) -> None:
    house.good()
    with hub_at(house, tmp_path) as hub:
        assert hub.scans(CHIP, scheme=RFID).reason is Reason.UNKNOWN_CODE
        house.ticket(rfid=["04FFFFFFFFFFFF"])
        assert hub.scans("04FFFFFFFFFFFF", scheme=RFID).outcome is Outcome.ADMIT
        assert hub.scans(CHIP, scheme=RFID).reason is Reason.UNKNOWN_CODE


def without_wallets(house: House, wallets: bool = False, status: str = "404") -> None:
    """`scan_v2` is not there."""
    house.turn(wrong_path=status)
    house.cable.leads_elsewhere = {} if wallets else {"/tickets/scan_v2": "/tickets/nothing"}


@pytest.mark.parametrize("status", ["200", "404"])
def test_without_wallets_a_wristband_is_found_by_a_scan_and_nobody_is_denied(house: House, status: str) -> None:
    witness = house.good().code
    without_wallets(house, status=status)
    assert opens(house, CHIP, witness) == []
    sold = house.sold(house.ticket(rfid=[CHIP]))
    assert opens(house, CHIP.lower(), witness) == [sold.ref]
    house.ticket(rfid=[CHIP])
    house.turn(shared_wristband="error")
    assert kind_of(lambda: opens(house, CHIP, witness)) is AnswerKind.BUSY


def test_without_wallets_a_wristband_of_another_night_may_also_be_tonights(house: House) -> None:
    without_wallets(house)
    other = house.for_another_event()
    house.world.pair(other.row, CHIP)
    house.ticket(rfid=[CHIP])
    assert kind_of(lambda: opens(house, CHIP)) is AnswerKind.BUSY


def test_an_endpoint_that_is_not_there_is_not_asked_for_each_guest(house: House) -> None:
    witness = house.good().code
    without_wallets(house)
    for _ in range(3):
        opens(house, CHIP, witness)
    assert sum(path.endswith("scan_v2") or path.endswith("nothing") for path in house.cable.paths()) == 1


def test_what_can_be_no_wristband_or_code_is_not_even_asked(house: House) -> None:
    asked = len(house.cable.sent)
    for code in ("../events", "a/b", "é", "x" * 65, "a b", "", "%2e%2e"):
        assert house.provider.find(Credential(value=code), house.event, BUDGET, None) == ()
        assert house.provider.find(Credential(scheme=RFID, value=f"zz{code}"), house.event, BUDGET, None) == ()
    assert len(house.cable.sent) == asked


# --- what cannot be told ----------------------------------------------------------------------------------------------


def test_an_error_is_an_unknown_code_only_where_a_known_one_is_found(house: House) -> None:
    sold = house.good()
    assert kind_of(lambda: house.find(UNKNOWN, None)) is AnswerKind.BUSY
    assert house.find(UNKNOWN, sold.code) == []
    assert kind_of(lambda: house.find(UNKNOWN, "0badc0de")) is None  # the last one found will do
    house.turn(api_permission="no-calls")
    assert kind_of(lambda: house.find(sold.code, sold.code)) is AnswerKind.BUSY


def test_a_right_that_is_taken_away_while_the_door_is_open_denies_nobody(house: House) -> None:
    sold, witness = house.good(), house.good().code
    assert house.find(UNKNOWN, witness) == []
    house.turn(api_permission="no-calls")
    with pytest.raises(ProviderError):
        house.find(sold.code, witness)


def test_a_ticket_that_is_listed_and_not_shown_is_not_gone(house: House) -> None:
    sold = house.good()
    house.cable.leads_elsewhere = {"/tickets/scan": "/tickets/nothing"}
    with pytest.raises(ProviderError) as caught:
        house.provider.look(house.call(sold))
    assert caught.value.kind is AnswerKind.BROKEN
    house.vanish(sold)
    assert not house.provider.look(house.call(sold)).found


# --- turnstiles -------------------------------------------------------------------------------------------------------


def exit_of(house: House, sold: Sold) -> Any:
    return house.call(sold, allowance=EXIT, limit=1)


def ways(house: House, sold: Sold) -> list[str]:
    return [use.direction for use in house.ledger(sold.row)]


@pytest.mark.parametrize("weather", [
    {}, {"lose_next": 1}, {"lose_next_requests": 1}, {"errors_5xx": 1, "error_after_commit": True},
    {"errors_5xx": 1, "error_status": 500}, {"html": 1}, {"cut_bodies": 1}, {"answers_429": 1},
])  # fmt: skip
def test_a_turnstile_counts_each_way_in_once(opened: Opened, weather: Any) -> None:
    house = opened(turnstile=True)
    sold = house.good()
    house.turn(faults_on="writes", **weather)
    outbox = Outbox(house.call(sold))
    if not isinstance(outbox.send(house.provider), Done):
        house.clear()
        assert isinstance(outbox.send(house.provider), Done)
    assert ways(house, sold) == ["in"]
    assert {path.rpartition("/api")[2] for path in house.marks()} == {"/turnstile/checkin"}


@pytest.mark.parametrize("weather", [
    {}, {"lose_next": 1}, {"lose_next_requests": 1}, {"errors_5xx": 1, "error_after_commit": True},
    {"errors_5xx": 1, "error_status": 500}, {"html": 1}, {"cut_bodies": 1}, {"answers_429": 1},
])  # fmt: skip
def test_a_turnstile_is_told_of_each_way_out_once(opened: Opened, weather: Any) -> None:
    house = opened(turnstile=True)
    assert house.provider.capabilities.exits
    sold = house.good()
    assert isinstance(deliver(house, house.call(sold)), Done)
    house.turn(faults_on="writes", **weather)
    outbox = Outbox(exit_of(house, sold))
    if not isinstance(outbox.send(house.provider), Done):
        house.clear()
        assert isinstance(outbox.send(house.provider), Done)
    assert ways(house, sold) == ["in", "out"]


def test_who_is_out_already_is_where_the_call_wants_them(opened: Opened) -> None:
    house = opened(turnstile=True)
    sold = house.good()
    deliver(house, house.call(sold))
    for _ in range(2):
        assert isinstance(deliver(house, exit_of(house, sold)), Done)
    assert ways(house, sold) == ["in", "out"]


@pytest.mark.parametrize("again", ["turnstile", "everywhere", "refused"])
def test_who_went_out_comes_in_again_as_far_as_the_platform_lets_them(opened: Opened, again: str) -> None:
    house = opened(turnstile=True)
    house.turn(after_checkout=again)
    sold = house.good()
    for call in (house.call(sold), exit_of(house, sold)):
        assert isinstance(deliver(house, call), Done)
    settlement = deliver(house, house.call(sold))
    if again == "refused":
        assert settlement == Conflict(why=Trouble.ENTERED_ELSEWHERE)
    else:
        assert isinstance(settlement, Done)
    assert ways(house, sold) == ["in", "out", *(["in"] if again != "refused" else [])]


@pytest.mark.parametrize("shows", [True, False])
def test_a_turnstile_that_shows_nothing_is_no_reason_to_count_twice(opened: Opened, shows: bool) -> None:
    house = opened(turnstile=True)
    house.turn(turnstile_shows=shows, lose_next=1)
    sold = house.good()
    settlement = deliver(house, house.call(sold))
    assert isinstance(settlement, Done if shows else Parked)
    assert ways(house, sold) == ["in"]


def test_an_account_without_turnstiles_lets_a_person_know(opened: Opened) -> None:
    house = opened(turnstile=True)
    house.turn(turnstile=False)
    sold = house.good()
    outbox = Outbox(house.call(sold))
    assert outbox.send(house.provider) == Parked(why=Trouble.UNEXPLAINED)
    assert outbox.words
    assert house.ledger() == []


def test_in_out_and_in_again_at_the_door_are_told_in_their_order(opened: Opened, tmp_path: Path) -> None:
    house = opened(turnstile=True)
    sold = house.good()
    with hub_at(house, tmp_path) as hub:
        hub.scans(sold.code)
        out = hub.scans(sold.code, direction=Direction.OUT)
        assert out.outcome is Outcome.ADMIT
        hub.sends()
        assert hub.tray() == []
    assert ways(house, sold) == ["in", "out"]


def test_without_turnstiles_nobody_is_told_who_leaves(house: House, tmp_path: Path) -> None:
    sold = house.good()
    assert not house.provider.capabilities.exits
    with hub_at(house, tmp_path) as hub:
        hub.scans(sold.code)
        hub.scans(sold.code, direction=Direction.OUT)
        hub.sends()
    assert ways(house, sold) == ["in"]


# --- later ------------------------------------------------------------------------------------------------------------


def test_a_night_without_a_line_is_told_when_it_is_back(opened: Opened, tmp_path: Path) -> None:
    """Offline all evening: what was let in is sent once each, whatever the platform's times say then."""
    clock = Moved()
    house = opened(clock=clock)
    sold, drinks = [house.good() for _ in range(6)], house.several(3)
    with hub_at(house, tmp_path, clock=clock) as hub:

        def later(by: timedelta, **weather: Any) -> None:
            clock.by += by
            house.clear()
            house.turn(clock_skew=clock.by.total_seconds(), **weather)
            hub.sends()

        later(timedelta(0), down=True)
        for one in sold:
            assert hub.scans(one.code).outcome is Outcome.ADMIT
        hub.scans(drinks.code, heads=2, at=station("Bar", allowance=drinks.allowance))
        later(timedelta(hours=3), down=True)
        for _ in range(12):
            later(timedelta(minutes=10), lose_answers=0.4)
        assert hub.tray() == []
        assert {call.state for call in hub.calls()} == {CallState.DONE}
    assert [house.ours(one) for one in sold] == [[1]] * 6
    assert house.ours(drinks) == [1, 1]


def test_a_busy_platform_is_asked_again_and_not_doubted(house: House) -> None:
    sold = house.good()
    house.turn(answers_429=1, retry_after=7, faults_on="writes")
    outbox = Outbox(house.call(sold))
    settlement = outbox.send(house.provider, rounds=1)
    assert isinstance(settlement, Again)
    assert settlement.at - now() > timedelta(seconds=5)
    assert outbox.call.doubts == 0
