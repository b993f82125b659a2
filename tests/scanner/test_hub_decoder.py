"""The hub gets its own types from the decoder of the door."""

import pytest

from app.ports import Decoder, ReadCode, UnreadableImage
from scanner.hub_decoder import HubDecoder

from .conftest import png

DECODER: Decoder = HubDecoder()


def test_codes_come_as_the_port_names_them() -> None:
    assert DECODER.decode_bytes(png("ZQ4K81MD7")) == [ReadCode(value="ZQ4K81MD7", format="QRCode", scheme="qr")]


def test_an_unreadable_image_is_the_ports_error_with_the_same_sentence() -> None:
    with pytest.raises(UnreadableImage, match=r"^The file is empty\.$"):
        DECODER.decode_bytes(b"")
