"""Which of our languages somebody reads."""

from __future__ import annotations

from functools import lru_cache

from app.domain.messages import LANGUAGES

LONGEST_HEADER = 1000


@lru_cache(maxsize=256)
def choose(accepted: bytes | None) -> str:
    """The one of our languages that an `Accept-Language` header likes best; English when it names none."""
    if not accepted or len(accepted) > LONGEST_HEADER:
        return LANGUAGES[0]
    wishes = [_wish(part) for part in accepted.decode("latin-1").lower().split(",")]
    ours = [(name, weight) for name, weight in wishes if name in LANGUAGES and weight > 0]
    return max(ours, key=lambda wish: wish[1])[0] if ours else LANGUAGES[0]


def _wish(part: str) -> tuple[str, float]:
    """`es-ES;q=0.8` is Spanish, at 0.8."""
    name, _, parameters = part.partition(";")
    _, _, weight = parameters.partition("q=")
    try:
        liked = float(weight) if weight else 1.0
    except ValueError:
        liked = 0.0
    return name.strip().partition("-")[0], liked
