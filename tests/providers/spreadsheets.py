"""A folder with a spreadsheet in it, and the provider that reads it."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl

from app.domain.model import AccountId, Admission, AdmissionId, CallId, Credential, Event, Kind, ScanId
from app.domain.outbox import Call, Receipt
from app.ports import Cursor, Found, Page
from app.providers.file.account import FileAccount
from app.providers.file.provider import FileProvider

NOW = datetime(2026, 11, 28, 20, 15, 7, tzinfo=UTC)
PLAIN = "code,name,heads\nQ1,Ana Ruiz,1\nQ2,Luis Peña,4\n,Bea Sanz,2\n"
GROUP = "code:Q2"


class Venue:
    """A folder with `guests.csv`, and a hub's provider on it; `reopen` is the hub started again."""

    def __init__(self, folder: Path, guests: str | bytes = PLAIN, file: str = "guests.csv", **settings: object) -> None:
        self.folder = folder
        self.file = folder / file
        self.results = folder / "guests.entries.csv"
        self.settings = {"path": str(self.file), "timezone": "Europe/Madrid"} | settings
        self.write(guests)
        self.reopen()

    def write(self, guests: str | bytes) -> None:
        self.file.write_bytes(guests.encode() if isinstance(guests, str) else guests)

    def reopen(self) -> None:
        self.provider = FileProvider(FileAccount.from_options(AccountId("wedding"), self.settings), lambda: NOW)

    @property
    def event(self) -> Event:
        (event,) = self.provider.events(NOW - timedelta(days=400), NOW + timedelta(days=400))
        return event

    def pages(self, mark: str | None = None) -> list[Page]:
        cursor = None if mark is None else Cursor(mark=mark)
        return list(self.provider.pull(self.event, "guests", cursor))

    def mark(self) -> str:
        return self.pages()[-1].mark

    def told(self) -> dict[str, Admission]:
        """Everybody in the file."""
        seen = [self.provider.translate(self.event, "guests", row) for page in self.pages() for row in page.rows]
        return {one.ref: one for one in seen if isinstance(one, Admission)}

    def damaged(self) -> list[str]:
        return [one.why for page in self.pages() for one in page.damaged]

    def inside(self, ref: str) -> int:
        return self.told()[ref].allowances[0].confirmed

    def find(self, value: str, scheme: str = "qr") -> Sequence[Found]:
        return self.provider.find(Credential(value=value, scheme=scheme), self.event, timedelta(seconds=5), None)

    def call(self, scan: str, ref: str = GROUP, heads: int = 1, at: datetime = NOW) -> Call:
        return replace(CALL, scan=ScanId(scan), ref=ref, heads=heads, at=at, event=self.event.id)

    def push(self, scan: str, ref: str = GROUP, heads: int = 1) -> Receipt:
        return self.provider.push(self.call(scan, ref, heads))

    def aside(self) -> list[Path]:
        return sorted(self.folder.glob("guests.entries.damaged-*"))


CALL = Call(
    id=CallId(1), scan=ScanId("s"), account=AccountId("wedding"), event="wedding:wedding", event_ref="wedding",
    admission=AdmissionId(1), kind=Kind.TICKET, ref=GROUP, code="Q2", heads=1, limit=4, at=NOW, station="Front door",
)  # fmt: skip


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], formats: Mapping[str, str] | None = None) -> bytes:
    """An Excel file of these sheets; number formats by cell (`A2`) are those of the first."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for place, shown in (formats or {}).items():
        book.worksheets[0][place].number_format = shown
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
