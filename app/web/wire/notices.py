"""Notices as JSON."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

import msgspec

from app.domain.model import Answer
from app.domain.sale import Sale
from app.ports import CallRow, Notice, OutboxCount
from app.web.wire.common import utc
from app.web.wire.sales import sale_told
from app.web.wire.scans import answered
from app.web.wire.status import OutboxStatus
from app.web.wire.tray import conflict

_encoder = msgspec.json.Encoder()


def encode(body: Any) -> bytes:
    return _encoder.encode(body)


def spoken(notice: Notice, language: str, zone: tzinfo) -> bytes:
    """A notice in a language. An answer carries neither mail nor phone, a conflict no whole code."""
    match notice.body:
        case {"answer": Answer() as answer}:
            return encode(answered(answer, language, zone))
        case {"row": CallRow() as row}:
            return encode(conflict(row, language))
        case {"sale": Sale() as sale}:
            return encode(sale_told(sale, language))
        case {"outbox": OutboxCount() as count}:
            return OutboxStatus.of(count).model_dump_json().encode()
        case body:
            return encode({name: _plain(value) for name, value in body.items()})


def _plain(value: Any) -> Any:
    return utc(value) if isinstance(value, datetime) else value
