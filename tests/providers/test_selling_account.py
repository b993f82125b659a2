"""Settings of selling, its secrets, and messages that the platform sends by itself."""

import hashlib
import hmac
import json
import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.domain.model import AccountId
from app.domain.sale import Tender
from app.ports import ProviderError
from app.ports.selling import Told
from app.providers.fourvenues.account import CHANNELS, FourvenuesAccount
from app.providers.registry import AccountConfig, build
from tests.providers.harness import KEY, NOW
from tests.providers.selling import CHANNELS_KEY, CODES, NIGHT, SIGN_SECRET, platform, sale, seller_to

PLAIN: dict[str, object] = {"api_key": KEY, "base_url": "http://127.0.0.1:9/integrations"}
SELLING = PLAIN | {"channels_api_key": CHANNELS_KEY, "webhook_secret": SIGN_SECRET}
SECRETS = (KEY, CHANNELS_KEY, SIGN_SECRET)


def built(**options: object) -> Any:
    (one,) = build(
        [AccountConfig(account=AccountId("fourvenues"), provider="fourvenues", options=options)], lambda: NOW
    )
    return one


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"sell_channel_id": "c", "sell_referral_id": "r"}, "sell_referral_id"),
        ({"sell_fields": "phone, shoe_size"}, "sell_fields"), ({"sell_fields": "answers"}, "sell_fields"),
        ({"currency": "EURO"}, "currency"), ({"currency": ""}, "currency"),
        ({"channels_api_key": "cm live"}, "channels_api_key"), ({"channels_api_key": "cm_ñ"}, "channels_api_key"),
        ({"channels_api_key": "cm_1", "channels_base_url": "channels"}, "channels_base_url"),
    ],
)  # fmt: skip
def test_an_unusable_setting_of_selling_is_named(options: dict[str, object], setting: str) -> None:
    assert built(**(PLAIN | options)).problem.startswith(f"{setting}: ")


def test_an_account_sells_at_the_door_and_with_a_key_of_the_channel_manager_by_phone() -> None:
    door, phone = built(**PLAIN), built(**SELLING)
    assert door.seller.tenders == {Tender.CASH, Tender.CARD}
    assert phone.seller.tenders == set(Tender)
    for one in (door, phone):
        one.provider.close()
        one.seller.close()


def test_what_does_not_sell_has_no_seller() -> None:
    configs = [
        AccountConfig(account=AccountId("off"), provider="fourvenues", enabled=False, options=PLAIN),
        AccountConfig(account=AccountId("bad"), provider="fourvenues", options={}),
    ]
    assert [one.seller for one in build(configs, lambda: NOW)] == [None, None]


def test_selling_and_checking_in_share_one_pace_for_one_key() -> None:
    one = built(**PLAIN)
    assert one.seller._client._transport is one.provider.transport
    one.provider.close()
    one.seller.close()


def test_settings_may_come_as_text_and_have_their_defaults() -> None:
    account = FourvenuesAccount.from_options(AccountId("a"), PLAIN | {"sell_fields": " phone,document_number ,"})
    assert account.needed == {"phone", "document_number"}
    assert (account.channels_base_url, account.currency) == (CHANNELS, "EUR")


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_no_repr_shows_a_secret() -> None:
    one = built(**SELLING)
    account = FourvenuesAccount.from_options(AccountId("a"), SELLING)
    shown = f"{one!r} {one.seller!r} {account!r} {account.channels_headers()!r} {account.secrets()!r}"
    assert not [secret for secret in SECRETS if secret in shown]
    one.provider.close()
    one.seller.close()


def test_whatever_the_platform_says_back_no_secret_is_told_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = httpx.Response(400, json={"error": f"keys {KEY} {CHANNELS_KEY} {SIGN_SECRET}"})
    there = platform({
        "GET ours /tickets-rates": echo, "GET theirs /ticket-rates": echo, "POST ours /tickets": echo,
        "POST theirs /tickets/checkout": echo, "POST theirs /webhooks/endpoints": echo,
        f"GET theirs /tickets/by-code/{CODES[0]}": echo, f"GET ours /tickets/by-code/{CODES[0]}": echo,
    })  # fmt: skip
    seller, made = seller_to(there), sale(Tender.PHONE)
    asks = (
        lambda: seller.rates(NIGHT), lambda: seller.page(made, "https://hub.example"), lambda: seller.payment(made),
        lambda: seller.issued(made, timedelta(seconds=5)), lambda: seller.register_webhook("https://hub.example"),
    )  # fmt: skip
    with structlog.testing.capture_logs() as logged:
        said = [seller.issue(made, ()).words]
        for ask in asks:
            with pytest.raises(ProviderError) as failure:
                ask()
            said.append(f"{failure.value!r} {failure.value.words}")
    heard = f"{said} {logged} {caplog.text}"
    assert not [secret for secret in SECRETS if secret in heard]
    assert not [code for code in CODES if code in heard]
    assert len(said) == 6


