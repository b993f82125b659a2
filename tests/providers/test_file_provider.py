"""A spreadsheet behind the port: changes are told, an entry is written once, and nothing a person does loses one."""

import errno
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.domain.model import Credential, Standing
from app.domain.outbox import AnswerKind, Receipt
from app.domain.settle import Done, landed, settle
from app.ports import ProviderError
from app.providers.file import client, disk
from tests.providers.spreadsheets import GROUP, NOW, PLAIN, Venue, workbook

HEADER = "code;name;heads;at;station;scan;inside"


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return Venue(tmp_path)


def lines(venue: Venue) -> list[str]:
    return venue.results.read_text(encoding="utf-8-sig").splitlines()


def full(receipt: Receipt) -> tuple[AnswerKind, int | None]:
    return receipt.kind, receipt.count


# --- what changed -----------------------------------------------------------------------------------------------------


def test_a_file_is_one_event_that_is_called_by_the_account(venue: Venue) -> None:
    assert (venue.event.id, venue.event.ref, venue.event.name, venue.event.starts_at) == (
        "wedding:wedding", "wedding", "guests", None,
    )  # fmt: skip


def test_an_event_with_a_date_is_told_around_it_only(tmp_path: Path) -> None:
    venue = Venue(tmp_path, date="2026-11-28", name="Boda de Ana y Luis")
    day = venue.event.starts_at
    assert day is not None
    assert (venue.event.label, venue.event.name) == ("2026-11-28", "Boda de Ana y Luis")
    assert venue.provider.events(day - timedelta(days=9), day - timedelta(days=8)) == []


def test_an_unchanged_file_is_one_empty_page_with_the_same_mark(venue: Venue) -> None:
    mark = venue.mark()
    os.utime(venue.file, (1_700_000_000, 1_700_000_000))
    for _ in range(2):
        (page,) = venue.pages(mark)
        assert (page.rows, page.complete, page.mark) == ((), False, mark)


def test_a_changed_file_is_told_whole_with_another_mark(venue: Venue) -> None:
    mark = venue.mark()
    venue.write(PLAIN.replace("Luis", "Lois"))  # as long as before, and at once
    (page,) = venue.pages(mark)
    assert (len(page.rows), page.complete, page.mark == mark) == (3, True, False)


def test_rows_that_say_the_same_have_the_same_digest_wherever_they_stand(venue: Venue) -> None:
    before = {row.ref: row.digest for page in venue.pages() for row in page.rows}
    venue.write(PLAIN.replace("Q1,Ana Ruiz,1\n", "") + "Q7,Eva,1\nQ1,Ana Ruiz,1\n")
    after = {row.ref: row.digest for page in venue.pages() for row in page.rows}
    assert before.items() <= after.items()


def test_our_own_entries_do_not_change_the_mark_and_another_hand_does(venue: Venue) -> None:
    mark = venue.mark()
    venue.push("s1")
    venue.push("s2", heads=2)
    assert venue.mark() == mark
    venue.results.write_bytes(venue.results.read_bytes() + b"Q1,Ana,1,,,,\r\n")
    assert venue.mark() != mark
    assert (venue.inside("code:Q1"), venue.inside(GROUP)) == (1, 3)


def test_a_list_without_guests_is_complete(venue: Venue) -> None:
    venue.write("code,name\n")
    (page,) = venue.pages()
    assert (page.rows, page.complete) == ([], True)


def test_what_is_in_the_file_now_is_found(venue: Venue) -> None:
    assert venue.find("Q9") == []
    venue.write(PLAIN + "Q9,Eva,1\n")
    (found,) = venue.find("Q9")
    assert (found.event_ref, found.resource, found.row.ref) == ("wedding", "guests", "code:Q9")


def test_a_code_whose_row_is_damaged_is_not_unknown(venue: Venue) -> None:
    venue.write(PLAIN + "Q9,Eva,lots\n")
    with pytest.raises(ProviderError, match="line 5"):
        venue.find("Q9")
    assert venue.push("s1", "code:Q9").kind is AnswerKind.BROKEN


