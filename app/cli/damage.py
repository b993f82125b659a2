"""Rows of a platform that can't be used, in words: which, and why."""

from __future__ import annotations

import re

from app.domain.model import EventId
from app.ports import Damaged, Views

MOST = 1000


def damage(views: Views, event: EventId) -> dict[str, list[str]]:
    """By resource, in the order of lines or ids: `line 17: the heads are no number`."""
    found: dict[str, list[Damaged]] = {}
    for _, resource, one in views.damaged(MOST, event):
        found.setdefault(resource, []).append(one)
    return {resource: [_said(one) for one in sorted(rows, key=_place)] for resource, rows in found.items()}


def _said(one: Damaged) -> str:
    return one.why if not one.ref or one.why.startswith(one.ref) else f"{one.ref}: {one.why}"


def _place(one: Damaged) -> tuple[int, str]:
    number = re.search(r"\d+", one.ref)
    return (int(number[0]) if number and len(number[0]) < 12 else 0, one.ref)
