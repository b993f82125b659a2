"""Personal fields kept, left out, or made into words that tell nobody but are the same for the same guest. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from enum import StrEnum
from typing import Any


class Privacy(StrEnum):
    """What becomes of personal fields, in the typed columns and in the raw rows alike."""

    KEEP = "keep"
    DROP = "drop"
    HASH = "hash"


_PERSONAL = """
    name full_name fullname first_name last_name surname surnames email mail phone telephone mobile address postal_code
    zip birthday birthdate date_of_birth personal_document_type personal_document_number document_number dni nie nif
    passport vat_id tax_id instagram observations_reception commentary_client commentary_reserve comments answers
    billing_info method_last4 method_alias iban ip ip_address user_agent signature company business_name"""
PERSONAL = frozenset(_PERSONAL.split())
"""Fields that tell who somebody is, at any depth of a row."""
PREFIXES = ("client_", "customer_", "holder_", "buyer_", "shopper_", "billing_", "personal_")
"""Whatever begins like this is personal too, unless it is in `HARMLESS`."""
HARMLESS = frozenset({"client_id", "customer_id", "shopper_country", "client_country", "client_gender"})
"""The platform's own ids of people tell nobody outside of it, and analysts count by them."""
OPEN = frozenset({"events"})
"""Collections in which a `name` is a night's, not a guest's."""

Scrub = Callable[[str, Any], Any]


def personal(field: str) -> bool:
    """Does the field tell who somebody is?"""
    name = field.lower()
    return name in PERSONAL or (name.startswith(PREFIXES) and name not in HARMLESS)


def scrubber(privacy: Privacy, salt: str) -> Scrub:
    """What is done to a row of a resource: (resource, row) -> the row that may be stored."""
    if privacy is Privacy.KEEP:
        return lambda _resource, row: row
    secret = salt.encode()
    change = (lambda _value: None) if privacy is Privacy.DROP else (lambda value: _hashed(value, secret))
    return lambda resource, row: row if resource in OPEN else _scrubbed(row, change)


def _scrubbed(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {
            name: change(inner) if personal(name) else _scrubbed(inner, change)
            for name, inner in value.items()
        }  # fmt: skip
    return [_scrubbed(inner, change) for inner in value] if isinstance(value, list) else value


def _hashed(value: Any, secret: bytes) -> str | None:
    """HMAC-SHA256 of what somebody would call the same: without case and spaces. Lists and objects are left out."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return None
    told = "".join(str(value).casefold().split())
    return hmac.new(secret, told.encode("utf-8", "replace"), hashlib.sha256).hexdigest() if told else None
