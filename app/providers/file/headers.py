"""Which column holds what, by its header in English or Spanish: accents, case and punctuation do not matter. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from app.providers.file.values import Broken, Cell, fold, line

_FILLING = frozenset(
    [
        "de",
        "del",
        "la",
        "las",
        "el",
        "los",
        "y",
        "e",
        "the",
        "of",
        "and",
        "a",
        "n",
        "no",
        "num",
        "numero",
        "number",
        "your",
        "tu",
        "su",
    ]
)
_FULL = ("full name", "fullname", "nombre completo", "nombre apellidos", "nombre apellido", "complete name")

_CLEAR = {
    "code": "code,codigo,codes,codigos,qr,qr code,codigo qr,barcode,bar code,codigo barras,ticket code,codigo entrada,"
    "codigo ticket,code ticket,localizador,locator,booking code,codigo reserva,ticket id,id ticket,id entrada",
    "name": ",".join(_FULL) + ",name,nombre,guest name,nombre invitado,first name,firstname,given name,nombre pila,"
    "attendee,attendee name,asistente,nombre asistente,guest,invitado,invitada,participante,participant,huesped,"
    "titular,holder,cliente,customer,nombres",
    "surname": "surname,surnames,last name,lastname,family name,apellido,apellidos,apellido 1,apellido 2,1 apellido,"
    "2 apellido,primer apellido,segundo apellido,second surname",
    "kind": "kind,tipo,type,clase",
    "rate": "rate,tarifa,entrada,tipo entrada,tipo ticket,ticket type,type ticket,tipo tarifa,tariff,product,producto,"
    "category,categoria",
    "heads": "heads,head,personas,people,persons,pax,plazas,seats,places,party size,party,group size,qty,quantity,"
    "cantidad,entradas,tickets,comensales,asistentes,attendees,total personas,headcount",
    "plus": "plus,plus one,plus ones,plusones,plus 1,+1,+1s,+,+n,acompanantes,acompanante,companions,extras,"
    "extra guests,additional guests",
    "note": "note,notes,nota,notas,observaciones,observacion,comentario,comentarios,comment,comments,remarks,remark",
    "email": "email,e mail,mail,correo,correo electronico,email address",
    "phone": "phone,telefono,tel,telf,tfno,tlf,movil,telefono movil,mobile,mobile phone,phone mobile,cell,cell phone,"
    "cellphone,celular,whatsapp,telephone",
    "tags": "tags,tag,etiquetas,etiqueta,labels,label",
    "rfid": "rfid,pulsera,pulseras,tarjeta,wristband,nfc,chip,card,band,uid,rfid uid,nfc uid",
    "status": "status,estado",
}
_ALSO = (
    ("code", "ticket,id,boleto,referencia,reference,ref"),
    ("name", "guests,invitados,persona,person"),
    ("heads", "guests,invitados"),
    ("rate", "ticket"),
)
"""Headers that mean it only where nothing clearer does, in this order."""
_COUNTS = frozenset({"numero de invitados", "number of guests", "no de invitados", "n de invitados", "num invitados"})

_SEVERAL = frozenset({"surname", "note", "phone", "tags", "rfid"})
"""What may be spread over several columns."""
_CLEARLY = {word: (field, rank) for field, words in _CLEAR.items() for rank, word in enumerate(words.split(","))}
UNDERSTOOD = "code, name, surname, kind, rate, heads, plus ones, note, email, phone, tags, rfid, status"

Columns = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Header:
    """Columns of a header row by what they hold; `whole_name` where no surname is to be added."""

    columns: Columns
    whole_name: bool = False

    @property
    def usable(self) -> bool:
        """Can guests be told apart?"""
        return not self.columns.keys().isdisjoint({"code", "name", "surname", "rfid"})


def read(cells: Sequence[Cell]) -> Header:
    """What the cells say where they are headers."""
    words = ["" if isinstance(cell, Broken) else _meant(cell) for cell in cells]
    columns: Columns = {}
    best: dict[str, int] = {}
    for at, word in enumerate(words):
        if word not in _CLEARLY:
            continue
        field, rank = _CLEARLY[word]
        if field in _SEVERAL:
            columns[field] = (*columns.get(field, ()), at)
        elif rank < best.get(field, len(_CLEARLY)):
            columns[field], best[field] = (at,), rank
    taken = {at for places in columns.values() for at in places}
    for field, also in _ALSO:
        place = next((at for at, word in enumerate(words) if at not in taken and word in also.split(",")), None)
        if place is not None and field not in columns:
            columns[field] = (place,)
            taken.add(place)
    name = columns.get("name")
    return Header(columns, whole_name=name is not None and words[name[0]] in _FULL)


def score(cells: Sequence[Cell]) -> int:
    """How much of a row is understood as headers; 0 where no guest could be told from another."""
    header = read(cells)
    return len(header.columns) if header.usable else 0


def missing(file: str, cells: Sequence[Cell]) -> ProviderError:
    """No row is a header: what was found where it should be."""
    found = ", ".join(repr(told) for told in (line(cell, 20) for cell in cells[:12]) if told) or "nothing"
    words = f"{file}: no header of a code or a name. Found: {found}. Understood: {UNDERSTOOD}"
    return ProviderError(AnswerKind.BROKEN, words)


def _meant(cell: str) -> str:
    """A header without the words that say nothing: `Número de personas` is `personas`."""
    word = fold(cell[:60])
    if word in _COUNTS:
        return "heads"
    if word in _CLEARLY:
        return word
    return " ".join(part for part in word.split() if part not in _FILLING)