def test_a_look_up_ends_with_its_budget(venue: Venue) -> None:
    with venue.provider._client.hands, pytest.raises(ProviderError) as caught:  # somebody reads a long file
        venue.provider.find(Credential(value="Q1"), venue.event, timedelta(milliseconds=20), None)
    assert caught.value.kind is AnswerKind.BUSY
    venue.provider.close()
    with pytest.raises(ProviderError, match="closed"):
        venue.find("Q1")


def test_a_missing_file_is_busy_and_says_its_name_only(venue: Venue) -> None:
    venue.file.unlink()
    for ask in (
        venue.provider.ping,
        venue.pages,
        lambda: venue.find("Q1"),
        lambda: venue.provider.look(venue.call("s")),
    ):
        with pytest.raises(ProviderError) as caught:
            ask()
        assert (caught.value.kind, caught.value.words) == (AnswerKind.BUSY, "guests.csv is not there")
    assert venue.push("s").kind is AnswerKind.BUSY
    assert venue.provider.allowed() == {"guests": "guests.csv is not there", "entries": ""}


def test_all_is_allowed_where_both_files_can_be_used(venue: Venue) -> None:
    assert venue.provider.ping() is None
    assert venue.provider.allowed() == {"guests": "", "entries": ""}


# --- entries ----------------------------------------------------------------------------------------------------------


def test_an_entry_is_a_line_that_a_person_can_read(venue: Venue) -> None:
    venue.push("s1", heads=3)
    venue.push("undo:s1", heads=-1)
    assert lines(venue) == [
        HEADER.replace(";", ","),
        "Q2,Luis Peña,3,2026-11-28T21:15:07+01:00,Front door,s1,3",
        "Q2,Luis Peña,-1,2026-11-28T21:15:07+01:00,Front door,undo:s1,2",
    ]


def test_an_entry_that_is_sent_again_is_written_once(venue: Venue) -> None:
    for _ in range(3):
        assert full(venue.push("s1", heads=2)) == (AnswerKind.ACCEPTED, 2)
        venue.reopen()
    assert len(lines(venue)) == 2


def test_an_entry_and_its_undo_of_one_scan_are_two(venue: Venue) -> None:
    assert [full(venue.push("s1", heads=heads))[1] for heads in (2, -2, 2, -2)] == [2, 0, 0, 0]


def test_what_has_no_room_is_refused_and_not_written(venue: Venue) -> None:
    venue.push("s1", heads=3)
    assert full(venue.push("s2", heads=2)) == (AnswerKind.REFUSED, 3)
    assert venue.push("s3", "code:Q9").kind is AnswerKind.REFUSED
    assert len(lines(venue)) == 2


def test_an_undo_takes_back_no_more_than_there_is(venue: Venue) -> None:
    assert full(venue.push("u0", heads=-1)) == (AnswerKind.ACCEPTED, 0)
    venue.push("s1")
    assert full(venue.push("u1", heads=-3)) == (AnswerKind.ACCEPTED, 0)
    assert full(venue.push("s2", heads=4)) == (AnswerKind.ACCEPTED, 4)


def test_a_guest_whom_the_file_calls_cancelled_is_refused_and_may_be_taken_back(venue: Venue) -> None:
    venue.push("s1")
    venue.write("code,name,heads,status\nQ2,Luis,4,Cancelado\n")
    assert full(venue.push("s2")) == (AnswerKind.REFUSED, 1)
    assert venue.provider.look(venue.call("s2")).standing is Standing.VOID
    assert full(venue.push("u1", heads=-1)) == (AnswerKind.ACCEPTED, 0)


def test_guests_of_one_name_without_codes_are_counted_apart(venue: Venue) -> None:
    venue.write("name\nAna Ruiz\nana ruíz\nAna  Ruiz\n")
    for ref in ("name:ana ruiz 2", "name:ana ruiz 3", "name:ana ruiz"):
        assert full(venue.push(ref, ref)) == (AnswerKind.ACCEPTED, 1)
    venue.reopen()
    assert {ref: one.allowances[0].confirmed for ref, one in venue.told().items()} == dict.fromkeys(venue.told(), 1)


def test_a_guest_who_is_given_a_code_keeps_the_entries(venue: Venue) -> None:
    venue.push("s1", "name:bea sanz")
    venue.write(PLAIN.replace(",Bea", "Q3,Bea"))
    assert venue.inside("code:Q3") == 1


