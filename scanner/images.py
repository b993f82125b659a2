"""What an encoded image says about itself in its first bytes, so that a bomb is refused before anything is unpacked."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_BYTES = 12_000_000
MAX_PIXELS = 40_000_000

_READABLE = "Send a PNG, JPEG, WebP, BMP or GIF."
# A file may be small, claim a modest size and still hurt. Measured with OpenCV 5: a PNG of 100 bytes whose chunk claims
# 2.8 GB has them allocated (10 s), and a progressive JPEG repeats a scan of 65 bytes at 14 ms each, for an hour.
_PNG_CHUNKS = 20_000
_JPEG_SEGMENTS = 5_000
_JPEG_SCANS = 64  # a camera writes one, a progressive file about ten
# A marker is 0xFF and a byte that is neither stuffing (00), nor fill (FF), nor a restart inside the pixels (D0 to D7).
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_START, _JPEG_END, _JPEG_SCAN, _JPEG_BARE = 0xD8, 0xD9, 0xDA, 0x01


class UnreadableImage(Exception):
    """The bytes can't be looked at. The message is a sentence for the person who sent them."""


class NotAnImage(UnreadableImage):
    """The bytes are no image, or one that is cut short, damaged, or of a kind that is not read here."""


class ImageTooLarge(UnreadableImage):
    """The image is over the limit of bytes or of pixels."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the header claims: the format's name, and the size in pixels."""

    format: str
    width: int
    height: int


def measure(data: bytes) -> Header:
    """The header of an image within the limits; raises `NotAnImage` or `ImageTooLarge` and nothing else."""
    if len(data) > MAX_BYTES:
        raise ImageTooLarge(f"The image is larger than {MAX_BYTES // 1_000_000} MB.")
    header = _header(data)
    if header.width < 1 or header.height < 1:
        raise NotAnImage("The image has no pixels.")
    if header.width * header.height > MAX_PIXELS:
        claimed, most = header.width * header.height / 1e6, MAX_PIXELS // 1_000_000
        raise ImageTooLarge(f"The image has {claimed:.1f} megapixels; at most {most} can be read.")
    return header


def _header(data: bytes) -> Header:
    if not data:
        raise NotAnImage("The file is empty.")
    for magic, name, sizes in _FORMATS:
        if magic.match(data):
            return Header(name, *sizes(data))
    raise NotAnImage(_what_it_is_instead(data))


def _what_it_is_instead(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return f"This kind of photograph (HEIC, AVIF or a video) is not read. {_READABLE}"
    if data.startswith(b"%PDF"):
        return f"This is a PDF and no image. {_READABLE}"
    if data.lstrip()[:1] == b"<":
        return f"This is a web page or a drawing (HTML, SVG) and no image. {_READABLE}"
    return f"This is no image of a kind that can be read. {_READABLE}"


def _png(data: bytes) -> tuple[int, int]:
    at = 8
    for _ in range(_PNG_CHUNKS):
        end = at + 12 + _big(data, at, 4)
        if end > len(data):
            raise NotAnImage("The image is cut short.")
        if data[at + 4 : at + 8] == b"IEND":
            return _big(data, 16, 4), _big(data, 20, 4)
        at = end
    raise NotAnImage("The image is damaged.")


def _gif(data: bytes) -> tuple[int, int]:
    return _little(data, 6, 2), _little(data, 8, 2)


def _bmp(data: bytes) -> tuple[int, int]:
    if _little(data, 14, 4) == 12:  # OS/2 1.x
        return _little(data, 18, 2), _little(data, 20, 2)
    width, height = _signed(_little(data, 18, 4)), _signed(_little(data, 22, 4))
    return width, abs(height)  # a negative height says that the first row is the top one


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
    if kind == b"VP8L" and data[20:21] == b"\x2f":
        bits = _little(data, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    raise NotAnImage("The image is damaged.")


def _jpeg(data: bytes) -> tuple[int, int]:
    size, scans = None, 0
    for kind, at in _jpeg_segments(data):
        if kind in _JPEG_FRAMES and size is None:
            size = _big(data, at + 5, 2), _big(data, at + 3, 2)
        scans += kind == _JPEG_SCAN
        if scans > _JPEG_SCANS or kind == _JPEG_START:
            raise NotAnImage("The image is damaged.")
    if size is None:
        raise NotAnImage("The image is damaged or cut short.")
    return size


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Kind of each segment up to the end of the image, and where its length stands."""
    at = 2
    for _ in range(_JPEG_SEGMENTS):
        marker = _JPEG_MARKER.search(data, at)
        if marker is None or marker[1][0] == _JPEG_END:
            return
        kind, at = marker[1][0], marker.end()
        yield kind, at
        if kind != _JPEG_BARE:
            at += max(2, _big(data, at, 2))
    raise NotAnImage("The image is damaged.")


def _big(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(_slice(data, at, size), "big")


def _little(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(_slice(data, at, size), "little")


def _slice(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise NotAnImage("The image is cut short.")
    return data[at : at + size]


def _signed(value: int) -> int:
    return value - (1 << 32) if value >= 1 << 31 else value


_FORMATS: tuple[tuple[re.Pattern[bytes], str, Callable[[bytes], tuple[int, int]]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n....IHDR", re.DOTALL), "PNG", _png),
    (re.compile(rb"\xff\xd8\xff"), "JPEG", _jpeg),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "WebP", _webp),
    (re.compile(rb"GIF8[79]a"), "GIF", _gif),
    (re.compile(rb"BM"), "BMP", _bmp),
)
