"""A guests' file however a person saved it: what must come of it, and what is said of rows that are of no use."""

import io
import json
import os
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest

from app.domain.model import Admission
from app.domain.outbox import AnswerKind
from app.ports import ProviderError
from tests.providers.spreadsheets import PLAIN, Venue, workbook

GOLDEN = Path(__file__).parent / "golden" / "file"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))
LINES = [["Código", "Nombre", "Personas"], ["Q1", "Begoña Muñoz", "2"], ["Q2", 'Íñigo; "el, alto"', "1"]]


def shown(one: Admission) -> dict[str, object]:
    return {
        "ref": one.ref, "kind": one.kind, "rate": one.rate, "email": one.email, "phone": one.phone, "word": one.word,
        "guest": {"name": one.guest.name, "note": one.guest.note, "tags": list(one.guest.tags)},
        "credentials": [f"{each.scheme}:{each.value}" for each in one.credentials], "limit": one.allowances[0].limit,
        "standing": one.standing,
    }  # fmt: skip


def failure(venue: Venue) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        venue.pages()
    return caught.value


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_becomes_what_the_golden_file_says(name: str, tmp_path: Path) -> None:
    venue = Venue(tmp_path, (GOLDEN / name).read_bytes(), name)
    seen = [shown(one) for one in venue.told().values()]
    expected = EXPECTED[name]["guests"]
    assert [{field: one[field] for field in wanted} for one, wanted in zip(seen, expected, strict=True)] == expected
    assert venue.damaged() == EXPECTED[name]["damaged"]


def text_of(separator: str, ending: str) -> str:
    def cell(value: str) -> str:
        return '"' + value.replace('"', '""') + '"' if any(one in value for one in '";,\t') else value

    return "".join(separator.join(cell(value) for value in line) + ending for line in LINES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_text_file_is_read_however_it_was_saved(encoding: str, separator: str, ending: str, tmp_path: Path) -> None:
    venue = Venue(tmp_path, text_of(separator, ending).encode(encoding))
    told = {ref: (one.guest.name, one.allowances[0].limit) for ref, one in venue.told().items()}
    assert told == {"code:Q1": ("Begoña Muñoz", 2), "code:Q2": ('Íñigo; "el, alto"', 1)}


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".tsv"])
def test_the_first_line_may_tell_the_separator(suffix: str, tmp_path: Path) -> None:
    venue = Venue(tmp_path, b"sep=|\ncode|name, and more\nQ1|x\n", f"guests{suffix}")
    assert list(venue.told()) == ["code:Q1"]


def test_empty_rows_and_columns_are_nobody(tmp_path: Path) -> None:
    venue = Venue(tmp_path, "code;name;;\r\n;;;\r\nQ1;Ana;;\r\n;;;\r\n\r\n;;;\r\n")
    assert (list(venue.told()), venue.damaged()) == (["code:Q1"], [])


def test_a_note_may_go_over_several_lines_and_the_next_line_keeps_its_number(tmp_path: Path) -> None:
    venue = Venue(tmp_path, 'code,name,note\nQ1,Ana,"one\ntwo, ""three"""\nQ1,Twin,\n')
    assert venue.told()["code:Q1"].guest.note == 'one two, "three"'
    assert venue.damaged() == ["line 4: the code is that of line 2 already"]


def test_a_formula_in_a_text_is_a_code_like_another(tmp_path: Path) -> None:
    venue = Venue(tmp_path, 'code,name\n=1+1,"=HYPERLINK(""http://x.example"")"\n@SUM(1),-Ana\n')
    assert {ref: one.guest.name for ref, one in venue.told().items()} == {
        "code:=1+1": '=HYPERLINK("http://x.example")', "code:@SUM(1)": "-Ana",
    }  # fmt: skip


def test_bytes_that_mean_nothing_spoil_their_own_line(tmp_path: Path) -> None:
    venue = Venue(tmp_path, "code,name\nQ1,Ñandú Núñez\n".encode() + b"Q2,I\xf1aki\n" + "Q3,Óscar\n".encode())
    assert list(venue.told()) == ["code:Q1", "code:Q3"]
    assert venue.damaged() == ["line 3: the name has letters that can't be read"]


