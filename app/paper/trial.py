"""A receipt that is none: to see that a printer prints, with its accents, its euro sign and a code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.domain.money import Money
from app.paper.amounts import amount, moment
from app.paper.receipt import Head, letterhead
from app.ports.paper import Document, Heading, Line, Row, Rule, Text, Ticket


def trial(head: Head, language: str, at: datetime) -> Document:
    """What `doorcheck printer test` prints."""
    return Document(title="doorcheck", language=language, at=at, lines=tuple(_lines(head, language, at)))


def _lines(head: Head, language: str, at: datetime) -> Iterator[Line]:
    yield from letterhead(head, language)
    yield Heading(text="Prueba de impresión" if language == "es" else "Printer test")
    yield Rule()
    yield Row(label=moment(at, head.zone, language), value=amount(Money(1250, "EUR"), language))
    yield Text(text="¿Señal? Ángel, Núñez, Zoë, Łukasz: áéíóú ÁÉÍÓÚ ñÑ üÜ çÇ «» € £")
    yield Rule()
    yield Ticket(title="1", name="Ángel Núñez", code="DOORCHECK-TEST")
