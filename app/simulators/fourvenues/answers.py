"""How the platform answers: envelopes and refusals."""

from collections.abc import Iterable
from typing import Any

import msgspec
from fastapi import Response

_encode = msgspec.json.encode


class Refused(Exception):
    """The platform says no, with a status and its own words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def missing(what: str) -> Refused:
    """The answer for what does not exist; a wrong path gets the same."""
    return Refused(404, f"{what} not found")


def answer(status: int, body: bytes) -> Response:
    """A JSON answer from finished text."""
    return Response(content=body, status_code=status, media_type="application/json")


def plain(payload: Any, status: int = 200) -> Response:
    """A JSON answer without the platform's envelope."""
    return answer(status, _encode(payload))


def data(payload: Any) -> Response:
    """`{"success": true, "data": ...}`."""
    return plain({"success": True, "data": payload})


def written(row: bytes) -> Response:
    """One row that is already written."""
    return answer(200, b'{"success":true,"data":' + row + b"}")


def rows(written_rows: Iterable[bytes]) -> Response:
    """Many rows that are already written."""
    return answer(200, b'{"success":true,"data":[' + b",".join(written_rows) + b"]}")


def refusal(status: int, words: str) -> Response:
    """The platform's no. A few errors carry `error` alone, as seen in production."""
    if words == "Date is empty":
        return plain({"error": words}, status)
    return plain({"success": False, "error": words}, status)