def test_a_code_that_is_too_long_is_damaged(tmp_path: Path) -> None:
    venue = Venue(tmp_path, f"code,name\n{'x' * 513},Ana\n{'y' * 512},Bea\n")
    assert venue.damaged() == ["line 2: the code is longer than 512 characters"]
    assert len(venue.told()) == 1


def test_a_cell_of_any_length_spoils_nothing_else(tmp_path: Path) -> None:
    venue = Venue(tmp_path, f'code,name,note\nQ1,Ana,"{"x" * 300_000}"\nQ2,Bea,\n')
    assert "code:Q2" in venue.told()


@pytest.mark.parametrize(
    "text", ["Q1,Ana\nQ2,Bea\n", "color,size\nred,4\n", "heads,note\n1,x\n", "\n\n,,\n \n", "\x00\x01\x02"]
)
def test_without_a_header_it_says_what_was_found_and_what_is_understood(text: str, tmp_path: Path) -> None:
    error = failure(Venue(tmp_path, text))
    first = text.partition("\n")[0].partition(",")[0]
    assert error.kind is AnswerKind.BROKEN
    assert first.isprintable() is False or first in error.words
    assert "code, name, surname" in error.words
    assert "\n" not in error.words


@pytest.mark.parametrize(
    ("header", "limit"),
    [("Plazas", 3), ("PAX.", 3), ("Nº personas", 3), ("Número de invitados", 3), ("+1", 4), ("Acompañantes", 4)],
)
def test_heads_are_counted_with_or_without_the_guest(header: str, limit: int, tmp_path: Path) -> None:
    assert Venue(tmp_path, f"nombre;{header}\nAna;3\n").told()["name:ana"].allowances[0].limit == limit


@pytest.mark.parametrize(
    ("cell", "limit"),
    [("", 1), ("3", 3), ("3.0", 3), ("3,00", 3), ("3 pax", 3), ("+2", 3), ("1+2", 3), ("2 acompañantes", 3),
     ("10000", 10_000)],
)  # fmt: skip
def test_heads_are_read_however_they_are_written(cell: str, limit: int, tmp_path: Path) -> None:
    venue = Venue(tmp_path, f"nombre;personas\nAna;{cell}\n")
    assert venue.told()["name:ana"].allowances[0].limit == limit


def test_one_wristband_may_be_that_of_several(tmp_path: Path) -> None:
    venue = Venue(tmp_path, "code,name,rfid\nQ1,Ana,00:04-a2\nQ2,Bea,04:A2\nQ3,Cy,VIP\n")
    assert [one.row.ref for one in venue.find("04A2", "rfid")] == ["code:Q1", "code:Q2"]
    assert venue.told()["code:Q3"].guest.tags == ("VIP",)


# --- Excel ------------------------------------------------------------------------------------------------------------


def excel(folder: Path, rows: list[list[object]], **formats: str) -> Venue:
    return Venue(folder, workbook({"Sheet": rows}, formats), "guests.xlsx")


def test_numbers_and_dates_are_read_as_a_person_sees_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["code", "name", "heads", "note"], [123.0, "Ana", 2, date(2026, 11, 28)],
        [77, "Bea", 1.0, datetime.fromisoformat("2026-11-28T20:30")],
        ["007", 42, None, time(21, 5)], [None, "Dee", None, True],
    ]  # fmt: skip
    told = excel(tmp_path, rows, A3="00000").told()
    assert {ref: (one.guest.name, one.guest.note) for ref, one in told.items()} == {
        "code:123": ("Ana", "2026-11-28"), "code:00077": ("Bea", "2026-11-28 20:30"), "code:007": ("42", "21:05"),
        "name:dee": ("Dee", "yes"),
    }  # fmt: skip


def test_what_excel_has_lost_is_damaged_and_not_guessed(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["code", "name", "heads", "note"], ["=A1", "Ana", 1, None], ["Q2", "=A1", 1, None], ["Q3", "Cy", "=1+1", None],
        [1234567890123456789, "Dee", 1, None], ["#N/A", "Eli", 1, None], ["Q6", "Fay", 1, "=A1"],
    ]  # fmt: skip
    venue = excel(tmp_path, rows)
    assert list(venue.told()) == ["code:Q6"]
    assert [why.partition(";")[0].split(" is a")[0] for why in venue.damaged()] == [
        "line 2: the code", "line 3: the name", "line 4: the number of heads", "line 5: the code", "line 6: the code",
    ]  # fmt: skip


