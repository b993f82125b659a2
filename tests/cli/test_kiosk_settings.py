"""What a venue can say about its kiosk, and the words when it can't be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.settings import UnusableSetting, load_settings
from app.settings.kiosk import CameraSettings, DamagedReaders, GunSettings, learn_reader, learned_readers
from tests.scenarios.night.house import doorcheck, environment


def settings_of(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> object:
    file = folder / "doorcheck.toml"
    file.write_text(text)
    monkeypatch.setenv("DOORCHECK_CONFIG", str(file))
    return load_settings(data_dir=folder).kiosk


def test_readers_of_every_kind_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk = settings_of(
        tmp_path, monkeypatch,
        '[kiosk]\nlanguage = "es"\n[[kiosk.readers]]\nkind = "camera"\nrotation = 90\n'
        '[[kiosk.readers]]\nkind = "gun"\ndevice = "0c2e:0b61"\nlayout = "pt"\n'
        '[[kiosk.readers]]\nkind = "serial"\ndevice = "/dev/ttyACM0"\n[[kiosk.readers]]\nkind = "keyboard"\n',
    )  # fmt: skip
    kinds = [one.kind for one in kiosk.readers]  # type: ignore[attr-defined]
    assert kinds == ["camera", "gun", "serial", "keyboard"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[kiosk]\nlanguage = "fr"\n', "DOORCHECK_KIOSK__LANGUAGE"),
        ("[kiosk]\nsaver = 3\n", "DOORCHECK_KIOSK__SAVER"),
        ('[[kiosk.readers]]\nkind = "telepathy"\n', "DOORCHECK_KIOSK__READERS"),
        ('[[kiosk.readers]]\nkind = "gun"\n', "DOORCHECK_KIOSK__READERS"),
        ("[kiosk.panel]\ngreen = 99\n", "DOORCHECK_KIOSK__PANEL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    text: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnusableSetting, match=named):
        settings_of(tmp_path, monkeypatch, text)


def test_learned_guns_are_kept_and_the_same_gun_is_learned_anew(tmp_path: Path) -> None:
    first = GunSettings(kind="gun", device='/dev/input/by-id/usb-"odd"\\name', station="Gate 1")
    second = GunSettings(kind="gun", device="0c2e:0b61", layout="es", station="Puerta Ñ")
    for one in (first, second):
        learn_reader(tmp_path / "new", one)
    assert learned_readers(tmp_path / "new") == (first, second)
    moved = first.model_copy(update={"station": "Gate 3"})
    learn_reader(tmp_path / "new", moved)
    assert learned_readers(tmp_path / "new") == (second, moved)


def test_a_damaged_file_of_guns_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "readers.toml").write_text("[[readers]]\nkind = ")
    with pytest.raises(DamagedReaders, match=r"readers\.toml"):
        learned_readers(tmp_path)
    done = doorcheck(environment(DATA_DIR=tmp_path), "doctor", "--json")
    readers = next(one for one in map(json.loads, done.stdout.splitlines()) if one["what"] == "readers")
    assert readers["light"] == "red"


def test_nothing_plugged_in_is_said_and_is_no_error(tmp_path: Path) -> None:
    env = environment(DATA_DIR=tmp_path)
    done = doorcheck(env, "kiosk", "--list-readers", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(
        {"kind", "device", "name", "id", "station"} == json.loads(line).keys() for line in done.stdout.splitlines()
    )


def test_a_station_that_is_not_there_stops_the_start_with_one_line(tmp_path: Path) -> None:
    env = environment(
        DATA_DIR=tmp_path, FOURVENUES__API_KEY="ik_test_9f31", FOURVENUES__BASE_URL="http://127.0.0.1:9/i"
    )
    done = doorcheck(env, "kiosk", "--station", "Gate 9")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("doorcheck: there is no station called 'Gate 9'")
    assert "Traceback" not in done.stderr


def test_a_reader_for_another_kind_of_camera_has_its_defaults() -> None:
    assert CameraSettings(kind="camera").device == "/dev/video0"
