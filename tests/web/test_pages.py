"""What a browser gets: the scanner page and the description of the interface, both without the internet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app.web.docs import operations
from app.web.front import API, OPEN
from app.web.wire.common import Problem
from app.web.wire.scans import EXAMPLE, AnswerOut, ScanIn
from tests.web.venue import Door, Venue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "page"
    made.mkdir()
    (made / "index.html").write_text("<!doctype html><title>Doorcheck</title>", encoding="utf8")
    (made / "main.js").write_text("export {};", encoding="utf8")
    (tmp_path / "hub.toml").write_text("secret", encoding="utf8")
    return made


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/page/main.js", "text/javascript")])
def test_the_page_comes_under_a_strict_policy_and_is_never_stale(
    venue: Venue, folder: Path, path: str, kind: str
) -> None:
    with Door(venue.app(page=folder), token="") as browser:
        answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert answer.headers["permissions-policy"] == "camera=(self)"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_whose_name_changes_with_it_is_kept_for_ever(venue: Venue, folder: Path) -> None:
    (folder / "assets").mkdir()
    (folder / "assets" / "main-Bx3.js").write_text("export {};", encoding="utf8")
    with Door(venue.app(page=folder), token="") as browser:
        assert "immutable" in browser.get("/page/assets/main-Bx3.js").headers["cache-control"]


def test_an_unchanged_file_is_not_sent_again(venue: Venue, folder: Path) -> None:
    with Door(venue.app(page=folder)) as browser:
        tag = browser.get("/page/main.js").headers["etag"]
        assert browser.get("/page/main.js", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("path", ["/page/%2e%2e/hub.toml", "/page/..%2fhub.toml", "/page//hub.toml", "/page/"])
def test_nothing_outside_the_page_is_served(venue: Venue, folder: Path, path: str) -> None:
    with Door(venue.app(page=folder)) as browser:
        answer = browser.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize("missing", [None, Path("nowhere")])
def test_a_hub_without_a_page_says_so(venue: Venue, missing: Path | None) -> None:
    with Door(venue.app(page=missing)) as browser:
        answer = browser.get("/")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:doorcheck:no-page")


@pytest.fixture
def schema(venue: Venue) -> dict[str, Any]:
    return venue.app().openapi()


def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        assert operation["summary"], (path, method)
        assert operation["tags"], (path, method)
        guarded = path.startswith(API) and path not in OPEN
        assert ("security" in operation) == guarded, path
        assert ("401" in operation["responses"]) == guarded, path


def test_what_is_shown_as_an_example_is_one() -> None:
    AnswerOut.model_validate(EXAMPLE)
    for model in (ScanIn, Problem):
        for example in model.model_json_schema()["examples"]:
            model.model_validate(example)


def test_every_error_is_described_as_a_problem(schema: dict[str, Any]) -> None:
    problems = [
        (path, status, response["content"])
        for path, _, operation in operations(schema)
        for status, response in operation["responses"].items()
        if status >= "400"
    ]
    expected = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert len(problems) > 30
    assert [one for one in problems if one[2] != expected] == []


def test_every_shape_that_is_named_is_there(schema: dict[str, Any]) -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", str(schema)))
    assert named <= set(schema["components"]["schemas"])
    assert {"AnswerOut", "StatusOut", "Problem", "FieldProblem"} <= named


def test_the_description_needs_nothing_from_elsewhere(venue: Venue) -> None:
    with Door(venue.app(), token="") as browser:
        page = browser.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert re.findall(r"(?:src|href)=\"(?!#|/openapi\.json)", page.text) == []
    assert "<script" not in page.text
    assert "/api/v1/scans/{id}/undo" in page.text


def test_the_description_can_be_left_out(venue: Venue) -> None:
    with Door(venue.app(docs=False)) as browser:
        assert [browser.get(path).status_code for path in ("/docs", "/openapi.json")] == [404, 404]