def test_the_first_sheet_with_guests_is_read_unless_one_is_named(tmp_path: Path) -> None:
    sheets = {"Menu": [["Starter", "Main"]], "Friday": [["Name"], ["Ana"]], "Saturday": [["Name"], ["Bea"]]}
    venue = Venue(tmp_path, workbook(sheets), "guests.xlsx")
    assert list(venue.told()) == ["name:ana"]
    assert list(Venue(tmp_path, workbook(sheets), "guests.xlsx", sheet="Saturday").told()) == ["name:bea"]
    error = failure(Venue(tmp_path, workbook(sheets), "guests.xlsx", sheet="Sunday"))
    assert (error.kind, "'Saturday'" in error.words) == (AnswerKind.BROKEN, True)


def test_an_excel_file_may_be_called_csv(tmp_path: Path) -> None:
    assert list(Venue(tmp_path, workbook({"S": [["Name"], ["Ana"]]})).told()) == ["name:ana"]


def test_half_an_excel_file_is_being_saved(tmp_path: Path) -> None:
    whole = workbook({"S": [["Name"], *([f"Guest {at}"] for at in range(500))]})
    for size in (10, len(whole) // 2, len(whole) - 10):
        assert failure(Venue(tmp_path, whole[:size], "guests.xlsx")).kind is AnswerKind.BUSY


def test_what_is_no_excel_file_is_broken_in_words(tmp_path: Path) -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as parts:
        parts.writestr("hello.txt", "hello")
    for data in (b"\xd0\xcf\x11\xe0" + bytes(600), b"code,name\nQ1,Ana\n", other.getvalue()):
        error = failure(Venue(tmp_path, data, "guests.xlsx"))
        assert (error.kind, error.words.startswith("guests.xlsx ")) == (AnswerKind.BROKEN, True)


# --- the file itself --------------------------------------------------------------------------------------------------


def test_a_file_that_is_empty_missing_or_cut_within_a_row_is_being_saved(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    for guests in (b"", b"\r\n ", PLAIN[:-8].encode(), b'code,name\nQ1,"Ana', "code,name\nQ1".encode("utf-16")):
        venue.write(guests)
        assert failure(venue).kind is AnswerKind.BUSY
    venue.file.unlink()
    error = failure(venue)
    assert (error.kind, error.words) == (AnswerKind.BUSY, "guests.csv is not there")


def test_a_short_last_row_is_taken_once_the_file_rests(tmp_path: Path) -> None:

    venue = Venue(tmp_path, "code,name,heads\nQ1,Ana,1\nQ2,Bea")
    os.utime(venue.file, (1_700_000_000, 1_700_000_000))
    assert list(venue.told()) == ["code:Q1", "code:Q2"]


def test_a_file_that_changes_while_it_is_read_is_being_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venue = Venue(tmp_path)
    real, seen = os.fstat, []

    def fstat(handle: int) -> os.stat_result:
        seen.append(handle)
        if len(seen) == 2:
            venue.write(PLAIN + "Q9,Late,1\n")
        return real(handle)

    monkeypatch.setattr("app.providers.file.disk.os.fstat", fstat)
    assert (failure(venue).kind, len(venue.told())) == (AnswerKind.BUSY, 4)


def test_a_file_that_is_too_large_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.providers.file.watched.MOST_BYTES", 1024 * 1024)
    error = failure(Venue(tmp_path, "code,name\n" + "Q1,Ana\n" * 300_000))
    assert (error.kind, error.words) == (AnswerKind.BROKEN, "guests.csv has 2 MB; 1 MB at most are read")


def test_two_hundred_thousand_rows_come_in_pages(tmp_path: Path) -> None:
    rows = "".join(f"C{at:06d};Ana {at};{at % 4 + 1}\r\n" for at in range(200_000))
    venue = Venue(tmp_path, "Código;Nombre;Personas\r\n" + rows)
    pages = venue.pages()
    assert (len(pages), {len(page.rows) for page in pages}) == (200, {1000})
    assert [page.complete for page in pages] == [False] * 199 + [True]
    assert len({row.ref for page in pages for row in page.rows}) == 200_000
