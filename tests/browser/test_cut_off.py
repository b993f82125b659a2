"""The page without its hub: it decides by itself, keeps what it decided, brings it, and hears what became of it."""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import cut_off, knows_it_is_cut_off, signed_in
from tests.browser.fake_hub import TOKEN, FakeHub, Lost, answer, known, problem, stamp, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CODE = "ZQ4K7Y2M"
WITHIN_MS = 300
OTHER = "OTHERtoken1234567890abcdefghijklmnopqrstuvw"


@pytest.fixture
def page(bare: Page, hub: FakeHub) -> Page:
    """Signed in, its camera off, with a snapshot of four guests."""
    hub.rows += [
        known(1, CODE),
        known(2, "GRP40021", "Familia R.", limit=4, entered=1, kind="list"),
        known(3, "VOID0001", "Iker V.", standing="void", word="refunded"),
        known(4, "IN000001", "Ana G.", entered=1, first=1763854867, station="Puerta 2"),
    ]
    return signed_in(bare, hub)


def type_code(page: Page, code: str) -> Locator:
    page.get_by_test_id("code-input").fill(code)
    page.get_by_test_id("code-input").press("Enter")
    found = page.locator(f"[data-testid=verdict][data-code='{code}']")
    found.wait_for()
    return found


VERDICTS = [
    (CODE, "admit", "ok", "Come in"),
    ("GRP40021", "admit", "ok", "Come in"),
    ("VOID0001", "refuse", "void", "Refunded"),
    ("IN000001", "refuse", "already_in", "Already in"),
    ("NOBODY77", "ask", "not_allowed_offline", "Can't check right now"),
]


