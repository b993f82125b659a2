"""The one form of a wristband's id (`tags.json`), case by case; the page runs the same table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.codes import readings, tag

TABLE = json.loads(Path(__file__).with_name("tags.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TABLE["cases"], ids=[case["name"] for case in TABLE["cases"]])
def test_a_tag_has_one_form(case: dict[str, str | None]) -> None:
    raw = case["raw"]
    assert raw is not None
    assert tag(raw) == case["tag"]


@pytest.mark.parametrize("case", TABLE["readings"], ids=[case["code"] for case in TABLE["readings"]])
def test_a_reading_may_be_a_code_or_a_wristband(case: dict[str, Any]) -> None:
    assert [f"{one.scheme}:{one.value}" for one in readings(case["scheme"], case["code"])] == case["opens"]
