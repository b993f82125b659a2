"""The payments report over HTTP: begun, followed, read, and had as a file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from app.domain.outbox import AnswerKind
from app.office.desk import ReportDesk
from app.ports import ProviderError
from tests.office.formats import sums_of
from tests.office.month import ACCOUNT, MADRID, NOW, FakeArchive, Month, a_month, archive
from tests.office.test_damage import damaged
from tests.office.test_report import never, truth
from tests.web.venue import NIGHT, OTHER_TOKEN, Door, Venue, event

MONTH: Month = a_month(120)
NOVEMBER = {"from": "2025-11-01", "to": "2025-11-30"}
PATH = "/api/v1/reports/payments"


class Office(Door):
    """A station, in front of a hub that has a back office."""

    def ask(self, **more: Any) -> Response:
        """Until it is no longer being made."""
        deadline = time.monotonic() + 20
        answer: Response = self.get(PATH, params=NOVEMBER | more)
        while answer.status_code == 202 and time.monotonic() < deadline:
            time.sleep(0.01)
            answer = self.get(PATH, params=NOVEMBER | {k: v for k, v in more.items() if k != "again"})
        return answer

    def file(self, form: str, **more: Any) -> Response:
        answer: Response = self.get(f"{PATH}/file", params=NOVEMBER | more | {"format": form})
        return answer


@pytest.fixture
def platform() -> FakeArchive:
    return archive(MONTH)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def desk(folder: Path, platform: FakeArchive) -> Iterator[ReportDesk]:
    made = ReportDesk({ACCOUNT: platform}, folder, lambda: NOW, never)
    yield made
    made.close()


@pytest.fixture
def office(venue: Venue, desk: ReportDesk) -> Iterator[Office]:
    with Office(venue.app(reports=desk)) as client:
        yield client


def problem(answer: Response) -> tuple[int, str]:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert "\n" not in body["detail"]
    return answer.status_code, body["detail"]


def test_the_first_answer_says_how_far_it_is_and_when_to_ask_again(office: Office) -> None:
    answer = office.get(PATH, params=NOVEMBER)
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "1")
    assert answer.json()["state"] == "working"


def test_the_report_is_right_to_the_cent(office: Office) -> None:
    body = office.ask().json()
    found = {
        (section, one["key"], one["currency"]): (
            one["payments"], one["paid"], one["refunds"], one["refunded"], one["net"],
        )
        for section, name in (
            ("total", "totals"), ("by_event", "by_event"), ("by_day", "by_day"), ("by_method", "by_method"),
            ("by_sale_type", "by_sale_type"),
        )
        for one in body[name]
    }  # fmt: skip
    assert found == truth(MONTH)
    assert body["digits"] == {"EUR": 2, "GBP": 2}
    assert (body["timezone"], body["door"]) == (str(MADRID), None)


def test_it_says_what_platforms_amounts_were_taken_for(office: Office) -> None:
    said = {(one["resource"], one["amounts"]) for one in office.ask().json()["conventions"]}
    assert said == {("payments", "minor"), ("refunds", "minor"), ("wallet-movements", "minor")}


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet", "json"])
def test_each_file_has_the_same_sums_and_leaves_nothing_on_the_hub(
    office: Office, folder: Path, tmp_path: Path, form: str
) -> None:
    office.ask()
    answer = office.file(form)
    assert answer.status_code == 200
    name = f"doorcheck-payments-2025-11-01-2025-11-30.{form}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-store"
    kept = tmp_path / name
    kept.write_bytes(answer.content)
    assert sums_of(kept) == truth(MONTH)
    assert [one.name for one in folder.iterdir() if one.name.startswith(("draft", "."))] == []


def test_a_file_of_a_report_that_nobody_asked_for_is_not_ready(office: Office) -> None:
    assert problem(office.file("csv")) == (409, "This report is not ready; ask for it until it is.")


def test_an_unknown_format_names_the_field(office: Office) -> None:
    status, detail = problem(office.file("pdf"))
    assert status == 422
    assert detail.startswith("format: ")


BAD = [
    ({"from": "2025-11-30", "to": "2025-11-01"}, "to: 2025-11-01 is before the first day, 2025-11-30"),
    ({"from": "2000-01-01", "to": "2029-12-31"}, "to: that would be 10958 days; a report has 400 at most"),
    ({"from": "tomorrow"}, "from: 'tomorrow' is no day; a day is written 2025-11-28"),
    ({"to": ""}, "to: is missing; a day is written 2025-11-28"),
    ({"account": "oveit"}, "account: has no back office here; one of fourvenues does"),
    ({"event": "ev-99"}, "event: there is no event 'ev-99' at fourvenues"),
]


@pytest.mark.parametrize(("wrong", "detail"), BAD)
def test_a_question_that_can_not_be_answered_names_its_field(
    office: Office, wrong: dict[str, str], detail: str
) -> None:
    assert problem(office.ask(**wrong)) == (422, detail)


def test_a_hub_without_a_back_office_says_so_in_one_sentence(venue: Venue) -> None:
    said = (404, "No account of this hub has a back office that tells payments.")
    with Office(venue.app()) as client:
        assert problem(client.ask()) == said
    with Office(venue.app(reports=ReportDesk({}, Path("nowhere"), lambda: NOW, never))) as client:
        assert problem(client.ask()) == said


def test_nobody_sees_it_without_a_token(venue: Venue, desk: ReportDesk) -> None:
    with Office(venue.app(reports=desk), token="st-unknown") as client:
        assert client.ask().status_code == 401
        assert client.file("csv").status_code == 401


def test_a_station_of_some_events_sees_those_alone(venue: Venue, desk: ReportDesk) -> None:
    venue.station("Puerta 2", OTHER_TOKEN, events=(NIGHT,))
    with Office(venue.app(reports=desk), token=OTHER_TOKEN) as client:
        assert problem(client.ask())[0] == 403
        assert problem(client.ask(event="ev-3"))[0] == 403
        assert problem(client.file("csv", event="ev-3"))[0] == 403
        assert client.ask(event=NIGHT).status_code == 200


def test_an_event_is_asked_for_by_our_id_too(venue: Venue, desk: ReportDesk, platform: FakeArchive) -> None:
    mine = event(NIGHT, "Noche 3", ref="ev-3")
    venue.store.run(lambda tx: tx.cache.save_events([mine], {NIGHT}))
    with Office(venue.app(reports=desk)) as client:
        body = client.ask(event=NIGHT).json()
    assert {one["key"] for one in body["by_event"]} == {"ev-3"}
    assert {one.event_ref for one in platform.slices if one.resource == "refunds"} == {"ev-3"}


def test_a_platform_that_fails_is_told_in_one_line(office: Office, platform: FakeArchive) -> None:
    platform.fails[("payments", 0)] = ProviderError(AnswerKind.BARRED, "bad key", status=401)
    status, detail = problem(office.ask())
    assert status == 502
    assert detail.startswith("fourvenues can't be asked for its payments: bad key")
    assert office.ask().status_code == 200


def test_damaged_rows_refuse_it_and_can_be_listed(venue: Venue, folder: Path) -> None:
    desk = ReportDesk({ACCOUNT: damaged("payments", "currency", "DOGE")}, folder, lambda: NOW, never)
    with Office(venue.app(reports=desk)) as client:
        status, detail = problem(client.ask())
        assert client.ask().json()["type"] == "urn:doorcheck:damaged-rows"
        body = client.ask(damaged="list").json()
    desk.close()
    assert (status, body["unread_count"]) == (422, 1)
    assert "row odd-1, currency: 'DOGE' is no currency" in detail
    assert body["unread"][0]["field"] == "currency"


def test_the_page_of_reports_comes_under_the_same_policy(venue: Venue, tmp_path: Path) -> None:
    page = tmp_path / "page"
    (page / "report").mkdir(parents=True)
    for one in (page / "index.html", page / "report" / "index.html"):
        one.write_text("<!doctype html><title>Reports</title>", encoding="utf8")
    with Door(venue.app(page=page), token="") as browser:
        answer = browser.get("/reports")
    assert answer.status_code == 200
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_a_hub_without_the_page_says_so(venue: Venue) -> None:
    with Door(venue.app(page=None)) as browser:
        assert problem(browser.get("/reports"))[0] == 404
