"""What the venue has to tell us of its spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path

from app.domain.model import AccountId
from app.providers.accounts import read_options, refuse, zone_of, zone_problem

READ = (".csv", ".txt", ".tsv", ".xlsx")
WRITTEN = (".csv", ".txt", ".tsv")
DAY_ENDS = timedelta(days=1, hours=6)
"""A date without an hour is the whole day, and the night that follows it."""

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAccount:
    """One spreadsheet of guests. Paths may be relative to where the hub starts; `timezone` is the venue's.

    `results` is where entries are written, by default beside the guests; `sheet` the one of an Excel file that is
    read, by default the first that has guests. `date` is a day or a time in the venue's zone.
    """

    account: AccountId
    path: str = ""
    results: str = ""
    name: str = ""
    date: str = ""
    sheet: str = ""
    timezone: str = ""

    @classmethod
    def from_options(cls, account: AccountId, options: Mapping[str, object]) -> FileAccount:
        """An account from named settings; raises ValueError that names the setting."""
        made = cls(account=account, **read_options(cls, options, "a file"))
        made.validate()
        return made

    def validate(self) -> None:
        """Raises ValueError whose message names the setting that can't be used."""
        refuse(self._guests(), self._entries(), self._words(), zone_problem(self.timezone))
        refuse(self._when())

    @property
    def guests_file(self) -> Path:
        return Path(self.path).expanduser().absolute()

    @property
    def results_file(self) -> Path:
        if self.results:
            return Path(self.results).expanduser().absolute()
        return self.guests_file.with_name(f"{self.guests_file.stem}.entries.csv")

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.timezone) or UTC

    @property
    def hours(self) -> tuple[datetime | None, datetime | None]:
        """When the event begins and ends, as far as `date` says."""
        if not self.date:
            return None, None
        begins = datetime.fromisoformat(self.date)
        begins = begins if begins.tzinfo else begins.replace(tzinfo=self.zone)
        if not _is_day(self.date):
            return begins.astimezone(UTC), None
        ends = datetime.combine(begins.date(), time(), tzinfo=self.zone) + DAY_ENDS
        return begins.astimezone(UTC), ends.astimezone(UTC)

    @property
    def label(self) -> str:
        """The day of the event at the venue."""
        begins, _ = self.hours
        return begins.astimezone(self.zone).date().isoformat() if begins else ""

    def _guests(self) -> str:
        if not self.path.strip():
            return "path: is missing"
        if not _usable(self.path):
            return "path: is no name of a file"
        if Path(self.path).suffix.lower() not in READ:
            return f"path: does not end in {', '.join(READ[:-1])} or {READ[-1]}; save it as one of these"
        return ""

    def _entries(self) -> str:
        if self.results and not _usable(self.results):
            return "results: is no name of a file"
        if self.results and Path(self.results).suffix.lower() not in WRITTEN:
            return f"results: does not end in {', '.join(WRITTEN[:-1])} or {WRITTEN[-1]}"
        if self.results_file == self.guests_file:
            return "results: is the file of the guests"
        return ""

    def _words(self) -> str:
        if len(self.name) > _LONGEST or not self.name.isprintable():
            return f"name: is not one line of {_LONGEST} characters at most"
        if self.sheet and Path(self.path).suffix.lower() != ".xlsx":
            return "sheet: only an .xlsx file has sheets"
        return ""

    def _when(self) -> str:
        try:
            _ = self.hours
        except (ValueError, OverflowError):
            return "date: is neither a day like 2026-11-28 nor a time like 2026-11-28T20:00"
        return ""


def _usable(path: str) -> bool:
    return path.isprintable() and bool(Path(path).stem) and len(Path(path).name) <= _LONGEST


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