def test_cut_off_the_page_decides_by_itself_within_300_ms(page: Page) -> None:
    cut_off(page)
    for code, outcome, reason, word in VERDICTS:
        verdict = type_code(page, code)
        assert [verdict.get_attribute(f"data-{name}") for name in ("outcome", "reason", "here")] == [
            outcome,
            reason,
            "true",
        ]
        expect(verdict.locator(".word")).to_have_text(word)
    page.wait_for_function(f"() => performance.getEntriesByName('doorcheck.verdict').length === {len(VERDICTS)}")
    took = page.evaluate("performance.getEntriesByName('doorcheck.verdict').map((one) => one.duration)")
    assert sorted(took)[len(took) // 2] < WITHIN_MS


def test_already_in_says_when_and_where_and_a_group_what_is_left(page: Page) -> None:
    cut_off(page)
    expect(type_code(page, "IN000001").locator(".detail")).to_have_text("00:41, Puerta 2")
    expect(type_code(page, "GRP40021").locator(".detail")).to_have_text("1 now, 2 left")


def test_nobody_enters_twice_on_what_the_phone_knows(page: Page) -> None:
    cut_off(page)
    outcomes = []
    for _ in range(2):
        outcomes.append(type_code(page, CODE).get_attribute("data-outcome"))
        type_code(page, "NOBODY77")
    assert outcomes == ["admit", "refuse"]


def test_back_in_touch_everything_is_brought_in_order_with_its_time(page: Page, hub: FakeHub) -> None:
    cut_off(page)
    for code, *_ in VERDICTS:
        type_code(page, code)
    expect(page.get_by_test_id("pending-count")).to_have_text(str(len(VERDICTS)))
    page.context.set_offline(False)
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    assert [one["code"] for one in hub.brought] == [code for code, *_ in VERDICTS]
    assert [one["said"]["outcome"] for one in hub.brought] == [outcome for _, outcome, *_ in VERDICTS]
    assert sorted(one["at"] for one in hub.brought) == [one["at"] for one in hub.brought]
    assert hub.scans == []


def test_what_waits_outlives_a_reload_without_a_network(page: Page, hub: FakeHub) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    cut_off(page)
    type_code(page, CODE)
    page.reload()
    expect(page.get_by_test_id("waiting-count")).to_contain_text("1")
    assert type_code(page, CODE).get_attribute("data-outcome") == "refuse"  # counted over the reload too
    page.context.set_offline(False)
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    assert [(one["code"], one["said"]["outcome"]) for one in hub.brought] == [(CODE, "admit"), (CODE, "refuse")]


def test_an_answer_that_got_lost_is_brought_under_the_same_id(page: Page, hub: FakeHub) -> None:
    hub.answers[CODE] = Lost()
    assert type_code(page, CODE).get_attribute("data-outcome") == "admit"
    wait_until(lambda: len(hub.brought) == 1)
    assert hub.brought[0]["id"] == hub.scans[0]["id"]


def test_a_hub_with_a_problem_is_decided_for(page: Page, hub: FakeHub) -> None:
    hub.answers[CODE] = problem(503, "The hub can't write to its disk.")
    assert type_code(page, CODE).get_attribute("data-outcome") == "admit"
    wait_until(lambda: len(hub.brought) == 1)


def test_a_hub_that_does_not_answer_in_time_is_decided_for(page: Page, hub: FakeHub) -> None:
    hub.slow_seconds = 3
    began = time.monotonic()
    assert type_code(page, CODE).get_attribute("data-here") == "true"
    assert time.monotonic() - began < 2.5
    wait_until(lambda: len(hub.brought) == 1)
    assert hub.brought[0]["id"] == hub.scans[0]["id"]


def test_a_late_answer_that_everybody_hears_before_is_no_entry_of_somebody_else(page: Page, hub: FakeHub) -> None:
    hub.slow_seconds = 3

    def tell_everybody() -> None:
        wait_until(lambda: len(hub.scans) == 1)
        hub.tell("scan", answer(admission=str(hub.rows[0][0])) | {"id": hub.scans[0]["id"]})

    said = threading.Thread(target=tell_everybody)
    said.start()
    verdict = type_code(page, CODE)
    said.join()
    assert (verdict.get_attribute("data-here"), verdict.get_attribute("data-outcome")) == ("true", "admit")


def test_a_hub_that_is_late_is_waited_for_once(page: Page, hub: FakeHub) -> None:
    hub.slow_seconds = 4
    for code in (CODE, "GRP40021"):
        assert type_code(page, code).get_attribute("data-here") == "true"
    page.wait_for_function("() => performance.getEntriesByName('doorcheck.verdict').length === 2")
    first, second = page.evaluate("performance.getEntriesByName('doorcheck.verdict').map((one) => one.duration)")
    assert second < first


@pytest.mark.parametrize("revoked", [False, True])
def test_what_one_station_decided_is_brought_as_that_station(page: Page, hub: FakeHub, revoked: bool) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    hub.others.append(OTHER)
    cut_off(page)
    type_code(page, CODE)
    page.goto(f"{hub.url}/?token={OTHER}")
    expect(page.get_by_test_id("waiting-count")).to_contain_text("1")
    if revoked:
        hub.token = "nobody's"
    page.context.set_offline(False)
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    wait_until(lambda: len(hub.brought) == 1)
    assert hub.brought_by == [OTHER if revoked else TOKEN]
    expect(page.get_by_test_id("code-input")).to_be_visible()


def test_another_station_does_not_decide_on_what_the_one_before_knew(page: Page, hub: FakeHub) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    cut_off(page)
    page.goto(f"{hub.url}/?token={OTHER}")
    knows_it_is_cut_off(page)
    assert type_code(page, CODE).get_attribute("data-reason") == "not_allowed_offline"
    page.context.set_offline(False)


def test_two_tabs_of_one_phone_know_of_each_other(page: Page, hub: FakeHub) -> None:
    tab = page.context.new_page()
    tab.goto(f"{hub.url}/")
    tab.locator("[data-testid=connection][data-state=online]").wait_for()
    tab.wait_for_timeout(300)
    cut_off(page)
    knows_it_is_cut_off(tab)
    assert type_code(page, CODE).get_attribute("data-outcome") == "admit"
    expect(tab.get_by_test_id("pending-count")).to_have_text("1")
    assert type_code(tab, CODE).get_attribute("data-reason") == "already_in"
    page.context.set_offline(False)
    wait_until(lambda: len(hub.brought) == 2)
    for each in (page, tab):
        expect(each.get_by_test_id("waiting-count")).to_be_hidden()
    tab.close()
    assert len({one["id"] for one in hub.brought}) == 2


def test_a_guest_who_came_in_elsewhere_meanwhile_is_an_alarm(page: Page, hub: FakeHub) -> None:
    final = answer(
        "refuse",
        "already_in",
        "Already in",
        detail="23:41, Puerta 2",
        guest={"name": "Marta Soler", "note": "", "tags": []},
    )
    hub.takes[CODE] = {"answer": final | {"id": "x", "station": "Puerta 1"}, "excess": 1}
    cut_off(page)
    type_code(page, CODE)
    page.context.set_offline(False)
    alarm = page.get_by_test_id("conflict-alarm")
    expect(alarm).to_contain_text("Marta Soler")
    expect(alarm).to_contain_text("Already in")
    hub.tell("conflict", {"call": "9", "scan": hub.brought[0]["id"], "guest": "Marta Soler", "message": "The same."})
    alarm.get_by_role("button").click()
    expect(alarm).to_have_count(0)  # told once, by whichever way it came first


def test_what_the_service_worker_brings_is_heard_on_the_open_page(page: Page, hub: FakeHub) -> None:
    final = answer("refuse", "already_in", "Already in", guest={"name": "Marta Soler", "note": "", "tags": []})
    hub.takes[CODE] = {"answer": final | {"id": "x", "station": "Puerta 1", "admission": "1"}, "excess": 1}
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.route("**/scans:batch", lambda route: route.abort())  # the page's own; the service worker's pass
    cut_off(page)
    type_code(page, CODE)
    page.context.set_offline(False)
    dispatch_sync(page, hub)
    expect(page.get_by_test_id("conflict-alarm")).to_contain_text("Marta Soler")
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    page.unroute("**/scans:batch")
    assert read_history(page) == ["conflict"]
    assert len(hub.brought) == 1


def test_the_service_worker_brings_what_waits_when_the_page_is_closed(page: Page, hub: FakeHub) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    cut_off(page)
    type_code(page, CODE)
    assert read_history(page) == ["here"]
    page.goto(f"{hub.url}/page/favicon.svg")
    page.context.set_offline(False)
    dispatch_sync(page, hub)
    wait_until(lambda: len(hub.brought) == 1)
    page.goto(hub.url)
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    assert read_history(page) == ["sent"]


def dispatch_sync(page: Page, hub: FakeHub) -> None:
    """As the browser does when the connection is back."""
    devtools = page.context.new_cdp_session(page)
    found: list[str] = []
    devtools.on(
        "ServiceWorker.workerVersionUpdated",
        lambda told: found.extend(one["registrationId"] for one in told["versions"]),
    )
    devtools.send("ServiceWorker.enable")
    for _ in range(50):
        if found:
            break
        page.wait_for_timeout(50)
    asked = {"origin": hub.url, "registrationId": found[-1], "tag": "send", "lastChance": False}
    devtools.send("ServiceWorker.dispatchSyncEvent", asked)
    devtools.detach()


def test_one_the_hub_can_not_take_is_told_and_stops_no_other(page: Page, hub: FakeHub) -> None:
    hub.takes[CODE] = {"answer": None, "problem": {"status": 409, "detail": "This id was used for another code."}}
    cut_off(page)
    type_code(page, CODE)
    type_code(page, "GRP40021")
    page.context.set_offline(False)
    expect(page.get_by_test_id("conflict-alarm")).to_contain_text("could not be taken")
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    assert len(hub.brought) == 2


def test_an_entry_taken_back_while_cut_off_is_taken_back_at_the_hub(page: Page, hub: FakeHub) -> None:
    cut_off(page)
    type_code(page, CODE)
    expect(page.get_by_test_id("undo")).to_be_enabled()
    page.get_by_test_id("undo").click()
    expect(page.locator("[data-testid=verdict][data-outcome=undo]")).to_contain_text("the hub will hear of it")
    assert type_code(page, CODE).get_attribute("data-outcome") == "admit"  # there is room again
    page.context.set_offline(False)
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    assert len(hub.brought) == 2
    assert hub.undone == [hub.brought[0]["id"]]


def test_a_supervisor_may_let_in_while_cut_off(page: Page, hub: FakeHub) -> None:
    cut_off(page)
    type_code(page, "NOBODY77").get_by_test_id("anyway").click()
    page.get_by_test_id("reason-1").click()
    expect(page.locator("[data-testid=verdict][data-outcome=admit]")).to_be_visible()
    page.context.set_offline(False)
    wait_until(lambda: len(hub.brought) == 2)
    assert hub.brought[1]["override"] == {"reason": "The supervisor agreed"}


def test_whoever_was_let_in_on_trust_is_in(page: Page) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    cut_off(page)
    type_code(page, "NOBODY77").get_by_test_id("anyway").click()
    page.get_by_test_id("reason-1").click()
    expect(page.locator("[data-testid=verdict][data-outcome=admit]")).to_be_visible()
    again = page.locator("[data-testid=verdict][data-code=NOBODY77][data-reason=already_in]")
    type_code(page, "NOBODY77")
    expect(again).to_be_visible()
    page.reload()
    type_code(page, "NOBODY77")
    expect(again).to_be_visible()
    page.get_by_test_id("undo").click()
    expect(page.locator("[data-testid=verdict][data-outcome=undo]")).to_be_visible()
    assert type_code(page, "NOBODY77").get_attribute("data-outcome") == "admit"


def test_a_guest_whom_the_snapshot_has_not_yet_is_known_from_the_hubs_answer(page: Page, hub: FakeHub) -> None:
    hub.answers["SOLD0001"] = answer(admission="77", limit=2, entered=1, left=1)
    type_code(page, "SOLD0001")
    cut_off(page)
    assert type_code(page, "SOLD0001").get_attribute("data-outcome") == "admit"
    type_code(page, CODE)
    assert type_code(page, "SOLD0001").get_attribute("data-reason") == "already_in"


def test_a_pin_is_checked_without_the_hub(page: Page, hub: FakeHub) -> None:
    hub.rules["pin"] = {"salt": bytes(range(16)).hex(), "rounds": 1000, "digest": pin_digest("4821")}
    hub.tell("freshness", {})
    wait_until(lambda: len(hub.snapshots) > 1)
    page.wait_for_timeout(200)
    cut_off(page)
    type_code(page, "NOBODY77").get_by_test_id("anyway").click()
    page.get_by_test_id("pin-input").fill("1234")
    page.get_by_test_id("reason-1").click()
    expect(page.get_by_test_id("pin-wrong")).to_have_text("That is not the PIN.")
    page.get_by_test_id("pin-input").fill("4821")
    page.get_by_test_id("reason-1").click()
    expect(page.locator("[data-testid=verdict][data-outcome=admit]")).to_be_visible()


def pin_digest(pin: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), bytes(range(16)), 1000).hex()


