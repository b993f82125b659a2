"""The scanner page at the door, in a real browser against a hub whose answers are scripted."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.conftest import CAMERA_CODE, PHONE, SEES_NOTHING, code_picture
from tests.browser.fake_hub import TOKEN, FakeHub, answer, problem, stamp, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

GREEN, BLUE, VERMILION = "rgb(0, 97, 72)", "rgb(10, 79, 150)", "rgb(160, 43, 0)"
AMBER, GREY = "rgb(255, 194, 14)", "rgb(58, 63, 69)"
WHITE, BLACK = "rgb(255, 255, 255)", "rgb(0, 0, 0)"
MARTA = {"name": "Marta Soler", "note": "Nut allergy", "tags": ["birthday", "VIP"]}


def type_code(page: Page, code: str) -> Locator:
    page.get_by_test_id("code-input").fill(code)
    page.get_by_test_id("code-input").press("Enter")
    return verdict_of(page, code)


def verdict_of(page: Page, code: str) -> Locator:
    found = page.locator(f"[data-testid=verdict][data-code='{code}']")
    found.wait_for()
    return found


def fire_gun(page: Page, codes: list[str], pace_ms: int = 4, suffix: str = "Enter") -> None:
    """Keys as a gun sends them. Each is stamped when it was pressed, however busy the machine is that reads them."""
    page.evaluate(
        """async ([codes, pace, suffix]) => {
          const pause = (ms) => new Promise((go) => setTimeout(go, ms));
          let at = performance.now();
          const press = (key) => {
            const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
            Object.defineProperty(event, "timeStamp", { value: at });
            at += pace;
            const node = document.activeElement ?? document.body;
            if (node.dispatchEvent(event) && key.length === 1 && "value" in node) {
              node.value += key;
              node.dispatchEvent(new Event("input", { bubbles: true }));
            }
          };
          for (const code of codes) {
            at = Math.max(at, performance.now());
            for (const letter of code) {
              if (/[A-Z]/.test(letter)) press("Shift");
              press(letter);
            }
            if (suffix) press(suffix); else await pause(1300);
          }
        }""",
        [codes, pace_ms, suffix],
    )


def test_the_token_of_a_link_leaves_the_address_bar_and_stays_on_the_device(bare: Page, hub: FakeHub) -> None:
    bare.goto(f"{hub.url}/?token={TOKEN}")
    expect(bare.get_by_test_id("code-input")).to_be_visible()
    assert bare.url == f"{hub.url}/"
    bare.reload()
    expect(bare.locator("[data-testid=connection][data-state=online]")).to_be_visible()


def test_a_page_without_a_token_asks_for_one(bare: Page, hub: FakeHub) -> None:
    bare.goto(hub.url)
    screen = bare.get_by_test_id("signed-out")
    screen.get_by_label("Station token").fill(TOKEN)
    screen.get_by_role("button", name="Sign in").click()
    expect(bare.get_by_test_id("event-name")).to_have_text("Noche de Sábado")


def test_a_token_that_is_not_known_any_more_signs_the_page_out(door: Page, hub: FakeHub) -> None:
    door.get_by_test_id("code-input").fill("ZQ4K7Y2M")
    hub.token = "another"
    door.keyboard.press("Enter")
    expect(door.get_by_test_id("signed-out")).to_be_visible()
    assert door.evaluate("localStorage.getItem('doorcheck.token')") is None


def test_a_typed_code_is_posted_once_and_its_answer_fills_the_page(door: Page, hub: FakeHub) -> None:
    hub.answers["ZQ4K7Y2M"] = answer(detail="2 now, 1 left", heads=2, left=1, limit=3, guest=MARTA)
    door.get_by_test_id("heads-2").click()
    verdict = type_code(door, "ZQ4K7Y2M")
    expect(verdict).to_have_attribute("data-outcome", "admit")
    expect(verdict).to_have_attribute("data-reason", "ok")
    expect(verdict.locator(".word")).to_have_text("Come in")
    expect(verdict.locator(".detail")).to_have_text("2 now, 1 left")
    expect(verdict.locator(".name")).to_have_text("Marta Soler")
    assert [(scan["code"], scan["heads"]) for scan in hub.scans] == [("ZQ4K7Y2M", 2)]


def test_the_number_of_heads_goes_back_to_one_after_each_scan(door: Page, hub: FakeHub) -> None:
    door.get_by_test_id("heads-3").click()
    type_code(door, "FIRST001")
    type_code(door, "SECOND02")
    assert [scan["heads"] for scan in hub.scans] == [3, 1]


LOOKS: list[tuple[dict[str, Any], str, str, str]] = [
    (answer(), "tick", GREEN, WHITE),
    (answer(left=2, limit=3), "tick", GREEN, WHITE),
    (answer("refuse", "already_in", "Already in", detail="23:41, Gate 2"), "rings", BLUE, WHITE),
    (answer("refuse", "unknown_code", "Not on the list"), "octagon", VERMILION, WHITE),
    (answer("refuse", "void", "Refunded"), "octagon", VERMILION, WHITE),
    (answer("ask", "unsure", "Please look"), "hand", AMBER, BLACK),
    (answer("refuse", "not_allowed_offline", "Can't check right now"), "plug", GREY, WHITE),
]


def test_each_outcome_has_the_shape_and_the_colour_of_the_table(door: Page, hub: FakeHub) -> None:
    for number, (scripted, shape, background, colour) in enumerate(LOOKS):
        hub.answers[f"LOOK{number}"] = scripted
        verdict = type_code(door, f"LOOK{number}")
        expect(verdict.locator(f"svg[data-shape={shape}]")).to_be_visible()
        seen = verdict.evaluate("(it) => [getComputedStyle(it).backgroundColor, getComputedStyle(it).color]")
        assert (scripted["reason"], *seen) == (scripted["reason"], background, colour)


def test_the_shape_is_a_third_of_the_screen_and_the_word_its_largest_text(door: Page, hub: FakeHub) -> None:
    no = answer("refuse", "not_allowed_offline", "No se puede comprobar", guest=MARTA)
    for width, height in ((390, 844), (320, 640), (844, 390), (1280, 800)):
        door.set_viewport_size({"width": width, "height": height})
        hub.answers[f"WIDE{width}"] = no
        verdict = type_code(door, f"WIDE{width}")
        shape = verdict.locator("svg.shape").bounding_box()
        assert shape is not None
        assert shape["height"] >= min(width, height) / 3
        sizes = verdict.evaluate(
            "(it) => [...it.querySelectorAll('.word, p')].map((p) => parseFloat(getComputedStyle(p).fontSize))"
        )
        assert sizes[0] >= 44
        assert sizes[0] == max(sizes)
        assert door.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_incomplete_party_shows_what_is_left_in_its_tick(door: Page, hub: FakeHub) -> None:
    hub.answers["ZQ4K7Y2M"] = answer(left=2, limit=3)
    expect(type_code(door, "ZQ4K7Y2M").locator("svg .badge-text")).to_have_text("2")


def test_a_gun_fires_fifty_codes_with_nothing_in_focus(door: Page, hub: FakeHub) -> None:
    codes = [f"Zq4K-{number:03d}" for number in range(50)]
    fire_gun(door, codes, pace_ms=0)
    verdict_of(door, codes[-1])
    wait_until(lambda: len(hub.scans) == 50)
    assert sorted(scan["code"] for scan in hub.scans) == codes
    assert len({scan["id"] for scan in hub.scans}) == 50


@pytest.mark.parametrize("suffix", ["Enter", "Tab", ""])
def test_a_code_of_a_gun_ends_with_enter_or_tab_or_silence(door: Page, hub: FakeHub, suffix: str) -> None:
    fire_gun(door, ["QX71MAB0", "QX71MAB1"], suffix=suffix)
    verdict_of(door, "QX71MAB1")
    assert [scan["code"] for scan in hub.scans] == ["QX71MAB0", "QX71MAB1"]


def test_a_gun_does_not_type_into_the_search_and_its_scan_wins(door: Page, hub: FakeHub) -> None:
    door.get_by_test_id("search-open").click()
    door.get_by_test_id("search-input").press_sequentially("so", delay=60)
    fire_gun(door, ["ZQ4K7Y2M"], pace_ms=0)
    verdict_of(door, "ZQ4K7Y2M")
    expect(door.get_by_test_id("search-input")).to_have_count(0)
    assert [scan["code"] for scan in hub.scans] == ["ZQ4K7Y2M"]
    assert set(hub.searched) <= {"so"}


def test_a_gun_leaves_a_half_typed_field_as_it_was(door: Page, hub: FakeHub) -> None:
    door.get_by_test_id("code-input").fill("12")
    fire_gun(door, ["ZQ4K7Y2M"])
    verdict_of(door, "ZQ4K7Y2M")
    expect(door.get_by_test_id("code-input")).to_have_value("12")
    assert [scan["code"] for scan in hub.scans] == ["ZQ4K7Y2M"]


def test_a_person_who_rolls_over_two_keys_loses_no_letter(door: Page) -> None:
    door.get_by_test_id("search-open").click()
    fire_gun(door, ["ma"], pace_ms=0, suffix="")
    expect(door.get_by_test_id("search-input")).to_have_value("ma")


def test_a_gun_that_fires_twice_makes_one_scan(door: Page, hub: FakeHub) -> None:
    fire_gun(door, ["ZQ4K7Y2M", "ZQ4K7Y2M"])
    verdict_of(door, "ZQ4K7Y2M")
    type_code(door, "NEXT0001")
    assert [scan["code"] for scan in hub.scans] == ["ZQ4K7Y2M", "NEXT0001"]


def test_markup_in_a_name_is_shown_and_not_executed(door: Page, hub: FakeHub) -> None:
    name = "<img src=x onerror=\"document.title='taken'\"><b>Iker</b>"
    hub.answers["ZQ4K7Y2M"] = answer(guest={"name": name, "note": name, "tags": [name]}, message=name, detail=name)
    verdict = type_code(door, "ZQ4K7Y2M")
    expect(verdict.locator(".name")).to_have_text(name)
    expect(door.get_by_test_id("guest-strip")).to_contain_text("<b>Iker</b>")
    assert door.title() == "Doorcheck"
    assert door.locator("img").count() == 0


def test_undo_names_what_it_takes_back_and_takes_it_back(door: Page, hub: FakeHub) -> None:
    hub.answers["ZQ4K7Y2M"] = answer(heads=2, guest=MARTA)
    type_code(door, "ZQ4K7Y2M")
    expect(door.get_by_test_id("undo")).to_have_accessible_name("Undo: Marta Soler, 2, also at the platform")
    door.get_by_test_id("undo").click()
    verdict = door.locator("[data-testid=verdict][data-outcome=undo]")
    expect(verdict.locator(".word")).to_have_text("Taken back")
    expect(door.get_by_test_id("undo")).to_be_disabled()
    assert hub.undone == [hub.scans[0]["id"]]


def test_undo_goes_when_its_time_is_over(door: Page, hub: FakeHub) -> None:
    hub.answers["ZQ4K7Y2M"] = answer(undo_until=stamp(1))
    type_code(door, "ZQ4K7Y2M")
    expect(door.get_by_test_id("undo")).to_be_enabled()
    expect(door.get_by_test_id("undo")).to_be_disabled()


def test_a_picture_of_a_code_is_a_scan(door: Page, hub: FakeHub) -> None:
    picture: FilePayload = {"name": "ticket.png", "mimeType": "image/png", "buffer": code_picture("ZQ4KPICTURE")}
    door.get_by_test_id("picture-input").set_input_files(picture)
    expect(verdict_of(door, "ZQ4KPICTURE")).to_have_attribute("data-outcome", "admit")


def test_a_picture_without_a_code_is_nobodys_refusal(door: Page, hub: FakeHub) -> None:
    blank: FilePayload = {"name": "dark.png", "mimeType": "image/png", "buffer": b"not a picture"}
    door.get_by_test_id("picture-input").set_input_files(blank)
    verdict = door.locator("[data-testid=verdict][data-reason=unreadable]")
    expect(verdict).to_have_attribute("data-outcome", "trouble")
    assert hub.scans == []


def test_a_code_held_before_the_camera_is_one_scan(door: Page, hub: FakeHub) -> None:
    door.get_by_test_id("camera-start").click()
    expect(verdict_of(door, CAMERA_CODE)).to_have_attribute("data-outcome", "admit")
    door.wait_for_timeout(900)
    assert [scan["code"] for scan in hub.scans] == [CAMERA_CODE]


NATIVE = """
  window.detected = 0;
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect(image) {
      window.detected += 1;
      if (%s) throw new Error("not on this phone after all");
      const box = (x) => new DOMRectReadOnly(x, 0, 10, 10);
      return [{rawValue: "EDGE0001", boundingBox: box(0)}, {rawValue: "NATIVE01", boundingBox: box(image.width / 2)}];
    }
  };
