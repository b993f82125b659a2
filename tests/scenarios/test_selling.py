"""Selling over real HTTP: a hub, the platform's two interfaces, its payment page, its messages, and a cable."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.simulators.link import Link
from tests.scenarios.night.house import (
    KEY,
    Hub,
    Platform,
    Teller,
    a_platform,
    add_stations,
    doorcheck,
    environment,
    free_port,
    wait_for,
)

CHANNEL_KEY = "cm_live_7Hw2Kq9Zt4"
GUESTS = 40
Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class BoxOffice:
    """The ticket counter: a hub whose platform is at the other end of a cable."""

    platform: Platform
    cable: Link
    hub: Hub
    teller: Teller
    event: str
    env: dict[str, str]

    def rate(self, name: str = "Standing") -> Json:
        rates = self.teller.get("/rates", event=self.event)["items"]
        return next(one for one in rates if one["name"] == name)

    def sale(self, id: str, quantity: int, tender: str, **more: Any) -> Json:
        rate = self.rate()
        tickets = [{"name": f"Guest {n}", "email": f"guest{n}@mail.example"} for n in range(quantity)]
        return {
            "id": id, "event": self.event, "rate": rate["id"], "price": rate["current"], "tender": tender,
            "admit": True, "tickets": tickets, **more,
        }  # fmt: skip

    def sells(self, id: str, quantity: int, tender: str, **more: Any) -> Json:
        answer = self.teller.post("/sales", self.sale(id, quantity, tender, **more))
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        return told

    def now(self, id: str) -> Json:
        told: Json = self.teller.get(f"/sales/{id}")
        return told

    def becomes(self, id: str, state: str, seconds: float = 30) -> Json:
        found: Json = wait_for(
            f"sale {id} to be {state}", lambda: (one := self.now(id))["state"] == state and one, seconds
        )
        return found

    def entries(self) -> Counter[str]:
        """Heads that the platform has counted, by code."""
        return Counter({one["code"]: one["enter_after"] for one in self.platform.ledger()})

    def unit(self) -> int:
        rate = self.rate()
        price = next(one for one in rate["prices"] if one["id"] == rate["current"])
        return int(price["amount"]["minor"])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    folder = tmp_path_factory.mktemp("selling")
    with a_platform(folder, GUESTS, 1, "webhook_backoff=200") as platform:
        cable = Link.start(platform.port)
        port = free_port()
        hook = httpx.post(
            f"{platform.url}/channels/webhooks/endpoints", headers={"X-Api-Key": CHANNEL_KEY}, trust_env=False,
            json={"name": "doorcheck", "url": f"http://127.0.0.1:{port}/webhooks/fourvenues"},
        ).json()  # fmt: skip
        env = environment(
            DATA_DIR=folder / "data", POLL_SECONDS=5, LOG_FORMAT="json", CLOCK="system",
            FOURVENUES__API_KEY=KEY, FOURVENUES__BASE_URL=f"{cable.url}/integrations",
            FOURVENUES__REQUESTS_PER_SECOND=0,
            FOURVENUES__CHANNELS_API_KEY=CHANNEL_KEY, FOURVENUES__CHANNELS_BASE_URL=f"{cable.url}/channels",
            FOURVENUES__WEBHOOK_SECRET=hook["data"]["sign_secret"],
        )  # fmt: skip
        hub = Hub(env, folder)
        hub.port, hub.url = port, f"http://127.0.0.1:{port}"
        hub.start()
        try:
            hub.wait()
            teller = Teller(hub.url, add_stations(env, ["Taquilla"])["Taquilla"])
            event = wait_for("the event", lambda: [one for one in teller.get("/events")["items"] if one["open"]])[0]
            wait_for("the rates", lambda: teller.get("/rates", event=event["id"])["items"])
            assert teller.post("/till/open", {"by": "Marta", "float": 20_000}).status_code == 200
            made = BoxOffice(platform=platform, cable=cable, hub=hub, teller=teller, event=event["id"], env=env)
            yield made
            teller.close()
        finally:
            hub.stop()
            cable.stop()


@pytest.fixture(autouse=True)
def fair_weather(office: BoxOffice) -> Iterator[None]:
    yield
    office.cable.plug()
    office.platform.turn(webhooks="on", price_changes=0, lose_answers=0.0, payment_outcome="manual")


def test_a_checkout_is_paid_and_its_guests_are_in_by_the_platforms_message(office: BoxOffice) -> None:
    sold = office.sells("hook-1", 2, "phone")
    assert (sold["state"], sold["can_admit"]) == ("waiting", False)
    assert sold["payment_qr"]
    office.platform.act("pay")
    paid = office.becomes("hook-1", "paid", 3)
    codes = [one["code"] for one in paid["tickets"]]
    assert [one["entered"] for one in paid["tickets"]] == [True, True]
    assert office.teller.scan(codes[0])["reason"] == "already_in"
    wait_for("both entries at the platform", lambda: [office.entries()[code] for code in codes] == [1, 1])


def test_the_guest_pays_on_the_platforms_own_page(office: BoxOffice) -> None:
    sold = office.sells("page-1", 1, "phone", admit=False)
    shown = httpx.get(sold["payment_url"], trust_env=False)
    assert shown.status_code == 200
    paid = httpx.post(sold["payment_url"], data={"action": "pay"}, trust_env=False)
    assert paid.status_code in {302, 303}
    assert paid.headers["location"].startswith(f"{office.hub.url}/receipt/")
    found = office.becomes("page-1", "paid")
    assert not found["tickets"][0]["entered"]
    admitted = office.teller.post("/sales/page-1/admit").json()
    assert admitted["tickets"][0]["entered"]


def test_a_message_that_never_comes_is_made_up_for_by_asking(office: BoxOffice) -> None:
    office.platform.turn(webhooks="off")
    office.sells("poll-1", 1, "phone")
    office.platform.act("pay")
    assert office.becomes("poll-1", "paid")["tickets"][0]["entered"]


def test_a_message_that_comes_late_or_twice_counts_once(office: BoxOffice) -> None:
    for how in ("late", "twice"):
        office.platform.turn(webhooks=how, webhooks_delay=6000)
        office.sells(f"{how}-1", 1, "phone")
        office.platform.act("pay")
        code = office.becomes(f"{how}-1", "paid")["tickets"][0]["code"]
        wait_for("the entry at the platform", lambda code=code: office.entries()[code] == 1)
    hooks = wait_for("the late message", lambda: _taken(office.platform, 2))
    assert all(one["status"] == 204 for one in hooks)


def test_a_forged_message_pays_nothing_and_a_replayed_one_pays_nothing_more(office: BoxOffice) -> None:
    office.platform.turn(webhooks="off")
    office.sells("forged-1", 1, "phone")
    for signature in ("wrong", "missing", "other_body"):
        answer = office.platform.act("forge_webhook", signature=signature)
        assert answer["status"] == 403
    assert office.now("forged-1")["state"] == "waiting"
    office.platform.turn(webhooks="on")
    office.platform.act("pay")
    code = office.becomes("forged-1", "paid")["tickets"][0]["code"]
    entries = wait_for("the entry at the platform", lambda: office.entries() if office.entries()[code] else None)
    assert office.platform.act("replay_webhook")["status"] == 204
    time.sleep(0.5)
    assert office.entries() == entries


def test_nobody_can_pay_a_new_price_before_staff_say_yes(office: BoxOffice) -> None:
    office.platform.turn(price_changes=1)
    sold = office.sells("price-1", 1, "phone")
    assert (sold["state"], sold["payment_url"], sold["payment_qr"]) == ("repriced", "", None)
    assert sold["total"]["minor"] > sold["asked"]["minor"]
    wrong = office.teller.post("/sales/price-1/confirm", {"total": sold["asked"]["minor"]})
    assert wrong.status_code == 409
    agreed = office.teller.post("/sales/price-1/confirm", {"total": sold["total"]["minor"]}).json()
    assert agreed["payment_url"]
    office.platform.act("pay")
    assert office.becomes("price-1", "paid")["tickets"][0]["entered"]


def test_a_payment_that_fails_or_expires_sells_nothing(office: BoxOffice) -> None:
    for verb, id in (("fail", "fails-1"), ("expire", "expires-1")):
        office.sells(id, 1, "phone")
        office.platform.act(verb)
        found = wait_for("the end of it", lambda id=id: (one := office.now(id))["state"] != "waiting" and one)
        assert found["state"] in {"failed", "expired"}
        assert not found["tickets"][0]["entered"]


def test_fifty_tickets_for_cash_while_cut_off_survive_a_kill_and_add_up_to_the_cent(office: BoxOffice) -> None:
    before = office.teller.get("/till")["shift"]
    issued_before = _issued(office.platform)
    office.cable.pull()
    sales = [office.sale(f"cash-{n}", 5, "cash") for n in range(10)]
    told = [office.teller.post("/sales", one).json() for one in sales[:5]]
    with ThreadPoolExecutor(1) as beside:  # the sixth is on its way when the hub dies
        torn = beside.submit(_tried, office.teller, sales[5])
        office.hub.process.kill()
        torn.result()
    office.hub.start()
    office.hub.wait()
    told += [office.teller.post("/sales", one).json() for one in sales[5:]]  # the same ids again
    assert [one["state"] for one in told] == ["due"] * 10
    assert all(ticket["entered"] for one in told for ticket in one["tickets"])
    office.platform.turn(lose_answers=0.4)
    office.cable.plug()
    wait_for("the first tickets there", lambda: len(_issued(office.platform)) > len(issued_before), 30, 0.02)
    office.hub.process.kill()
    office.hub.start()
    office.hub.wait()
    for one in told:
        office.becomes(one["id"], "issued", 60)
    office.platform.turn(lose_answers=0.0)
    wait_for("all entries at the platform", lambda: office.teller.waiting() == 0, 60)
    codes = [ticket["code"] for one in told for ticket in one["tickets"]]
    made = Counter(line["code"] for line in _issued(office.platform))
    assert (len(codes), [made[code] for code in codes]) == (50, [1] * 50)
    entries = office.entries()
    assert [entries[code] for code in codes] == [1] * 50
    _with_the_doors_time(office, [one["id"] for one in told])
    _adds_up(office, before)


def test_the_report_holds_the_doors_own_sales_beside_the_platforms_payments(office: BoxOffice, tmp_path: Path) -> None:
    shifts = office.teller.get("/till/shifts")["items"]
    file, day = tmp_path / "takings.json", f"{datetime.now(ZoneInfo('Europe/Madrid')):%Y-%m-%d}"
    done = doorcheck(office.env, "report", "payments", "--from", day, "--to", day, "-o", str(file))
    assert done.returncode == 0, done.stderr
    lines = {one["kind"]: one for one in json.loads(file.read_text())["reconciliation"]}
    for tender in ("cash", "phone"):
        assert lines[tender]["amount_minor"] == sum(one[tender]["minor"] for one in shifts), tender


def _with_the_doors_time(office: BoxOffice, ids: list[str]) -> None:
    """The platform keeps the second in which each guest went in at the door, not the one in which it heard."""
    door = {call["scan"]: datetime.fromisoformat(call["at"]) for call in office.teller.calls()}
    rows = {row["code"]: row for row in office.platform.rows("tickets")}
    for ticket in (ticket for id in ids for ticket in office.now(id)["tickets"]):
        assert abs(rows[ticket["code"]]["entry_date"] - door[ticket["scan"]].timestamp()) <= 1, ticket["scan"]


def _adds_up(office: BoxOffice, before: Json) -> None:
    shift = office.teller.get("/till")["shift"]
    took = shift["cash"]["minor"] - before["cash"]["minor"]
    assert took == 50 * office.unit()
    closed = office.teller.post("/till/close", {"by": "Marta", "counted": shift["expected"]["minor"] - 5}).json()
    assert closed["difference"]["minor"] == -5
    assert sum(one["total"]["minor"] for one in closed["by_rate"]) == sum(
        closed[tender]["minor"] for tender in ("cash", "card", "phone")
    )


def _issued(platform: Platform) -> list[Json]:
    told: list[Json] = platform._asked("GET", "/_control/issued")
    return told


def _taken(platform: Platform, least: int) -> list[Json]:
    log: list[Json] = [one for one in platform._asked("GET", "/_control/webhooks")["log"] if one["kind"] != "forged"]
    return log if len(log) >= least else []


def _tried(teller: Teller, body: Json) -> None:
    try:
        teller.post("/sales", body)
    except httpx.HTTPError:
        return
