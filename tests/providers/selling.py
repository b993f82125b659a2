"""A sale at Fourvenues and a seller whose platform answers what a test tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from app.domain.model import AccountId, Event, EventId
from app.domain.money import Money
from app.domain.sale import Holder, Order, Sale, SaleId, SaleState, Sold, Supplement, Tender, Wanted
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.selling.seller import FourvenuesSeller
from app.providers.pace import Pacer
from app.providers.transport import Transport
from tests.providers.harness import KEY, NOW

GOLDEN = Path(__file__).parent / "golden" / "fourvenues" / "selling"
CHANNELS_KEY = "cm_live_8Rb4nYt2Qk6Wp0Zx"
SIGN_SECRET = "whsec_5Kd9Lm3Vs7"
OURS, THEIRS = "https://integrations.example/integrations", "https://channels.example"
NIGHT = Event(
    id=EventId("b1946ac92492d2347c6235b4d2611184"), account=AccountId("fourvenues"),
    ref="b1946ac92492d2347c6235b4d2611184", name="Nocturna", starts_at=datetime.fromisoformat("2026-05-02T22:00:00Z"),
)  # fmt: skip
JOHN = Holder(
    name="John Doe", email="john@example.com", phone="+34666666666", gender="male", birthday="1990-01-01",
    address="123 Main St", country_code="ES", postal_code="10001", document_type="dni", document_number="1234567890",
    answers={"q1": "Instagram", "q2": " "},
)  # fmt: skip
ANA = Holder(name="Ana", email="ana@example.com", gender="female")
CODES = ("DCAAAA111", "DCAAAA222")
COPA = Supplement(ref="1643064796677", name="1 Copa", amount=Money(1200, "EUR"))

Answering = Callable[[httpx.Request], httpx.Response]


def sale(tender: Tender = Tender.CASH, **fields: Any) -> Sale:
    """Two tickets with warranty, one of them with a supplement: 43.20 in all."""
    wanted = (Wanted(holder=JOHN, supplements=(COPA.ref,)), Wanted(holder=ANA))
    totals = (Money(2760, "EUR"), Money(1560, "EUR"))
    order = Order(
        id=SaleId("sale-0001"), event=NIGHT.id, rate="5f8d0f8b9d2b3b0017b6d8a0", price="1643064796675", tickets=wanted,
        tender=tender, warranty=True,
    )  # fmt: skip
    made = Sale(
        id=order.id, account=NIGHT.account, event=NIGHT.id, event_ref=NIGHT.ref, order=order, unit=Money(1200, "EUR"),
        fee=Money(120, "EUR"), total=Money(4320, "EUR"), supplements={COPA.ref: COPA}, state=SaleState.DUE, at=NOW,
        station="Box 1",
        tickets=tuple(
            Sold(code=code, wanted=one, total=total) for code, one, total in zip(CODES, wanted, totals, strict=True)
        ),
    )  # fmt: skip
    return replace(made, **fields)


def ordered(made: Sale, **fields: Any) -> Sale:
    """The sale with another order."""
    return replace(made, order=replace(made.order, **fields))


def seller_to(answering: Answering, **settings: Any) -> FourvenuesSeller:
    """A seller; both APIs are answered by one function, which tells them apart by their hosts."""
    account = FourvenuesAccount(
        **{
            "account": AccountId("fourvenues"), "api_key": KEY, "base_url": OURS, "channels_api_key": CHANNELS_KEY,
            "channels_base_url": THEIRS, "webhook_secret": SIGN_SECRET, "sell_channel_id": "chnl_1", **settings,
        }
    )  # fmt: skip
    account.validate()
    http = httpx.MockTransport(answering)
    transport = Transport(account.base_url, account.headers(), Pacer(None), lambda: NOW, http=http)
    return FourvenuesSeller(account, lambda: NOW, transport, pacer=Pacer(None), http=http)


class Platform:
    """Answers by `METHOD host path`; what is not told is 404 in the platform's own form."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = answers
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        side = "ours" if request.url.host == "integrations.example" else "theirs"
        path = request.url.path.removeprefix("/integrations").rstrip("/")
        told = self.answers.get(f"{request.method} {side} {path}")
        if callable(told):
            told = told(request)
        if isinstance(told, Exception):
            raise told
        if told is None:
            return httpx.Response(404, json={"success": False, "error": "Not found"})
        return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)

    def told(self, **answers: Any) -> None:
        self.answers |= answers

    @property
    def paths(self) -> list[str]:
        return [f"{one.method} {one.url.path}" for one in self.asked]


def platform(answers: dict[str, Any]) -> Platform:
    """A platform that answers these."""
    return Platform(**answers)
