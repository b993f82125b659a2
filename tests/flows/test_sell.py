"""Selling at the door: the money is counted once, the guests are in at once, and no sale is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.model import Direction, Outcome, Reason
from app.domain.outbox import AnswerKind, CallState
from app.domain.sale import Holder, Sale, SaleId, SaleState, Tender, Wanted, Wrong
from app.flows.follow import Heard
from app.flows.sale_desk import NoSale
from app.ports import ProviderError
from app.ports.selling import Payment
from tests.fakes.clock import EVENING
from tests.fakes.night import ACCOUNT, event
from tests.fakes.provider import BARRED, BROKEN, BUSY, NO_LINE, NO_ROUTE, REFUSED
from tests.fakes.seller import LOST, SIGNED, euros, price, rate
from tests.flows.box_office import BACK, BoxOffice


def test_a_cash_sale_lets_everybody_in_at_once_and_tells_the_platform_later(office: BoxOffice) -> None:
    office.seller.down = NO_LINE
    sale = office.sold(3)
    assert (sale.state, sale.total, [bool(one.scan) for one in sale.tickets]) == (
        SaleState.DUE,
        euros("45"),
        [True] * 3,
    )
    assert office.seller.made == []
    office.seller.down = None
    office.works()
    assert office.state(sale) is SaleState.ISSUED
    assert office.seller.made == [one.code for one in sale.tickets]
    assert office.entered(sale) == [1, 1, 1]
    assert {call.at for call in office.provider.pushed} == {EVENING}
    assert set(office.states()) == {CallState.DONE}


def test_no_entry_is_sent_before_its_ticket_exists(office: BoxOffice) -> None:
    sale = office.sold(2)
    office.drain()
    assert ("find", sale.tickets[0].code) not in office.provider.log
    assert office.owed_calls() == 2


def test_the_same_id_is_the_same_sale(office: BoxOffice) -> None:
    first = office.sold(2)
    again = office.asks(office.orders(2))
    assert isinstance(again, Sale)
    assert [one.code for one in again.tickets] == [one.code for one in first.tickets]
    assert office.asks(office.orders(3)) is NoSale.ID_USED
    assert office.tills.report(office.tills.now(office.gate.name)).sales == 1  # type: ignore[arg-type]


def test_without_an_open_till_nothing_is_sold_for_cash(office: BoxOffice) -> None:
    office.tills.close(office.gate.name, "Marta", 10_000, "")
    assert office.asks(office.orders()) is NoSale.TILL_CLOSED
    assert office.store.views.sales.latest([], None, 5) == []


def test_a_ticket_that_was_sold_without_entry_is_let_in_by_its_code_once(office: BoxOffice) -> None:
    sale = office.sold(1, admit=False)
    office.waits(minutes=1)
    first = office.scans("scan-1", sale.tickets[0].code)
    second = office.scans("scan-2", sale.tickets[0].code)
    assert [first.outcome, second.reason] == [Outcome.ADMIT, Reason.ALREADY_IN]
    office.works()
    assert office.entered(sale) == [1]


def test_who_was_sold_a_ticket_can_be_let_in_later_with_one_tap(office: BoxOffice) -> None:
    sale = office.sold(2, admit=False)
    done = office.sell.admit(sale.id, office.gate)
    again = office.sell.admit(sale.id, office.gate)
    assert isinstance(done, Sale)
    assert all(one.scan for one in done.tickets)
    assert again == done
    office.works()
    assert office.entered(sale) == [1, 1]


def test_at_an_exit_a_sale_lets_nobody_in(office: BoxOffice) -> None:
    office.gate = replace(office.gate, direction=Direction.OUT)
    assert not office.sold().tickets[0].scan


def test_a_rule_of_the_door_that_keeps_a_guest_out_is_told_with_the_sale(office: BoxOffice) -> None:
    office.gate = replace(office.gate, rates=("VIP",))
    sale = office.sold()
    assert (sale.state, sale.tickets[0].scan, sale.tickets[0].refused) == (SaleState.DUE, "", Reason.WRONG_GATE)
    office.gate = replace(office.gate, rates=())
    done = office.sell.admit(sale.id, office.gate)
    assert isinstance(done, Sale)
    assert done.tickets[0].scan


WRONG = [
    ({"price": "p9"}, "price"),
    ({"tickets": (Wanted(),) * 61}, "quantity"),
    ({"tickets": ()}, "quantity"),
    ({"channel": "c1", "referral": "f1"}, "referral"),
    ({"expected": euros("14.99")}, "total"),
    ({"tickets": (Wanted(supplements=("s9",)),)}, "tickets[0].supplements"),
    ({"tickets": (Wanted(holder=Holder(email="nobody")),)}, "tickets[0].email"),
    ({"tickets": (Wanted(holder=Holder(document_type="visa")),)}, "tickets[0].document_type"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG, ids=[field for _, field in WRONG])
def test_what_is_wrong_with_an_order_is_named_and_nothing_is_kept(
    office: BoxOffice, changes: dict[str, object], field: str
) -> None:
    wrong = office.asks(replace(office.orders(), **changes))  # type: ignore[arg-type]
    assert isinstance(wrong, Wrong)
    assert wrong.field == field
    assert office.store.views.sales.latest([], None, 5) == []


def test_an_email_that_the_rate_wants_is_asked_for_by_its_ticket(office: BoxOffice) -> None:
    office.seller.offers = [rate(needs=frozenset({"email"}))]
    office.rates.refresh(event())
    good = Wanted(holder=Holder(email="ana@mail.example"))
    wrong = office.asks(office.orders(tickets=(good, Wanted())))
    assert wrong == Wrong(field="tickets[1].email", words="is needed for this rate")


def test_no_more_is_sold_than_the_platform_has_left_counting_what_it_has_not_heard_of(office: BoxOffice) -> None:
    office.seller.offers = [rate(available=3)]
    office.rates.refresh(event())
    office.clock.sleep(seconds=1)
    office.sold(2)
    wrong = office.asks(office.orders(2, id=SaleId("s-2")))
    assert isinstance(wrong, Wrong)
    assert wrong.field == "quantity"
    assert isinstance(office.asks(office.orders(1, id=SaleId("s-3"))), Sale)


def test_the_price_follows_the_clock_while_nobody_can_be_asked(office: BoxOffice) -> None:
    until = office.clock.now + timedelta(hours=1)
    office.seller.offers = [rate(prices=(price(until=until), price("p2", "18.00")))]
    office.rates.refresh(event())
    office.seller.down = NO_LINE
    office.clock.sleep(minutes=90)
    assert isinstance(office.asks(office.orders()), Wrong)
    assert office.sold(price="p2").total == euros("18")


def test_extras_fee_and_warranty_add_up_to_the_cent(office: BoxOffice) -> None:
    office.seller.offers = [rate(prices=(price(amount="15.55", fee=euros("1.01")),))]
    office.rates.refresh(event())
    tickets = (Wanted(supplements=("s1",)), Wanted())
    sale = office.sold(tickets=tickets, warranty=True)
    assert [one.total for one in sale.tickets] == [euros("22.11"), euros("17.11")]
    assert sale.total == euros("39.22")
    paid_there = office.sold(id=SaleId("s-2"), tickets=tickets, warranty=True, tender=Tender.PHONE)
    assert paid_there.total == euros("41.24")


# Told to the platform


def test_a_lost_answer_is_looked_up_and_no_ticket_is_made_twice(office: BoxOffice) -> None:
    office.scripted(LOST)
    sale = office.sold(3)
    office.works(3)
    assert office.state(sale) is SaleState.ISSUED
    assert sorted(office.seller.made) == sorted(one.code for one in sale.tickets)
    assert office.entered(sale) == [1, 1, 1]


def test_a_platform_that_shows_new_tickets_late_gets_none_twice(office: BoxOffice) -> None:
    office.scripted(LOST)
    office.seller.shows_after = 4
    sale = office.sold(2)
    office.works(8)
    assert office.state(sale) is SaleState.ISSUED
    assert len(office.seller.made) == 2


def test_a_request_that_never_arrived_is_sent_again(office: BoxOffice) -> None:
    office.scripted(ProviderError(AnswerKind.DOUBTFUL, "no answer"))
    sale = office.sold(2)
    office.works(6)
    assert office.state(sale) is SaleState.ISSUED
    assert len(office.seller.made) == 2


@pytest.mark.parametrize("answer", [BUSY, NO_ROUTE, BARRED], ids=["busy", "no route", "barred"])
def test_bad_weather_only_makes_a_sale_wait(office: BoxOffice, answer: object) -> None:
    office.scripted(answer, answer)
    sale = office.sold(2)
    office.works(4, seconds=400)
    assert office.state(sale) is SaleState.ISSUED
    assert office.entered(sale) == [1, 1]


@pytest.mark.parametrize("answer", [REFUSED, BROKEN], ids=["refused", "broken"])
def test_a_refused_sale_is_a_conflict_that_a_person_sees_with_the_platforms_words(
    office: BoxOffice, answer: object
) -> None:
    office.scripted(answer)
    sale = office.sold(2)
    office.works(2)
    kept = office.now(sale)
    assert (kept.state, kept.words) == (SaleState.CONFLICT, answer.words)  # type: ignore[attr-defined]
    assert office.owed_calls() == 2, "its entries wait with it"
    assert office.store.views.sales.count(SaleState.CONFLICT) == 1
    assert [body["sale"].state for body in office.notices.about("sale")][-1] is SaleState.CONFLICT


def test_a_conflict_is_tried_again_by_a_person(office: BoxOffice) -> None:
    office.scripted(REFUSED)
    sale = office.sold(2)
    office.works()
    assert isinstance(office.sell.retry(sale.id, "Marta"), Sale)
    office.works(4)
    assert office.state(sale) is SaleState.ISSUED
    assert office.entered(sale) == [1, 1]


def test_a_conflict_that_the_platform_got_by_hand_is_accepted(office: BoxOffice) -> None:
    office.scripted(REFUSED)
    sale = office.sold(1)
    office.works()
    office.provider.sells(sale.tickets[0].code)
    office.sell.accept(sale.id, "Marta", "made at the back office")
    office.works()
    assert office.entered(sale) == [1]


def test_a_conflict_that_is_discarded_tells_the_platform_nothing_and_stays_in_the_till(office: BoxOffice) -> None:
    office.scripted(REFUSED)
    sale = office.sold(2)
    office.works()
    office.sell.discard(sale.id, "Marta", "guests got their money back")
    office.works(2)
    assert (office.state(sale), office.owed_calls(), office.provider.pushed) == (SaleState.DISCARDED, 0, [])
    shift = office.tills.now(office.gate.name)
    assert shift is not None
    assert office.tills.report(shift).cash == euros("30")


def test_a_ticket_that_the_poll_brings_first_takes_over_what_is_owed(office: BoxOffice) -> None:
    office.scripted(LOST)
    sale = office.sold(1)
    office.issue()
    office.poll(event(), "tickets")
    office.works(3)
    assert office.state(sale) is SaleState.ISSUED
    assert office.entered(sale) == [1]
    assert office.count(f"tk-{sale.tickets[0].code}").owed == 0


def test_a_sender_that_died_leaves_a_doubt_and_no_second_ticket(office: BoxOffice) -> None:
    sale = office.sold(2)
    claimed = office.store.run(lambda tx: tx.sales.claim(ACCOUNT, "dead:1", office.clock.now, 4))
    office.seller.issue(claimed[0], ())
    office.works(3)
    assert office.state(sale) is SaleState.ISSUED
    assert len(office.seller.made) == 2


def test_who_came_in_while_the_sale_was_on_its_way_stays_in(office: BoxOffice) -> None:
    sale = office.sold(1, admit=False)
    office.seller.after_commit = lambda: office.sell.admit(sale.id, office.gate) and None
    office.works()
    assert office.now(sale).tickets[0].scan


# Taken back


def test_a_sale_that_nobody_has_heard_of_can_be_taken_back(office: BoxOffice) -> None:
    sale = office.sold(2, admit=False)
    gone = office.sell.cancel(sale.id, "Gate 1")
    office.works()
    assert isinstance(gone, Sale)
    assert (gone.state, office.seller.made) == (SaleState.CANCELLED, [])
    assert office.scans("scan-1", sale.tickets[0].code).reason is Reason.VOID
    shift = office.tills.now(office.gate.name)
    assert shift is not None
    assert office.tills.report(shift).cash == euros("0")


def test_a_sale_that_somebody_entered_by_or_that_the_platform_has_is_not_taken_back(office: BoxOffice) -> None:
    entered = office.sold(1)
    assert office.sell.cancel(entered.id, "Gate 1") is NoSale.TOO_LATE
    sent = office.sold(1, id=SaleId("s-2"), admit=False)
    office.works()
    assert office.sell.cancel(sent.id, "Gate 1") is NoSale.TOO_LATE
    assert office.sell.cancel(SaleId("nobody"), "Gate 1") is NoSale.NO_SUCH_SALE


# On the guest's phone


def by_phone(office: BoxOffice, **changes: object) -> Sale:
    return office.sold(2, tender=Tender.PHONE, **changes)


def test_a_guest_pays_on_the_phone_and_is_in_with_the_payment(office: BoxOffice) -> None:
    sale = by_phone(office)
    assert (sale.state, sale.payment_url) == (SaleState.WAITING, "https://pay.example/s-1")
    assert f"page {BACK}/receipt/{sale.receipt}" in office.seller.asked
    assert office.scans("scan-1", sale.tickets[0].code).outcome is not Outcome.ADMIT
    office.seller.pays(sale)
    office.waits(seconds=4)
    office.follow(ACCOUNT)
    paid = office.now(sale)
    assert (paid.state, [bool(one.scan) for one in paid.tickets]) == (SaleState.PAID, [True, True])
    office.works()
    assert office.entered(sale) == [1, 1]


def test_paid_and_not_let_in_yet_takes_one_tap(office: BoxOffice) -> None:
    sale = by_phone(office, admit=False)
    office.seller.pays(sale)
    office.waits(seconds=4)
    office.follow(ACCOUNT)
    assert not office.now(sale).tickets[0].scan
    done = office.sell.admit(sale.id, office.gate)
    assert isinstance(done, Sale)
    assert all(one.scan for one in done.tickets)


def test_nobody_pays_a_changed_price_before_staff_say_yes(office: BoxOffice) -> None:
    office.seller.costs = euros("36.00")
    sale = by_phone(office)
    assert (sale.state, sale.total) == (SaleState.REPRICED, euros("36"))
    assert office.sell.confirm(sale.id, 3000) is NoSale.OTHER_TOTAL
    agreed = office.sell.confirm(sale.id, 3600)
    assert isinstance(agreed, Sale)
    assert agreed.state is SaleState.WAITING


def test_no_means_that_nothing_is_sold(office: BoxOffice) -> None:
    office.seller.costs = euros("36.00")
    sale = by_phone(office)
    office.sell.cancel(sale.id, "Gate 1")
    assert office.state(sale) is SaleState.CANCELLED
    assert office.sell.confirm(sale.id, 3600) is NoSale.WRONG_STATE


def test_without_the_platform_nothing_is_sold_on_a_phone(office: BoxOffice) -> None:
    office.seller.down = NO_LINE
    sale = by_phone(office)
    assert (sale.state, sale.payment_url) == (SaleState.FAILED, "")


def test_the_platforms_own_message_pays_at_once_and_only_once(office: BoxOffice) -> None:
    sale = by_phone(office)
    office.seller.pays(sale)
    body = json.dumps({"event": "payment.success", "payment": "pay-s-1"}).encode()
    assert office.follow.hear(ACCOUNT, body, "wrong", "m-1") is Heard.FORGED
    assert office.state(sale) is SaleState.WAITING
    assert office.follow.hear(ACCOUNT, body, SIGNED, "m-1") is Heard.PAID
    assert office.follow.hear(ACCOUNT, body, SIGNED, "m-1") is Heard.AGAIN
    assert office.follow.hear(ACCOUNT, body, SIGNED, "m-2") is Heard.NOT_OURS
    office.works()
    assert office.entered(sale) == [1, 1]


def test_a_message_that_carries_only_our_own_id_finds_the_sale(office: BoxOffice) -> None:
    sale = by_phone(office)
    body = json.dumps({"event": "payment.success", "sale": "s-1"}).encode()
    assert office.follow.hear(ACCOUNT, body, SIGNED, "m-1") is Heard.PAID
    assert office.state(sale) is SaleState.PAID


def test_a_payment_that_fails_is_told(office: BoxOffice) -> None:
    sale = by_phone(office)
    office.seller.payments[sale.id] = Payment.FAILED
    office.waits(seconds=4)
    office.follow(ACCOUNT)
    assert office.state(sale) is SaleState.FAILED


def test_a_payment_that_comes_after_its_time_is_still_a_sale(office: BoxOffice) -> None:
    sale = by_phone(office)
    office.waits(minutes=12)
    office.follow(ACCOUNT)
    assert office.state(sale) is SaleState.EXPIRED
    office.seller.pays(sale)
    office.waits(minutes=6)
    office.follow(ACCOUNT)
    assert office.state(sale) is SaleState.PAID


def test_a_platform_that_can_not_be_asked_decides_nothing(office: BoxOffice) -> None:
    sale = by_phone(office)
    office.seller.down = NO_LINE
    office.waits(minutes=30)
    office.follow(ACCOUNT)
    assert office.state(sale) is SaleState.WAITING


def test_a_page_that_was_asked_for_by_a_hub_that_died_is_nobodys(office: BoxOffice) -> None:
    sale = by_phone(office)
    cut = replace(sale, state=SaleState.ASKED, due_at=None)
    office.store.run(lambda tx: tx.sales.write(cut))
    office.waits(minutes=2)
    office.follow(ACCOUNT)
    assert office.state(sale) is SaleState.FAILED
