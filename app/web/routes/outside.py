"""What comes from outside the house without a token: a platform's own messages, and guests with a receipt's link."""

from __future__ import annotations

import re
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse, Response

from app.domain.model import AccountId
from app.flows.follow import Heard
from app.flows.sale_desk import ADMITTED_STATES
from app.web import languages
from app.web.parts import parts
from app.web.problems import Problem
from app.web.routes.sales import night

LARGEST_MESSAGE = 256 * 1024
_HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

_WORD = re.compile(r"[A-Za-z0-9_-]{16,64}")

router = APIRouter()


@router.post("/webhooks/{account}", status_code=204)
async def webhook(request: Request, account: Annotated[str, Path(max_length=40)]) -> Response:
    """A message of a platform: believed when it is signed, heard once, answered at once. A forged one is a 403."""
    selling = parts(request).selling
    body = await _whole(request)
    if selling is None or not selling.tenders:
        raise Problem(404, "Nothing is sold here.", slug="no-selling")
    headers = request.headers
    heard = await to_thread.run_sync(
        selling.follow.hear, AccountId(account), body, headers.get("x-webhook-signature", ""),
        headers.get("x-webhook-id", ""),
    )  # fmt: skip
    if heard is Heard.FORGED:
        raise Problem(403, "This message is not the platform's.", slug="forged")
    if heard is Heard.PAID:
        parts(request).nudge()
    return Response(status_code=204)


@router.get("/receipt/{word}")
def receipt(request: Request, word: str) -> Response:
    """The receipt of a sale, for whoever has its link: also where a guest's phone lands after paying."""
    selling = parts(request).selling
    known = selling is not None and _WORD.fullmatch(word) is not None
    sale = parts(request).store.views.sales.by_receipt(word) if known else None
    if sale is None or selling is None:
        raise Problem(404, "There is no such receipt.", slug="no-such-receipt")
    language = languages.choose(request.headers.get("accept-language", "").encode())
    status = 200 if sale.state in ADMITTED_STATES else 202  # the payment may still be on its way
    page = selling.paper.receipt_page(sale, language, night(request, sale))
    return HTMLResponse(page.html, status, headers={**_HEADERS, "Content-Security-Policy": page.policy})


async def _whole(request: Request) -> bytes:
    """The raw body: what the signature is over."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_MESSAGE:
            raise Problem(413, "This is too large.", slug="too-large")
    return bytes(body)
