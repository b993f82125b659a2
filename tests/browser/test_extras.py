"""A bar and its drinks, wristbands, several platforms: with the hub and without it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import cut_off, has_snapshot, signed_in
from tests.browser.fake_hub import FakeHub, account, answer, known, name_of, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CODE = "ZQ4K7Y2M"
OTHER = "OTHERtoken1234567890abcdefghijklmnopqrstuvw"
BAR = {"name": "Bar 1", "allowance": "addon:5", "allowance_name": "Welcome drink"}


def type_code(page: Page, code: str) -> Locator:
    page.get_by_test_id("code-input").fill(code)
    page.get_by_test_id("code-input").press("Enter")
    found = page.locator(f"[data-testid=verdict][data-code='{code}']")
    found.wait_for()
    return found


def said(verdict: Locator) -> tuple[str, str, str]:
    detail = verdict.locator(".detail")
    return (
        verdict.get_attribute("data-outcome") or "",
        verdict.locator(".word").inner_text(),
        detail.inner_text() if detail.count() else "",
    )


@pytest.fixture
def bar(bare: Page, hub: FakeHub) -> Page:
    hub.status["station"] |= BAR
    hub.rows += [
        known(1, CODE, limit=2),
        known(2, "NODRINK1", "Iker V.", limit=None),
        known(3, "DRUNK001", "Ana G.", limit=1, entered=1, first=1763854867),
    ]
    return signed_in(bare, hub)


def test_a_bar_that_is_cut_off_hands_out_what_is_left_and_says_what_it_counts(bar: Page, hub: FakeHub) -> None:
    cut_off(bar)
    expect(bar.get_by_test_id("allowance")).to_have_text("Welcome drink")
    assert said(type_code(bar, CODE)) == ("admit", "1 × Welcome drink", "1 left")
    assert said(type_code(bar, "NODRINK1")) == ("refuse", "Not included", "Early bird")
    expect(bar.get_by_test_id("anyway")).to_have_count(0)
    assert said(type_code(bar, "DRUNK001")) == ("refuse", "None left", "Welcome drink, last at 00:41")
    assert said(type_code(bar, CODE)) == ("admit", "1 × Welcome drink", "0 left")
    assert said(type_code(bar, "DRUNK001"))[0] == "refuse"
    assert said(type_code(bar, CODE)) == ("refuse", "None left", "Welcome drink")
    bar.context.set_offline(False)
    wait_until(lambda: len(hub.brought) == 6)


def test_after_a_reload_without_a_network_a_bar_still_is_one(bar: Page) -> None:
    bar.wait_for_function("() => navigator.serviceWorker.controller !== null")
    cut_off(bar)
    bar.reload()
    expect(bar.get_by_test_id("allowance")).to_have_text("Welcome drink")


def test_several_rights_are_told_with_what_is_left_of_each(bar: Page, hub: FakeHub) -> None:
    hub.answers[CODE] = answer(
        message="1 × Welcome drink", allowance="addon:5", left=1, limit=2,
        allowances=[
            {"ref": "addon:5", "name": "Welcome drink", "left": 1, "limit": 2},
            {"ref": "entrance", "name": "", "left": 0, "limit": 1},
        ],
    )  # fmt: skip
    rights = type_code(bar, CODE).get_by_role("list", name="What is left").get_by_role("listitem")
    assert rights.all_inner_texts() == ["Entrance 0", "Welcome drink 1 of 2"]
    expect(bar.locator("#live")).to_contain_text("Welcome drink 1 of 2")
    bar.get_by_test_id("rest-1").click()
    wait_until(lambda: len(hub.scans) == 2)


def test_what_the_bar_took_is_not_what_came_in(bare: Page, hub: FakeHub) -> None:
    """A phone at the gate hears of the bar's scans too."""
    hub.rows.append(known(1, CODE))
    gate = signed_in(bare, hub)
    wait_until(lambda: hub.listeners > 0)
    drink = answer(id="b1", admission="1", allowance="addon:5", entered=2, limit=2)
    entry = answer(id="g2", admission="2", entered=1)
    hub.tell("scan", drink)
    hub.tell("scan", entry)
    gate.wait_for_timeout(200)
    cut_off(gate)
    assert said(type_code(gate, CODE))[0] == "admit"


