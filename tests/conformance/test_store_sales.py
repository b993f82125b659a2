"""Sales, tills, rates and platforms' messages, in both databases: nothing is lost, nothing counts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.model import AccountId, AdmissionId, Allowance, Kind, Outcome, Reason
from app.domain.money import Money
from app.domain.outbox import CallState
from app.domain.sale import (
    Holder,
    Order,
    Price,
    Question,
    Rate,
    Sale,
    SaleId,
    SaleState,
    ShiftId,
    Sold,
    Supplement,
    Tender,
    Wanted,
)
from app.domain.till import Shift
from app.ports import Store, Tx
from app.store import sales_views
from tests.conformance.store import House, at_once
from tests.fakes.clock import EVENING
from tests.fakes.night import ACCOUNT, SATURDAY, SUNDAY, admission

CODE = "DOOR2K9M4XQ7"


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def sale(id_: str = "s-1", *codes: str, **changes: Any) -> Sale:
    """One that was paid in cash and that the platform is to hear of."""
    wanted = tuple(Wanted(holder=Holder(name="Ana Ruiz")) for _ in codes or (CODE,))
    order = Order(
        id=SaleId(id_), event=SATURDAY, rate="r1", price="p1", tickets=wanted,
        tender=changes.pop("tender", Tender.CASH),
    )  # fmt: skip
    values: dict[str, Any] = {
        "id": order.id, "account": ACCOUNT, "event": SATURDAY, "event_ref": "ev-saturday", "order": order,
        "rate_name": "General", "unit": euros(1500), "fee": euros(0), "total": euros(1500 * len(wanted)),
        "tickets": tuple(
            Sold(code=code, wanted=one, total=euros(1500)) for code, one in zip(codes or (CODE,), wanted, strict=True)
        ),
        "state": SaleState.DUE, "at": EVENING, "station": "Gate 1", "receipt": f"receipt-word-of-{id_}",
        "due_at": EVENING,
    }  # fmt: skip
    return Sale(**values | changes)


def kept(house: House, one: Sale) -> Sale:
    found = house.store.views.sales.sale(one.id)
    assert found is not None
    return found


def adds(house: House, *several: Sale) -> None:
    def work(tx: Tx) -> None:
        for one in several:
            tx.sales.add(one)

    house.store.run(work)


def sells(house: House, one: Sale | None = None) -> Sale:
    """A sale whose tickets are at the door."""
    made = one or sale()
    house.opens()
    adds(house, made)
    return house.store.run(lambda tx: tx.sales.place(made))


def writes(house: House, one: Sale) -> None:
    house.store.run(lambda tx: tx.sales.write(one))


def claims(house: House, name: str, limit: int = 4) -> list[Sale]:
    return house.store.run(lambda tx: tx.sales.claim(ACCOUNT, name, house.clock.now, limit))


def settles(house: House, one: Sale, claim: str) -> bool:
    return house.store.run(lambda tx: tx.sales.settle(one, claim))


# What is kept

EVERYTHING = Sale(
    id=SaleId("s-all"), account=ACCOUNT, event=SATURDAY, event_ref="ev-saturday", event_name="Saturday Night",
    order=Order(
        id=SaleId("s-all"), event=SATURDAY, rate="r1", price="p1", tender=Tender.PHONE, warranty=True,
        expected=Money(123_456, "BHD"), channel="c1", referral="", admit=True,
        tickets=(
            Wanted(
                holder=Holder(
                    name="Íñigo 'Ñ' 🎟", email="i@mail.example", phone="+34600", gender="male", birthday="1999-02-03",
                    address="Calle 1", country_code="ES", postal_code="28001", document_type="dni",
                    document_number="1Z", answers={"q1": "M", "q2": ""},
                ),
                supplements=("s1", "s1"),
            ),
            Wanted(),
        ),
    ),
    rate_name="General", price_name="Early", unit=Money(1, "BHD"), fee=Money(2, "BHD"), total=Money(10**15, "BHD"),
    tickets=(
        Sold(code="A1", wanted=Wanted(supplements=("s1",)), total=Money(3, "BHD"), admission=AdmissionId(7),
             scan="sale:s-all:1", refused=""),
        Sold(code="A2", wanted=Wanted(), total=Money(0, "BHD"), refused=Reason.ALREADY_IN.value),
    ),
    supplements={"s1": Supplement(ref="s1", name="Copa", amount=Money(5, "BHD"))}, state=SaleState.WAITING,
    at=EVENING + timedelta(microseconds=123_457), station="Taquilla", by="Marta", shift=ShiftId(9),
    receipt="word-word-word-word", payment_ref="pay-1", payment_url="https://pay.example/1", expires_at=EVENING,
    attempts=3, doubts=2, unseen=1, due_at=EVENING, words="no", settled_at=EVENING, settled_by="Marta", note="seen",
)  # fmt: skip


def test_a_sale_comes_back_with_every_field(house: House) -> None:
    adds(house, EVERYTHING)
    views = house.store.views.sales
    assert kept(house, EVERYTHING) == EVERYTHING
    assert views.by_receipt("word-word-word-word") == EVERYTHING
    assert house.store.run(lambda tx: tx.sales.by_payment(ACCOUNT, "pay-1")) == EVERYTHING
    assert house.store.run(lambda tx: tx.sales.get(SaleId("s-all"))) == EVERYTHING


def test_what_is_not_there_is_none(house: House) -> None:
    adds(house, sale())
    views = house.store.views.sales
    assert (views.sale(SaleId("s-2")), views.by_receipt("another-word-altogether")) == (None, None)
    assert house.store.run(lambda tx: tx.sales.by_payment(ACCOUNT, "")) is None, "no ref is nobody's ref"


def test_the_latest_are_told_by_state_and_station(house: House) -> None:
    adds(house, sale("s-1"), sale("s-2", station="Bar"), sale("s-3", state=SaleState.ISSUED))
    views = house.store.views.sales
    assert [one.id for one in views.latest([], None, 2)] == ["s-3", "s-2"]
    assert [one.id for one in views.latest([], "Gate 1", 9)] == ["s-3", "s-1"]
    assert [one.id for one in views.latest([SaleState.DUE, SaleState.PAID], None, 9)] == ["s-2", "s-1"]
    assert (views.count(SaleState.DUE), views.count(SaleState.CONFLICT)) == (2, 0)


def test_a_range_of_time_is_read_over_many_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales_views, "AT_ONCE", 3)
    adds(house, *(sale(f"s-{n}", at=EVENING + timedelta(minutes=n)) for n in range(9)))
    found = house.store.views.sales.between(EVENING + timedelta(minutes=1), EVENING + timedelta(minutes=8))
    assert [one.id for one in found] == [f"s-{n}" for n in range(1, 8)]


def test_a_range_that_ends_with_a_whole_page_ends(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales_views, "AT_ONCE", 2)
    adds(house, *(sale(f"s-{n}") for n in range(4)))
    found = list(house.store.views.sales.between(EVENING, EVENING + timedelta(seconds=1)))
    assert len(found) == 4
    assert list(house.store.views.sales.between(EVENING + timedelta(seconds=1), EVENING)) == []


def test_payments_are_asked_for_when_they_are_due_the_longest_waiting_first(house: House) -> None:
    waiting = {"tender": Tender.PHONE, "state": SaleState.WAITING}
    adds(
        house,
        sale("later", due_at=EVENING + timedelta(seconds=9), **waiting),
        sale("second", due_at=EVENING, **waiting),
        sale("first", due_at=EVENING - timedelta(seconds=5), tender=Tender.PHONE, state=SaleState.CANCELLED),
        sale("never", due_at=None, tender=Tender.PHONE, state=SaleState.EXPIRED),
        sale("repriced", tender=Tender.PHONE, state=SaleState.REPRICED),
        sale("cash"),
        sale("theirs", account="other", **waiting),
    )
    views = house.store.views.sales
    assert [one.id for one in views.followed(ACCOUNT, EVENING, 9)] == ["first", "second"]
    assert [one.id for one in views.followed(ACCOUNT, EVENING, 1)] == ["first"]


# Tickets at the door


def test_a_sold_ticket_is_at_the_door_at_once_and_opens_once(house: House) -> None:
    placed = sells(house)
    assert placed == kept(house, placed)
    assert placed.tickets[0].admission is not None
    assert house.scans("scan-1", CODE).outcome is Outcome.ADMIT
    assert house.scans("scan-2", CODE).reason is Reason.ALREADY_IN


def test_placing_it_again_changes_nothing(house: House) -> None:
    placed = sells(house, sale("s-1", "A1B2C3D4", "E5F6G7H8"))
    again = house.store.run(lambda tx: tx.sales.place(placed))
    assert [one.admission for one in again.tickets] == [one.admission for one in placed.tickets]


def test_a_voided_sale_lets_nobody_in(house: House) -> None:
    placed = sells(house)
    house.store.run(lambda tx: tx.sales.void(placed, "cancelled"))
    assert house.scans("scan-1", CODE).reason is Reason.VOID


def test_what_the_platform_made_is_not_voided_with_the_sale(house: House) -> None:
    placed = sells(house)
    house.page(admission(CODE))
    house.store.run(lambda tx: tx.sales.void(placed, "cancelled"))
    assert house.scans("scan-1", CODE).outcome is Outcome.ADMIT


def test_a_ticket_that_the_poll_brought_before_it_was_placed_is_not_there_twice(house: House) -> None:
    house.opens()
    house.page(admission(CODE))
    placed = sells(house)
    assert placed.tickets[0].admission == house.held(f"tk-{CODE}").id
    assert [house.scans(f"scan-{n}", CODE).outcome for n in range(2)] == [Outcome.ADMIT, Outcome.REFUSE]


@pytest.mark.parametrize("entered_first", [True, False])
def test_a_page_of_the_poll_takes_over_what_was_sold_here(house: House, entered_first: bool) -> None:
    sells(house)
    if entered_first:
        house.scans("scan-1", CODE)
    house.page(admission(CODE))
    if not entered_first:
        house.scans("scan-1", CODE)
    assert house.scans("scan-2", CODE).reason is Reason.ALREADY_IN
    real = house.held(f"tk-{CODE}")
    [call] = house.calls()
    assert (call.admission, call.kind, call.ref) == (real.id, Kind.TICKET, f"tk-{CODE}")
    assert house.count(f"tk-{CODE}") == Allowance(limit=1, owed=1)


def test_an_entry_is_claimed_only_once_its_ticket_is_there(house: House) -> None:
    placed = sells(house)
    house.scans("scan-1", CODE)
    for state in sorted(set(SaleState) - {SaleState.ISSUED, SaleState.PAID}):
        writes(house, replace(placed, state=state))
        assert house.claim()[1] == [], state
    writes(house, replace(placed, state=SaleState.ISSUED))
    assert [call.kind for call in house.claim()[1]] == [Kind.SOLD]


def test_an_entry_whose_ticket_the_poll_brought_need_not_wait_for_the_sale(house: House) -> None:
    sells(house)
    house.scans("scan-1", CODE)
    house.page(admission(CODE))
    assert [call.ref for call in house.claim()[1]] == [f"tk-{CODE}"]


def test_the_open_entries_of_a_sale_are_those_that_nobody_has_settled(house: House) -> None:
    placed = sells(house, sale("s-1", "A1B2C3D4", "E5F6G7H8"))
    house.scans("scan-1", "A1B2C3D4")
    house.scans("scan-2", "E5F6G7H8")
    house.undoes("scan-2")
    found = house.store.run(lambda tx: tx.sales.calls(placed))
    assert [house.call(one).state for one in found] == [CallState.DUE]


# The sender


def test_due_sales_are_taken_the_oldest_first_and_no_more_than_asked(house: House) -> None:
    adds(house, sale("s-1"), sale("s-2"), sale("s-3", due_at=EVENING + timedelta(seconds=1)), sale("s-4"))
    taken = claims(house, "hub:1", 2)
    assert [(one.id, one.state) for one in taken] == [("s-1", SaleState.SENDING), ("s-2", SaleState.SENDING)]
    assert [one.id for one in claims(house, "hub:1", 9)] == ["s-4"]
    house.clock.sleep(seconds=1)
    assert [one.id for one in claims(house, "hub:1", 9)] == ["s-3"]


@pytest.mark.parametrize("state", sorted(set(SaleState) - {SaleState.DUE, SaleState.SENDING}))
def test_no_sale_in_another_state_is_ever_sent(house: House, state: SaleState) -> None:
    adds(house, sale(state=state))
    assert claims(house, "hub:1") == []


def test_sales_of_another_account_are_not_ours_to_send(house: House) -> None:
    adds(house, sale(account="other"))
    assert claims(house, "hub:1") == []


def test_a_sale_that_was_left_in_sending_is_taken_over_with_a_doubt(house: House) -> None:
    adds(house, sale())
    claims(house, "dead:1")
    [found] = claims(house, "hub:2")
    assert (found.state, found.doubts) == (SaleState.SENDING, 1)
    assert claims(house, "hub:2") == [], "our own is not an orphan"


def test_who_lost_a_claim_settles_nothing(house: House) -> None:
    adds(house, sale())
    [slow] = claims(house, "slow:1")
    [quick] = claims(house, "hub:2")
    assert not settles(house, replace(slow, state=SaleState.CONFLICT), "slow:1")
    assert settles(house, replace(quick, state=SaleState.ISSUED, due_at=None), "hub:2")
    assert not settles(house, replace(quick, state=SaleState.DUE), "hub:2"), "settled once"
    assert kept(house, quick).state is SaleState.ISSUED


def test_a_settled_sale_that_is_due_again_is_claimed_without_a_new_doubt(house: House) -> None:
    adds(house, sale())
    [mine] = claims(house, "hub:1")
    assert settles(house, replace(mine, state=SaleState.DUE, attempts=1), "hub:1")
    [again] = claims(house, "hub:2")
    assert (again.attempts, again.doubts) == (1, 0)


def test_two_claims_never_share_a_sale(house: House) -> None:
    adds(house, *(sale(f"s-{n}") for n in range(12)))
    stores = [house.store, house.another()]
    taken = at_once(
        6,
        lambda n: stores[n % 2].run(lambda tx: [one.id for one in tx.sales.claim(ACCOUNT, "one:1", EVENING, 4)]),
    )
    ids = [one for some in taken for one in some]
    assert sorted(ids) == sorted(set(ids))


def test_a_hurry_makes_waiting_sales_due_and_nothing_else(house: House) -> None:
    later = EVENING + timedelta(hours=1)
    adds(house, sale("s-1", due_at=later), sale("s-2"), sale("s-3", state=SaleState.WAITING, due_at=later))
    assert house.store.run(lambda tx: tx.sales.hurry(ACCOUNT, EVENING)) == 1
    assert [one.id for one in claims(house, "hub:1")] == ["s-1", "s-2"]
    assert house.store.views.sales.followed(ACCOUNT, EVENING, 9) == []


# What the platform could not count yet


def pending(house: House, since: Any) -> int:
    return house.store.run(lambda tx: tx.sales.pending(SATURDAY, "r1", since))


def test_tickets_that_the_platform_has_not_heard_of_are_counted_whenever_they_were_sold(house: House) -> None:
    adds(
        house,
        sale("s-1", "A1", "A2"),
        sale("s-2", "B1", state=SaleState.SENDING),
        sale("s-3", "C1", state=SaleState.CONFLICT),
        sale("s-4", "D1", state=SaleState.ISSUED),
        sale("s-5", "E1", state=SaleState.CANCELLED),
        sale("s-6", "F1", state=SaleState.DISCARDED),
        sale("s-7", "G1", event=SUNDAY),
    )
    assert pending(house, EVENING) == 4


@pytest.mark.parametrize(
    "state", [SaleState.ASKED, SaleState.REPRICED, SaleState.WAITING, SaleState.PAID, SaleState.ISSUED]
)
def test_what_the_platform_knows_is_counted_only_until_it_is_asked_again(house: House, state: SaleState) -> None:
    adds(house, sale(state=state))
    before, after = EVENING - timedelta(seconds=1), EVENING + timedelta(seconds=1)
    assert [pending(house, since) for since in (None, before, after)] == [1, 1, 0]


def test_the_last_ticket_is_sold_once_also_at_two_hubs(house: House) -> None:
    house.store.run(lambda tx: tx.sales.keep_rates(ACCOUNT, SATURDAY, [RATE], EVENING))
    stores = [house.store, house.another()]

    def sell(n: int) -> bool:
        def work(tx: Tx) -> bool:
            if tx.sales.pending(SATURDAY, "r1", EVENING):
                return False
            tx.sales.add(sale(f"s-{n}"))
            return True

        return stores[n % 2].run(work)

    assert sorted(at_once(4, sell)) == [False, False, False, True]


# Rates

RATE = Rate(
    ref="r1", account=ACCOUNT, event=SATURDAY, name="General", slug="general", current="p1", following="p2",
    prices=(
        Price(ref="p1", name="Early", amount=euros(1500), fee=euros(150), until=EVENING, left=3, includes="a drink"),
        Price(ref="p2", amount=euros(1800), fee=euros(0)),
    ),
    supplements=(Supplement(ref="s1", name="Copa", amount=euros(500)),),
    questions=(Question(ref="q1", label="Shirt", required=True, options=("S", "M")),), minimum=2, maximum=8, sold=40,
    available=10, warranty=Decimal("7.25"), warranty_hours=48, needs=frozenset({"name", "email"}),
    tenders=frozenset(Tender),
)  # fmt: skip


def test_rates_are_kept_whole(house: House) -> None:
    assert house.store.views.sales.rates(SATURDAY).as_of is None
    house.store.run(lambda tx: tx.sales.keep_rates(ACCOUNT, SATURDAY, [RATE], EVENING))
    found = house.store.views.sales.rates(SATURDAY)
    assert (list(found.rates), found.as_of, found.failed) == ([RATE], EVENING, "")
    assert list(house.store.views.sales.rates(SUNDAY).rates) == []


def test_rates_that_could_not_be_told_are_kept_as_they_were(house: House) -> None:
    house.store.run(lambda tx: tx.sales.keep_rates(ACCOUNT, SATURDAY, [RATE], EVENING))
    house.store.run(lambda tx: tx.sales.rates_failed(ACCOUNT, SATURDAY, "no route" * 99))
    found = house.store.views.sales.rates(SATURDAY)
    assert (list(found.rates), found.as_of, found.failed[:8]) == ([RATE], EVENING, "no route")
    house.store.run(lambda tx: tx.sales.keep_rates(ACCOUNT, SATURDAY, [], EVENING))
    assert house.store.views.sales.rates(SATURDAY).failed == ""


def test_rates_that_were_never_told_are_none_with_a_reason(house: House) -> None:
    house.store.run(lambda tx: tx.sales.rates_failed(ACCOUNT, SATURDAY, ""))
    found = house.store.views.sales.rates(SATURDAY)
    assert (list(found.rates), found.as_of, found.failed) == ([], None, "no answer")


# Messages


def test_a_message_is_heard_once_by_each_account(house: House) -> None:
    def work(tx: Tx) -> list[bool]:
        return [tx.sales.hears(one, "m-1", EVENING) for one in (ACCOUNT, ACCOUNT, AccountId("other"))]

    heard = house.store.run(work)
    assert heard == [True, False, True]


def test_a_message_that_comes_twice_at_once_is_heard_once(house: House) -> None:
    stores = [house.store, house.another()]
    heard = at_once(4, lambda n: stores[n % 2].run(lambda tx: tx.sales.hears(ACCOUNT, "m-1", EVENING)))
    assert sorted(heard) == [False, False, False, True]


def test_a_message_whose_work_failed_is_heard_again(house: House) -> None:
    def work(tx: Tx) -> None:
        tx.sales.hears(ACCOUNT, "m-1", EVENING)
        raise LookupError

    with pytest.raises(LookupError):
        house.store.run(work)
    assert house.store.run(lambda tx: tx.sales.hears(ACCOUNT, "m-1", EVENING))


# Tills


def opens(store: Store, station: str = "Gate 1") -> Shift | None:
    """As the flow does: None where it is open already."""

    def work(tx: Tx) -> Shift | None:
        if tx.sales.shift_of(station) is not None:
            return None
        return tx.sales.open_shift(station, EVENING, "Marta", euros(10_000))

    return store.run(work)


def closes(house: House, shift: Shift, counted: int) -> None:
    closed = replace(shift, closed_at=house.clock.now, closed_by="Iker", counted=euros(counted), note="ok")
    house.store.run(lambda tx: tx.sales.close_shift(closed))


@pytest.fixture
def shift(house: House) -> Shift:
    made = opens(house.store)
    assert made is not None
    return made


def test_a_shift_is_open_until_it_is_counted(house: House, shift: Shift) -> None:
    views = house.store.views.sales
    assert views.open_shift("Gate 1") == shift == views.shift(shift.id)
    closes(house, shift, 0)
    assert views.open_shift("Gate 1") is None
    found = views.shift(shift.id)
    assert found is not None
    assert (found.counted, found.closed_by, found.note) == (euros(0), "Iker", "ok"), "a till may be empty"


def test_a_station_has_one_open_shift_also_when_two_hubs_open_it_at_once(house: House) -> None:
    stores = [house.store, house.another()]
    made = at_once(4, lambda n: opens(stores[n % 2]))
    assert sum(one is not None for one in made) == 1
    assert len(house.store.views.sales.shifts(None, 9)) == 1


def test_a_sale_id_that_two_hubs_use_at_once_is_one_sale(house: House) -> None:
    stores = [house.store, house.another()]

    def sell(n: int) -> bool:
        def work(tx: Tx) -> bool:
            if tx.sales.get(SaleId("s-1")) is not None:
                return False
            tx.sales.add(sale(receipt=f"word-of-{n}"))
            return True

        return stores[n % 2].run(work)

    assert sorted(at_once(4, sell)) == [False, False, False, True]


def test_shifts_are_told_the_latest_first(house: House, shift: Shift) -> None:
    closes(house, shift, 9)
    later, bar = opens(house.store), opens(house.store, "Bar")
    assert later is not None
    assert bar is not None
    views = house.store.views.sales
    assert [one.id for one in views.shifts("Gate 1", 9)] == [later.id, shift.id]
    assert [one.id for one in views.shifts(None, 2)] == [bar.id, later.id]


def test_a_shift_has_its_own_sales(house: House, shift: Shift) -> None:
    adds(house, sale("s-1", shift=shift.id), sale("s-2"), sale("s-3", shift=shift.id))
    assert [one.id for one in house.store.views.sales.of_shift(shift.id)] == ["s-1", "s-3"]
