"""A person with a spreadsheet: keeps the guests in a file, looks at who came in, and saves what should not be saved."""

import csv
import fcntl
import io
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Self

import openpyxl

from app.simulators.switchboard import Switchboard, choice, count, on_off

FORMATS = ("csv", "semicolon", "tab", "latin1", "bom", "utf16", "xlsx")
EDITS = ("off", "touched", "resaved", "columns", "sorted", "torn", "headless")
_SPANISH = (
    "Código QR",
    "Nombre",
    "Apellidos",
    "Nº de personas",
    "Tipo",
    "Tarifa",
    "Observaciones",
    "E-mail",
    "Teléfono",
    "Pulsera",
)
_ENGLISH = ("code", "name", "surname", "heads", "kind", "rate", "note", "email", "phone", "rfid")
_SEPARATORS = {"csv": ",", "semicolon": ";", "tab": "\t", "latin1": ";", "bom": ";", "utf16": "\t"}
_ENCODINGS = {"latin1": "cp1252", "bom": "utf-8-sig", "utf16": "utf-16"}
_ENTRIES = ("code", "name", "heads", "at", "station", "scan", "inside")
_FIRST = ("Ana", "Luis", "Begoña", "Íñigo", "Núria", "Zoë", "Óscar", "María José", "D'Arcy", "Iñaki")
_LAST = ("García", "Muñoz", "de la Peña", "O'Neill", "Ibáñez Ruiz", "Çelik", "López", "Sáenz")


@dataclass(slots=True, kw_only=True)
class Switches(Switchboard):
    """What differs between one person's spreadsheet and another's, and what goes wrong while it is open."""

    format: str = choice("csv", FORMATS, "how the guests are saved")
    headers: str = choice("spanish", ("spanish", "english"), "language of the headers")
    title: bool = on_off(False, "a title and an empty row stand above the headers")
    sep_line: bool = on_off(False, "the first line of a text file tells the separator: sep=;")
    plus_ones: bool = on_off(False, "heads are written as who comes with the guest: +2")
    order: str = choice("stable", ("stable", "shuffled"), "shuffled: the guests are sorted anew before each save")
    empty_rows: int = count(0, "empty rows after the last guest")
    saved: str = choice("in_place", ("in_place", "renamed"), "renamed: written beside it and put in its place")
    slow: int = count(0, "milliseconds for which a save in place has written only half")

    missing: bool = on_off(False, "the guests' file is not there")
    empty: bool = on_off(False, "the guests' file is empty: a save has begun")
    torn: bool = on_off(False, "the guests' file is only half there: a save goes on")
    locked: bool = on_off(False, "the entries are open in a program that lets nobody else write")
    foreign_edit: str = choice(
        "off", EDITS, "what somebody does to the entries at each save: touched (no change), resaved as Excel does, "
        "columns in another order and one more, sorted (header last), torn last line, headless"
    )  # fmt: skip


@dataclass(slots=True)
class Person:
    """One row. `heads` come in on it."""

    name: str
    code: str = ""
    heads: int = 1
    surname: str = ""
    kind: str = ""
    rate: str = ""
    note: str = ""
    email: str = ""
    phone: str = ""
    rfid: str = ""

    @property
    def ref(self) -> str:
        """How the person who keeps the file finds the row: by its code, else by the name."""
        return self.code or f"{self.name} {self.surname}".strip()