def test_a_look_shows_the_count_and_the_time_of_the_last(venue: Venue) -> None:
    assert venue.provider.look(venue.call("s0", "code:none")).found is False
    venue.push("s1")
    seen = venue.provider.look(venue.call("s2", at=NOW + timedelta(hours=1)))
    assert (seen.found, seen.limit, seen.count, seen.last_at) == (True, 4, 1, NOW)


def test_a_call_that_landed_is_known_by_its_scan_though_others_came_later(venue: Venue) -> None:
    venue.push("s1")
    venue.provider.push(venue.call("s2", at=NOW + timedelta(minutes=9)))
    call, lost = venue.call("s1"), Receipt(kind=AnswerKind.DOUBTFUL)
    assert landed(call, lost, venue.provider.look(call))
    assert settle(call, lost, venue.provider.look(call), NOW, 0) == Done(count=2)


def test_a_time_stands_with_its_guest_in_the_row(venue: Venue) -> None:
    venue.push("s1")
    venue.reopen()
    assert venue.told()[GROUP].entered_at == NOW


def test_many_hands_at_once_fill_a_group_to_its_limit_and_no_further(venue: Venue) -> None:
    with ThreadPoolExecutor(8) as hands:
        told = list(hands.map(lambda at: venue.push(f"s{at}").kind, range(20)))
    assert (told.count(AnswerKind.ACCEPTED), venue.inside(GROUP), len(lines(venue))) == (4, 4, 5)


def test_scans_are_written_while_the_list_is_read_and_saved(venue: Venue) -> None:
    venue.write("code,name,heads\n" + "".join(f"C{at},Guest {at},1\n" for at in range(300)))
    ends = threading.Event()

    def saves() -> None:
        while not ends.is_set():
            venue.file.with_name("draft").write_bytes(venue.file.read_bytes())
            os.replace(venue.file.with_name("draft"), venue.file)

    with ThreadPoolExecutor(8) as hands:
        saving = hands.submit(saves)
        reading = [hands.submit(venue.pages) for _ in range(10)]
        told = list(hands.map(lambda at: venue.push(f"s{at}", f"code:C{at}").kind, range(60)))
        ends.set()
        saving.result()
    again = [venue.push(f"s{at}", f"code:C{at}").kind for at in range(60)]
    assert {*told} <= {AnswerKind.ACCEPTED, AnswerKind.BUSY}
    assert ({*again}, len(lines(venue)), [one.exception() for one in reading]) == (
        {AnswerKind.ACCEPTED},
        61,
        [None] * 10,
    )


# --- what goes wrong with the file of entries -------------------------------------------------------------------------


class Killed(BaseException):
    """The power goes."""