"""


def test_the_frame_says_where_to_hold_the_code(bare: Page, hub: FakeHub) -> None:
    tab = bare.context.new_page()
    tab.add_init_script(SEES_NOTHING)
    tab.goto(f"{hub.url}/?token={TOKEN}")
    tab.locator("#frame").wait_for()
    tab.wait_for_function("() => document.querySelector('#video').readyState >= 2")
    shown = Image.open(io.BytesIO(tab.screenshot())).convert("L")
    tab.close()
    middle = (PHONE["width"] // 2, PHONE["height"] // 2 - 60)
    assert shown.getpixel((8, middle[1])) < 200  # the white wall is darker beside the frame
    assert shown.getpixel((middle[0] - 112, middle[1])) > 200


@pytest.mark.parametrize(("broken", "code"), [("false", "NATIVE01"), ("true", CAMERA_CODE)])
def test_the_browsers_own_reader_is_used_where_it_works(browser: Browser, hub: FakeHub, broken: str, code: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    context.add_init_script(NATIVE % broken)
    page = context.new_page()
    page.goto(f"{hub.url}/?token={TOKEN}")
    verdict_of(page, code)
    assert page.evaluate("window.detected") >= 1
    assert len(page.workers) == (1 if broken == "true" else 0)
    context.close()


def test_the_page_and_what_it_asks_for_are_spanish_on_request(door: Page, hub: FakeHub) -> None:
    door.get_by_test_id("more-open").click()
    door.get_by_test_id("language-es").click()
    expect(door.get_by_test_id("search-open")).to_have_text("Buscar")
    hub.answers["ZQ4K7Y2M"] = answer(message="Adelante", detail="2 ahora, queda 1")
    expect(type_code(door, "ZQ4K7Y2M").locator(".word")).to_have_text("Adelante")
    assert hub.languages == ["es"]
    assert door.evaluate("document.documentElement.lang") == "es"


def test_only_one_left_offers_to_admit_one(door: Page, hub: FakeHub) -> None:
    asked = answer("ask", "too_many", "Only 1 left", detail="admit 1?", left=1, limit=3)
    hub.answers["ZQ4K7Y2M"] = [asked, answer(limit=3)]
    door.get_by_test_id("heads-2").click()
    type_code(door, "ZQ4K7Y2M").get_by_test_id("admit-some").click()
    expect(door.locator("[data-testid=verdict][data-outcome=admit]")).to_be_visible()
    assert [scan["heads"] for scan in hub.scans] == [2, 1]
    assert hub.scans[0]["id"] != hub.scans[1]["id"]


def test_the_choice_among_several_guests_is_sent(door: Page, hub: FakeHub) -> None:
    choices = [
        {"admission": "ad-1", "name": "Nuria Prats", "rate": "General", "kind": "ticket", "left": 1},
        {"admission": "ad-2", "name": "Oriol Prats", "rate": "General", "kind": "ticket", "left": 1},
    ]
    hub.answers["WRIST001"] = [answer("ask", "ambiguous", "Which one?", choices=choices), answer()]
    type_code(door, "WRIST001").get_by_test_id("choice").nth(1).click()
    expect(door.locator("[data-testid=verdict][data-outcome=admit]")).to_be_visible()
    assert hub.scans[1]["admission"] == "ad-2"


def test_letting_in_anyway_needs_a_reason_and_sends_it(door: Page, hub: FakeHub) -> None:
    asked = answer("ask", "not_allowed_offline", "Can't check right now", overridable=True)
    hub.answers["ZQ4K7Y2M"] = [asked, answer(provisional=True)]
    type_code(door, "ZQ4K7Y2M").get_by_test_id("anyway").click()
    door.get_by_test_id("reason-input").fill("Paid in cash at the box office")
    door.get_by_test_id("reason-submit").click()
    expect(door.locator("[data-testid=verdict][data-outcome=admit]")).to_be_visible()
    assert hub.scans[1]["override"] == {"reason": "Paid in cash at the box office"}


def test_why_opens_the_rules(door: Page, hub: FakeHub) -> None:
    hub.answers["ZQ4K7Y2M"] = answer("refuse", "void", "Refunded", why=[{"rule": "standing", "value": "refunded"}])
    verdict = type_code(door, "ZQ4K7Y2M")
    expect(verdict.get_by_test_id("why-list")).to_be_hidden()
    verdict.get_by_test_id("why").click()
    expect(verdict.get_by_test_id("why-list")).to_contain_text("refunded")


def test_a_guest_on_a_list_is_found_and_let_in_by_women_and_men(door: Page, hub: FakeHub) -> None:
    hub.admissions.append({
        "admission": "ad-7", "name": "Familia Roig", "kind": "list", "rate": "Mesa 4", "standing": "good", "left": 4,
        "limit": 4, "entered": 0, "code": "LIST0007", "event": {"id": "ev-1", "name": "Noche de Sábado"},
        "allowance": "entrance", "allowances": [],
    })  # fmt: skip
    door.get_by_test_id("search-open").click()
    door.get_by_test_id("search-input").fill("roig")
    door.get_by_test_id("search-row").get_by_role("button").click()
    for gender in ("women", "women", "men"):
        door.get_by_test_id(f"party-{gender}").click()
    door.get_by_test_id("party-use").click()
    verdict_of(door, "LIST0007")
    scan = hub.scans[0]
    assert (scan["heads"], scan["admission"]) == (3, "ad-7")
    assert scan["party"] == {"women": 2, "men": 1, "no_gender": 0}


def test_a_group_found_by_name_is_asked_how_many_come_in(door: Page, hub: FakeHub) -> None:
    hub.admissions.append({
        "admission": "ad-8", "name": "Grupo Vila", "kind": "ticket", "rate": "General", "standing": "good", "left": 4,
        "limit": 4, "entered": 0, "code": "GRUP0008", "event": {"id": "ev-1", "name": "Noche de Sábado"},
        "allowance": "entrance", "allowances": [],
    })  # fmt: skip
    door.get_by_test_id("search-open").click()
    door.get_by_test_id("search-input").fill("vila")
    door.get_by_test_id("search-admit").click()
    door.get_by_test_id("sheet-heads-3").click()
    verdict_of(door, "GRUP0008")
    assert [scan["heads"] for scan in hub.scans] == [3]


def test_more_of_a_group_come_in_by_one_tap(door: Page, hub: FakeHub) -> None:
    hub.answers["GRUP0008"] = [answer(left=6, limit=7), answer(heads=2, left=4, limit=7), answer(heads=4, limit=7)]
    type_code(door, "GRUP0008").get_by_test_id("rest-2").click()
    door.get_by_role("button", name="Let in 4 more").click()
    wait_until(lambda: len(hub.scans) == 3)
    assert [scan["heads"] for scan in hub.scans] == [1, 2, 4]
    expect(door.get_by_test_id("rest-1")).to_have_count(0)
    expect(door.get_by_test_id("more-of-party")).to_have_count(0)


def test_a_list_counts_each_of_its_people_by_one_tap(door: Page, hub: FakeHub) -> None:
    hub.answers["LIST0007"] = [answer(kind="list", left=2, limit=3), answer(kind="list", left=1, limit=3)]
    verdict = type_code(door, "LIST0007")
    expect(verdict.get_by_test_id("more-of-party")).to_be_visible()
    verdict.get_by_test_id("rest-women").click()
    expect(verdict.get_by_test_id("more-of-party")).to_have_count(0)
    verdict.get_by_test_id("rest-no_gender").click()
    wait_until(lambda: len(hub.scans) == 3)
    assert [(scan["heads"], scan.get("party")) for scan in hub.scans[1:]] == [(1, {"women": 1}), (1, {"no_gender": 1})]


def test_an_undo_that_comes_too_late_says_so_and_is_not_offered_again(door: Page, hub: FakeHub) -> None:
    type_code(door, "ZQ4K7Y2M")
    hub.undo_answer = problem(409, "An entry can be taken back for 10 minutes.")
    door.get_by_test_id("undo").click()
    expect(door.locator("[data-testid=verdict][data-outcome=trouble] .word")).to_have_text("Not taken back")
    expect(door.get_by_test_id("undo")).to_be_disabled()


def test_the_newest_of_several_alarms_is_shown_and_names_how_many_wait(door: Page, hub: FakeHub) -> None:
    wait_until(lambda: hub.listeners > 0)
    for call, guest in (("7", "Marta Soler"), ("8", "Iker Vidal"), ("8", "Iker Vidal")):
        hub.tell(
            "conflict", {"call": call, "scan": f"p2-{call}", "guest": guest, "message": "This is no longer valid."}
        )
    alarm = door.get_by_test_id("conflict-alarm")
    expect(alarm).to_contain_text("Iker Vidal")
    expect(alarm).to_contain_text("1 more")
    alarm.get_by_role("button").click()
    expect(alarm).to_contain_text("Marta Soler")


def test_a_conflict_rings_at_the_door_until_it_is_seen(door: Page, hub: FakeHub) -> None:
    wait_until(lambda: hub.listeners > 0)
    hub.tell("conflict", {"call": "7", "scan": "p2-7", "guest": "Marta Soler", "message": "This is no longer valid."})
    alarm = door.get_by_test_id("conflict-alarm")
    expect(alarm).to_contain_text("Marta Soler")
    alarm.get_by_role("button").click()
    expect(alarm).to_have_count(0)


def test_a_platform_that_is_down_shows_at_the_next_notice(door: Page, hub: FakeHub) -> None:
    expect(door.get_by_test_id("pending-count")).to_have_text("3")
    wait_until(lambda: hub.listeners > 0)
    hub.status["accounts"][0]["state"] = "down"
    hub.status["outbox"]["due"] = 7
    hub.tell("connectivity", {"account": "fourvenues", "state": "down"})
    expect(door.get_by_test_id("connection")).to_have_attribute("data-state", "hub-only")
    expect(door.get_by_test_id("pending-count")).to_have_text("8")


def test_a_green_verdict_shrinks_after_four_seconds_and_opens_again(door: Page, hub: FakeHub) -> None:
    verdict = type_code(door, "ZQ4K7Y2M")
    expect(verdict).to_have_attribute("data-size", "full")
    expect(verdict).to_have_attribute("data-size", "strip")
    verdict.get_by_role("button", name="Open").click()
    expect(verdict).to_have_attribute("data-size", "full")


def test_every_control_is_large_enough_for_a_thumb(door: Page, hub: FakeHub) -> None:
    door.set_viewport_size({"width": 320, "height": 640})
    hub.answers["ZQ4K7Y2M"] = answer("ask", "too_many", "Only 1 left", left=1, limit=3, overridable=True)
    type_code(door, "ZQ4K7Y2M")
    small = door.evaluate(
        """() => [...document.querySelectorAll("button, label, input:not(.unseen)")]
          .filter((it) => it.checkVisibility()).map((it) => [it.textContent || it.id, it.getBoundingClientRect()])
          .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""
    )
    assert small == []
