"""Images over HTTP: only images, not too large, not too many at once."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from app.web.front import LARGEST_IMAGE
from tests.web.venue import Door, Venue

GOOD = b"IMG:ZQ4K81MD7"
READ = {"codes": [{"scheme": "qr", "value": "ZQ4K81MD7", "format": "QRCode"}]}


def form(data: bytes, name: str = "image") -> dict[str, Any]:
    return {"files": {name: ("code.jpg", data, "image/jpeg")}}


def body(data: bytes, kind: str = "image/png") -> dict[str, Any]:
    return {"content": data, "headers": {"content-type": kind}}


@pytest.mark.parametrize("sent", [form(GOOD), body(GOOD)], ids=["form", "body"])
def test_the_codes_in_an_image_are_read(door: Door, sent: dict[str, Any]) -> None:
    answer = door.post("/api/v1/decode", **sent)
    assert (answer.status_code, answer.json()) == (200, READ)


BOMB = b"\x89PNG" + zlib.compress(b"\x00" * 1_000_000)
REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("not an image", form(b"hello"), 422),
    ("an image bomb", form(BOMB), 422),
    ("another field", form(GOOD, "photo"), 422),
    ("nothing in the field", form(b""), 422),
    ("a text field", {"data": {"image": "hello"}}, 415),
    ("a text part", {"files": {"image": (None, b"hello")}}, 422),
    ("two images", {"files": [("image", ("a", GOOD)), ("image", ("b", GOOD))]}, 400),
    ("a form without its boundary", body(b"--x", "multipart/form-data"), 400),
    ("a broken form", body(b"--x\r\nnonsense", "multipart/form-data; boundary=x"), 422),
    ("nothing", body(b""), 422),
    ("JSON", {"json": {"image": "hello"}}, 415),
    ("no kind", {"content": GOOD}, 415),
    ("too large a body", body(b"IMG:" + b"A" * LARGEST_IMAGE), 413),
    ("much too large a form", form(b"A" * (LARGEST_IMAGE + 100_000)), 413),
]


@pytest.mark.parametrize(("sent", "status"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_can_not_be_read_is_a_clear_problem(door: Door, sent: dict[str, Any], status: int) -> None:
    answer = door.post("/api/v1/decode", **sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unreadable_image_is_told_in_the_decoders_words(door: Door) -> None:
    assert door.post("/api/v1/decode", **body(b"hello")).json()["detail"] == "This image can't be opened."


def test_a_hub_without_a_decoder_says_what_to_do(venue: Venue) -> None:
    with Door(venue.app(decoder=None)) as door:
        answer = door.post("/api/v1/decode", **body(GOOD))
    assert answer.status_code == 501
    assert "pip install zxing-cpp" in answer.json()["detail"]