@pytest.mark.parametrize("where", ["app.providers.file.disk.os.fsync", "app.providers.file.disk.os.replace"])
def test_a_kill_while_writing_leaves_the_old_file_and_the_next_try_writes_once(
    where: str, venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.push("s1")
    before = venue.results.read_bytes()

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as power:
        power.setattr(where, killed)
        with pytest.raises(Killed):
            venue.push("s2")
    assert venue.results.read_bytes() == before
    venue.reopen()
    assert venue.provider.look(venue.call("s2")).count == 1
    assert full(venue.push("s2")) == (AnswerKind.ACCEPTED, 2)
    assert sorted(one.name for one in venue.folder.iterdir()) == ["guests.csv", "guests.entries.csv"]


def test_a_kill_after_writing_is_known_when_it_is_sent_again(venue: Venue, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as power:
        power.setattr(disk, "_sync_folder", killed)
        with pytest.raises(Killed):
            venue.push("s1")
    venue.reopen()
    assert full(venue.push("s1")) == (AnswerKind.ACCEPTED, 1)
    assert len(lines(venue)) == 2


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "can't be written"), (errno.EIO, "can't be used")],
)
def test_a_disk_that_takes_nothing_is_busy_in_words(
    number: int, words: str, venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    venue.push("s1")
    with monkeypatch.context() as full_disk:
        full_disk.setattr("app.providers.file.disk.os.fsync", refuses)
        receipt = venue.push("s2")
    assert (receipt.kind, receipt.words.startswith("guests.entries.csv "), words in receipt.words) == (
        AnswerKind.BUSY, True, True,
    )  # fmt: skip
    assert full(venue.push("s2")) == (AnswerKind.ACCEPTED, 2)


HOLD = """
import fcntl, sys
held = open(sys.argv[2], "r+b")
getattr(fcntl, sys.argv[1])(held, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("lock", ["flock", "lockf"])
def test_entries_that_another_program_holds_are_busy(lock: str, venue: Venue) -> None:
    venue.push("s1")
    command = [sys.executable, "-c", HOLD, lock, str(venue.results)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        receipt = venue.push("s2")
        assert venue.provider.allowed()["entries"] == "guests.entries.csv is open in another program"
        assert venue.inside(GROUP) == 1
        holder.communicate()
    assert (receipt.kind, receipt.words) == (AnswerKind.BUSY, "guests.entries.csv is open in another program")
    assert full(venue.push("s2")) == (AnswerKind.ACCEPTED, 2)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_may_not_be_written_is_busy(venue: Venue) -> None:
    venue.folder.chmod(0o500)
    try:
        assert venue.push("s1").kind is AnswerKind.BUSY
        assert venue.provider.allowed()["entries"]
    finally:
        venue.folder.chmod(0o700)


@pytest.mark.parametrize(
    "saved",
    [
        "\ufeffcode;name;heads;at;station;scan;inside\r\nQ2;Luis Peña;2;28/11/2026 21:15;Front door;s1;2\r\n",
        "comment,inside,scan,at,heads,name,code\n,2,s1,11/28/2026 9:15 PM,2,Luis Peña,Q2\n",
        "Q2;Luis Peña;2;2026-11-28T21:15:07+01:00;Front door;s1;2\r\ncode;name;heads;at;station;scan;inside\r\n",
        "Q2,Luis Peña,2,2026-11-28T21:15:07+01:00,Front door,s1,2\n",
        "Entries\n\ncode\tname\theads\tat\tstation\tscan\tinside\nQ2\tLuis Peña\t2\t\t\ts1\t\n",
        "code,name,heads,at,station,scan,inside\nQ2,Luis Peña,2,2026-11-28T21:15:07+01:00,Front door,s1",
        'code,name,heads,at,station,scan,inside\nQ2,Luis Peña,2,2026-11-28T21:15:07+01:00,"Front door",s1,"2',
        "code,name,heads,at,station,scan,inside\nQ2,Luis Peña,2.00,soon,,s1,\nQ2,Luis Peña,x,,,s0,\n",
    ],
    ids=["excel", "columns", "sorted", "headless", "tabs", "torn", "torn in a quotation", "a bad line"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_entries_that_a_person_saved_again_go_on(saved: str, encoding: str, venue: Venue) -> None:
    if encoding == "cp1252":
        saved = saved.removeprefix("\ufeff")
    venue.results.write_bytes(saved.encode(encoding))
    torn = saved.endswith('"2')  # a line that its reader can't close is one again once ours follows it
    assert venue.inside(GROUP) == (0 if torn else 2)
    assert full(venue.push("s2"))[0] is AnswerKind.ACCEPTED
    venue.reopen()
    assert full(venue.push("s1", heads=2)) == (AnswerKind.ACCEPTED, 3)
    assert (venue.inside(GROUP), venue.aside()) == (3, [])


def test_a_line_of_entries_that_cannot_be_read_is_told(venue: Venue) -> None:
    venue.results.write_text("code,name,heads,at,station,scan,inside\nQ2,Luis,two,,,s1,\n,,1,,,,\n", encoding="utf-8")
    assert venue.damaged() == [
        "entries line 2: 'two' is no number of heads", "entries line 3: there is neither a code nor a name",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "saved",
    [b"\x00\xff\xfe garbage \xd0\xcf", b"code,name,heads\nQ2,Luis,2\n", b"dear all\nwho moved my file\n"],
)
def test_what_cannot_be_continued_is_kept_aside_and_what_it_says_is_kept(saved: bytes, venue: Venue) -> None:
    venue.results.write_bytes(saved)
    inside = venue.inside(GROUP)
    assert full(venue.push("s2")) == (AnswerKind.ACCEPTED, inside + 1)
    (aside,) = venue.aside()
    assert (aside.read_bytes(), aside.name) == (saved, "guests.entries.damaged-20261128T211507.csv")
    venue.reopen()
    assert (venue.inside(GROUP), venue.damaged()) == (inside + 1, [])


def test_entries_that_were_saved_as_excel_are_kept_aside_and_go_on_as_text(venue: Venue) -> None:
    rows = [
        ["code", "name", "heads", "at", "scan"],
        ["Q2", "Luis", 2, datetime.fromisoformat("2026-11-28T21:15"), "s1"],
    ]
    venue.results.write_bytes(workbook({"Entries": rows}))
    assert full(venue.push("s1", heads=2)) == (AnswerKind.ACCEPTED, 2)
    assert full(venue.push("s2")) == (AnswerKind.ACCEPTED, 3)
    assert (lines(venue)[0], len(venue.aside())) == (HEADER.replace(";", ","), 1)


def test_a_scan_that_was_torn_off_is_not_written_again(venue: Venue) -> None:
    venue.push("5c4a9e01")
    venue.results.write_bytes(venue.results.read_bytes().rstrip()[:-4])
    assert full(venue.push("5c4a9e01")) == (AnswerKind.ACCEPTED, 1)


def test_codes_that_a_spreadsheet_took_for_numbers_are_known_by_name_or_without_their_zeros(venue: Venue) -> None:
    venue.write("code,name\n00123,Ana\n1234567890123,Bea\n0045,Cy\n0046,Cy\n")
    venue.results.write_text("code;name;heads;scan;at\n123;;1;a;\n1,23457E+12;Bea;1;b;\n45;Cy;1;c;\n", encoding="utf-8")
    assert [venue.inside(f"code:{one}") for one in ("00123", "1234567890123", "0045", "0046")] == [1, 1, 1, 0]


def test_a_name_that_the_writing_has_no_letters_for_is_written_all_the_same(venue: Venue) -> None:
    venue.write("code,name\nQ1,Ana\nQ2,Łukasz Żak\n")
    venue.results.write_bytes("code;name;heads;at;station;scan;inside\r\nQ1;Añá;1;;Café;s1;1\r\n".encode("cp1252"))
    venue.push("s2")
    assert "Łukasz" in lines(venue)[2]
    venue.reopen()
    assert (venue.inside("code:Q1"), venue.inside(GROUP)) == (1, 1)


@pytest.mark.parametrize("code", ["=1+1", "+34", "-Q", "@SUM(A1)", "'=x", "''=x"])
def test_no_cell_of_the_entries_is_a_formula_and_each_is_read_back(code: str, venue: Venue) -> None:
    venue.write(f'code,name\n"{code}","=HYPERLINK(""http://x.example"")"\n')
    (ref,) = venue.told()
    venue.push("=s1", ref)
    assert not [cell for line in lines(venue) for cell in line.split(",") if cell.strip('"')[:1] in set("=+-@")]
    venue.reopen()
    assert venue.inside(ref) == 1
    assert full(venue.push("=s1", ref)) == (AnswerKind.ACCEPTED, 1)


def test_entries_that_vanish_are_being_saved_until_they_have_been_gone_for_a_while(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.push("s1")
    venue.results.unlink()
    with pytest.raises(ProviderError, match=r"guests\.entries\.csv was there and is gone"):
        venue.pages()
    assert venue.push("s2").kind is AnswerKind.BUSY
    monkeypatch.setattr(client, "GONE_FOR", timedelta(0))
    assert (venue.inside(GROUP), len(venue.aside())) == (0, 1)


def test_lines_that_another_hand_takes_away_are_kept_aside(venue: Venue) -> None:
    venue.push("s1")
    old = venue.results.read_bytes()
    venue.push("s2")
    newer = venue.results.read_bytes()
    venue.results.write_bytes(old)  # saved from a program that had it open
    assert venue.inside(GROUP) == 1
    assert [one.read_bytes() for one in venue.aside()] == [newer]


def test_the_rights_of_the_file_stay_and_a_link_stays_a_link(venue: Venue, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    real = tmp_path / "share" / "entries.csv"
    real.write_bytes(b"")
    real.chmod(0o664)
    venue.results.symlink_to(real)
    venue.push("s1")
    assert (venue.results.is_symlink(), real.stat().st_mode & 0o777) == (True, 0o664)
    assert "s1" in real.read_text(encoding="utf-8-sig")
