"""What every simulated platform answers with, and how it reads JSON."""

from typing import Any

import msgspec
from fastapi import Request, Response

_encode = msgspec.json.encode


class Refused(Exception):
    """The platform says no, with a status and its own words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def missing(what: str) -> Refused:
    """The answer for what does not exist."""
    return Refused(404, f"{what} not found")


def answer(status: int, body: bytes) -> Response:
    """A JSON answer from finished text."""
    return Response(content=body, status_code=status, media_type="application/json")


def plain(payload: Any, status: int = 200) -> Response:
    """A JSON answer without an envelope."""
    return answer(status, _encode(payload))


async def body_of(request: Request) -> Any:
    """The JSON of the request; raises Refused."""
    try:
        return msgspec.json.decode(await request.body())
    except msgspec.DecodeError:
        raise Refused(400, "Invalid JSON") from None


async def fields_of(request: Request) -> dict[str, Any]:
    """The JSON object of the request, empty when nothing was sent; raises Refused."""
    body = await body_of(request) if await request.body() else {}
    if not isinstance(body, dict):
        raise Refused(400, "Body must be an object")
    return body
