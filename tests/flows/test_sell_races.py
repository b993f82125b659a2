"""What comes between two steps of a sale: another hub, another till, a guest who is quicker, a late platform."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from app.domain.model import AccountId, Outcome, Reason, Unknown
from app.domain.money import Money
from app.domain.outbox import AnswerKind, CallState
from app.domain.sale import Sale, SaleId, SaleState, Tender, Wrong
from app.flows.follow import Heard
from app.flows.issue import Issue
from app.flows.lease import Lease
from app.flows.sale_desk import NoSale
from app.flows.sell import Codes, Sell
from app.ports import ProviderError
from app.ports.selling import Payment, PaymentPage
from tests.fakes.night import ACCOUNT, SUNDAY, event
from tests.fakes.provider import NO_LINE, REFUSED
from tests.fakes.seller import LOST, SIGNED, euros, price, rate
from tests.flows.box_office import BACK, BoxOffice

DOUBTFUL = ProviderError(AnswerKind.DOUBTFUL, "no answer")


def by_phone(office: BoxOffice, quantity: int = 1, **changes: Any) -> Sale:
    return office.sold(quantity, tender=Tender.PHONE, **changes)


def while_asking(office: BoxOffice, happens: Callable[[], object], fails: ProviderError | None = None) -> None:
    """Something happens while the payment page is being asked for."""
    asked = office.seller.page

    def page(sale: Sale, back: str) -> PaymentPage:
        made = asked(sale, back)
        happens()
        if fails is not None:
            raise fails
        return made

    office.seller.page = page  # type: ignore[method-assign]


def message(**said: str) -> bytes:
    return json.dumps({"event": "payment.success", **said}).encode()


# Two hubs, two tills


def test_a_hub_that_lost_its_lease_on_the_way_leaves_the_rest_to_the_other(office: BoxOffice) -> None:
    lease = Lease(office.store, ACCOUNT, "hub-2", office.clock)
    other = Issue(office.store, office.seller, office.line, lease, office.notices, office.clock, lambda: 0.5)
    sales = [office.sold(id=SaleId(f"s-{n}")) for n in range(3)]

    def slow() -> None:
        office.seller.after_commit = lambda: None
        office.clock.sleep(seconds=30)
        assert lease.renew()

    office.seller.after_commit = slow
    office.issue()
    assert len(office.seller.made) == 1, "it sent no more after its lease was over"
    for _ in range(8):
        other()
        office.clock.sleep(seconds=10)
        lease.renew()
    assert [office.state(one) for one in sales] == [SaleState.ISSUED] * 3
    assert sorted(office.seller.made) == sorted(one.tickets[0].code for one in sales)


def test_nothing_is_sent_when_looking_took_longer_than_the_lease(office: BoxOffice) -> None:
    office.scripted(DOUBTFUL)
    sale = office.sold()
    office.works(2)
    looked = office.seller.issued

    def slow(one: Sale, budget: timedelta) -> frozenset[str]:
        office.clock.sleep(seconds=30)
        return looked(one, budget)

    office.seller.issued = slow  # type: ignore[method-assign,assignment]
    before = office.seller.asked.count("issue")
    office.issue()
    assert (office.seller.asked.count("issue"), office.state(sale)) == (before, SaleState.DUE)


def test_one_sale_that_our_code_stumbles_over_keeps_no_other_from_being_told(office: BoxOffice) -> None:
    bad = office.sold()
    good = office.sold(id=SaleId("s-2"))
    made = office.seller.issue

    def stumbles(sale: Sale, without: Any) -> Any:
        if sale.id == bad.id:
            raise KeyError("ours")
        return made(sale, without)

    office.seller.issue = stumbles  # type: ignore[method-assign]
    office.works(3)
    assert [office.state(one) for one in (bad, good)] == [SaleState.DUE, SaleState.ISSUED]
    assert office.entered(good) == [1]


def test_one_payment_that_our_code_stumbles_over_keeps_no_other_from_being_seen(office: BoxOffice) -> None:
    bad, good = by_phone(office), by_phone(office, id=SaleId("s-2"))
    office.seller.pays(good)
    seen = office.seller.payment

    def stumbles(sale: Sale) -> Payment:
        if sale.id == bad.id:
            raise KeyError("ours")
        return seen(sale)

    office.seller.payment = stumbles  # type: ignore[method-assign]
    office.waits(seconds=4)
    office.follow(ACCOUNT)
    assert [office.state(one) for one in (bad, good)] == [SaleState.WAITING, SaleState.PAID]


@pytest.mark.parametrize("left", [{"available": 1}, {"prices": (price(left=1), price("p2", "18.00"))}])
def test_the_last_ticket_is_not_sold_at_two_tills_at_once(office: BoxOffice, left: dict[str, Any]) -> None:
    office.seller.offers = [rate(**left)]
    office.rates.refresh(event())
    office.waits(seconds=1)
    numbers = count(1)

    def quicker() -> str:
        """The other till sells it, after this one was told that it is there."""
        if next(numbers) == 1:
            assert isinstance(slow(office.orders(id=SaleId("quick")), office.gate, BACK), Sale)
        return f"OTHER{next(numbers):05d}"

    words = (f"word-of-another-{n}" for n in count(1))
    codes = Codes(ticket=quicker, receipt=lambda: next(words))
    slow = Sell(office.store, {ACCOUNT: office.seller}, office.door, office.notices, office.clock, codes)
    assert isinstance(slow(office.orders(id=SaleId("slow")), office.gate, BACK), Wrong)
    assert [one.id for one in office.store.views.sales.latest([], None, 9)] == ["quick"]


# Rates


def test_rates_stay_and_say_why_when_the_platform_does_not_tell_them(office: BoxOffice) -> None:
    office.seller.down = NO_LINE
    office.waits(minutes=2)
    told = office.rates(event())
    assert ([one.ref for one in told.rates], told.failed) == (["r1"], "no route")
    assert isinstance(office.sold(), Sale), "what was known is sold all the same"


def test_rates_count_what_the_platform_has_not_heard_of(office: BoxOffice) -> None:
    office.seller.offers = [rate(available=5)]
    office.rates.refresh(event())
    office.waits(seconds=1)
    office.sold(2)
    assert [one.available for one in office.rates(event()).rates] == [3]


# A guest who is quicker


def test_who_was_let_in_on_trust_before_the_payment_arrived_is_not_let_in_twice(office: BoxOffice) -> None:
    sale = by_phone(office)
    office.trust(unknown_offline=Unknown.PROVISIONAL)
    office.seller.pays(sale)
    code = sale.tickets[0].code
    assert office.scans("scan-1", code).outcome is Outcome.ADMIT
    office.waits(seconds=4)
    office.follow(ACCOUNT)
    paid = office.now(sale)
    assert (paid.state, paid.tickets[0].scan, paid.tickets[0].refused) == (SaleState.PAID, "", Reason.ALREADY_IN)
    office.works(2)
    assert office.entered(sale) == [1]
    assert office.scans("scan-2", code).reason is Reason.ALREADY_IN


def test_a_ticket_that_the_poll_brought_before_the_payment_was_seen_lets_in_once(office: BoxOffice) -> None:
    sale = by_phone(office)
    office.seller.pays(sale)
    office.poll(event(), "tickets")
    assert office.scans("scan-1", sale.tickets[0].code).outcome is Outcome.ADMIT
    office.waits(seconds=4)
    office.follow(ACCOUNT)
    office.works(2)
    assert (office.state(sale), office.entered(sale)) == (SaleState.PAID, [1])


def test_a_sale_by_whose_code_somebody_came_in_is_not_taken_back(office: BoxOffice) -> None:
    sale = office.sold(admit=False)
    office.scans("scan-1", sale.tickets[0].code)
    assert office.sell.cancel(sale.id, "Gate 1") is NoSale.TOO_LATE
    office.works()
    assert (office.entered(sale), set(office.states())) == ([1], {CallState.DONE})


def test_a_sale_whose_guest_was_sent_out_again_can_be_taken_back(office: BoxOffice) -> None:
    sale = office.sold(admit=False)
    office.scans("scan-1", sale.tickets[0].code)
    office.undoes("scan-1")
    assert isinstance(office.sell.cancel(sale.id, "Gate 1"), Sale)
    assert office.owed_calls() == 0


def test_who_was_sent_out_again_comes_in_by_the_code(office: BoxOffice) -> None:
    sale = office.sold()
    office.undoes(sale.tickets[0].scan)
    assert office.scans("scan-1", sale.tickets[0].code).outcome is Outcome.ADMIT
    office.works()
    assert office.entered(sale) == [1]


def test_at_a_station_of_another_event_a_sale_lets_nobody_in(office: BoxOffice) -> None:
    office.opens(event(), event(SUNDAY))
    office.gate = replace(office.gate, events=(SUNDAY,))
    sale = office.sold()
    assert (sale.tickets[0].scan, sale.tickets[0].refused) == ("", Reason.OTHER_EVENT)


def test_a_voided_ticket_of_a_discarded_sale_lets_nobody_in_and_can_not_be_let_in(office: BoxOffice) -> None:
    office.scripted(REFUSED)
    sale = office.sold(admit=False)
    office.works()
    office.sell.discard(sale.id, "Marta", "paid back")
    assert office.scans("scan-1", sale.tickets[0].code).reason is Reason.VOID
    assert office.sell.admit(sale.id, office.gate) is NoSale.WRONG_STATE


# Money


def test_what_a_counted_till_took_is_not_given_back_from_the_next(office: BoxOffice) -> None:
    sale = office.sold(admit=False)
    counted = office.tills.close(office.gate.name, "Marta", 11_500, "")
    assert office.sell.cancel(sale.id, "Gate 1") is NoSale.TOO_LATE
    office.opens_till()
    assert office.sell.cancel(sale.id, "Gate 1") is NoSale.TOO_LATE
    assert office.tills.report(counted).difference == euros("0")  # type: ignore[arg-type]


def test_a_payment_page_in_another_currency_sells_nothing_and_counts_nowhere(office: BoxOffice) -> None:
    office.seller.costs = Money(1500, "GBP")
    sale = by_phone(office)
    assert (sale.state, sale.total) == (SaleState.FAILED, euros("15"))
    shift = office.tills.now(office.gate.name)
    assert shift is not None
    assert office.tills.report(shift).phone == euros("0")


# While the payment page is asked for, and after it is given up


@pytest.mark.parametrize("fails", [None, DOUBTFUL])
def test_a_sale_that_was_cancelled_while_its_page_was_asked_for_stays_so(
    office: BoxOffice, fails: ProviderError | None
) -> None:
    while_asking(office, lambda: office.sell.cancel(SaleId("s-1"), "Gate 1"), fails)
    sale = by_phone(office)
    assert sale.state is SaleState.CANCELLED


def test_a_cancelled_sale_that_is_paid_after_all_is_paid_and_lets_nobody_in_unseen(office: BoxOffice) -> None:
    while_asking(office, lambda: office.sell.cancel(SaleId("s-1"), "Gate 1"))
    sale = by_phone(office)
    office.seller.pays(sale)
    office.waits(seconds=4)
    office.follow(ACCOUNT)
    paid = office.now(sale)
    assert (paid.state, paid.tickets[0].scan) == (SaleState.PAID, "")
    assert office.scans("scan-1", sale.tickets[0].code).outcome is Outcome.ADMIT


def test_who_pays_hours_after_the_page_was_over_is_not_taken_for_in(office: BoxOffice) -> None:
    sale = by_phone(office)
    office.waits(minutes=12)
    office.follow(ACCOUNT)
    office.seller.pays(sale)
    office.waits(minutes=150)
    office.follow(ACCOUNT)
    assert (office.state(sale), office.now(sale).tickets[0].scan) == (SaleState.PAID, "")


def test_what_was_paid_while_its_page_was_asked_for_is_not_lost_with_the_answer(office: BoxOffice) -> None:
    heard: list[Heard] = []

    def pays() -> None:
        heard.append(office.follow.hear(ACCOUNT, message(sale="s-1"), SIGNED, "m-1"))

    while_asking(office, pays, DOUBTFUL)
    sale = by_phone(office)
    assert (heard, sale.state, bool(sale.tickets[0].scan)) == ([Heard.PAID], SaleState.PAID, True)


def test_the_page_of_a_sale_is_asked_for_once_however_often_it_is_sent(office: BoxOffice) -> None:
    while_asking(office, lambda: office.asks(office.orders(tender=Tender.PHONE)))
    first = by_phone(office)
    assert by_phone(office) == first
    assert sum(one.startswith("page") for one in office.seller.asked) == 1


def test_a_repriced_sale_is_not_asked_about_and_not_shown_until_staff_say_yes(office: BoxOffice) -> None:
    office.seller.costs = euros("16.00")
    sale = by_phone(office)
    office.seller.payments[sale.id] = Payment.FAILED
    office.waits(minutes=1)
    office.follow(ACCOUNT)
    assert office.state(sale) is SaleState.REPRICED


def test_a_message_of_another_account_pays_nothing_of_ours(office: BoxOffice) -> None:
    sale = by_phone(office)
    other = replace(office.now(sale), account=AccountId("other"))
    office.store.run(lambda tx: tx.sales.write(other))
    assert office.follow.hear(ACCOUNT, message(sale="s-1"), SIGNED, "m-1") is Heard.NOT_OURS
    assert office.state(sale) is SaleState.WAITING


def test_whoever_asks_again_after_a_lost_answer_asks_for_the_missing_tickets_alone(office: BoxOffice) -> None:
    office.scripted(LOST)
    sale = office.sold(3)

    def one_is_missing() -> None:
        office.seller.made.remove(sale.tickets[1].code)
        office.seller.after_commit = lambda: None

    office.seller.after_commit = one_is_missing
    office.works(5)
    assert office.state(sale) is SaleState.ISSUED
    assert sorted(office.seller.made) == sorted(one.code for one in sale.tickets)