@dataclass(slots=True)
class Spreadsheet:
    """`guests.csv` (or .xlsx) in a folder, and the entries beside it. Nothing is on the disk before `save`.

    Switches count from the next save on; `turn` sets and saves. What is wrong with a file is put right by saving
    with the switch off.
    """

    folder: Path
    seed: int = 1
    switches: Switches = field(default_factory=Switches)
    people: list[Person] = field(default_factory=list)
    _random: Random = field(init=False)
    _lock: Any = None

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - must repeat

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def guests(self) -> Path:
        """The file to be named in the settings: another one for Excel."""
        return self.folder / ("guests.xlsx" if self.switches.format == "xlsx" else "guests.csv")

    @property
    def results(self) -> Path:
        """Where the hub writes entries unless the settings say otherwise."""
        return self.folder / "guests.entries.csv"

    def add(self, name: str, code: str = "", heads: int = 1, **cells: str) -> str:
        """A row more; returns its ref, by which it is removed and renamed."""
        person = Person(name, code, heads, **cells)
        self.people.append(person)
        return person.ref

    def crowd(self, number: int) -> list[str]:
        """So many invented people, each with a code; returns the refs."""
        told = []
        for at in range(len(self.people), len(self.people) + number):
            code = f"{self._random.getrandbits(40):010X}{at:05d}"
            heads = self._random.choice((1, 1, 1, 2, 4))
            told.append(self.add(self._random.choice(_FIRST), code, heads, surname=self._random.choice(_LAST)))
        return told

    def find(self, ref: str) -> Person:
        return next(one for one in self.people if one.ref == ref)

    def remove(self, ref: str) -> None:
        """Delete a row."""
        self.people.remove(self.find(ref))

    def rename(self, ref: str, name: str) -> str:
        """Write another name into a row; returns its ref, which is another one where it had no code."""
        person = self.find(ref)
        person.name, person.surname = name, ""
        return person.ref

    def turn(self, **switches: object) -> None:
        """Set switches, and save."""
        self.switches.update(switches)
        self.save()

    def save(self) -> None:
        """Write the guests, and do to the entries what the switches say."""
        self._hold(self.switches.locked)
        if self.switches.foreign_edit != "off" and not self.switches.locked:
            self._edit_results()
        if self.switches.missing:
            self.guests.unlink(missing_ok=True)
        elif self.switches.empty:
            self.guests.write_bytes(b"")
        elif self.switches.torn:
            self.guests.write_bytes(self._half(self._bytes()))
        else:
            self._write(self._bytes())

    def inside(self, ref: str) -> int:
        """Heads that the entries count for a code, or for the name of somebody without one."""
        person = next((one for one in self.people if one.ref == ref), Person(name=ref, code=ref))
        key, value = ("code", person.code) if person.code else ("name", person.ref)
        heads = (int(line.get("heads") or 1) for line in self._lines() if _plain(line.get(key) or "") == value)
        return max(sum(heads), 0)

    def enter(self, ref: str, heads: int = 1) -> None:
        """Note an entry by hand, under the others: a code or a name, and how many."""
        person = self.find(ref)
        lines = self._lines()
        headers = [*lines[0]] if lines else list(_ENTRIES)
        name = f"{person.name} {person.surname}".strip()
        lines.append(dict.fromkeys(headers, "") | {"code": person.code, "name": name, "heads": str(heads)})
        self._save_results([headers, *([line[name] for name in headers] for line in lines)])

    def close(self) -> None:
        """Let go of the entries."""
        self._hold(False)

    # The guests

    def _rows(self) -> list[list[str]]:
        if self.switches.order == "shuffled":
            self._random.shuffle(self.people)
        rows = [["Boda"], []] if self.switches.title else []
        rows.append(list(_SPANISH if self.switches.headers == "spanish" else _ENGLISH))
        rows += [self._row(one) for one in self.people]
        return rows + [[""] * len(_ENGLISH)] * self.switches.empty_rows

    def _row(self, one: Person) -> list[str]:
        heads = str(one.heads)
        if self.switches.plus_ones:
            heads = f"+{one.heads - 1}" if one.heads > 1 else ""
        return [one.code, one.name, one.surname, heads, one.kind, one.rate, one.note, one.email, one.phone, one.rfid]

    def _bytes(self) -> bytes:
        rows = self._rows()
        if self.switches.format == "xlsx":
            return _workbook(rows)
        separator = _SEPARATORS[self.switches.format]
        told = f"sep={separator}\r\n" if self.switches.sep_line else ""
        text = told + _text(rows, separator)
        return text.encode(_ENCODINGS.get(self.switches.format, "utf-8"), "replace")

    def _half(self, data: bytes) -> bytes:
        """What a save has written when it is half done: a text ends within the first cell of a row."""
        if self.switches.format == "xlsx":
            return data[: len(data) // 2]
        line_end = data.find(b"\n", len(data) // 3)
        return data[: line_end + 4] if self.switches.format != "utf16" else data[: line_end + 7]

    def _write(self, data: bytes) -> None:
        if self.switches.saved == "renamed":
            draft = self.folder / "~guests.tmp"
            draft.write_bytes(data)
            draft.replace(self.guests)
            return
        with self.guests.open("wb") as out:
            if self.switches.slow:
                out.write(data[: len(data) // 2])
                out.flush()
                time.sleep(self.switches.slow / 1000)
                data = data[len(data) // 2 :]
            out.write(data)

    # The entries

    def _hold(self, locked: bool) -> None:
        """Have the entries open, as a program does that lets nobody else write them."""
        if self._lock is not None and not locked:
            self._lock.close()
            self._lock = None
        if locked and self._lock is None:
            self._lock = self.results.open("ab")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _lines(self) -> list[dict[str, str]]:
        """The entries by header, however they were saved last; a line that was torn off has what is left of it."""
        if not self.results.exists():
            return []
        text = _read_text(self.results.read_bytes())
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=_separator_of(text)) if any(row)]
        header = next((row for row in rows if "code" in row and "heads" in row), None)
        names = header or list(_ENTRIES)
        return [dict.fromkeys(names, "") | dict(zip(names, row, strict=False)) for row in rows if row is not header]

    def _edit_results(self) -> None:
        if not self.results.exists() or not self.results.stat().st_size:
            return
        lines = self._lines()
        names = [*lines[0]] if lines else list(_ENTRIES)
        rows = [[line.get(name, "") for name in names] for line in lines]
        match self.switches.foreign_edit:
            case "touched":
                self.results.touch()
            case "resaved":
                self._save_results([names, *([_day_first(cell) for cell in row] for row in rows)])
            case "columns":
                turned = ["comment", *reversed([name for name in names if name != "comment"])]
                self._save_results([turned, *([line.get(name, "") for name in turned] for line in lines)])
            case "sorted":
                self._save_results([*sorted(rows), names])
            case "torn":
                self._save_results([[*_ENTRIES], *([line.get(name, "") for name in _ENTRIES] for line in lines)])
                self.results.write_bytes(self.results.read_bytes().rstrip()[:-3])
            case "headless":
                self._save_results([[line.get(name, "") for name in _ENTRIES] for line in lines])

    def _save_results(self, rows: Iterable[list[str]]) -> None:
        """As Excel in Spain saves a text file."""
        self.results.write_bytes(_text(rows, ";").encode("utf-8-sig"))


def _text(rows: Iterable[list[str]], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _workbook(rows: list[list[str]]) -> bytes:
    """Numbers become numbers, as where somebody types them."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Invitados"
    for row in rows:
        sheet.append([int(cell) if cell.isdecimal() and cell[0] != "0" and len(cell) < 15 else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _read_text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _separator_of(text: str) -> str:
    return max(";,\t", key=text.count)


def _day_first(cell: str) -> str:
    """A time as a spreadsheet in Spain shows it; anything else as it is."""
    try:
        return datetime.fromisoformat(cell).strftime("%d/%m/%Y %H:%M:%S") if "T" in cell else cell
    except ValueError:
        return cell


def _plain(cell: str) -> str:
    """Without the apostrophe that keeps a cell from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@", "'"} else cell
