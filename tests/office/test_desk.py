"""One report at a time for a hub: begun, followed, kept a while, written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.outbox import AnswerKind
from app.domain.takings import Asked, Progress, Summary
from app.office.desk import FRESH, ReportDesk
from app.ports import ProviderError
from app.ports.reports import Busy, Failed
from tests.office.formats import sums_of
from tests.office.month import ACCOUNT, NOW, FakeArchive, a_month, archive, asked
from tests.office.test_damage import damaged
from tests.office.test_report import never, truth
from tests.web.venue import wait_until

MONTH = a_month(120)


class Held(FakeArchive):
    """A platform that answers nothing until it is let go."""

    gate: threading.Event

    def before(self, resource: str, offset: int) -> None:
        super().before(resource, offset)
        assert self.gate.wait(20)


class House:
    """A desk, the time of day, and what it hears."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOW
        self.archive = Held(archive(MONTH).rows)
        self.archive.gate = threading.Event()
        self.archive.gate.set()
        self.desk = self.opened()

    def opened(self, given: FakeArchive | None = None) -> ReportDesk:
        return ReportDesk({ACCOUNT: given or self.archive}, self.folder, self.clock, never)

    def clock(self) -> datetime:
        return self.now

    def ask(self, question: Asked | None = None, **more: Any) -> Summary | Progress | Busy | Failed:
        return self.desk.ask(question or asked(), **more)

    def waits(self, question: Asked | None = None, **more: Any) -> Summary | Busy | Failed:
        deadline = time.monotonic() + 20
        found = self.ask(question, **more)
        while isinstance(found, Progress):
            assert time.monotonic() < deadline
            time.sleep(0.01)
            found = self.ask(question, **{name: value for name, value in more.items() if name != "again"})
        return found

    def left(self) -> list[str]:
        return sorted(one.name for one in self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "reports")
    yield made
    made.archive.gate.set()
    made.desk.close()


def test_a_report_is_begun_by_asking_and_had_by_asking_again(house: House) -> None:
    assert isinstance(house.ask(), Progress)
    assert isinstance(house.waits(), Summary)


def test_one_that_is_being_made_tells_how_far_it_is(house: House) -> None:
    house.archive.gate.clear()
    house.ask()
    house.archive.gate.set()
    steps = []
    while isinstance(found := house.ask(), Progress):
        steps.append(found.step)
        time.sleep(0.002)
    assert steps == sorted(steps)


def test_another_question_waits_until_the_first_is_answered(house: House) -> None:
    house.archive.gate.clear()
    house.ask()
    busy = house.ask(asked(event="ev-3"))
    assert isinstance(busy, Busy)
    assert busy.asked == asked()
    house.archive.gate.set()
    house.waits()
    assert isinstance(house.waits(asked(event="ev-3")), Summary)


def test_a_report_that_is_ready_waits_for_who_asked_for_it(house: House) -> None:
    house.ask()
    wait_until(lambda: isinstance(house.ask(asked(event="ev-3")), Busy) and house.desk._job.ended.is_set())  # type: ignore[union-attr]
    assert isinstance(house.ask(asked(event="ev-3")), Busy)
    assert isinstance(house.ask(), Summary)
    assert isinstance(house.ask(asked(event="ev-3")), Progress)
    house.waits(asked(event="ev-3"))


def test_a_report_is_given_out_for_ten_minutes_and_then_made_anew(house: House) -> None:
    house.waits()
    questions = len(house.archive.asked)
    house.now += FRESH - timedelta(seconds=1)
    assert isinstance(house.ask(), Summary)
    assert len(house.archive.asked) == questions
    house.now += timedelta(seconds=2)
    assert isinstance(house.ask(), Progress)
    house.waits()
    assert len(house.archive.asked) == 2 * questions


def test_who_wants_it_anew_has_it_anew(house: House) -> None:
    house.waits()
    questions = len(house.archive.asked)
    assert isinstance(house.waits(again=True), Summary)
    assert len(house.archive.asked) == 2 * questions


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet", "json"])
def test_a_report_that_is_ready_is_written_without_asking_the_platform(house: House, form: str) -> None:
    house.waits()
    questions = len(house.archive.asked)
    path = house.desk.write(asked(), form)
    assert path is not None
    assert sums_of(path) == truth(MONTH)
    assert len(house.archive.asked) == questions


def test_no_file_of_a_report_that_is_not_there_and_none_of_an_unknown_form(house: House) -> None:
    assert house.desk.write(asked(), "csv") is None
    house.waits()
    assert house.desk.write(asked(event="ev-3"), "csv") is None
    with pytest.raises(ValueError, match="pdf"):
        house.desk.write(asked(), "pdf")


def test_a_platform_that_fails_is_told_once_and_then_asked_where_it_stopped(house: House) -> None:
    house.archive.fails[("refunds", 0)] = ProviderError(AnswerKind.BARRED, "bad key", status=401)
    failed = house.waits()
    assert isinstance(failed, Failed)
    assert failed.words.startswith("fourvenues can't be asked for its refunds: bad key")
    assert isinstance(house.waits(), Summary)
    assert house.archive.asked.count(("payments", 0)) == 1


def test_an_event_that_nobody_knows_is_a_wrong_question(house: House) -> None:
    failed = house.waits(asked(event="ev-99"))
    assert isinstance(failed, Failed)
    assert failed.field == "event"


def test_damaged_rows_refuse_a_report_that_can_then_be_had_with_a_list(tmp_path: Path) -> None:
    house = House(tmp_path)
    given = damaged("payments", "amount", float("nan"))
    house.desk = house.opened(given)
    failed = house.waits()
    assert isinstance(failed, Failed)
    assert failed.damaged
    assert house.desk.write(asked(), "csv") is None
    questions = len(given.asked)
    listed = house.waits(list_damaged=True)
    assert isinstance(listed, Summary)
    assert (listed.unread_count, len(given.asked)) == (1, questions)
    path = house.desk.write(asked(), "csv", list_damaged=True)
    assert path is not None
    house.desk.close()


def test_a_desk_that_is_closed_leaves_no_payments_behind(house: House) -> None:
    house.waits()
    house.desk.close()
    assert house.left() == []


def test_a_hub_that_starts_removes_files_that_nobody_fetched(house: House) -> None:
    house.waits()
    assert house.desk.write(asked(), "json") is not None
    house.desk.close()
    assert len(house.left()) == 1
    house.opened()
    assert house.left() == []
