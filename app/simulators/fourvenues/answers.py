"""How Fourvenues answers: envelopes and refusals."""

from collections.abc import Iterable
from typing import Any

from fastapi import Response

from app.simulators.answers import answer, plain


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


def invalid(words: str) -> Response:
    """The no of a schema validator."""
    return plain({"statusCode": 400, "error": "Bad Request", "message": words}, 400)


def channels_refusal(status: int, words: str) -> Response:
    """The Channel Manager's no."""
    return plain({"success": False, "message": words}, status)
