"""What is only Fourvenues': its pages and deltas, guest lists and passes, refusals of every look, and its keys.

What every provider must keep is in `test_every_provider.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from app.domain.model import Admission, Credential, Kind, Party, Standing
from app.domain.outbox import AnswerKind, Call, Sighting
from app.domain.settle import Conflict, Done, Parked
from app.ports import Damaged, ProviderError
from app.providers.pace import Pacer
from app.simulators.fourvenues.checkin import enter_elsewhere
from app.simulators.fourvenues.rows import ListEntry, Pass
from app.simulators.fourvenues.trade import cancel, refund, sell
from tests.conformance.houses.fourvenues import House, Platform
from tests.conformance.houses.house import BUDGET, cursor_of, now
from tests.conformance.houses.outbox import deliver, weather_then_clear
from tests.conformance.houses.positions import turns

EVERY = Platform.positions
any_switch_of_one_row = turns([{}, *(one for one in EVERY if not one.keys() & Platform.listing)])

Opening = Callable[..., House]


@pytest.fixture
def opened(opening: Callable[..., Any]) -> Opening:
    return partial(opening, "fourvenues")


@pytest.fixture
def house(opened: Opening) -> House:
    return opened()


# --- pulling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page_size", [1, 2, 7])
@pytest.mark.parametrize("turned", [{}, {"page_max": 2}, {"ignore_limit": True}, {"paged": "all"}, {"paged": "none"}])
def test_pages_of_any_size_bring_every_row_once(opened: Opening, page_size: int, turned: dict[str, Any]) -> None:
    house = opened(page_size=page_size)
    house.turn(**turned)
    sold = {house.ticket().id for _ in range(7)}
    rows = [row.ref for page in house.pull("tickets") for row in page.rows]
    assert sorted(rows) == sorted(sold)


def test_a_server_that_always_answers_the_first_page_ends_the_pull(opened: Opening) -> None:
    house = opened(page_size=2)
    for _ in range(5):
        house.ticket()
    house.turn(ignore_offset=True)
    assert len([row for page in house.pull("tickets") for row in page.rows]) == 2


def test_tickets_sold_without_end_do_not_keep_the_pull_from_ending(opened: Opening) -> None:
    house = opened(page_size=4)
    for _ in range(9):
        house.ticket(created=house.world.now() - 3600)
    house.turn(sold_per_page=1)
    assert len(house.pull("tickets")) < 10


def test_rows_that_come_twice_are_told_once_and_a_changed_row_again(opened: Opening) -> None:
    house = opened(page_size=2)
    rows = [house.ticket() for _ in range(4)]
    pages = house.provider.pull(house.event, "tickets", None)
    first = next(pages)
    enter_elsewhere(house.world, rows[0], 1, house.event.ref)
    house.turn(ignore_limit=True, ignore_offset=True)
    later = [row for page in pages for row in page.rows]
    told = [row.ref for row in (*first.rows, *later)]
    assert sorted(told) == sorted([*(row.id for row in rows), rows[0].id])


def test_one_damaged_row_spoils_nothing_but_itself(house: House) -> None:
    good = house.ticket()
    house.ticket(without=("_id",))
    odd = house.ticket(extra={"for": -3})
    (page, *_) = house.pull("tickets")
    assert {row.ref for row in page.rows} == {good.id, odd.id}
    assert [one.why for one in page.damaged] == ["the row has no _id"]
    told = {row.ref: house.provider.translate(house.event, "tickets", row) for row in page.rows}
    assert isinstance(told[odd.id], Damaged)
    assert isinstance(told[good.id], Admission)


@turns([one for one in [{}, *EVERY] if not Platform.may_fail(one) and "deleted_per_poll" not in one])
def test_a_delta_brings_what_happened_elsewhere(house: House, turned: dict[str, Any]) -> None:
    """New rows, refunds, cancellations and other doors' entries; not the old rows that nothing happened to."""
    old = house.world.now() - 5 * 86400
    changing = [house.ticket(created=old) for _ in range(3)]
    quiet = house.ticket(created=old)
    house.ticket(created=old + 3600, updated=house.world.now() - 600)
    house.turn(**turned)
    cursor = cursor_of(house.pull("tickets"))
    refund(house.world, changing[0], 1)
    cancel(house.world, changing[1])
    enter_elsewhere(house.world, changing[2], 1, house.event.ref)
    sold = sell(house.world, event_id=house.event.ref)
    seen = house.admissions("tickets", cursor)
    expected = {changing[0].id: "refunded", changing[1].id: "cancelled", sold.id: ""}
    if house.world.switches.entry_moves_updated_at:
        expected[changing[2].id] = ""
        assert seen[changing[2].id].allowances[0].confirmed == 1
    assert {ref: seen[ref].word for ref in expected} == expected
    if not turned.keys() & {"clock_skew", "updated_at", "created_at"}:
        assert quiet.id not in seen


