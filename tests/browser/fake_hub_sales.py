"""The selling side of the scripted hub. What it takes and gives is read and written by the real hub's wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import segno
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.web.wire.money import MoneyOut
from app.web.wire.rates import PriceOut, QuestionOut, RateOnSale, RatesOut, SupplementOut
from app.web.wire.sales import ConfirmIn, SaleIn, SaleOut, SoldOut, WithReason
from app.web.wire.tills import CloseIn, OpenIn, ShiftOut, TakenOut

Json = dict[str, Any]
EVENT: Json = {"id": "ev-1", "name": "Noche de Sábado"}
RECEIPT = "https://door.example/r/Zq4k7Y2mBx0c"
PAYMENT = "https://pay.example/checkout/c_90af41"
WAITING: Json = {"state": "waiting", "payment_url": PAYMENT}


def refusal(status: int, detail: str, slug: str = "unusable-value", **errors: str) -> Response:
    """What the hub says when it takes something not; `errors` by field, with `__` for a point."""
    named = [{"field": name.replace("__", "."), "message": words} for name, words in errors.items()]
    return refused(status, detail, slug, named)


def refused(status: int, detail: str, slug: str, errors: list[Json]) -> Response:
    kind = f"urn:doorcheck:{slug}"
    body = {"type": kind, "title": detail, "status": status, "detail": detail, "errors": errors}
    return JSONResponse(body, status, media_type="application/problem+json")


def at(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def euros(minor: int) -> MoneyOut:
    return MoneyOut(minor=minor, currency="EUR")


def matrix(text: str) -> list[str]:
    return ["".join("1" if dark else "0" for dark in row) for row in segno.make(text, micro=False).matrix]


def tickets(wish: SaleIn) -> list[SoldOut]:
    """Of those who pay here some go in at once."""
    goes_in = wish.admit and wish.tender != "phone"
    codes = [f"DC{n}{wish.id[:6]}" for n in range(len(wish.tickets))]
    each = euros((wish.total or 0) // len(codes))
    return [
        SoldOut(code=code, name=one.name, total=each, entered=goes_in, scan=f"scan-{code}" if goes_in else "",
                refused="", qr=matrix(code))
        for code, one in zip(codes, wish.tickets, strict=True)
    ]  # fmt: skip


def price(ref: str, minor: int, **more: Any) -> PriceOut:
    blank: Json = {"id": ref, "name": "", "amount": euros(minor), "fee": euros(0), "until": None, "left": None}
    return PriceOut(**{**blank, "includes": "", **more})


def rate(ref: str, name: str, *prices: PriceOut, **more: Any) -> Json:
    """A rate that needs nothing and is on sale at its first price, unless `more` says otherwise."""
    blank: Json = {
        "id": ref, "name": name, "prices": list(prices), "current": prices[0].id, "following": None, "supplements": [],
        "questions": [], "minimum": 1, "maximum": 10, "available": None, "warranty": None, "warranty_hours": None,
        "needs": [], "tenders": ["card", "cash", "phone"],
    }  # fmt: skip
    return RateOnSale(**{**blank, **more}).model_dump(mode="json")


def tonight() -> list[Json]:
    """A plain rate that gets dearer, one with all that can be asked, one sold out, one that is not on sale yet."""
    return [
        rate("general", "General", price("g1", 1500, name="Early", until=at(1800)), price("g2", 1800), following="g2"),
        rate("vip", "VIP con copa", price("v1", 3000, fee=euros(250), includes="1 copa"),
            supplements=[SupplementOut(id="s1", name="Copa", amount=euros(800)),
                         SupplementOut(id="s2", name="Guardarropa", amount=euros(350))],
            questions=[QuestionOut(id="q1", label="Size of shirt", required=True, options=["S", "M", "L"]),
                       QuestionOut(id="q2", label="How did you hear of us", required=False, options=[])],
            available=12, maximum=6, warranty=10, warranty_hours=48, needs=["email", "name"]),
        rate("early", "Super early bird", price("e1", 900), available=0),
        rate("late", "Última hora", price("l1", 2000), current=None, following="l1"),
    ]  # fmt: skip


def shift(**more: Any) -> Json:
    """An open shift that has sold a little."""
    blank: Json = {
        "id": 7, "station": "Puerta 1", "opened_at": at(-3600), "opened_by": "Marta", "float": euros(10000),
        "closed_at": None, "closed_by": "", "cash": euros(4500), "card": euros(6000), "phone": euros(1500), "sales": 5,
        "tickets": 8, "expected": euros(14500), "counted": None, "difference": None, "note": "",
        "by_rate": [TakenOut(rate="General", price="Early", tickets=5, total=euros(7500)),
                    TakenOut(rate="VIP con copa", price="", tickets=3, total=euros(4500))],
    }  # fmt: skip
    return ShiftOut(**{**blank, **more}).model_dump(mode="json")


@dataclass
class FakeShop:
    """`refusals` are what the next sales are told, `lose` how many answers are cut after the work was done. `dearer`:
    the total that the platform takes instead of what was asked for. `steps`: what was asked of sales, with its body."""

    rates: list[Json] = field(default_factory=list)
    as_of_seconds: float = -120
    failed: str = ""
    asked: list[Json] = field(default_factory=list)
    sales: dict[str, Json] = field(default_factory=dict)
    refusals: list[Response] = field(default_factory=list)
    lose: int = 0
    dearer: int | None = None
    steps: list[tuple[str, str, Json]] = field(default_factory=list)
    shift: Json | None = None
    shifts: list[Json] = field(default_factory=list)
    tills: list[Json] = field(default_factory=list)
    printed: Json = field(default_factory=dict)
    lost: type[Response] = Response
    has_receipts: bool = True

    def reset(self) -> None:
        fresh = FakeShop(rates=tonight(), shift=shift(), printed={"printed": True, "message": ""}, lost=self.lost)
        self.__dict__.update(fresh.__dict__)

    def on_sale(self, ref: str) -> Json:
        return next(one for one in self.rates if one["id"] == ref)

    def set(self, sale: str, **more: Any) -> Json:
        """As the sale stands from now on."""
        self.sales[sale] = SaleOut.model_validate(self.sales[sale] | more).model_dump(mode="json")
        return self.sales[sale]

    def entered(self, sale: str) -> list[Json]:
        return [one | {"entered": True, "scan": f"scan-{at}"} for at, one in enumerate(self.sales[sale]["tickets"])]

    # What the routes do

    async def say_rates(self, request: Request) -> Response:
        assert request.query_params["event"] == EVENT["id"]
        told = RatesOut.model_validate(
            {"event": EVENT, "items": self.rates, "as_of": at(self.as_of_seconds), "failed": self.failed}
        )
        return JSONResponse(told.model_dump(mode="json"))

    async def sell(self, request: Request) -> Response:
        try:
            wish = SaleIn.model_validate_json(await request.body())
        except ValidationError as error:
            errors = [{"field": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()]
            return refused(422, "Not understood", "unusable-value", errors)
        self.asked.append(wish.model_dump(mode="json"))
        if wish.id not in self.sales:
            if self.refusals:
                return self.refusals.pop(0)
            if self.shift is None and wish.tender != "phone":
                return refusal(409, "The till is closed.", "till-closed", till="is closed")
            self.sales[wish.id] = self.made(wish)
        if self.lose:
            self.lose -= 1
            return self.lost()
        return JSONResponse(self.sales[wish.id])

    def made(self, wish: SaleIn) -> Json:
        how = self.to_pay(wish) if wish.tender == "phone" else self.taken(wish)
        blank: Json = {
            "id": wish.id, "message": "", "event": EVENT, "rate": self.on_sale(wish.rate)["name"], "price": "",
            "quantity": len(wish.tickets), "unit": euros(1500), "total": euros(wish.total or 0), "asked": None,
            "tender": wish.tender, "at": at(0), "station": "Puerta 1", "by": "", "payment_url": "", "payment_qr": None,
            "expires_at": None, "receipt_url": "", "receipt_qr": None, "can_admit": False, "can_cancel": True,
            "words": "", "settled_at": None, "settled_by": "", "note": "", "tickets": tickets(wish),
        }  # fmt: skip
        return SaleOut.model_validate(blank | how).model_dump(mode="json")

    def taken(self, wish: SaleIn) -> Json:
        """The money is here: the tickets hold."""
        receipt = matrix(RECEIPT) if self.has_receipts else None
        may = {"can_admit": not wish.admit, "can_cancel": not wish.admit}
        return {"state": "due", "receipt_url": "/receipt/Zq4k7Y2mBx0c", "receipt_qr": receipt} | may

    def to_pay(self, wish: SaleIn) -> Json:
        if self.dearer is None:
            return WAITING | {"payment_qr": matrix(PAYMENT), "expires_at": at(581)}
        return {"state": "repriced", "total": euros(self.dearer), "asked": euros(wish.total or 0)}

    async def say_sale(self, request: Request) -> Response:
        sale = self.sales.get(request.path_params["id"])
        return JSONResponse(sale) if sale else refusal(404, "There is no such sale.", "not-found")

    async def say_sales(self, request: Request) -> Response:
        state = request.query_params.get("state", "")
        undrawn = {"payment_qr": None, "receipt_qr": None}
        found = [one | undrawn for one in self.sales.values() if state in ("", one["state"])]
        return JSONResponse({"items": sorted(found, key=lambda one: str(one["at"]), reverse=True)})

    async def step(self, request: Request) -> Response:
        sale, step = request.path_params["id"], request.path_params["step"]
        body = await request.json()
        self.steps.append((sale, step, body))
        if step == "print":
            return JSONResponse(self.printed)
        if step == "confirm":
            ConfirmIn.model_validate(body)
        elif step in ("accept", "discard"):
            WithReason.model_validate(body)
        return JSONResponse(self.set(sale, **self.after(sale, step, body)))

    def after(self, sale: str, step: str, body: Json) -> Json:
        settled = {"settled_at": at(0), "settled_by": "Puerta 1", "note": body.get("reason", "")}
        changes: dict[str, Json] = {
            "confirm": WAITING | {"payment_qr": matrix(PAYMENT), "expires_at": at(581)},
            "cancel": {"state": "cancelled", "can_cancel": False, "can_admit": False, "payment_qr": None},
            "admit": {"tickets": self.entered(sale), "can_admit": False},
            "retry": {"state": "due"}, "accept": {"state": "issued"} | settled,
            "discard": {"state": "discarded"} | settled,
        }  # fmt: skip
        return changes[step]

    async def say_till(self, _request: Request) -> Response:
        return JSONResponse({"shift": self.shift})

    async def open_till(self, request: Request) -> Response:
        filled = OpenIn.model_validate_json(await request.body())
        self.tills.append(filled.model_dump(mode="json", by_alias=True))
        zero = euros(0)
        opening = MoneyOut(minor=filled.float_, currency=filled.currency)
        self.shift = shift(
            opened_by=filled.by, float=opening, cash=zero, card=zero, phone=zero, sales=0, tickets=0, expected=opening,
            by_rate=[],
        )  # fmt: skip
        return JSONResponse(self.shift)

    async def close_till(self, request: Request) -> Response:
        filled = CloseIn.model_validate_json(await request.body())
        self.tills.append(filled.model_dump(mode="json"))
        if self.shift is None:
            return refusal(409, "The till is closed.", "till-closed")
        missing = filled.counted - self.shift["expected"]["minor"]
        closed = self.shift | {
            "closed_at": at(0), "closed_by": filled.by, "counted": euros(filled.counted), "difference": euros(missing),
            "note": filled.note,
        }  # fmt: skip
        self.shift = None
        self.shifts.insert(0, ShiftOut.model_validate(closed).model_dump(mode="json"))
        return JSONResponse(self.shifts[0])

    async def say_shifts(self, _request: Request) -> Response:
        return JSONResponse({"items": [*([self.shift] if self.shift else []), *self.shifts]})

    async def print_shift(self, request: Request) -> Response:
        self.steps.append((request.path_params["id"], "print", {}))
        return JSONResponse(self.printed)

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/rates", self.say_rates),
            Route("/api/v1/sales", self.sell, methods=["POST"]),
            Route("/api/v1/sales", self.say_sales, methods=["GET"]),
            Route("/api/v1/sales/{id}", self.say_sale),
            Route("/api/v1/sales/{id}/{step}", self.step, methods=["POST"]),
            Route("/api/v1/till", self.say_till),
            Route("/api/v1/till/open", self.open_till, methods=["POST"]),
            Route("/api/v1/till/close", self.close_till, methods=["POST"]),
            Route("/api/v1/till/shifts", self.say_shifts),
            Route("/api/v1/till/shifts/{id}/print", self.print_shift, methods=["POST"]),
        ]