def test_guests_are_found_by_first_name_while_cut_off_and_let_in_from_the_row(page: Page, hub: FakeHub) -> None:
    cut_off(page)
    page.get_by_test_id("search-open").click()
    page.get_by_test_id("search-input").fill("marta")
    row = page.get_by_test_id("search-row")
    expect(row).to_contain_text("Marta S.")
    row.get_by_role("button").click()
    expect(page.locator("[data-testid=verdict][data-outcome=admit]")).to_contain_text("Marta S.")
    page.context.set_offline(False)
    wait_until(lambda: len(hub.brought) == 1)
    assert (hub.brought[0]["code"], hub.brought[0]["admission"]) == ("", "1")


def test_the_history_says_how_far_each_has_come(page: Page, hub: FakeHub) -> None:
    type_code(page, "ONLINE01")
    cut_off(page)
    type_code(page, CODE)
    hub.states[hub.scans[0]["id"]] = "confirmed"
    assert read_history(page) == ["here", "sent"]
    page.context.set_offline(False)
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    reaches: list[list[Any]] = []  # each opening of the sheet asks the hub how far they have come
    wait_until(lambda: reaches.append(read_history(page)) or reaches[-1] == ["sent", "confirmed"])
    assert reaches[-1] == ["sent", "confirmed"]