def test_a_resource_the_key_may_not_read_says_so_and_spoils_no_other(house: House) -> None:
    house.ticket()
    house.turn(forbidden="lists")
    with pytest.raises(ProviderError) as caught:
        house.pull("lists")
    assert (caught.value.kind, caught.value.status) == (AnswerKind.BARRED, 403)
    assert len(house.admissions("tickets")) == 1
    allowed = house.provider.allowed()
    assert {name for name, why in allowed.items() if why} == {"lists"}


def test_without_the_second_model_passes_come_from_the_first_and_it_is_not_asked_again(house: House) -> None:
    owned = house.owned()
    house.turn(forbidden="v2/passes")
    assert set(house.admissions("passes")) == {owned.id}
    before = house.world.requests.get("v2/passes", 0)
    house.pull("passes")
    assert house.world.requests.get("v2/passes", 0) == before


# --- delivering -------------------------------------------------------------------------------------------------------


def settled(house: House, row: ListEntry | Pass, call: Call, turned: dict[str, Any], inside: int) -> None:
    settlement = weather_then_clear(house, call, turned).settlement
    hidden = turned.get("forbidden") == "v2/passes" and isinstance(row, Pass) and not row.in_v1
    if (Platform.is_odd(turned) or hidden) and not isinstance(settlement, Done):
        assert isinstance(settlement, Parked | Conflict)
        return
    assert isinstance(settlement, Done)
    assert house.entered(row) == inside
    assert house.ours(house.sold(row)) == [call.heads]


@any_switch_of_one_row
def test_a_party_on_a_list_is_counted_exactly_once(house: House, turned: dict[str, Any]) -> None:
    entry = house.entry(for_=6)
    enter_elsewhere(house.world, entry, 1, house.event.ref)
    settled(house, entry, house.call_for(entry, 3, party=Party(women=2, men=1)), turned, inside=4)


@any_switch_of_one_row
@pytest.mark.parametrize("model", ["in_v1", "in_v2", "both"])
def test_a_pass_is_counted_exactly_once(house: House, turned: dict[str, Any], model: str) -> None:
    owned = house.owned(for_=2, in_v1=model != "in_v2", in_v2=model != "in_v1")
    settled(house, owned, house.call_for(owned), turned, inside=1)


def test_undo_of_a_party_takes_the_same_people_off_the_same_option(house: House) -> None:
    entry = house.entry(for_=6)
    party = Party(women=2, men=1)
    assert isinstance(deliver(house, house.call_for(entry, 3, party=party)), Done)
    enter_elsewhere(house.world, entry, 1, house.event.ref)
    assert isinstance(deliver(house, house.call_for(entry, -3, party=party)), Done)
    assert [(one["women"], one["men"], one["no_gender"]) for one in entry.options] == [(0, 0, 1)]


