"""Reading the bodies of sales, and refusing them in the words of a schema validator."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from app.simulators.answers import Refused

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DOCUMENTS = ("dni", "nie", "passport", "other")
GENDERS = {"0": "female", "female": "female", "1": "male", "male": "male", "2": "other", "other": "other"}


class Invalid(Refused):
    """400, because the body is not what the schema says."""

    def __init__(self, words: str) -> None:
        super().__init__(400, words)


class Fields:
    """An object of the body; each reader raises Invalid with the path of what is wrong."""

    def __init__(self, body: Any, path: str = "") -> None:
        if not isinstance(body, dict):
            raise Invalid(f'"{path or "value"}" must be of type object')
        self._body, self._path = body, path

    def name(self, key: str) -> str:
        """The path of a key, as it is told."""
        return f'"{self._path}.{key}"' if self._path else f'"{key}"'

    def has(self, key: str) -> bool:
        """Whether the key is there with anything in it."""
        return self._body.get(key) not in (None, "")

    def _value(self, key: str, required: bool) -> Any:
        if not self.has(key):
            if required:
                raise Invalid(f"{self.name(key)} is required")
            return None
        return self._body[key]

    def text(self, key: str, *, required: bool = False) -> str:
        """A text, empty when it is not there."""
        value = self._value(key, required)
        if value is not None and not isinstance(value, str):
            raise Invalid(f"{self.name(key)} must be a string")
        return value or ""

    def number(self, key: str, *, required: bool = False) -> float | None:
        """A number that is not negative."""
        value = self._value(key, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Invalid(f"{self.name(key)} must be a number")
        if value < 0:
            raise Invalid(f"{self.name(key)} must be greater than or equal to 0")
        return value

    def flag(self, key: str) -> bool:
        """A boolean, false when it is not there."""
        value = self._value(key, required=False)
        if value is not None and not isinstance(value, bool):
            raise Invalid(f"{self.name(key)} must be a boolean")
        return bool(value)

    def word(self, key: str, allowed: Collection[str]) -> str:
        """One of a few words, as text or as a number; empty when it is not there."""
        value = self._value(key, required=False)
        if value is not None and str(value) not in allowed:
            raise Invalid(f"{self.name(key)} must be one of [{', '.join(allowed)}]")
        return "" if value is None else str(value)

    def objects(self, key: str, *, required: bool = False) -> list["Fields"]:
        """An array of objects, empty when it is not there."""
        value = self._value(key, required)
        if value is not None and not isinstance(value, list):
            raise Invalid(f"{self.name(key)} must be an array")
        path = f"{self._path}.{key}" if self._path else key
        return [Fields(one, f"{path}[{at}]") for at, one in enumerate(value or [])]

    def object(self, key: str) -> dict[str, Any]:
        """An object, empty when it is not there."""
        value = self._value(key, required=False)
        if value is not None and not isinstance(value, dict):
            raise Invalid(f"{self.name(key)} must be of type object")
        return value or {}

    def email(self, key: str, *, required: bool) -> str:
        """An e-mail address, empty when it is not there."""
        value = self.text(key, required=required)
        if value and not EMAIL.fullmatch(value):
            raise Invalid(f"{self.name(key)} must be a valid email")
        return value

    def day(self, key: str) -> str:
        """A date, empty when it is not there."""
        value = self.text(key)
        try:
            return value and date.fromisoformat(value).isoformat()
        except ValueError:
            raise Invalid(f"{self.name(key)} must be in ISO 8601 date format") from None


def person_of(fields: Fields, requires: Collection[str]) -> dict[str, str]:
    """Who the ticket is for, as a sale tells it."""
    country = fields.text("country_code", required="country_code" in requires)
    if country and not (len(country) == 2 and country.isalpha()):
        raise Invalid(f"{fields.name('country_code')} length must be 2 characters long")
    plain = ("phone", "address", "postal_code", "personal_document_number")
    return {
        "full_name": fields.text("full_name", required="full_name" in requires),
        "email": fields.email("email", required="email" in requires),
        **{key: fields.text(key, required=key in requires) for key in plain},
        "gender": GENDERS.get(fields.word("gender", GENDERS), ""),
        "birthday": fields.day("birthday"),
        "country_code": country.upper(),
        "personal_document_type": fields.word("personal_document_type", DOCUMENTS),
    }
