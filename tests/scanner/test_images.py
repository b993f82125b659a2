"""The header says how large an image is, and nothing is unpacked to find out."""

import struct

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scanner.images import MAX_BYTES, MAX_PIXELS, Header, ImageTooLarge, NotAnImage, UnreadableImage, measure

GREY = np.full((31, 47), 200, np.uint8)
SEE_THROUGH = np.dstack([np.full((31, 47, 3), 90, np.uint8), np.arange(31 * 47, dtype=np.uint8).reshape(31, 47)])


def made(ending: str, picture: np.ndarray = GREY, *options: int) -> bytes:
    return cv2.imencode(ending, picture, options)[1].tobytes()


SAMPLES = {
    "PNG": made(".png"),
    "JPEG": made(".jpg"),
    "JPEG progressive": made(".jpg", GREY, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "WebP lossy": made(".webp", GREY, cv2.IMWRITE_WEBP_QUALITY, 80),
    "WebP lossless": made(".webp", GREY, cv2.IMWRITE_WEBP_QUALITY, 101),
    "WebP extended": made(".webp", SEE_THROUGH, cv2.IMWRITE_WEBP_QUALITY, 80),
    "GIF": made(".gif", cv2.cvtColor(GREY, cv2.COLOR_GRAY2BGR)),
    "BMP": made(".bmp"),
}


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">I4sII5B4x", 13, b"IHDR", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I4s4x", 0, b"IEND")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_size_of_every_format_is_read_from_its_header(name: str) -> None:
    assert measure(SAMPLES[name]) == Header(name.split(maxsplit=1)[0], 47, 31)


def test_the_samples_cover_the_three_kinds_of_webp() -> None:
    assert {SAMPLES[f"WebP {kind}"][12:16] for kind in ("lossy", "lossless", "extended")} == {b"VP8 ", b"VP8L", b"VP8X"}


@pytest.mark.parametrize(
    "bomb",
    [
        png_claiming(20_000, 20_000),
        b"GIF89a" + struct.pack("<HH", 65_535, 65_535),
        b"BM" + bytes(12) + struct.pack("<Iii", 40, 20_000, -20_000),
        b"BM" + bytes(12) + struct.pack("<IHH", 12, 20_000, 20_000),
        b"\xff\xd8\xff\xc0" + struct.pack(">HBHH", 17, 8, 20_000, 20_000),
        b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\x00\x50\x00" * 2,
    ],
    ids=["PNG", "GIF", "BMP", "BMP of OS/2", "JPEG", "WebP"],
)
def test_a_few_bytes_that_claim_hundreds_of_megapixels_are_refused(bomb: bytes) -> None:
    with pytest.raises(ImageTooLarge, match="megapixels"):
        measure(bomb)


def test_forty_megapixels_are_the_limit() -> None:
    assert measure(png_claiming(8_000, 5_000)).width == 8_000
    with pytest.raises(ImageTooLarge, match=r"40\.0 megapixels; at most 40"):
        measure(png_claiming(8_000, 5_001))


def test_more_than_twelve_megabytes_are_refused() -> None:
    assert measure(SAMPLES["PNG"].ljust(MAX_BYTES, b"\0")).format == "PNG"
    with pytest.raises(ImageTooLarge, match="12 MB"):
        measure(SAMPLES["PNG"].ljust(MAX_BYTES + 1, b"\0"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>Sign in</title>", "web page"),
        (b"\n <svg/>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"hello", "no image"),
        (b"II*\0", "no image"),
        (SAMPLES["PNG"][:20], "cut short"),
        (SAMPLES["JPEG"][:9], "cut short"),
        (png_claiming(0, 4), "no pixels"),
        (b"BM" + bytes(12) + struct.pack("<Iii", 40, -5, 5), "no pixels"),
        (b"\xff\xd8\xff\xda\x00\x08", "damaged"),
        (b"\xff\xd8" + b"\xff\xfe\x00\x02" * 6_000, "damaged"),
    ],
)
def test_what_is_no_image_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(NotAnImage, match=sentence):
        measure(data)


def test_a_thumbnail_in_a_jpeg_does_not_hide_its_real_size() -> None:
    thumbnail = b"\xff\xd8\xff\xc0" + struct.pack(">HBHH", 17, 8, 9, 9)
    outer = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    assert measure(SAMPLES["JPEG"][:2] + outer + SAMPLES["JPEG"][2:]).width == 47


def test_a_png_whose_chunk_claims_gigabytes_is_refused_before_they_are_allocated() -> None:
    sample = SAMPLES["PNG"]
    with pytest.raises(NotAnImage, match="cut short"):
        measure(sample[:33] + b"\xaa\xce\x00\x00" + sample[37:])


def test_a_jpeg_that_repeats_its_scans_without_end_is_refused() -> None:
    sample = SAMPLES["JPEG progressive"]
    last, end = sample.rindex(b"\xff\xda"), sample.rindex(b"\xff\xd9")
    assert measure(sample[:end] + sample[last:end] * 20 + sample[end:]).width == 47
    with pytest.raises(NotAnImage, match="damaged"):
        measure(sample[:end] + sample[last:end] * 80 + sample[end:])


def test_what_a_phone_appends_to_a_photograph_does_not_matter() -> None:
    assert measure(SAMPLES["JPEG"] + b"\xff\xda\x00" * 500).width == 47


@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 60), st.binary(max_size=12))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_measured_or_refused(name: str, at: int, patch: bytes) -> None:
    data = SAMPLES[name][:at] + patch
    try:
        header = measure(data)
    except UnreadableImage:
        return
    assert 0 < header.width * header.height <= MAX_PIXELS


@given(st.sampled_from(sorted(SAMPLES)), st.integers(2, 80), st.binary(min_size=1, max_size=2))
@settings(deadline=None, max_examples=200)
def test_the_decoder_never_unpacks_another_size_than_the_header_was_judged_by(name: str, at: int, patch: bytes) -> None:
    data = SAMPLES[name][:at] + patch + SAMPLES[name][at + len(patch) :]
    try:
        header = measure(data)
    except UnreadableImage:
        assume(False)
    assume(header.width * header.height < 250_000)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    assert picture is None or picture.shape == (header.height, header.width)
