"""Invented people with ordinary European names."""

import unicodedata
from random import Random

from app.simulators.fourvenues.rows import Holder

WOMEN = (
    "Lucía", "María", "Paula", "Carmen", "Sofía", "Alba", "Marta", "Noelia", "Irene", "Claudia", "Nerea", "Laia",
    "Aitana", "Rocío", "Inés", "Ainhoa", "Vera", "Camille", "Chiara", "Greta", "Hanna", "Freya", "Zuzanna", "Beatriz",
    "Ana", "Elena", "Júlia", "Candela", "Léa", "Giulia", "Mireia", "Ariadna", "Nora", "Valentina", "Yasmine", "Ewa",
)  # fmt: skip
MEN = (
    "Hugo", "Pablo", "Álvaro", "Adrián", "Diego", "Javier", "Sergio", "Iker", "Marc", "Nil", "Rubén", "Gonzalo", "Unai",
    "Víctor", "Raúl", "Mateo", "Óscar", "Jordi", "Lorenzo", "Matteo", "Lukas", "Jonas", "Mikkel", "Tomasz", "João",
    "Rui", "Antoine", "Baptiste", "Emre", "Youssef", "Daniel", "Samuel", "Íñigo", "Asier", "Ferran", "Oriol",
)  # fmt: skip
FAMILIES = (
    "García", "Martínez", "López", "Sánchez", "Romero", "Navarro", "Torres", "Domínguez", "Vázquez", "Ramos", "Gil",
    "Serrano", "Blanco", "Molina", "Morales", "Suárez", "Ortega", "Delgado", "Castro", "Ortiz", "Rubio", "Marín",
    "Núñez", "Iglesias", "Medina", "Garrido", "Cortés", "Castillo", "Santos", "Lozano", "Guerrero", "Cano", "Prieto",
    "Méndez", "Cruz", "Calvo", "Gallego", "Vidal", "León", "Márquez", "Herrera", "Peña", "Flores", "Cabrera", "Campos",
    "Vega", "Fuentes", "Carrasco", "Diez", "Reyes", "Caballero", "Nieto", "Aguilar", "Pascual", "Santana", "Herrero",
    "Montero", "Lorenzo", "Hidalgo", "Giménez", "Ibáñez", "Ferrer", "Durán", "Santiago", "Benítez", "Puig", "Soler",
    "Mora", "Vicente", "Vargas", "Arias", "Carmona", "Crespo", "Román", "Pastor", "Soto", "Sáez", "Velasco", "Moya",
    "Soriano", "Parra", "Esteban", "Bravo", "Gallardo", "Rojas", "Etxeberria", "Zubiri", "Ferreira", "Moreau",
    "Lefèvre", "Conti", "Ricci", "Weber", "Lindqvist", "Novak", "Kowalska", "de Vries", "Byrne", "Özdemir", "Haddad",
)  # fmt: skip
STREETS = ("Calle Mayor", "Calle del Mar", "Avenida del Puerto", "Carrer de Colom", "Plaza Nueva", "Calle Almirante")
_COUNTRIES = ("ES",) * 16 + ("FR", "IT", "DE", "PT", "GB", "NL", "IE", "PL")
_LANGUAGES = {"ES": "es", "FR": "fr", "IT": "it", "DE": "de", "PT": "pt", "NL": "nl", "PL": "pl"}


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


_PLAIN = {name: _plain(name) for name in (*WOMEN, *MEN, *FAMILIES)}


def holder(chance: Random) -> Holder:
    """A person with a name, an address at a reserved domain and a phone."""
    woman = chance.random() < 0.53
    first = chance.choice(WOMEN if woman else MEN)
    family = chance.choice(FAMILIES)
    country = chance.choice(_COUNTRIES)
    second = f" {chance.choice(FAMILIES)}" if country == "ES" else ""
    place = "com" if chance.random() < 0.7 else "org"
    return Holder(
        name=f"{first} {family}{second}",
        email=f"{_PLAIN[first]}.{_PLAIN[family]}{chance.randrange(100)}@example.{place}",
        phone=f"+34 6{chance.randrange(10**8):08d}",
        gender="female" if woman else "male",
        country=country,
        language=_LANGUAGES.get(country, "en"),
        address=f"{chance.choice(STREETS)} {1 + chance.randrange(120)}",
        postal_code=f"46{chance.randrange(1, 26):03d}",
    )
