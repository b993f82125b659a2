"""What was asked for once is not asked for again: a run that was cut off goes on where it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.outbox import AnswerKind
from app.office.making import make
from app.office.spool import SUFFIX, Spool, named
from app.office.unmade import Unmade
from app.office.writing import target
from app.ports import ProviderError
from tests.office import formats
from tests.office.month import ACCOUNT, NOW, FakeArchive, a_month, archive, asked
from tests.office.test_report import never, print_nothing, truth

MONTH = a_month()
ROOT = Path(__file__).resolve().parents[2]
BUSY = ProviderError(AnswerKind.BUSY, "too many requests")
CUT = ProviderError(AnswerKind.DOUBTFUL, "the answer was cut")


def run(folder: Path, given: FakeArchive, pause: object = never) -> formats.Sums:
    report = make(asked(), {ACCOUNT: given}, folder, lambda: NOW, print_nothing, pause)  # type: ignore[arg-type]
    path = folder / "report.json"
    with target(path) as file:
        file.write(report)
    report.spool.remove()
    return formats.sums_of(path)


def spools(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}*"))


def test_pages_that_came_are_not_asked_for_again(tmp_path: Path) -> None:
    first = archive(MONTH, fails={("payments", 200): ProviderError(AnswerKind.BARRED, "bad key", status=401)})
    with pytest.raises(Unmade, match="fourvenues can't be asked for its payments: bad key; what came so far is kept"):
        run(tmp_path, first)
    second = archive(MONTH)
    assert run(tmp_path, second) == truth(MONTH)
    again = set(first.asked) & set(second.asked)
    assert again == {("payments", 200)}


def test_a_report_that_is_written_leaves_nothing_behind(tmp_path: Path) -> None:
    run(tmp_path, archive(MONTH))
    assert spools(tmp_path) == []


def test_rows_of_more_than_a_day_ago_are_asked_for_again(tmp_path: Path) -> None:
    with pytest.raises(Unmade):
        run(tmp_path, archive(MONTH, fails={("refunds", 0): ProviderError(AnswerKind.BARRED, "no", status=401)}))
    [path] = [one for one in spools(tmp_path) if one.suffix == SUFFIX]
    later = NOW + timedelta(days=1, minutes=1)
    os.utime(path, (later.timestamp(), later.timestamp()))  # beside a sweep, which looks at the file
    given = archive(MONTH)
    report = make(asked(), {ACCOUNT: given}, tmp_path, lambda: later, print_nothing, never)
    report.spool.remove()
    assert ("payments", 0) in given.asked


def test_what_nobody_came_back_for_is_removed_by_the_next_question(tmp_path: Path) -> None:
    with pytest.raises(Unmade):
        run(tmp_path, archive(MONTH, fails={("refunds", 0): ProviderError(AnswerKind.BARRED, "no", status=401)}))
    [path] = [one for one in spools(tmp_path) if one.suffix == SUFFIX]
    os.utime(path, (NOW.timestamp() - 90_000,) * 2)
    report = make(asked(event="ev-3"), {ACCOUNT: archive(MONTH)}, tmp_path, lambda: NOW, print_nothing, never)
    assert not path.exists()
    report.spool.remove()


def test_another_question_has_another_spool(tmp_path: Path) -> None:
    with pytest.raises(Unmade):
        run(tmp_path, archive(MONTH, fails={("refunds", 0): ProviderError(AnswerKind.BARRED, "no", status=401)}))
    given = archive(MONTH)
    report = make(asked(event="ev-3"), {ACCOUNT: given}, tmp_path, lambda: NOW, print_nothing, never)
    report.spool.remove()
    assert ("payments", 0) in given.asked


def test_a_spool_that_somebody_is_filling_is_left_to_them(tmp_path: Path) -> None:
    filling = Spool.open(tmp_path, asked(), NOW)
    with pytest.raises(Unmade, match="this report is being made already"):
        run(tmp_path, archive(MONTH))
    filling.remove()


def test_a_spool_that_is_no_database_is_begun_anew(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path, asked(), NOW)
    spool.close()
    spool.path.write_bytes(b"not a database at all" * 100)
    os.utime(spool.path, (NOW.timestamp(),) * 2)
    assert run(tmp_path, archive(MONTH)) == truth(MONTH)


def test_a_spool_is_for_its_owner_only(tmp_path: Path) -> None:
    spool = Spool.open(tmp_path / "reports", asked(), NOW)
    assert spool.path.stat().st_mode & 0o077 == 0
    spool.remove()


def test_a_busy_platform_is_asked_again_after_a_while(tmp_path: Path) -> None:
    pauses: list[float] = []
    given = archive(MONTH, fails={("payments", 100): BUSY, ("refunds", 0): CUT})
    assert run(tmp_path, given, pauses.append) == truth(MONTH)
    assert pauses == [1.0, 1.0]


def test_a_platform_that_stays_busy_is_given_up_with_one_line(tmp_path: Path) -> None:
    class Gone(FakeArchive):
        def before(self, resource: str, offset: int) -> None:
            if resource == "refunds":
                raise BUSY

    pauses: list[float] = []
    with pytest.raises(Unmade, match="fourvenues can't be asked for its refunds: too many requests"):
        run(tmp_path, Gone(archive(MONTH).rows), pauses.append)
    assert pauses == [1.0, 2.0, 4.0]


def test_a_key_without_the_wallet_gives_a_report_that_says_so(tmp_path: Path) -> None:
    forbidden = ProviderError(AnswerKind.BARRED, "not for this key", status=403)
    given = archive(MONTH, fails={("wallet-movements", 0): forbidden})
    report = make(asked(), {ACCOUNT: given}, tmp_path, lambda: NOW, print_nothing, never)
    [missing] = report.summary().missing
    report.spool.remove()
    assert (missing.resource, missing.words) == ("wallet-movements", "not for this key")


def test_a_key_without_refunds_gives_no_report(tmp_path: Path) -> None:
    forbidden = ProviderError(AnswerKind.BARRED, "not for this key", status=403)
    with pytest.raises(Unmade, match="its refunds: not for this key"):
        run(tmp_path, archive(MONTH, fails={("refunds", 0): forbidden}))


def test_an_event_that_nobody_knows_is_refused_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    given = archive(MONTH)
    with pytest.raises(Unmade, match="event: there is no event 'ev-99' at fourvenues"):
        make(asked(event="ev-99"), {ACCOUNT: given}, tmp_path, lambda: NOW, print_nothing, never)
    assert {resource for resource, _ in given.asked} == {"events"}
    assert spools(tmp_path) == []


def test_rows_without_ids_are_the_same_when_they_come_again_and_two_when_they_stand_side_by_side() -> None:
    [one, two, other] = [json.dumps({"at": "2025-11-22", "total_amount": n}).encode() for n in (5, 5, 6)]
    first, second = list(named([one, two, other])), list(named([one, other]))
    assert len({ref for ref, _ in first}) == 3
    assert {ref for ref, _ in second} <= {ref for ref, _ in first}


def test_a_payment_without_id_stays_the_same_when_part_of_it_is_refunded() -> None:
    before, after = ({"at": "2025-11-22", "resources_ids": ["t1"], "refunded": n} for n in (0, 5))
    refs = {ref for row in (before, after) for ref, _ in named([json.dumps(row).encode()])}
    assert len(refs) == 1


KILLED = """
import json, sys, time
from pathlib import Path
from app.office.making import make
from tests.office.month import ACCOUNT, NOW, FakeArchive, a_month, archive, asked

class Slow(FakeArchive):
    def before(self, resource, offset):
        with open(sys.argv[2], "a") as log:
            log.write(json.dumps([resource, offset]) + "\\n")
        time.sleep(0.05)

made = Slow(archive(a_month()).rows)
make(asked(), {ACCOUNT: made}, Path(sys.argv[1]), lambda: NOW, lambda _: None, time.sleep)
"""


def test_a_run_that_was_killed_goes_on_where_it_was_with_the_same_result(tmp_path: Path) -> None:
    log = tmp_path / "asked.log"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path), str(log)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (log.exists() and '["payments", 200]' in log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    before = {tuple(json.loads(line)) for line in log.read_text().splitlines()}
    second = archive(MONTH)
    assert run(tmp_path, second) == truth(MONTH)
    assert len(before & set(second.asked)) <= 1  # the page that was on its way
    assert ("payments", 0) not in second.asked
    assert ("events", 0) not in second.asked
