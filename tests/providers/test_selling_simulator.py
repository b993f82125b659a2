"""Selling at the simulator of Fourvenues, over HTTP: from its rates to its tickets, whatever its switches say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from app.domain.model import AccountId, Event, EventId
from app.domain.money import total
from app.domain.outbox import AnswerKind
from app.domain.sale import Holder, Order, Rate, Sale, SaleId, SaleState, Sold, Tender, Wanted, check, ticket_total
from app.ports import ProviderError
from app.ports.selling import Payment
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.selling.seller import FourvenuesSeller
from app.providers.pace import Pacer
from app.providers.transport import Transport
from app.simulators import fourvenues
from app.simulators.fourvenues import World
from app.simulators.fourvenues.channels import payments
from app.simulators.fourvenues.offers import Question
from app.simulators.serving import start_in_thread

KEY, CHANNELS_KEY = "ik_live_3tQv8Zk1Wm", "cm_live_9Ww2Hd7Rb"
SOON = timedelta(seconds=5)
_NUMBER = count(1)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Shop:
    """One platform, one seller, one night with a rate that has everything."""

    world: World
    url: str
    seller: FourvenuesSeller
    event: Event

    def turn(self, **switches: Any) -> None:
        self.world.switches.update(switches)

    def rate(self) -> Rate:
        return next(one for one in self.seller.rates(self.event) if one.name == "Everything")

    def sale(self, tender: Tender, amount: int = 2, **order: Any) -> Sale:
        """A sale as the flow makes it: an order that `check` finds nothing wrong with."""
        rate, number = self.rate(), next(_NUMBER)
        price = rate.price(rate.current)
        assert price is not None
        said = {one.ref: (one.options or ("text",))[0] for one in rate.questions}
        holder = Holder(name="Ana Ruiz", email="ana@example.com", gender="female", birthday="1990-01-31", answers=said)
        wanted = Wanted(holder=holder, supplements=tuple(one.ref for one in rate.supplements))
        made = Order(
            id=SaleId(f"sale-{number}"), event=self.event.id, rate=rate.ref, price=price.ref, tender=tender,
            tickets=(wanted,) * amount, **order,
        )  # fmt: skip
        assert check(made, rate, now()) is None
        each = ticket_total(wanted, rate, price, made)
        return Sale(
            id=made.id, account=self.event.account, event=self.event.id, event_ref=self.event.ref, order=made,
            unit=price.amount, fee=price.fee, total=total([each] * amount, "EUR"), state=SaleState.DUE, at=now(),
            supplements={one.ref: one for one in rate.supplements}, station="Box 1",
            tickets=tuple(Sold(code=f"DC{number:05d}{at}", wanted=wanted, total=each) for at in range(amount)),
        )  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[World, str]]:
    world = World.generate(guests=3, lists=1, passes=1, seed=11)
    server = start_in_thread(fourvenues.create_app(world))
    yield world, server.url
    server.stop()


@pytest.fixture
def shop(served: tuple[World, str]) -> Iterator[Shop]:
    world, url = served
    world.switches.update({name: getattr(fourvenues.Switches(), name) for name in world.switches.kinds()})
    world.switches.update({"rate_limit": 0})
    at = world.now()
    night = world.add_event(name="Rehearsal", start=at - 3600, end=at + 7200)
    questions = (Question(id="q1", label="How did you hear?", required=True, items=("Radio", "Friends")),)
    offer = world.add_offer(
        "Everything", 12, 15.5, event_id=night.id, supplements=(("Copa", 4.5),), questions=questions, warranty=20,
    )  # fmt: skip
    for option, fee in zip(offer.rate.options, (10, 8), strict=True):
        offer.step(option).fee = fee
    account = FourvenuesAccount(
        account=AccountId("fourvenues"), api_key=KEY, base_url=f"{url}/integrations", channels_api_key=CHANNELS_KEY,
        channels_base_url=f"{url}/channels", timeout=timedelta(seconds=2),
    )  # fmt: skip
    transport = Transport(account.base_url, account.headers(), Pacer(None), now)
    seller = FourvenuesSeller(account, now, transport, pacer=Pacer(None))
    begin, end = (datetime.fromtimestamp(one, UTC) for one in (night.start, night.end))
    event = Event(
        id=EventId(night.id), account=AccountId("fourvenues"), ref=night.id, name=night.name, starts_at=begin,
        ends_at=end,
    )  # fmt: skip
    yield Shop(world, url, seller, event)
    seller.close()
    transport.close()


# --- rates ------------------------------------------------------------------------------------------------------------


def test_the_rate_has_everything(shop: Shop) -> None:
    rate = shop.rate()
    assert [(str(one.amount), str(one.fee)) for one in rate.prices] == [
        ("12.00 EUR", "1.20 EUR"),
        ("15.50 EUR", "1.24 EUR"),
    ]
    assert (rate.current, rate.following) == tuple(one.ref for one in rate.prices)
    assert (rate.tenders, rate.available, rate.minimum, rate.maximum) == (frozenset(Tender), 1000, 1, 10)
    assert (rate.questions[0].options, rate.supplements[0].name) == (("Radio", "Friends"), "Copa")
    assert (str(rate.warranty), rate.warranty_hours) == ("20", 12)


def test_a_rate_that_is_sold_out_has_none_left(shop: Shop) -> None:
    shop.turn(sold_out=True)
    assert shop.rate().available == 0


def test_a_rate_may_tell_what_it_wants_to_know(shop: Shop) -> None:
    shop.turn(rate_fields=True)
    assert shop.rate().needs == {"name", "email"}


@pytest.mark.parametrize("turned", [{"sales_forbidden": {"channels/ticket-rates"}}, {"channels_auth": "nobody"}])
def test_without_the_channel_manager_it_is_sold_at_the_door_only(shop: Shop, turned: dict[str, Any]) -> None:
    shop.turn(**turned)
    assert shop.rate().tenders == {Tender.CASH, Tender.CARD}


def test_without_the_integrations_rates_it_is_sold_by_phone_only(shop: Shop) -> None:
    shop.turn(forbidden={"tickets-rates"})
    assert shop.rate().tenders == {Tender.PHONE}


# --- by phone ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["pending_payment", "processing"])
@pytest.mark.parametrize("warranty", [True, False])
def test_a_sale_by_phone_takes_what_we_said_and_is_paid_when_the_guest_has_paid(
    shop: Shop, word: str, warranty: bool
) -> None:
    shop.turn(pending_word=word)
    made = shop.sale(Tender.PHONE, warranty=warranty)
    page = shop.seller.page(made, f"{shop.url}/back")
    assert (page.total, page.changed, shop.seller.payment(made)) == (made.total, False, Payment.WAITING)
    assert httpx.post(page.url, data={"action": "pay"}).headers["location"] == f"{shop.url}/back"
    assert shop.seller.payment(made) is Payment.PAID
    assert shop.seller.issued(made, SOON) == {one.code for one in made.tickets}


def test_a_payment_that_the_guest_gave_up_has_failed(shop: Shop) -> None:
    made = shop.sale(Tender.PHONE)
    page = shop.seller.page(made, "https://hub.example/back")
    httpx.post(page.url, data={"action": "cancel"})
    assert shop.seller.payment(made) is Payment.FAILED


def test_a_price_that_went_up_is_told_before_anybody_pays(shop: Shop) -> None:
    made = shop.sale(Tender.PHONE)
    shop.turn(price_changes=1)
    page = shop.seller.page(made, "https://hub.example/back")
    assert page.changed
    assert made.total < page.total


def test_what_was_never_asked_for_is_unknown(shop: Shop) -> None:
    assert shop.seller.payment(shop.sale(Tender.PHONE)) is Payment.UNKNOWN


def test_what_can_not_be_sold_is_refused_in_the_platforms_words(shop: Shop) -> None:
    made = shop.sale(Tender.PHONE)
    shop.turn(sold_out=True)
    with pytest.raises(ProviderError, match="Not enough tickets") as failure:
        shop.seller.page(made, "https://hub.example/back")
    assert failure.value.kind is AnswerKind.REFUSED


# --- at the door ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["one", "many", "none"])
@pytest.mark.parametrize("tender", [Tender.CASH, Tender.CARD])
def test_tickets_paid_at_the_door_are_made_once(shop: Shop, answer: str, tender: Tender) -> None:
    shop.turn(issue_answer=answer)
    made = shop.sale(tender, warranty=True)
    assert shop.seller.issued(made, SOON) == frozenset()
    receipt = shop.seller.issue(made, ())
    codes = [one.code for one in made.tickets]
    assert (receipt.kind, receipt.words) == (AnswerKind.ACCEPTED, "")
    assert [shop.world.by_code(code)[0].paid for code in codes] == [float(made.tickets[0].total.units)] * 2
    assert shop.seller.issued(made, SOON) == set(codes)
    assert shop.seller.issue(made, ()).kind is AnswerKind.REFUSED
    assert [len(shop.world.by_code(code)) for code in codes] == [1, 1]


def test_half_of_a_sale_can_be_made_up_for(shop: Shop) -> None:
    made = shop.sale(Tender.CASH, 3)
    there = {made.tickets[1].code}
    shop.seller.issue(made, {made.tickets[0].code, made.tickets[2].code})
    assert shop.seller.issued(made, SOON) == there
    assert shop.seller.issue(made, there).kind is AnswerKind.ACCEPTED
    assert len(shop.seller.issued(made, SOON)) == 3


@pytest.mark.parametrize("lookup", ["by-code", "code", "both"])
def test_codes_are_found_on_whichever_path_the_platform_has(shop: Shop, lookup: str) -> None:
    made = shop.sale(Tender.CASH)
    shop.seller.issue(made, {made.tickets[0].code})
    shop.turn(ticket_lookup=lookup)
    assert shop.seller.issued(made, SOON) == {made.tickets[1].code}


@pytest.mark.parametrize(
    ("turned", "kind"),
    [
        ({"sales_forbidden": {"issue"}}, AnswerKind.BARRED),
        ({"key_revoked": True}, AnswerKind.BARRED), ({"answers_429": 1}, AnswerKind.BUSY),
        ({"html": 1}, AnswerKind.DOUBTFUL), ({"cut_bodies": 1}, AnswerKind.DOUBTFUL),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_of_an_issue_has_its_kind(shop: Shop, turned: dict[str, Any], kind: AnswerKind) -> None:
    made = shop.sale(Tender.CASH, channel="ch_1")
    shop.turn(**turned)
    assert shop.seller.issue(made, ()).kind is kind


def test_after_an_answer_that_was_lost_it_is_seen_what_is_there(shop: Shop) -> None:
    made = shop.sale(Tender.CASH, channel="ch_1")
    shop.turn(cut_bodies=1)
    assert shop.seller.issue(made, ()).kind is AnswerKind.DOUBTFUL
    shop.turn(cut_bodies=0)
    assert shop.seller.issued(made, SOON) == {one.code for one in made.tickets}


# --- messages ---------------------------------------------------------------------------------------------------------


def test_the_message_of_a_payment_is_proven_by_the_secret_that_registering_told(shop: Shop) -> None:
    secret = shop.seller.register_webhook("http://127.0.0.1:9/nobody")
    account = FourvenuesAccount(account=AccountId("fourvenues"), api_key=KEY, webhook_secret=secret)
    listener = FourvenuesSeller(account, now, Transport("http://127.0.0.1:9", {}, Pacer(None), now))
    made = shop.sale(Tender.PHONE)
    page = shop.seller.page(made, "https://hub.example/back")
    payments.pay(shop.world, shop.world.sales.payments[page.ref])
    letter = next(one for one in shop.world.webhooks.letters if one.endpoint.secret == secret)
    told = listener.listen(letter.body, letter.signature or "", letter.id)
    assert told is not None
    assert (told.topic, told.sale, told.payment_ref) == ("payment.success", made.id, page.ref)
    assert listener.listen(letter.body + b" ", letter.signature or "", letter.id) is None
    shop.world.webhooks.endpoints.clear()
    listener.close()
