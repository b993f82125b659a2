"""How the rates of a made-up night are sold: price steps, questions, supplements, and one that is sold out."""

from collections.abc import Sequence
from typing import Any

from app.simulators.fourvenues.market import price_option
from app.simulators.fourvenues.offers import Offer, Option, Question, Step
from app.simulators.fourvenues.rows import Event, Rate
from app.simulators.fourvenues.world import World

FEE = 10
LEFT = 300
HEARD = ("Instagram", "A friend", "Posters", "The radio")


def open_box_office(world: World, night: Event, supplements: Sequence[dict[str, Any]]) -> None:
    """Put the rates of a night on sale, by what they are called."""
    for rate in world.ticket_rates[night.id]:
        offer = Offer(rate=rate, event=night, **_terms(world, rate, tuple(supplements)))
        sold = sum(ticket.rate is rate for ticket in world.tickets[night.id].values())
        offer.taken, offer.stock = sold, sold if rate.slug == "early-bird" else sold + LEFT
        offer.steps = _steps(world, rate)
        world.offers[rate.id] = offer


def _terms(world: World, rate: Rate, supplements: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    heard = Question(id=world.fresh_id(), label="How did you hear about us?", required=True, items=HEARD)
    allergy = Question(id=world.fresh_id(), label="Anything that the kitchen should know?")
    terms: dict[str, dict[str, Any]] = {
        "standing": {"supplements": supplements, "most": 10},
        "vip": {"supplements": supplements, "questions": (allergy,), "warranty": 20, "least": 2, "most": 6},
        "student": {"requires": frozenset({"full_name", "email"}), "questions": (heard, allergy), "most": 4},
    }
    return terms.get(rate.slug, {})


def _steps(world: World, rate: Rate) -> dict[str, Step]:
    """The price that guests bought at, one before it that is over, and a dearer one for the rest of the night."""
    usual = rate.options[0]
    rate.add(_beside(world, usual, 0.8, until=0))
    rate.add(_beside(world, usual, 1.25, until=27000))
    names = ("Regular", "Advance", "Last minute")
    return {option["_id"]: Step(name=name, fee=FEE) for name, option in zip(names, rate.options, strict=True)}


def _beside(world: World, usual: Option, factor: float, until: float) -> Option:
    return price_option(world.fresh_id(), round(usual["price"] * factor, 2), until, str(usual["content"]))
