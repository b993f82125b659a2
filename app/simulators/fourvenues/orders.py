"""What a sale asks for, read and checked ticket by ticket."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from app.simulators.answers import Refused
from app.simulators.fourvenues.money import cents
from app.simulators.fourvenues.offers import Offer, Option
from app.simulators.fourvenues.schema import Fields, Invalid, person_of
from app.simulators.fourvenues.world import World

Extras = tuple[tuple[dict[str, Any], int], ...]
"""Supplements, and the cents that each costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One ticket as it is asked for."""

    option: Option
    code: str
    person: dict[str, str]
    extras: Extras
    answers: tuple[dict[str, str], ...]
    fields: Fields


def offer_of(world: World, body: Fields) -> Offer:
    """The rate that is asked for; raises Invalid."""
    offer = world.offer(body.text("ticket_rate_id", required=True))
    if offer is None:
        raise Invalid('"ticket_rate_id" does not match any ticket rate')
    return offer


def tickets_of(body: Fields, *, counted: bool) -> list[Fields]:
    """The tickets of a body, as many as its `quantity` says where it is `counted`; raises Invalid."""
    asked = body.objects("tickets", required=True)
    if not asked:
        raise Invalid('"tickets" must contain at least 1 items')
    if counted and body.number("quantity", required=True) != len(asked):
        raise Invalid(f'"tickets" must contain "quantity" items, not {len(asked)}')
    return asked


def read_ticket(world: World, offer: Offer, fields: Fields, claimed: set[str], *, own_prices: bool) -> Asked:
    """One ticket of a body; `claimed` are the codes of those before it. Raises Refused."""
    option = offer.rate.option(fields.text("price_id", required=True))
    if option is None:
        raise Invalid(f"{fields.name('price_id')} does not match any price of the ticket rate")
    person, extras = person_of(fields, offer.requires), _extras(offer, fields, own_prices)
    code = fields.text("qr_code") or world.new_code()
    if code in claimed or world.knows(code):
        raise Refused(400, f"qr_code {code} already exists")
    claimed.add(code)
    return Asked(option=option, code=code, person=person, extras=extras, answers=_answers(offer, fields), fields=fields)


def _extras(offer: Offer, fields: Fields, own_prices: bool) -> Extras:
    """Each supplement once, at the price of the rate unless whoever sells has prices of its own."""
    chosen: dict[str, tuple[dict[str, Any], int]] = {}
    for one in fields.objects("supplements"):
        known = offer.supplement(one.text("supplement_id", required=True))
        if known is None:
            raise Invalid(f"{one.name('supplement_id')} does not match any supplement of the ticket rate")
        price = one.number("price") if own_prices else None
        chosen[known["_id"]] = (known, cents(known["price"] if price is None else price))
    return tuple(chosen.values())


def _answers(offer: Offer, fields: Fields) -> tuple[dict[str, str], ...]:
    given = fields.objects("answers")
    return tuple({"question_id": one.text("question_id"), "answer": one.text("answer")} for one in given)


def check_answers(offer: Offer, asked: Collection[Asked]) -> None:
    """Raise Invalid when a required question has no answer, or a dropdown one that is not among its items."""
    for ticket in asked:
        answers = {one["question_id"]: one["answer"] for one in ticket.answers}
        for question in offer.questions:
            answer = answers.get(question.id, "")
            if question.required and not answer:
                raise Invalid(f"{ticket.fields.name('answers')} does not answer required question {question.id}")
            if answer and question.items and answer not in question.items:
                raise Invalid(f"{ticket.fields.name('answers')} must be one of [{', '.join(question.items)}]")