def read_history(page: Page) -> list[Any]:
    page.get_by_test_id("more-open").click()
    page.get_by_test_id("history-open").click()
    rows = page.get_by_test_id("history-row")
    rows.first.wait_for()
    reaches = [row.get_attribute("data-reach") for row in rows.all()]
    page.get_by_test_id("history-sheet").get_by_role("button", name="Close").click()
    return reaches


def test_a_snapshot_cut_in_half_leaves_the_one_before(page: Page, hub: FakeHub) -> None:
    hub.rules["total"] = 4  # it says four
    hub.rows.pop()
    hub.tell("freshness", {})
    wait_until(lambda: len(hub.snapshots) > 1)
    page.wait_for_timeout(200)
    cut_off(page)
    assert type_code(page, "IN000001").get_attribute("data-reason") == "already_in"


def test_a_change_that_got_lost_is_noticed_and_everything_fetched(page: Page, hub: FakeHub) -> None:
    hub.rules |= {"whole": False, "total": len(hub.rows) + 1}
    hub.tell("freshness", {})
    wait_until(lambda: len(hub.snapshots) > 1)
    assert hub.snapshots[-1] != ""
    hub.rules.clear()
    hub.tell("freshness", {})
    wait_until(lambda: len(hub.snapshots) > 2)
    assert hub.snapshots[-1] == ""