def test_what_one_phone_hands_out_at_the_bar_does_not_count_at_the_gate(bar: Page, hub: FakeHub) -> None:
    hub.others.append(OTHER)
    bar.wait_for_function("() => navigator.serviceWorker.controller !== null")
    cut_off(bar)
    type_code(bar, CODE)
    hub.status["station"] |= {"name": "Puerta 1", "allowance": "entrance", "allowance_name": ""}
    hub.rows[:] = [known(1, CODE)]
    bar.context.route("**/api/v1/scans:batch", lambda route: route.abort())
    bar.goto(f"{hub.url}/?token={OTHER}")
    bar.context.set_offline(False)
    has_snapshot(bar, 1)
    expect(bar.get_by_test_id("waiting-count")).to_contain_text("1")
    cut_off(bar)
    assert said(type_code(bar, CODE))[:2] == ("admit", "Come in")
    assert said(type_code(bar, "NOBODY77"))[0] == "ask"
    assert said(type_code(bar, CODE))[:2] == ("refuse", "Already in")
    bar.context.unroute_all()


@pytest.mark.parametrize("code", ["04:a2:3b:1c:5d:60:80", "04A23B1C5D6080", "4a23b1c5d6080"])
def test_a_wristband_is_known_without_the_hub_however_it_was_read(bare: Page, hub: FakeHub, code: str) -> None:
    row = known(1, "TICKET01")
    row[1].append(name_of("rfid", "4A23B1C5D6080"))
    hub.rows.append(row)
    page = signed_in(bare, hub)
    cut_off(page)
    assert said(type_code(page, code))[0] == "admit"
    assert said(type_code(page, "TICKET01"))[:2] == ("refuse", "Already in")


def test_a_wristband_that_the_hub_just_looked_up_is_known_when_it_is_gone(bare: Page, hub: FakeHub) -> None:
    hub.rows.append(known(1, "TICKET01", limit=2))
    hub.answers["04A23B1C5D6080"] = answer(admission="1", limit=2, left=1, entered=1)
    page = signed_in(bare, hub)
    type_code(page, "04A23B1C5D6080")
    cut_off(page)
    page.get_by_test_id("verdict").get_by_role("button", name="Close").click()
    assert said(type_code(page, "TICKET01"))[:2] == ("admit", "Come in")
    page.get_by_test_id("code-input").fill("04A23B1C5D6080")
    page.get_by_test_id("code-input").press("Enter")
    page.locator("[data-testid=verdict][data-code='04A23B1C5D6080'][data-here=true][data-reason=already_in]").wait_for()


@pytest.mark.parametrize(("reaches", "words"), [("platform", "also at the platform"), ("here", "only here")])
def test_an_undo_says_beforehand_how_far_it_goes(door: Page, hub: FakeHub, reaches: str, words: str) -> None:
    hub.answers[CODE] = answer(undo_reaches=reaches)
    type_code(door, CODE)
    expect(door.get_by_test_id("undo-reaches")).to_have_text(words)


def test_an_undo_of_what_the_hub_has_not_heard_of_says_so_until_it_has(bar: Page, hub: FakeHub) -> None:
    hub.takes[CODE] = {"answer": answer(undo_reaches="here"), "excess": 0}
    cut_off(bar)
    type_code(bar, CODE)
    expect(bar.get_by_test_id("undo-reaches")).to_have_text("not sent yet")
    bar.context.set_offline(False)
    expect(bar.get_by_test_id("undo-reaches")).to_have_text("only here", timeout=30_000)


def test_the_one_platform_of_several_that_does_not_answer_is_named(bare: Page, hub: FakeHub) -> None:
    hub.status["accounts"].append(account("oveit", "down", due=4))
    page = signed_in(bare, hub)
    expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "online")  # no event of it is on here
    hub.status["events"].append(dict(hub.status["events"][0], id="ev-2", account="oveit"))
    hub.tell("connectivity", {"account": "oveit", "state": "down"})
    expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "hub-only")
    expect(page.locator("#platform")).to_have_text("oveit")
    page.get_by_test_id("more-open").click()
    lines = page.get_by_test_id("account")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("answers")
    expect(lines.nth(1)).to_contain_text("does not answer")
    expect(lines.nth(1)).to_contain_text("4 to send")
