"""The page as it is made where npm does not answer: it does everything, and the hub reads what its camera sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CAMERA_CODE, has_snapshot, knows_it_is_cut_off
from tests.browser.fake_hub import TOKEN, FakeHub, known, serve
from tests.page.copies import copied, without_npm

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeHub]:
    folder = tmp_path_factory.mktemp("plain")
    assert without_npm(copied(folder)).returncode == 0
    yield from serve(FakeHub(page=Path(folder) / "scanner" / "page"))


def test_its_camera_is_read_by_the_hub(bare: Page, hub: FakeHub) -> None:
    bare.goto(f"{hub.url}/?token={TOKEN}")
    bare.locator(f"[data-testid=verdict][data-code='{CAMERA_CODE}']").wait_for(timeout=20_000)


def test_cut_off_it_decides_and_outlives_a_reload(bare: Page, hub: FakeHub) -> None:
    hub.rows.append(known(1, "ZQ4K7Y2M"))
    bare.goto(f"{hub.url}/page/favicon.svg")
    bare.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")
    bare.goto(f"{hub.url}/?token={TOKEN}")
    has_snapshot(bare, 1)
    bare.wait_for_function("() => navigator.serviceWorker.controller !== null")
    bare.context.set_offline(True)
    bare.reload()
    knows_it_is_cut_off(bare)
    bare.get_by_test_id("code-input").fill("ZQ4K7Y2M")
    bare.get_by_test_id("code-input").press("Enter")
    bare.locator("[data-testid=verdict][data-code=ZQ4K7Y2M][data-outcome=admit]").wait_for()
    bare.context.set_offline(False)
    expect(bare.get_by_test_id("waiting-count")).to_be_hidden()
    assert [one["code"] for one in hub.brought] == ["ZQ4K7Y2M"]
