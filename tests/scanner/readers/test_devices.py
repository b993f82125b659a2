"""What is plugged in, from a /sys of our own; and which gun is in somebody's hand."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from scanner.readers.devices import InputDevice, NothingLearned, cameras, input_devices, learn, resolve
from tests.scanner.readers.typing_gun import Gun, Port

KEYBOARD = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
POWER_BUTTON = "10000000000000 0"


class Machine:
    """A /sys and a /dev with what was plugged in."""

    def __init__(self, root: Path) -> None:
        self.sys, self.dev = root / "sys", root / "dev"
        (self.sys / "class/input").mkdir(parents=True)
        (self.sys / "class/video4linux").mkdir(parents=True)
        (self.dev / "input/by-id").mkdir(parents=True)

    def plugs(self, number: int, name: str, ids: tuple[str, str, str], keys: str, link: str = "") -> None:
        entry = self.sys / f"class/input/event{number}/device"
        (entry / "id").mkdir(parents=True)
        (entry / "capabilities").mkdir()
        for file, text in (
            ("name", name), ("id/vendor", ids[0]), ("id/product", ids[1]), ("uniq", ids[2]), ("capabilities/key", keys),
        ):  # fmt: skip
            (entry / file).write_text(text + "\n")
        (self.dev / f"input/event{number}").touch()
        if link:
            (self.dev / "input/by-id" / link).symlink_to(f"../event{number}")

    def films(self, number: int, name: str, index: int) -> None:
        entry = self.sys / f"class/video4linux/video{number}"
        entry.mkdir()
        (entry / "name").write_text(name)
        (entry / "index").write_text(str(index))
        (self.dev / f"video{number}").touch()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.plugs(0, "Power Button", ("0000", "0001", ""), POWER_BUTTON)
    machine.plugs(3, "Newtologic NT4010S", ("1d57", "ad18", ""), KEYBOARD, "usb-Newtologic_NT4010S-event-kbd")
    machine.plugs(11, "Honeywell Voyager", ("0c2e", "0b61", "19S0042"), KEYBOARD)
    return machine


def test_guns_are_known_by_name_and_number(machine: Machine) -> None:
    button, first, second = input_devices(machine.sys, machine.dev)
    assert not button.looks_like_keyboard
    assert first.looks_like_keyboard
    assert (first.name, first.id) == ("Newtologic NT4010S", "1d57:ad18")
    assert first.device.endswith("/by-id/usb-Newtologic_NT4010S-event-kbd")
    assert (second.id, second.device) == ("0c2e:0b61:19S0042", str(machine.dev / "input/event11"))


@pytest.mark.parametrize("named", ["0c2e:0b61", "0C2E:0B61:19S0042", "0c2e:0b61:19s0042"])
def test_a_gun_is_found_in_whatever_port_it_is(machine: Machine, named: str) -> None:
    assert resolve(named, machine.sys, machine.dev) == machine.dev / "input/event11"


@pytest.mark.parametrize("named", ["ffff:0001", "0000:0001", "0c2e:0b61:another", "", ":"])
def test_what_is_not_plugged_in_is_not_found(machine: Machine, named: str) -> None:
    assert resolve(named, machine.sys, machine.dev) is None


def test_cameras_are_those_that_give_pictures(machine: Machine) -> None:
    machine.films(0, "HD Webcam", 0)
    machine.films(1, "HD Webcam", 1)
    machine.films(10, "imx708", 0)
    assert [(Path(one.path).name, one.name) for one in cameras(machine.sys, machine.dev)] == [
        ("video0", "HD Webcam"), ("video10", "imx708"),
    ]  # fmt: skip


def test_a_machine_with_nothing_in_it_has_nothing(tmp_path: Path) -> None:
    assert input_devices(tmp_path, tmp_path) == []
    assert cameras(tmp_path, tmp_path) == []


def a_gun(port: Port) -> InputDevice:
    return InputDevice(
        path=port.path, device=str(port.path), name=port.path.name, vendor="1d57", product="ad18", serial="",
        looks_like_keyboard=True,
    )  # fmt: skip


def test_the_gun_that_scans_is_learned_and_a_person_who_types_is_not(tmp_path: Path) -> None:
    keyboard, gun = Port(tmp_path / "event1"), Port(tmp_path / "event2")
    stopped = threading.Event()

    def person() -> None:
        while not stopped.is_set():
            keyboard.send(Gun("us").types("a", end=None))
            time.sleep(0.15)

    def scan() -> None:
        time.sleep(0.5)
        gun.send(Gun("us").types("ZQ4K81MD7"))

    people = [threading.Thread(target=person), threading.Thread(target=scan)]
    for one in people:
        one.start()
    try:
        learned = learn([a_gun(keyboard), a_gun(gun)], timeout_s=20)
    finally:
        stopped.set()
        for one in people:
            one.join()
    assert (learned.device.name, learned.raw) == ("event2", "ZQ4K81MD7")


def test_nobody_scans(tmp_path: Path) -> None:
    with pytest.raises(NothingLearned, match="nobody scanned"):
        learn([a_gun(Port(tmp_path / "event1"))], timeout_s=0.1)
    with pytest.raises(NothingLearned, match="no gun"):
        learn([], timeout_s=1)
