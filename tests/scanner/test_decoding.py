"""Codes are read from what cameras and phones really deliver, and nothing else does harm."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.decoding import (
    CASCADE,
    Decoder,
    ImageTooLarge,
    NoDecoder,
    NotAnImage,
    Stage,
    StageStatus,
    UnreadableImage,
    decode_file,
    decode_lines,
    stages_present,
)
from scanner.engines import Engine, Spot

from .conftest import Picture, drawn, encoded, on_a_wall, png

CODE = "ZQ4K81MD7"
DECODER = Decoder()


def values(picture: Picture) -> list[str]:
    return [code.value for code in DECODER.decode(picture)]


def on_a_phone() -> Picture:
    return on_a_wall({(200, 130): drawn(CODE, scale=7)})


def rotated(picture: Picture, degrees: float) -> Picture:
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, turn, (width, height), borderValue=235)


def tilted(picture: Picture) -> Picture:
    height, width = picture.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[60, 40], [width - 10, 0], [width - 70, height], [0, height - 60]], np.float32)
    return cv2.warpPerspective(picture, cv2.getPerspectiveTransform(corners, seen), (width, height), borderValue=235)


def noisy(picture: Picture) -> Picture:
    noise = np.random.default_rng(7).normal(0, 25, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def in_the_dark(picture: Picture) -> Picture:
    return (picture * 0.15 + 8).astype(np.uint8)


@pytest.mark.parametrize(
    "seen",
    [
        lambda picture: picture,
        lambda picture: rotated(picture, 31),
        lambda picture: rotated(picture, 180),
        tilted,
        lambda picture: cv2.GaussianBlur(picture, (0, 0), 2.2),
        noisy,
        in_the_dark,
        lambda picture: 255 - picture,
        lambda picture: cv2.flip(picture, 1),
    ],
    ids=["plain", "rotated", "upside down", "tilted", "blurred", "noisy", "dark", "dark mode", "mirrored"],
)
def test_a_code_is_read_however_it_is_held(seen) -> None:
    assert values(seen(on_a_phone())) == [CODE]


def test_a_reading_says_what_and_where_in_pixels_of_the_frame() -> None:
    (code,) = DECODER.decode(on_a_phone())
    assert (code.scheme, code.format, code.stage) == ("qr", "QRCode", "zxing-half")
    assert np.allclose(code.centre, (200 + 29 * 3.5, 130 + 29 * 3.5), atol=4)
    assert abs(code.side - 21 * 7) < 6


def test_a_code_too_fine_for_the_half_size_is_read_on_the_frame() -> None:
    (code,) = DECODER.decode(rotated(on_a_wall({(300, 200): drawn(CODE, scale=2)}), 20))
    assert (code.value, code.stage) == (CODE, "zxing")


def test_a_wall_without_a_code_gives_nothing() -> None:
    assert values(noisy(on_a_wall({}))) == []


def test_colour_alpha_and_slices_are_frames_too() -> None:
    grey = on_a_phone()
    seen = [cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA), grey[:, :, None]]
    wide = np.repeat(grey, 2, axis=1)[:, ::2]
    assert [values(frame) for frame in [*seen, wide, grey[::-1, ::-1]]] == [[CODE]] * 5


@pytest.mark.parametrize("shape", [(0, 0), (0, 0, 3), (1, 1), (20, 900), (21, 21), (41, 41, 3)])
def test_a_frame_too_small_for_a_code_gives_nothing(shape: tuple[int, ...]) -> None:
    assert values(np.zeros(shape, np.uint8)) == []


@pytest.mark.parametrize(
    "frame", [np.zeros((64, 64), np.float32), np.zeros((64, 64, 2), np.uint8), np.zeros(64, np.uint8)]
)
def test_an_array_that_is_no_frame_is_a_mistake_of_the_caller(frame: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a frame is uint8"):
        DECODER.decode(frame)


def test_several_codes_come_in_reading_order() -> None:
    names = ["ANNA0001", "BRUNO002", "CARLA003", "DARIO004", "ELENA005", "FABIO006"]
    sheet = on_a_wall(
        {(20 + 210 * (at % 3), 10 + 230 * (at // 3) + 4 * (at % 3)): drawn(name) for at, name in enumerate(names)}
    )
    assert values(sheet) == names
    assert values(rotated(sheet, 4)) == names


def test_a_micro_qr_is_not_a_ticket() -> None:
    import io

    import segno

    made = io.BytesIO()
    segno.make("12345", micro=True).save(made, kind="png", scale=8, border=4)
    assert DECODER.decode_bytes(made.getvalue()) == []


@pytest.mark.parametrize("payload", [b"\xff\xfe\x80\xc3(", "entrada nº 7 · José", "a\x1db\x00c", "🎫 7", "x" * 1200])
def test_any_payload_is_given_out_as_text(payload: str | bytes) -> None:
    (code,) = DECODER.decode_bytes(png(payload))
    assert code.value.encode("utf-8")
    assert isinstance(payload, bytes) or code.value == payload


def test_a_code_of_white_space_is_no_reading() -> None:
    assert DECODER.decode_bytes(png("   ")) == []


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".bmp", ".gif"])
def test_an_image_of_every_kind_is_read(ending: str) -> None:
    picture = cv2.cvtColor(on_a_phone(), cv2.COLOR_GRAY2BGR)
    assert [code.value for code in DECODER.decode_bytes(encoded(picture, ending))] == [CODE]


def test_a_code_on_a_transparent_ground_is_read() -> None:
    ink = drawn(CODE)
    nothing = np.zeros_like(ink)
    assert [c.value for c in DECODER.decode_bytes(encoded(np.dstack([nothing] * 3 + [255 - ink]), ".png"))] == [CODE]


def test_a_phone_photograph_is_read_reduced_and_placed_in_the_whole() -> None:
    photograph = on_a_wall({(2600, 1900): drawn(CODE, scale=20)}, width=4000, height=3000)
    (code,) = DECODER.decode_bytes(encoded(photograph, ".jpg"))
    assert np.allclose(code.centre, (2600 + 290, 1900 + 290), atol=12)


def test_a_small_code_in_a_large_photograph_is_found_on_the_second_look() -> None:
    photograph = on_a_wall({(2600, 1900): drawn(CODE, scale=2)}, width=4000, height=3000)
    assert [code.value for code in DECODER.decode_bytes(encoded(photograph, ".png"))] == [CODE]


def test_a_sheet_with_large_and_small_codes_loses_none() -> None:
    sheet = on_a_wall({(20, 20): drawn("LARGE001", scale=9), (500, 100): rotated(drawn("SMALL002", scale=2), 20)})
    assert values(sheet) == ["LARGE001"]  # a camera gets what the first stage finds: the next frame comes soon
    assert [code.value for code in DECODER.decode_bytes(encoded(sheet, ".png"))] == ["LARGE001", "SMALL002"]


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>not found</html>", png(CODE)[:-200], png(CODE)[:60], png(CODE)[:30], b"\xff\xd8\xff\xe0junk"],
    ids=["empty", "HTML", "cut in the pixels", "cut before the pixels", "cut in the header", "cut JPEG"],
)
def test_what_is_no_image_is_told_in_a_sentence(data: bytes) -> None:
    with pytest.raises(NotAnImage, match=r"^The |^This .*\.$"):
        DECODER.decode_bytes(data)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(ImageTooLarge, match=r"400\.0 megapixels"):
        DECODER.decode_bytes(png(CODE)[:16] + (20_000).to_bytes(4, "big") * 2 + png(CODE)[24:])


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=100)
def test_random_bytes_are_never_more_than_an_unreadable_image(data: bytes) -> None:
    with pytest.raises(UnreadableImage):
        DECODER.decode_bytes(data)


IMAGES = [
    encoded(cv2.cvtColor(drawn(CODE, 3), cv2.COLOR_GRAY2BGR), kind)
    for kind in (".png", ".jpg", ".webp", ".bmp", ".gif")
]


@given(st.sampled_from(IMAGES), st.floats(0, 1), st.binary(max_size=6), st.booleans())
@settings(deadline=None, max_examples=120)
def test_a_damaged_image_is_read_or_refused(image: bytes, where: float, patch: bytes, cut: bool) -> None:
    at = 30 + int(where * (len(image) - 30))  # behind the size: what is claimed there is judged in test_images
    try:
        found = DECODER.decode_bytes(image[:at] + patch + (b"" if cut else image[at + len(patch) :]))
    except UnreadableImage:
        return
    assert all(code.value for code in found)


def test_many_threads_may_share_a_decoder() -> None:
    shared = Decoder()
    frames = {f"CODE{number:05}": on_a_wall({(30 * number, 10): drawn(f"CODE{number:05}")}) for number in range(8)}
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(shared.decode, list(frames.values()) * 4))
    assert [[code.value for code in codes] for codes in found] == [[code] for code in frames] * 4


def missing() -> None:
    raise ImportError("Unable to find zbar shared library")


def nothing(_frame: Picture) -> list[Spot]:
    return []


ABSENT = Stage("broken", Engine("broken", nothing, missing, lambda: "apt-get install broken"), 1)


def test_a_stage_whose_library_is_missing_is_passed_over() -> None:
    (code,) = Decoder([ABSENT, *CASCADE]).decode(on_a_phone())
    assert code.value == CODE


def test_a_missing_library_is_told_with_its_cure() -> None:
    assert stages_present([CASCADE[0], ABSENT]) == [
        StageStatus("zxing-half", True, ""),
        StageStatus("broken", False, "apt-get install broken"),
    ]


def test_without_any_library_the_decoder_says_so() -> None:
    with pytest.raises(NoDecoder, match="pip install zxing-cpp"):
        Decoder([ABSENT]).decode(on_a_phone())


def test_a_later_stage_is_asked_only_when_the_earlier_found_nothing() -> None:
    asked: list[str] = []

    def stage(name: str, *spots: Spot) -> Stage:
        def read(_frame: Picture) -> list[Spot]:
            asked.append(name)
            return list(spots)

        return Stage(name, Engine(name, read, lambda: None, str), 1)

    spot = Spot("SEEN0001", 1, 1, 1)
    Decoder([stage("first"), stage("second", spot), stage("third", spot)]).decode(on_a_phone())
    assert asked == ["first", "second"]


@pytest.mark.zbar
def test_zbar_alone_reads_a_plain_code() -> None:
    (code,) = Decoder(CASCADE[2:]).decode(on_a_phone())
    assert (code.value, code.stage) == (CODE, "zbar-half")
    assert np.allclose(code.centre, (200 + 29 * 3.5, 130 + 29 * 3.5), atol=4)


@pytest.mark.zbar
def test_what_zbar_would_garble_is_left_unread() -> None:
    assert Decoder(CASCADE[2:]).decode(drawn("José 7", scale=8)) == []


@pytest.mark.zbar
def test_the_whole_cascade_is_present() -> None:
    assert [status.name for status in stages_present() if status.present] == ["zxing-half", "zxing", "zbar-half"]


def test_importing_the_decoder_loads_no_library() -> None:
    loaded = (
        "import sys, scanner.decoding; print({'cv2', 'numpy', 'pyzbar', 'zxingcpp', 'httpx', 'app'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_a_file_is_read_and_named_as_it_was_given(tmp_path: Path) -> None:
    ticket = tmp_path / "ticket.png"
    ticket.write_bytes(png(CODE))
    reading = decode_file(ticket)
    assert (reading.file, [code.value for code in reading.codes], reading.error) == (str(ticket), [CODE], None)


def test_a_line_for_every_file_in_the_order_given(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(png(CODE))
    (tmp_path / "a.html").write_text("<html>")
    (tmp_path / "wall.png").write_bytes(encoded(on_a_wall({}), ".png"))
    files = [tmp_path / name for name in ("b.png", "a.html", "none.png", "wall.png")] + [tmp_path]
    lines = [json.loads(line) for line in decode_lines(files, DECODER)]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    assert [line["codes"] for line in lines] == [[{"value": CODE, "format": "QRCode"}], [], [], [], []]
    assert ["error" in line for line in lines] == [False, True, True, False, True]
    assert lines[2]["error"] == "The file can't be opened: no such file or directory."


def test_a_name_that_no_file_can_have_is_an_error_and_no_crash() -> None:
    assert "can't be opened" in (decode_file("a\0b").error or "")


def test_an_endless_file_is_not_read_to_its_end() -> None:
    assert "larger than 12 MB" in (decode_file("/dev/zero").error or "")
