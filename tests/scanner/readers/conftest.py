from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from scanner.readers.contract import Reader
from tests.scanner.readers.listening import Listener


@pytest.fixture
def listen() -> Iterator[Callable[[Reader], Listener]]:
    listeners: list[Listener] = []

    def make(reader: Reader) -> Listener:
        listeners.append(Listener(reader))
        return listeners[-1]

    yield make
    for one in listeners:
        one.close()
