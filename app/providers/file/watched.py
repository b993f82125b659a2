"""A file that others edit: read again when its state changed, known again by its content."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from app.providers.file import disk

T = TypeVar("T")

MOST_BYTES = 64 * 1024 * 1024
YOUNG_NS = 2_000_000_000
"""A file that changed less than this ago may change again without its times telling so: some count in two seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Generic[T]):
    """What was made of a file, and of which content. `sure`: while its state is the same, so is the content."""

    value: T
    digest: str
    state: disk.State | None = None
    sure: bool = False


class Watched(Generic[T]):
    """What a file says now. Not thread-safe; `make` is also told whether the file has only just been changed."""

    def __init__(self, path: Path, make: Callable[[bytes, bool], T], wall: Callable[[], int] = time.time_ns) -> None:
        self.path = path
        self.held: Held[T] | None = None
        self._make = make
        self._wall = wall

    def now(self) -> Held[T]:
        """The file as it is; what is held stays when it can't be read. Raises ProviderError."""
        state, held = disk.state(self.path), self.held
        if held is not None and held.sure and held.state == state:
            return held
        data, state = disk.read(self.path, MOST_BYTES)
        young = abs(self._wall() - state.changed) < YOUNG_NS
        digest = digest_of(data)
        if held is None or held.digest != digest:
            held = Held(value=self._make(data, young), digest=digest)
        self.held = replace(held, state=state, sure=not young)
        return self.held


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()
