"""What a request says: its fields, however they were sent, and its token."""

from typing import Any

import msgspec
from fastapi import Request
from starlette.exceptions import HTTPException

from app.simulators.oveit.world import World

Fields = dict[str, Any]


class No(Exception):
    """The platform refuses, with a sentence in the caller's language and nearly always status 200."""

    def __init__(self, key: str, status: int = 200) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


async def fields_sent(world: World, request: Request) -> Fields:
    """The fields of the body; none when it can't be read, or is of a kind that is not read."""
    form = "form" in request.headers.get("content-type", "")
    if world.switches.bodies not in ("both", "form" if form else "json"):
        return {}
    try:
        body = dict(await request.form()) if form else msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, HTTPException):
        return {}
    return body if isinstance(body, dict) else {}


async def asked(world: World, request: Request) -> Fields:
    """The fields of a call whose token is good; raises No."""
    fields = await fields_sent(world, request)
    if not world.tokens.admits(_token(world, request, fields)):
        raise No("bad_token", 403)
    if world.switches.api_permission == "no-calls":
        raise No("no_permission")
    return fields


def _token(world: World, request: Request, fields: Fields) -> str:
    place = world.switches.token_in
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if place != "body" and kind.lower() == "bearer":
        return token.strip()
    return (text(fields, "token") or "") if place != "header" else ""


def text(fields: Fields, name: str) -> str | None:
    """A field as text, numbers too; None when it is empty or absent."""
    value = fields.get(name)
    return str(value) if value not in (None, "") else None


def number(fields: Fields, name: str) -> int | None:
    """A field as a number; None when it is empty or absent, and -1, which nothing has, when it is no number."""
    value = text(fields, name)
    if value is None:
        return None
    return int(value) if value.isdecimal() and len(value) < 19 else -1
