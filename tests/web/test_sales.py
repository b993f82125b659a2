"""Selling on the wire: what staff may ask, what strangers may not, and what is told to whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.money import Money
from app.domain.outbox import AnswerKind
from app.domain.sale import Price, Rate, SaleId, SaleState, Tender
from app.flows.follow import Follow
from app.flows.rates import Rates
from app.flows.sell import Codes, Sell
from app.flows.till import Tills
from app.paper.desk import PaperDesk
from app.paper.receipt import Head
from app.ports import ProviderError
from app.web.routes.outside import LARGEST_MESSAGE
from app.web.selling import Selling
from app.web.wire.notices import spoken
from tests.fakes.clock import FakeClock
from tests.fakes.notices import CollectedNotices
from tests.fakes.provider import FakeProvider
from tests.fakes.seller import SIGNED, FakeSeller, euros, price, rate
from tests.web.venue import ACCOUNT, NEXT_NIGHT, NIGHT, OTHER_TOKEN, Door, Venue, event

API = "/api/v1"
ADDRESS = "https://door.example"
MAIL = "ana.ruiz@mail.example"
NAME = "Ana Ruiz Peña"
Json = dict[str, Any]


class Shop(Venue):
    """A hub that sells, and a platform in memory."""

    def open(self) -> None:
        self.notices = CollectedNotices()
        clock: Any = self.clock
        self.seller = FakeSeller(clock, FakeProvider(FakeClock(self.clock.now)))
        self.seller.offers = [rate(event=NIGHT)]
        sellers, numbers = {ACCOUNT: self.seller}, count(1)
        codes = Codes(ticket=lambda: f"SALE{next(numbers):05d}", receipt=lambda: f"secret-word-{next(numbers):08d}")
        self.sell = Sell(self.store, sellers, self.parts.admit, self.notices, self.clock, codes)
        self.follow = Follow(self.store, sellers, self.sell, self.notices, self.clock)
        self.rates = Rates(self.store, sellers, self.parts.lines, self.clock)
        self.selling = Selling(
            sell=self.sell, follow=self.follow, rates=self.rates, tills=Tills(self.store, self.clock),
            tenders={ACCOUNT: self.seller.tenders}, address=ADDRESS,
            paper=PaperDesk(Head(venue="Sala Luz", zone=ZoneInfo("Europe/Madrid"))),
        )  # fmt: skip
        self.offers(*self.seller.offers)
        self.station("Barra", OTHER_TOKEN, events=(NEXT_NIGHT,))

    def app(self, **changed: Any) -> FastAPI:
        return super().app(**{"selling": self.selling} | changed)

    def offers(self, *offers: Rate) -> None:
        self.seller.offers = list(offers)
        self.rates.refresh(event())

    def state(self, id: str = "s-1") -> SaleState | None:
        found = self.store.views.sales.sale(SaleId(id))
        return found.state if found is not None else None

    def becomes_state(self, state: SaleState, id: str = "s-1") -> None:
        """As if its life had gone there."""

        def work(tx: Any) -> None:
            tx.sales.write(
                replace(tx.sales.get(SaleId(id)), state=state, words="sold out", payment_url="https://p.ex/1")
            )

        self.store.run(work)

    def close(self) -> None:
        self.rates.close()
        self.store.close()


class Counter(Door):
    """A till's client."""

    def ask(self, id: str = "s-1", quantity: int = 1, tender: str = "cash", **more: Any) -> Any:
        return self.post(f"{API}/sales", json=order(id, quantity, tender, **more))

    def sells(self, id: str = "s-1", quantity: int = 1, tender: str = "cash", **more: Any) -> Json:
        answer = self.ask(id, quantity, tender, **more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def opens_till(self, float_: int = 10_000, **more: Any) -> Json:
        answer = self.post(f"{API}/till/open", json={"by": "Marta", "float": float_, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def till(self) -> Json:
        return dict(self.get(f"{API}/till").json()["shift"])

    def hook(self, body: bytes, signature: str = SIGNED, account: str = ACCOUNT, id: str = "m-1") -> Any:
        headers = {"x-webhook-signature": signature, "x-webhook-id": id, "authorization": ""}
        return self.post(f"/webhooks/{account}", content=body, headers=headers)


def order(id: str = "s-1", quantity: int = 1, tender: str = "cash", **more: Any) -> Json:
    return {
        "id": id, "event": NIGHT, "rate": "r1", "price": "p1", "tender": tender,
        "tickets": [{"name": NAME, "email": MAIL}] * quantity, **more,
    }  # fmt: skip


def success(**more: str) -> bytes:
    return json.dumps({"event": "payment.success", "payment": "pay-s-1", **more}).encode()


def errors(answer: Any) -> list[str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return [one["field"] for one in answer.json().get("errors", [])]


def closed_shop(folder: Path) -> Shop:
    made = Shop(folder)
    made.open()
    return made


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = closed_shop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def till(shop: Shop) -> Iterator[Counter]:
    with Counter(shop.app()) as client:
        client.opens_till()
        yield client


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """One hub for all that is refused: it has to stand all of it."""
    made = closed_shop(tmp_path_factory.mktemp("shop"))
    with Counter(made.app()) as client:
        client.opens_till()
        yield client
    made.close()


# Who may


def test_no_route_of_selling_answers_a_stranger(shop: Shop) -> None:
    app = shop.app()
    routes = [
        (method, path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if path.startswith((f"{API}/sales", f"{API}/till", f"{API}/rates"))
    ]
    with Counter(app, token="st-wrong") as stranger:
        asked = [stranger.request(method, path.replace("{id}", "1"), json={}) for method, path in routes]
    assert len(asked) >= 18
    assert {one.status_code for one in asked} == {401}


@pytest.mark.parametrize("sells", ["nothing", "no account"])
def test_a_hub_whose_accounts_do_not_sell_says_so(shop: Shop, sells: str) -> None:
    selling = None if sells == "nothing" else replace(shop.selling, tenders={})
    with Counter(shop.app(selling=selling)) as till:
        answers = [
            till.get(f"{API}/rates?event={NIGHT}"), till.ask(), till.get(f"{API}/till"),
            till.post(f"{API}/till/open", json={"by": "Marta", "float": 0}), till.hook(success()),
            till.get("/receipt/secret-word-00000001"),
        ]  # fmt: skip
    assert [one.status_code for one in answers] == [404] * 6


def test_a_station_sells_only_for_its_own_events(shop: Shop) -> None:
    with Counter(shop.app(), token=OTHER_TOKEN) as bar:
        bar.opens_till()
        answer = bar.ask()
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:doorcheck:other-event")
    assert shop.state() is None


# Rates


def test_rates_tell_what_is_asked_now_and_what_comes_then(till: Counter, shop: Shop) -> None:
    until = shop.clock.now + timedelta(hours=1)
    shop.offers(rate(event=NIGHT, prices=(price(until=until, left=5), price("p2", "18.00")), available=9))
    [told] = till.get(f"{API}/rates?event={NIGHT}").json()["items"]
    assert (told["current"], told["following"], told["available"], told["minimum"], told["maximum"]) == (
        "p1", "p2", 9, 1, 60,
    )  # fmt: skip
    assert told["prices"][0]["amount"] == {"minor": 1500, "currency": "EUR"}
    assert told["tenders"] == ["card", "cash", "phone"]


def test_rates_go_on_with_the_next_price_when_this_hub_sold_the_last_at_this_one(till: Counter, shop: Shop) -> None:
    shop.offers(rate(event=NIGHT, prices=(price(left=2), price("p2", "18.00")), available=9))
    shop.seller.down = ProviderError(AnswerKind.BUSY, "no route", unreachable=True)
    shop.clock.move(timedelta(seconds=1))
    till.sells(quantity=2)
    [told] = till.get(f"{API}/rates?event={NIGHT}").json()["items"]
    assert (told["current"], told["available"]) == ("p2", 7)
    assert errors(till.ask("s-2")) == ["price"]
    assert till.sells("s-3", price="p2")["total"]["minor"] == 1800


def test_rates_that_can_not_be_told_now_are_shown_as_they_were(till: Counter, shop: Shop) -> None:
    shop.seller.down = ProviderError(AnswerKind.BUSY, "10.0.0.1 refused", unreachable=True)
    shop.clock.move(timedelta(minutes=2))
    told = till.get(f"{API}/rates?event={NIGHT}", headers={"accept-language": "es"}).json()
    assert (len(told["items"]), told["failed"]) == (1, "La plataforma no puede dar sus precios ahora.")


@pytest.mark.parametrize("query", ["?event=nowhere", "?event=%00", f"?event={'x' * 150}"])
def test_rates_of_an_event_that_is_not_known_are_not_there(open_shop: Counter, query: str) -> None:
    assert open_shop.get(f"{API}/rates{query}").status_code == 404


# Selling


def test_a_sale_is_told_with_its_codes_and_without_its_mail(till: Counter, shop: Shop) -> None:
    sold = till.sells(quantity=2, admit=True, total=3000)
    assert (sold["state"], sold["total"], sold["asked"]) == ("due", {"minor": 3000, "currency": "EUR"}, None)
    assert [(one["code"], one["name"], one["entered"]) for one in sold["tickets"]] == [
        ("SALE00001", NAME, True), ("SALE00002", NAME, True),
    ]  # fmt: skip
    assert all(set(row) == {"0", "1"} for row in sold["tickets"][0]["qr"][:1])
    assert sold["receipt_url"] == "/receipt/secret-word-00000003"
    assert MAIL not in json.dumps(sold)
    assert shop.nudges


def test_the_same_id_again_is_the_same_sale_and_another_order_is_refused(till: Counter) -> None:
    first, again = till.sells(quantity=2, admit=True), till.sells(quantity=2, admit=True)
    assert first == again
    other = till.ask(quantity=3, admit=True)
    assert (other.status_code, other.json()["type"]) == (409, "urn:doorcheck:id-used")
    assert till.till()["sales"] == 1


def test_the_same_id_is_the_same_sale_also_after_its_rate_is_gone(till: Counter, shop: Shop) -> None:
    first = till.sells(total=1500)
    shop.offers()
    assert till.sells(total=1500)["tickets"] == first["tickets"]


def test_the_currency_of_a_total_is_the_rates_own_also_when_asked_again(shop: Shop) -> None:
    pounds = Price(ref="p1", amount=Money(1500, "GBP"), fee=Money(0, "GBP"))
    shop.offers(rate(event=NIGHT, prices=(pounds,), supplements=()))
    with Counter(shop.app()) as till:
        till.opens_till(currency="GBP")
        till.sells(total=1500)
        shop.offers()
        assert till.ask(total=1500).status_code == 200


def test_nothing_is_sold_for_cash_at_a_closed_till(shop: Shop) -> None:
    with Counter(shop.app()) as till:
        answer = till.ask()
    assert (answer.status_code, answer.json()["detail"]) == (409, "The till is closed: open it first.")


def test_nothing_is_sold_in_another_currency_than_the_tills(shop: Shop) -> None:
    with Counter(shop.app()) as till:
        till.opens_till(currency="GBP")
        assert errors(till.ask()) == ["currency"]


def test_a_phone_sale_in_another_currency_leaves_the_till_countable(shop: Shop) -> None:
    with Counter(shop.app()) as till:
        till.opens_till(currency="GBP")
        till.sells(tender="phone")
        assert till.hook(success()).status_code == 204
        assert (shop.state(), till.till()["phone"]["minor"]) == (SaleState.PAID, 0)


BAD: list[tuple[Json, str]] = [
    ({"tickets": []}, "tickets"),
    ({"tickets": [{}] * 101}, "tickets"),
    ({"tickets": [{}] * 61}, "quantity"),
    ({"tickets": [{"email": "nobody"}]}, "tickets[0].email"),
    ({"tickets": [{"supplements": ["s9"]}]}, "tickets[0].supplements"),
    ({"tickets": [{"birthday": "1999-02-30"}]}, "tickets[0].birthday"),
    ({"tickets": [{"birthday": "٢٠٠٠-01-01"}]}, "tickets[0].birthday"),
    ({"tickets": [{"gender": "robot"}]}, "tickets[0].gender"),
    ({"tickets": [{"document_type": "visa"}]}, "tickets[0].document_type"),
    ({"tickets": [{"name": 5}]}, "tickets[0].name"),
    ({"tickets": [{"name": "x" * 201}]}, "tickets[0].name"),
    ({"tickets": [{"admission": 5}]}, "tickets[0].admission"),
    ({"channel": "c1", "referral": "f1"}, "referral"),
    ({"warranty": "perhaps"}, "warranty"),
    ({"price": "p9"}, "price"),
    ({"tender": "barter"}, "tender"),
    ({"total": 1499}, "total"),
    ({"total": 1500.0}, "total"),
    ({"total": 15.005}, "total"),
    ({"total": -1}, "total"),
    ({"total": 10**30}, "total"),
    ({"total": True}, "total"),
    ({"total": "1500"}, "total"),
    ({"total": 1500, "currency": "DOGE"}, "currency"),
    ({"total": 1500, "currency": "ZZZ"}, "currency"),
    ({"total": 1500, "currency": "eur"}, "currency"),
    ({"total": 1500, "currency": "GBP"}, "currency"),
    ({"id": ""}, "id"),
    ({"id": "a b"}, "id"),
    ({"id": "a" * 41}, "id"),
    ({"id": "s-1\n"}, "id"),
    ({"id": "undo:1"}, "id"),
    ({"event": "x" * 201}, "event"),
    ({"discount": 100}, "discount"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field"), BAD, ids=[f"{n}-{row[1]}" for n, row in enumerate(BAD)])
def test_what_can_not_be_sold_is_named_and_nothing_is_kept(open_shop: Counter, changes: Json, field: str) -> None:
    answer = open_shop.post(f"{API}/sales", json=order("bad") | changes)
    assert (answer.status_code, errors(answer)) == (422, [field])
    assert open_shop.get(f"{API}/sales/bad").status_code == 404


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
@pytest.mark.parametrize("path", ["sales", "till/open"])
def test_what_is_no_number_is_no_amount(open_shop: Counter, number: str, path: str) -> None:
    body = json.dumps(order() | {"total": 0} if path == "sales" else {"by": "Marta", "float": 0})
    name = "total" if path == "sales" else "float"
    content = body.replace(f'"{name}": 0', f'"{name}": {number}')
    answer = open_shop.post(f"{API}/{path}", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}


def test_a_mail_that_the_rate_wants_is_asked_for(till: Counter, shop: Shop) -> None:
    shop.offers(rate(event=NIGHT, needs=frozenset({"email"})))
    assert errors(till.ask(tickets=[{"email": MAIL}, {"name": NAME}])) == ["tickets[1].email"]


def test_more_than_are_left_are_not_sold(till: Counter, shop: Shop) -> None:
    shop.offers(rate(event=NIGHT, available=2))
    answer = till.ask(quantity=3)
    assert (errors(answer), answer.json()["detail"]) == (
        ["quantity"], "quantity: must be at most 2: no more are left",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "status"), [({"event": "nowhere"}, 404), ({"event": NEXT_NIGHT}, 404), ({"rate": "r9"}, 409)]
)
def test_what_is_not_on_sale_is_told_apart(open_shop: Counter, changes: Json, status: int) -> None:
    assert open_shop.post(f"{API}/sales", json=order("odd") | changes).status_code == status


# A sale's life


def test_sales_are_listed_for_their_station_without_pictures(till: Counter, shop: Shop) -> None:
    till.sells("s-1")
    till.sells("s-2", tender="card")
    found = till.get(f"{API}/sales?state=due,issued").json()["items"]
    assert [(one["id"], one["tickets"][0]["qr"]) for one in found] == [("s-2", None), ("s-1", None)]
    with Counter(shop.app(), token=OTHER_TOKEN) as bar:
        assert bar.get(f"{API}/sales").json()["items"] == []
        assert len(bar.get(f"{API}/sales?all=true&limit=1").json()["items"]) == 1


@pytest.mark.parametrize("query", ["?state=lost", "?state=due;drop", "?limit=0", "?limit=201", "?all=perhaps"])
def test_an_odd_list_is_refused(open_shop: Counter, query: str) -> None:
    assert open_shop.get(f"{API}/sales{query}").status_code == 422


VERBS = [("confirm", {"total": 1}), ("cancel", None), ("admit", None), ("retry", None), ("accept", {"reason": "x"}),
         ("discard", {"reason": "x"}), ("print", None)]  # fmt: skip


@pytest.mark.parametrize(("verb", "body"), VERBS)
def test_what_is_not_there_can_not_be_changed(open_shop: Counter, verb: str, body: Json | None) -> None:
    assert open_shop.post(f"{API}/sales/nobody/{verb}", json=body).status_code == 404
    assert open_shop.post(f"{API}/sales/%00/{verb}", json=body).status_code == 422
    assert open_shop.get(f"{API}/sales/nobody").status_code == 404


ALLOWED = {
    "confirm": {SaleState.REPRICED},
    "cancel": {SaleState.ASKED, SaleState.REPRICED, SaleState.WAITING},
    "admit": {SaleState.DUE, SaleState.SENDING, SaleState.ISSUED, SaleState.CONFLICT, SaleState.PAID},
    "retry": {SaleState.CONFLICT},
    "accept": {SaleState.CONFLICT},
    "discard": {SaleState.CONFLICT},
}


@pytest.mark.parametrize(("verb", "body"), [("confirm", {"total": 1500}), *VERBS[1:6]])
def test_each_state_allows_what_it_allows_and_nothing_else(
    till: Counter, shop: Shop, verb: str, body: Json | None
) -> None:
    done = set()
    for state in SaleState:
        tender = "phone" if state in {"asked", "repriced", "waiting", "paid", "failed", "expired"} else "card"
        till.sells(f"s-{state}", tender=tender)
        shop.becomes_state(state, f"s-{state}")
        shop.clock.move(timedelta(minutes=11))
        answer = till.post(f"{API}/sales/s-{state}/{verb}", json=body)
        assert answer.status_code in {200, 409}, answer.text
        done |= {state} if answer.status_code == 200 else set()
    same = {SaleState.WAITING} if verb == "confirm" else set()  # said yes already
    assert done == ALLOWED[verb] | same


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " \x00 "}, {"reason": "x" * 501}, None])
@pytest.mark.parametrize("verb", ["accept", "discard"])
def test_nobody_decides_about_a_conflict_without_a_reason(
    till: Counter, shop: Shop, verb: str, body: Json | None
) -> None:
    till.sells()
    shop.becomes_state(SaleState.CONFLICT)
    assert till.post(f"{API}/sales/s-1/{verb}", json=body).status_code == 422
    assert shop.state() is SaleState.CONFLICT


def test_who_decided_and_why_is_kept(till: Counter, shop: Shop) -> None:
    till.sells()
    shop.becomes_state(SaleState.CONFLICT)
    told = till.post(f"{API}/sales/s-1/discard", json={"reason": "paid back\nin cash"}).json()
    assert (told["state"], told["settled_by"], told["note"]) == ("discarded", "Puerta 1", "paid back in cash")
    assert (told["tickets"][0]["code"], told["tickets"][0]["qr"], told["receipt_url"]) == ("", None, "")


# On a phone


def test_the_payment_page_is_told_only_while_it_is_right(till: Counter, shop: Shop) -> None:
    shop.seller.costs = euros("36.00")
    sold = till.sells(tender="phone")
    assert (sold["state"], sold["total"]["minor"], sold["asked"]["minor"]) == ("repriced", 3600, 1500)
    wrong = till.post(f"{API}/sales/s-1/confirm", json={"total": 1500})
    seen = [json.dumps(sold), till.get(f"{API}/sales/s-1").text, till.get(f"{API}/sales").text, wrong.text]
    assert wrong.status_code == 409
    assert not any("pay.example" in one for one in seen)
    agreed = till.post(f"{API}/sales/s-1/confirm", json={"total": 3600}).json()
    assert (agreed["payment_url"], agreed["state"]) == ("https://pay.example/s-1", "waiting")


def test_a_page_in_another_currency_is_shown_to_nobody(till: Counter, shop: Shop) -> None:
    shop.seller.costs = Money(1500, "GBP")
    sold = till.sells(tender="phone")
    assert (sold["state"], sold["payment_url"], sold["total"]["currency"]) == ("failed", "", "EUR")


@pytest.mark.parametrize("state", ["paid", "failed", "expired", "cancelled"])
def test_a_page_that_is_over_is_told_to_nobody(till: Counter, shop: Shop, state: str) -> None:
    assert till.sells(tender="phone")["payment_qr"]
    shop.becomes_state(SaleState(state))
    told = till.get(f"{API}/sales/s-1").json()
    assert (told["payment_url"], told["payment_qr"]) == ("", None)


def test_nobody_learns_a_code_before_it_is_paid(till: Counter, shop: Shop) -> None:
    sold = till.sells(tender="phone")
    word = shop.store.views.sales.sale(SaleId("s-1")).receipt  # type: ignore[union-attr]
    shown = [json.dumps(sold), till.get(f"/receipt/{word}").text, till.get(f"{API}/sales/s-1").text]
    assert not any("SALE0" in one for one in shown)
    assert (sold["receipt_url"], sold["receipt_qr"]) == ("", None)


@pytest.mark.parametrize("down", [True, False])
def test_the_guest_comes_back_to_the_receipt_under_the_hubs_own_address(till: Counter, shop: Shop, down: bool) -> None:
    shop.seller.down = ProviderError(AnswerKind.DOUBTFUL, "gone") if down else None
    sold = till.post(f"{API}/sales", json=order(tender="phone"), headers={"host": "evil.example"}).json()
    assert sold["state"] == ("failed" if down else "waiting")
    assert [one for one in shop.seller.asked if one.startswith("page")] == [
        f"page {ADDRESS}/receipt/secret-word-00000002"
    ]


# Messages


def test_a_message_that_is_not_the_platforms_changes_nothing(till: Counter, shop: Shop) -> None:
    till.sells(tender="phone")
    answers = [till.hook(success(), signature) for signature in ("", "wrong", SIGNED.upper())]
    answers.append(till.hook(success(), account="nobody"))
    answers.append(till.hook(success(), account="%00"))
    assert [one.status_code for one in answers] == [403] * 5
    assert answers[0].json()["type"] == "urn:doorcheck:forged"
    assert shop.state() is SaleState.WAITING


def test_a_message_pays_once_however_often_it_comes(till: Counter, shop: Shop) -> None:
    till.sells(tender="phone", admit=True)
    shop.nudges.clear()
    assert till.hook(success()).status_code == 204
    assert (shop.state(), len(shop.nudges)) == (SaleState.PAID, 1)
    owed = shop.store.views.outbox().due
    assert [till.hook(success(), id=id).status_code for id in ("m-1", "m-2")] == [204, 204]
    assert (shop.store.views.outbox().due, owed, till.till()["phone"]["minor"]) == (1, 1, 1500)


@pytest.mark.parametrize(
    "said", [{"event": "payment.failed"}, {"payment": "pay-other"}, {"payment": "", "sale": "nobody"}]
)
def test_a_message_of_something_else_is_taken_and_changes_nothing(till: Counter, shop: Shop, said: Json) -> None:
    till.sells(tender="phone")
    assert till.hook(success(**said)).status_code == 204
    assert shop.state() is SaleState.WAITING


def test_a_message_does_not_pay_what_was_sold_for_cash(till: Counter, shop: Shop) -> None:
    till.sells()
    assert till.hook(success(payment="", sale="s-1")).status_code == 204
    assert shop.state() is SaleState.DUE


def test_a_message_needs_no_token_and_may_not_be_large(till: Counter, shop: Shop) -> None:
    till.sells(tender="phone")
    padded = success(padding="x" * LARGEST_MESSAGE)
    assert till.hook(padded).status_code == 413
    halves = iter([padded[:1000], padded[1000:]])
    assert till.post(f"/webhooks/{ACCOUNT}", content=halves).status_code == 413
    assert shop.state() is SaleState.WAITING


# Receipts


def word_of(shop: Shop, id: str = "s-1") -> str:
    found = shop.store.views.sales.sale(SaleId(id))
    assert found is not None
    return found.receipt


def test_a_receipt_is_for_whoever_has_its_link_and_tells_no_address(till: Counter, shop: Shop) -> None:
    till.sells()
    page = till.get(f"/receipt/{word_of(shop)}", headers={"authorization": ""})
    assert (page.status_code, page.headers["referrer-policy"], page.headers["cache-control"]) == (
        200, "no-referrer", "no-store",
    )  # fmt: skip
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-robots-tag"] == "noindex"
    assert "SALE00001" in page.text
    assert MAIL not in page.text
    assert "<script" not in page.text


def test_a_receipt_waits_for_its_payment(till: Counter, shop: Shop) -> None:
    till.sells(tender="phone")
    assert till.get(f"/receipt/{word_of(shop)}").status_code == 202
    till.hook(success())
    assert till.get(f"/receipt/{word_of(shop)}").status_code == 200


def test_a_name_on_a_receipt_is_no_markup(till: Counter, shop: Shop) -> None:
    till.sells(tickets=[{"name": "<img src=x onerror=alert(1)>"}])
    assert "<img src=x" not in till.get(f"/receipt/{word_of(shop)}").text


@pytest.mark.parametrize(
    "word", ["secret-word-99999999", "short", "%00" * 20, "x" * 500, "secret-word-0000000%25", "ñ" * 20]
)
def test_a_wrong_word_finds_nothing(open_shop: Counter, word: str) -> None:
    open_shop.sells("s-word")
    answer = open_shop.get(f"/receipt/{word}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_sale_is_printed_or_the_reason_is_told(till: Counter) -> None:
    till.sells()
    told = till.post(f"{API}/sales/s-1/print").json()
    assert (told["printed"], "printer" in told["message"].lower()) == (False, True)
    pdf = till.get(f"{API}/sales/s-1/receipt.pdf")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


# Notices


@pytest.mark.parametrize("tender", ["cash", "phone"])
def test_a_notice_of_a_sale_carries_neither_names_nor_codes(till: Counter, shop: Shop, tender: str) -> None:
    till.sells(tender=tender)
    if tender == "phone":
        till.hook(success())
    told = [spoken(one, "en", shop.parts.zone).decode() for one in shop.notices.told if one.topic == "sale"]
    assert told
    for secret in (NAME, MAIL, "SALE0", "secret-word", "pay.example", "Ana"):
        assert not any(secret in one for one in told), secret


# The till


def test_a_till_is_opened_counted_and_told(till: Counter, shop: Shop) -> None:
    till.sells("s-1", 2)
    till.sells("s-2", 1, "card")
    closed = till.post(f"{API}/till/close", json={"by": "Iker", "counted": 12_990, "note": "a coin\nfell"}).json()
    amounts = {name: closed[name]["minor"] for name in ("float", "cash", "card", "phone", "expected", "difference")}
    assert amounts == {
        "float": 10_000, "cash": 3000, "card": 1500, "phone": 0, "expected": 13_000, "difference": -10,
    }  # fmt: skip
    assert (closed["sales"], closed["tickets"], closed["note"]) == (2, 3, "a coin fell")
    assert till.get(f"{API}/till").json() == {"shift": None}
    assert [one["id"] for one in till.get(f"{API}/till/shifts").json()["items"]] == [closed["id"]]
    assert till.post(f"{API}/till/shifts/{closed['id']}/print").json()["printed"] is False
    assert till.get(f"{API}/till/shifts/{closed['id']}/report.pdf").content[:5] == b"%PDF-"


def test_a_till_is_opened_once_and_closed_once(till: Counter) -> None:
    again = till.post(f"{API}/till/open", json={"by": "Marta", "float": 0})
    assert (again.status_code, again.json()["type"]) == (409, "urn:doorcheck:till-is-open")
    count = {"by": "Marta", "counted": 10_000}
    assert [till.post(f"{API}/till/close", json=count).status_code for _ in range(2)] == [200, 409]


BAD_TILLS: list[tuple[Json, str]] = [
    ({}, "by"),
    ({"by": "  "}, "by"),
    ({"by": "x" * 61}, "by"),
    ({"float": -1}, "float"),
    ({"float": 100.5}, "float"),
    ({"float": 0.001}, "float"),
    ({"float": "100"}, "float"),
    ({"float": False}, "float"),
    ({"float": None}, "float"),
    ({"float": 10**13}, "float"),
    ({"currency": "ZZZ"}, "currency"),
    ({"currency": "eur"}, "currency"),
    ({"currency": "EURO"}, "currency"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_TILLS, ids=[f"{n}-{row[1]}" for n, row in enumerate(BAD_TILLS)])
def test_a_till_that_can_not_be_opened_like_that_is_told_why(open_shop: Counter, changes: Json, field: str) -> None:
    body = {"by": "Marta", "float": 0} | changes if changes else {"float": 0}
    answer = open_shop.post(f"{API}/till/open", json=body)
    assert (answer.status_code, errors(answer)) == (422, [field])


@pytest.mark.parametrize("counted", [-1, 1.5, "5", True, None, 10**13])
def test_a_count_is_a_whole_number(open_shop: Counter, counted: Any) -> None:
    answer = open_shop.post(f"{API}/till/close", json={"by": "Marta", "counted": counted})
    assert (answer.status_code, errors(answer)) == (422, ["counted"])


@pytest.mark.parametrize(("id", "status"), [(99, 404), (0, 422), (2**63, 422), ("x", 422)])
def test_a_shift_that_is_not_there_is_not_printed(open_shop: Counter, id: object, status: int) -> None:
    assert open_shop.post(f"{API}/till/shifts/{id}/print").status_code == status
    assert open_shop.get(f"{API}/till/shifts/{id}/report.pdf").status_code == status


# Whatever comes


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TEXT = st.text(max_size=12)
TICKET = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXT, "email": TEXT | st.just(MAIL), "birthday": TEXT | st.dates().map(str), "gender": TEXT,
        "answers": st.dictionaries(TEXT, TEXT, max_size=2), "supplements": st.lists(st.just("s1") | TEXT, max_size=2),
    },
)  # fmt: skip
ORDERS = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"\A[a-z0-9]{1,8}\Z") | TEXT, "event": st.just(NIGHT) | TEXT, "rate": st.just("r1") | TEXT,
        "price": st.just("p1") | TEXT, "tender": st.sampled_from([*Tender]) | TEXT,
        "tickets": st.lists(TICKET, max_size=3),
    },
    optional={
        "total": st.integers(-5, 10**14) | st.just(1500), "currency": st.sampled_from(["EUR", "GBP", "ZZZ"]) | TEXT,
        "warranty": st.booleans(), "admit": st.booleans(), "channel": TEXT, "referral": TEXT, "x": ANY,
    },
)  # fmt: skip
STANDS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sent(client: Counter, path: str, body: Any, **headers: str) -> Any:
    content = json.dumps(body).encode()
    return client.post(path, content=content, headers={"content-type": "application/json", **headers})


@STANDS
@given(body=ORDERS | ANY)
def test_whatever_is_asked_for_gets_an_answer(open_shop: Counter, body: Any) -> None:
    answer = sent(open_shop, f"{API}/sales", body)
    assert answer.status_code in {200, 400, 404, 409, 422}, answer.text
    assert MAIL not in answer.text


@STANDS
@given(body=st.binary(max_size=200) | st.builds(lambda one: json.dumps(one).encode(), ANY),
       signature=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8),
       account=st.sampled_from([ACCOUNT, "%00", "a%2Fb", "..", "x" * 39]))  # fmt: skip
def test_whatever_a_stranger_sends_is_not_believed(
    open_shop: Counter, body: bytes, signature: str, account: str
) -> None:
    answer = open_shop.hook(body, signature.replace(SIGNED, "wrong"), account)
    assert answer.status_code in {403, 404, 405}, answer.text