SHEETS = """async () => {
  const open = indexedDB.open("doorcheck");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const count = database.transaction("sheets").objectStore("sheets").count();
  const sheets = await new Promise((done) => { count.onsuccess = () => done(count.result); });
  database.close();
  return sheets;
}"""


def test_a_revoked_token_wipes_the_guests_and_keeps_what_was_not_sent(page: Page, hub: FakeHub) -> None:
    cut_off(page)
    type_code(page, CODE)
    hub.token = "another"
    page.context.set_offline(False)
    expect(page.get_by_test_id("signed-out")).to_contain_text("1 still to be sent")
    wait_until(lambda: page.evaluate(SHEETS) == 0)
    assert page.evaluate(SHEETS) == 0
    hub.token = TOKEN
    page.get_by_label("Station token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("waiting-count")).to_be_hidden()
    wait_until(lambda: len(hub.brought) == 1)
    assert [one["code"] for one in hub.brought] == [CODE]


def test_a_night_that_is_over_is_forgotten(bare: Page, hub: FakeHub) -> None:
    hub.rows.append(known(1, CODE))
    hub.rules["event"] = {
        "id": "ev-1", "name": "Noche", "label": "", "open": True, "starts_at": stamp(-90000), "ends_at": stamp(-50000),
    }  # fmt: skip
    bare.goto(f"{hub.url}/page/favicon.svg")
    bare.evaluate("localStorage.setItem('doorcheck.camera', '\"off\"')")
    bare.goto(f"{hub.url}/?token={TOKEN}")
    wait_until(lambda: bool(hub.snapshots))
    bare.wait_for_timeout(300)
    cut_off(bare)
    assert type_code(bare, CODE).get_attribute("data-reason") == "not_allowed_offline"


def test_a_phone_whose_clock_is_an_hour_off_tells_the_hubs_time(bare: Page, hub: FakeHub) -> None:
    hub.rows.append(known(1, CODE))
    bare.clock.install(time=time.time() + 3600)
    bare.clock.resume()
    signed_in(bare, hub)
    cut_off(bare)
    type_code(bare, CODE)
    bare.context.set_offline(False)
    wait_until(lambda: len(hub.brought) == 1)
    said = hub.brought[0]["at"]
    assert abs(time.mktime(time.strptime(said[:19], "%Y-%m-%dT%H:%M:%S")) - time.mktime(time.gmtime())) < 60


DENIED = """Object.defineProperty(window, "indexedDB", {
  value: { open: () => { throw new DOMException("no", "SecurityError"); }, databases: async () => [] },
})"""


def test_a_phone_that_keeps_nothing_says_so_and_loses_nothing_while_the_page_is_open(page: Page, hub: FakeHub) -> None:
    tab = page.context.new_page()
    tab.add_init_script(DENIED)
    tab.goto(f"{hub.url}/?token={TOKEN}")
    tab.locator("[data-testid=connection][data-state=online]").wait_for()
    tab.wait_for_timeout(500)
    page.context.set_offline(True)
    knows_it_is_cut_off(tab)
    assert type_code(tab, CODE).get_attribute("data-outcome") == "admit"
    expect(tab.get_by_test_id("unkept")).to_contain_text("Leave this page open")
    page.context.set_offline(False)
    wait_until(lambda: len(hub.brought) == 1)
    tab.close()
    assert [one["code"] for one in hub.brought] == [CODE]


def test_ten_kilobytes_of_text_are_asked_to_be_read_again(page: Page) -> None:
    cut_off(page)
    page.evaluate("document.querySelector('#code').removeAttribute('maxlength')")
    page.get_by_test_id("code-input").fill("x" * 10_000)
    page.get_by_test_id("code-input").press("Enter")
    expect(page.locator("[data-testid=verdict][data-reason=unreadable]")).to_contain_text("Again, please")


def test_the_code_of_another_venues_site_is_not_opened(page: Page) -> None:
    cut_off(page)
    verdict = type_code(page, "https://otra-sala.example/entrada?id=9")
    assert verdict.get_attribute("data-reason") == "not_allowed_offline"
    assert page.url.startswith("http://127.0.0.1")