def test_the_true_time_of_an_entry_is_told(house: House) -> None:
    ticket = house.ticket()
    at = datetime(2026, 5, 2, 23, 15, 7, 250_000, tzinfo=UTC)
    assert house.provider.push(house.call_for(ticket, at=at)).kind is AnswerKind.ACCEPTED
    assert house.world.ledger[-1].entry_date == "2026-05-02T23:15:07.250Z"
    seen = house.provider.look(house.call_for(ticket, at=at))
    assert seen.last_at is not None
    assert abs(seen.last_at - at) <= timedelta(seconds=1)


@pytest.mark.parametrize("status", ["400", "403", "409", "200"])
def test_a_ticket_that_entered_elsewhere_is_a_conflict_whatever_the_refusal_looks_like(
    house: House, status: str
) -> None:
    ticket = house.ticket()
    enter_elsewhere(house.world, ticket, 1, house.event.ref)
    ticket.entered_at = house.world.now() - 300
    house.turn(already_in=status)
    assert house.provider.push(house.call_for(ticket)).kind is AnswerKind.REFUSED
    assert isinstance(deliver(house, house.call_for(ticket)), Conflict)


@pytest.mark.parametrize("status", ["400", "403", "409", "200"])
def test_a_refunded_ticket_is_a_conflict_whatever_the_refusal_looks_like(house: House, status: str) -> None:
    ticket = house.ticket()
    refund(house.world, ticket, None)
    house.turn(not_valid=status)
    assert isinstance(deliver(house, house.call_for(ticket)), Conflict)


def test_a_key_without_check_in_is_barred_and_not_the_guest_refused(house: House) -> None:
    ticket, entry = house.ticket(), house.entry()
    house.turn(forbidden="checkin")
    assert house.provider.push(house.call_for(ticket)).kind is AnswerKind.BARRED
    assert house.provider.push(house.call_for(entry)).kind is AnswerKind.BARRED


def test_a_platform_that_adds_instead_of_setting_is_noticed_at_the_first_group(house: House) -> None:
    ticket = house.ticket(for_=5, enter=1)
    house.turn(enter_means="increment")
    receipt = house.provider.push(house.call_for(ticket, 1, base=1))
    assert (receipt.kind, receipt.words) == (AnswerKind.DOUBTFUL, "the platform counts 3 after 2 were sent")


def test_a_list_platform_that_adds_instead_of_replacing_is_noticed(house: House) -> None:
    entry = house.entry(for_=9)
    enter_elsewhere(house.world, entry, 2, house.event.ref)
    house.turn(list_put="add")
    receipt = house.provider.push(house.call_for(entry, 1, base=2))
    assert (receipt.kind, receipt.words) == (AnswerKind.DOUBTFUL, "the platform counts 5 after 3 were sent")


def test_a_list_that_changed_since_the_look_is_not_overwritten(house: House) -> None:
    entry = house.entry(for_=9)
    enter_elsewhere(house.world, entry, 2, house.event.ref)
    receipt = house.provider.push(house.call_for(entry, 1, base=1))
    assert (receipt.kind, receipt.count) == (AnswerKind.REFUSED, 2)
    assert house.entered(entry) == 2


def test_a_group_that_nobody_looked_at_is_looked_at_before_it_is_overwritten(house: House) -> None:
    ticket = house.ticket(for_=4, enter=2)
    assert house.provider.push(house.call_for(ticket)).count == 3
    assert ticket.enter == 3


def test_what_fourvenues_takes_no_check_in_of_is_broken_not_sent(house: House) -> None:
    ticket = house.ticket()
    for call in (house.call_for(ticket, kind=Kind.BOOKING), house.call_for(ticket, allowance="supplement:1")):
        assert house.provider.push(call).kind is AnswerKind.BROKEN
    assert ticket.enter == 0


def test_looking_marks_nothing(house: House) -> None:
    rows = [house.ticket(for_=2), house.entry(), house.owned(), house.owned(in_v1=False)]
    for row in rows:
        seen = house.provider.look(house.call_for(row))
        assert (seen.found, seen.standing, seen.limit, seen.count) == (True, Standing.GOOD, row.for_, 0)
    assert not house.world.ledger


