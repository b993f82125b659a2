"""The page on which a guest pays: outside of every interface, without a key, and untouched by the weather."""

from html import escape
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from app.simulators.answers import Refused
from app.simulators.fourvenues.channels import payments
from app.simulators.fourvenues.sales import Payment
from app.simulators.fourvenues.world import World

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""
FORM = """<p id="rate">{rate} ({tickets})</p><p id="amount">{amount} EUR</p>
<form method="post"><button name="action" value="pay">Pay</button>
<button name="action" value="cancel">Cancel</button></form>"""
OVER = {"paid": (200, "Paid"), "failed": (200, "Payment failed"), "expired": (410, "Payment expired")}


def pay_pages(world: World) -> APIRouter:
    """The hosted payment."""
    router = APIRouter(prefix="/pay")

    @router.get("/{ref}")
    async def page(ref: str) -> Response:
        payment = world.sales.payments.get(ref)
        if payment is None:
            return _html(404, "No such payment", "")
        return _form(payment) if payment.status == "pending" else _over(payment)

    @router.post("/{ref}")
    async def pressed(ref: str, request: Request) -> Response:
        payment = world.sales.payments.get(ref)
        if payment is None:
            return _html(404, "No such payment", "")
        action = parse_qs((await request.body()).decode()).get("action", ["pay"])[0]
        try:
            _press(world, payment, action)
        except Refused:
            return _over(payment)
        return _back(payment)

    return router


def _press(world: World, payment: Payment, action: str) -> None:
    if action == "cancel" or world.switches.payment_outcome == "fails":
        payments.fail(world, payment)
    elif world.switches.payment_outcome == "expires":
        payments.expire(world, payment)
    else:
        payments.pay(world, payment)


def _back(payment: Payment) -> Response:
    """To where the seller wanted the guest to go."""
    url = payment.redirect_url if payment.status == "paid" else payment.error_url
    return Response(status_code=303, headers={"location": url}) if url else _over(payment)


def _form(payment: Payment) -> Response:
    rate, tickets = escape(payment.offer.rate.name), len(payment.tickets)
    return _html(200, "Payment", FORM.format(rate=rate, tickets=tickets, amount=f"{payment.total / 100:.2f}"))


def _over(payment: Payment) -> Response:
    status, title = OVER[payment.status]
    return _html(status, title, "")


def _html(status: int, title: str, body: str) -> Response:
    return Response(PAGE.format(title=title, body=body), status_code=status, media_type="text/html")