def test_a_secret_that_was_just_told_is_hidden_from_then_on() -> None:
    there = platform({
        "POST theirs /webhooks/endpoints": {"sign_secret": "s3cr3t-of-the-hook"},
        "POST theirs /tickets/checkout": httpx.Response(400, json={"error": "s3cr3t-of-the-hook"}),
    })  # fmt: skip
    seller = seller_to(there)
    seller.register_webhook("https://hub.example")
    with pytest.raises(ProviderError) as failure:
        seller.page(sale(Tender.PHONE), "https://hub.example")
    assert failure.value.words == "•••"


# --- messages ---------------------------------------------------------------------------------------------------------

PAID = {
    "id": "evt_1", "event": "payment.success",
    "payload": {
        "payment_id": "pay_1", "resource_type": "ticket", "resource_ids": ["tk_1"],
        "metadata": {"sale": "sale-0001", "station": "Box 1"}, "send_resources": True,
    },
}  # fmt: skip


def signed(body: bytes, secret: str = SIGN_SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def heard(message: object, **settings: Any) -> Told | None:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return seller_to(platform({}), **settings).listen(body, signed(body), "hdr_1")


def test_a_paid_payment_tells_which_sale_it_was() -> None:
    assert heard(PAID) == Told(id="evt_1", topic="payment.success", payment_ref="pay_1", sale="sale-0001")


def test_codes_come_where_the_message_carries_them() -> None:
    about = [{"qr_code": CODES[0]}, {"qr_code": CODES[1]}, {"qr_code": CODES[1]}, {}]
    told = heard(PAID | {"payload": PAID["payload"] | {"resources": about}})  # type: ignore[operator]
    assert told is not None
    assert told.codes == CODES


def test_a_refund_that_was_asked_for_tells_its_ticket_and_no_payment() -> None:
    told = heard({"id": "e", "event": "ticket.request_refund", "payload": {"qr_code": CODES[0], "payment_id": "x"}})
    assert told == Told(id="e", topic="ticket.request_refund", codes=(CODES[0],))


@pytest.mark.parametrize("change", [str.upper, lambda word: f"  {word}\r\n"])
def test_a_signature_is_right_in_any_case_and_with_white_space(change: Any) -> None:
    body = json.dumps(PAID).encode()
    assert seller_to(platform({})).listen(body, change(signed(body)), "") is not None


@pytest.mark.parametrize(
    "signature", ["", "0" * 64, "ñ", "\ud800", signed(b"another"), signed(b"{}", "another secret")]
)
def test_what_is_not_proven_is_not_heard(signature: str) -> None:
    assert seller_to(platform({})).listen(b"{}", signature, "hdr_1") is None


def test_without_a_secret_nothing_is_believed() -> None:
    assert heard(PAID, webhook_secret=" ") is None
    assert seller_to(platform({}), webhook_secret="").listen(b"{}", signed(b"{}", ""), "") is None


def test_the_signed_id_goes_before_the_one_that_anybody_could_change() -> None:
    assert heard(PAID | {"id": "evt_9"}) == Told(
        id="evt_9", topic="payment.success", payment_ref="pay_1", sale="sale-0001"
    )
    assert heard({}) == Told(id="hdr_1", topic="")


def test_a_message_without_any_id_is_the_same_when_it_comes_again() -> None:
    seller = seller_to(platform({}))
    one, again = (seller.listen(b"{}", signed(b"{}"), "") for _ in range(2))
    assert one == again
    assert one is not None
    assert one.id


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[1]", b"\xff", b'{"payload": 7}', b'{"payload": {"metadata": []}}']
)
def test_rubbish_with_a_right_signature_says_nothing(body: bytes) -> None:
    assert heard(body) == Told(id="hdr_1", topic="")


@given(st.binary(max_size=60), st.text(max_size=70))
def test_listening_never_fails(body: bytes, signature: str) -> None:
    assert heard(body) is not None
    assert seller_to(platform({})).listen(body, signature, "") is None
