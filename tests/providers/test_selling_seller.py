"""Selling through Fourvenues' two APIs, answered by a function: what is sent, and what every kind of answer means."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.domain.money import Money
from app.domain.outbox import AnswerKind
from app.domain.sale import Holder, Sold, Tender, Wanted
from app.ports import ProviderError
from app.ports.selling import Payment
from tests.providers.selling import CHANNELS_KEY, CODES, GOLDEN, NIGHT, Platform, ordered, platform, sale, seller_to

BACK = "https://hub.example/r/w0rd"
SOON = timedelta(seconds=5)
OPTION = {"_id": "1643064796675", "price": 12, "max_quantity": 0, "until": 18000}
OUR_RATE = {"_id": "tkrt_1", "name": "General", "slug": "general", "options": [OPTION]}
THEIR_RATE = {"_id": "tkrt_1", "name": "General", "slug": "general", "event_id": NIGHT.ref, "prices": [OPTION]}
RATES, THEIR_RATES = "GET ours /tickets-rates", "GET theirs /ticket-rates"
ISSUE, CHECKOUT = "POST ours /tickets", "POST theirs /tickets/checkout"
SESSION = {"payment_id": "pay_1", "payment_url": "https://pay.example/pay_1", "total_amount": 43.2}
HTML = httpx.Response(200, html="<html>sign in</html>")


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def data(value: object) -> dict[str, object]:
    return {"success": True, "data": value}


def ticket(code: str = CODES[0], **fields: object) -> dict[str, object]:
    return {"_id": "tk_1", "code": code, "event_id": NIGHT.ref, "status": "activated", **fields}


def by_code(side: str, code: str = CODES[0], path: str = "by-code") -> str:
    return f"GET {side} /tickets/{path}/{code}"


# --- rates ------------------------------------------------------------------------------------------------------------


def test_rates_come_from_both_apis_and_are_one() -> None:
    there = platform({RATES: data([OUR_RATE]), THEIR_RATES: data([THEIR_RATE])})
    (rate,) = seller_to(there).rates(NIGHT)
    assert (rate.ref, rate.tenders) == ("tkrt_1", frozenset(Tender))
    assert [dict(one.url.params) for one in there.asked] == [{"event_id": NIGHT.ref}] * 2


def test_without_a_key_of_its_own_the_channel_manager_is_not_asked() -> None:
    there = platform({RATES: data([OUR_RATE])})
    seller = seller_to(there, channels_api_key="")
    assert [rate.tenders for rate in seller.rates(NIGHT)] == [{Tender.CASH, Tender.CARD}]
    assert (seller.tenders, len(there.asked)) == ({Tender.CASH, Tender.CARD}, 1)


@pytest.mark.parametrize("trouble", [httpx.Response(403), httpx.Response(503), HTML, httpx.ConnectError("x")])
@pytest.mark.parametrize(("up", "down", "row"), [(RATES, THEIR_RATES, OUR_RATE), (THEIR_RATES, RATES, THEIR_RATE)])
def test_where_one_api_fails_the_rates_of_the_other_come(up: str, down: str, row: object, trouble: Any) -> None:
    there = platform({up: data([row]), down: trouble})
    assert [rate.ref for rate in seller_to(there).rates(NIGHT)] == ["tkrt_1"]


def test_where_both_fail_it_says_so() -> None:
    there = platform({RATES: httpx.Response(403, json={"error": "no"}), THEIR_RATES: httpx.Response(503)})
    with pytest.raises(ProviderError) as failure:
        seller_to(there).rates(NIGHT)
    assert failure.value.kind is AnswerKind.BARRED


def test_a_damaged_rate_is_left_out() -> None:
    there = platform({RATES: data([{"_id": "bad", "options": [{"_id": "x"}]}, OUR_RATE]), THEIR_RATES: data([])})
    assert [rate.ref for rate in seller_to(there).rates(NIGHT)] == ["tkrt_1"]


def test_rates_of_another_event_are_not_sold() -> None:
    there = platform({RATES: data([]), THEIR_RATES: data([THEIR_RATE | {"event_id": "another"}])})
    assert seller_to(there).rates(NIGHT) == []


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.Response(403), data({"_id": "tkrt_1"}), data(None)])
def test_a_rate_whose_list_tells_no_prices_is_asked_for_by_id_and_then_by_slug(answer: Any) -> None:
    bare = {name: THEIR_RATE[name] for name in ("_id", "slug", "event_id")}
    there = platform({
        RATES: data([]), THEIR_RATES: data([bare]), "GET theirs /ticket-rates/tkrt_1": answer,
        "GET theirs /ticket-rates/by-slug/general": data(THEIR_RATE),
    })  # fmt: skip
    assert [rate.ref for rate in seller_to(there).rates(NIGHT)] == ["tkrt_1"]
    assert dict(there.asked[-1].url.params) == {"event_id": NIGHT.ref}


def test_a_rate_whose_details_are_found_by_id_is_not_asked_for_by_slug() -> None:
    there = platform({
        RATES: data([]), THEIR_RATES: data([{"_id": "tkrt_1", "slug": "general"}]),
        "GET theirs /ticket-rates/tkrt_1": data(THEIR_RATE),
    })  # fmt: skip
    assert [rate.ref for rate in seller_to(there).rates(NIGHT)] == ["tkrt_1"]
    assert there.paths[-1] == "GET /ticket-rates/tkrt_1"


def test_a_rate_whose_details_nobody_tells_is_left_out() -> None:
    there = platform({RATES: data([OUR_RATE]), THEIR_RATES: data([{"_id": "tkrt_2", "slug": "other"}])})
    assert [rate.ref for rate in seller_to(there).rates(NIGHT)] == ["tkrt_1"]


# --- payment pages ----------------------------------------------------------------------------------------------------


def test_a_checkout_is_asked_for_as_documented() -> None:
    there = platform({CHECKOUT: {"data": SESSION}})
    seller_to(there).page(sale(Tender.PHONE), BACK)
    assert json.loads(there.asked[0].content) == golden("checkout_body.json")
    assert there.asked[0].headers["x-api-key"] == CHANNELS_KEY


def test_refs_of_both_apis_go_to_each_by_its_own() -> None:
    there = platform({CHECKOUT: {"data": SESSION}, ISSUE: data([])})
    made, seller = ordered(sale(Tender.PHONE), rate="tkrt_1~5f8d", price="opt_a~1643"), seller_to(there)
    seller.page(made, BACK)
    seller.issue(made, ())
    bodies = [json.loads(one.content) for one in there.asked]
    assert [one["ticket_rate_id"] for one in bodies] == ["5f8d", "tkrt_1"]
    assert [one["tickets"][0]["price_id"] for one in bodies] == ["1643", "opt_a"]


def test_a_page_tells_its_address_its_total_and_its_payment() -> None:
    page = seller_to(platform({CHECKOUT: {"data": SESSION}})).page(sale(Tender.PHONE), BACK)
    assert (page.ref, page.url, page.total) == ("pay_1", "https://pay.example/pay_1", Money(4320, "EUR"))
    assert not page.changed


@pytest.mark.parametrize(
    "fields",
    [{"conditions_changed": True}, {"total_amount": 45.2}, {"total_amount": "43.21"},
     {"tickets": [{"payment_currency": "USD"}]}],
)  # fmt: skip
def test_a_page_that_takes_something_else_has_changed(fields: dict[str, object]) -> None:
    there = platform({CHECKOUT: {"data": SESSION | {"conditions_changed": False} | fields}})
    assert seller_to(there).page(sale(Tender.PHONE), BACK).changed


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"data": SESSION | {"payment_url": None}}, AnswerKind.DOUBTFUL),
        ({"data": SESSION | {"payment_url": "javascript:alert(1)"}}, AnswerKind.DOUBTFUL),
        ({"data": SESSION | {"total_amount": None}}, AnswerKind.DOUBTFUL),
        ({"data": SESSION | {"total_amount": 43.205}}, AnswerKind.DOUBTFUL),
        ({"data": SESSION | {"tickets": [{"payment_currency": "XXQ"}]}}, AnswerKind.DOUBTFUL),
        ({"data": []}, AnswerKind.DOUBTFUL), ({"success": True}, AnswerKind.DOUBTFUL), ({}, AnswerKind.DOUBTFUL),
        (HTML, AnswerKind.DOUBTFUL), (httpx.Response(200, content=b'{"data": {"pay'), AnswerKind.DOUBTFUL),
        (httpx.ReadTimeout("x"), AnswerKind.DOUBTFUL), (httpx.RemoteProtocolError("x"), AnswerKind.DOUBTFUL),
        (httpx.Response(500), AnswerKind.DOUBTFUL), (httpx.Response(302), AnswerKind.DOUBTFUL),
        (httpx.ConnectError("x"), AnswerKind.BUSY), (httpx.Response(429), AnswerKind.BUSY),
        (httpx.Response(503), AnswerKind.BUSY), (httpx.Response(401), AnswerKind.BARRED),
        (httpx.Response(403, json={"message": "no"}), AnswerKind.BARRED),
        (httpx.Response(400, json={"message": '"price_id" is required'}), AnswerKind.REFUSED),
        ({"success": False, "error": "sold out"}, AnswerKind.REFUSED),
    ],
)  # fmt: skip
def test_a_page_that_is_not_there_is_a_failure_of_its_kind(answer: Any, kind: AnswerKind) -> None:
    there = platform({CHECKOUT: answer})
    with pytest.raises(ProviderError) as failure:
        seller_to(there).page(sale(Tender.PHONE), BACK)
    assert (failure.value.kind, len(there.asked)) == (kind, 1)


def test_metadata_that_is_too_long_is_refused_before_anything_is_sent() -> None:
    there = platform({CHECKOUT: {"data": SESSION}})
    with pytest.raises(ProviderError, match="metadata") as failure:
        seller_to(there).page(sale(Tender.PHONE, station="é" * 501), BACK)
    assert (failure.value.kind, there.asked) == (AnswerKind.BROKEN, [])


def test_metadata_of_exactly_a_kibibyte_is_sent() -> None:
    there = platform({CHECKOUT: {"data": SESSION}})
    room = 1024 - len(json.dumps({"sale": "sale-0001", "station": ""}, separators=(",", ":")))
    assert seller_to(there).page(sale(Tender.PHONE, station="x" * room), BACK).url


def test_an_account_without_a_key_has_no_payment_pages() -> None:
    with pytest.raises(ProviderError, match="channels_api_key"):
        seller_to(platform({}), channels_api_key="").page(sale(Tender.PHONE), BACK)


def test_an_order_that_no_words_fit_is_broken_and_not_sent() -> None:
    there = platform({})
    odd = sale(Tender.PHONE, tickets=(Sold(code="\ud800", wanted=Wanted(holder=Holder()), total=Money(1, "EUR")),))
    with pytest.raises(ProviderError, match="can't be put into words"):
        seller_to(there).page(odd, BACK)
    assert seller_to(there).issue(sale(fee=Money(1, "???")), ()).kind is AnswerKind.BROKEN
    assert there.asked == []


# --- payments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("active", Payment.PAID), ("voided", Payment.FAILED), ("processing", Payment.WAITING),
        ("pending_payment", Payment.WAITING), ("filled_client", Payment.WAITING), ("activated", Payment.WAITING),
        (None, Payment.WAITING), (7, Payment.WAITING), (["active"], Payment.WAITING),
    ],
)  # fmt: skip
@pytest.mark.parametrize("array", [True, False])
def test_a_payment_stands_as_its_tickets_do(status: object, stands: Payment, array: bool) -> None:
    row = {"qr_code": CODES[0], "status": status}
    there = platform({by_code("theirs", code): data([row | {"qr_code": code}] if array else row) for code in CODES})
    assert seller_to(there).payment(sale(Tender.PHONE)) is stands


@pytest.mark.parametrize("first", [data([{"qr_code": CODES[0], "status": "voided"}]), None, data([])])
def test_a_first_ticket_that_is_gone_does_not_hide_that_the_others_are_paid(first: Any) -> None:
    paid = data([{"qr_code": CODES[1], "status": "active"}])
    there = platform({by_code("theirs"): first, by_code("theirs", CODES[1]): paid})
    assert seller_to(there).payment(sale(Tender.PHONE)) is Payment.PAID


@pytest.mark.parametrize("answer", [None, data([]), data(None), data([{"qr_code": "ANOTHER", "status": "active"}])])
def test_tickets_that_nobody_knows_are_unknown(answer: Any) -> None:
    there = platform({by_code("theirs", code): answer for code in CODES})
    assert seller_to(there).payment(sale(Tender.PHONE)) is Payment.UNKNOWN


@pytest.mark.parametrize(
    ("status", "stands"),
    [("activated", Payment.PAID), ("cancelled", Payment.FAILED), ("new", Payment.WAITING)],
)
@pytest.mark.parametrize("path", ["by-code", "code"])
def test_what_the_channel_manager_does_not_know_the_integrations_api_may(
    status: str, stands: Payment, path: str
) -> None:
    there = platform({by_code("ours", path=path): data(ticket(status=status))})
    assert seller_to(there).payment(sale(Tender.PHONE)) is stands


@pytest.mark.parametrize("answer", [httpx.Response(503), HTML, httpx.ReadTimeout("x"), httpx.Response(401)])
def test_a_payment_that_can_not_be_asked_about_is_a_failure(answer: Any) -> None:
    with pytest.raises(ProviderError):
        seller_to(platform({by_code("theirs"): answer})).payment(sale(Tender.PHONE))


def test_a_key_that_may_not_look_tickets_up_leaves_an_unknown_payment_unknown() -> None:
    there = platform({by_code("ours"): httpx.Response(403)})
    assert seller_to(there).payment(sale(Tender.PHONE)) is Payment.UNKNOWN


# --- issuing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tender", [Tender.CASH, Tender.CARD])
def test_tickets_are_issued_as_documented(tender: Tender) -> None:
    there = platform({ISSUE: data(ticket())})
    assert seller_to(there).issue(sale(tender), ()).kind is AnswerKind.ACCEPTED
    assert json.loads(there.asked[0].content) == golden("issue_body.json")


def test_amounts_are_written_as_numbers_in_units_without_noise() -> None:
    there = platform({ISSUE: data(ticket())})
    tickets = tuple(replace(one, total=Money(1010 + 20, "EUR")) for one in sale().tickets)
    seller_to(there).issue(sale(fee=Money(30, "EUR"), tickets=tickets), ())
    assert b'"total_price":10.30' in there.asked[0].content
    assert b'"fee":0.30' in there.asked[0].content


def test_tickets_that_are_there_already_are_not_made_again() -> None:
    there = platform({ISSUE: data(ticket())})
    seller = seller_to(there)
    seller.issue(sale(), {CODES[0]})
    body = json.loads(there.asked[0].content)
    assert (body["quantity"], [one["qr_code"] for one in body["tickets"]]) == (1, [CODES[1]])
    assert seller.issue(sale(), CODES).kind is AnswerKind.ACCEPTED
    assert len(there.asked) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (data(ticket()), AnswerKind.ACCEPTED), (data([ticket(), ticket(CODES[1])]), AnswerKind.ACCEPTED),
        ({"success": True}, AnswerKind.ACCEPTED), (data(None), AnswerKind.ACCEPTED), (data([]), AnswerKind.ACCEPTED),
        (httpx.Response(201, json={"data": ticket()}), AnswerKind.ACCEPTED),
        ({"success": False, "error": "bad rate"}, AnswerKind.REFUSED),
        (httpx.Response(400, json={"error": "bad rate"}), AnswerKind.REFUSED),
        (httpx.Response(404, json={"error": "bad rate"}), AnswerKind.REFUSED),
        (httpx.ReadTimeout("x"), AnswerKind.DOUBTFUL), (httpx.WriteError("x"), AnswerKind.DOUBTFUL),
        (httpx.RemoteProtocolError("x"), AnswerKind.DOUBTFUL), (HTML, AnswerKind.DOUBTFUL),
        (httpx.Response(200, content=b'{"success": tr'), AnswerKind.DOUBTFUL),
        (httpx.Response(200, content=b""), AnswerKind.DOUBTFUL), ({}, AnswerKind.DOUBTFUL),
        (httpx.Response(404, html="<html>"), AnswerKind.DOUBTFUL), (httpx.Response(502), AnswerKind.DOUBTFUL),
        (httpx.ConnectError("x"), AnswerKind.BUSY), (httpx.Response(429), AnswerKind.BUSY),
        (httpx.Response(503), AnswerKind.BUSY), (httpx.Response(401), AnswerKind.BARRED),
        (httpx.Response(403), AnswerKind.BARRED),
    ],
)  # fmt: skip
def test_every_answer_to_an_issue_has_its_kind_and_it_is_sent_once(answer: Any, kind: AnswerKind) -> None:
    there = platform({ISSUE: answer})
    receipt = seller_to(there).issue(sale(), ())
    assert (receipt.kind, there.paths) == (kind, ["POST /integrations/tickets/"])
    if kind is AnswerKind.REFUSED:
        assert receipt.words == "bad rate"


def test_tickets_that_got_other_codes_are_accepted_and_it_is_said() -> None:
    receipt = seller_to(platform({ISSUE: data(ticket("OTHER0001"))})).issue(sale(), ())
    assert receipt.kind is AnswerKind.ACCEPTED
    assert "other codes" in receipt.words


@pytest.mark.parametrize(
    ("order", "settings", "sent"),
    [
        ({"channel": "c9"}, {}, {"channel_id": "c9"}), ({"referral": "r9"}, {}, {"referral_id": "r9"}),
        ({}, {}, {"channel_id": "chnl_1"}),
        ({}, {"sell_channel_id": "", "sell_referral_id": "r1"}, {"referral_id": "r1"}),
        ({"channel": "c9", "referral": "r9"}, {}, {"channel_id": "c9"}),
    ],
)  # fmt: skip
def test_a_sale_belongs_to_a_channel_or_a_referral(order: Any, settings: Any, sent: dict[str, str]) -> None:
    there = platform({ISSUE: data(ticket())})
    seller_to(there, **settings).issue(ordered(sale(), **order), ())
    body = json.loads(there.asked[0].content)
    assert {name: body[name] for name in ("channel_id", "referral_id") if name in body} == sent


def test_without_a_setting_it_belongs_to_the_first_channel_which_is_asked_for_once() -> None:
    there = platform({"GET ours /channels": data([{"_id": "ch_a"}, {"_id": "ch_b"}]), ISSUE: data(ticket())})
    seller = seller_to(there, sell_channel_id="")
    seller.issue(sale(), ())
    seller.issue(sale(), ())
    assert [json.loads(one.content)["channel_id"] for one in there.asked if one.method == "POST"] == ["ch_a", "ch_a"]
    assert len(there.asked) == 3


@pytest.mark.parametrize("answer", [httpx.Response(403), data([])])
def test_without_any_channel_the_platform_may_say_that_it_wants_one(answer: Any) -> None:
    there = platform({"GET ours /channels": answer, ISSUE: data(ticket())})
    assert seller_to(there, sell_channel_id="").issue(sale(), ()).kind is AnswerKind.ACCEPTED
    assert "channel_id" not in json.loads(there.asked[-1].content)


def test_channels_that_can_not_be_asked_for_leave_the_issue_unsent() -> None:
    there = platform({"GET ours /channels": httpx.Response(503), ISSUE: data(ticket())})
    assert seller_to(there, sell_channel_id="").issue(sale(), ()).kind is AnswerKind.BUSY
    assert there.paths == ["GET /integrations/channels/"]


# --- what was issued --------------------------------------------------------------------------------------------------


def test_codes_that_are_found_are_told_and_those_that_are_not_are_absent() -> None:
    there = platform({by_code("ours", CODES[1]): data(ticket(CODES[1]))})
    listed = there.answers | {
        "GET ours /tickets": data([ticket("WITNESS01")]),
        by_code("ours", "WITNESS01"): data(ticket("WITNESS01")),
    }
    assert seller_to(platform(listed)).issued(sale(), SOON) == {CODES[1]}


def test_tickets_are_found_by_the_other_path_too() -> None:
    there = platform({by_code("ours", code, "code"): data(ticket(code)) for code in CODES})
    assert seller_to(there).issued(sale(), SOON) == set(CODES)


def test_an_event_without_tickets_has_none_of_ours() -> None:
    assert seller_to(platform({"GET ours /tickets": data([])})).issued(sale(), SOON) == frozenset()


@pytest.mark.parametrize(
    "answers",
    [
        {"GET ours /tickets": data([ticket("WITNESS01")])}, {"GET ours /tickets": httpx.Response(403)}, {},
        {by_code("ours"): httpx.Response(503)}, {by_code("ours"): HTML}, {by_code("ours"): httpx.Response(403)},
        {by_code("ours"): data(ticket("ANOTHER01"))}, {by_code("ours"): data(ticket(event_id="another"))},
        {by_code("ours"): httpx.Response(404, html="<html>")}, {by_code("ours"): httpx.ReadTimeout("x")},
    ],
)  # fmt: skip
def test_a_ticket_is_absent_only_when_the_platform_surely_says_so(answers: dict[str, Any]) -> None:
    with pytest.raises(ProviderError):
        seller_to(platform(answers)).issued(sale(), SOON)


def test_the_budget_is_for_all_codes_together() -> None:
    there = platform({by_code("ours", code): data(ticket(code)) for code in CODES})
    with pytest.raises(ProviderError) as failure:
        seller_to(there).issued(sale(), timedelta(0))
    assert failure.value.kind is AnswerKind.BUSY


# --- registering ------------------------------------------------------------------------------------------------------

ENDPOINT = {"_id": "wh_1", "name": "doorcheck", "url": BACK, "sign_secret": "s3cr3t-of-the-hook"}


@pytest.mark.parametrize("answer", [ENDPOINT, {"data": ENDPOINT, "success": True}])
@pytest.mark.parametrize("path", ["/webhooks/endpoints", "/webhooks"])
def test_a_webhook_is_registered_at_either_path_and_its_secret_told(path: str, answer: Any) -> None:
    there = platform({f"POST theirs {path}": answer})
    secret = seller_to(there).register_webhook(BACK)
    assert secret == "s3cr3t-of-the-hook"
    assert json.loads(there.asked[-1].content) == {"name": "doorcheck", "url": BACK}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"success": False, "error": "no"}, AnswerKind.REFUSED), ({}, AnswerKind.DOUBTFUL),
        (httpx.Response(401), AnswerKind.BARRED), (httpx.ReadTimeout("x"), AnswerKind.DOUBTFUL),
        (HTML, AnswerKind.REFUSED),
    ],
)  # fmt: skip
def test_a_webhook_without_a_secret_is_a_failure(answer: Any, kind: AnswerKind) -> None:
    there = platform({"POST theirs /webhooks/endpoints": answer})
    with pytest.raises(ProviderError) as failure:
        seller_to(there).register_webhook(BACK)
    assert (failure.value.kind, len(there.asked)) == (kind, 1)


def test_platforms_are_told_apart_by_their_keys() -> None:
    there = Platform(**{RATES: data([]), THEIR_RATES: data([])})
    seller_to(there).rates(NIGHT)
    keys = {one.url.host: one.headers["x-api-key"] for one in there.asked}
    assert len(set(keys.values())) == 2
