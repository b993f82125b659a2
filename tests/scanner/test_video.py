"""A film of the door gives each presentation of a code once."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from scanner.decoding import CannotOpenVideo, Decoder, frames, read_video

from .conftest import Picture, drawn, on_a_wall

FPS = 4
WALL = on_a_wall({}, 320, 240)
ANNA = on_a_wall({(60, 30): drawn("ANNA0001")}, 320, 240)
BRUNO = on_a_wall({(100, 40): drawn("BRUNO002")}, 320, 240)


def film(path: Path, *scenes: tuple[Picture, float]) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (320, 240))
    for picture, seconds in scenes:
        for _ in range(round(seconds * FPS)):
            writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


def seen(path: Path, every: int = 1) -> list[str]:
    return [code.value for code in read_video(path, Decoder(), every)]


def test_every_picture_of_a_video_is_a_frame(tmp_path: Path) -> None:
    shapes = [frame.shape for frame in frames(film(tmp_path / "door.avi", (WALL, 1), (ANNA, 1)))]
    assert shapes == [(240, 320, 3)] * (2 * FPS)


def test_two_codes_presented_one_after_the_other_are_two_readings(tmp_path: Path) -> None:
    assert seen(film(tmp_path / "door.avi", (WALL, 1), (ANNA, 1), (WALL, 1), (BRUNO, 1))) == ["ANNA0001", "BRUNO002"]


def test_a_code_that_flickers_is_one_reading(tmp_path: Path) -> None:
    assert seen(film(tmp_path / "door.avi", (ANNA, 0.5), (WALL, 2.5), (ANNA, 0.5))) == ["ANNA0001"]


def test_a_code_held_up_for_long_is_one_reading(tmp_path: Path) -> None:
    assert seen(film(tmp_path / "door.avi", (ANNA, 8))) == ["ANNA0001"]


def test_a_code_that_comes_back_after_three_seconds_is_read_again(tmp_path: Path) -> None:
    assert seen(film(tmp_path / "door.avi", (ANNA, 0.5), (WALL, 3.25), (ANNA, 0.5))) == ["ANNA0001", "ANNA0001"]


def test_skipped_pictures_do_not_change_the_time(tmp_path: Path) -> None:
    path = film(tmp_path / "door.avi", (ANNA, 1), (WALL, 3.5), (ANNA, 1), (WALL, 2), (ANNA, 1))
    assert seen(path, every=2) == ["ANNA0001", "ANNA0001"]


def test_numbered_pictures_are_a_video(tmp_path: Path) -> None:
    for number, picture in enumerate([WALL, BRUNO, WALL]):
        cv2.imwrite(str(tmp_path / f"f{number:03}.png"), picture)
    assert seen(tmp_path / "f%03d.png") == ["BRUNO002"]


@pytest.mark.parametrize("name", ["none.avi", "text.avi", "empty.mp4", ""])
def test_what_is_no_video_is_told_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.avi").write_text("not a film " * 50)
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(CannotOpenVideo, match="can't be opened"):
        frames(tmp_path / name)


def test_a_film_without_a_picture_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(CannotOpenVideo):
        list(frames(film(tmp_path / "door.avi")))


def test_a_camera_password_is_not_in_the_message() -> None:
    with pytest.raises(CannotOpenVideo) as caught:
        read_video("http://door:geheim@127.0.0.1:9/cam.mjpg", Decoder())
    assert "geheim" not in str(caught.value)
    assert "127.0.0.1:9/cam.mjpg" in str(caught.value)


def test_a_frame_is_the_readers_to_keep(tmp_path: Path) -> None:
    first, *rest = list(frames(film(tmp_path / "door.avi", (WALL, 0.5), (ANNA, 0.5))))
    assert not np.array_equal(first, rest[-1])
