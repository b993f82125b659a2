"""Every position of every switch of a simulator: a new switch is covered as soon as it exists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from app.simulators.switchboard import Switchboard

Turned = dict[str, Any]
"""Switches by name, and where they are turned to."""


def values_of(allowed: str) -> list[object]:
    """Values worth trying, from what a switch says it takes."""
    if " | " in allowed:
        return list(allowed.split(" | "))
    if allowed.startswith("comma-separated: "):
        names = allowed.removeprefix("comma-separated: ").split("; ")[0].split(", ")
        return [*names, "all", "none"]
    if allowed.startswith("probability"):
        return [1, 0.4]
    if allowed == "number":
        return [-90, 90]
    lowest = int(allowed.rsplit(" ", 1)[-1])
    return [500, 502, 503, 504] if lowest == 500 else [lowest, 1, 3]


WITH: dict[str, Turned] = {
    "error_status": {"errors_5xx": 1, "faults_on": "writes"},
    "error_after_commit": {"errors_5xx": 1, "faults_on": "writes"},
    "retry_after": {"answers_429": 1},
    "faults_on": {"html": 1},
}
"""Switches of the weather that do nothing alone."""


def every(
    board: type[Switchboard],
    with_others: Mapping[str, Turned] | None = None,
    same_as_others: Mapping[str, Collection[str]] | None = None,
) -> list[Turned]:
    """One switch turned at a time, with those without which it does nothing; the defaults are left out."""
    together = {**WITH, **(with_others or {})}
    same = {"seed": {"1", "3"}, **(same_as_others or {})}
    return [
        {name: value, **together.get(name, {})}
        for name, kind in board.kinds().items()
        for value in dict.fromkeys(values_of(kind.allowed))
        if not _is_default(board, name, value) and str(value) not in same.get(name, ())
    ]


def _is_default(board: type[Switchboard], name: str, value: object) -> bool:
    fresh = board()
    fresh.update({name: value})
    return bool(fresh.as_dict()[name] == board().as_dict()[name])


def name_of(turned: Turned) -> str:
    return ",".join(f"{name}={value}" for name, value in turned.items()) or "as delivered"


def turns(cases: list[Turned]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("turned", cases, ids=name_of)