def test_what_vanished_is_not_found(house: House) -> None:
    ticket, entry, owned = house.ticket(), house.entry(), house.owned()
    for row in (ticket, entry, owned):
        call = house.call_for(row)
        house.world.delete(row)
        assert house.provider.look(call) == Sighting(found=False)


# --- finding ----------------------------------------------------------------------------------------------------------


@any_switch_of_one_row
def test_a_lookup_finds_lists_and_passes_or_does_not_know_but_never_denies_a_guest(
    house: House, turned: dict[str, Any]
) -> None:
    rows = [house.entry(), house.owned()]
    witness = house.ticket().code
    house.turn(**turned)
    silent, budget = Platform.may_not_find(turned), house.platform.budget(turned)
    for row in rows:
        try:
            assert house.ref_of(row.code, witness, budget) == row.id
        except ProviderError:
            assert silent
    try:
        assert house.ref_of("NOBODY000", witness, budget) is None
    except ProviderError:
        assert silent


def test_a_not_found_counts_only_from_a_path_that_finds(opened: Opening) -> None:
    wrong = opened(ticket_lookup_path="code")
    ticket = wrong.ticket()
    with pytest.raises(ProviderError) as caught:
        wrong.ref_of("NOBODY000", ticket.code)
    assert caught.value.kind is AnswerKind.BUSY
    right = opened()
    with pytest.raises(ProviderError):
        right.ref_of("NOBODY000", None)
    assert right.ref_of("NOBODY000", ticket.code) is None
    assert right.ref_of("NOBODY000", None) is None


def test_what_is_no_code_of_the_platform_is_not_even_asked(house: House) -> None:
    before = dict(house.world.requests)
    for code in ("../events", "a/b", "..", "é", "x" * 65, "a b", "", "%2e%2e"):
        assert house.ref_of(code, None) is None
    assert house.world.requests == before


def test_a_code_of_another_night_is_found_with_its_night(opened: Opening) -> None:
    other, tonight = opened(), opened()
    witness = tonight.ticket().code
    for row in (other.ticket(), other.entry(), other.owned()):
        found = tonight.provider.find(Credential(value=row.code), tonight.event, BUDGET, witness)
        assert [(one.event_ref, one.row.ref) for one in found] == [(other.event.ref, row.id)]


def test_a_pass_is_found_in_the_light_of_tonight(house: House) -> None:
    owned = house.owned(for_=3)
    enter_elsewhere(house.world, owned, 2, house.event.ref)
    (found,) = house.provider.find(Credential(value=owned.code), house.event, BUDGET, house.ticket().code)
    seen = house.provider.translate(house.event, "passes", found.row)
    assert isinstance(seen, Admission)
    assert (seen.allowances[0].limit, seen.allowances[0].confirmed) == (3, 2)


def test_without_the_second_model_a_pass_is_found_in_the_list_of_the_night(house: House) -> None:
    owned, witness = house.owned(), house.ticket().code
    house.turn(forbidden="v2/passes")
    assert house.ref_of(owned.code, witness) == owned.id
    assert house.ref_of("NOBODY000", witness) is None


# --- the rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["key", "pair", "both"])
def test_key_and_pair_are_both_understood(opened: Opening, mode: str) -> None:
    house = opened(**({"api_key": ""} if mode == "pair" else {}))
    house.turn(auth=mode)
    house.provider.ping()


def test_the_pace_of_an_account_stays_within_the_platforms_rate(opened: Opening) -> None:
    house = opened(pacer=Pacer(10))
    house.turn(rate_limit=12)  # a little above the pace: what leaves evenly arrives a little bunched
    for _ in range(16):
        house.provider.ping()


@pytest.mark.parametrize(
    "turned", [{"events_filter": "lax"}, {"events_filter": "strict"}, {"start_bound": "exclusive"}]
)
def test_events_are_told_however_the_filter_is_called(opened: Opening, turned: dict[str, Any]) -> None:
    house = opened(page_size=50)
    house.turn(**turned)
    assert house.event.ref in {event.ref for event in house.provider.events(now(), now())}
