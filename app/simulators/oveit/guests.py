"""Invented people: mostly Romanian, some Spanish, some English."""

import unicodedata
from dataclasses import dataclass
from random import Random

WOMEN = {
    "ro": (
        "Ioana", "Andreea", "Maria", "Elena", "Alexandra", "Raluca", "Bianca", "Cristina", "Diana", "Simona", "Mihaela",
        "Roxana", "Anca", "Oana", "Teodora", "Ștefania", "Ilinca", "Daria", "Sorina", "Larisa", "Irina", "Corina",
    ),
    "es": ("Lucía", "Carmen", "Alba", "Nerea", "Rocío", "Inés", "Marta", "Ainhoa", "Noelia", "Paula"),
    "en": ("Emily", "Grace", "Hannah", "Chloe", "Megan", "Lucy", "Olivia", "Harriet", "Niamh", "Isla"),
}  # fmt: skip
MEN = {
    "ro": (
        "Andrei", "Mihai", "Alexandru", "Vlad", "Radu", "Ștefan", "Bogdan", "Cristian", "Ionuț", "Florin", "Răzvan",
        "Matei", "Tudor", "Dragoș", "Cătălin", "Sorin", "Horia", "Luca", "Gabriel", "Adrian", "Cosmin", "Rareș",
    ),
    "es": ("Hugo", "Álvaro", "Iker", "Pablo", "Rubén", "Gonzalo", "Sergio", "Víctor", "Óscar", "Íñigo"),
    "en": ("James", "Oliver", "Harry", "Callum", "George", "Ewan", "Rhys", "Thomas", "Declan", "Alfie"),
}  # fmt: skip
FAMILIES = {
    "ro": (
        "Popescu", "Ionescu", "Dumitrescu", "Stan", "Gheorghe", "Rusu", "Munteanu", "Matei", "Constantin", "Șerban",
        "Marin", "Lazăr", "Ciobanu", "Florea", "Tănase", "Drăghici", "Neagu", "Moldovan", "Oprea", "Dinu", "Voicu",
        "Barbu", "Nistor", "Cojocaru", "Pavel", "Țurcanu", "Mureșan", "Ardelean", "Sandu", "Enache", "Grigore", "Preda",
    ),
    "es": ("García", "Romero", "Navarro", "Vázquez", "Serrano", "Ortega", "Núñez", "Iglesias", "Peña", "Ferrer"),
    "en": ("Walker", "Hughes", "Bennett", "Murphy", "Clarke", "O'Brien", "Foster", "Reid", "Whitlock", "Hargreaves"),
}  # fmt: skip
PHONES = {"ro": ("+40 7", 8), "es": ("+34 6", 8), "en": ("+44 7", 9)}
_TONGUES = ("ro",) * 14 + ("es",) * 3 + ("en",) * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A guest."""

    name: str
    email: str
    phone: str


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


_PLAIN = {name: _plain(name) for names in (WOMEN, MEN, FAMILIES) for some in names.values() for name in some}


def person(chance: Random) -> Person:
    """Somebody with an address at a reserved domain and a phone."""
    tongue = chance.choice(_TONGUES)
    first = chance.choice((WOMEN if chance.random() < 0.5 else MEN)[tongue])
    family = chance.choice(FAMILIES[tongue])
    prefix, digits = PHONES[tongue]
    return Person(
        name=f"{first} {family}",
        email=f"{_PLAIN[first]}.{_PLAIN[family]}{chance.randrange(100)}@example.org",
        phone=f"{prefix}{chance.randrange(10**digits):0{digits}d}",
    )
