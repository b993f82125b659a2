"""Webhooks: signed, late, twice, again and again, and forged."""

import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.simulators.fourvenues.offers import Offer
from tests.simulators.harness import Platform

Row = dict[str, Any]


@dataclass
class Receiver:
    """Somebody who is told. `answers` are the statuses of the next requests, 200 after them; 0 is no answer in time."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def events(self) -> list[Row]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = told.answers.pop(0) if told.answers else 200
            if not status:
                time.sleep(0.3)
            self.send_response(status or 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/hooks/fourvenues?venue=1"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def offer(platform: Platform) -> Offer:
    return platform.world.add_offer("General", 10.0, event_id=platform.night.id)


def register(platform: Platform, receiver: Receiver, path: str = "/webhooks/endpoints") -> Row:
    answer = platform.channels.post(path, json={"name": "doorcheck", "url": receiver.url})
    assert answer.status_code == 200, answer.text
    row: Row = answer.json()["data"]
    return row


def wait_for(met: Callable[[], object], seconds: float = 3) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.005)


def paid(platform: Platform, offer: Offer, **more: Any) -> Row:
    data = platform.check_out(offer, **more)
    platform.verb("pay")
    return data


@pytest.mark.parametrize("path", ["/webhooks", "/webhooks/endpoints"])
def test_endpoints_are_registered_listed_and_deleted_on_either_path(
    platform: Platform, receiver: Receiver, path: str
) -> None:
    row = register(platform, receiver, path)
    assert set(row) == {"_id", "name", "url", "sign_secret"}
    listed = platform.channels.get(path).json()["data"]
    assert listed == [{"_id": row["_id"], "name": "doorcheck", "url": receiver.url}]
    assert platform.channels.delete(f"{path}/{row['_id']}").json() == {"success": True}
    assert platform.channels.delete(f"{path}/{row['_id']}").status_code == 404
    assert platform.channels.get(path).json()["data"] == []


@pytest.mark.parametrize("body", [{"name": "x"}, {"url": "http://127.0.0.1/"}, {"name": "x", "url": "ftp://x"}])
def test_an_endpoint_needs_a_name_and_an_address(platform: Platform, body: Row) -> None:
    assert platform.channels.post("/webhooks", json=body).status_code == 400


def test_a_payment_is_told_and_signed_over_the_raw_body(platform: Platform, receiver: Receiver, offer: Offer) -> None:
    secret = register(platform, receiver)["sign_secret"]
    data = paid(platform, offer, metadata={"venue": "Sala Ñu"}, send_resources=True)
    wait_for(lambda: receiver.heard)
    headers, body = receiver.heard[0]
    event = json.loads(body)
    assert headers["x-webhook-id"] == event["id"]
    assert headers["x-webhook-signature"] == hmac.new(secret.encode(), body, "sha256").hexdigest()
    assert (event["event"], event["payload"]) == (
        "payment.success",
        {
            "payment_id": data["payment_id"],
            "resource_type": "ticket",
            "resource_ids": [data["tickets"][0]["_id"]],
            "metadata": {"venue": "Sala Ñu"},
            "send_resources": True,
        },
    )


def test_a_payment_that_failed_is_not_told(platform: Platform, receiver: Receiver, offer: Offer) -> None:
    register(platform, receiver)
    platform.check_out(offer)
    platform.verb("fail")
    paid(platform, offer)
    wait_for(lambda: receiver.heard)
    assert len(receiver.heard) == 1


def test_a_guest_who_wants_money_back_is_told(platform: Platform, receiver: Receiver, offer: Offer) -> None:
    register(platform, receiver)
    ticket = paid(platform, offer, ticket={"email": "vera@example.org"})["tickets"][0]
    platform.verb("request_refund", ticket_id=ticket["_id"], amount=4)
    wait_for(lambda: len(receiver.heard) == 2)
    event = next(one for one in receiver.events() if one["event"] == "ticket.request_refund")
    assert event["payload"] == {
        "qr_code": ticket["qr_code"],
        "client_name": "Vera Puig",
        "client_email": "vera@example.org",
        "event_id": platform.night.id,
        "ticket_id": ticket["_id"],
        "amount_to_refund": 4,
        "currency": "EUR",
        "resource_type": "ticket",
    }


def test_what_is_not_taken_is_sent_again_under_the_same_id(
    platform: Platform, receiver: Receiver, offer: Offer
) -> None:
    register(platform, receiver)
    platform.turn(webhook_backoff=1)
    receiver.answers = [500, 302, 403]
    paid(platform, offer)
    wait_for(lambda: len(receiver.heard) == 4)
    assert len({headers["x-webhook-id"] for headers, _ in receiver.heard}) == 1
    wait_for(lambda: len(platform.view("webhooks")["log"]) == 4)
    log = platform.view("webhooks")["log"]
    assert [(one["attempt"], one["status"], one["taken"]) for one in log] == [
        (1, 500, False),
        (2, 302, False),
        (3, 403, False),
        (4, 200, True),
    ]


def test_after_so_many_attempts_a_webhook_is_given_up(platform: Platform, receiver: Receiver, offer: Offer) -> None:
    register(platform, receiver)
    platform.turn(webhook_backoff=0, webhook_attempts=3)
    receiver.answers = [500] * 9
    paid(platform, offer)
    wait_for(lambda: platform.view("webhooks")["given_up"])
    assert len(receiver.heard) == 3


def test_a_receiver_that_takes_too_long_or_is_not_there_has_not_taken_it(
    platform: Platform, receiver: Receiver, offer: Offer
) -> None:
    register(platform, receiver)
    platform.turn(webhook_backoff=0, webhook_timeout=50)
    receiver.answers = [0]
    paid(platform, offer)
    wait_for(lambda: len(receiver.heard) == 2)
    wait_for(lambda: len(platform.view("webhooks")["log"]) == 2)
    first = platform.view("webhooks")["log"][0]
    assert (first["status"], first["error"].split(":")[0]) == (None, "TimeoutError")
    receiver.url = "http://127.0.0.1:9/"
    register(platform, receiver)
    paid(platform, offer)
    wait_for(lambda: any(one["error"].startswith("Connection") for one in platform.view("webhooks")["log"]))


def test_an_endpoint_that_is_deleted_is_not_told_again(platform: Platform, receiver: Receiver, offer: Offer) -> None:
    row = register(platform, receiver)
    platform.turn(webhook_backoff=40)
    receiver.answers = [500] * 9
    paid(platform, offer)
    wait_for(lambda: receiver.heard)
    platform.channels.delete(f"/webhooks/{row['_id']}")
    time.sleep(0.1)
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(("position", "told"), [("on", 1), ("twice", 2), ("off", 0), ("late", 0)])
def test_webhooks_come_once_twice_late_or_never(
    platform: Platform, receiver: Receiver, offer: Offer, position: str, told: int
) -> None:
    register(platform, receiver)
    platform.turn(webhooks=position, webhooks_delay=200)
    paid(platform, offer)
    wait_for(lambda: len(receiver.heard) >= told)
    time.sleep(0.05)
    assert len(receiver.heard) == told
    if position == "late":
        wait_for(lambda: receiver.heard)
    assert len({one["id"] for one in receiver.events()}) <= 1


@pytest.mark.parametrize("how", ["wrong", "missing", "other_body"])
def test_a_forged_webhook_tells_of_a_real_payment_without_a_good_signature(
    platform: Platform, receiver: Receiver, offer: Offer, how: str
) -> None:
    secret = register(platform, receiver)["sign_secret"]
    data = platform.check_out(offer)
    receiver.answers = [403]
    said = platform.verb("forge_webhook", signature=how)
    headers, body = receiver.heard[0]
    assert (said["kind"], said["status"], said["taken"]) == ("forged", 403, False)
    assert json.loads(body)["payload"]["payment_id"] == data["payment_id"]
    good = hmac.new(secret.encode(), body, "sha256").hexdigest()
    assert headers.get("x-webhook-signature") != good
    assert ("x-webhook-signature" in headers) is (how != "missing")
    assert platform.control.post("/forge_webhook", json={"signature": "good"}).status_code == 400


def test_a_replayed_webhook_is_the_last_one_to_the_letter(platform: Platform, receiver: Receiver, offer: Offer) -> None:
    register(platform, receiver)
    assert platform.control.post("/replay-webhook").status_code == 404
    paid(platform, offer)
    wait_for(lambda: receiver.heard)
    assert platform.verb("replay_webhook")["kind"] == "replayed"
    (first, body), (second, again) = receiver.heard
    assert (first["x-webhook-id"], first["x-webhook-signature"], body) == (
        second["x-webhook-id"],
        second["x-webhook-signature"],
        again,
    )


def test_a_webhook_can_not_be_forged_without_an_endpoint_or_a_payment(
    platform: Platform, receiver: Receiver, offer: Offer
) -> None:
    assert platform.control.post("/forge_webhook").status_code == 404
    platform.check_out(offer)
    assert platform.control.post("/forge_webhook").status_code == 404
    assert platform.control.post("/request_refund", json={"code": "NOSUCHONE"}).status_code == 404
