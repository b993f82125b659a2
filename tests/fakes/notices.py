"""Notices that remember what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.ports import Notice


class CollectedNotices:
    def __init__(self) -> None:
        self.told: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)

    def about(self, topic: str) -> list[Mapping[str, Any]]:
        return [one.body for one in self.told if one.topic == topic]
