"""The platforms that the suite of providers is held at."""

from __future__ import annotations

from typing import Any

from tests.conformance.houses.file import Platform as File
from tests.conformance.houses.fourvenues import Platform as Fourvenues
from tests.conformance.houses.house import Platform
from tests.conformance.houses.oveit import Platform as Oveit

PLATFORMS: dict[str, type[Platform[Any]]] = {one.name: one for one in (Fourvenues, Oveit, File)}
