"""What every provider must keep, held against its platform's simulator under every position of every switch.

One switch is turned at a time; a new switch is covered as soon as it exists. Whatever the weather does, an entry is
counted exactly once or a person sees why not, and a lookup never calls a guest unknown who is known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.model import (
    AccountId,
    Admission,
    AdmissionId,
    AnswerKind,
    Call,
    CallId,
    Credential,
    Event,
    EventId,
    Kind,
    Party,
    Receipt,
    ScanId,
    Sighting,
    Standing,
)
from app.domain.settle import Again, Barred, Conflict, Done, Look, Parked, Settlement, settle, stands_against
from app.ports import Cursor, Damaged, Page, Provider, ProviderError
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.provider import FourvenuesProvider
from app.providers.pace import Pacer
from app.simulators.fourvenues import Switches, World, create_app
from app.simulators.fourvenues.checkin import enter_elsewhere
from app.simulators.fourvenues.rows import ListEntry, Pass, Ticket
from app.simulators.fourvenues.trade import cancel, refund, sell
from app.simulators.serving import RunningServer, start_in_thread

BUDGET = timedelta(seconds=2)


def now() -> datetime:
    return datetime.now(UTC)


class Unhurried(Pacer):
    """No pace, and no rest after a 429 either."""

    def pause(self, seconds: float) -> None:
        pass


# --- every position of every switch -----------------------------------------------------------------------------------


def positions(allowed: str) -> list[object]:
    """Values worth trying, from what a switch says it takes."""
    if " | " in allowed:
        return list(allowed.split(" | "))
    if allowed.startswith("comma-separated: "):
        names = allowed.removeprefix("comma-separated: ").split("; ")[0].split(", ")
        return [*names, "all", "none"]
    if allowed.startswith("probability"):
        return [1, 0.4]
    if allowed == "number":
        return [-90, 90]
    lowest = int(allowed.rsplit(" ", 1)[-1])
    return [500, 502, 503, 504] if lowest == 500 else [lowest, 1, 3]


WITH: dict[str, dict[str, object]] = {
    "error_status": {"errors_5xx": 1, "faults_on": "writes"},
    "error_after_commit": {"errors_5xx": 1, "faults_on": "writes"},
    "retry_after": {"answers_429": 1},
    "faults_on": {"html": 1},
}
"""Switches that do nothing alone."""
SAME_AS_OTHERS = {"seed": {"1", "3"}, "forbidden": {"bookings"}, "paged": {"bookings"}}
LISTING = {
    "page_default", "page_max", "paged", "ignore_limit", "ignore_offset", "order", "start_bound", "end_bound",
    "deleted_per_poll", "sold_per_page", "created_at", "stamps_on_lists", "events_filter", "auth",
}  # fmt: skip
"""Switches that concern lists of rows only: nothing is delivered or looked up differently."""


def is_default(name: str, value: object) -> bool:
    fresh = Switches()
    fresh.set(name, value)
    return fresh.as_dict()[name] == Switches().as_dict()[name]


EVERY: list[dict[str, Any]] = [
    {name: value, **WITH.get(name, {})}
    for name, kind in Switches.kinds().items()
    for value in positions(kind.allowed)
    if not is_default(name, value) and str(value) not in SAME_AS_OTHERS.get(name, ())
]


def turns(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("turned", cases, ids=lambda one: ",".join(f"{k}={v}" for k, v in one.items()))


any_switch = turns([{}, *EVERY])
any_switch_of_one_row = turns([{}, *(one for one in EVERY if not one.keys() & LISTING)])


@dataclass
class House:
    """One night at the platform, and the provider that is held to its promises."""

    world: World
    event: Event
    provider: Provider

    def turn(self, **switches: object) -> None:
        self.world.switches.update(switches)

    def clear(self) -> None:
        """Good weather, however bad it was."""
        self.world.switches.reset()
        self.world.switches.rate_limit = 0

    def ticket(self, **fields: Any) -> Ticket:
        return self.world.add_ticket(event_id=self.event.ref, **fields)

    def entry(self, **fields: Any) -> ListEntry:
        return self.world.add_list(event_id=self.event.ref, **fields)

    def owned(self, **fields: Any) -> Pass:
        return self.world.add_pass(events=[self.event.ref], **fields)

    def inside(self, row: Ticket | ListEntry | Pass) -> int:
        return row.usages[self.event.ref].enter if isinstance(row, Pass) else row.enter

    def pull(self, resource: str, cursor: Cursor | None = None) -> list[Page]:
        return list(self.provider.pull(self.event, resource, cursor))

    def admissions(self, resource: str, cursor: Cursor | None = None) -> dict[str, Admission]:
        rows = [row for page in self.pull(resource, cursor) for row in page.rows]
        seen = {row.ref: self.provider.translate(self.event, resource, row) for row in rows}
        assert not [one for one in seen.values() if isinstance(one, Damaged)]
        return {ref: one for ref, one in seen.items() if isinstance(one, Admission)}

    def call(self, row: Ticket | ListEntry | Pass, heads: int = 1, **fields: Any) -> Call:
        kind = {Ticket: Kind.TICKET, ListEntry: Kind.LIST, Pass: Kind.PASS}[type(row)]
        made = Call(
            id=CallId(1), scan=ScanId("s"), account=self.event.account, event=self.event.id, event_ref=self.event.ref,
            admission=AdmissionId(1), kind=kind, ref=row.id, code=row.code, heads=heads, limit=row.for_, at=now(),
        )  # fmt: skip
        return replace(made, **fields)

    def find(self, code: str, witness: str | None) -> str | None:
        found = self.provider.find(Credential(value=code), self.event, BUDGET, witness)
        return found[0].row.ref if found else None


@pytest.fixture(scope="session")
def platform() -> Iterator[tuple[World, RunningServer]]:
    world = World.generate(guests=3, lists=1, passes=1, seed=11)
    server = start_in_thread(create_app(world))
    yield world, server
    server.stop()


Opening = Callable[..., House]


class Cable(httpx.BaseTransport):
    """One pool of connections for all providers of these tests; closing a provider leaves it open."""

    def __init__(self) -> None:
        self._pool = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._pool.handle_request(request)


@pytest.fixture(scope="session")
def cable() -> Cable:
    return Cable()


@pytest.fixture
def opened(platform: tuple[World, RunningServer], cable: Cable) -> Iterator[Opening]:
    """Opens a house: a night of its own, and a provider with these settings. Good weather to begin with."""
    world, server = platform
    world.switches.reset()
    world.switches.rate_limit = 0
    world.ledger.clear()
    providers: list[FourvenuesProvider] = []

    def opening(pacer: Pacer | None = None, **settings: Any) -> House:
        at = world.now()
        night = world.add_event(name="Rehearsal", start=at - 3600, end=at + 3600)
        account = FourvenuesAccount(
            account=AccountId("fourvenues"), base_url=f"{server.url}/integrations",
            **{"api_key": "ik_live_3tQ", "integration_id": "int_1", "secret": "s3cr3t", **settings},
        )  # fmt: skip
        providers.append(FourvenuesProvider(account, now, pacer=pacer or Unhurried(None), http=cable))
        begin, end = (datetime.fromtimestamp(one, UTC) for one in (night.start, night.end))
        event = Event(
            id=EventId(night.id), account=account.account, ref=night.id, name=night.name, starts_at=begin, ends_at=end
        )
        return House(world=world, event=event, provider=providers[-1])

    yield opening
    world.switches.reset()
    for provider in providers:
        provider.close()


@pytest.fixture
def house(opened: Opening) -> House:
    return opened()


# --- delivering, as the outbox does -----------------------------------------------------------------------------------


def deliver(house: House, call: Call, rounds: int = 6) -> tuple[Settlement | None, Call]:
    """Send a call as the outbox would, without the waiting; stops when it is settled or after so many rounds."""
    settlement: Settlement | None = None
    for _ in range(rounds):
        settlement, call = _deliver_once(house.provider, call)
        if not isinstance(settlement, Again | None):
            break
    return settlement, call


def _deliver_once(provider: Provider, call: Call) -> tuple[Settlement | None, Call]:
    guarded = call.limit == 1 and call.kind in provider.capabilities.self_guarding
    try:
        if call.doubts or not guarded:
            sighting = provider.look(call)
            settlement = _before(call, sighting)
            if settlement is not None:
                return settlement, call
            call = replace(call, base=sighting.count)
        receipt = provider.push(call)
        settlement = settle(call, receipt, None, now(), 0.5)
        if receipt.kind is AnswerKind.DOUBTFUL:
            call = replace(call, doubts=call.doubts + 1)
        if isinstance(settlement, Look):
            settlement = settle(call, receipt, provider.look(call), now(), 0.5)
            call = replace(call, looks=call.looks + 1)
    except ProviderError as error:
        return (Barred() if error.kind is AnswerKind.BARRED else None), call
    return settlement, call


def _before(call: Call, sighting: Sighting) -> Settlement | None:
    if call.doubts:
        settlement = settle(call, Receipt(kind=AnswerKind.DOUBTFUL), sighting, now(), 0.5)
        return None if isinstance(settlement, Again) else settlement
    return stands_against(call, sighting) if call.heads > 0 else None


def weather_then_clear(house: House, call: Call, turned: dict[str, Any]) -> Settlement | None:
    """Deliver under a switch and, if that did not settle it or barred us, once more in good weather."""
    house.turn(**turned)
    settlement, call = deliver(house, call)
    if isinstance(settlement, Done | Conflict | Parked):
        return settlement
    kept = {"enter_means", "partial_entry", "list_put", "v2_checkin"} & turned.keys()
    house.clear()
    house.turn(**{name: turned[name] for name in kept})
    return deliver(house, call)[0]


# --- pulling ----------------------------------------------------------------------------------------------------------

UNREADABLE = {
    "key_revoked": {"on"}, "down": {"on"}, "html": {1, 0.4}, "errors_5xx": {1, 0.4}, "cut_bodies": {1, 0.4},
    "answers_429": {1, 0.4}, "rate_limit": {1, 3}, "forbidden": {"tickets", "lists", "passes", "all"},
}  # fmt: skip
"""Positions in which a pull may fail, and then must say so."""


def may_fail(turned: dict[str, Any]) -> bool:
    return any(value in UNREADABLE.get(name, ()) for name, value in turned.items())


@any_switch
def test_a_full_pull_brings_every_row_or_says_that_it_can_not(house: House, turned: dict[str, Any]) -> None:
    rows = {
        "tickets": [house.ticket(), house.ticket(for_=3, enter=1), house.ticket(status="cancelled")],
        "lists": [house.entry(for_=4), house.entry()],
        "passes": [house.owned(for_=2), house.owned(in_v2=False), house.owned(in_v1=False)],
    }
    house.turn(**turned)
    for resource, expected in rows.items():
        try:
            seen = house.admissions(resource)
        except ProviderError:
            assert may_fail(turned)
            continue
        here = [row for row in expected if house.world.by_id(row.id)]
        missing = {row.id for row in here} - seen.keys()
        if turned.get("forbidden") == "v2/passes":
            missing -= {row.id for row in here if isinstance(row, Pass) and not row.in_v1}
        assert not missing
        for row in here:
            if row.id in seen:
                counted = seen[row.id].allowances[0]
                assert (counted.limit, counted.confirmed) == (row.for_, house.inside(row))


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


def cursor_of(pages: list[Page]) -> Cursor:
    """Where the poll's cursor would be: the platform's latest stamps, or its clock where rows have none."""
    rows = [row for page in pages for row in page.rows]
    created = max((row.created for row in rows if row.created), default=None)
    updated = max((row.updated for row in rows if row.updated), default=None)
    fallback = pages[0].platform_now
    return Cursor(created_to=created or updated or fallback, updated_to=updated or created or fallback)


@turns([one for one in [{}, *EVERY] if not may_fail(one) and "deleted_per_poll" not in one])
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

PARTIAL = {"enter_means": {"increment"}, "partial_entry": {"refused"}, "list_put": {"add"}, "v2_checkin": {"off"}}
"""Positions in which a platform that is used as documented refuses or miscounts: a person must see it."""


def settled(house: House, row: Ticket | ListEntry | Pass, call: Call, turned: dict[str, Any], inside: int) -> None:
    settlement = weather_then_clear(house, call, turned)
    if any(value in PARTIAL.get(name, ()) for name, value in turned.items()) and not isinstance(settlement, Done):
        assert isinstance(settlement, Parked | Conflict)
        return
    assert isinstance(settlement, Done)
    assert house.inside(row) == inside
    changes = [entry for entry in house.world.ledger if entry.ref == row.id and entry.source == "api"]
    assert sum(entry.enter_after - entry.enter_before for entry in changes) == call.heads
    assert len([entry for entry in changes if entry.enter_after != entry.enter_before]) == 1


@any_switch_of_one_row
def test_a_single_entry_is_counted_exactly_once_in_any_weather(house: House, turned: dict[str, Any]) -> None:
    ticket = house.ticket()
    settled(house, ticket, house.call(ticket), turned, inside=1)
    assert house.world.switches.entry_date not in ("iso", "seconds", "ms") or ticket.entered_at is not None


@any_switch_of_one_row
def test_a_part_of_a_group_and_then_the_rest_are_counted_exactly_once(house: House, turned: dict[str, Any]) -> None:
    ticket = house.ticket(for_=3, enter=1, entered_at=house.world.now() - 600)
    settled(house, ticket, house.call(ticket, 2), turned, inside=3)


@any_switch_of_one_row
def test_a_party_on_a_list_is_counted_exactly_once(house: House, turned: dict[str, Any]) -> None:
    entry = house.entry(for_=6)
    enter_elsewhere(house.world, entry, 1, house.event.ref)
    settled(house, entry, house.call(entry, 3, party=Party(women=2, men=1)), turned, inside=4)


@any_switch_of_one_row
@pytest.mark.parametrize("model", ["in_v1", "in_v2", "both"])
def test_a_pass_is_counted_exactly_once(house: House, turned: dict[str, Any], model: str) -> None:
    owned = house.owned(for_=2, in_v1=model != "in_v2", in_v2=model != "in_v1")
    settled(house, owned, house.call(owned), turned, inside=1)


@any_switch_of_one_row
def test_an_undo_takes_back_exactly_what_was_counted(house: House, turned: dict[str, Any]) -> None:
    ticket = house.ticket(enter=1, entered_at=house.world.now() - 60)
    settlement = weather_then_clear(house, house.call(ticket, -1), turned)
    assert isinstance(settlement, Done)
    assert ticket.enter == 0


def test_undo_of_a_party_takes_the_same_people_off_the_same_option(house: House) -> None:
    entry = house.entry(for_=6)
    party = Party(women=2, men=1)
    assert isinstance(deliver(house, house.call(entry, 3, party=party))[0], Done)
    enter_elsewhere(house.world, entry, 1, house.event.ref)
    assert isinstance(deliver(house, house.call(entry, -3, party=party))[0], Done)
    assert [(one["women"], one["men"], one["no_gender"]) for one in entry.options] == [(0, 0, 1)]


def test_the_true_time_of_an_entry_is_told(house: House) -> None:
    ticket = house.ticket()
    at = datetime(2026, 5, 2, 23, 15, 7, 250_000, tzinfo=UTC)
    assert house.provider.push(house.call(ticket, at=at)).kind is AnswerKind.ACCEPTED
    assert house.world.ledger[-1].entry_date == "2026-05-02T23:15:07.250Z"
    seen = house.provider.look(house.call(ticket, at=at))
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
    assert house.provider.push(house.call(ticket)).kind is AnswerKind.REFUSED
    assert isinstance(deliver(house, house.call(ticket))[0], Conflict)


@pytest.mark.parametrize("status", ["400", "403", "409", "200"])
def test_a_refunded_ticket_is_a_conflict_whatever_the_refusal_looks_like(house: House, status: str) -> None:
    ticket = house.ticket()
    refund(house.world, ticket, None)
    house.turn(not_valid=status)
    assert isinstance(deliver(house, house.call(ticket))[0], Conflict)


def test_a_key_without_check_in_is_barred_and_not_the_guest_refused(house: House) -> None:
    ticket, entry = house.ticket(), house.entry()
    house.turn(forbidden="checkin")
    assert house.provider.push(house.call(ticket)).kind is AnswerKind.BARRED
    assert house.provider.push(house.call(entry)).kind is AnswerKind.BARRED


def test_a_platform_that_adds_instead_of_setting_is_noticed_at_the_first_group(house: House) -> None:
    ticket = house.ticket(for_=5, enter=1)
    house.turn(enter_means="increment")
    receipt = house.provider.push(house.call(ticket, 1, base=1))
    assert (receipt.kind, receipt.words) == (AnswerKind.DOUBTFUL, "the platform counts 3 after 2 were sent")


def test_a_list_platform_that_adds_instead_of_replacing_is_noticed(house: House) -> None:
    entry = house.entry(for_=9)
    enter_elsewhere(house.world, entry, 2, house.event.ref)
    house.turn(list_put="add")
    receipt = house.provider.push(house.call(entry, 1, base=2))
    assert (receipt.kind, receipt.words) == (AnswerKind.DOUBTFUL, "the platform counts 5 after 3 were sent")


def test_a_list_that_changed_since_the_look_is_not_overwritten(house: House) -> None:
    entry = house.entry(for_=9)
    enter_elsewhere(house.world, entry, 2, house.event.ref)
    receipt = house.provider.push(house.call(entry, 1, base=1))
    assert (receipt.kind, receipt.count) == (AnswerKind.REFUSED, 2)
    assert house.inside(entry) == 2


def test_a_group_that_nobody_looked_at_is_looked_at_before_it_is_overwritten(house: House) -> None:
    ticket = house.ticket(for_=4, enter=2)
    assert house.provider.push(house.call(ticket)).count == 3
    assert ticket.enter == 3


def test_what_fourvenues_takes_no_check_in_of_is_broken_not_sent(house: House) -> None:
    ticket = house.ticket()
    for call in (house.call(ticket, kind=Kind.BOOKING), house.call(ticket, allowance="supplement:1")):
        assert house.provider.push(call).kind is AnswerKind.BROKEN
    assert ticket.enter == 0


def test_looking_marks_nothing(house: House) -> None:
    rows = [house.ticket(for_=2), house.entry(), house.owned(), house.owned(in_v1=False)]
    for row in rows:
        seen = house.provider.look(house.call(row))
        assert (seen.found, seen.standing, seen.limit, seen.count) == (True, Standing.GOOD, row.for_, 0)
    assert not house.world.ledger


def test_what_vanished_is_not_found(house: House) -> None:
    ticket, entry, owned = house.ticket(), house.entry(), house.owned()
    for row in (ticket, entry, owned):
        call = house.call(row)
        house.world.delete(row)
        assert house.provider.look(call) == Sighting(found=False)


# --- finding ----------------------------------------------------------------------------------------------------------


@any_switch_of_one_row
def test_a_lookup_finds_or_does_not_know_but_never_denies_a_guest(house: House, turned: dict[str, Any]) -> None:
    rows = [house.ticket(), house.entry(), house.owned()]
    witness = house.ticket().code
    house.turn(**turned)
    silent = may_fail(turned) or "forbidden" in turned
    for row in rows:
        try:
            assert house.find(row.code, witness) == row.id
        except ProviderError:
            assert silent
    try:
        assert house.find("NOBODY000", witness) is None
    except ProviderError:
        assert silent


def test_a_not_found_counts_only_from_a_path_that_finds(opened: Opening) -> None:
    wrong = opened(ticket_lookup_path="code")
    ticket = wrong.ticket()
    with pytest.raises(ProviderError) as caught:
        wrong.find("NOBODY000", ticket.code)
    assert caught.value.kind is AnswerKind.BUSY
    right = opened()
    with pytest.raises(ProviderError):
        right.find("NOBODY000", None)
    assert right.find("NOBODY000", ticket.code) is None
    assert right.find("NOBODY000", None) is None


def test_what_is_no_code_of_the_platform_is_not_even_asked(house: House) -> None:
    before = dict(house.world.requests)
    for code in ("../events", "a/b", "..", "é", "x" * 65, "a b", "", "%2e%2e"):
        assert house.find(code, None) is None
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
    assert house.find(owned.code, witness) == owned.id
    assert house.find("NOBODY000", witness) is None


def test_a_platform_that_is_slower_than_the_budget_is_not_waited_for(house: House) -> None:
    ticket = house.ticket()
    house.turn(slow=1500)
    began = now()
    with pytest.raises(ProviderError) as caught:
        house.provider.find(Credential(value=ticket.code), house.event, timedelta(milliseconds=150), None)
    assert caught.value.kind is AnswerKind.BUSY
    assert now() - began < timedelta(seconds=1)


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_the_platforms_clock_is_told(house: House) -> None:
    house.turn(clock_skew=90)
    drift = house.provider.ping()
    assert drift is not None
    assert abs(drift - timedelta(seconds=90)) < timedelta(seconds=2)


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


def test_events_that_touch_the_window_are_told(opened: Opening) -> None:
    house = opened()
    at = house.world.now()
    later = house.world.add_event(name="Next week", start=at + 7 * 86400, end=at + 7 * 86400 + 3600)
    told = {event.ref: event for event in house.provider.events(now() - timedelta(hours=2), now() + timedelta(hours=2))}
    assert later.id not in told
    seen = told[house.event.ref]
    assert (seen.id, seen.name, seen.open) == (house.event.id, house.event.name, False)
    assert seen.starts_at is not None
    assert abs(seen.starts_at - house.event.starts_at) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "turned", [{"events_filter": "lax"}, {"events_filter": "strict"}, {"start_bound": "exclusive"}]
)
def test_events_are_told_however_the_filter_is_called(opened: Opening, turned: dict[str, Any]) -> None:
    house = opened(page_size=50)
    house.turn(**turned)
    assert house.event.ref in {event.ref for event in house.provider.events(now(), now())}
