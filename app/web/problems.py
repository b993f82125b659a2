"""What went wrong, as RFC 9457 problem documents. Never an exception's text, never what somebody sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from app.ports import StoreError

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
WAIT_SECONDS = "2"
"""After how long to try again a hub whose disk fails."""

_LONGEST_FIELD = 100
_SENTENCES = {
    400: "This could not be read.",
    404: "There is nothing here.",
    405: "This can't be done here.",
    413: "This is too large.",
}

Errors = Sequence[tuple[str, str]]
"""Field and what is wrong with it."""


class Problem(Exception):
    """A request we can't serve; `detail` is one sentence for people, `slug` the same for programs."""

    def __init__(
        self, status: int, detail: str, *, slug: str = "", errors: Errors = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.slug = slug
        self.errors = errors
        self.headers = headers

    def response(self) -> Response:
        body: dict[str, Any] = {
            "type": f"urn:doorcheck:{self.slug}" if self.slug else "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        headers = dict(self.headers or {})
        return Response(msgspec.json.encode(body), self.status, headers, media_type=MEDIA_TYPE)


def wrong(field: str, message: str) -> Problem:
    """A value that can't be used, named by its field."""
    return Problem(422, f"{field}: {message}", slug="unusable-value", errors=[(field, message)])


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is to the one who asked. The unexpected is logged, not told."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return _unusable(error)
        case HTTPException():
            detail = _SENTENCES.get(error.status_code, HTTPStatus(error.status_code).phrase)
            return Problem(error.status_code, detail, headers=error.headers)
        case ClientDisconnect():
            return Problem(400, "The rest of this never came.")
        case StoreError():
            log.error("store.failed", words=str(error))
            detail = "The hub can't write to its disk."
            return Problem(503, detail, slug="disk", headers={"Retry-After": WAIT_SECONDS})
        case _:
            log.error("web.failed", error=type(error).__name__, exc_info=error)
            return Problem(500, "The hub has a problem of its own; it is in its log.", slug="hub")


def install(app: FastAPI) -> None:
    async def answer(_request: Request, error: Exception) -> Response:
        return problem_of(error).response()

    for kind in (Problem, RequestValidationError, HTTPException, StoreError):
        app.add_exception_handler(kind, answer)


def _unusable(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return Problem(400, "This is not JSON.", slug="not-json")
    errors = [(_field(one["loc"]), _message(one)) for one in found]
    field, message = errors[0]
    return Problem(422, f"{field}: {message}", slug="unusable-value", errors=errors)


def _message(error: Mapping[str, Any]) -> str:
    """What the rule says; our own rules speak in whole sentences."""
    reason = error.get("ctx", {}).get("error")
    return str(reason) if isinstance(reason, ValueError) else str(error["msg"])


def _field(where: Sequence[str | int]) -> str:
    """`tickets[0].name` of `("body", "tickets", 0, "name")`. May be the sender's own name: cut, printable."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in where[1:])
    name = "".join(parts).removeprefix(".") or str(where[0])
    return name[:_LONGEST_FIELD].encode("utf-8", "replace").decode()
