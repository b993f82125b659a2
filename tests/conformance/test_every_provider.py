"""What every provider must keep, held against its platform's simulator under every position of every switch.

One switch is turned at a time; a new switch is covered as soon as it exists. Whatever the weather does, an entry is
counted exactly once or a person sees why not, and a lookup never calls a guest unknown who is known. What is
particular to one platform is in the file of its name.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.model import Outcome, Reason, Standing
from app.domain.outbox import AnswerKind
from app.domain.settle import Conflict, Done, Parked, Trouble
from app.ports import Damaged, ProviderError, Row
from tests.conformance.houses import PLATFORMS
from tests.conformance.houses.house import UNKNOWN, House, cursor_of, now
from tests.conformance.houses.hub import Hub
from tests.conformance.houses.outbox import Outbox, deliver, weather_then_clear
from tests.conformance.houses.positions import Turned, name_of

Opening = Callable[..., House[Any]]


def at(cases: list[tuple[str, Turned]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("name", "turned"), cases, ids=[f"{name}: {name_of(turned)}" for name, turned in cases]
    )


EVERY = [(name, turned) for name, one in PLATFORMS.items() for turned in ({}, *one.positions)]
OF_ONE_ROW = [(name, turned) for name, turned in EVERY if not turned.keys() & PLATFORMS[name].listing]
READABLE = [
    (name, turned)
    for name, turned in EVERY
    if not PLATFORMS[name].may_fail(turned) and not turned.keys() & PLATFORMS[name].moving
]
RETYPING = [(name, turned) for name, turned in OF_ONE_ROW if PLATFORMS[name].retypes]
SHARED = [name for name, one in PLATFORMS.items() if one.several_events]
SPOKEN = [name for name, one in PLATFORMS.items() if one.has_clock]
SLOW = [name for name, one in PLATFORMS.items() if one.slow]
every_platform = pytest.mark.parametrize("name", PLATFORMS)


@pytest.fixture
def house(name: str, opening: Opening) -> House[Any]:
    return opening(name)


# --- pulling ----------------------------------------------------------------------------------------------------------


@at(EVERY)
def test_a_full_pull_brings_every_row_or_says_that_it_can_not(house: House[Any], turned: Turned) -> None:
    sold = house.every_kind()
    house.turn(**turned)
    for resource in {one.resource for one in sold}:
        expected = [one for one in sold if one.resource == resource]
        try:
            pages = house.pull(resource)
        except ProviderError:
            assert house.platform.may_fail(turned)
            continue
        seen = house.told(pages, resource)
        for one in house.platform.pulled(expected, turned):
            counted = seen[one.ref].allowance(one.allowance)
            if counted is None:
                assert house.platform.is_odd(turned)
                continue
            assert (counted.limit, counted.confirmed) == (one.limit, house.inside(one))


@at(READABLE)
def test_an_unchanged_pull_says_so_and_one_after_a_change_brings_it(house: House[Any], turned: Turned) -> None:
    inside, quiet = house.good(old=True), house.good(old=True)
    house.turn(**turned)
    first = house.pull()
    cursor = cursor_of(first)
    digests = {row.ref: row.digest for page in first for row in page.rows}
    again = house.pull(cursor=cursor)
    assert all(digests.get(row.ref, row.digest) == row.digest for page in again for row in page.rows)
    house.enter_elsewhere(inside)
    sold = house.good()
    seen = house.admissions(cursor=cursor_of(again, cursor))
    assert sold.ref in seen
    if house.platform.tells_entries(turned):
        assert seen[inside.ref].allowances[0].confirmed == 1
    assert quiet.ref not in seen or seen[quiet.ref].allowances[0].confirmed == 0


@every_platform
def test_what_vanished_is_missing_from_a_whole_pull_and_what_comes_back_is_there_again(house: House[Any]) -> None:
    gone, there = house.good(), house.good()
    assert house.admissions().keys() >= {gone.ref, there.ref}
    house.vanish(gone)
    seen = house.admissions()
    assert gone.ref not in seen
    assert there.ref in seen


@every_platform
def test_one_damaged_row_spoils_nothing_but_itself(house: House[Any]) -> None:
    good = house.good()
    house.damage()
    pages = house.pull()
    assert good.ref in house.told(pages)
    assert [one for page in pages for one in page.damaged if one.why]


@every_platform
def test_a_pull_that_fails_half_way_has_told_no_row_wrongly(house: House[Any]) -> None:
    sold = [house.good() for _ in range(3)]
    house.turn(**house.platform.flaky)
    for _ in range(4):
        try:
            seen = house.admissions()
        except ProviderError:
            continue
        assert seen.keys() >= {one.ref for one in sold}
    house.clear()
    assert house.admissions().keys() >= {one.ref for one in sold}


anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=20)
    | st.sampled_from(["activated", "0", 0, 1, -3, 10**400, "2026-05-02T23:15:07+0300"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def mutated(draw: st.DrawFn, payload: Any) -> Any:
    """The same with some of its values replaced, at any depth, or taken out."""
    payload = copy.deepcopy(payload)
    for _ in range(draw(st.integers(1, 4))):
        place = payload
        while isinstance(place, dict) and place:
            name = draw(st.sampled_from(sorted(place)))
            inner = place[name][0] if isinstance(place[name], list) and place[name] else place[name]
            if isinstance(inner, dict) and inner and draw(st.booleans()):
                place = inner
            elif draw(st.booleans()):
                place[name] = draw(anything)
                break
            else:
                del place[name]
                break
    return payload


@every_platform
def test_no_row_upsets_the_translator(house: House[Any]) -> None:
    """Whatever a platform sends and whatever was kept of it: an admission with counts that a door can use, or
    damaged."""
    sold = house.every_kind()
    rows = [(one, row) for one in {one.resource for one in sold} for page in house.pull(one) for row in page.rows]
    assert rows

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        resource, row = data.draw(st.sampled_from(rows))
        if data.draw(st.integers(0, 5)) == 0:
            raw = data.draw(st.binary(max_size=60))
        else:
            raw = json.dumps(data.draw(st.composite(mutated)(json.loads(row.raw)))).encode()
        seen = house.provider.translate(house.event, resource, Row(ref=row.ref, raw=raw, digest=row.digest))
        if isinstance(seen, Damaged):
            assert seen.why
            return
        assert all(one.limit >= 0 and one.confirmed >= 0 and one.owed == 0 for one in seen.allowances)

    holds()


@every_platform
def test_a_deep_row_is_damaged_not_a_crash(house: House[Any]) -> None:
    house.good()
    (row, *_) = [row for page in house.pull() for row in page.rows]
    for raw in (b"[" * 100_000, b'{"ticket":' * 20_000, b""):
        seen = house.provider.translate(house.event, house.resource, replace(row, raw=raw))
        assert isinstance(seen, Damaged)


# --- delivering -------------------------------------------------------------------------------------------------------


def settled(house: House[Any], sold: Any, heads: int, turned: Turned) -> None:
    """All heads are counted exactly once, and by as many requests as there are calls; or a person sees why not."""
    before, counted, calls = house.inside(sold), len(house.ours(sold)), house.calls(sold, heads)
    for call in calls:
        outbox = weather_then_clear(house, call, turned)
        if not isinstance(outbox.settlement, Done):
            assert house.platform.is_odd(turned)
            assert isinstance(outbox.settlement, Conflict | Parked)
            assert outbox.words or isinstance(outbox.settlement, Conflict)
            assert len(house.ours(sold)) < counted + len(calls) or house.platform.miscounts(turned)
            return
        if house.platform.miscounts(turned):
            assert outbox.settlement.count in (None, house.inside(sold))
            return
        if house.provider.capabilities.client_time:
            assert abs(house.times_told(sold)[-1] - call.at) <= timedelta(seconds=1)
    assert house.inside(sold) == before + heads or house.platform.is_odd(turned)
    assert len(house.ours(sold)) == counted + len(calls)
    assert sum(house.ours(sold)[counted:]) == heads


@at(OF_ONE_ROW)
def test_a_single_entry_is_counted_exactly_once_in_any_weather(house: House[Any], turned: Turned) -> None:
    settled(house, house.good(), 1, turned)


@at(OF_ONE_ROW)
def test_a_part_and_then_the_rest_are_counted_exactly_once(house: House[Any], turned: Turned) -> None:
    """Of a group, or the uses of an addon."""
    sold = house.several(4)
    house.enter_elsewhere(sold)
    settled(house, sold, 2, turned)
    if house.inside(sold) == 3:
        house.clear(keeping=turned)
        settled(house, sold, 1, {})


@pytest.mark.parametrize("turned", [
    {"lose_next": 1}, {"lose_next_requests": 1}, {"error_after_commit": "on", "errors_5xx": 1, "faults_on": "writes"},
    {"cut_bodies": 1, "faults_on": "writes"}, {"slow_answer": 30},
], ids=name_of)  # fmt: skip
@every_platform
def test_a_sender_that_crashed_after_sending_sends_nothing_twice(house: House[Any], turned: Turned) -> None:
    """Found in flight after a restart: what became of it is seen before anything is sent again."""
    for sold in (house.good(), house.several(4)):
        outbox = Outbox(house.calls(sold, 1)[0])
        house.turn(**house.platform.known(turned))
        outbox = outbox.crash(house.provider)
        house.clear()
        assert isinstance(outbox.send(house.provider), Done)
        assert house.ours(sold) == [1]


@pytest.mark.parametrize("spoilt", [b"<html>Free Wi-Fi</html>", b'{"ok":tr', b"", b"{}", b"[]", b"\xff\xfe"])
@pytest.mark.parametrize("name", SPOKEN)
def test_an_answer_that_is_spoilt_on_its_way_is_doubted_and_nothing_is_told_twice(
    house: House[Any], spoilt: bytes
) -> None:
    """A captive portal, a proxy, a cut: the platform has done it, and nobody can tell by what arrives."""
    house.cable.spoils = lambda request: spoilt if house.platform.marks(request) else None
    for sold in (house.good(), house.several(4)):
        call = house.calls(sold, 1)[0]
        assert house.provider.push(call).kind is AnswerKind.DOUBTFUL
        again = house.several(4) if sold.limit == 4 else house.good()
        assert isinstance(deliver(house, house.calls(again, 1)[0]), Done)
        assert (house.ours(sold), house.ours(again)) == ([1], [1])


@at(OF_ONE_ROW)
def test_an_undo_takes_back_exactly_what_was_counted_or_is_not_sent(house: House[Any], turned: Turned) -> None:
    sold = house.good()
    entry = house.call(sold)
    assert isinstance(deliver(house, entry), Done)
    undo = house.call(sold, -1, scan=entry.scan)
    if not house.provider.capabilities.undo:
        house.turn(**turned)
        assert house.provider.push(undo).kind is AnswerKind.BROKEN
        assert deliver(house, undo) == Parked(why=Trouble.ONLY_HERE)
        assert house.inside(sold) == 1
        return
    outbox = weather_then_clear(house, undo, turned)
    assert isinstance(outbox.settlement, Done)
    assert house.inside(sold) == 0


@at(OF_ONE_ROW)
def test_who_entered_elsewhere_is_a_conflict(house: House[Any], turned: Turned) -> None:
    single, several = house.good(), house.several(2)
    house.enter_elsewhere(single)
    house.enter_elsewhere(several, 2)
    for sold in (single, several):
        outbox = weather_then_clear(house, house.call(sold), turned)
        expected = (Conflict, Parked) if house.platform.is_odd(turned) else Conflict
        assert isinstance(outbox.settlement, expected)
    assert house.inside(several) == 2 or house.platform.miscounts(turned)


@at(OF_ONE_ROW)
def test_what_is_void_or_gone_lets_nobody_in(house: House[Any], turned: Turned) -> None:
    for end in (house.void, house.vanish):
        for sold in (house.good(), house.several(2)):
            end(sold)
            outbox = weather_then_clear(house, house.call(sold), turned)
            assert isinstance(outbox.settlement, Conflict | Parked)
            assert outbox.words or isinstance(outbox.settlement, Conflict)
            assert house.inside(sold) == 0
            house.clear()


@at(RETYPING)
def test_what_became_another_rate_is_not_let_in_by_a_gate_that_insists(house: House[Any], turned: Turned) -> None:
    sold = house.good()
    call = house.call(sold, rate=sold.rate)
    house.retype(sold)
    outbox = weather_then_clear(house, call, turned)
    assert isinstance(outbox.settlement, Conflict | Parked)
    assert outbox.words
    assert house.ours(sold) == []
    house.retype(sold)
    house.clear()
    assert isinstance(deliver(house, call), Done)


@at(OF_ONE_ROW)
def test_looking_marks_nothing(house: House[Any], turned: Turned) -> None:
    several, single = house.several(3), house.good()
    house.enter_elsewhere(several)
    house.turn(**turned)
    for sold, count in ((several, 1), (single, 0)):
        try:
            seen = house.provider.look(house.call(sold))
        except ProviderError:
            assert house.platform.may_not_find(turned)
        else:
            assert (seen.found, seen.standing, seen.count) == (True, Standing.GOOD, count)
            assert seen.limit == sold.limit
        assert house.ours(sold) == []
    house.vanish(single)
    try:
        assert house.platform.still_shows(turned) or not house.provider.look(house.call(single)).found
    except ProviderError:
        assert house.platform.may_not_find(turned)


@every_platform
def test_what_the_platform_takes_no_check_in_of_is_broken_not_sent(house: House[Any]) -> None:
    sold = house.good()
    receipt = house.provider.push(house.call(sold, allowance="supplement:1"))
    assert receipt.kind is AnswerKind.BROKEN
    assert receipt.words
    assert house.ours(sold) == []


# --- finding ----------------------------------------------------------------------------------------------------------


@at(OF_ONE_ROW)
def test_a_lookup_finds_or_does_not_know_but_never_denies_a_guest(house: House[Any], turned: Turned) -> None:
    sold = [house.good(), house.several(2)]
    witness = house.good().code
    house.turn(**turned)
    silent, budget = house.platform.may_not_find(turned), house.platform.budget(turned)
    for one in sold:
        try:
            assert house.find(house.printed(one), witness, budget=budget) == [(house.event.ref, one.ref)]
        except ProviderError:
            assert silent
    try:
        assert house.find(UNKNOWN, witness, budget=budget) == []
    except ProviderError:
        assert silent
    assert not [one for one in sold if house.ours(one)]


@pytest.mark.parametrize("name", SHARED)
def test_a_ticket_of_another_event_is_found_with_its_event(house: House[Any]) -> None:
    sold, witness = house.for_another_event(), house.good().code
    assert sold is not None
    assert house.other is not None
    (found,) = house.look_up(house.printed(sold), witness)
    assert (found.event_ref, found.row.ref) == (house.other.ref, sold.ref)
    assert house.row_of(found, house.other).allowances[0].left == 1


@pytest.mark.parametrize("name", SHARED)
def test_a_ticket_of_another_event_is_never_used_up_at_our_door(house: House[Any], tmp_path: Path) -> None:
    """However it is scanned and whatever a person says to it: nothing is sent that could mark it."""
    sold, ours = house.for_another_event(), house.good()
    assert sold is not None
    hub = Hub(house, tmp_path)
    hub.learns()
    for again in ({}, {}, {"override": "they insist"}):
        answer = hub.scans(house.printed(sold), **again)
        assert (answer.outcome, answer.reason) == (Outcome.REFUSE, Reason.OTHER_EVENT)
    assert hub.scans(house.printed(ours)).outcome is Outcome.ADMIT
    assert hub.sends().done == 1
    assert house.ours(sold) == []
    assert house.ours(ours) == [1]
    hub.close()


@every_platform
def test_a_guest_who_was_let_in_is_told_once_however_often_the_code_is_scanned(
    house: House[Any], tmp_path: Path
) -> None:
    sold, late = house.good(), None
    hub = Hub(house, tmp_path)
    hub.learns()
    late = house.good()
    for one in (sold, late):
        answers = [hub.scans(house.printed(one)) for _ in range(3)]
        assert [answer.outcome for answer in answers] == [Outcome.ADMIT, Outcome.REFUSE, Outcome.REFUSE]
        assert {answer.reason for answer in answers[1:]} == {Reason.ALREADY_IN}
    assert hub.scans(UNKNOWN).reason is Reason.UNKNOWN_CODE
    assert hub.sends().done == 2
    hub.pulls()
    for one in (sold, late):
        assert house.ours(one) == [1]
        held = hub.held(one.ref)
        assert held is not None
        assert (held.allowances[0].confirmed, held.allowances[0].owed) == (1, 0)
    assert hub.tray() == []
    hub.close()


@pytest.mark.parametrize("name", SLOW)
def test_a_platform_that_is_slower_than_the_budget_is_not_waited_for(house: House[Any]) -> None:
    sold = house.good()
    house.find(house.printed(sold), None)
    house.turn(**house.platform.slow)
    began = now()
    with pytest.raises(ProviderError) as caught:
        house.find(house.printed(sold), None, budget=timedelta(milliseconds=150))
    assert caught.value.kind is AnswerKind.BUSY
    assert now() - began < timedelta(seconds=1)


@every_platform
def test_a_closed_account_says_so_and_nobody_waits(house: House[Any]) -> None:
    sold = house.good()
    house.provider.close()
    began = now()
    with pytest.raises(ProviderError):
        house.find(house.printed(sold), None)
    assert now() - began < timedelta(seconds=1)


# --- the rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("skew", [-90, 0, 90])
@every_platform
def test_the_platforms_clock_is_told_where_it_has_one(house: House[Any], skew: int) -> None:
    if not house.platform.has_clock:
        assert house.provider.ping() is None
        return
    house.turn(clock_skew=skew)
    drift = house.provider.ping()
    assert drift is not None
    assert abs(drift - timedelta(seconds=skew)) < timedelta(seconds=2)


@every_platform
def test_events_that_touch_the_window_are_told(house: House[Any]) -> None:
    house.for_another_event()
    told = {event.ref: event for event in house.provider.events(now() - timedelta(hours=2), now() + timedelta(hours=2))}
    if house.other is not None:
        assert house.other.ref not in told
    seen = told[house.event.ref]
    assert (seen.id, seen.name, seen.open) == (house.event.id, house.event.name, False)
    assert (seen.starts_at is None) == (house.event.starts_at is None)
    if seen.starts_at is not None and house.event.starts_at is not None:
        assert abs(seen.starts_at - house.event.starts_at) < timedelta(seconds=1)


@at(EVERY)
def test_an_account_that_can_not_speak_says_so_and_one_that_can_is_allowed(house: House[Any], turned: Turned) -> None:
    house.good()
    house.turn(**turned)
    told = house.provider.allowed()
    if house.platform.allows(turned):
        assert {name: why for name, why in told.items() if why} == {}
    assert set(house.provider.resources) <= told.keys()


@every_platform
def test_the_suite_hears_what_is_logged(house: House[Any], heard: list[str]) -> None:
    """Else its silence about secrets would mean nothing."""
    house.good()
    house.pull()
    assert [line for line in heard if house.platform.says in line]
